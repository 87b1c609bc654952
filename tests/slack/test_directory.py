"""Whoever Slack cannot vouch for may do nothing; groups that cannot be read give nothing."""

from __future__ import annotations

from typing import Any

import pytest
from set_clock import SetClock

from bot.request import Actor, Member
from bot.settings import Mode
from bot.slack import Access, Connection, SlackDirectory, channels
from bot.slack.channels import FRESH, Channels, Reach
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, BOT_USER, OPS, PRIVATE, STRANGER, TEAM, UNJOINED, VIEWER

NOW = 1_790_000_000.0


def looks(workspace: Workspace, method: str = "conversations.info") -> int:
    """How often Slack was asked."""
    return [call.method for call in workspace.calls].count(method)


@pytest.fixture
def clock() -> SetClock:
    """A clock that is set by hand."""
    return SetClock(NOW)


@pytest.fixture
def directory(connection: Connection, clock: SetClock) -> SlackDirectory:
    """A directory of the workspace."""
    return SlackDirectory(connection, clock)


def ask(
    directory: SlackDirectory, user: str = VIEWER, team: str = TEAM, *, fresh: bool = True, channel: str = ""
) -> Member:
    """The state of a person."""
    return directory.member(Actor(user, team), fresh=fresh, channel=channel)


def test_a_full_member_is_in_good_standing(workspace: Workspace, directory: SlackDirectory) -> None:
    """With their groups, by id, and their time zone."""
    workspace.add_group("S0ONCALL1", "oncall", VIEWER, ADMIN)
    workspace.add_group("S0OTHER01", "other", ADMIN)
    assert ask(directory) == Member(None, frozenset({"S0ONCALL1"}), "Asia/Kolkata")


FLAGS: list[dict[str, Any]] = [
    {"deleted": True},
    {"is_bot": True},
    {"is_restricted": True},
    {"is_ultra_restricted": True},
    {"is_stranger": True},
    {"is_invited_user": True},
    {"team": "T0FOREIGN1"},
    {"enterprise": "E0FOREIGN1"},
]


@pytest.mark.attack("S5")
@pytest.mark.parametrize("flags", FLAGS)
def test_everybody_else_is_refused(workspace: Workspace, directory: SlackDirectory, flags: dict[str, Any]) -> None:
    """Deactivated accounts, bots, guests, outsiders and the merely invited, with no group and a sentence why."""
    workspace.add_group("S0ONCALL1", "oncall", VIEWER)
    workspace.change_user(VIEWER, **flags)
    member = ask(directory)
    assert str(member.refused).endswith(".")
    assert member.groups == frozenset()


def test_an_actor_of_another_team_is_refused_unasked(workspace: Workspace, directory: SlackDirectory) -> None:
    """The payload said so already."""
    assert "another workspace" in str(ask(directory, team="T0FOREIGN1").refused)
    assert [call.method for call in workspace.calls] == ["auth.test", "bots.info"]


@pytest.mark.attack("S5")
@pytest.mark.parametrize("status", [500, 503])
def test_when_slack_cannot_say_the_answer_is_no(workspace: Workspace, directory: SlackDirectory, status: int) -> None:
    """An error refuses, and so does a limit; neither is remembered."""
    workspace.fail("users.info", status)
    assert "does not say who you are" in str(ask(directory, fresh=False).refused)
    workspace.rate_limit("users.info")
    assert "again in 1.0 s" in str(ask(directory, fresh=False).refused)
    assert ask(directory, fresh=False).refused is None


@pytest.mark.parametrize("body", [None, b"<html>a proxy</html>", b"[]", b"null", b'{"ok": true}'])
def test_an_answer_in_pieces_says_nothing_of_a_person(
    workspace: Workspace, directory: SlackDirectory, body: bytes | None
) -> None:
    """They are refused just now, and known to be let in later; what a proxy said is shown to nobody."""
    workspace.garble("users.info", body)
    member = ask(directory)
    assert member.unsaid
    assert "does not say who you are" in str(member.refused)
    assert "html" not in str(member.refused)
    assert ask(directory).refused is None


def test_an_unknown_person_is_refused(directory: SlackDirectory) -> None:
    """An id that Slack does not know."""
    assert "user_not_found" in str(ask(directory, "U0NOBODY01").refused)


def test_a_server_that_is_gone_refuses() -> None:
    """No answer at all is a refusal too."""
    workspace = Workspace()
    with workspace.serve():
        connection = Connection(Access(Mode.SOCKET, workspace.bot_token, api_url=workspace.api_url))
        directory = SlackDirectory(connection, SetClock(NOW))
    assert "does not say who you are" in str(ask(directory).refused)


def test_groups_that_may_not_be_read_give_nothing(workspace: Workspace, directory: SlackDirectory) -> None:
    """Without the scope a person is in no group and otherwise in good standing."""
    workspace.add_group("S0ONCALL1", "oncall", VIEWER)
    workspace.scopes.discard("usergroups:read")
    assert ask(directory) == Member(None, frozenset(), "Asia/Kolkata")


def test_groups_that_slack_does_not_tell_are_unknown(
    workspace: Workspace, directory: SlackDirectory, clock: SetClock
) -> None:
    """While it fails; it is asked again after five seconds, and not before, so that its limit is not ours to reach."""
    workspace.add_group("S0ONCALL1", "oncall", VIEWER)
    workspace.rate_limit("usergroups.list")
    for fresh in (True, False, True):
        assert ask(directory, fresh=fresh) == Member(None, frozenset(), "Asia/Kolkata", ungrouped=True)
    assert looks(workspace, "usergroups.list") == 1
    clock.at += 5
    assert ask(directory, fresh=False) == Member(None, frozenset({"S0ONCALL1"}), "Asia/Kolkata")


def test_what_the_clock_runs_shares_what_slack_said_for_five_seconds(
    workspace: Workspace, directory: SlackDirectory, clock: SetClock
) -> None:
    """Of the person and of the channel; after that both are asked about anew, in as many pages as there are."""
    actor = Actor(VIEWER, TEAM)
    assert directory.by_clock(actor, OPS).refused is None
    clock.at += 4
    workspace.change_user(VIEWER, deleted=True)
    everybody = {f"U0MANY{number:04}" for number in range(2_500)}
    workspace.change_channel(OPS, members=frozenset(everybody))
    assert directory.by_clock(actor, OPS).refused is None
    assert directory.member(actor, fresh=True, channel=OPS).refused is not None
    clock.at += 5
    workspace.change_user(VIEWER, deleted=False)
    assert "not in the channel" in str(directory.by_clock(actor, OPS).refused)
    assert looks(workspace, "conversations.members") == 4
    workspace.change_channel(OPS, members=frozenset({*everybody, "U0ZZZ", VIEWER}))
    clock.at += 5
    assert directory.by_clock(actor, OPS).refused is None


def test_for_a_read_slack_is_asked_once_a_minute(
    workspace: Workspace, directory: SlackDirectory, clock: SetClock
) -> None:
    """Within it what Slack said stands; after it, and for every change, Slack is asked anew."""
    ask(directory, fresh=False)
    clock.at += 59
    workspace.change_user(VIEWER, deleted=True)
    assert (ask(directory, fresh=False).refused, looks(workspace, "users.info")) == (None, 1)
    assert ask(directory, fresh=True).refused is not None
    clock.at += 2
    assert ask(directory, fresh=False).refused is not None
    assert looks(workspace, "users.info") == 2


@pytest.mark.attack("S27")
def test_who_is_refused_costs_slack_one_question_a_minute(
    workspace: Workspace, directory: SlackDirectory, clock: SetClock
) -> None:
    """S27: a guest's thousand lines leave Slack's limit to the others; once it says otherwise that holds."""
    workspace.change_user(VIEWER, is_restricted=True)
    assert {ask(directory, fresh=False).refused for _ in range(1_000)} == {"Guests may not use slashdock."}
    assert looks(workspace, "users.info") == 1
    workspace.change_user(VIEWER, is_restricted=False)
    assert ask(directory, fresh=True).refused is None
    workspace.change_user(VIEWER, is_restricted=True)
    clock.at += 60
    assert ask(directory, fresh=False).refused is not None


def test_a_clock_set_back_makes_nothing_fresh(workspace: Workspace, directory: SlackDirectory, clock: SetClock) -> None:
    """An answer from the future is asked for again."""
    ask(directory, fresh=False)
    clock.at -= 3_600
    workspace.change_user(VIEWER, deleted=True)
    assert ask(directory, fresh=False).refused is not None


def test_a_refusal_for_a_change_is_not_forgotten_by_the_next_read(
    workspace: Workspace, directory: SlackDirectory
) -> None:
    """Once Slack has refused a person, what it said before does not stand any more."""
    ask(directory, STRANGER, fresh=False)
    workspace.change_user(STRANGER, deleted=True)
    assert ask(directory, STRANGER, fresh=True).refused is not None
    assert ask(directory, STRANGER, fresh=False).refused is not None


@pytest.mark.parametrize("flag", ["is_ext_shared", "is_pending_ext_shared"])
def test_in_a_shared_channel_nobody_may_do_anything(
    workspace: Workspace, directory: SlackDirectory, clock: SetClock, flag: str
) -> None:
    """Nor in one that is about to be; the same person may elsewhere, and there once it is not shared any more."""
    workspace.change_channel(OPS, **{flag: True})
    assert "shared with another organisation" in str(ask(directory, channel=OPS).refused)
    for channel in (UNJOINED, "D" + VIEWER[1:], ""):
        assert ask(directory, channel=channel).refused is None
    workspace.change_channel(OPS, **{flag: False})
    clock.at += 60
    assert ask(directory, channel=OPS).refused is None


def test_a_channel_is_looked_up_again_later(workspace: Workspace, directory: SlackDirectory, clock: SetClock) -> None:
    """Until then what Slack said stands, and not a second longer."""
    ask(directory, channel=OPS)
    workspace.change_channel(OPS, is_ext_shared=True)
    clock.at += FRESH - 1
    assert (ask(directory, channel=OPS).refused, looks(workspace)) == (None, 1)
    clock.at += 1
    assert ask(directory, channel=OPS).refused is not None
    assert looks(workspace) == 2


def test_a_channel_that_slack_does_not_show_is_no_reason_to_refuse(
    workspace: Workspace, directory: SlackDirectory, connection: Connection, clock: SetClock
) -> None:
    """A private one that the bot has not joined: who reads it is not known, and the answer is for the asker alone."""
    workspace.change_channel(PRIVATE, members=workspace.state.channel(PRIVATE).members - {BOT_USER})
    assert ask(directory, channel=PRIVATE).refused is None
    assert Channels(connection, clock).reach(PRIVATE) is Reach.HIDDEN


def test_when_slack_cannot_say_who_reads_a_channel_the_answer_is_no(
    workspace: Workspace, directory: SlackDirectory
) -> None:
    """Errors, limits and a missing scope refuse with what to do, and none of them is remembered."""
    workspace.fail("conversations.info", 500)
    assert "Try again in a minute" in str(ask(directory, channel=OPS).refused)
    workspace.rate_limit("conversations.info")
    assert "Try again in a minute" in str(ask(directory, channel=OPS).refused)
    workspace.scopes.discard("channels:read")
    assert "slashdock manifest" in str(ask(directory, channel=OPS).refused)
    workspace.scopes.add("channels:read")
    assert ask(directory, channel=OPS).refused is None


def test_where_a_refused_person_asks_is_not_looked_up(workspace: Workspace, directory: SlackDirectory) -> None:
    """They may do nothing anywhere."""
    workspace.change_user(VIEWER, deleted=True)
    assert "deactivated" in str(ask(directory, channel=OPS).refused)
    assert looks(workspace) == 0


REACHES: list[tuple[dict[str, bool], bool]] = [
    ({}, False),
    ({"is_shared": True, "is_org_shared": True}, False),
    ({"is_shared": True, "is_org_shared": False}, True),
    ({"is_shared": True, "is_org_shared": True, "is_ext_shared": True}, True),
    ({"is_org_shared": True, "is_pending_ext_shared": True}, True),
]


@pytest.mark.parametrize(("flags", "shared"), REACHES)
def test_other_workspaces_of_the_organisation_are_not_others(flags: dict[str, bool], shared: bool) -> None:
    """A channel may be shared within the organisation."""
    assert channels.shared(flags) is shared
