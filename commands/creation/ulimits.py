"""Limits of what one process may use: --ulimit NAME=SOFT[:HARD]."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from commands.creation.numbers import decimal
from commands.creation.values import checked

_NAMES = frozenset(
    {
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
        "rttime", "sigpending", "stack",
    }
)  # fmt: skip
_BOUNDS = 2
_ORDER = "ulimit soft limit must be less than or equal to hard limit"


@dataclass(frozen=True)
class Ulimit:
    """A limit; -1 is none."""

    name: str
    soft: int
    hard: int


def ulimit(text: str) -> Ulimit:
    """The limit that a text says; raises ValueError in docker's words."""
    name, equals, bounds = text.partition("=")
    if not equals:
        raise ValueError(f"invalid ulimit argument: {text}")
    if name not in _NAMES:
        raise ValueError(f"invalid ulimit type: {name}")
    values = bounds.split(":")
    if len(values) > _BOUNDS:
        raise ValueError(f"too many limit value arguments - {bounds}, can only have up to two, `soft[:hard]`")
    hard, soft = decimal(values[-1]), decimal(values[0])
    if hard != -1 and soft == -1:
        raise ValueError(f"{_ORDER}: soft: -1 (unlimited), hard: {hard}")
    if hard != -1 and soft > hard:
        raise ValueError(f"{_ORDER}: {soft} > {hard}")
    return Ulimit(name, soft, hard)


def ulimits(texts: Iterable[str]) -> list[dict[str, str | int]]:
    """The Ulimits in order of name; the last of a name holds."""
    found = {each.name: each for each in map(ulimit, texts)}
    return [{"Name": name, "Hard": found[name].hard, "Soft": found[name].soft} for name in sorted(found)]


ULIMIT = checked("ulimit", ulimit, "nofile=1024", "core=0:-1")
