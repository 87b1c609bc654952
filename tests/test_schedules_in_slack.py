"""Schedules of people whom Slack is asked about: what it says ends one, what it does not say ends nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from nights import HOUR, Night
from offices import told

from bot.held import State
from bot.policy import Policy
from bot.request import Actor, Origin, Outcome, Request, Status
from bot.settings import Mode
from bot.slack import Access, Connection, SlackDirectory
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, BOT_USER, OPERATOR, OPS, PRIVATE, TEAM, UNJOINED, VIEWER
from commands import catalog

GROUP = "S0ONCALL1"
RULES = f"""
version = 1
[people]
vera = {{ slack = ["{VIEWER}"], roles = [] }}
otto = {{ slack = ["{OPERATOR}"], roles = ["ops"] }}
ada = {{ slack = ["{ADMIN}"], roles = ["ops"] }}
[groups]
{GROUP} = ["ops"]
[[roles.ops.allow]]
verbs = ["see", "read", "act"]
on = ["*"]
"""
STANDING = f"""
[approvals.once]
from = ["{GROUP}"]
standing = "30d"
[[require]]
verbs = ["act"]
approve = "once"
"""
LINE = "schedule add --yes --every 1h restart -t 0 web"
DIRECT = "D" + OPERATOR[1:]


@pytest.fixture
def slack(night: Night, workspace: Workspace) -> Night:
    """A night whose people are those of a workspace, and one of whom may do things by a group alone."""
    workspace.add_group(GROUP, "oncall", VIEWER, ADMIN)
    access = Access(Mode.SOCKET, workspace.bot_token, workspace.app_token, workspace.signing_secret, workspace.api_url)
    directory = SlackDirectory(Connection(access), night.clock)
    night.bench = replace(night.bench, pipeline=replace(night.bench.pipeline, directory=directory))
    ruled(night, RULES)
    return night


def ruled(night: Night, rules: str) -> None:
    """Another policy from now on."""
    policy = Policy.parse(rules, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    night.bench = replace(night.bench, pipeline=replace(night.bench.pipeline, policy=policy))


def say(night: Night, line: str, person: str = OPERATOR, channel: str = OPS) -> Outcome:
    """A line of somebody's, somewhere."""
    return night.bench.pipeline.submit(Request(line, Actor(person, TEAM), Origin.SLASH, channel))


def states(night: Night) -> list[str]:
    """How the schedules stand."""
    return [each.state for each in night.bench.store.timetable.entries()]


def run(night: Night) -> Outcome:
    """The one run of the next hour."""
    (outcome,) = night.passes(HOUR)
    return outcome


@pytest.mark.attack("F33")
@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("users.info", 500),
        ("users.info", 429),
        ("conversations.info", 500),
        ("conversations.members", 500),
        ("usergroups.list", 500),
        ("usergroups.list", 429),
    ],
)
def test_one_call_that_slack_does_not_answer_pauses_nothing(
    slack: Night, workspace: Workspace, method: str, status: int
) -> None:
    """That run is refused for now, and the next one is run; nobody is told that something ended."""
    assert say(slack, LINE, VIEWER).status is Status.DONE
    workspace.fail(method, status)
    outcome = run(slack)
    assert (outcome.status, outcome.unsaid, slack.lapsed) == (Status.DENIED, True, [""])
    assert "Slack does not say" in told(outcome)
    assert states(slack) == ["active"]
    assert run(slack).status is Status.DONE


@pytest.mark.attack("F33")
def test_a_bot_that_slack_does_not_let_ask_pauses_nothing(slack: Night, workspace: Workspace) -> None:
    """A scope that is taken away says nothing of anybody; an account that is not there does."""
    assert say(slack, LINE).status is Status.DONE
    workspace.scopes.discard("users:read")
    assert run(slack).unsaid
    assert slack.lapsed == [""]
    workspace.scopes.add("users:read")
    workspace.change_user(OPERATOR, deleted=True)
    assert not run(slack).unsaid
    assert "deactivated" in slack.lapsed[-1]
    assert states(slack) == ["paused"]


@pytest.mark.attack("F33")
@pytest.mark.parametrize(("method", "ago"), [("users.info", 4), ("usergroups.list", 6)])
def test_consent_once_for_all_runs_outlasts_what_slack_does_not_say(
    slack: Night, workspace: Workspace, method: str, ago: int
) -> None:
    """Whether those who agreed still may is not known then: that run is refused, and it is not asked for anew."""
    ruled(slack, RULES + STANDING)
    number = say(slack, LINE.replace("--yes", "--yes --standing")).number or 0
    held = slack.bench.store.approvals.get(number)
    assert held is not None
    assert say(slack, f"approval approve {number} --digest {held.digest}", ADMIN).status is Status.DONE
    again = slack.bench.pipeline.resume(number)
    assert again is not None
    assert again.status is Status.DONE, told(again)
    assert run(slack).status is Status.DONE
    slack.clock.at += HOUR - ago  # what is known of the asker may be 5 s old, so that only approvers are asked about
    assert slack.bench.pipeline.directory.by_clock(Actor(OPERATOR, TEAM), OPS).refused is None
    slack.clock.at += ago
    workspace.fail(method)
    (outcome,) = slack.passes(0)
    assert (outcome.status, outcome.unsaid, slack.lapsed[-1]) == (Status.DENIED, True, "")
    assert slack.bench.store.approvals.numbers([State.PENDING], 9) == []
    assert run(slack).status is Status.DONE


@pytest.mark.attack("F34")
def test_who_is_put_out_of_a_channel_runs_nothing_there(slack: Night, workspace: Workspace) -> None:
    """Whatever a rule for that channel allows them; they are told, and it goes on once they are back."""
    ruled(slack, RULES.replace('on = ["*"]', f'on = ["*"]\nchannels = ["{PRIVATE}"]'))
    assert say(slack, LINE, channel=PRIVATE).status is Status.DONE
    assert run(slack).status is Status.DONE
    workspace.change_channel(PRIVATE, members=frozenset({ADMIN, BOT_USER}))
    assert run(slack).status is Status.DENIED
    assert f"You are not in the channel {PRIVATE}" in slack.lapsed[-1]
    assert states(slack) == ["paused"]
    assert slack.passes(HOUR) == []


GONE = [
    {"is_archived": True},
    {"members": frozenset({OPERATOR, ADMIN})},  # and the bot is not
    {"is_ext_shared": True},
]


@pytest.mark.attack("F34")
@pytest.mark.parametrize("flags", GONE)
def test_a_channel_that_nobody_is_in_or_can_look_at_ends_it(
    slack: Night, workspace: Workspace, flags: dict[str, object]
) -> None:
    """Archived, gone, without the bot, or shared with others."""
    assert say(slack, LINE, channel=PRIVATE).status is Status.DONE
    workspace.change_channel(PRIVATE, **flags)
    assert run(slack).status is Status.DENIED
    assert "is paused" in slack.lapsed[-1]


@pytest.mark.attack("F34")
def test_nothing_is_kept_where_it_would_not_be_run(slack: Night, workspace: Workspace) -> None:
    """A private channel without the bot; in a public one, and in direct messages, it needs no invitation."""
    workspace.change_channel(PRIVATE, members=frozenset({OPERATOR, ADMIN}))
    refused = say(slack, LINE, channel=PRIVATE)
    assert refused.status is Status.FAILED
    assert "/invite" in told(refused)
    for channel in (UNJOINED, DIRECT):
        assert say(slack, LINE, channel=channel).status is Status.DONE
    assert [each.status for each in slack.passes(HOUR)] == [Status.DONE, Status.DONE]
    workspace.change_channel(UNJOINED, members=frozenset({ADMIN}))
    assert [each.status for each in slack.passes(HOUR)] == [Status.DENIED, Status.DONE]


def test_many_runs_at_one_time_ask_slack_once(slack: Night, workspace: Workspace) -> None:
    """Of the person, of the groups and of the channel."""
    for _ in range(12):
        assert say(slack, LINE, VIEWER).status is Status.DONE
    before = [call.method for call in workspace.calls]
    assert {each.status for each in slack.passes(HOUR)} == {Status.DONE}
    asked = [call.method for call in workspace.calls][len(before) :]
    assert sorted(asked) == ["conversations.info", "conversations.members", "usergroups.list", "users.info"]


def test_a_line_is_refused_for_now_where_a_group_could_matter(slack: Night, workspace: Workspace) -> None:
    """Not as what they may not do; who has the role anyway is not concerned."""
    workspace.fail("usergroups.list", 500, times=9)
    for line in ("restart -t 0 web", "ps", "inspect web"):
        assert "Slack does not say who is in the groups now" in told(say(slack, line, VIEWER))
        assert say(slack, line).status is Status.DONE
    slack.clock.at += 60
    workspace.faults.failures.clear()
    assert say(slack, "ps", VIEWER).status is Status.DONE


def test_who_agrees_as_one_of_a_group_is_told_that_slack_does_not_say(slack: Night, workspace: Workspace) -> None:
    """Their word is not refused as one that does not count."""
    ruled(slack, RULES + STANDING)
    number = say(slack, "restart -t 0 web").number or 0
    held = slack.bench.store.approvals.get(number)
    assert held is not None
    line = f"approval approve {number} --digest {held.digest}"
    slack.clock.at += 60
    workspace.fail("usergroups.list", 500)
    assert "Slack does not say who is in the groups now" in told(say(slack, line, ADMIN))
    slack.clock.at += 5
    assert say(slack, line, ADMIN).status is Status.DONE


def test_groups_that_are_not_there_give_nothing(slack: Night, workspace: Workspace) -> None:
    """Where the bot may not read them, that is what Slack says: nobody waits for it."""
    workspace.scopes.discard("usergroups:read")
    refused = say(slack, "restart -t 0 web", VIEWER)
    assert refused.status is Status.DENIED
    assert not refused.unsaid
    assert "policy.toml" in told(refused)
