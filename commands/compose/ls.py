"""docker compose ls."""

from __future__ import annotations

import json

from commands.command import Command, flag
from commands.compose import project
from commands.compose.project import FILES, Member
from commands.container import ls as containers
from commands.context import Context
from commands.kinds import FILTER
from commands.listing import filters
from commands.reply import Reply, Table, failure, lines, output
from commands.spec import Permission
from commands.units import natural

_RUNS = "running"
_FORMAT = "unsupported format: {}: it may be table or json"


class Ls(Command, name="compose ls", alias="compose list", permission=Permission.SEE, filtered=True):
    """List the projects of docker compose, as the labels of their containers tell them."""

    all: bool = flag("-a", default=False, help="Also those of which nothing runs")
    filter: tuple[str, ...] = flag(default=(), kind=FILTER, help="Only those that match: name, as name=shop")
    format: str = flag(default="table", shown='"table"', help="How to print it: table or json")
    quiet: bool = flag("-q", default=False, help="Only the names")

    def problem(self) -> str | None:
        """A filter that compose does not have."""
        return next((f"invalid filter '{name}'" for name in filters(self.filter) if name != "name"), None)

    def run(self, ctx: Context) -> Reply:
        """One request."""
        projects: dict[str, list[Member]] = {}
        for each in (each for each in project.members(ctx) if containers.visible(ctx, each.listed)):
            projects.setdefault(each.project, []).append(each)
        wanted = filters(self.filter).get("name", [])
        rows = [
            (name, project.status(held), held[0].labels.get(FILES, ""))
            for name, held in sorted(projects.items(), key=lambda item: natural(item[0]))
            if self._shows(name, held, wanted)
        ]
        if self.quiet:
            return lines(name for name, _, _ in rows)
        match self.format:
            case "table" | "":
                return Reply((Table((("NAME", "STATUS", "CONFIG FILES"), *rows)),))
            case "json":
                told = [{"Name": name, "Status": status, "ConfigFiles": files} for name, status, files in rows]
                return output(json.dumps(told, separators=(",", ":")) + "\n")
            case other:
                return failure(_FORMAT.format(other))

    def _shows(self, name: str, held: list[Member], wanted: list[str]) -> bool:
        runs = self.all or any(each.listed["State"] == _RUNS for each in held)
        return runs and (not wanted or any(each in name for each in wanted))
