"""docker search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from docker.errors import APIError

from commands import kinds, secrets, wire
from commands.command import Command, arg, flag
from commands.context import Context
from commands.credentials import HUB
from commands.engine_errors import daemon
from commands.listing import FORMAT, filters, listed, query
from commands.reply import Errors, Reply, failure
from commands.spec import Permission
from commands.tabwriter import ellipsis
from commands.template import Row

HEADERS = {"Name": "NAME", "Description": "DESCRIPTION", "StarCount": "STARS", "IsOfficial": "OFFICIAL"}
TABLE = r"table {{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}"
_DEPRECATED = (
    'WARNING: the "is-automated" filter is deprecated, and searching for "is-automated=true" will not yield any results'
    " in future.\n"
)
_WIDTH = 45  # columns that docker leaves of a description


class _Result(Row):
    """An image that was found; as JSON it says true and false where a table says [OK] and nothing."""

    def fields(self) -> Iterator[tuple[str, object]]:
        """The fields in order of name."""
        for name, value in super().fields():
            yield name, ("true" if value else "false") if name == "IsOfficial" else value


class Search(Command, name="search", permission=Permission.READ, filtered=True):
    """Search Docker Hub, or the registry that the term begins with, for images.

    What you search for is told to whoever runs that.
    """

    term: str = arg("TERM")
    filter: tuple[str, ...] = flag(
        "-f", default=(), kind=kinds.FILTER, help="Only those that match: stars, is-official, as stars=3"
    )
    format: str = flag(default="", help=f"{FORMAT} (.Name .Description .StarCount .IsOfficial)")
    limit: int = flag(default=0, help="How many at most")
    no_trunc: bool = flag(default=False, help="Nothing cut short")

    def run(self, ctx: Context) -> Reply:
        """One request, which the engine hands on."""
        params = query(filters(self.filter)) | {"term": self.term}
        if self.limit > 0:
            params["limit"] = self.limit
        auth = ctx.auth(_registry(self.term))
        headers = {"X-Registry-Auth": auth} if auth else {}
        warning = Reply((Errors(_DEPRECATED),) if "is-automated" in filters(self.filter) else ())
        try:
            found = wire.get(ctx.patient, "/images/search", params=params, headers=headers)
        except APIError as error:
            return warning + failure(daemon(error))
        source = TABLE if self.format in {"", "table"} else self.format
        return listed([self._row(each) for each in found], source, HEADERS) + warning

    def _row(self, result: Mapping[str, Any]) -> Row:
        told = secrets.mask_text(result.get("description") or "").replace("\n", " ").replace("\r", " ")
        methods = {
            "Name": result.get("name", ""),
            "Description": told if self.no_trunc else ellipsis(told, _WIDTH),
            "StarCount": str(result.get("star_count") or 0),
            "IsOfficial": "[OK]" if result.get("is_official") else "",
        }
        return _Result("*registry.searchContext", methods)


def _registry(term: str) -> str:
    """The registry that the term begins with, as docker tells it: a dot, a port, or localhost."""
    first, slash, _ = term.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else HUB
