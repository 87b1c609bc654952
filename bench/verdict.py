"""How long a verdict takes with the policy of a large team."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bot.policy import Asker, Object, Policy
from bot.rule import Person, Rule, Selector, Terms
from commands import catalog
from commands.spec import Spec

PEOPLE, ROLES, RULES = 200, 50, 500
SORTS = ("name:web-{}-*", "project:shop-{}", "label:team=t{}", "image:registry.example/app-{}/*", "network:net-{}*")
VERBS = ("see", "read", "act", "change", "container logs", "container restart")


def policy(count: int = PEOPLE) -> Policy:
    """So many people, and roles and rules; each person has three roles, each role eight rules that allow."""
    rules = [_rule(at) for at in range(RULES)]
    people = tuple(Person(f"p{at}", (f"U0{at:07}",), tuple(_roles(at))) for at in range(count))
    denies, allows = rules[: RULES // 5], rules[RULES // 5 :]
    return Policy(
        "policy.toml",
        Terms(
            people=people, allows=tuple(allows), denies=tuple(denies), protect={"container": ("traefik", "prod-db*")}
        ),
    )


def verdicts(count: int = PEOPLE, seconds: float = 1.0) -> list[float]:
    """Microseconds of the processor for one verdict after another, each for another of so many people."""
    judged, restart, times = policy(count), spec("container restart"), []
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        asker = Asker(f"U0{len(times) % count:07}", host="local")
        which = len(times) * (1 if len(times) % 2 else 7) % ROLES  # every other one is of the person's first role
        obj = Object("container", f"web-{which}-1", {"team": f"t{which}", "tier": "front"})
        began = time.thread_time()
        judged.judge(asker, restart, (obj,))
        times.append((time.thread_time() - began) * 1_000_000)
    return times


def _roles(at: int) -> Iterator[str]:
    return (f"r{(at + step) % ROLES}" for step in (0, 7, 19))


def _rule(at: int) -> Rule:
    role, which = ("", at % ROLES + ROLES) if at < RULES // 5 else (f"r{at % ROLES}", at % ROLES)
    selectors = tuple(Selector(sort.format(which)) for sort in SORTS)
    return Rule(role, frozenset({VERBS[at % len(VERBS)], VERBS[(at + 2) % len(VERBS)]}), selectors, line=at + 1)


def spec(name: str) -> Spec:
    """The verb of this name."""
    verb = catalog.load().find(tuple(name.split()))
    assert verb is not None
    return verb.spec
