"""The one way in: a request is written down, judged, written down again, done, and its outcome written down."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

from bot import answers, going_on, tracing
from bot.advance import Advance
from bot.answers import End
from bot.assent import Assent
from bot.clock import Clock
from bot.description import describe, described, mounted
from bot.execution import Execution, silent
from bot.foretelling import Foretelling
from bot.held import Held, State
from bot.holding import Holding
from bot.hosts import Hosts
from bot.insides import Insides
from bot.jobs import Job
from bot.judging import Judged, Judging
from bot.lasting import Kept
from bot.policy import Rules
from bot.record import Answer
from bot.request import Directory, Outcome, Received, Request, Status
from bot.store import Store, Unwritable
from bot.streams import Streams
from bot.widening import widened
from commands import grammar, secrets
from commands.allowances import Allowances
from commands.catalog import Catalog
from commands.context import Verdict
from commands.intent import Intent
from commands.live import Progress
from commands.reply import Reply, note
from commands.target import Found
from commands.uploads import NoUploads, Uploads

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pipeline:
    """submit() never raises for a fault of the person, the engine, the disk or slashdock itself."""

    catalog: Catalog
    policy: Rules
    store: Store
    hosts: Hosts
    directory: Directory
    clock: Clock
    jobs: Callable[[], list[Job]]  # those of the settings
    allowances: Allowances = field(default_factory=Allowances)
    streams: Streams = field(default_factory=Streams)
    decided: Callable[[int], None] = lambda _number: None  # hears of every request that waits, or waits no more
    uploads: Callable[[Request], Uploads] = lambda _request: NoUploads()
    scheduled: Callable[[], None] = lambda: None  # hears that something came onto the timetable, or goes on

    def __post_init__(self) -> None:
        """See that what lines remove is forgotten at once: it is new if it comes back."""
        self.hosts.heeded(self._forget)

    def submit(self, request: Request, progress: Progress = silent) -> Outcome:
        """The whole way of one request."""
        received = self.receive(request)
        return received if isinstance(received, Outcome) else self.finish(received, progress)

    @tracing.timed("receipt")
    def receive(self, request: Request) -> Received | Outcome:
        """Write the receipt down; an Outcome where it was there already or cannot be written."""
        tracing.facts(line := answers.written(request.line))
        try:
            receipt = self.store.record.receive(request, line)
        except Unwritable as error:
            return answers.unwritten(error, request.line)
        if receipt.duplicate:
            again = note(f"This was answered already, as number {receipt.first}.")
            return Outcome(Status.DUPLICATE, again, receipt.first)
        tracing.facts(number=receipt.number)
        return Received(receipt.number, request, self._host_name(request))

    def turn_away(self, received: Received, end: End) -> Outcome:
        """Write down that a received request goes no further, and why."""
        return self._refused(received, end)

    def finish(self, received: Received, progress: Progress = silent) -> Outcome:
        """Everything after the receipt: judge, write the intent, do it, write the outcome; progress shows how far."""
        try:
            judged = self._judged(received)
            self._fill(received.request, judged)
            intent = self._execution.plan(received, judged, progress)
            judged = self._advance.applied(received.request, widened(self._judging, judged, intent), intent)
            if judged.needs:
                return self._held(received, judged, intent)
            self._confirm(received.request, judged, intent)
            self._intend(received.number, judged, intent)
        except End as end:
            return self._refused(received, end)
        except KeyboardInterrupt:
            return self._refused(received, answers.interrupted())
        except Unwritable as error:
            return answers.unwritten(error, received.request.line)
        except Exception as error:  # noqa: BLE001 - a bug of ours: told as such, and nothing is done
            return self._refused(received, _bug(received.number, error))
        return self._done(received, judged, intent)

    def resume(self, number: int, progress: Progress = silent) -> Outcome | None:
        """Do what waited under this number and was agreed to, if it still is that; None where it is not ours to do.

        Raises Unwritable where that could not be written down first: it still waits to be begun then.
        """
        held = self.store.approvals.get(number)
        if held is None or held.state is not State.APPROVED:
            return None
        try:
            received = Received(number, self._holding.again(held), held.host)
            judged = self._judging.judge(received.request)
            self._fill(received.request, judged)
            intent = self._execution.plan(received, judged, progress)
            self._holding.check(held, widened(self._judging, judged, intent), intent, received.request)
            if not self._intend(number, judged, intent, resumed=True):
                return None
        except End as end:
            return self._ended(held, end)
        except KeyboardInterrupt:
            return self._ended(held, answers.interrupted())
        except Unwritable:
            raise
        except Exception as error:  # noqa: BLE001 - as in finish
            return self._ended(held, _bug(number, error))
        self.decided(number)
        outcome = self._done(received, judged, intent)
        self.decided(number)
        return outcome

    def go_on(self, kept: Kept, progress: Progress = silent) -> Outcome | None:
        """Do again what an end of slashdock broke off, if it may still be done; None where that is not known just now.

        Raises Unwritable where it cannot be written down: it is to be tried again then.
        """
        received = Received(kept.number, kept.request, kept.host, kept.since)
        self.store.record.adopt(kept.number)
        try:
            judged = going_on.same(kept, self._judging.judge_again(kept.request))
            intent = self._execution.plan(received, judged, progress)
            self._intend(kept.number, judged, intent)
        except End as end:
            return None if end.unsaid or end.unreached else self._refused(received, end)
        except Unwritable:
            raise
        except Exception as error:  # noqa: BLE001 - as in finish
            return self._refused(received, _bug(kept.number, error))
        return self._done(received, judged, intent)

    def _done(self, received: Received, judged: Judged, intent: Intent) -> Outcome:
        """Do it, and write its outcome."""
        started = time.monotonic()
        try:
            shown = self._shown(received.number, judged, intent)
        except Exception as error:  # noqa: BLE001 - a bug of ours behind the deed: it ends even so
            reply = _bug(received.number, error).reply
            shown = replace(reply, unknown=judged.command.spec.permission.changes)
        if shown.failed and self.streams.left(received.number):
            return answers.goes_on(received, judged.command)
        outcome = self._execution.settle(received, judged, shown, time.monotonic() - started)
        tracing.facts(status=outcome.status)
        return replace(outcome, line=answers.typed(received.request, judged.command))

    def _shown(self, number: int, judged: Judged, intent: Intent) -> Reply:
        """Do it; what is answered."""
        warning = self.policy.current().warning
        reply = self._execution.run(number, judged, intent) + (note(warning) if warning else Reply())
        reply = answers.masked(reply)
        return reply.grep(judged.command.grep) if judged.command.grep else reply

    @tracing.timed("hold")
    def _held(self, received: Received, judged: Judged, intent: Intent) -> Outcome:
        """Write down that it waits for other people's consent."""
        request = received.request
        tracing.facts(verb=judged.command.spec.name, host=received.host, status=Status.HELD)
        self._holding.see_that_some_could(judged)
        if self._holding.wants_reason(judged, request):
            raise answers.unreasoned(judged.command, there=_there(judged))
        outcome = self._holding.hold(received.number, judged, intent, request)
        self.decided(received.number)
        return outcome

    def _ended(self, held: Held, end: End) -> Outcome | None:
        outcome = self._holding.end(held, end)
        self.decided(held.number)
        return outcome

    @cached_property
    def assent(self) -> Assent:
        """Who may decide what waits."""
        return Assent(self.policy, self.store.approvals)

    @cached_property
    def _advance(self) -> Advance:
        return Advance(self.store, self.assent, self.directory)

    @cached_property
    def _holding(self) -> Holding:
        return Holding(self.store, self.assent, self.directory, self.clock)

    @cached_property
    def _judging(self) -> Judging:
        makers, grants = self.store.makers.of, self.store.grants.roles
        kept = self.store.timetable.kept
        return Judging(self.catalog, self.policy, self.hosts, self.directory, self.clock, makers, grants, kept)

    @cached_property
    def _execution(self) -> Execution:
        return self._executing(self._judging)

    def _executing(self, judging: Judging) -> Execution:
        facts = (judging, self.policy, self.store, self.clock, self.allowances, self.streams)
        return Execution(*facts, self._insides.of, self.uploads)

    def _judged(self, received: Received) -> Judged:
        try:
            return self._judging.judge(received.request)
        except Unwritable as error:
            raise answers.unplanned(error) from error

    def _forget(self, host: str, images: list[str]) -> None:
        with suppress(Unwritable):  # what the engine tells of it is read before the next cleanup
            self.store.sights.forget(host, images)

    def _host_name(self, request: Request) -> str:
        named = self.catalog.host(request.line) or request.host
        return named if named in self.hosts.names() else self.hosts.names()[0]

    def _refused(self, received: Received, end: End) -> Outcome:
        try:
            return self._refuse(received, end)
        except Unwritable as error:
            return answers.unwritten(error, received.request.line)

    @tracing.timed("outcome")
    def _refuse(self, received: Received, end: End) -> Outcome:
        request, command, reply = received.request, end.command, answers.masked(end.reply)
        verb = "" if command is None else command.spec.name
        tracing.facts(verb=verb, host=received.host, status=end.status)
        due = request.due(received.number, self.store.tide.later(), public=False)
        self.store.record.refuse(
            received.number,
            status=end.status,
            reason=secrets.mask_text(end.reason),
            line=answers.written(request.line) if command is None else answers.canonical(command),
            verb=verb,
            person=self.policy.current().people.person(request.actor.id) or "",
            host=received.host,
            targets=[describe(found) for found in end.found],
            objects=mounted(end.found, end.reason),
            answer=Answer(reply, due),
        )
        shown = answers.typed(request, command)
        told = Outcome(end.status, reply, received.number, line=shown, host=received.host, due=due)
        return replace(told, unsaid=end.unsaid)

    def _fill(self, request: Request, judged: Judged) -> None:
        """See that what has to be asked in a dialog was answered."""
        form = judged.command.form()
        if form is not None and not all(request.given.get(each.name) or each.optional for each in form.fields):
            raise answers.unfilled(form, judged.command, there=_there(judged))

    def _confirm(self, request: Request, judged: Judged, intent: Intent) -> None:
        """See that the asker agreed to what exactly will be done, where docker would ask or it gives root."""
        risk = judged.command.risk()
        if risk is not None and risk.forced and not self.policy.current().insists(judged.command.spec):
            risk = None
        there, command = _there(judged), intent.instead or judged.command
        digest = intent.digest(there, grammar.canonical(command))
        if risk is not None and not intent.idle and request.confirmed != digest:
            raise answers.question(risk, command, intent, digest, there)

    @tracing.timed("intent")
    def _intend(self, number: int, judged: Judged, intent: Intent, *, resumed: bool = False) -> bool:
        spec = judged.command.spec
        tracing.facts(verb=spec.name, host=judged.host.name)
        return self.store.record.intend(
            number,
            verb=spec.name,
            line=answers.canonical(judged.command),
            person=judged.person,
            permission=spec.permission,
            reason=judged.reason,
            host=judged.host.name,
            targets=described(judged, intent.objects),
            resumed=resumed,
        )

    @cached_property
    def _insides(self) -> Insides:
        return Insides(
            self.catalog,
            self.policy,
            self.store,
            self.hosts,
            self.directory,
            self.clock,
            self.jobs,
            self.assent,
            self.decided,
            self.scheduled,
            lambda: self._foretelling(self._judging),
            self.streams,
        )

    def explained(self, request: Request) -> Verdict:
        """What would become of somebody's line, for whoever keeps the policy: a rule that hides something is named."""
        judging = replace(self._judging, candid=True)
        return self._foretelling(judging).verdict(Received(0, request, self._host_name(request)))

    def _foretelling(self, judging: Judging) -> Foretelling:
        return Foretelling(judging, self._executing(judging), self._holding)


def _there(judged: Judged) -> list[Found]:
    return [found for found in judged.found.values() if isinstance(found, Found)]


def _bug(number: int, error: Exception) -> End:
    log.error("action %s failed inside slashdock", number, exc_info=error)
    return End(Status.FAILED, f"bug: {type(error).__name__}", answers.bug(number))
