"""Lines that go on until somebody ends them: how each begins, who may type into it, and until when it is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace

import requests
from docker.errors import DockerException

from bot import answers, escalation
from bot.answers import End
from bot.calling import Calling
from bot.judging import Judged, Judging
from bot.lasting import Kept
from bot.living import Living
from bot.living import living as shown
from bot.policy import Allow, Deny, Hold, Policy, Rules
from bot.request import TRUSTED, Actor, Origin, Received, Request
from bot.store import Store, Unwritable
from bot.stream import Stream
from bot.streams import WAITS, WORKS, Streams
from bot.talking import Talk
from bot.talking import talking as typed_into
from bot.workers import aside
from commands.attempts import Refusal
from commands.live import Progress, View
from commands.reply import Button
from commands.target import Found, Target

_NOT_NOW = "It is not allowed any more: {}"
_CONSENT = "Somebody else has to agree to it now: {} Send the line again."
_CHANGED = "What you may see was changed. Send the line again."
_NO_THREAD = "Nobody can type into it from here: a session is a thread in Slack."
_NOT_THEM = "They cannot be let in, as they may not run this line themselves: {}"


@dataclass
class Look:
    """How a line looks that is under way, but for its text."""

    view: View = View("")  # noqa: RUF009 - a value

    def of(self, text: str) -> View:
        """With this text."""
        return replace(self.view, text=text)


@contextmanager
def _busy(around: Stream) -> Iterator[Stream]:
    """While this lasts, what is around is not silent, though nothing is typed or printed."""
    idle, around.idle = around.idle, 0.0
    try:
        yield around
    finally:
        around.touch()
        around.idle = idle


@dataclass(frozen=True)
class Lives:
    """What a command's context begins of these."""

    judging: Judging
    policy: Rules
    store: Store
    streams: Streams
    calling: Calling = field(default_factory=Calling)

    @contextmanager
    def living(self, judged: Judged, received: Received, progress: Progress) -> Iterator[Living]:
        """Have it live on, in a thread that does not count as one of the engine's; raises Refusal."""
        facts = (received.number, judged.asker.id, judged.person, judged.host.name, answers.canonical(judged.command))
        terms, since = WAITS if judged.command.lasting else None, received.since
        with (
            self.streams.open(*facts, since, terms) as stream,
            aside(),
            shown(stream, progress, self.store.files, judged.command.grep) as live,
        ):
            stream.kept = self._kept(judged, received, stream.since)
            begun = self.policy.current()
            stream.still = lambda: self._ended_by_policy(judged, received.request, begun)
            yield live

    @contextmanager
    def working(self, judged: Judged, received: Received, look: Look) -> Iterator[Stream]:
        """Have it cancelled by whoever may stop it; raises Refusal. Within a session, or a longer work, it is that."""
        facts = (received.number, judged.asker.id, judged.person, judged.host.name, answers.canonical(judged.command))
        around = self.streams.get(received.number)
        with self.streams.open(*facts, terms=WORKS) if around is None else _busy(around) as stream:
            talks, before = stream.terms != WORKS, look.view
            cancel = (Button("Cancel", f"stream stop {stream.number}"),)
            look.view = View("", buttons=cancel, lives=talks, session=talks, number=stream.number)
            try:
                yield stream
            finally:
                look.view = before

    def _kept(self, judged: Judged, received: Received, since: float) -> bool:
        """Whether it goes on over an end of slashdock, which is written down: what Slack asked and nobody agreed to."""
        request = received.request
        if not judged.command.lasting or not request.channel or request.origin in TRUSTED or request.approved:
            return False
        ids = {target.ref: each.id for target, each in judged.found.items() if isinstance(each, Found)}
        try:
            self.store.lasting.keep(Kept(received.number, request, judged.host.name, since, ids))
        except Unwritable as error:
            raise Refusal(f"This could not be written down, so it was not begun: {error}") from error
        return True

    @contextmanager
    def talking(self, judged: Judged, received: Received, progress: Progress) -> Iterator[Talk]:
        """The same with somebody who types into it, in a thread; raises Refusal."""
        request, terms = received.request, self.policy.current().terms
        if not request.channel or request.origin in TRUSTED or request.origin is Origin.SCHEDULE:
            raise Refusal(_NO_THREAD)
        facts = (received.number, judged.asker.id, judged.person, judged.host.name, answers.canonical(judged.command))
        with ExitStack() as stack:
            stream = stack.enter_context(self.streams.open(*facts))
            stream.idle = self.streams.idle
            stack.enter_context(aside())
            talk = typed_into(stream, progress, self.store.files, stream.terms.lasts, recorded=terms.recorded)
            begun = self.policy.current()
            stream.still = lambda: self._ended_session(judged, request, stream, begun)
            stream.admit = lambda actor: self._admit(judged, request, actor)
            yield stack.enter_context(talk)

    def _admit(self, judged: Judged, request: Request, actor: str) -> None:
        """See that somebody else may run the same line, with no more consent than it has; raises Refusal."""
        asked = replace(request, actor=Actor(actor, request.actor.team), received=0.0, confirmed="", approved=0)
        try:
            theirs = self.judging.judge_again(asked)
        except End as end:
            raise Refusal(_NOT_THEM.format(end.reply.error or end.reason)) from None
        if not theirs.needs <= judged.needs or theirs.found.keys() != judged.found.keys():
            raise Refusal(_NOT_THEM.format("it needs somebody else's consent"))

    def _ended_session(self, judged: Judged, request: Request, stream: Stream, begun: Policy) -> str:
        """The same of a session; who may not run its line any more types in it no more."""
        for actor in tuple(stream.guests):
            try:
                self._admit(judged, request, actor)
            except Refusal:
                stream.guests.pop(actor, None)
        return self._ended_by_policy(judged, request, begun, self._made(judged, stream.made))

    def _made(self, judged: Judged, container: str) -> Iterator[Found]:
        """The container that the line made, by its id; nothing where it made none, or nobody knows how it is."""
        with suppress(DockerException, requests.RequestException):
            targets = (Target("container", container),) if container else ()
            for each in judged.host.resolve(targets, lambda _found: False, volumes=True).values():
                if isinstance(each, Found):
                    yield each

    def _ended_by_policy(self, judged: Judged, request: Request, begun: Policy, made: Iterable[Found] = ()) -> str:
        """Why a line that lives may go on no more, as policy, roles, names and Slack are now; empty where it may.

        What shows only what its asker may see ends, too, where what that is may have become another.
        """
        try:
            asker = self.judging.asker(request, judged)
        except End as end:
            return "" if end.unsaid else _NOT_NOW.format(end.reason)
        policy, found = self.policy.current(), (each for each in judged.found.values() if isinstance(each, Found))
        called = (self.calling.now(judged.host, each) for each in (*found, *made))
        objects = tuple(obj for each in called for obj in self.judging.objects(each, judged.made_by))
        verdicts: list[Allow | Hold | Deny] = [policy.judge(asker, judged.command.spec, objects)]
        if rooted := sorted(escalation.reasons(judged.command, judged.found, policy.terms.run)):
            verdicts.append(policy.judge_root(asker, judged.command.spec, ", ".join(rooted)))
        for verdict in verdicts:
            if isinstance(verdict, Deny):
                return _NOT_NOW.format(verdict.reason)
            if isinstance(verdict, Hold) and not all(any(had <= new for had in judged.needs) for new in verdict.needs):
                return _CONSENT.format(verdict.reason)
        return _CHANGED if judged.command.spec.filtered and (policy is not begun or asker != judged.asker) else ""
