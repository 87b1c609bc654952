"""The desk takes requests from Slack: the receipt is committed at once, a worker of the engine does the rest."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot import answers, leaving, tracing
from bot.answers import End
from bot.buttons import Spent
from bot.execution import silent
from bot.held import Held
from bot.lasting import Kept
from bot.leaving import Task, Tasks
from bot.owed import Owed
from bot.painted import Look
from bot.pipeline import Pipeline
from bot.record import UNWRITTEN
from bot.request import Actor, Due, Late, Member, Origin, Outcome, Received, Request, Status
from bot.store import Store, Unwritable
from bot.streams import WAITS
from bot.undelivered import Tracked, Untracked
from bot.workers import Pool
from commands import asking
from commands.asking import Form
from commands.command import Command
from commands.line import UsageError
from commands.live import Progress, Said
from commands.reply import Button
from commands.secret_lines import mask_line

PER_PERSON = 60  # requests that one person may have under way, so that nobody takes all of the workers
TOO_MANY = f"You have {PER_PERSON} lines under way already. Nothing was done; wait until some of them are answered."
UNKNOWN = "This button is not known any more. Nothing was done; type the line instead."

log = logging.getLogger(__name__)

Answer = Callable[[Outcome], None]


class Desk:
    """One pool of workers an engine, and what the buttons stand for."""

    def __init__(self, pipeline: Pipeline, store: Store, seconds: Callable[[], float] = time.monotonic) -> None:
        self._pipeline = pipeline
        self._store = store
        self._pools = {name: Pool(name) for name in pipeline.hosts.names()}
        self._lock = threading.Lock()
        self._waiting: Counter[tuple[str, bool]] = Counter()  # requests of each payer that are queued or running
        self._tasks = Tasks()
        self._owed = Owed(store, seconds)

    def take(self, request: Request, answer: Answer, button: str = "", progress: Progress = silent) -> Outcome | None:
        """None where it was taken and `answer` is called later from a worker; else the Outcome to tell at once.

        button is the id of the one that was pressed for it, if one was; what works once is not taken twice. progress is
        told how far it is, from that worker.
        """
        with tracing.trace():
            return self._taken(request, answer, button, progress)

    def _taken(self, request: Request, answer: Answer, button: str, progress: Progress) -> Outcome | None:
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
        if not self._count(request):
            return self._pipeline.turn_away(received, answers.busy(TOO_MANY))
        task = Task(received.number, request.line, received.host, answer, received)
        if self._put(task, lambda: self._work(received, task, progress)):
            return None
        self._uncount(request)
        return self._pipeline.turn_away(received, answers.busy())

    def resume(self, held: Held, answer: Callable[[Outcome | None], None], progress: Progress = silent) -> bool:
        """Have what was agreed to begun, and answered from a worker: None where it was not ours to do any more.

        Or not yet, as where nothing can be written down: whoever asks again has it tried again. False where all are
        busy, or it is being begun already.
        """
        task = Task(held.number, held.line, held.host, answer)
        again = lambda: self._pipeline.resume(held.number, progress)  # noqa: E731 - done by a worker
        return self._put_again(task, answer, again)

    def go_on(self, kept: Kept, answer: Callable[[Outcome | None], None], progress: Progress = silent) -> bool:
        """Have done again what an end of slashdock broke off, and answered as above; False where all are busy."""
        task = Task(kept.number, kept.request.line, kept.host, answer)
        again = lambda: self._pipeline.go_on(kept, progress)  # noqa: E731 - done by a worker
        return self._put_again(task, answer, again)

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
        """Whether everybody may see what its line does: the line says so, or it changes something and is no session."""
        command = self._command(request.line)
        return command is not None and (command.public or (command.spec.permission.changes and not command.lives()))

    def paints(self, look: Look) -> None:
        """A message is there that is painted anew, which is written down where it can be."""
        with suppress(Unwritable):
            self._store.painted.begin(look)

    def painted(self, channel: str, ts: str) -> None:
        """It had its last look."""
        with suppress(Unwritable):
            self._store.painted.end(channel, ts)

    def opens(self, channel: str, ts: str) -> None:
        """A session has a thread, which is written down where it can be."""
        with suppress(Unwritable):
            self._store.rooms.open(channel, ts)

    def opened(self, channel: str, ts: str) -> bool:
        """Whether a session has a thread, or had it."""
        with suppress(Unwritable):
            return self._store.rooms.has(channel, ts)
        return False

    def unpainted(self) -> list[Look]:
        """Those of an earlier process that had none."""
        with suppress(Unwritable):
            return self._store.painted.all()
        return []

    def unseen(self, number: int, why: str) -> None:
        """What lives under this number can be seen nowhere: it ends, unless it only waits, and is told of then."""
        stream = self._pipeline.streams.get(number)
        if stream is not None and stream.terms != WAITS:
            stream.end(why)

    def type(self, number: int, user: str, said: str, delivery: str, at: float) -> bool:
        """What somebody wrote in the thread of a session."""
        stream = self._pipeline.streams.get(number)
        if stream is None:
            return False
        person = stream.typist(user)
        return not person or stream.type(Said(said, person, user, at=at), delivery)

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
        return self._owed.due(number)

    def answered(self, due: Due | None) -> Tracked | Untracked:
        """Who hears what becomes of an answer."""
        return self._owed.answered(due)

    def unsent(self, flying: Container[int]) -> Iterator[Late]:
        """The answers that Slack has still to show and that are not on their way, as Owed has them."""
        return self._owed.unsent(flying)

    def found(self, number: int) -> Late | None:
        """The answer of an action whose end was found out; None where nobody waits for it in Slack."""
        return self._owed.found(number)

    def close(self, limit: float = 5) -> None:
        """Let what is under way end, for at most so many seconds in all; who still waits then is told so."""
        deadline = time.monotonic() + limit
        for pool in self._pools.values():
            pool.close(deadline)
        under_way, waiting = self._tasks.leave()
        for task in waiting:
            if task.received is not None:
                task.answer(self._pipeline.turn_away(task.received, leaving.not_begun()))
        for task in under_way:
            task.answer(leaving.told(task, self._command(task.line)))

    def _command(self, line: str) -> Command | None:
        try:
            return self._pipeline.catalog.parse(line).command
        except UsageError:
            return None

    def _pressed(self, received: Received, first: Spent) -> Outcome:
        who = self._pipeline.policy.current().people.person(first.actor) or first.actor or "somebody"
        told = f"This was pressed already, by {who}, as number {first.number}. Nothing was done."
        return self._refused(received, f"pressed already, as number {first.number}", told)

    def _refused(self, received: Received, reason: str, told: str) -> Outcome:
        return self._pipeline.turn_away(received, answers.nothing_behind(reason, told))

    def _put_again(
        self, task: Task, answer: Callable[[Outcome | None], None], again: Callable[[], Outcome | None]
    ) -> bool:
        with tracing.trace(answers.written(task.line), task.number):
            return task.host in self._pools and self._put(task, lambda: self._begin(task, answer, again))

    def _put(self, task: Task, job: Callable[[], None]) -> bool:
        """Queue it; False where too many wait already, or it does itself."""
        if not self._tasks.wait(task):
            return False
        taken = self._pools[task.host].put(job, waits="wait")
        if not taken:
            self._tasks.end(task)
        return taken

    def _work(self, received: Received, task: Task, progress: Progress) -> None:
        if not self._tasks.begin(task):
            return
        try:
            outcome = self._pipeline.finish(received, progress)
        finally:
            self._uncount(received.request)
            self._tasks.end(task)
        task.answer(outcome)

    def _begin(self, task: Task, answer: Callable[[Outcome | None], None], again: Callable[[], Outcome | None]) -> None:
        if not self._tasks.begin(task):
            return
        try:
            outcome = again()
        except Unwritable as error:
            log.warning("number %s was to be begun and could not be yet: %s", task.number, error)
            outcome = None
        finally:
            self._tasks.end(task)
        answer(outcome)

    def _count(self, request: Request) -> bool:
        """Count one more; False where this person has too many under way."""
        with self._lock:
            if self._waiting[_payer(request)] >= PER_PERSON:
                return False
            self._waiting[_payer(request)] += 1
        return True

    def _uncount(self, request: Request) -> None:
        with self._lock:
            self._waiting[_payer(request)] -= 1
            if not self._waiting[_payer(request)]:
                del self._waiting[_payer(request)]


def _payer(request: Request) -> tuple[str, bool]:
    """To whose count it goes: what people type is counted apart from what the clock asks as them."""
    return request.actor.id, request.origin is Origin.SCHEDULE


def remembered(store: Store, button: Button, host: str) -> str:
    """An opaque id for what a button stands for; one that destroys or confirms something works once.

    Empty where the line holds a secret, which is written down nowhere. Raises Unwritable.
    """
    if mask_line(button.line) != button.line:
        return ""
    if button.danger or button.confirms:
        return store.buttons.once(button.line, host, button.confirms)
    return store.buttons.remember(button.line, host, button.label, asking.written(button.form))
