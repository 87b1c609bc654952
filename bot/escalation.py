"""Why a line gives root on the host: by what it asks for, and by what the engine then shows of what it made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot import envelope
from bot.besides import Looked, lenders
from bot.bounds import RunLimits
from commands.command import Command
from commands.target import Found


def reasons(command: Command, found: Looked, limits: RunLimits) -> Iterator[str]:
    """What the line asks for that gives root; nothing where it does not."""
    if command.escalation():
        yield command.escalation()
    body, names = command.makes(), _network_names(found)
    yield from envelope.altered_reasons(command.alters(), limits, names)
    if body is None:
        return
    yield from envelope.asked_reasons(body, limits, names)
    for each in found.values():
        if isinstance(each, Found) and each.kind == "volume" and envelope.volume_reason(each.details):
            yield envelope.volume_reason(each.details)


def beyond(command: Command, found: Looked, details: Mapping[str, Any], limits: RunLimits) -> frozenset[str]:
    """Why a container that was just made gives more than what the line was judged by; details are its inspect's."""
    body = command.makes() or {}
    more = envelope.exceeding(body, details, limits, _network_names(found))
    return more.difference(*(envelope.made_reasons(each.details, limits) for each in lenders(body, found)))


def _network_names(found: Looked) -> dict[str, str]:
    """The names of the networks of a line by how it calls them."""
    there = (each for each in found.values() if isinstance(each, Found) and each.kind == "network")
    return {each.target.ref: each.name for each in there}
