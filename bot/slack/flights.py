"""The answers that are on their way to Slack: none is sent again meanwhile."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from bot.request import Due
from bot.slack.desk import Desk
from bot.slack.letter import NOBODY, Followed
from bot.undelivered import Shown


class Flights:
    """Who hears what becomes of an answer, which is on its way until then."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._flying: dict[int, Due] = {}  # by the number of the action

    @property
    def numbers(self) -> Container[int]:
        """The actions whose answers are on their way."""
        return self._flying

    def begin(self, due: Due | None) -> Followed:
        """For an answer that sets out now; nobody hears of one that is not due."""
        if due is None:
            return NOBODY
        self._flying[due.number] = due
        return _Flight(due, self._desk.answered(due), self._flying)

    def begin_of(self, number: int) -> Followed | None:
        """The same for the answer of an action; None where none is due, or it is on its way already."""
        due = self._desk.due(number)
        return None if due is None or self._flying.get(number) == due else self.begin(due)


@dataclass
class _Flight:
    """An answer on its way, and whoever hears of it besides."""

    due: Due
    followed: Followed
    flying: dict[int, Due]

    def begins(self) -> bool:
        """As they say."""
        return self.followed.begins()

    def waits(self) -> None:
        """As they say."""
        self.followed.waits()

    def ended(self, shown: Shown) -> None:
        """It is on its way no more."""
        self.followed.ended(shown)
        if self.flying.get(self.due.number) is self.due:
            del self.flying[self.due.number]
