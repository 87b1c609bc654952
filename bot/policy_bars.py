"""What restricts, whoever is allowed what: the deny and require rules, and [protect]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cached_property, partial

from bot import policy_reason
from bot.consent import Approval
from bot.policy_index import Index, What
from bot.rule import Asker, Needs, Object, Rule, Terms
from bot.verdict import Allow, Deny, Hold
from commands.spec import Permission, Spec


class Bars:
    """denies and requires are the rules by verb; source is how reasons call the file."""

    def __init__(self, terms: Terms, source: str) -> None:
        self._terms = terms
        self._source = source
        self.denies = Index.barring(terms.denies)
        self.requires = Index.barring(terms.requires)

    def new(self, asker: Asker, spec: Spec, obj: Object) -> Allow | Hold | Deny:
        """Whether this verb may make an object that is not there yet: its name may be protected, denied, or kept.

        A container's in small letters or capitals: on networks it is found by either.
        """
        if obj.kind != "container":
            return self.restricted(asker, spec, obj, policy_reason.kept)
        called = replace(obj, name=obj.name.lower())
        return self._folded.restricted(asker, spec, called, lambda _obj, *rest: policy_reason.kept(obj, *rest))

    def part(self, asker: Asker, spec: Spec, obj: Object) -> Allow | Hold | Deny:
        """Whether a line of another verb may do this as a part of it: no rule has to allow that, none may bar it."""
        return self.restricted(asker, spec, obj, partial(policy_reason.part, spec))

    def leaving(self, asker: Asker, old: Object, new: Object) -> Allow | Hold | Deny:
        """Whether an object may become another by its name, as far as that takes it out from under a rule.

        Whatever verb and channel a rule is about: it was written for the object that has the name.
        """
        rules = (*self._terms.denies, *self._terms.requires)
        left = [rule for rule in rules if rule.is_left(old, new, asker)]
        denies, bars = [rule for rule in left if not rule.approve], [rule for rule in left if rule.approve]
        if denies:
            return Deny(policy_reason.leaves(old, denies[0], self._source))
        return self._held(old, bars, policy_reason.left)

    def restricted(self, asker: Asker, spec: Spec, obj: Object, told: Callable[..., str]) -> Allow | Hold | Deny:
        """What these rules say of this verb on the object, however it is allowed; told words a Hold."""
        denies = self.denies.about(spec, obj.kind).selecting(obj, asker)
        wrong = self.guarded(spec, obj) or (policy_reason.denied(spec, denies[0], self._source) if denies else "")
        if wrong:
            return Deny(wrong)
        return self._held(obj, self.requires.about(spec, obj.kind).selecting(obj, asker), told)

    def guarded(self, what: What, obj: Object) -> str:
        """Why no rule reaches this object, empty where rules decide."""
        why = obj.protected or self._protected(obj)
        return policy_reason.protected(obj, why) if why and permission(what) is not Permission.SEE else ""

    @cached_property
    def go_by_image(self) -> bool:
        """Whether any of them is about the image of which something was made."""
        rules = (*self._terms.denies, *self._terms.requires)
        return any(each.parts[0] == "image" for rule in rules for each in rule.on)

    @property
    def know_images(self) -> bool:
        """Whether it matters what the images are called that are known by an id alone."""
        return self.go_by_image or bool(self._terms.protect.get("image"))

    def named(self, needs: Needs) -> list[list[Approval]]:
        """The approvals of each set, in order of name."""
        found = [[self._terms.approvals[name] for name in sorted(names)] for names in needs]
        return sorted(found, key=lambda each: [approval.name for approval in each])

    def _held(self, obj: Object, bars: list[Rule], told: Callable[..., str]) -> Allow | Hold:
        needs = all_of(bars)
        return Hold(told(obj, bars, self.named(needs), self._source), needs) if bars else Allow("")

    def _protected(self, obj: Object) -> str:
        globs = [glob for glob in self._terms.protect.get(obj.kind, ()) if fnmatchcase(obj.name, glob)]
        return policy_reason.named(globs[0], self._source, self._terms.lines.get(obj.kind, 0)) if globs else ""

    @cached_property
    def _folded(self) -> Bars:
        """The same with the names of containers in small letters."""
        said = self._terms
        denies, requires = (tuple(rule.folded for rule in rules) for rules in (said.denies, said.requires))
        protect = {**said.protect, "container": tuple(glob.lower() for glob in said.protect.get("container", ()))}
        return Bars(replace(said, denies=denies, requires=requires, protect=protect), self._source)


def all_of(bars: list[Rule]) -> Needs:
    """All that several rules which raise the bar ask for."""
    return frozenset(frozenset({rule.approve}) for rule in bars)


def permission(what: What) -> Permission:
    """The class, of a verb its own."""
    return what if isinstance(what, Permission) else what.permission
