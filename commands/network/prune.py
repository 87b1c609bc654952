"""docker network prune."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from commands import prunes, seen, units, wire
from commands.context import Context
from commands.intent import Intent
from commands.listing import short
from commands.prunes import Going, Pruning, Selection
from commands.seen import own_name
from commands.spec import Permission
from commands.timestamps import epoch

_FILTERS = ("until", "label", "label!")
_HEADER = ("NETWORK ID", "NAME", "DRIVER", "CREATED")
TITLE = "Deleted Networks:"
LOOK = "docker network ls"


class Prune(Pruning, name="network prune", permission=Permission.CHANGE, does="network rm"):
    """Remove all networks that no container is on.

    One that a stopped container needs to start again stays, which docker's own prune would take.
    """

    def warning(self) -> str:
        """Docker's words."""
        return "This will remove all custom networks not used by at least one container."

    def intent(self, ctx: Context) -> Intent:
        """The networks that go."""
        try:
            chosen = prunes.selection(self.filter, ctx.now, _FILTERS)
        except ValueError as error:
            return prunes.refused(error)
        return prunes.intent(ctx, plan(ctx, chosen), _HEADER, LOOK, TITLE, reclaimed=False)


def used(ctx: Context, gone: Container[str] = ()) -> dict[str, str]:
    """The ids and names of the networks that containers in any state but those are on, each with what uses it."""
    listed = wire.get(ctx.docker, "/containers/json", params={"all": 1})
    return used_by(ctx, (each for each in listed if each["Id"] not in gone))


def used_by(ctx: Context, listed: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The same of containers that were listed already."""
    users: dict[str, str] = {}
    for each in listed:
        name = own_name(each["Names"] or [each["Id"]])
        who = f"container {name}" if ctx.sees(seen.container(each)) else "a container"
        mode = str((each.get("HostConfig") or {}).get("NetworkMode") or "")
        for network, joined in ((each.get("NetworkSettings") or {}).get("Networks") or {}).items():
            users |= {network: who, str(joined.get("NetworkID") or network): who}
        users.setdefault(mode, who)
    return users


def plan(ctx: Context, chosen: Selection, gone: Container[str] = ()) -> Iterator[Going]:
    """The networks that no container is on, of those that are meant; gone are ids of containers that go before."""
    users = used(ctx, gone)
    for each in wire.get(ctx.docker, "/networks"):
        labels, name = each.get("Labels") or {}, str(each["Name"])
        in_use = each["Id"] in users or name in users
        created = epoch(str(each["Created"]), ctx.now)
        if not (is_spared(each) or in_use) and ctx.visible(seen.network(each)) and chosen.takes(labels, created):
            yield going(ctx, each, created)


def is_spared(listed: Mapping[str, Any]) -> bool:
    """Whether a network is the engine's own, or a swarm's, or only what others are made by."""
    apart = listed.get("Scope") == "swarm" or listed.get("Ingress") or listed.get("ConfigOnly")
    return bool(listed["Name"] in seen.PREDEFINED or apart)


def going(ctx: Context, listed: Mapping[str, Any], created: float) -> Going:
    """How a network of the list goes; created in epoch seconds."""
    identity, name, labels = str(listed["Id"]), str(listed["Name"]), listed.get("Labels") or {}
    row = (short(identity), name, str(listed["Driver"]), units.ago(ctx.now - created))

    def stays() -> str:
        now = ctx.docker.inspect_network(identity)
        users = used(ctx)
        who = users.get(identity) or users.get(name)
        return f"{who} is on it" if who or now.get("Containers") else ""

    def remove() -> str:
        wire.remove(ctx.patient, "/networks/{0}", identity)
        return ""

    return Going(prunes.found("network", identity, name, labels), row, name, 0, stays, remove)
