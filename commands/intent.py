"""What a command is about to do, known before anything of it is done: it is recorded, then done."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from commands.reply import Moment, Reply

if TYPE_CHECKING:
    from commands.command import Command
    from commands.target import Found
    from commands.touching import Shared


SHORT = 12  # digits of an id, as docker shows it
DIGEST = 32  # hexadecimal digits: 128 bits


@dataclass(frozen=True)
class Intent:
    """The objects beside those that the line names which will be touched, and the doing of it.

    table shows them to whoever is to confirm it: the header first, then a row for each; empty where their names do.
    question is what docker asks where that depends on the engine, else empty. bound gives the SHA-256 of what is read
    when it is done, by what that is; it is asked where people have to agree, and raises ValueError and Refusal.
    also are those of the objects to which another verb is done as a part of it, by that verb; shares are those by whose
    namespaces it reaches others. moments are told to whoever is to confirm it, and instead is the command that a yes
    stands for, where the line would mean something else later. needs are the
    approvals that it takes for what it has done later, told what people are shown of that. agreed says why it is never
    done without somebody else's consent, empty where it may be. idle: nothing is done at all, and the reply says why;
    barred: because it may not be.
    """

    objects: tuple[Found, ...]
    do: Callable[[], Reply]
    table: tuple[tuple[str, ...], ...] = ()
    question: str = ""
    bound: Callable[[], Mapping[str, str]] = dict
    also: Mapping[str, tuple[Found, ...]] = field(default_factory=dict)
    shares: tuple[Shared, ...] = ()
    idle: bool = False
    barred: bool = False
    moments: tuple[Moment, ...] = ()
    needs: frozenset[frozenset[str]] = frozenset()
    told: tuple[str, ...] = ()
    agreed: str = ""
    instead: Command | None = None

    def digest(self, named: Iterable[Found], line: str) -> str:
        """What two runs of the line have in common that would touch the same objects, images by the same names.

        named are those in the line.
        """
        ids = sorted(" ".join((found.kind, found.id, *found.tags)) for found in (*named, *self.objects))
        return hashlib.sha256("\n".join([line, *ids]).encode()).hexdigest()[:DIGEST]

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The table, or one of the objects' kinds, names and ids; empty where there are none."""
        if self.table or not self.objects:
            return self.table
        told = tuple((found.kind, found.name, _short(found.id)) for found in self.objects)
        return (("KIND", "NAME", "ID"), *told)


def _short(id_: str) -> str:
    return id_.removeprefix("sha256:")[:SHORT]


def told(reply: Reply, *, barred: bool = False) -> Intent:
    """Nothing is done; the reply says why. barred: it may not be."""
    return Intent((), lambda: reply, idle=True, barred=barred)
