"""Who asks, whether they are heard at all, and what their line says: before anything is looked up for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot import answers, titles
from bot.answers import End
from bot.hosts import EngineDown, Host, Hosts
from bot.policy import Allow, Asker, Policy, Rules
from bot.rates import Pace
from bot.request import CLOCK, TRUSTED, Directory, Member, Origin, Request
from bot.timetable import Entry
from commands.api import NEWEST
from commands.attempts import Refusal
from commands.catalog import Catalog, Parsed, names
from commands.command import Command
from commands.line import UsageError
from commands.spec import Permission, Spec

Kept = Callable[[str], list[tuple[Entry, str]]]  # what the timetable has by this name, and its line as it is


def nothing_kept(_word: str) -> list[tuple[Entry, str]]:
    """There is no timetable."""
    return []


@dataclass(frozen=True)
class Admission:
    """Each step may end the way; grants says which roles a person has for a time, by their name and Terms.longest."""

    catalog: Catalog
    rules: Rules
    hosts: Hosts
    directory: Directory
    grants: Callable[[str, Mapping[str, float]], frozenset[str]]
    pace: Pace
    kept: Kept = nothing_kept

    @property
    def policy(self) -> Policy:
        """The policy as it is now."""
        return self.rules.current()

    def let_in(self, request: Request) -> None:
        """Whoever is nobody here learns nothing, not even how a line is written."""
        if _is_nobodys(request):
            return
        member = self._member(request, fresh=False)
        asker = self._as(request, member, self.hosts.names()[0])
        outside = self.policy.early(asker, spec_of(self.catalog, "help"))
        reason = member.refused or (outside.reason if outside is not None else None)
        if reason is not None:
            meant = self._meant(request)
            raise _refused(member, reason, None if meant is None else meant.command)

    def pace_out(self, request: Request) -> Parsed | None:
        """Whoever sends more lines than the policy lets through is turned away before the engine hears of it.

        The line as it was read for that, if it was and could be.
        """
        if request.origin is Origin.SCHEDULE or request.approved:
            return None
        policy, meant = self.policy, self._meant(request)
        command = None if meant is None else meant.command
        changes = command is not None and command.spec.permission.changes
        person = policy.people.person(request.actor.id) or request.actor.id
        wait = self.pace.wait(person, policy.terms.rates, changes=changes)
        if wait:
            raise answers.too_fast(wait, command)
        return meant

    def _as(self, request: Request, member: Member, host: str) -> Asker:
        actor, policy = request.actor.id, self.policy
        granted = self.grants(policy.people.person(actor) or "", policy.terms.longest)
        return Asker(actor, member.groups, request.channel, host, granted, policy.people.accounts(actor))

    def _meant(self, request: Request) -> Parsed | None:
        """What a line means, as far as that is known without its engine."""
        try:
            return self.catalog.parse(request.line)
        except UsageError:
            return None

    def read(self, request: Request, meant: Parsed | None = None) -> Parsed:
        """The line, read; docker's usage error ends the way, with what the asker may be told of.

        meant is what it means without its engine, where that was found out before.
        """
        try:
            parsed = self._parsed(request.line, request) if meant is None or meant.by_version else meant
            word = parsed.command.recalls()
            return self._recalled(word, parsed, request) if word else parsed
        except UsageError as error:
            raise answers.unread(error.among(self._usable(request))) from None

    def _parsed(self, line: str, request: Request) -> Parsed:
        return self.catalog.parse(line, lambda host: self._spoken(host or request.host))

    def _recalled(self, word: str, parsed: Parsed, request: Request) -> Parsed:
        """What is on the timetable by this name, to be judged as the asker's own line; a refusal ends the way."""
        host = request.host or self.hosts.names()[0]
        asker = self._as(request, self._member(request, fresh=False), host)
        known = {
            entry: line
            for entry, line in self.kept(word)
            if asker.has(entry.actor) or self._may_run(entry, asker, parsed.command.spec)
        }
        try:
            entry = titles.meant(word, tuple(known), asker)
            if entry is not None:
                titles.see_that_it_is_meant(word, entry, asker)
        except Refusal as error:
            raise answers.denied(str(error), parsed.command) from None
        if entry is None:
            raise answers.denied(f"Nothing that you may run is on the timetable as '{word}'.", parsed.command)
        found = self._parsed(known[entry], request)
        return replace(found, host=entry.host)

    def _may_run(self, entry: Entry, asker: Asker, spec: Spec) -> bool:
        """Whether the asker may run what others put on the timetable there, and may know of this."""
        there = replace(asker, host=entry.host)
        return isinstance(self.policy.judge(there, spec, ()), Allow) and titles.is_known(
            entry, asker, self.policy.sight
        )

    def _usable(self, request: Request) -> frozenset[str]:
        """The names that the asker may be told of: what help would list."""
        host = request.host or self.hosts.names()[0]
        asker = self._as(request, self._member(request, fresh=False), host)
        return names(self.policy.usable(asker, tuple(verb.spec for verb in self.catalog)))

    def _spoken(self, name: str) -> str:
        """The version of the API that is spoken with an engine; our newest where it does not answer."""
        host = self.hosts.get(name)
        try:
            return NEWEST if host is None else str(host.quick().api_version)
        except EngineDown:
            return NEWEST

    def host(self, parsed: Parsed, request: Request) -> Host:
        """The engine that is meant."""
        name = parsed.host or request.host
        host = self.hosts.get(name)
        if host is None:
            raise answers.no_host(name, self.hosts.names(), parsed.command)
        return host

    def asker(self, request: Request, command: Command, host: Host) -> Asker:
        """Who asks, as Slack knows them now; refused where no rule of theirs allows the verb at all."""
        afresh = request.origin in {Origin.BUTTON, Origin.SCHEDULE} or request.approved > 0
        deciding = command.spec.permission is Permission.LISTED
        member = self._member(request, fresh=afresh or command.spec.has_effect, deciding=deciding)
        if member.refused is not None:
            raise _refused(member, member.refused, command)
        asker = self._as(request, member, host.name)
        early = self.policy.early(asker, command.spec)
        if early is not None:
            raise answers.denied(early.reason, command)
        return asker

    def _member(self, request: Request, *, fresh: bool, deciding: bool = False) -> Member:
        actor, channel = request.actor, request.channel
        if request.origin in TRUSTED or _is_nobodys(request):
            return Member()
        member = (
            self.directory.by_clock(actor, channel)
            if request.origin is Origin.SCHEDULE
            else self.directory.member(actor, fresh=fresh, channel=channel)
        )
        return self.policy.people.known(actor.id, member, deciding=deciding)


def _refused(member: Member, reason: str, command: Command | None) -> End:
    return answers.unsaid(reason, command) if member.unsaid else answers.denied(reason, command)


def _is_nobodys(request: Request) -> bool:
    """Whether no person is behind it: a job of the settings, which Slack knows nothing of."""
    return request.origin is Origin.SCHEDULE and request.actor.id.startswith(CLOCK)


def spec_of(catalog: Catalog, name: str) -> Spec:
    """The verb of this name, which there is."""
    verb = catalog.find(tuple(name.split()))
    assert verb is not None, name  # noqa: S101 - kin and help are verbs of ours, held by a test
    return verb.spec
