"""Who may do what: a pure function of the policy, the asker, the verb and the objects, each answer with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from bot import policy_file, policy_reason, roles
from bot.consent import Approval
from bot.policy_bars import Bars, all_of, permission
from bot.policy_file import PolicyError
from bot.policy_index import Able, What
from bot.policy_people import CLEANUP, People
from bot.policy_sight import Sight
from bot.rule import ME, NOBODY, Asker, Needs, Object, Rule, Terms
from bot.verdict import Allow, Deny, Hold
from commands.allowances import Allowances
from commands.spec import Permission, Spec

SAMPLE = "the sample policy (policy.toml replaces it)"

_CLEANUP_KIND = "image"
# What a container that gives root on its host can be used for only by someone with that right.
_NEEDS_ROOT = frozenset({Permission.CHANGE, Permission.ENTER, Permission.ROOT})


@dataclass(frozen=True)
class Policy:
    """What a policy file says, ready to judge by.

    source is how reasons call the file; nobody, where it is not empty, is why nobody may do anything; locked, where it
    is not empty, is why nothing may be changed; warning, where it is not empty, is what everybody is told meanwhile.
    """

    source: str
    terms: Terms
    nobody: str = ""
    locked: str = ""
    warning: str = ""

    @classmethod
    def load(cls, path: Path, specs: Iterable[Spec], hosts: frozenset[str] | None = None) -> Policy:
        """The policy of a file; raises PolicyError with every fault, and OSError where there is no such file."""
        try:
            text = path.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            raise PolicyError((f"{path}, line {_line_of(error)}: expected UTF-8 text",)) from error
        return cls.parse(text, str(path), specs, hosts)

    @classmethod
    def parse(cls, text: str, source: str, specs: Iterable[Spec], hosts: frozenset[str] | None = None) -> Policy:
        """The policy of a file's text; raises PolicyError with every fault."""
        return cls(source, policy_file.read(text, source, specs, hosts))

    @classmethod
    def sample(cls, specs: Iterable[Spec]) -> Policy:
        """The policy of the local workspace's four people, the stranger being nobody."""
        found = cls.parse(roles.SAMPLE + roles.FIRST, SAMPLE, specs)
        return replace(found, terms=_without_lines(found.terms))

    @classmethod
    def empty(cls, path: Path) -> Policy:
        """The policy of a workspace whose file is not written yet: nobody may do anything."""
        return cls(str(path), Terms(), nobody=policy_reason.no_file(path))

    def current(self) -> Policy:
        """Itself: a policy that is no file's never changes."""
        return self

    def usable(self, asker: Asker, specs: Iterable[Spec]) -> tuple[Spec, ...]:
        """The verbs that help shows: those that something allows here."""
        return tuple(spec for spec in specs if self.early(asker, spec) is None)

    def early(self, asker: Asker, spec: Spec) -> Deny | None:
        """The refusal that needs no look at the engine: nothing that this person has allows this verb here."""
        wrong = self._outside(asker, spec) or self._closed(spec) or self._unruled(asker, spec)
        if wrong:
            return Deny(wrong)
        denies = self.bars.denies.about(spec).on_all(asker)
        return Deny(policy_reason.denied(spec, denies[0], self.source)) if denies else None

    def judge(self, asker: Asker, spec: Spec, objects: tuple[Object, ...]) -> Allow | Hold | Deny:
        """Whether the person may do this to all of these objects; a name that is not there is one without labels."""
        refusal = self.early(asker, spec)
        if refusal is not None:
            return refusal
        if spec.permission is Permission.LISTED:
            return Allow(policy_reason.listed(spec, self.source))
        if not objects:
            return self._judge_all(asker, spec, self.people.allowing(asker, spec))
        reached = [(obj, self.people.reaching(asker, spec, obj)) for obj in objects]
        refusal = next(filter(None, (self._refusal(asker, spec, *each) for each in reached)), None)
        if refusal is not None:
            return refusal
        needs = NOBODY.union(*(self._needs(asker, spec, *each) for each in reached))
        bars = (
            [rule for obj in objects for rule in self.bars.requires.about(spec, obj.kind).selecting(obj, asker)]
            if needs
            else []
        )
        return self._agreed(spec, [rule for _, rules in reached for rule in rules], bars, needs)

    def needs(self, asker: Asker, what: What, obj: Object) -> Needs:
        """Whose consent it takes to do this to an object that the asker may do it to."""
        return self._needs(asker, what, obj, self.people.reaching(asker, what, obj))

    def judge_root(self, asker: Asker, spec: Spec, why: str) -> Hold | Deny:
        """Whether the person may do with this verb what gives root on the host, for this reason: never alone."""
        able = self.people.allowing(asker, Permission.ROOT)
        rules = [rule for rule in able if rule.is_on_all(asker) and rule.approve]
        if not rules:
            return Deny(policy_reason.gives_root(spec, why, self.source, self._may_all(asker, Permission.ROOT)))
        denies = self.bars.denies.about(Permission.ROOT).holding(asker)
        if denies:
            return Deny(policy_reason.no_root(why, denies[0], self.source))
        bars = self.bars.requires.about(Permission.ROOT).holding(asker)
        return self._held(spec, rules, bars, _weakest(rules) | all_of(bars))

    def judge_elevation(self, asker: Asker, role: str, seconds: float) -> Hold | Deny:
        """Whether a role may be asked for, for so long; none where nothing may be changed, as it would outlast that."""
        if self.locked:
            return Deny(self.locked)
        if self.people.person(asker.id) is None:
            return Deny(policy_reason.nobodys(self.source))
        elevation, line = self.terms.elevations.get(role), self.terms.lines.get(f"roles.{role}", 0)
        if elevation is None:
            return Deny(policy_reason.no_elevation(role, self.terms.elevations, self.source, line))
        if seconds > elevation.longest:
            return Deny(policy_reason.too_long(role, elevation.longest, self.source, line))
        needs: Needs = frozenset({frozenset({elevation.approve})})
        return Hold(policy_reason.elevated(role, self.bars.named(needs), self.source, line), needs)

    def insists(self, spec: Spec) -> bool:
        """Whether docker's question is asked although the line says yes to it already."""
        return spec.name in self.terms.insisted or spec.permission.value in self.terms.insisted

    def approval(self, name: str) -> Approval | None:
        """The approval of this name."""
        return self.terms.approvals.get(name)

    def allowances(self, outer: Allowances) -> Allowances:
        """What verbs may reach: what the settings say, and what builds may fetch from and use."""
        return replace(outer, remotes=self.terms.remotes, networks=self.terms.networks)

    def may(self, asker: Asker, what: What, obj: Object) -> bool:
        """Whether the person may do this verb, or everything of this class, to the object."""
        reaching = self.people.reaching(asker, what, obj)
        return not self._outside(asker, what) and self._refusal(asker, what, obj, reaching) is None

    def lends(self, asker: Asker, what: What, obj: Object, given: Needs) -> bool:
        """Whether rules let this verb reach an object with this consent, be it protected or not."""
        reaching = self.people.reaching(asker, what, obj)
        denies = self.bars.denies.about(what, obj.kind).selecting(obj, asker)
        return bool(reaching) and not denies and self._needs(asker, what, obj, reaching) <= given

    @cached_property
    def asks_who_made(self) -> bool:
        """Whether any right depends on who made an object from chat."""
        return any(each.is_by_label or each.text == ME for rule in self.terms.allows for each in rule.on)

    @cached_property
    def undenied(self) -> Policy:
        """The same policy without its deny rules: how a name is judged that they hide, as if nothing had it."""
        return replace(self, terms=replace(self.terms, denies=()))

    def locked_for(self, why: str) -> Policy:
        """The same policy for those who look; whoever would change something is told why they may not."""
        return replace(self, locked=why)

    def _judge_all(self, asker: Asker, spec: Spec, rules: list[Rule]) -> Allow | Hold | Deny:
        """The judgement of a verb without objects: a list shows what the rules select, all else is about the host."""
        used = rules if spec.filtered else [rule for rule in rules if rule.is_on_all(asker)]
        if not used:
            return Deny(policy_reason.too_wide(spec, rules, self.source, self._may_all(asker, spec)))
        bars = self.bars.requires.about(spec).on_all(asker)
        return self._agreed(spec, used, bars, _weakest(used) | all_of(bars))

    def _agreed(self, spec: Spec, used: list[Rule], bars: list[Rule], needs: Needs) -> Allow | Hold:
        if not needs:
            return Allow(policy_reason.allowed(spec, used, self.source))
        return self._held(spec, used, bars, needs)

    def _held(self, spec: Spec, used: list[Rule], bars: list[Rule], needs: Needs) -> Hold:
        return Hold(policy_reason.held(spec, used, bars, self.bars.named(needs), self.source), needs)

    def _may_all(self, asker: Asker, what: What) -> tuple[str, ...]:
        """Who may do it to everything there: whom somebody who may not can ask without learning what is there."""
        return self._able.names(what, asker, everywhere=True)

    def _outside(self, asker: Asker, what: What) -> str:
        """Why slashdock does not listen to this person or in this channel, empty where it does.

        Where people are asked for their consent, it hears what is everyone's, such as their answer.
        """
        if asker.id == CLEANUP:
            return ""
        if self.nobody:
            return f"{self.nobody} {policy_reason.init(asker, self.source)}"
        if self.people.person(asker.id) is None and not self.people.roles(asker.id, asker.groups):
            return policy_reason.stranger(asker, self.source)
        channels = self.terms.channels
        asked = self.terms.asked_in if permission(what) is Permission.LISTED else ()
        if channels is not None and asker.is_in_channel and asker.channel not in {*channels, *asked}:
            return policy_reason.elsewhere(asker, self.source, self.terms.lines.get("channels", 0))
        return ""

    def _closed(self, spec: Spec) -> str:
        return self.locked if spec.permission.changes else ""

    def _unruled(self, asker: Asker, spec: Spec) -> str:
        """Why no rule allows this verb here, whatever it is about; empty where one does."""
        if spec.permission is Permission.LISTED and asker.id != CLEANUP:
            return ""
        rules = self.people.allowing(asker, spec)
        if rules:
            is_about_the_host = all(each.choosing for each in spec.arguments) and not spec.filtered
            verdict = self._judge_all(asker, spec, rules) if is_about_the_host else None
            return verdict.reason if isinstance(verdict, Deny) else ""
        elsewhere = self.people.about(asker, spec)
        able = self._able.names(spec, asker, everywhere=False)
        if elsewhere:
            return policy_reason.not_here(spec, elsewhere, self.source, able)
        return policy_reason.no_rule(spec, self.people.roles(asker.id, asker.groups), self.source, able)

    @cached_property
    def people(self) -> People:
        """Who they are, and the rules that their roles give them."""
        return People(self.terms)

    @cached_property
    def sight(self) -> Sight:
        """What people may see by it."""
        return Sight(self)

    @cached_property
    def bars(self) -> Bars:
        """What restricts, whoever is allowed what."""
        return Bars(self.terms, self.source)

    @cached_property
    def _able(self) -> Able:
        return Able(self.terms)

    def _needs(self, asker: Asker, what: What, obj: Object, reaching: list[Rule]) -> Needs:
        bars = self.bars.requires.about(what, obj.kind).selecting(obj, asker)
        rooted = self.people.rooting(asker, obj) if obj.root and permission(what) in _NEEDS_ROOT else []
        return _weakest(reaching) | _weakest(rooted) | all_of(bars)

    def _refusal(self, asker: Asker, what: What, obj: Object, reaching: list[Rule]) -> Deny | None:
        """Why this may not be done to this object; who has no rule that reaches it learns nothing of it."""
        if not reaching or (asker.id == CLEANUP and obj.kind != _CLEANUP_KIND):
            rules = self.people.allowing(asker, what)
            able = self._may_all(asker, what)
            return Deny(policy_reason.out_of_reach(what, rules, self.source, able, further=obj.further))
        denies = self.bars.denies.about(what, obj.kind).selecting(obj, asker)
        if denies:
            hidden = what is not Permission.SEE and not self.may(asker, Permission.SEE, obj)
            return Deny(policy_reason.denied(what, denies[0], self.source), hidden=hidden)
        wrong = self.bars.guarded(what, obj) or self._rooted(asker, what, obj)
        return Deny(wrong) if wrong else None

    def _rooted(self, asker: Asker, what: What, obj: Object) -> str:
        """Why what gives root on its host is out of reach, empty where a rule of the class root reaches it."""
        if not obj.root or permission(what) not in _NEEDS_ROOT:
            return ""
        if self.people.rooting(asker, obj) and not self.bars.denies.about(Permission.ROOT).selecting(obj, asker):
            return ""
        return policy_reason.root(what, obj, self.source, self._may_all(asker, Permission.ROOT))


def _without_lines(terms: Terms) -> Terms:
    """The same rules, of no file whose lines could be named."""
    return replace(terms, allows=tuple(replace(rule, line=0) for rule in terms.allows), lines={})


def _weakest(rules: list[Rule]) -> Needs:
    """What is enough of what several rules that allow the same ask for: nothing where one asks for nothing."""
    if all(rule.approve for rule in rules) and rules:
        return frozenset({frozenset(rule.approve for rule in rules)})
    return NOBODY


def _line_of(error: UnicodeDecodeError) -> int:
    return error.object[: error.start].count(b"\n") + 1
