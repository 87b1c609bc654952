"""From a request to a command that may be run: read, asked of Slack, looked up at the engine, judged by the policy."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import requests
from docker.errors import DockerException

from bot import answers, escalation, objects, policy_reason, renaming, tracing
from bot.admission import Admission, Kept, nothing_kept
from bot.answers import End
from bot.besides import Besides, Case, Looked, as_made
from bot.clock import Clock
from bot.effects import Effect
from bot.hosts import EngineDown, Host, Hosts
from bot.image_names import ImageNames
from bot.lookup import is_ambiguous
from bot.objects import MadeBy
from bot.own_parts import OwnParts
from bot.policy import Allow, Asker, Deny, Hold, Object, Policy, Rules
from bot.rates import Pace
from bot.request import TRUSTED, Directory, Origin, Request, Status
from bot.rule import NOBODY, Needs
from commands.catalog import Catalog, Parsed
from commands.command import Command
from commands.context import Decision, Verdict
from commands.engine_errors import daemon
from commands.line import UsageError
from commands.seen import Seen
from commands.spec import Permission, Spec
from commands.target import Found, Missing, Target

STALE = 60  # seconds after which a line is not run any more: whoever typed it has typed it again
MOST = 100  # objects that one line may name; what names more is a mistake, or means to keep the engine busy


@dataclass(frozen=True)
class Judged:
    """A command that may be run: what its names stand for, for whom, where, and why it may."""

    command: Command
    asker: Asker
    host: Host
    found: Looked
    person: str
    reason: str
    needs: Needs  # who has to agree
    warnings: tuple[str, ...]
    root: frozenset[str]  # why the line gives root on the host
    made_by: MadeBy
    parts: OwnParts
    effects: tuple[Effect, ...] = ()  # what it does besides what it says
    exceeds: str = ""  # why it is not covered by what people agreed to once for all runs of its schedule
    agreed: str = ""  # why it is never done without somebody else's consent

    def listed(self, seen: Seen) -> tuple[Object, ...]:
        """An object of a list as the policy judges it."""
        looks = self.command.spec.permission is Permission.SEE
        protected = "" if looks else self.parts.reason(objects.OWN_CONTAINER, seen.kind, seen.id, seen.name)
        return objects.listed(seen, self.made_by, protected)


@dataclass(frozen=True)
class Judging:
    """judge() raises End where the way ends, Unwritable never: it only looks."""

    catalog: Catalog
    rules: Rules
    hosts: Hosts
    directory: Directory
    clock: Clock
    makers: Callable[[str], Mapping[str, str]]  # the name of an engine -> who made what there from chat
    grants: Callable[[str, Mapping[str, float]], frozenset[str]]  # as of Admission
    kept: Kept = nothing_kept
    pace: Pace = field(default_factory=Pace)
    candid: bool = False  # what a rule hides from the asker is told as denied, for whoever keeps the policy

    @property
    def policy(self) -> Policy:
        """The policy as it is now."""
        return self.rules.current()

    @functools.cached_property
    def _admission(self) -> Admission:
        return Admission(self.catalog, self.rules, self.hosts, self.directory, self.grants, self.pace, self.kept)

    @property
    def _specs(self) -> Iterator[Spec]:
        """Every verb."""
        return (verb.spec for verb in self.catalog)

    @tracing.timed("judge")
    def judge(self, request: Request) -> Judged:
        """The steps in their order; each may end the way."""
        if request.received and self.clock.now() - request.received > STALE:
            raise answers.too_old(STALE)
        self._admission.let_in(request)
        return self._judged(request, self._admission.pace_out(request))

    @tracing.timed("judge")
    def judge_again(self, request: Request) -> Judged:
        """The same of a line that was let in before: it is counted once, however often it is judged."""
        return self._judged(request)

    def _judged(self, request: Request, meant: Parsed | None = None) -> Judged:
        parsed = self._admission.read(request, meant)
        command = parsed.command
        host = self._admission.host(parsed, request)
        asker = self._admission.asker(request, command, host)
        case = Case(asker, command, self._made_by(host))
        found = self._look(case, host)
        try:
            verdicts = self._allowed(case, found)
            root, rooted = self._allow_root(case, found)
            verdicts += self._elevated(asker, command)
        except EngineDown as error:
            raise answers.no_engine(error, command) from error
        except End as end:
            end.found = tuple(each for each in found.values() if isinstance(each, Found))
            raise
        person = self.policy.people.person(request.actor.id) or request.actor.id
        needs = NOBODY.union(*(each.needs for each in (*verdicts, *rooted) if isinstance(each, Hold)))
        named = {target: each for target, each in found.items() if not target.repository}
        reason = next((each.reason for each in (*rooted, *verdicts) if isinstance(each, Hold)), _reason(verdicts))
        return Judged(
            command, asker, host, named, person, reason, needs, parsed.warnings, root, case.made_by, self._parts(host)
        )

    def asker(self, request: Request, judged: Judged) -> Asker:
        """Who asked for what was judged before, as Slack and the policy know them now; raises End."""
        origin = request.origin if request.origin in TRUSTED else Origin.SLASH  # nothing is pressed or begun just now
        return self._admission.asker(replace(request, origin=origin, approved=0), judged.command, judged.host)

    def verdict(self, request: Request, planned: Callable[[Judged], Judged] = lambda judged: judged) -> Verdict:
        """What would become of a line, as far as that is known before it is planned, and by what `planned` adds."""
        try:
            judged = planned(self.judge_again(request))
        except End as end:
            decision = Decision.DENY if end.status is Status.DENIED else Decision.UNKNOWN
            return Verdict(decision, (end.reply.error or end.reason).partition("\n")[0])
        missing = (each for each in judged.found.values() if isinstance(each, Missing) and not each.target.made)
        told = tuple(daemon(each.error) for each in missing)
        approvals = tuple(sorted(frozenset().union(*judged.needs)))
        return Verdict(Decision.HOLD if judged.needs else Decision.ALLOW, judged.reason, told, approvals)

    def object(self, found: Found, made_by: MadeBy) -> Object:
        """An object as the policy judges it."""
        return objects.one(found, made_by, self.policy.terms.run.binds, self.hosts.sockets())

    def objects(self, found: Found | Missing, made_by: MadeBy) -> tuple[Object, ...]:
        """The same, once for each of its names and all else that it is judged by."""
        return self._besides.objects(found, made_by)

    def _made_by(self, host: Host) -> MadeBy:
        """By whom and of what things were made there; each is asked once, and only where a right depends on it."""
        images = ImageNames(host) if self.policy.bars.know_images else None
        if not self.policy.asks_who_made:
            return MadeBy(lambda _identity: "", images)
        known = functools.cache(lambda: self.makers(host.name))
        return MadeBy(lambda identity: known().get(identity, ""), images)

    def exceeds(self, judged: Judged, details: Mapping[str, Any]) -> str:
        """Why a container that was just made gives more than what the line was judged by; empty where it does not."""
        return ", ".join(sorted(escalation.beyond(judged.command, judged.found, details, self.policy.terms.run)))

    @functools.cached_property
    def _own_parts(self) -> dict[str, OwnParts]:
        return {}

    def _parts(self, host: Host) -> OwnParts:
        """What slashdock's own container is made of there."""
        return self._own_parts.setdefault(host.name, OwnParts(host.quick))

    def guarded(self, spec: Spec, host: Host, found: Found | Missing) -> Found | Missing:
        """What a name stands for, and why nobody may touch it where slashdock's own container is made of it."""
        if spec.permission is Permission.SEE:
            return found
        reason = functools.partial(self._parts(host).reason, objects.OWN_CONTAINER)
        if isinstance(found, Missing):
            return replace(found, protected=reason(found.target.kind, found.target.ref))
        volumes = tuple(replace(each, protected=reason("volume", each.name)) for each in found.volumes)
        return replace(found, protected=reason(found.kind, found.id, found.name), volumes=volumes)

    def _look(self, case: Case, host: Host) -> Looked:
        """What the names stand for; what the asker may not even know is not there."""
        targets = case.command.targets()
        if len(targets) > MOST:
            raise answers.unread(UsageError(f"This line names {len(targets)} objects; {MOST} is the most."))
        try:
            barred = functools.partial(self._barred, case)
            found = host.resolve(targets, barred, volumes=case.spec.permission is not Permission.SEE)
            guarded = {target: self.guarded(case.spec, host, each) for target, each in found.items()}
            return {
                target: host.absent(target) if self._unknown(case, target, each) else each
                for target, each in guarded.items()
            }
        except (requests.RequestException, DockerException) as error:
            raise answers.no_engine(host.down(error), case.command) from error

    def _unknown(self, case: Case, target: Target, found: Found | Missing) -> bool:
        """Whether the asker is answered as if nothing had this name; a name that the line takes is never free so."""
        if self.candid:
            return False
        if isinstance(found, Missing) and is_ambiguous(found):
            return not self.policy.sight.sees_all(case.asker)
        return not target.made and self._hidden(case, found)

    def _hidden(self, case: Case, found: Found | Missing) -> bool:
        return any(verdict.hidden for verdict in self._denies(case, found))

    def _barred(self, case: Case, found: Found) -> bool:
        return any(self._denies(case, found))

    def _denies(self, case: Case, found: Found | Missing) -> list[Deny]:
        objects = self._besides.of(found, case)
        verdicts = [self.policy.judge(case.asker, case.spec, objects), *self._besides.kin(case, objects)]
        return [each for each in verdicts if isinstance(each, Deny)]

    def _allowed(self, case: Case, found: Looked) -> list[Allow | Hold]:
        """The verdicts on all that the line is about, none of which is a refusal."""
        spec = case.spec
        objects = tuple(
            each
            for target, looked in found.items()
            if not (isinstance(looked, Missing) and (target.made or self._hidden(case, looked)))
            for each in self._besides.of(looked, case)
        )
        for target, looked in found.items():
            if target.made and isinstance(looked, Found) and self._hidden(case, looked):
                raise answers.denied(policy_reason.taken(target.ref, self.policy.source), case.command)
        new = [
            each
            for target, looked in found.items()
            if target.made and isinstance(looked, Missing)
            for each in self._besides.of(looked, case)
        ]
        renamed = tuple(self._renamed(case, found))
        objects += tuple(new for _, new in renamed)
        makes = case.command.makes() is not None or any(target.made for target in found)
        if found and not objects and not makes:
            hidden = tuple(obj for looked in found.values() for obj in self._besides.of(looked, case))
            return list(none_refused([self.policy.undenied.judge(case.asker, spec, hidden)], case.command))
        verdicts = [
            self.policy.judge(case.asker, spec, objects or tuple(new)),
            *(self.policy.bars.new(case.asker, spec, each) for each in as_made(case.command, new, found)),
            *self._besides.kin(case, objects),
            *self._besides.verbs(case, found),
            *(self.policy.bars.leaving(case.asker, old, new) for old, new in renamed),
            *(renaming.entering(self.policy, case.asker, old, new, self._specs) for old, new in renamed),
            *self._besides.mounts(case, found),
        ]
        return list(none_refused(verdicts, case.command))

    def _renamed(self, case: Case, found: Looked) -> Iterator[tuple[Object, Object]]:
        """The object as it is, and by the name that it would have: it has to be the asker's to touch by that, too."""
        pair = case.command.renames()
        looked = None if pair is None else found.get(pair[0])
        if pair is not None and isinstance(looked, Found) and not self._hidden(case, looked):
            yield from ((each, replace(each, name=pair[1].ref)) for each in self._besides.of(looked, case))

    def _allow_root(self, case: Case, found: Looked) -> tuple[frozenset[str], list[Allow | Hold]]:
        """Why the line gives root on the host, empty where it does not, and the verdicts on that."""
        reasons = set(escalation.reasons(case.command, found, self.policy.terms.run))
        asked = [self.policy.judge_root(case.asker, case.spec, ", ".join(sorted(reasons)))] if reasons else []
        verdicts = list(none_refused(asked, case.command))
        if case.spec.permission.enters:
            looked = [each for each in found.values() if isinstance(each, Found)]
            objects = ((each, obj) for each in looked for obj in self._besides.of(each, case)[:1])
            reasons.update(f"{each.name}: {obj.root}" for each, obj in objects if obj.root)
        return frozenset(reasons), verdicts

    def _elevated(self, asker: Asker, command: Command) -> Iterator[Hold]:
        """The verdict on a role that the line asks for."""
        asked = command.elevates()
        if asked is not None:
            verdict = self.policy.judge_elevation(asker, *asked)
            if isinstance(verdict, Deny):
                raise answers.denied(verdict.reason, command)
            yield verdict

    @property
    def _besides(self) -> Besides:
        return Besides(self.catalog, self.policy, self.object)


def none_refused(verdicts: Iterable[Allow | Hold | Deny], command: Command) -> Iterator[Allow | Hold]:
    """The verdicts, unless one is a refusal, which ends the way."""
    for verdict in verdicts:
        if isinstance(verdict, Deny):
            raise answers.denied(verdict.reason, command)
        yield verdict


def _reason(verdicts: Iterable[Allow | Hold]) -> str:
    return next((each.reason for each in verdicts), "nothing that is there is named")
