"""The clerk sees to what waits for consent: shown where it should be, reminded of, expired, begun once agreed to.

All it knows is in the record, so that after a restart it goes on where it was.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from bot import placing
from bot.approvals import Approvals
from bot.clock import Clock
from bot.consent import Approval, Approvers, Escalation
from bot.held import Held, State
from bot.policy import Rules
from bot.posts import Post
from bot.request import TRUSTED
from bot.store import Unwritable

TICK = 5.0  # seconds between two looks, at most; whoever changes something rings
MOST = 10_000  # requests that are seen to at a look
SHORTEST = 0.2  # seconds between two looks, at least, while nobody rings
PATIENCE = 60.0  # seconds for which what was asked and agreed to at a terminal is left to that terminal
LATE = "nobody decided in time"
UNBEGUN = "it was agreed to, and not begun in time"
UNSHOWN = "nobody could be asked: Slack took the request nowhere"
UNPLACED = "nobody could be asked: who may decide is known by a user group alone. Ask in a channel"

log = logging.getLogger(__name__)


class Board(Protocol):
    """Where requests are shown."""

    def show(self, held: Held, post: Post) -> None:
        """Show it as it is, there; whether that went well is noted with the approvals, later."""

    def remind(self, held: Held, post: Post, people: Iterable[str]) -> None:
        """Tell these people (ids of users and user groups), below what shows it, that it still waits for them."""

    def tell(self, held: Held) -> None:
        """Tell whoever asked that nothing comes of it."""


class Clerk:
    """begin hears at every look of each request that was agreed to, until it has begun it."""

    def __init__(
        self,
        approvals: Approvals,
        rules: Rules,
        clock: Clock,
        board: Board,
        begin: Callable[[Held], object],
    ) -> None:
        self._approvals = approvals
        self._rules = rules
        self._clock = clock
        self._board = board
        self._begin = begin
        self._bell = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="clerk", daemon=True)

    def ring(self, _number: int = 0) -> None:
        """Something changed: look at once."""
        self._bell.set()

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._ended.set()
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> float:
        """One look at everything that waits; the seconds until the next should be."""
        self._rules.current()  # so that a file that was broken is noticed though nobody asks for anything
        self._expire()
        for number in self._approvals.posts.lacking():
            self._place(number)  # before it is shown anywhere else
        waiting = self._approvals.listed((State.PENDING, State.APPROVED), MOST)
        for held in waiting:
            if held.state is State.APPROVED:
                if not self._is_a_terminals(held):
                    self._begin(held)
            else:
                self._urge(held)
        for number in self._approvals.posts.stale():
            self._paint(number)
        for held in self._approvals.untold():
            if self._approvals.tell(held.number):
                self._board.tell(held)
        return min([TICK, *(max(0.0, each - self._clock.now()) for held in waiting for each in _moments(held))])

    def _loop(self) -> None:
        while not self._ended.is_set():
            self._bell.clear()
            pause = TICK
            try:
                pause = self.look()
            except Unwritable as error:
                log.warning("what waits for consent was not seen to: %s", error)
            except Exception:  # a bug of ours must not end all consent
                log.exception("what waits for consent was not seen to")
            self._bell.wait(max(SHORTEST, pause))

    def _expire(self) -> None:
        for number in self._approvals.overdue():
            self._approvals.settle(number, (State.PENDING,), State.EXPIRED, why=LATE)
            self._approvals.settle(number, (State.APPROVED,), State.EXPIRED, why=UNBEGUN)

    def _is_a_terminals(self, held: Held) -> bool:
        """Whether a terminal will begin it: it was asked for and agreed to there, just now."""
        ways = {held.origin, *(vote.origin for vote in held.votes)}
        last = max((vote.at for vote in held.votes), default=held.asked)
        return ways <= TRUSTED and self._clock.now() - last < PATIENCE

    def _urge(self, held: Held) -> None:
        now = self._clock.now()
        late = {each: when for each, when in _reminders(held).items() if when <= now}
        if late and self._approvals.mark(held.number, "reminded", max(late.values()) - held.asked):
            self._remind(held, [each.approvers for each in late])
        due = {each: when for each, when in _escalations(held).items() if when <= now}
        if due and self._approvals.mark(held.number, "escalated", max(due.values()) - held.asked):
            self._remind(held, [each.approvers for each in due if not each.channel])
            placing.escalate(self._approvals, self._rules, held, due)

    def _remind(self, held: Held, approvers: list[Approvers]) -> None:
        """Name those of them who have not said anything, and the user groups among them."""
        said = {vote.person for vote in held.votes}
        people = [*placing.deciders(self._rules, held, approvers, said), *self._groups(approvers)]
        for post in self._approvals.posts.of(held.number) if people else ():
            if post.ts:
                self._board.remind(held, post, people)

    def _groups(self, approvers: Iterable[Approvers]) -> list[str]:
        """The ids of the user groups whose members may decide."""
        given = self._rules.current().terms.groups
        named = (group for each in approvers for group in each.groups)
        with_role = (group for each in approvers for group, roles in given.items() if each.have(roles, ()))
        return list(dict.fromkeys((*named, *with_role)))

    def _place(self, number: int) -> None:
        held = self._approvals.get(number)
        placed = held is not None and placing.place(self._approvals, self._rules, held)
        if placed and not self._approvals.posts.of(number):
            self._approvals.settle(number, (State.PENDING,), State.CANCELLED, why=UNPLACED)

    def _paint(self, number: int) -> None:
        held = self._approvals.get(number)
        if held is not None:
            for post in self._approvals.posts.of(number):
                if post.shown < held.version:
                    self._board.show(held, post)


def unshown(approvals: Approvals, post: Post) -> None:
    """Note that a message could not be sent; what is shown nowhere then is cancelled, for nobody will decide it."""
    approvals.posts.drop(post.number, post.channel)
    if not approvals.posts.of(post.number):
        approvals.settle(post.number, (State.PENDING,), State.CANCELLED, why=UNSHOWN)


def _moments(held: Held) -> Iterator[float]:
    """When something is due by the clock."""
    yield held.expires if held.begin_by is None else held.begin_by
    yield from _reminders(held).values()
    yield from _escalations(held).values()


def _reminders(held: Held) -> dict[Approval, float]:
    """The approvals whose approvers are still to be reminded, and when."""
    moments = {each: held.asked + each.remind for each in held.approvals() if each.remind is not None}
    return {each: when for each, when in moments.items() if held.reminded is None or held.reminded < when}


def _escalations(held: Held) -> dict[Escalation, float]:
    """Those who are still to be told that nobody decided, and when."""
    moments = {each: held.asked + each.after for one in held.approvals() if (each := one.escalation) is not None}
    return {each: when for each, when in moments.items() if held.escalated is None or held.escalated < when}
