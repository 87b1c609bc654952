"""What was judged and may be done: its plan, the doing of it, and its end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import requests
from docker.errors import APIError, DockerException

from bot import answers, tracing
from bot.admission import spec_of
from bot.clock import Clock
from bot.description import arrived, mounted
from bot.discretion import Discretion
from bot.hosts import EngineDown
from bot.inside import Inside
from bot.judging import Judged, Judging
from bot.lives import Lives, Look
from bot.policy import Deny, Hold, Object, Rules
from bot.record import Answer
from bot.request import Outcome, Received, Request, Status
from bot.store import Store, Unwritable
from bot.streams import Streams
from commands import attempts, grammar, secrets, wire
from commands.aftermath import traced
from commands.allowances import Allowances
from commands.attempts import Cancelled, Interrupted, Refusal, Untouched, unanswered
from commands.context import Context
from commands.engine_errors import refused
from commands.intent import Intent, told
from commands.live import Progress, View
from commands.outside import Outside
from commands.reply import Errors, Note, Output, Printed, Reply, output
from commands.seen import Seen
from commands.spec import Permission
from commands.target import Found, Missing
from commands.uploads import Uploads

_NO_TURN = "Nothing was done: whether a cleanup runs cannot be told, as its lock in the data folder is not there: {}."
_BROKEN_OFF = "Interrupted: there may be more to show."
_MAYBE = "Interrupted: it may have been done, or not. Look at how it is now before you repeat it."

log = logging.getLogger(__name__)


def silent(_view: View) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True)
class Execution:
    """plan() says what would be done and does nothing; run() does it and never raises; settle() writes down its end."""

    judging: Judging
    policy: Rules
    store: Store
    clock: Clock
    allowances: Allowances
    streams: Streams
    inside: Callable[[Judged, Received], Inside]
    uploads: Callable[[Request], Uploads]

    @tracing.timed("plan")
    def plan(self, received: Received, judged: Judged, progress: Progress) -> Intent:
        """The intent; an End where what it must remember cannot be written."""
        try:
            return self._intent(received, judged, progress)
        except Unwritable as error:
            raise answers.unplanned(error, judged.command) from error

    def _intent(self, received: Received, judged: Judged, progress: Progress) -> Intent:
        """What exactly will be done; where that cannot be found out, to say so."""
        try:
            context = self._context(judged, received, progress)
            intent = judged.command.intent(context)
            read = partial(context.outside.bound, partial(judged.command.reads, context))
            return replace(intent, bound=lambda: {**intent.bound(), **read()})
        except Unwritable:
            raise
        except Exception as error:  # noqa: BLE001 - told by its kind, a bug of ours too
            return told(self._fault(received.number, judged, error))

    @property
    def _lives(self) -> Lives:
        return Lives(self.judging, self.policy, self.store, self.streams)

    @tracing.timed("run")
    def run(self, number: int, judged: Judged, intent: Intent) -> Reply:
        """Do it; whatever goes wrong is told in the reply."""
        reply = self._discreet(judged, self._done(number, judged, intent))
        warnings = "".join(f"{warning}\n" for warning in judged.warnings)
        reply = output(warnings) + reply  # docker prints them on standard output, before all else
        for missing in judged.found.values():
            if isinstance(missing, Missing) and missing.stand_in:
                reply = reply.renamed(missing.stand_in, missing.target.ref)
        return reply

    def _done(self, number: int, judged: Judged, intent: Intent) -> Reply:
        changes = judged.command.spec.permission.changes
        try:
            return intent.do()
        except KeyboardInterrupt:
            return replace(answers.told(_MAYBE if changes else _BROKEN_OFF), unknown=changes)
        except Exception as error:  # noqa: BLE001 - told by its kind, a bug of ours too
            reply = self._fault(number, judged, error)
            if changes and wire.lost(error):
                return unanswered(judged.command.spec.name)
            doubtful = changes and not isinstance(error, APIError | EngineDown | Untouched | Cancelled)
            return replace(reply, unknown=reply.unknown or doubtful)
        finally:
            if changes:
                judged.host.changed()

    def _discreet(self, judged: Judged, reply: Reply) -> Reply:
        """The reply without ids of what is hidden, which only errors tell of."""
        policy = self.policy.current()
        if not any(isinstance(part, Errors) for part in reply.parts) or policy.sight.sees_all(judged.asker):
            return reply
        ids = (each.id for each in judged.found.values() if isinstance(each, Found))
        named = " ".join((grammar.canonical(judged.command), *ids, *reply.ids))
        return Discretion(
            judged.host.quick, lambda seen: policy.sight.shows(judged.asker, Permission.SEE, judged.listed(seen)), named
        ).discreet(reply)

    def _fault(self, number: int, judged: Judged, error: Exception) -> Reply:
        match error:
            case APIError() | EngineDown():
                return refused(error)
            case Refusal():
                return attempts.refused(error) if isinstance(error, Cancelled) else answers.told(str(error))
            case Unwritable():
                return answers.told(f"This could not be written down: {error}")
            case requests.RequestException() | DockerException():
                return refused(judged.host.down(error))
            case Interrupted(reply=reply):
                log.error("action %s failed inside slashdock", number, exc_info=error.__cause__)
                return reply + answers.bug(number)
            case _:  # a bug of ours: told as such, never as docker's or the person's
                log.error("action %s failed inside slashdock", number, exc_info=error)
                return answers.bug(number)

    def _context(self, judged: Judged, received: Received, progress: Progress) -> Context:
        asker, spec, policy = judged.asker, judged.command.spec, self.policy.current()
        look = Look()
        return Context(
            quick=judged.host.quick,
            slow=judged.host.patient,
            found=judged.found,
            visible=self._visible(judged),
            reaches=lambda seen: all(self._reaches(judged, obj) for obj in judged.listed(seen)),
            why=lambda seen: policy.judge(asker, spec, judged.listed(seen)).reason,
            may=lambda found: all(policy.may(asker, spec, obj) for obj in self.judging.objects(found, judged.made_by)),
            sees=lambda seen: policy.sight.shows(asker, Permission.SEE, judged.listed(seen)),
            barred=lambda verb, seen: any(self._barred(judged, verb, obj) for obj in judged.listed(seen)),
            could=lambda verb, found: self._could(judged, verb, found),
            sees_all=lambda: policy.sight.sees_all(asker) and policy.sight.sees_all(asker, spec),
            sees_every=lambda kind: policy.sight.sees_all(asker, kind=kind),
            lends=lambda seen: all(policy.lends(asker, spec, obj, judged.needs) for obj in judged.listed(seen)),
            claim=lambda ids: self._claim(received.number, ids),
            note=lambda facts: self._note(received.number, facts),
            retain=lambda facts: self._retain(received.number, facts),
            recall=lambda: self.store.lasting.known(received.number),
            bringing=lambda: self._bringing(judged.host.name),
            trace=traced(received.number),
            uploads=self.uploads(received.request),
            outside=Outside(),
            now=self.clock.now(),
            host=judged.host.name,
            person=judged.person,
            beside=judged.host.beside,
            recent=judged.host.recent,
            exceeds=lambda details: self.judging.exceeds(judged, details),
            given=received.request.given,
            progress=lambda text: progress(look.of(secrets.mask_text(text))),
            work=lambda: self._lives.working(judged, received, look),
            live=lambda: self._lives.living(judged, received, progress),
            watched=progress is not silent,
            session=lambda: self._lives.talking(judged, received, progress),
            draft=self.store.files.draft,
            credentials=self.store.vault,
            allowances=policy.allowances(self.allowances),
            bot=self.inside(judged, received),
        )

    def _visible(self, judged: Judged) -> Callable[[Seen], bool]:
        """Whether a list of the line may show an object: of all for whoever sees all, without a look at each."""
        asker, spec, sight = judged.asker, judged.command.spec, self.policy.current().sight
        if spec.permission is Permission.SEE and spec.filtered and sight.sees_all(asker, spec):
            return lambda _seen: True
        return lambda seen: sight.shows(asker, spec, judged.listed(seen))

    def _reaches(self, judged: Judged, obj: Object) -> bool:
        """Whether the line may do what it does to an object that it finds by itself, with the consent that it has."""
        policy, asker, spec = self.policy.current(), judged.asker, judged.command.spec
        return policy.sight.visible(asker, spec, obj) and policy.needs(asker, spec, obj) <= judged.needs

    def _barred(self, judged: Judged, verb: str, obj: Object) -> bool:
        """Whether a rule keeps the line from doing another verb as well, with the consent that it has."""
        verdict = self.policy.current().bars.part(judged.asker, spec_of(self.judging.catalog, verb), obj)
        return isinstance(verdict, Deny) or (isinstance(verdict, Hold) and not verdict.needs <= judged.needs)

    def _could(self, judged: Judged, verb: str, found: Found) -> bool:
        """Whether a line of another verb by the same person could do it to an object that it finds by itself."""
        spec = spec_of(self.judging.catalog, verb)
        seen = self.judging.objects(self.judging.guarded(spec, judged.host, found), judged.made_by)
        return all(self.policy.current().may(judged.asker, spec, obj) for obj in seen)

    @contextmanager
    def _bringing(self, host: str) -> Iterator[None]:
        with ExitStack() as stack:
            try:
                stack.enter_context(self.store.turns.bringing(host))
            except OSError as error:
                raise Untouched(_NO_TURN.format(error.strerror)) from error
            yield

    def _claim(self, number: int, ids: Iterable[str]) -> None:
        try:
            self.store.makers.claim(number, ids)
        except Unwritable as error:
            raise Refusal(f"Who made it could not be written down: {error}") from error

    def _note(self, number: int, facts: Mapping[str, str]) -> None:
        try:
            self.store.record.note(number, facts)
        except Unwritable as error:
            raise Refusal(f"What it runs could not be written down, so nothing was done: {error}") from error

    def _retain(self, number: int, facts: Mapping[str, str]) -> None:
        try:
            self.store.lasting.learn(number, facts)
        except Unwritable as error:  # it goes on, and is answered if slashdock goes on as well
            log.error("what number %s found out would not outlive slashdock: %s", number, error)  # noqa: TRY400 - no more to say

    @tracing.timed("outcome")
    def settle(self, received: Received, judged: Judged, reply: Reply, seconds: float) -> Outcome:
        """Write its end down; unknown where that cannot be done."""
        ended = Status.CANCELLED if reply.cancelled else Status.FAILED if reply.failed else Status.DONE
        status = Status.UNKNOWN if reply.unknown else ended
        happened = judged.command.spec.permission.changes and not judged.command.lives() and _happened(reply)
        public = judged.command.public or happened
        later = self.store.tide.later()
        asked = received.request
        due = None if reply.silent else asked.due(received.number, later, public=public, quiet=reply.quiet)
        shown = reply
        try:
            self.store.record.outcome(
                received.number,
                status=status,
                error=reply.error or "",
                duration_ms=round(seconds * 1000),
                exit_code=reply.exit_code,
                details=_details(reply),
                made=reply.made,
                objects=[*mounted(judged.found.values(), judged.reason), *self._arrived(judged, reply)],
                answer=Answer(reply, due),
            )
        except Unwritable as error:
            parts = (*reply.parts, Note(f"This could not be written down: {error}"))
            status, shown = Status.UNKNOWN, replace(reply, parts=parts, failed=True, error=reply.error or str(error))
        return Outcome(status, shown, received.number, public, host=judged.host.name, due=due)

    @staticmethod
    def _arrived(judged: Judged, reply: Reply) -> list[dict[str, Any]]:
        if reply.unknown or not judged.command.spec.permission.changes:
            return []
        before = {each.id for each in judged.found.values() if isinstance(each, Found)}
        named = (target.ref for target in judged.found if target.kind == "image" and target.made)
        return arrived(judged.host, named, reply.made, before)


def _details(reply: Reply) -> dict[str, Any]:
    """What the record says of it besides: the ids of what was made or removed, and what still runs."""
    lasting = [(each.kind, each.id) for each in reply.lasting]
    return {name: value for name, value in (("ids", [*reply.ids]), ("lasting", lasting)) if value}


def _happened(reply: Reply) -> bool:
    """Whether anything may have been changed: a refusal of the engine that did nothing is for the asker alone."""
    told = any(isinstance(part, Output | Printed) for part in reply.parts)
    return not reply.failed or reply.unknown or bool(reply.ids) or told
