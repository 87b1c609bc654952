"""The desk takes requests from Slack: the receipt is committed at once, a worker of the engine does the rest."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot import answers
from bot.answers import End
from bot.buttons import Spent
from bot.execution import Progress, silent
from bot.held import Held
from bot.pipeline import Pipeline
from bot.request import Actor, Due, Late, Member, Outcome, Received, Request, Status, recorded
from bot.store import UNWRITTEN, Store, Unwritable
from bot.undelivered import Shown, Tracked, Untracked
from bot.workers import Pool
from commands import asking
from commands.asking import Form
from commands.command import Command
from commands.line import UsageError
from commands.reply import Button, Reply, note
from commands.secrets import mask_line

PER_PERSON = 60  # requests that one person may have under way at an engine, so that nobody takes all of its workers
SETTLED = 60.0  # seconds after which an answer that is not on its way was not taken up by anybody
OLDEST = 86_400.0  # seconds for which an answer is tried to be shown
_AGAIN = "slashdock was restarted before Slack had confirmed this answer: it may stand above already."
_NOT_KEPT = "What was answered is not kept any more. The record says what became of it."
_GOES_ON = "slashdock stops now, and number {} is still under way. What became of it is told after the next start."
TOO_MANY = f"You have {PER_PERSON} lines under way already. Nothing was done; wait until some of them are answered."
UNKNOWN = "This button is not known any more. Nothing was done; type the line instead."

Answer = Callable[[Outcome], None]


class Desk:
    """One pool of workers an engine, and what the buttons stand for."""

    def __init__(self, pipeline: Pipeline, store: Store) -> None:
        self._pipeline = pipeline
        self._store = store
        self._pools = {name: Pool(name) for name in pipeline.hosts.names()}
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()  # requests of each person that are queued or running
        self._under_way: dict[int, tuple[Received, Answer]] = {}
        self._since = pipeline.clock.now()

    def take(self, request: Request, answer: Answer, button: str = "", progress: Progress = silent) -> Outcome | None:
        """None where it was taken and `answer` is called later from a worker; else the Outcome to tell at once.

        button is the id of the one that was pressed for it, if one was; what works once is not taken twice. progress is
        told how far it is, from that worker.
        """
        received = self._pipeline.receive(request)
        if isinstance(received, Outcome):
            return received
        try:
            other = self._store.buttons.press(button, received.number) if button else None
        except Unwritable as error:
            end = End(Status.FAILED, f"{UNWRITTEN}: {error}", answers.unwritten(error).reply)
            return self._pipeline.turn_away(received, end)
        return self._queue(received, answer, progress) if other is None else self._pressed(received, other)

    def _queue(self, received: Received, answer: Answer, progress: Progress) -> Outcome | None:
        request = received.request
        if not self._count(request.actor.id):
            return self._pipeline.turn_away(received, answers.busy(TOO_MANY))
        if self._pools[received.host].put(lambda: self._work(received, answer, progress)):
            return None
        self._uncount(request.actor.id)
        return self._pipeline.turn_away(received, answers.busy())

    def resume(self, held: Held, answer: Callable[[Outcome | None], None], progress: Progress = silent) -> bool:
        """Have what was agreed to begun, and answered from a worker: None where it was not ours to do any more.

        False where all are busy.
        """
        pool = self._pools.get(held.host)
        return pool is not None and pool.put(lambda: answer(self._pipeline.resume(held.number, progress)))

    def remember(self, button: Button, host: str) -> str:
        """An opaque id for what a button stands for; empty where it cannot be written down."""
        try:
            return remembered(self._store, button, host)
        except Unwritable:
            return ""

    def recall(self, button: str, pressed: Request) -> Request | Outcome:
        """The request for the line behind an opaque id; an Outcome where there is none, or it cannot be read."""
        try:
            known = self._store.buttons.recall(button)
        except Unwritable as error:
            return answers.unwritten(error)
        if known is not None:
            return replace(pressed, line=known.line, host=known.host, confirmed=known.confirms)
        received = self._pipeline.receive(pressed)
        return received if isinstance(received, Outcome) else self._refused(received, "unknown button", UNKNOWN)

    def form(self, button: str) -> Form | None:
        """What has to be asked in a dialog before the line of a button is run; None where nothing has, or who knows."""
        try:
            return asking.read(self._store.buttons.form(button))
        except Unwritable:
            return None

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:
        """What Slack says of a person, as a Directory gives it."""
        return self._pipeline.directory.member(actor, fresh=fresh, channel=channel)

    def public(self, request: Request) -> bool:
        """Whether everybody may see what its line does: it changes something, or the line says so."""
        command = self._command(request)
        return command is not None and (command.public or command.spec.permission.changes)

    def ask(self, button: str, place: Mapping[str, Any]) -> str:
        """An opaque id for a dialog that a button opened; empty where it cannot be written down."""
        try:
            return self._store.buttons.ask(button, place)
        except Unwritable:
            return ""

    def asked(self, dialog: str) -> tuple[str, dict[str, Any]] | None:
        """The button and the place of a dialog; None where nobody knows it, or it cannot be read."""
        try:
            return self._store.buttons.asked(dialog)
        except Unwritable:
            return None

    def spent(self, button: str) -> Spent | None:
        """The action that used up a button which works once; None where it can still be pressed, or nobody knows."""
        try:
            return self._store.buttons.spent(button)
        except Unwritable:
            return None

    def due(self, number: int) -> Due | None:
        """The answer of an action, where Slack has still to show it."""
        try:
            return self._store.undelivered.of(number)
        except Unwritable:
            return None

    def answered(self, due: Due | None) -> Tracked | Untracked:
        """Who hears what becomes of an answer."""
        return Untracked() if due is None else Tracked(self._store.undelivered, due, self._is_old(due))

    def unsent(self, flying: Container[int]) -> Iterator[Late]:
        """The answers that Slack has still to show and that are not on their way, oldest first.

        flying are the numbers of those that are. What is a day old is given up.
        """
        for due in self._store.undelivered.due():
            age = self._pipeline.clock.now() - due.at
            if due.number in flying or not (
                age > SETTLED or due.at <= self._since
            ):  # what ended before is nobody else's
                continue
            action = self._store.actions.get(due.number)
            if action is None:
                continue
            if age > OLDEST:
                self._store.undelivered.mark(due, Shown.LOST)
            else:
                yield self._late(due, action)

    def found(self, number: int) -> Late | None:
        """The answer of an action whose end was found out; None where nobody waits for it in Slack."""
        due, action = self.due(number), self._store.actions.get(number)
        return None if due is None or action is None else self._late(due, action)

    def _late(self, due: Due, action: Mapping[str, Any]) -> Late:
        request = recorded(action)
        reply = self._store.kept(action) or answers.told(action["error"] or _NOT_KEPT)
        before = note(_AGAIN) if self._is_old(due) else Reply()
        facts = {"line": action["line"], "host": action["host"], "due": due}
        return Late(request, Outcome(Status(action["status"]), before + reply, due.number, due.public, **facts))

    def _is_old(self, due: Due) -> bool:
        """Whether it is of an earlier process, which may have shown it."""
        return due.at < self._store.opened

    def close(self, limit: float = 5) -> None:
        """Let what is under way end, for at most so many seconds in all; who still waits then is told so."""
        deadline = time.monotonic() + limit
        for pool in self._pools.values():
            pool.close(deadline)
        with self._lock:
            left = tuple(self._under_way.values())
        for received, answer in left:
            request = received.request
            told = note(_GOES_ON.format(received.number))
            line = answers.written(request.line)
            answer(Outcome(Status.UNKNOWN, told, received.number, line=line, host=received.host))

    def _command(self, request: Request) -> Command | None:
        try:
            return self._pipeline.catalog.parse(request.line).command
        except UsageError:
            return None

    def _pressed(self, received: Received, first: Spent) -> Outcome:
        who = self._pipeline.policy.current().people.person(first.actor) or first.actor
        told = f"This was pressed already, by {who}, as number {first.number}. Nothing was done."
        return self._refused(received, f"pressed already, as number {first.number}", told)

    def _refused(self, received: Received, reason: str, told: str) -> Outcome:
        return self._pipeline.turn_away(received, answers.nothing_behind(reason, told))

    def _work(self, received: Received, answer: Answer, progress: Progress) -> None:
        with self._lock:
            self._under_way[received.number] = received, answer
        try:
            outcome = self._pipeline.finish(received, progress)
        finally:
            self._uncount(received.request.actor.id)
            with self._lock:
                self._under_way.pop(received.number, None)
        answer(outcome)

    def _count(self, person: str) -> bool:
        """Count one more; False where this person has too many under way."""
        with self._lock:
            if self._waiting[person] >= PER_PERSON:
                return False
            self._waiting[person] += 1
        return True

    def _uncount(self, person: str) -> None:
        with self._lock:
            self._waiting[person] -= 1
            if not self._waiting[person]:
                del self._waiting[person]


def remembered(store: Store, button: Button, host: str) -> str:
    """An opaque id for what a button stands for; one that destroys or confirms something works once.

    Empty where the line holds a secret, which is written down nowhere. Raises Unwritable.
    """
    if mask_line(button.line) != button.line:
        return ""
    if button.danger or button.confirms:
        return store.buttons.once(button.line, host, button.confirms)
    return store.buttons.remember(button.line, host, button.label, asking.written(button.form))
