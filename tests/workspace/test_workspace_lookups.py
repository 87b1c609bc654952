"""Channels, people and groups, as the bot sees them."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace import Workspace
from bot.workspace.people import (
    ADMIN,
    ALERTS,
    APP,
    BOT,
    BOT_USER,
    GENERAL,
    OPERATOR,
    OPS,
    PRIVATE,
    STRANGER,
    TEAM,
    UNJOINED,
    VIEWER,
)


def test_channels_tell_kind_membership_and_sharing(ws: Workspace, client: WebClient) -> None:
    """What the bot needs to decide whether it may answer there."""
    ws.change_channel(OPS, is_ext_shared=True)
    shown = {each: client.conversations_info(channel=each)["channel"] for each in (GENERAL, OPS, UNJOINED, PRIVATE)}
    assert shown[GENERAL]["is_member"]
    assert not shown[UNJOINED]["is_member"]
    assert (shown[OPS]["is_ext_shared"], shown[GENERAL]["is_ext_shared"]) == (True, False)
    assert (shown[PRIVATE]["is_private"], shown[GENERAL]["is_private"]) == (True, False)


def test_channels_are_listed_by_kind(client: WebClient) -> None:
    """Public ones by default; a page at a time when asked."""
    listed = client.conversations_list()["channels"]
    assert {each["id"] for each in listed} == {GENERAL, OPS, ALERTS, UNJOINED}
    both = client.conversations_list(types="public_channel,private_channel", limit=2)
    pages = [each["id"] for page in both for each in page["channels"]]
    assert sorted(pages) == sorted([GENERAL, OPS, ALERTS, UNJOINED, PRIVATE])


def test_the_direct_messages_of_a_person_are_opened(client: WebClient) -> None:
    """The same channel each time."""
    opened = client.conversations_open(users=[VIEWER])["channel"]["id"]
    assert client.conversations_open(users=[VIEWER])["channel"]["id"] == opened
    shown = client.conversations_info(channel=opened)["channel"]
    assert (shown["is_im"], shown["user"]) == (True, VIEWER)


def test_the_bot_may_join_a_public_channel(ws: Workspace, client: WebClient) -> None:
    """Then it can read and write there."""
    with pytest.raises(SlackApiError) as refusal:
        client.conversations_history(channel=UNJOINED)
    assert refusal.value.response["error"] == "not_in_channel"
    client.conversations_join(channel=UNJOINED)
    assert BOT_USER in client.conversations_members(channel=UNJOINED)["members"]
    ws.say(VIEWER, UNJOINED, "hello")
    assert client.conversations_history(channel=UNJOINED)["messages"][0]["text"] == "hello"


def test_history_is_newest_first_without_replies(ws: Workspace, client: WebClient) -> None:
    """Replies stand in their thread."""
    first, second = ws.say(VIEWER, GENERAL, "one"), ws.say(VIEWER, GENERAL, "two")
    ws.say(ADMIN, GENERAL, "reply", thread_ts=first.ts)
    history = client.conversations_history(channel=GENERAL)["messages"]
    assert [each["text"] for each in history] == ["two", "one"]
    newer = client.conversations_history(channel=GENERAL, oldest=second.ts, inclusive=True)["messages"]
    assert [each["text"] for each in newer] == ["two"]
    replies = client.conversations_replies(channel=GENERAL, ts=first.ts)["messages"]
    assert [each["text"] for each in replies] == ["one", "reply"]
    assert [each.text for each in ws.thread(GENERAL, first.ts)] == ["one", "reply"]


def test_people_have_their_zone_and_flags(ws: Workspace, client: WebClient) -> None:
    """The flags by which the bot turns people away are Slack's."""
    shown = client.users_info(user=VIEWER)["user"]
    assert (shown["tz"], shown["tz_offset"], shown["team_id"]) == ("Asia/Kolkata", 19_800, TEAM)
    assert not shown["deleted"]
    ws.change_user(VIEWER, deleted=True, is_restricted=True, is_stranger=True, team="T0FOREIGN1")
    shown = client.users_info(user=VIEWER)["user"]
    assert shown["deleted"]
    assert shown["is_restricted"]
    assert shown["is_stranger"]
    assert shown["team_id"] == "T0FOREIGN1"


def test_people_can_be_added(ws: Workspace, client: WebClient) -> None:
    """An unknown one is not found, an added one is; the bot itself is a bot."""
    with pytest.raises(SlackApiError) as refusal:
        client.users_info(user="U0GUEST001")
    assert refusal.value.response["error"] == "user_not_found"
    ws.add_user("U0GUEST001", "guest", is_ultra_restricted=True)
    people = {each["id"]: each for each in client.users_list()["members"]}
    assert set(people) == {ADMIN, OPERATOR, VIEWER, STRANGER, BOT_USER, "U0GUEST001"}
    assert people["U0GUEST001"]["is_ultra_restricted"]
    assert people[BOT_USER]["is_bot"]


def test_the_bot_says_which_app_it_is_of(client: WebClient) -> None:
    """What auth.test leaves out; there is no other bot."""
    assert "app_id" not in client.auth_test()
    assert client.bots_info(bot=BOT)["bot"]["app_id"] == APP
    with pytest.raises(SlackApiError):
        client.bots_info(bot="B0OTHER001")


def test_groups_are_listed_with_their_people(ws: Workspace, client: WebClient) -> None:
    """One call gives all groups and everyone in them."""
    ws.add_group("S0OPERATOR", "operators", OPERATOR, ADMIN)
    (group,) = client.usergroups_list(include_users=True)["usergroups"]
    assert (group["handle"], group["users"]) == ("operators", [OPERATOR, ADMIN])
    assert "users" not in client.usergroups_list()["usergroups"][0]
    assert client.usergroups_users_list(usergroup="S0OPERATOR")["users"] == [OPERATOR, ADMIN]
    with pytest.raises(SlackApiError):
        client.usergroups_users_list(usergroup="S0NONE")
