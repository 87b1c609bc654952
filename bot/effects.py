"""What a line does besides what its words say, for those who agree to it: who else feels it, and what goes by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from commands.command import Command
from commands.container.parts import TOLD
from commands.intent import Intent
from commands.target import Found, Missing, Target


@dataclass(frozen=True)
class Effect:
    """told follows the name of what it is done to.

    is_known: whether the asker, who reads it too, may know of that; is_open: whether all may whom the policy names.
    """

    found: Found
    told: str
    is_known: bool = True
    is_open: bool = True


def of_line(command: Command, found: Mapping[Target, Found | Missing], intent: Intent) -> Iterator[Effect]:
    """By other verbs than its own, to what the line names, finds, or takes with that."""
    there = [each for each in found.values() if isinstance(each, Found)]
    named = {each.target: each for each in (*(volume for each in there for volume in each.volumes), *there)}
    for also in command.also(found):
        yield from by_verb(also.verb, (named[target] for target in also.targets if target in named))
    for verb, done_to in intent.also.items():
        yield from by_verb(verb, done_to)


def by_verb(verb: str, found: Iterable[Found]) -> Iterator[Effect]:
    """What this verb does to each, unless the line says so itself."""
    if verb in TOLD:
        yield from (Effect(each, TOLD[verb]) for each in found)


def once(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Each of them once, however it comes about."""
    return tuple({(each.found.kind, each.found.id, each.told): each for each in effects}.values())
