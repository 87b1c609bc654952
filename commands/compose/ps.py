"""docker compose ps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from commands.attempts import Refusal
from commands.command import args, flag
from commands.compose.project import SERVICE, Member, OnProject
from commands.container import ls as containers
from commands.context import Context
from commands.kinds import FILTER
from commands.listing import FORMAT, filters, listed
from commands.reply import Reply, failure, lines
from commands.spec import Permission
from commands.template import Row, typed

HEADERS = {
    **containers.HEADERS,
    "Name": "NAME",
    "Service": "SERVICE",
    "Project": "PROJECT",
    "ExitCode": "EXIT CODE",
    "Health": "HEALTH",
    "Publishers": "PORTS",
}
TABLE = r"table {{.Name}}\t{{.Image}}\t{{.Command}}\t{{.Service}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}"
_EXITED = re.compile(r"(?:Exited|Restarting) \((\d+)\)")  # as the engine's list words the state
_HEALTH = re.compile(r"\((?:health: )?(starting|healthy|unhealthy)\)")
_RUNS = {"running", "restarting", "paused"}
_STATES = ("paused", "restarting", "removing", "running", "dead", "created", "exited")


class Ps(OnProject, name="compose ps", permission=Permission.SEE, filtered=True, does="container ls"):
    """List the containers of a project, or of some of its services."""

    services: tuple[str, ...] = args("SERVICE", required=False)
    all: bool = flag("-a", default=False, help="Also those that do not run, and those of compose run")
    filter: tuple[str, ...] = flag(default=(), kind=FILTER, help="Only those that match: status, as status=exited")
    format: str = flag(default="table", shown='"table"', help=f"{FORMAT} (.Name .Service .Status .Ports ...)")
    no_trunc: bool = flag(default=False, help="Nothing cut short")
    orphans: bool = flag(default=True, shown="true", help="Accepted and without effect: no file says what is one")
    quiet: bool = flag("-q", default=False, help="Only the ids")
    services_: bool = flag(default=False, help="Only the names of the services")
    status: tuple[str, ...] = flag(default=(), help=f"Only those in this state: {', '.join(_STATES)}")

    def problem(self) -> str | None:
        """A filter that compose does not have."""
        unknown = (f"unknown filter {name}" for name in filters(self.filter) if name != "status")
        return super().problem() or next(unknown, None)

    def run(self, ctx: Context) -> Reply:
        """One request."""
        states = {*self.status, *filters(self.filter).get("status", [])}
        unknown = next((each for each in sorted(states) if each not in _STATES), None)
        if unknown is not None:
            return failure(f"unknown state {unknown}: it may be {', '.join(_STATES)}")
        try:
            held = self.members(ctx, self.services)
            found = [each for each in held if self._shows(each, states) and containers.visible(ctx, each.listed)]
        except Refusal as refusal:
            return failure(str(refusal))
        if self.quiet:
            return lines(each.id for each in found)
        if self.services_:
            return lines(sorted({each.service for each in found}))
        source = TABLE if self.format in {"", "table"} else self.format
        return listed([row(each, ctx.now, trunc=not self.no_trunc) for each in found], source, HEADERS)

    def _shows(self, member: Member, states: set[str]) -> bool:
        state = str(member.listed["State"])
        if states:
            return state in states
        return self.all or (state in _RUNS and not member.one_off)


def row(member: Member, now: float, *, trunc: bool) -> Row:
    """What can be shown of a container; now is epoch seconds."""
    plain, status = containers.row(member.listed, now, trunc=trunc), str(member.listed["Status"])
    exited, health = _EXITED.match(status), _HEALTH.search(status)
    more = {
        "Name": member.name,
        "Service": member.labels.get(SERVICE, ""),
        "Project": member.project,
        "ExitCode": int(exited[1]) if exited else 0,
        "Health": health[1] if health else "",
        "Publishers": typed("publishers", [_publisher(each) for each in member.listed.get("Ports") or ()]),
    }
    shared = {name: value for name, value in plain.methods.items() if name != "Platform"}
    return Row("*formatter.ContainerContext", {**shared, **more})


def _publisher(port: Mapping[str, Any]) -> Mapping[str, Any]:
    """A port as compose tells of it."""
    return {
        "URL": port.get("IP", ""),
        "TargetPort": port["PrivatePort"],
        "PublishedPort": port.get("PublicPort", 0),
        "Protocol": port["Type"],
    }
