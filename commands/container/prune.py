"""docker container prune."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from docker.errors import NotFound

from commands import mounted, prunes, seen, units, wire
from commands.container.ls import shown_image
from commands.context import Context
from commands.intent import Intent
from commands.listing import short
from commands.prunes import Going, Pruning, Selection
from commands.seen import own_name
from commands.spec import Permission
from commands.target import Found

_FILTERS = ("until", "label", "label!")
STOPPED = {"created", "exited", "dead"}
HEADER = ("CONTAINER ID", "NAME", "IMAGE", "STATUS", "SIZE")
TITLE = "Deleted Containers:"
LOOK = "docker ps -a"
LIVED_IN = "another container lives in it or is linked to it, and could never be started again"


class Prune(Pruning, name="container prune", permission=Permission.CHANGE, does="container rm"):
    """Remove all containers that do not run.

    Their logs and whatever they wrote outside of volumes go with them. What is protected stays, what gives root on the
    host where you may not remove that, and what another one lives in, which could never be started again.
    """

    def warning(self) -> str:
        """Docker's words."""
        return "This will remove all stopped containers."

    def intent(self, ctx: Context) -> Intent:
        """The containers that go."""
        try:
            chosen = prunes.selection(self.filter, ctx.now, _FILTERS)
        except ValueError as error:
            return prunes.refused(error)
        return prunes.intent(ctx, plan(ctx, chosen), HEADER, LOOK, TITLE, reclaimed=True)


def plan(ctx: Context, chosen: Selection) -> Iterator[Going]:
    """The containers that do not run, of those that are meant."""
    listed: list[dict[str, Any]] = wire.get(ctx.patient, "/containers/json", params={"all": 1, "size": 1})
    for each in listed:
        name, labels = own_name(each["Names"] or [each["Id"]]), each.get("Labels") or {}
        stopped = each["State"] in STOPPED and ctx.visible(seen.container(each))
        if not (stopped and chosen.takes(labels, each["Created"])):
            continue
        with contextlib.suppress(NotFound):  # somebody else removed it
            details = ctx.docker.inspect_container(each["Id"])  # a list does not tell whether it gives root
            mounts = mounted.volumes(ctx.docker, details)
            found = replace(prunes.found("container", each["Id"], name, labels), details=details, volumes=mounts)
            if ctx.may(found):
                yield going(ctx, each, found)


def going(ctx: Context, listed: Mapping[str, Any], found: Found) -> Going:
    """How a container of the list goes that was looked at."""
    identity, name, size = found.id, found.name, int(listed.get("SizeRw") or 0)
    row = (short(identity), name, shown_image(listed, trunc=True), str(listed["Status"]), units.size(size))

    def stays() -> str:
        now = ctx.docker.inspect_container(identity)
        if now["Name"].removeprefix("/") != name:
            return "it was given another name meanwhile"
        if now["State"]["Status"] not in STOPPED:
            return f"it is {now['State']['Status']} again"
        if ctx.bot.living_in().get(identity):
            return LIVED_IN
        return "it ran meanwhile" if now["State"]["StartedAt"] != found.details["State"]["StartedAt"] else ""

    def remove() -> str:
        wire.remove(ctx.patient, "/containers/{0}", identity)
        return ""

    return Going(found, row, identity, size, stays, remove)
