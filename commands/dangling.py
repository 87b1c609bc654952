"""The filter `dangling` for whoever may not see every container: what none of those that they may see makes use of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commands import wire
from commands.container import ls as containers
from commands.context import Context

_NAME = "dangling"
_YES, _NO = frozenset({"true", "1"}), frozenset({"false", "0"})  # all that engines take

Filters = Mapping[str, list[str]]


def apart(ctx: Context, given: Filters) -> tuple[Filters, bool | None]:
    """The filters that the engine may be asked by, and what is to be told apart here: True for what is dangling.

    None where the engine does all of it. A value that engines refuse goes to the engine, without any other.
    """
    values = frozenset(given.get(_NAME, ()))
    if not values or ctx.sees_all():
        return given, None
    rest = {name: each for name, each in given.items() if name != _NAME}
    unknown = sorted(values - _YES - _NO)
    return ({**rest, _NAME: unknown} if unknown else rest), bool(values & _YES)


def users(ctx: Context) -> list[dict[str, Any]]:
    """The containers that the asker may see, in any state; one request."""
    listed: list[dict[str, Any]] = wire.get(ctx.docker, "/containers/json", params={"all": 1})
    return [each for each in listed if containers.visible(ctx, each)]
