from __future__ import annotations

import dataclasses
from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.consent import Approval, Approvers
from bot.policy import Allow, Asker, Hold, Object, Policy
from bot.rule import NOBODY, Needs, Person, Rule, Selector, Terms
from commands import catalog
from commands.spec import Permission, Spec

SPECS = tuple(verb.spec for verb in catalog.load())
ROLES = ("dev", "sre")
HOSTS = ("local", "prod")
CHANNELS = ("C0OPS00001", "C0DEV00001")
VERBS = ("see", "read", "act", "change", "enter", "container logs", "container ls", "system info")
APPROVALS = ("one", "two")
NAMED = ("", *APPROVALS, *APPROVALS)  # what the rules that allow ask for: nothing in one of five
KNOWN = {name: Approval(name, 1, Approvers(frozenset({"dev"}))) for name in APPROVALS}
SELECTORS = (
    "*", "name:web-*", "name:db", "image:app:*", "image:web*", "network:front", "volume:pg*", "project:shop",
    "label:tier", "label:tier=front", "host:pr*", "by:me",
)  # fmt: skip


def some(words: tuple[str, ...], least: int = 0) -> st.SearchStrategy[frozenset[str]]:
    """Up to two of these words."""
    return st.frozensets(st.sampled_from(words), min_size=least, max_size=2)


def seldom(words: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    """None of these words, or a few."""
    return st.just(frozenset[str]()) | st.just(frozenset[str]()) | some(words)


def rules(
    role: st.SearchStrategy[str], approve: st.SearchStrategy[str], verbs: tuple[str, ...] = VERBS
) -> st.SearchStrategy[Rule]:
    """Rules of this role that need these approvals."""
    selectors = some(SELECTORS, 1).map(lambda words: tuple(map(Selector, sorted(words))))
    wide = st.just((Selector("*"),))
    named = st.frozensets(st.sampled_from(verbs), min_size=1, max_size=2) | st.just(frozenset(VERBS))
    return st.builds(Rule, role, named, wide | selectors, seldom(HOSTS), seldom(CHANNELS), st.just(0), approve)


near = st.sampled_from(("*", "name:web-*", "name:*", "host:pr*")).map(lambda word: (Selector(word),))


def _root_needs_consent(rule: Rule) -> Rule:
    """The rule as a file may have it: the class root is never without an approval."""
    return dataclasses.replace(rule, approve=rule.approve or "two") if "root" in rule.verbs else rule


def alice(roles: frozenset[str]) -> Person:
    """A person of two accounts, with these roles."""
    return Person("alice", ("U0ALICE01", "U0ALICE02"), tuple(sorted(roles)))


allows = rules(st.sampled_from(ROLES), st.sampled_from(("", *APPROVALS)), (*VERBS, "root")).map(_root_needs_consent)
denies = rules(st.just(""), st.just(""), (*VERBS, "root"))
requires = rules(st.just(""), st.sampled_from(APPROVALS), (*VERBS, "root"))
terms = st.builds(
    Terms,
    people=(st.just(frozenset(ROLES)) | some(ROLES)).map(lambda roles: (alice(roles),)),
    groups=some(ROLES).map(lambda roles: {"S0ONCALL1": tuple(sorted(roles))}),
    allows=(st.lists(allows, min_size=2, max_size=4) | st.lists(allows, max_size=5)).map(tuple),
    denies=st.lists(denies, max_size=2).map(tuple),
    requires=st.lists(requires, max_size=3).map(tuple),
    channels=st.none() | st.none() | some(CHANNELS, 1),
    protect=st.sampled_from(({}, {"container": ("db",)})),
    approvals=st.just(KNOWN),
)
askers = st.builds(
    Asker,
    st.sampled_from((*["U0ALICE01"] * 8, "U0MALLORY", "schedule:cleanup")),
    some(("S0ONCALL1", "S0OTHERS1")),
    st.sampled_from((*CHANNELS, "C0OTHERS01", "D0ALICE001", "")),
    st.sampled_from(HOSTS),
    some(ROLES),
    st.just(frozenset({"U0ALICE01", "U0ALICE02"})),
)
objects = st.builds(
    Object,
    st.sampled_from(("container", "image", "volume", "network")),
    st.sampled_from(("web-1", "db", "other", "app:1.0", "front", "pgdata")),
    st.sampled_from(({}, {"tier": "front"}, {"tier": "back"}, {"com.docker.compose.project": "shop"})),
    st.sampled_from(("", "", "", "it is the bot's")),
    st.sampled_from(("", "", "privileged")),
    st.sampled_from(("", "app:1.0", "busybox")),
    st.sampled_from(("", "U0ALICE02", "U0BOB0001")),
)
RESTART = next(spec for spec in SPECS if spec.name == "container restart")
COMMON = ("container logs", "container ls", "container restart", "container rm", "container exec", "system info")
specs = st.sampled_from([spec for spec in SPECS if spec.name in COMMON]) | st.sampled_from(SPECS)
lines = st.lists(objects, max_size=2).map(tuple)


# Where every rule names the verb and most reach the object, so that they meet: all are the same person's.
near_allows = st.builds(
    Rule, st.sampled_from(ROLES), st.just(frozenset({"act"})), near, seldom(HOSTS), approve=st.sampled_from(NAMED)
)
near_denies = st.builds(Rule, st.just(""), st.just(frozenset({"act"})), near, some(HOSTS))
near_requires = st.builds(Rule, st.just(""), st.just(frozenset({"act"})), near, approve=st.sampled_from(APPROVALS))
near_terms = st.builds(
    Terms,
    people=st.just((alice(frozenset(ROLES)),)),
    allows=st.lists(near_allows, min_size=1, max_size=4).map(tuple),
    denies=st.lists(near_denies, max_size=1).map(tuple),
    requires=st.lists(near_requires, max_size=2).map(tuple),
    approvals=st.just(KNOWN),
)
near_lines = st.lists(st.builds(Object, st.just("container"), st.sampled_from(("web-1", "db"))), max_size=2).map(tuple)
NEAR = Asker("U0ALICE01", host="prod")


def policy(said: Terms) -> Policy:
    """The policy that says this."""
    return Policy("policy.toml", said)


def needs(said: Terms, asker: Asker, spec: Spec, line: tuple[Object, ...]) -> Needs | None:
    """Whose consent it takes, None where it is refused."""
    verdict = policy(said).judge(asker, spec, line)
    if isinstance(verdict, Hold):
        assert verdict.needs
        return verdict.needs
    return NOBODY if isinstance(verdict, Allow) else None


def yes(said: Terms, asker: Asker, spec: Spec, line: tuple[Object, ...]) -> bool:
    """Whether it is not refused: at once, or once others agree."""
    return needs(said, asker, spec, line) is not None


def at_most(less: Needs | None, more: Needs | None) -> bool:
    """Whether the first asks for no more: each set of approvals that is enough for the second is enough for it."""
    if less is None or more is None:
        return more is None
    given = (frozenset(each) for size in range(len(APPROVALS) + 1) for each in combinations(APPROVALS, size))
    return all(_enough(less, each) for each in given if _enough(more, each))


def _enough(needed: Needs, given: frozenset[str]) -> bool:
    return all(each & given for each in needed)


@given(terms, askers, specs, lines, st.randoms(use_true_random=False))
def test_the_order_of_rules_never_matters(
    said: Terms, asker: Asker, spec: Spec, line: tuple[Object, ...], random: Random
) -> None:
    """Shuffled rules and objects give the same decision, and ask for the same consent."""
    shuffled = dataclasses.replace(
        said,
        allows=tuple(random.sample(said.allows, len(said.allows))),
        denies=tuple(random.sample(said.denies, len(said.denies))),
        requires=tuple(random.sample(said.requires, len(said.requires))),
    )
    objects = tuple(random.sample(line, len(line)))
    assert needs(said, asker, spec, line) == needs(shuffled, asker, spec, objects)


@given(terms, allows, askers, specs, lines)
def test_one_more_allow_never_permits_less(
    said: Terms, more: Rule, asker: Asker, spec: Spec, line: tuple[Object, ...]
) -> None:
    """What was allowed stays so, and what was enough consent is still enough."""
    wider = dataclasses.replace(said, allows=(*said.allows, more))
    assert at_most(needs(wider, asker, spec, line), needs(said, asker, spec, line))


@given(terms, denies, askers, specs, lines)
def test_one_more_deny_never_permits_more(
    said: Terms, more: Rule, asker: Asker, spec: Spec, line: tuple[Object, ...]
) -> None:
    """What was refused stays refused, and no consent becomes needless."""
    narrower = dataclasses.replace(said, denies=(*said.denies, more))
    assert at_most(needs(said, asker, spec, line), needs(narrower, asker, spec, line))


@given(terms, requires, askers, specs, lines)
def test_one_more_require_never_permits_more(
    said: Terms, more: Rule, asker: Asker, spec: Spec, line: tuple[Object, ...]
) -> None:
    """It refuses nothing, and asks for all that was asked for."""
    narrower = dataclasses.replace(said, requires=(*said.requires, more))
    before, after = needs(said, asker, spec, line), needs(narrower, asker, spec, line)
    assert at_most(before, after)
    assert (before is None) == (after is None)


@given(terms, allows, askers, specs)
def test_one_more_allow_never_hinders_what_gives_root(said: Terms, more: Rule, asker: Asker, spec: Spec) -> None:
    """And it never goes without somebody's consent."""
    wider = policy(dataclasses.replace(said, allows=(*said.allows, more))).judge_root(asker, spec, "privileged")
    before = policy(said).judge_root(asker, spec, "privileged")
    if isinstance(before, Hold):
        assert isinstance(wider, Hold)
        assert at_most(wider.needs, before.needs)
    assert not isinstance(wider, Hold) or wider.needs


@given(terms, denies, requires, askers, specs)
def test_one_more_deny_or_require_never_eases_what_gives_root(
    said: Terms, deny: Rule, bar: Rule, asker: Asker, spec: Spec
) -> None:
    """It stays refused, or takes at least the same consent."""
    before = policy(said).judge_root(asker, spec, "privileged")
    for narrower in (
        dataclasses.replace(said, denies=(*said.denies, deny)),
        dataclasses.replace(said, requires=(*said.requires, bar)),
    ):
        after = policy(narrower).judge_root(asker, spec, "privileged")
        if isinstance(after, Hold):
            assert isinstance(before, Hold)
            assert at_most(before.needs, after.needs)


@given(near_terms, near_allows, near_denies, near_requires, near_lines)
def test_rules_that_meet_add_up_as_they_should(
    said: Terms, allow: Rule, deny: Rule, bar: Rule, line: tuple[Object, ...]
) -> None:
    """The same three properties, where several rules are about the same verb and object."""
    before = needs(said, NEAR, RESTART, line)
    wider = needs(dataclasses.replace(said, allows=(allow, *said.allows)), NEAR, RESTART, line)
    denied = needs(dataclasses.replace(said, denies=(deny, *said.denies)), NEAR, RESTART, line)
    raised = needs(dataclasses.replace(said, requires=(bar, *said.requires)), NEAR, RESTART, line)
    assert at_most(wider, before)
    assert at_most(before, denied)
    assert at_most(before, raised)
    assert (before is None) == (raised is None)


@given(near_terms, near_lines)
def test_the_bar_is_what_every_rule_says(said: Terms, line: tuple[Object, ...]) -> None:
    """For each object one of the approvals by which it is allowed, unless a rule asks for none; and all required."""
    got = needs(said, NEAR, RESTART, line)
    if got is not None and line:
        for obj in line:
            asked = [rule.approve for rule in said.allows if rule.selects(obj, NEAR) and rule.holds_for(NEAR)]
            bars = [rule.approve for rule in said.requires if rule.selects(obj, NEAR)]
            assert asked
            assert all(frozenset({each}) in got for each in bars)
            assert "" in asked or frozenset(asked) in got


@given(terms, askers, specs, objects)
def test_labels_of_what_was_made_from_chat_give_nobody_a_right(
    said: Terms, asker: Asker, spec: Spec, obj: Object
) -> None:
    """They can restrict, and no more: without them nothing is permitted less, unless by the bars that they lift."""
    made = dataclasses.replace(obj, maker=obj.maker or "U0BOB0001")
    bare = dataclasses.replace(made, labels={})
    if spec.permission is not Permission.LISTED:
        assert at_most(needs(said, asker, spec, (bare,)), needs(said, asker, spec, (made,)))


@given(rules(st.sampled_from(("", "dev")), st.just("")), objects, askers)
def test_a_label_selects_what_was_made_from_chat_only_to_restrict(rule: Rule, obj: Object, asker: Asker) -> None:
    """Rules that deny or require go by labels as ever."""
    by_label = tuple(each for each in rule.on if each.is_by_label)
    if by_label and obj.maker:
        narrow = dataclasses.replace(rule, on=by_label)
        matches = any(each.matches(obj, asker) for each in by_label)
        assert narrow.selects(obj, asker) == (matches and not rule.role)


@given(askers, objects)
def test_what_one_made_is_ones_own_by_any_account(asker: Asker, obj: Object) -> None:
    """by:me is about the person, not the account, and about nobody else."""
    mine = Selector("by:me").matches(obj, asker)
    assert mine == (obj.maker in {asker.id, *asker.accounts} - {""})


@given(terms, askers, specs, lines)
def test_what_no_rule_names_is_denied(said: Terms, asker: Asker, spec: Spec, line: tuple[Object, ...]) -> None:
    """Without an allow rule of one's roles there is only what everyone listed may, and the nightly cleanup."""
    bare = dataclasses.replace(said, allows=())
    if yes(bare, asker, spec, line):
        assert spec.permission is Permission.LISTED or asker.id == "schedule:cleanup"
        assert asker.id != "schedule:cleanup" or spec.name == "cleanup run"


@given(terms, askers, specs, lines)
def test_an_early_refusal_is_the_judgement(said: Terms, asker: Asker, spec: Spec, line: tuple[Object, ...]) -> None:
    """What is refused without a look at the engine is refused with one as well."""
    if policy(said).early(asker, spec) is not None:
        assert not yes(said, asker, spec, line)


@given(terms, askers, specs, lines)
def test_a_line_is_allowed_where_each_of_its_objects_is(
    said: Terms, asker: Asker, spec: Spec, line: tuple[Object, ...]
) -> None:
    """Judging, showing in a list and asking about one object never disagree."""
    judged = policy(said)
    if line and spec.permission is not Permission.LISTED and judged.early(asker, spec) is None:
        each = [judged.may(asker, spec, obj) for obj in line]
        assert yes(said, asker, spec, line) == all(each)
        shown = [judged.sight.visible(asker, spec, obj) for obj in line]
        assert all(may or not visible for may, visible in zip(each, shown, strict=True))
        assert shown == each or spec.filtered


LISTS = st.sampled_from([spec for spec in SPECS if spec.filtered and spec.permission is Permission.SEE])
unprotected = objects.map(lambda obj: dataclasses.replace(obj, protected=""))  # to be looked at, nothing is protected
seeing = st.builds(
    Rule,
    st.sampled_from(ROLES),
    st.just(frozenset({"see"})),
    st.just((Selector("*"),)),
    approve=st.sampled_from(("", "two")),
)


@given(terms, seeing, askers, LISTS, unprotected)
def test_whoever_sees_all_is_shown_each(said: Terms, more: Rule, asker: Asker, spec: Spec, obj: Object) -> None:
    """So that a list need not ask about each."""
    known = policy(dataclasses.replace(said, allows=(*said.allows, more)))
    if known.early(asker, spec) is None and known.sight.sees_all(asker, spec):
        assert known.sight.visible(asker, spec, obj)


def shown(said: Terms, asker: Asker, spec: Spec, obj: Object) -> bool:
    """Whether a list that waits for nobody shows the object."""
    listing = policy(said).judge(asker, spec, ())
    return isinstance(listing, Allow) and policy(said).sight.visible(asker, spec, obj)


@given(terms, st.tuples(allows, denies, requires), st.tuples(askers, specs, objects))
def test_a_list_at_once_shows_no_less_by_an_allow_and_no_more_by_a_deny_or_require(
    said: Terms, more: tuple[Rule, Rule, Rule], asked: tuple[Asker, Spec, Object]
) -> None:
    """The third invariant for what nobody names."""
    allow, deny, bar = more
    before = shown(said, *asked)
    assert shown(dataclasses.replace(said, allows=(*said.allows, allow)), *asked) >= before
    assert shown(dataclasses.replace(said, denies=(*said.denies, deny)), *asked) <= before
    assert shown(dataclasses.replace(said, requires=(*said.requires, bar)), *asked) <= before


@given(terms, askers, specs, objects)
def test_nobody_reaches_what_is_protected(said: Terms, asker: Asker, spec: Spec, obj: Object) -> None:
    """No rules of any kind let anyone read, act on, change or enter it."""
    if yes(said, asker, spec, (dataclasses.replace(obj, protected="the bot's own"),)):
        assert spec.permission in {Permission.SEE, Permission.LISTED}


@given(terms, askers, specs, objects)
def test_nobody_changes_what_gives_root_without_that_right(said: Terms, asker: Asker, spec: Spec, obj: Object) -> None:
    """No rules but those of the class root let anyone change or enter it."""
    tamed = tuple(dataclasses.replace(rule, verbs=rule.verbs - {"root"}) for rule in said.allows)
    if yes(dataclasses.replace(said, allows=tamed), asker, spec, (dataclasses.replace(obj, root="privileged"),)):
        assert spec.permission not in {Permission.CHANGE, Permission.ENTER, Permission.ROOT}


@given(terms, askers, specs)
def test_a_locked_policy_changes_nothing_and_shows_as_before(said: Terms, asker: Asker, spec: Spec) -> None:
    """Only verbs that change something are refused by the lock."""
    locked = policy(said).locked_for("the file is gone")
    if spec.permission.changes:
        assert locked.early(asker, spec) is not None
    else:
        assert locked.early(asker, spec) == policy(said).early(asker, spec)
