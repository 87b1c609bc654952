from __future__ import annotations

import dataclasses
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.policy import Allow, Asker, Object, Policy
from bot.rule import Person, Rule, Selector, Terms
from commands import catalog
from commands.command import Permission, Spec

SPECS = tuple(verb.spec for verb in catalog.load())
ROLES = ("dev", "sre")
HOSTS = ("local", "prod")
CHANNELS = ("C0OPS00001", "C0DEV00001")
VERBS = ("see", "read", "act", "change", "enter", "container logs", "container ls", "system info")
SELECTORS = ("*", "name:web-*", "name:db", "project:shop", "label:tier", "label:tier=front")


def some(words: tuple[str, ...], least: int = 0) -> st.SearchStrategy[frozenset[str]]:
    """Up to two of these words."""
    return st.frozensets(st.sampled_from(words), min_size=least, max_size=2)


def rules(role: st.SearchStrategy[str]) -> st.SearchStrategy[Rule]:
    """Rules of this role."""
    selectors = some(SELECTORS, 1).map(lambda words: tuple(map(Selector, sorted(words))))
    return st.builds(Rule, role, some(VERBS, 1), selectors, some(HOSTS), some(CHANNELS))


allows, denies = rules(st.sampled_from(ROLES)), rules(st.just(""))
terms = st.builds(
    Terms,
    people=some(ROLES).map(lambda roles: (Person("alice", ("U0ALICE01",), tuple(sorted(roles))),)),
    groups=some(ROLES).map(lambda roles: {"S0ONCALL1": tuple(sorted(roles))}),
    allows=st.lists(allows, max_size=5).map(tuple),
    denies=st.lists(denies, max_size=3).map(tuple),
    channels=st.none() | some(CHANNELS, 1),
    protect=st.sampled_from(({}, {"container": ("db",)})),
)
askers = st.builds(
    Asker,
    st.sampled_from(("U0ALICE01", "U0MALLORY", "schedule:cleanup")),
    some(("S0ONCALL1", "S0OTHERS1")),
    st.sampled_from((*CHANNELS, "C0OTHERS01", "D0ALICE001", "")),
    st.sampled_from(HOSTS),
)
objects = st.builds(
    Object,
    st.sampled_from(("container", "image", "volume")),
    st.sampled_from(("web-1", "db", "other")),
    st.sampled_from(({}, {"tier": "front"}, {"tier": "back"}, {"com.docker.compose.project": "shop"})),
    st.sampled_from(("", "it is the bot's")),
    st.sampled_from(("", "privileged")),
)
specs = st.sampled_from(SPECS)
lines = st.lists(objects, max_size=3).map(tuple)


def policy(said: Terms) -> Policy:
    """The policy that says this."""
    return Policy("policy.toml", said)


def yes(said: Terms, asker: Asker, spec: Spec, line: tuple[Object, ...]) -> bool:
    """Whether the judgement is an Allow."""
    return isinstance(policy(said).judge(asker, spec, line), Allow)


@given(terms, askers, specs, lines, st.randoms(use_true_random=False))
def test_the_order_of_rules_never_matters(
    said: Terms, asker: Asker, spec: Spec, line: tuple[Object, ...], random: Random
) -> None:
    """Shuffled rules and objects give the same decision."""
    shuffled = dataclasses.replace(
        said,
        allows=tuple(random.sample(said.allows, len(said.allows))),
        denies=tuple(random.sample(said.denies, len(said.denies))),
    )
    assert yes(said, asker, spec, line) == yes(shuffled, asker, spec, tuple(random.sample(line, len(line))))


@given(terms, allows, askers, specs, lines)
def test_one_more_allow_never_permits_less(
    said: Terms, more: Rule, asker: Asker, spec: Spec, line: tuple[Object, ...]
) -> None:
    """What was allowed stays allowed."""
    if yes(said, asker, spec, line):
        assert yes(dataclasses.replace(said, allows=(*said.allows, more)), asker, spec, line)


@given(terms, denies, askers, specs, lines)
def test_one_more_deny_never_permits_more(
    said: Terms, more: Rule, asker: Asker, spec: Spec, line: tuple[Object, ...]
) -> None:
    """What was refused stays refused."""
    if yes(dataclasses.replace(said, denies=(*said.denies, more)), asker, spec, line):
        assert yes(said, asker, spec, line)


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
        assert each == [judged.visible(asker, spec, obj) for obj in line]


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
