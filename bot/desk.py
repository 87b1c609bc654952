"""The desk takes requests from Slack: the receipt is committed at once, a worker of the engine does the rest."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import replace
from math import inf
from typing import Any

from bot import answers, leaving
from bot.answers import End
from bot.buttons import Spent
from bot.execution import Progress, silent
from bot.held import Held
from bot.leaving import Task, Tasks
from bot.pipeline import Pipeline
from bot.record import UNWRITTEN
from bot.request import Actor, Due, Late, Member, Outcome, Received, Request, Status, recorded
from bot.store import Store, Unwritable
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
TOO_MANY = f"You have {PER_PERSON} lines under way already. Nothing was done; wait until some of them are answered."
UNKNOWN = "This button is not known any more. Nothing was done; type the line instead."
_ENDED = frozenset(Status)

log = logging.getLogger(__name__)

Answer = Callable[[Outcome], None]

log = logging.getLogger(__name__)


class Desk:
    """One pool of workers an engine, and what the buttons stand for."""

    def __init__(self, pipeline: Pipeline, store: Store, seconds: Callable[[], float] = time.monotonic) -> None:
        self._pipeline = pipeline
        self._seconds = seconds
        self._store = store
        self._pools = {name: Pool(name) for name in pipeline.hosts.names()}
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()  # requests of each person that are queued or running
        self._tasks = Tasks()
        # What ended before is on nobody else's way, and is as old as the machine's clock says.
        self._known_since = self._left_since = dict.fromkeys(store.undelivered.due(), -inf)

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
        task = Task(received.number, request.line, received.host, answer, received)
        if self._put(task, lambda: self._work(received, task, progress)):
            return None
        self._uncount(request.actor.id)
        return self._pipeline.turn_away(received, answers.busy())

    def resume(self, held: Held, answer: Callable[[Outcome | None], None], progress: Progress = silent) -> bool:
        """Have what was agreed to begun, and answered from a worker: None where it was not ours to do any more.

        Or not yet, as where nothing can be written down: whoever asks again has it tried again. False where all are
        busy, or it is being begun already.
        """
        task = Task(held.number, held.line, held.host, answer)
        return held.host in self._pools and self._put(task, lambda: self._resume(task, answer, progress))

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
        command = self._command(request.line)
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
        return Untracked() if due is None else self._tracked(due)

    def _tracked(self, due: Due) -> Tracked:
        answers_ = self._store.undelivered
        return Tracked(answers_, due, answers_.is_old(due))

    def unsent(self, flying: Container[int]) -> Iterator[Late]:
        """The answers that Slack has still to show and that are not on their way, oldest first.

        flying are the numbers of those that are. What is a day old is given up.
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

    def found(self, number: int) -> Late | None:
        """The answer of an action whose end was found out; None where nobody waits for it in Slack."""
        due, action = self.due(number), self._store.actions.get(number)
        return None if due is None or action is None else self._late(due, action)

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

    def _put(self, task: Task, job: Callable[[], None]) -> bool:
        """Queue it; False where too many wait already, or it does itself."""
        if not self._tasks.wait(task):
            return False
        taken = self._pools[task.host].put(job)
        if not taken:
            self._tasks.end(task)
        return taken

    def _work(self, received: Received, task: Task, progress: Progress) -> None:
        if not self._tasks.begin(task):
            return
        try:
            outcome = self._pipeline.finish(received, progress)
        finally:
            self._uncount(received.request.actor.id)
            self._tasks.end(task)
        task.answer(outcome)

    def _resume(self, task: Task, answer: Callable[[Outcome | None], None], progress: Progress) -> None:
        if not self._tasks.begin(task):
            return
        try:
            outcome = self._pipeline.resume(task.number, progress)
        except Unwritable as error:
            log.warning("number %s was agreed to and could not be begun yet: %s", task.number, error)
            outcome = None
        finally:
            self._tasks.end(task)
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
