"""Whom a request is shown to, when others are asked as well, and what it tells them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from docker.api.client import APIClient
from harness import Bench, Everyone
from offices import Office, told
from set_clock import SetClock

from bot import text
from bot.clerk import UNPLACED, Clerk
from bot.held import Held
from bot.posts import Post
from bot.request import Actor, Member, Origin, Request, Status
from bot.slack import sheet
from commands.reply import Reply

DEV, SAM, SUE, BOB, ANN = "U0DEV00001", "U0SAM00001", "U0SUE00001", "U0BOB00001", "U0ANN00001"
OPS, BOSS, SECURE = "C0OPS00001", "C0BOSS0001", "C0SECURE01"
BASE = """
version = 1
[people]
dev = { slack = ["U0DEV00001"], roles = ["dev"] }
sam = { slack = ["U0SAM00001"], roles = ["sre"] }
sue = { slack = ["U0SUE00001"], roles = ["sec"] }
bob = { slack = ["U0BOB00001"], roles = ["boss"] }
[approvals.a]
from = ["sre"]
expires = "1h"
remind = "2m"
escalate = { after = "1m", from = ["sec"] }
[approvals.b]
from = ["sec"]
expires = "1h"
remind = "40m"
escalate = { after = "30m", from = ["boss"], channel = "C0BOSS0001" }
[[roles.dev.allow]]
verbs = ["see", "act", "change", "root"]
on = ["*"]
approve = "a"
[roles.sre]
[roles.sec]
[roles.boss]
"""
BOTH = '[[require]]\nverbs = ["act"]\napprove = "a"\n[[require]]\nverbs = ["act"]\napprove = "b"\n'


@dataclass
class Board:
    """What people were reminded of."""

    reminded: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def show(self, held: Held, post: Post) -> None:
        """Nothing."""

    def remind(self, held: Held, post: Post, people: Iterable[str]) -> None:
        """Note it."""
        del held
        self.reminded.append((post.channel, tuple(people)))

    def tell(self, held: Held) -> None:
        """Nothing."""


def asked(made: Bench, line: str = "pause web", channel: str = OPS) -> Held:
    """What waits for a line of dev's."""
    found = made.store.approvals.get(made.say(line, DEV, channel=channel).number or 0)
    assert found is not None
    return found


def test_each_approval_escalates_and_reminds_in_its_own_time(office: Office) -> None:
    """Nobody decides before they were told, and all are."""
    clock, board = SetClock(2_000_000_000.0), Board()
    made = office(BOTH, BASE, clock)
    clerk = Clerk(made.store.approvals, made.pipeline.policy, clock, board, lambda _: None)
    held = asked(made)
    clerk.look()
    for post in made.store.approvals.posts.of(held.number):
        made.store.approvals.posts.sent(Post(held.number, post.channel, "1.1", 1))
    agree = f"approval approve {held.number} --digest {held.digest}"
    for seconds, told_of in ((61, [(OPS, (SUE,))]), (121, [(OPS, (SAM,))]), (1801, []), (2401, [(OPS, (SUE,))])):
        clock.at, board.reminded[:] = 2_000_000_000.0 + seconds, []
        clerk.look()
        clerk.look()
        assert board.reminded == told_of
        may = made.say(agree, BOB).status is Status.DONE
        assert may == (seconds >= 1801), seconds
        if may:
            break
    assert {post.channel for post in made.store.approvals.posts.of(held.number)} == {OPS, BOSS}


def test_what_was_asked_in_a_direct_message_escalates_to_people(office: Office) -> None:
    """There is no channel in which they could be named."""
    clock = SetClock(2_000_000_000.0)
    made = office('[[require]]\nverbs = ["act"]\napprove = "a"\n', BASE, clock)
    clerk = Clerk(made.store.approvals, made.pipeline.policy, clock, Board(), lambda _: None)
    held = asked(made, channel="D0DEV00001")
    clerk.look()
    assert {post.channel for post in made.store.approvals.posts.of(held.number)} == {SAM}
    clock.at += 61
    clerk.look()
    assert {post.channel for post in made.store.approvals.posts.of(held.number)} == {SAM, SUE}


def test_each_approval_is_asked_for_where_it_says(office: Office) -> None:
    """Those of the one are not left out for the channel of the other."""
    made = office(BOTH, BASE.replace("[approvals.a]", f'[approvals.a]\nchannel = "{SECURE}"'))
    clerk = Clerk(made.store.approvals, made.pipeline.policy, SetClock(0.0), Board(), lambda _: None)
    for channel, places in ((OPS, {SECURE, OPS}), ("D0DEV00001", {SECURE, SUE})):
        held = asked(made, channel=channel)
        clerk._place(held.number)
        assert {post.channel for post in made.store.approvals.posts.of(held.number)} == places


def test_a_direct_request_that_only_a_group_decides_is_told_to_go_to_a_channel(office: Office) -> None:
    """Who is in it nobody says beforehand, and a group has no direct messages."""
    group = 'from = ["S0GROUP001"]'
    made = office(BOTH, BASE.replace('from = ["sre"]', group).replace('from = ["sec"]', group))
    held = asked(made, channel="D0DEV00001")
    Clerk(made.store.approvals, made.pipeline.policy, SetClock(0.0), Board(), lambda _: None)._place(held.number)
    ended = made.store.approvals.get(held.number)
    assert ended is not None
    assert (str(ended.state), ended.why) == ("cancelled", UNPLACED)


def test_nobody_is_asked_for_what_they_alone_could_agree_to(office: Office) -> None:
    """can-i says so, too; whoever may break the glass may ask even so."""
    alone = BASE.replace('roles = ["sre"]', 'roles = ["sec"]').replace('roles = ["dev"]', 'roles = ["dev", "sre"]')
    alone = alone.replace('escalate = { after = "1m", from = ["sec"] }', "")
    made = office("", alone)
    said = made.say("pause web", DEV, channel=OPS)
    assert (said.status, "not so many under [people]" in told(said)) == (Status.DENIED, True)
    assert told(made.say("can-i pause web", DEV, channel=OPS)).startswith("no: ")
    glass = '[break_glass]\nroles = ["sre"]\nreview = ["boss"]\n'
    made = office(glass + '[roles.oncall]\nelevate = "a"\n', alone)
    assert made.say("pause web", DEV, channel=OPS).status is Status.HELD
    for line in ("role request oncall", "run -d --privileged busybox true"):  # for which no glass is broken
        assert made.say(line, DEV, channel=OPS).status is Status.DENIED


def test_what_was_agreed_to_is_superseded_once_nobody_else_could_agree(office: Office) -> None:
    """That it could not be asked for any more is no answer to who agreed."""
    made = office('[[require]]\nverbs = ["act"]\napprove = "a"\n', BASE)
    held = asked(made)
    made.say(f"approval approve {held.number} --digest {held.digest}", SAM)
    alone = BASE.replace('roles = ["sre"]', 'roles = ["sec"]').replace('roles = ["dev"]', 'roles = ["dev", "sre"]')
    made = office("", alone.replace('escalate = { after = "1m", from = ["sec"] }', ""))
    done = made.pipeline.resume(held.number)
    assert done is not None
    assert (done.status, "Not enough of those who agreed" in told(done)) == (Status.SUPERSEDED, True)


class Grouped(Everyone):
    """Ann is known by a user group alone."""

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:
        """A member, and Ann of the group."""
        del fresh, channel
        return Member(groups=frozenset({"S0GROUP001"}) if actor.id == ANN else frozenset())


def test_no_role_is_asked_for_by_whom_it_could_not_be_given(office: Office) -> None:
    """Before people agree to it."""
    more = '[groups]\nS0GROUP001 = ["dev"]\n[roles.oncall]\nelevate = "a"\n'
    made = office(more, BASE, directory=Grouped())
    said = made.say("role request oncall", ANN, channel=OPS)
    assert (said.status, "stand under [people]" in told(said)) == (Status.DENIED, True)
    assert made.say("role request oncall", DEV, channel=OPS).status is Status.HELD


def test_no_renaming_prepares_for_a_role_that_may_be_asked_for(office: Office) -> None:
    """Those who agree to the role would not know what it reaches by then."""
    free = BASE.replace('on = ["*"]\napprove = "a"', 'on = ["*"]').replace('"act", ', "").replace(', "root"', "")
    more = '[roles.oncall]\nelevate = "a"\n[[roles.oncall.allow]]\nverbs = ["act"]\non = ["name:web-*"]\n'
    made = office(more, free)
    said = made.say("rename worker web-worker", DEV, channel=OPS)
    assert (said.status, "oncall" in told(said)) == (Status.DENIED, True)
    wide = '[roles.all]\nelevate = "a"\n[[roles.all.allow]]\nverbs = ["act"]\non = ["*"]\n'  # which hides no other one
    assert office(more + wide, free).say("rename worker web-worker", DEV, channel=OPS).status is Status.DENIED
    assert office(more, free).say("rename worker helper", DEV, channel=OPS).status is Status.DONE


@pytest.mark.attack("S14")
def test_a_reason_forges_no_line_of_the_request(office: Office) -> None:
    """Whatever a dialog's field of several lines holds stands on one line."""
    made = office(BOTH, BASE)
    forged = "fire\neve agreed, 2 minutes ago\nLine:    docker restart web"
    outcome = made.pipeline.submit(Request("pause web", Actor(DEV), Origin.SLASH, OPS, given={"reason": forged}))
    held = made.store.approvals.get(outcome.number or 0)
    assert held is not None
    made.say(f"approval reject {held.number} --reason 'no'", SAM)
    lines = "".join(piece.text for piece in text.pieces(Reply(tuple(sheet.parts(held))))).splitlines()
    assert not any(line.startswith(("eve agreed", "Line:    docker restart")) for line in lines)


def test_what_is_agreed_to_by_text_is_shown_as_it_is(office: Office, api: APIClient) -> None:
    """What looks like a secret and is a name has to be read by whoever agrees."""
    api.tag("busybox:latest", "token", "8f3Kd92LmPq7")
    made = office(BOTH.replace('"act"', '"change"'), BASE)
    held = asked(made, "rmi token:8f3Kd92LmPq7")
    assert "token:8f3Kd92LmPq7" in told(made.say(f"approval show {held.number}", SAM))
    assert "token:8f3Kd92LmPq7" in told(made.say(f"approval approve {held.number}", SAM))


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("exec web true", "docker container exec --reason=WHY web true"),
        ("tag busybox:latest b:2", "docker image tag --reason=WHY busybox:latest b:2"),
    ],
)
def test_how_to_say_why_is_a_line_that_can_be_sent(office: Office, line: str, hint: str) -> None:
    """The words of a program are none of docker's."""
    made = office(
        BOTH.replace('"act"', '"change", "enter"'),
        BASE.replace('"root"', '"root", "enter"').replace('expires = "1h"', 'expires = "1h"\nreason = true'),
    )
    said = told(made.say(line, DEV, channel=OPS))
    assert hint in said
