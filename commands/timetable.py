"""What the verbs about schedules may ask of the bot, for the one who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from commands.reply import Reply
    from commands.target import Found


@dataclass(frozen=True)
class Wish:
    """What somebody wants to be run by the clock, as they wrote it; words is the line.

    One of cron, every and at is given; an empty zone is the asker's own. standing: others are to agree to all its runs
    at once. quiet_ok: it is run in quiet hours, too.
    """

    words: tuple[str, ...]
    cron: str = ""
    every: str = ""
    at: str = ""
    zone: str = ""
    name: str = ""
    late: str = ""
    standing: bool = False
    quiet_ok: bool = False


@dataclass(frozen=True)
class Understood:
    """How a wish is meant: its line with the secrets masked, where, when in words, and the next runs in epoch seconds.

    zone is the one it is read in, at the moment for good where it is to be run once; notes are what is to be known of
    it. keep puts it on the timetable, and raises Refusal. needs are the approvals that it takes for all its runs at
    once, concerns what they would be about, covers the kinds and names that a run may concern then, reads
    what has to stay as it is, lasts for how many seconds that would count.
    """

    line: str
    host: str
    due: str
    ahead: tuple[float, ...]
    zone: str
    at: str
    notes: tuple[str, ...]
    keep: Callable[[], Reply]
    needs: frozenset[frozenset[str]] = frozenset()
    concerns: tuple[Found, ...] = ()
    covers: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    lasts: float = 0.0


class Timetable(Protocol):
    """What runs by the clock; word is what an entry is called. Every method but listed raises Refusal."""

    def understood(self, wish: Wish) -> Understood:
        """How a wish is meant, where the asker may have it; nothing is kept."""

    def timezone(self, name: str) -> tzinfo:
        """That of this name; without one that of the schedule that runs, else the asker's, else UTC."""

    def listed(self) -> list[Mapping[str, Any]]:
        """What the asker may know of, oldest first: name, title, line, due, zone, person, host, channel, state, why.

        And next_runs and last_run in epoch seconds, last and last_number; by and changed, late and quiet_ok; agreed_by,
        agreed_to and agreed_until of what people agreed to for all its runs, the latter None where nothing is.
        """

    def entry(self, word: str) -> Mapping[str, Any]:
        """One of those."""

    def history(self, word: str, most: int) -> list[Mapping[str, Any]]:
        """Its runs, newest first: due, begun and ended in epoch seconds, what came of it, number, missed, first."""

    def check(self, verb: str, word: str) -> None:
        """See that the asker may do this to it now."""

    def pause(self, word: str, why: str) -> Reply:
        """Have it run no more until it is resumed."""

    def resume(self, word: str) -> Reply:
        """Have it run again, from now on."""

    def revoke(self, word: str) -> Reply:
        """Have each of its runs ask for consent again."""

    def remove(self, word: str) -> Reply:
        """End it."""
