"""`docker network ls`: the networks, in order of name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from commands import dangling, secrets, seen, wire
from commands.command import Command, flag
from commands.context import Context
from commands.kinds import FILTER
from commands.listing import FORMAT, filters, label, labels, listed, query, short
from commands.reply import Reply
from commands.spec import Permission
from commands.template import Row
from commands.units import natural, stamp

HEADERS = {
    "ID": "NETWORK ID",
    "Name": "NAME",
    "Driver": "DRIVER",
    "Scope": "SCOPE",
    "IPv4": "IPV4",
    "IPv6": "IPV6",
    "Internal": "INTERNAL",
    "Labels": "LABELS",
    "CreatedAt": "CREATED AT",
}
TABLE = r"table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}"
RAW = r"network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n"


class Ls(Command, name="network ls", alias="network list", permission=Permission.SEE, filtered=True):
    """List networks."""

    filter: tuple[str, ...] = flag(
        "-f",
        default=(),
        kind=FILTER,
        help="Only those that match: name, id, driver, scope, type, label, dangling, as driver=bridge",
    )
    format: str = flag(default="", help=f"{FORMAT} (.ID .Name .Driver .Scope .Labels ...)")
    no_trunc: bool = flag(default=False, help="Nothing cut short")
    quiet: bool = flag("-q", default=False, help="Only the ids")

    def run(self, ctx: Context) -> Reply:
        """One request, a second where whoever asks may not see all; only what they may see, nor used by what not."""
        asked, wanted = dangling.apart(ctx, filters(self.filter))
        found: list[dict[str, Any]] = wire.shared(ctx.docker, "/networks", query(asked))
        shown = [each for each in found if ctx.visible(seen.network(each))]
        if wanted is not None:
            used = set(_used(dangling.users(ctx)))
            idle = {each["Id"] for each in shown if each["Name"] not in seen.PREDEFINED and each["Id"] not in used}
            shown = [each for each in shown if (each["Id"] in idle) is wanted]
        shown.sort(key=lambda each: natural(each["Name"]))
        return listed((_row(each, trunc=not self.no_trunc) for each in shown), self._source(), HEADERS)

    def _source(self) -> str:
        match self.format:
            case "" | "table":
                return "{{.ID}}" if self.quiet else TABLE
            case "raw":
                return "network_id: {{.ID}}" if self.quiet else RAW
            case _:
                return self.format


def _used(containers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The ids of the networks that these are on while they run."""
    for each in containers:
        yield from (
            on["NetworkID"] for on in each["NetworkSettings"]["Networks"].values() if each["State"] in seen.ALIVE
        )


def _row(network: Mapping[str, Any], *, trunc: bool) -> Row:
    marked = secrets.mask_object(network.get("Labels"))
    methods = {
        "ID": short(network["Id"]) if trunc else network["Id"],
        "Name": network["Name"],
        "Driver": network.get("Driver", ""),
        "Scope": network.get("Scope", ""),
        "IPv4": _flag(network, "EnableIPv4"),
        "IPv6": _flag(network, "EnableIPv6"),
        "Internal": _flag(network, "Internal"),
        "Labels": labels(marked),
        "Label": label(marked),
        "CreatedAt": stamp(network.get("Created", "")),
    }
    return Row("*network.networkContext", methods)


def _flag(network: Mapping[str, Any], name: str) -> str:
    return "true" if network.get(name) else "false"
