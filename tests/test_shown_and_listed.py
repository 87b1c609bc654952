"""Where requests for consent are shown, and which of them are listed."""

from __future__ import annotations

from collections.abc import Iterable

from offices import BASE, DEV, SAM, Office, told

from bot.clerk import Clerk
from bot.held import Held
from bot.posts import Post
from bot.request import Status

CONSENT = '[[require]]\nverbs = ["act"]\napprove = "second"\n'
IN_CHANNEL = BASE.replace('from = ["sre"]', 'from = ["sre"]\nchannel = "C0APPR0001"')


class Blank:
    """A board on which nothing appears."""

    def show(self, held: Held, post: Post) -> None:
        """Nothing."""

    def remind(self, held: Held, post: Post, people: Iterable[str]) -> None:
        """Nothing."""

    def tell(self, held: Held) -> None:
        """Nothing."""


def test_whoever_hands_a_request_over_takes_it_from_no_channel(office: Office) -> None:
    """However soon they do so: the approval's own channel is shown it, too."""
    dev = office(CONSENT, IN_CHANNEL)
    held = dev.say("restart -t 0 web", DEV)
    assert dev.say(f"approval send {held.number} sam", DEV).status is Status.DONE
    Clerk(dev.store.approvals, dev.pipeline.policy, dev.pipeline.clock, Blank(), lambda _held: False).look()
    assert {each.channel for each in dev.store.approvals.posts.of(held.number or 0)} == {"C0APPR0001", SAM}


def test_all_that_waits_is_listed(office: Office) -> None:
    """However much has come since."""
    dev = office(CONSENT)
    numbers = [dev.say("pause web", DEV).number for _ in range(103)]
    listed = told(dev.say("approval ls -q", SAM)).split()
    assert [int(each) for each in listed if each.isdigit()] == numbers[::-1]


def test_a_name_that_something_hidden_has_is_refused_with_whom_to_ask(office: Office) -> None:
    """And with what keeps it: a rule, of which file."""
    dev = office('[[deny]]\nverbs = ["see", "read", "act", "change", "enter"]\non = ["name:worker"]\n')
    for line in ("rename web worker", "create --name worker busybox true"):
        said = told(dev.say(line, DEV))
        assert "a deny rule (policy.toml) hides what has it from you. Take another one. Whoever keeps" in said
