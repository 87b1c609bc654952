"""docker volume prune."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from typing import Any

from commands import prunes, seen, units, wire
from commands.api import too_old
from commands.command import Permission, flag
from commands.context import Context
from commands.intent import Intent
from commands.prunes import SURE, Going, Pruning, Selection
from commands.timestamps import epoch

_FILTERS = ("label", "label!", "all")
_ANONYMOUS = "com.docker.volume.anonymous"  # the label of a volume that was made without a name
_GIVEN = re.compile("[0-9a-f]{64}")
_HEADER = ("VOLUME NAME", "DRIVER", "CREATED", "SIZE")
TITLE = "Deleted Volumes:"
LOOK = "docker volume ls"
_SINCE = "1.42"  # the API version from which only volumes without a name go, unless --all is said


class Prune(Pruning, name="volume prune", permission=Permission.CHANGE, does="volume rm"):
    """Remove all volumes that no container uses, with everything in them.

    One that a container in any state uses stays. What is removed so cannot be brought back.
    """

    all: bool = flag("-a", default=False, since=_SINCE, help="Take volumes with a name, too")

    def warning(self) -> str:
        """Docker's words where named volumes go, too."""
        return "This will remove all local volumes not used by at least one container."

    def intent(self, ctx: Context) -> Intent:
        """The volumes that go; an engine that is too old for --all takes all of them, as docker's client lets it."""
        try:
            chosen = prunes.selection(self.filter, ctx.now, _FILTERS)
        except ValueError as error:
            return prunes.refused(error)
        asked = any(each in {"all=1", "all=true"} for each in self.filter)
        named = self.all or asked or bool(too_old("all", _SINCE, ctx.docker.api_version))
        going = (each for each in plan(ctx, chosen) if named or is_anonymous(each))
        planned = prunes.intent(going, _HEADER, LOOK, TITLE, reclaimed=True)
        text = (
            self.warning() if named else "This will remove anonymous local volumes not used by at least one container."
        )
        return replace(planned, question=f"WARNING! {text}\n{SURE}")


def used(ctx: Context, gone: Container[str] = ()) -> dict[str, str]:
    """The names of the volumes that containers in any state but those use, each with what uses it."""
    users: dict[str, str] = {}
    for each in wire.get(ctx.docker, "/containers/json", params={"all": 1}):
        if each["Id"] in gone:
            continue
        user = seen.container(each)
        who = f"container {user.name}" if ctx.visible(user) else "a container"
        mounts = (str(mount.get("Name") or "") for mount in each.get("Mounts") or ())
        users |= dict.fromkeys(mounts, who)
    return users


def is_anonymous(going: Going) -> bool:
    """Whether a volume was made without a name; older engines say so by the name alone that they gave it."""
    return _ANONYMOUS in going.found.labels or bool(_GIVEN.fullmatch(going.found.name))


def plan(ctx: Context, chosen: Selection, gone: Container[str] = ()) -> Iterator[Going]:
    """The volumes that no container uses, of those that are meant; gone are ids of containers that go before."""
    usage: Mapping[str, Any] = wire.get(ctx.patient, "/system/df")
    users = used(ctx, gone)
    for each in usage.get("Volumes") or ():
        labels, name = each.get("Labels") or {}, str(each["Name"])
        local = each.get("Driver") == "local" and name not in users
        if local and ctx.visible(seen.volume(each)) and chosen.takes(labels, 0):
            yield _going(ctx, each)


def _going(ctx: Context, listed: Mapping[str, Any]) -> Going:
    name, labels = str(listed["Name"]), listed.get("Labels") or {}
    made = epoch(str(listed["CreatedAt"]), ctx.now) if listed.get("CreatedAt") else ctx.now
    size = max(0, int((listed.get("UsageData") or {}).get("Size") or 0))
    row = (name, str(listed["Driver"]), units.ago(ctx.now - made), units.size(size))

    def stays() -> str:
        now = ctx.docker.inspect_volume(name)
        if now.get("CreatedAt") != listed.get("CreatedAt"):
            return "it is another volume of this name now"
        who = used(ctx).get(name)
        return f"{who} uses it" if who else ""

    def remove() -> None:
        wire.remove(ctx.patient, "/volumes/{0}", name)

    return Going(prunes.found("volume", name, name, labels), row, name, size, stays, remove)
