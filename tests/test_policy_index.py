from __future__ import annotations

from typing import ClassVar

from hypothesis import given
from hypothesis import strategies as st

from bench import verdict
from bot.policy import Asker, Object, Policy
from bot.policy_index import Sieve
from bot.rule import Rule, Selector, Terms

SELECTORS = (
    "*", "name:web-*", "name:web-1", "name:*", "name:[wd]*", "image:app:*", "image:*", "network:front", "volume:pg*",
    "project:shop", "project:s*", "label:tier", "label:tier=front", "label:tier=*", "host:pr*", "host:local", "by:me",
)  # fmt: skip
selectors = st.lists(st.sampled_from(SELECTORS), min_size=1, max_size=3).map(lambda words: tuple(map(Selector, words)))
rules = st.builds(Rule, st.sampled_from(("", "dev")), st.just(frozenset({"see"})), selectors)
askers = st.builds(Asker, st.sampled_from(("U0ALICE01", "U0BOB0001")), host=st.sampled_from(("local", "prod", "")))
objects = st.builds(
    Object,
    st.sampled_from(("container", "image", "network", "volume")),
    st.sampled_from(("web-1", "web", "db", "app:1.0", "front", "pgdata")),
    st.dictionaries(st.sampled_from(("tier", "com.docker.compose.project")), st.sampled_from(("front", "shop", ""))),
    image=st.sampled_from(("", "app:1.0", "busybox")),
    maker=st.sampled_from(("", "U0ALICE01")),
)


@given(st.lists(rules, max_size=6), objects, askers)
def test_the_sieve_finds_the_rules_that_select_and_no_others(some: list[Rule], obj: Object, asker: Asker) -> None:
    """In their order, as if each had been asked."""
    assert Sieve(some).selecting(obj, asker) == [rule for rule in some if rule.selects(obj, asker)]
    assert Sieve(some).on_all(asker) == [rule for rule in some if rule.is_on_all(asker)]


def test_an_image_that_is_not_known_is_of_no_name() -> None:
    """A selector of images is about images and what was made of them, not about everything else."""
    every = Selector("image:*")
    assert every.matches(Object("image", "app"), Asker("U0ALICE01"))
    assert every.matches(Object("container", "web", image="app"), Asker("U0ALICE01"))
    assert not every.matches(Object("volume", "app"), Asker("U0ALICE01"))


class _Counted(Selector):
    """A selector that counts how often any of its kind is asked."""

    asked: ClassVar[list[str]] = []

    def matches(self, obj: Object, asker: Asker) -> bool:
        """Count, and answer."""
        self.asked.append(self.text)
        return super().matches(obj, asker)


def test_a_verdict_looks_at_a_few_of_many_rules() -> None:
    """Of 2,500 selectors in 500 rules hardly any is asked about one object: that is what keeps verdicts fast."""
    said = verdict.policy().terms
    allows, denies = (tuple(_counted(rule) for rule in some) for some in (said.allows, said.denies))
    policy = Policy("policy.toml", Terms(people=said.people, allows=allows, denies=denies))
    restart = verdict.spec("container restart")
    policy.judge(Asker("U00000000"), restart, (Object("container", "web-0-1", {"team": "t0"}),))  # makes the indexes
    _Counted.asked.clear()
    policy.judge(Asker("U00000007"), restart, (Object("container", "web-7-1", {"team": "t7"}),))
    assert 0 < len(_Counted.asked) < 60


def _counted(rule: Rule) -> Rule:
    return Rule(rule.role, rule.verbs, tuple(_Counted(each.text) for each in rule.on), line=rule.line)
