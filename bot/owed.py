"""Answers that Slack is still owed: what it did not take, or did not say it took, is shown once more, for a day."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Container, Iterator, Mapping
from math import inf
from typing import Any

from bot import answers
from bot.request import Due, Late, Outcome, Status, recorded
from bot.store import Store, Unwritable
from bot.undelivered import Shown, Tracked, Untracked
from commands.reply import Reply, note

SETTLED = 60.0  # seconds after which an answer that is not on its way was not taken up by anybody
OLDEST = 86_400.0  # seconds for which an answer is tried to be shown
_AGAIN = "slashdock was restarted before Slack had confirmed this answer: it may stand above already."
_NOT_KEPT = "What was answered is not kept any more. The record says what became of it."
_ENDED = frozenset(Status)

log = logging.getLogger(__name__)


class Owed:
    """seconds is a clock that only goes on; what ended earlier is on nobody's way, and as old as the machine says."""

    def __init__(self, store: Store, seconds: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._seconds = seconds
        self._known_since = dict.fromkeys(store.undelivered.due(), -inf)
        self._left_since = dict(self._known_since)

    def due(self, number: int) -> Due | None:
        """The answer of an action, where Slack has still to show it."""
        try:
            return self._store.undelivered.of(number)
        except Unwritable:
            return None

    def answered(self, due: Due | None) -> Tracked | Untracked:
        """Who hears what becomes of an answer."""
        undelivered = self._store.undelivered
        return Untracked() if due is None else Tracked(undelivered, due, undelivered.is_old(due))

    def unsent(self, flying: Container[int]) -> Iterator[Late]:
        """Those that are not on their way, oldest first; flying are the numbers of those that are.

        What is a day old is given up.
        """
        for due in self._left(flying):
            action = self._store.actions.get(due.number)
            if action is None or action["status"] not in _ENDED:  # while it runs, what it said before is out of date
                continue
            if self._age(due) > OLDEST:
                self._store.undelivered.mark(due, Shown.LOST)
            else:
                self._left_since.pop(due, None)  # it is on its way now
                yield from self._readable(due, action)

    def found(self, number: int) -> Late | None:
        """The answer of an action whose end was found out; None where nobody waits for it in Slack."""
        due, action = self.due(number), self._store.actions.get(number)
        return None if due is None or action is None else self._late(due, action)

    def _left(self, flying: Container[int]) -> Iterator[Due]:
        """Those that nobody took up for so long, whatever the clock says: one may end at this very moment."""
        now, due = self._seconds(), self._store.undelivered.due()
        self._known_since = {each: self._known_since.get(each, now) for each in due}
        left = [each for each in due if each.number not in flying]
        self._left_since = {each: self._left_since.get(each, now) for each in left}
        return (each for each in left if now - self._left_since[each] > SETTLED)

    def _age(self, due: Due) -> float:
        """Seconds for which it is tried to be shown; by a clock that may jump only where another process began."""
        since = self._known_since[due]
        return self._store.tide.now() - due.at if since == -inf else self._seconds() - since

    def _readable(self, due: Due, action: Mapping[str, Any]) -> Iterator[Late]:
        """The same as an answer; none where it cannot be made, so that others can."""
        try:
            yield self._late(due, action)
        except Exception:  # a bug of ours must not keep the other answers back
            log.exception("the answer of action %s cannot be shown", due.number)

    def _late(self, due: Due, action: Mapping[str, Any]) -> Late:
        request = recorded(action)
        reply = self._store.record.kept(action) or answers.told(action["error"] or _NOT_KEPT)
        before = note(_AGAIN) if self._store.undelivered.is_old(due) else Reply()
        facts = {"line": action["line"], "host": action["host"], "due": due}
        return Late(request, Outcome(Status(action["status"]), before + reply, due.number, due.public, **facts))
