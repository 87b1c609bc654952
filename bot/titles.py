"""Which entry of the timetable somebody means by a word: a number is one's alone, a name is each person's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.policy import Asker
from bot.policy_sight import Sight
from bot.timetable import Entry
from commands.attempts import Refusal

_OTHERS = "None of yours is called '{0}'; {1}'s is, which is number {2}. Say the number. Nothing was done."
_SEVERAL = "Several on the timetable are called '{}': {}. Say the number. Nothing was done."


def is_known(entry: Entry, asker: Asker, sight: Sight) -> bool:
    """Whether the asker may know of it: one's own, and those of a host on which nothing is hidden from them.

    Whatever the line names.
    """
    return asker.has(entry.actor) or sight.sees_all(replace(asker, host=entry.host))


def see_that_it_is_meant(word: str, entry: Entry, asker: Asker) -> None:
    """Nothing, where somebody may change it as this: a name is one's own, others' go by number; raises Refusal."""
    if word != str(entry.number) and not asker.has(entry.actor):
        raise Refusal(_OTHERS.format(word, entry.person, entry.number))


def meant(word: str, known: Sequence[Entry], asker: Asker) -> Entry | None:
    """The one of those called so that the asker means, their own before others'; None where there is none.

    known are those of which they may know. Raises Refusal where it may be one or another.
    """
    found = [each for each in known if asker.has(each.actor)] or known
    if len(found) > 1:
        raise Refusal(_SEVERAL.format(word, ", ".join(f"{each.number} ({each.person}'s)" for each in found)))
    return found[0] if found else None
