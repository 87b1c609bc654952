"""What a cleanup takes of what there is: facts in, plan out, without an engine."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.cleanup import planning
from commands.cleanup.facts import Thing
from commands.cleanup.policy import BUILT_IN, CONTAINERS, DANGLING, DAY, IMAGES, WHAT, Policy, duration, seconds
from commands.target import Found, Target

NOW = 1_700_000_000.0
OLD = NOW - 90 * DAY
ALL = Policy("all", WHAT, most=1_000, percent=100, on=True)


def thing(number: int = 1, word: str = IMAGES, *, labels: tuple[str, ...] = (), **facts: object) -> Thing:
    """Something that goes, unless the facts say otherwise."""
    kind = "container" if word == CONTAINERS else "image"
    found = Found(
        Target(kind, str(number)), kind, f"sha256:{number:064x}", f"app:{number}", dict.fromkeys(labels, "1"), {}
    )
    told = {"created": OLD, "seen": OLD, "names": (f"app:{number}",), **facts}
    return Thing(word, found, **told)  # type: ignore[arg-type]


def reason(one: Thing, policy: Policy = ALL) -> str:
    """Why it stays, empty where it goes."""
    planned = planning.plan([one], policy, NOW)
    return planned.keep[0][1] if planned.keep else ""


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, ""),
        ({"stays": "container web uses it"}, "container web uses it"),
        ({"created": NOW + 1}, "it is dated in the future"),
        ({"created": NOW - 11 * 365 * DAY}, "it is dated more than ten years ago"),
        ({"created": -62_135_596_800.0}, "it is dated more than ten years ago"),
        ({"seen": NOW - 3600}, "it was first seen about an hour ago"),
        ({"used": NOW - 3600}, "it was last used about an hour ago"),
    ],
)
def test_what_stays_says_why(facts: dict[str, object], why: str) -> None:
    """In use, a date that cannot be, and what is fresh or was just used, whatever the policy says (F31)."""
    assert reason(thing(**facts)) == why  # type: ignore[arg-type]


@pytest.mark.parametrize(("hours", "stays"), [(0, True), (23, True), (23.9, True), (24, False), (48, False)])
def test_the_grace_is_a_day(hours: float, *, stays: bool) -> None:
    """A day from the first sight, and not from the build; no age of a policy makes it less."""
    for policy in (BUILT_IN, replace(ALL, age=60.0)):
        one = thing(word=DANGLING, seen=NOW - hours * 3600)
        assert bool(reason(one, policy)) is stays


@pytest.mark.parametrize("label", ["keep", "stage"])
def test_each_of_several_labels_keeps(label: str) -> None:
    """Where the engine's own filter keeps only what carries all of them."""
    policy = replace(ALL, keep_labels=("keep=1", "stage"))
    assert reason(thing(labels=(label,)), policy).startswith("it has the label ")
    assert not reason(thing(labels=("other",)), policy)
    assert not reason(thing(labels=("keep",)), replace(ALL, keep_labels=("keep=2",)))


@pytest.mark.parametrize("at", ["seen", "used"])
def test_the_borders_are_exact(at: str) -> None:
    """A minute less than an age is enough, as two runs are never quite so far apart; and not a second less."""
    for age in (DAY, 14 * DAY):
        policy = replace(ALL, age=age)
        assert not reason(thing(**{at: NOW - age + 60}), policy)  # type: ignore[arg-type]
        assert reason(thing(**{at: NOW - age + 61}), policy)  # type: ignore[arg-type]
    assert not reason(thing(created=NOW))
    assert not reason(thing(created=NOW - 3650 * DAY))
    assert reason(thing(created=NOW - 3650 * DAY - 1))


def test_a_pattern_keeps_what_has_any_such_name() -> None:
    """One of several tags is enough."""
    one = thing(names=("app:1", "registry.example/team/app:1"))
    assert reason(one, replace(ALL, keep=("registry.example/*",))) == "registry.example/* is kept"
    for kept in ("app", "docker.io/library/app", "docker.io/*/app:?", "registry.example/team/app"):
        assert reason(one, replace(ALL, keep=("db-*", kept))) == f"{kept} is kept"
    for other in ("ap", "App", "app:", "library/app", "registry.example", "1"):
        assert not reason(one, replace(ALL, keep=(other,)))
    assert reason(thing(names=("app@sha256:" + "a" * 64,)), replace(ALL, keep=("app",))) == "app is kept"


def test_a_pattern_keeps_a_container_by_its_image() -> None:
    """By each name that is known of it, in full and by its repository; its own name is no image's."""
    one = thing(word=CONTAINERS, names=("db",), images=("sha256:" + "a" * 64, "host:5000/pg:1"))
    for kept in ("db", "host:5000/pg:*", "host:5000/pg"):
        assert reason(one, replace(ALL, keep=(kept,))) == f"{kept} is kept"
    for other in ("docker.io/library/db:latest", "host", "pg"):
        assert not reason(one, replace(ALL, keep=(other,)))


def test_brackets_in_a_pattern_are_brackets() -> None:
    """Patterns know * and ? alone."""
    one = thing(names=("[fd00::1]:5000/app:1",))
    assert reason(one, replace(ALL, keep=("[fd00::1]:5000/*",))) == "[fd00::1]:5000/* is kept"
    assert not reason(thing(names=("a:1",)), replace(ALL, keep=("[a]:1",)))


def test_the_newest_of_each_repository_stay() -> None:
    """Those that came last, and of those that came together the ones that were built last."""
    a = [thing(number, names=(f"a:{number}",), created=OLD + number) for number in range(4)]
    b = [thing(9, names=("host:5000/b:1", "a:old"), seen=OLD - DAY)]
    planned = planning.plan([*a, *b], replace(ALL, newest=1), NOW)
    assert {each.id: why for each, why in planned.keep} == {
        a[3].id: "it is one of the newest 1 of a",
        b[0].id: "it is one of the newest 1 of host:5000/b",
    }


def test_what_came_last_is_newer_than_what_was_built_last() -> None:
    """Then the build counts, then the id, so that each plan says the same."""
    names = ("a:x",)
    came = thing(1, names=names, seen=OLD + 1, created=OLD - 5)
    built = thing(2, names=names, created=OLD + 5)
    assert planning.plan([came, built], replace(ALL, newest=1), NOW).remove == (built,)
    twins = [thing(number, names=names) for number in (4, 3, 5)]
    for known in (twins, twins[::-1]):
        assert {each.id for each in planning.plan(known, replace(ALL, newest=2), NOW).remove} == {thing(3).id}


def test_the_newest_are_of_images_alone() -> None:
    """Each of which has a repository: a registry's port is no tag, and a digest none either."""
    others = [thing(1, CONTAINERS, names=("app:1",)), thing(2, DANGLING), thing(3, word=WHAT[3])]
    assert len(planning.plan(others, replace(ALL, newest=9), NOW).remove) == 3
    digest = f"sha256:{'a' * 64}"
    same = ("host:5000/b", "host:5000/b:2", f"host:5000/b@{digest}", f"host:5000/b:1@{digest}")
    known = [thing(number, names=(name,), seen=OLD + number) for number, name in enumerate(same)]
    planned = planning.plan(known, replace(ALL, newest=1), NOW)
    assert planned.keep == ((known[3], "it is one of the newest 1 of host:5000/b"),)


def test_only_what_the_policy_is_about_is_looked_at() -> None:
    """All else is neither removed nor told as kept; unused images are those without a name, too."""
    known = [thing(1), thing(2, DANGLING), thing(3, CONTAINERS)]
    for what, taken in (((DANGLING,), {2}), ((IMAGES,), {1, 2}), ((CONTAINERS,), {3})):
        planned = planning.plan(known, replace(ALL, what=what), NOW)
        assert ({int(each.id[7:], 16) for each in planned.remove}, planned.keep) == (taken, ())


@pytest.mark.parametrize(
    ("most", "percent", "taken"), [(20, 20, 20), (200, 20, 40), (5, 100, 5), (200, 100, 200), (1, 1, 1), (50, 1, 2)]
)
def test_one_run_takes_only_so_much(most: int, percent: int, taken: int) -> None:
    """A policy that means everything, by a mistake or a clock that is wrong, takes its share and no more (F31)."""
    known = [thing(number) for number in range(200)]
    policy = replace(ALL, most=most, percent=percent)
    planned = planning.plan(known, policy, NOW)
    assert (len(planned.remove), len(planned.later)) == (taken, 200 - taken)
    assert len(planning.plan(known, policy, NOW, all_=True).remove) == 200


def test_the_share_is_of_all_that_was_looked_at() -> None:
    """What stays counts, too; and rounded down."""
    known = [thing(number, stays="x uses it" if number > 10 else "") for number in range(1, 100)]
    planned = planning.plan(known, Policy("share", WHAT, percent=5), NOW)
    assert (len(planned.remove), len(planned.later)) == (4, 6)
    assert (Policy("x", WHAT).cap(99), Policy("x", WHAT).cap(0), Policy("x", WHAT, percent=99).cap(1)) == (19, 1, 1)


def test_few_go_one_by_one() -> None:
    """Twenty of a hundred of three are none: one goes even so."""
    assert len(planning.plan([thing(1), thing(2), thing(3)], Policy("few", WHAT), NOW).remove) == 1


def test_what_was_used_least_recently_goes_first() -> None:
    """What was never used counts from its first sight."""
    known = [thing(1, used=OLD + 3), thing(2, seen=OLD + 2), thing(3, used=OLD + 1)]
    assert [each.found.name for each in planning.plan(known, ALL, NOW).remove] == ["app:3", "app:2", "app:1"]


def test_what_was_used_before_it_was_seen_goes_by_its_use() -> None:
    """Its last use is what is known best, though the bot came later."""
    known = [thing(1, seen=OLD), thing(2, seen=OLD + 9, used=OLD - 9)]
    assert [each.found.name for each in planning.plan(known, ALL, NOW).remove] == ["app:2", "app:1"]


def test_what_was_made_of_another_goes_before_it() -> None:
    """However long ago it was used; a step goes with the last of them."""
    top = thing(1, used=NOW - 30 * DAY)
    step = thing(2, step=True, names=(), above=frozenset({top.id}))
    base = thing(3, above=frozenset({step.id}), used=OLD - DAY)
    assert planning.plan([base, step, top], ALL, NOW).remove == (top, step, base)


def test_the_origin_of_what_stays_stays() -> None:
    """Through all that is between them."""
    top = thing(1, stays="container web uses it")
    step = thing(2, step=True, names=(), above=frozenset({top.id}))
    base = thing(3, above=frozenset({step.id}))
    planned = planning.plan([base, step, top], ALL, NOW)
    assert not planned.remove
    assert planned.keep == ((base, "what was made of it stays"), (top, "container web uses it"))


def test_a_container_goes_after_those_that_live_in_it() -> None:
    """And stays where one of them does, or is not looked at: it could never be started again."""
    pod = thing(1, CONTAINERS, above=frozenset({thing(2).id}))
    side = thing(2, CONTAINERS, used=NOW - 20 * DAY)
    assert planning.plan([pod, side], ALL, NOW).remove == (side, pod)
    for known in ([pod], [pod, replace(side, stays="it is running")]):
        planned = planning.plan(known, ALL, NOW)
        assert not planned.remove
        assert planned.keep[0] == (pod, "what lives in or is linked to it stays")


def test_a_step_is_kept_by_its_own_label_and_age() -> None:
    """Nothing that keeps an image is got around by what was made of it."""
    top = thing(1)
    for kept in ({"seen": NOW}, {"labels": ("keep",)}, {"stays": "container web uses it"}):
        step = thing(2, step=True, names=(), above=frozenset({top.id}), **kept)  # type: ignore[arg-type]
        assert planning.plan([step, top], replace(ALL, keep_labels=("keep",)), NOW).remove == (top,)


THINGS = st.builds(
    thing,
    st.integers(0, 30),
    st.sampled_from(WHAT),
    labels=st.sampled_from([(), ("keep",), ("other",)]),
    stays=st.sampled_from(["", "", "x uses it"]),
    seen=st.sampled_from([OLD, NOW - 3 * DAY, NOW]),
    used=st.sampled_from([0.0, OLD, NOW - 3 * DAY, NOW]),
    above=st.frozensets(st.integers(0, 30).map(lambda number: f"sha256:{number:064x}"), max_size=2),
)
POLICIES = st.builds(
    Policy,
    st.just("any"),
    st.lists(st.sampled_from(WHAT), min_size=1, unique=True).map(tuple),
    age=st.sampled_from([0.0, 2 * DAY, 14 * DAY]),
    keep_labels=st.sampled_from([(), ("keep",)]),
    newest=st.integers(0, 2),
    most=st.integers(1, 9),
    percent=st.integers(1, 100),
)


@given(st.lists(THINGS, unique_by=lambda each: each.id), POLICIES)
def test_every_plan_keeps_what_it_must(known: list[Thing], policy: Policy) -> None:
    """Nothing is both removed and kept, all is told of, the cap holds, and no origin goes before what it holds."""
    planned = planning.plan(known, policy, NOW)
    meant = [each for each in known if each.word in policy.what or (each.word == DANGLING and IMAGES in policy.what)]
    told = [*planned.remove, *planned.later, *(each for each, _ in planned.keep)]
    assert sorted(each.id for each in told) == sorted(each.id for each in meant)
    assert len(planned.remove) <= policy.cap(len(meant))
    gone: set[str] = set()
    for each in (*planned.remove, *planned.later):
        assert each.above <= gone
        assert not each.stays
        assert "keep" not in each.found.labels or not policy.keep_labels
        assert NOW - max(each.seen, each.used) >= policy.youngest
        gone.add(each.id)


@pytest.mark.parametrize(("text", "span"), [("36h", 129_600), ("14d", 14 * DAY), ("2w", 14 * DAY), ("25h", 90_000)])
def test_ages_are_read_and_shown(text: str, span: float) -> None:
    """In the largest unit without a rest."""
    assert seconds(text) == span
    assert duration(span) == {"14d": "2w"}.get(text, text)


@pytest.mark.parametrize("text", ["", "14", "d", "90m", "-1d", "1.5h", "1y", "1d 2h"])
def test_what_is_no_age_is_none(text: str) -> None:
    """So that it is refused when it is typed."""
    assert seconds(text) is None


def test_the_share_that_one_run_takes_is_of_what_the_policy_means() -> None:
    """What is of other kinds makes it no larger."""
    meant, others = [thing(each) for each in range(10)], [thing(each, CONTAINERS) for each in range(100, 190)]
    policy = Policy("share", (IMAGES,), percent=20, on=True)
    assert len(planning.plan([*meant, *others], policy, NOW).remove) == 2
