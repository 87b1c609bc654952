"""Which entry of the timetable somebody means by a word: a number is one's alone, a name is each person's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.policy import Asker
from bot.policy_sight import Sight
from bot.timetable import Entry
from commands.attempts import Refusal

_SEVERAL = "Several on the timetable are called '{}': {}. Say the number. Nothing was done."


def is_known(entry: Entry, asker: Asker, sight: Sight) -> bool:
    """Whether the asker may know of it: one's own, and those of a host on which nothing is hidden from them.

    Whatever the line names.
    """
    return asker.has(entry.actor) or sight.sees_all(replace(asker, host=entry.host))


def meant(word: str, known: Sequence[Entry], asker: Asker) -> Entry | None:
    """The one of those called so that the asker means, their own before others'; None where there is none.

    known are those of which they may know. Raises Refusal where it may be one or another.
    """
    found = [each for each in known if asker.has(each.actor)] or known
    if len(found) > 1:
        raise Refusal(_SEVERAL.format(word, ", ".join(f"{each.number} ({each.person}'s)" for each in found)))
    return found[0] if found else None
