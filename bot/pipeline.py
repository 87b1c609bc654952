"""The one way in: a request is written down, read, judged, written down again, done, and its outcome written down."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import requests
from docker.errors import APIError, DockerException

from bot import envelope
from bot.clock import Clock
from bot.hosts import EngineDown, Host, Hosts, describe
from bot.inside import Inside
from bot.policy import Asker, Deny, Object, Policy, Reloading
from bot.request import Directory, Member, Origin, Outcome, Request, Status
from bot.store import Store, Unwritable
from commands import grammar, secrets
from commands.catalog import Catalog
from commands.command import Command
from commands.context import Context, Found, Missing, Target, daemon
from commands.line import UsageError
from commands.reply import Button, Buttons, Errors, Note, Output, Reply, Table, failure, note, output

STALE = 60  # seconds after which a line is not run any more: whoever typed it has typed it again
TRUSTED = {Origin.SCHEDULE, Origin.EXEC, Origin.CONSOLE}  # ways in that Slack knows nothing of
OWN_CONTAINER = envelope.own_container_id()

Rules = Policy | Reloading

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Received:
    """A request whose receipt is committed under this number, and the name of the engine that it is for."""

    number: int
    request: Request
    host: str


@dataclass(frozen=True)
class Judged:
    """A command that may be run: what its names stand for, for whom, where, and why it may."""

    command: Command
    asker: Asker
    host: Host
    found: Mapping[Target, Found | Missing]
    person: str
    reason: str
    warnings: tuple[str, ...]


class _End(Exception):  # noqa: N818 - an end of the way, not a fault
    """The way ends before anything was done."""

    def __init__(self, status: Status, reason: str, reply: Reply, command: Command | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.reply = reply
        self.command = command


@dataclass(frozen=True)
class Pipeline:
    """submit() never raises for a fault of the person, the engine or the disk."""

    catalog: Catalog
    policy: Rules
    store: Store
    hosts: Hosts
    directory: Directory
    clock: Clock
    jobs: Callable[[], list[Mapping[str, Any]]]

    def submit(self, request: Request) -> Outcome:
        """The whole way of one request."""
        received = self.receive(request)
        return received if isinstance(received, Outcome) else self.finish(received)

    def receive(self, request: Request) -> Received | Outcome:
        """Write the receipt down; an Outcome where it was there already or cannot be written."""
        try:
            receipt = self.store.receive(request, secrets.mask_line(request.line))
        except Unwritable as error:
            return _unwritten(error)
        if receipt.duplicate:
            return Outcome(
                Status.DUPLICATE, note(f"This was answered already, as number {receipt.first}."), receipt.first
            )
        return Received(receipt.number, request, self._host_name(request))

    def turn_away(self, received: Received) -> Outcome:
        """Write down that a received request found no worker."""
        told = "The engine has too much to do already. Nothing was done; try again in a minute."
        try:
            return self._refuse(received, _End(Status.FAILED, "busy", _refusal(told)))
        except Unwritable as error:
            return _unwritten(error)

    def finish(self, received: Received) -> Outcome:
        """Everything after the receipt: judge, write the intent, do it, write the outcome."""
        try:
            try:
                judged = self._judge(received.request)
            except _End as end:
                return self._refuse(received, end)
            self._intend(received.number, judged)
        except Unwritable as error:
            return _unwritten(error)
        started = self.clock.now()
        reply = self._run(received.number, judged)
        outcome = self._settle(received.number, judged, reply, self.clock.now() - started)
        return replace(outcome, line=_typed(received.request, judged.command))

    def _judge(self, request: Request) -> Judged:
        if request.received and self.clock.now() - request.received > STALE:
            raise _End(Status.FAILED, "too old", _stale())
        parsed = _parsed(self.catalog, request.line)
        command, spec = parsed.command, parsed.command.spec
        host = self.hosts.get(parsed.host or request.host)
        if host is None:
            raise _End(Status.USAGE, "unknown host", _no_host(parsed.host or request.host, self.hosts), command)
        member = self._member(request, fresh=spec.permission.changes)
        if member.refused is not None:
            raise _End(Status.DENIED, member.refused, _refusal(member.refused), command)
        asker = Asker(id=request.actor.id, groups=member.groups, channel=request.channel, host=host.name)
        early = self.policy.early(asker, spec)
        if early is not None:
            raise _End(Status.DENIED, early.reason, _refusal(early.reason), command)
        try:
            found = host.resolve(command.targets())
        except EngineDown as error:
            raise _End(Status.FAILED, str(error), failure(str(error)), command) from error
        verdict = self.policy.judge(asker, spec, tuple(self._object(each) for each in found.values()))
        if isinstance(verdict, Deny):
            raise self._denial(asker, command, found, verdict)
        risk = command.risk()
        if risk is not None:
            raise _End(Status.HELD, "to be confirmed", _question(risk.question, risk.line, spec.name), command)
        person = self.policy.person(request.actor.id) or request.actor.id
        return Judged(command, asker, host, found, person, verdict.reason, parsed.warnings)

    def _denial(self, asker: Asker, command: Command, found: Mapping[Target, Found | Missing], verdict: Deny) -> _End:
        """The refusal; of what the asker may not even know, the answer is the one for a name that is not there."""
        for target, each in found.items():
            own = self.policy.judge(asker, command.spec, (self._object(each),))
            if isinstance(own, Deny) and own.hidden:
                kind = "object" if target.kind == "any" else target.kind
                absent = failure(f"Error response from daemon: No such {kind}: {target.ref}")
                return _End(Status.FAILED, own.reason, absent, command)
        return _End(Status.DENIED, verdict.reason, _refusal(verdict.reason), command)

    def _host_name(self, request: Request) -> str:
        try:
            named = self.catalog.parse(request.line).host or request.host
        except UsageError:
            named = request.host
        return named if named in self.hosts.names() else self.hosts.names()[0]

    def _member(self, request: Request, *, fresh: bool) -> Member:
        return Member() if request.origin in TRUSTED else self.directory.member(request.actor, fresh=fresh)

    def _object(self, found: Found | Missing) -> Object:
        if isinstance(found, Missing):
            return Object(kind=found.target.kind, name=found.target.ref, labels={})
        return self._known(found)

    def _known(self, found: Found) -> Object:
        container = found.kind == "container"
        return Object(
            kind=found.kind,
            name=found.name,
            labels=found.labels,
            protected=envelope.protected_reason(found.details, OWN_CONTAINER) if container else "",
            root=envelope.root_reason(found.details) if container else "",
        )

    def _refuse(self, received: Received, end: _End) -> Outcome:
        request, command = received.request, end.command
        line = secrets.mask_line(request.line if command is None else grammar.canonical(command, mask=True))
        self.store.refuse(
            received.number,
            status=end.status,
            reason=end.reason,
            line=line,
            verb="" if command is None else command.spec.name,
            person=self.policy.person(request.actor.id) or "",
        )
        shown = _typed(request, command)
        return Outcome(end.status, end.reply, received.number, line=shown, host=received.host)

    def _intend(self, number: int, judged: Judged) -> None:
        spec = judged.command.spec
        targets = [describe(found) for found in judged.found.values() if isinstance(found, Found)]
        self.store.intend(
            number,
            verb=spec.name,
            line=_shown(judged.command),
            person=judged.person,
            permission=spec.permission,
            reason=judged.reason,
            host=judged.host.name,
            targets=targets,
        )

    def _run(self, number: int, judged: Judged) -> Reply:
        command = judged.command
        try:
            reply = command.run(self._context(judged))
        except APIError as error:
            reply = failure(_refused_by_engine(error))
        except (requests.RequestException, DockerException, EngineDown) as error:
            reply = replace(failure(str(judged.host.down(error))), unknown=command.spec.permission.changes)
        except Exception:  # a bug of ours: told as such, never as docker's or the person's
            log.exception("action %s failed inside slashdock", number)
            bug = f"Something went wrong inside slashdock, not at the engine. Please report it as number {number}."
            reply = replace(failure(bug), unknown=command.spec.permission.changes)
        warnings = "".join(f"{warning}\n" for warning in judged.warnings)
        reply = output(warnings) + reply  # docker prints them on standard output, before all else
        return _masked(reply.grep(command.grep) if command.grep else reply)

    def _context(self, judged: Judged) -> Context:
        asker, spec = judged.asker, judged.command.spec
        return Context(
            docker=judged.host.quick(),
            patient=judged.host.patient(),
            found=judged.found,
            visible=lambda kind, name, labels: self.policy.visible(
                asker, spec, Object(kind=kind, name=name, labels=labels)
            ),
            may=lambda permission, found: self.policy.may(asker, permission, self._known(found)),
            now=self.clock.now(),
            host=judged.host.name,
            person=judged.person,
            bot=Inside(asker, self.catalog, self.policy, self.store, self.jobs),
        )

    def _settle(self, number: int, judged: Judged, reply: Reply, seconds: float) -> Outcome:
        status = Status.UNKNOWN if reply.unknown else Status.FAILED if reply.failed else Status.DONE
        try:
            self.store.outcome(
                number,
                status=status,
                error=secrets.mask_text(reply.error or ""),
                duration_ms=round(seconds * 1000),
                exit_code=reply.exit_code,
                details={"ids": list(reply.ids)} if reply.ids else {},
            )
        except Unwritable as error:
            told = Note(f"It was done, but its outcome could not be written down: {error}")
            status, reply = Status.UNKNOWN, Reply((*reply.parts, told), failed=True, error=str(error))
        public = judged.command.public or (judged.command.spec.permission.changes and _happened(reply))
        return Outcome(status, reply, number, public, host=judged.host.name)


def _parsed(catalog: Catalog, text: str) -> Any:
    try:
        return catalog.parse(text)
    except UsageError as error:
        hint = (Note(error.hint),) if error.hint else ()
        reply = Reply((Errors(f"{error.text}\n"), *hint), failed=True, error=error.text)
        raise _End(Status.USAGE, error.text.partition("\n")[0], reply) from None


def _shown(command: Command) -> str:
    return secrets.mask_line(grammar.canonical(command, mask=True))


def _typed(request: Request, command: Command | None) -> str:
    """The line as the person typed it, for them to recognise; canonical and masked where it holds a secret."""
    secret = command is not None and any(
        flag.secret and getattr(command, flag.field) != flag.default for flag in command.spec.flags
    )
    return _shown(command) if command is not None and secret else secrets.mask_line(request.line)


def _happened(reply: Reply) -> bool:
    """Whether anything may have been changed: a refusal of the engine that did nothing is for the asker alone."""
    return not reply.failed or reply.unknown or any(isinstance(part, Output) for part in reply.parts)


def _masked(reply: Reply) -> Reply:
    return replace(reply, parts=tuple(_masked_part(part) for part in reply.parts))


def _masked_part(part: Any) -> Any:
    match part:
        case Output() | Errors():
            return replace(part, text=secrets.mask_text(part.text))
        case Table(rows):
            return Table(tuple(tuple(secrets.mask_text(cell) for cell in row) for row in rows))
        case _:
            return part


def _refused_by_engine(error: APIError) -> str:
    if error.status_code == requests.codes.forbidden:
        return f"The socket proxy before this engine forbids the request ({error}). Allow it there, or leave the verb."
    return daemon(error)


def _refusal(reason: str) -> Reply:
    return Reply((Note(reason),), failed=True, error=reason)


def _question(question: str, line: str, verb: str) -> Reply:
    told = f"Nothing was done. To go on: docker {line}"
    button = Button(f"Run {verb}", line, danger=True)
    return Reply((Output(f"{question}\n"), Note(told), Buttons((button,))))


def _no_host(name: str, hosts: Hosts) -> Reply:
    return failure(f'No engine is named "{name}" here. Its names: {", ".join(hosts.names())}.')


def _stale() -> Reply:
    told = f"This line was not run: it waited longer than {STALE} s. Send it again if you still want it."
    return Reply((Note(told),), failed=True, error="too old")


def _unwritten(error: Unwritable) -> Outcome:
    told = f"Nothing was done, because it could not be written down first: {error}"
    return Outcome(Status.FAILED, Reply((Note(told),), failed=True, error=str(error)))
