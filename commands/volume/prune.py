"""docker volume prune."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from commands import mounted, prunes, seen, units, wire
from commands.api import too_old
from commands.command import flag
from commands.context import Context
from commands.intent import Intent
from commands.prunes import SURE, Going, Pruning, Selection
from commands.spec import Permission
from commands.timestamps import epoch

_FILTERS = ("label", "label!")
_ALL = "all"  # a filter, too, of engines that know the flag
_BOTH = "conflicting options: cannot specify both --all and --filter all=1"
_HEADER = ("VOLUME NAME", "DRIVER", "CREATED", "SIZE")
TITLE = "Deleted Volumes:"
LOOK = "docker volume ls"
_SINCE = "1.42"  # the API version from which only volumes without a name go, unless --all is said


class Prune(Pruning, name="volume prune", permission=Permission.CHANGE, does="volume rm"):
    """Remove all volumes that no container uses, with everything in them.

    One that a container in any state uses stays. What is removed so cannot be brought back.
    """

    all: bool = flag("-a", default=False, since=_SINCE, help="Take volumes with a name, too")

    def problem(self) -> str | None:
        """Docker's refusal of saying it twice."""
        return _BOTH if self.all and any(each.startswith(f"{_ALL}=") for each in self.filter) else None

    def warning(self) -> str:
        """Docker's words where named volumes go, too."""
        return "This will remove all local volumes not used by at least one container."

    def intent(self, ctx: Context) -> Intent:
        """The volumes that go; an engine that is too old for --all takes all of them, as docker's client lets it."""
        old = bool(too_old("all", _SINCE, ctx.docker.api_version))
        try:
            chosen = prunes.selection(self.filter, ctx.now, _FILTERS if old else (*_FILTERS, _ALL))
            named = asked(self.filter) or self.all or old
        except ValueError as error:
            return prunes.refused(error)
        going = (each for each in plan(ctx, chosen) if named or is_anonymous(each))
        planned = prunes.intent(ctx, going, _HEADER, LOOK, TITLE, reclaimed=True)
        text = (
            self.warning() if named else "This will remove anonymous local volumes not used by at least one container."
        )
        return replace(planned, question=f"WARNING! {text}\n{SURE}")


def asked(filters: Iterable[str]) -> bool:
    """Whether a filter asks for volumes with a name; raises ValueError in the engine's words where it says neither."""
    values = {each.partition("=")[2] for each in filters if each.startswith(f"{_ALL}=")}
    if not values or values <= {"0", "false"}:
        return False
    if values <= {"1", "true"}:
        return True
    raise ValueError(f"invalid filter '{_ALL}=[{' '.join(sorted(values))}]'")


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
    """Whether a volume was made without a name."""
    return mounted.is_anonymous(going.found)


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

    def remove() -> str:
        wire.remove(ctx.patient, "/volumes/{0}", name)
        return ""

    found = replace(prunes.found("volume", name, name, labels), details=listed)
    return Going(found, row, name, size, stays, remove)
