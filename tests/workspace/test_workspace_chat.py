"""Messages of the bot, and which ones Slack refuses."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace import Workspace
from bot.workspace.people import ADMIN, BOT_USER, GENERAL, OPERATOR, PRIVATE, STRANGER, UNJOINED, VIEWER

SECTION: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "words"}}


def error(refusal: pytest.ExceptionInfo[SlackApiError]) -> str:
    """Slack's word for it."""
    return str(refusal.value.response["error"])


def test_a_posted_message_stands_in_its_channel(ws: Workspace, client: WebClient) -> None:
    """With its blocks, which get ids where they have none."""
    answer = client.chat_postMessage(channel=GENERAL, text="fallback", blocks=[SECTION])
    (message,) = ws.messages(GENERAL)
    assert (message.ts, message.user, message.body()) == (answer["ts"], BOT_USER, "words")
    assert message.blocks[0]["block_id"]
    assert answer["message"]["bot_id"]


def test_message_times_are_unique_and_grow(ws: Workspace, client: WebClient) -> None:
    """Even when the clock stands still."""
    for _ in range(5):
        client.chat_postMessage(channel=GENERAL, text="again")
    times = [each.ts for each in ws.messages(GENERAL)]
    assert times == sorted(set(times))


@pytest.mark.parametrize(
    ("channel", "expected"),
    [("C0NOWHERE1", "channel_not_found"), (UNJOINED, "not_in_channel"), ("", "channel_not_found")],
)
def test_the_bot_posts_only_where_it_is(client: WebClient, channel: str, expected: str) -> None:
    """A channel that is not there and one that it has not joined differ."""
    with pytest.raises(SlackApiError) as refusal:
        client.chat_postMessage(channel=channel, text="hello")
    assert error(refusal) == expected


def test_a_private_channel_without_the_bot_does_not_exist_for_it(ws: Workspace, client: WebClient) -> None:
    """Slack does not even say that it is there."""
    ws.change_channel(PRIVATE, members=frozenset({ADMIN}))
    with pytest.raises(SlackApiError) as refusal:
        client.chat_postMessage(channel=PRIVATE, text="hello")
    assert error(refusal) == "channel_not_found"


def test_an_archived_channel_takes_nothing(ws: Workspace, client: WebClient) -> None:
    """Slack says is_archived."""
    ws.change_channel(GENERAL, is_archived=True)
    with pytest.raises(SlackApiError) as refusal:
        client.chat_postMessage(channel=GENERAL, text="hello")
    assert error(refusal) == "is_archived"


def test_posting_to_a_person_opens_the_direct_messages(ws: Workspace, client: WebClient) -> None:
    """The user's id works as a channel."""
    answer = client.chat_postMessage(channel=VIEWER, text="hello")
    assert answer["channel"] == ws.state.direct(VIEWER).id
    assert client.chat_postMessage(channel="#general", text="hello")["channel"] == GENERAL


def test_invalid_blocks_are_refused_with_their_place(ws: Workspace, client: WebClient) -> None:
    """As Slack words it, and nothing is posted."""
    with pytest.raises(SlackApiError) as refusal:
        client.chat_postMessage(channel=GENERAL, text="a", blocks=[SECTION, {"type": "poll"}])
    assert error(refusal) == "invalid_blocks"
    said = "unsupported type: poll [json-pointer:/blocks/1/type]"
    assert refusal.value.response["errors"] == [said]
    assert refusal.value.response["response_metadata"]["messages"] == [f"[ERROR] {said}"]
    assert ws.messages(GENERAL) == ()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "a", "blocks": [{**SECTION, "text": {"type": "mrkdwn", "text": "x" * 2_900}}] * 5},
         "msg_blocks_too_long"),
    ],
)  # fmt: skip
def test_faults_of_the_whole_message_have_their_own_words(
    client: WebClient, message: dict[str, Any], expected: str
) -> None:
    """Empty, too long, too many blocks."""
    with pytest.raises(SlackApiError) as refusal:
        client.api_call("chat.postMessage", json={"channel": GENERAL, **message})
    assert error(refusal) == expected


def test_an_ephemeral_message_is_seen_by_one_person(ws: Workspace, client: WebClient) -> None:
    """And by nobody else, not even in the history."""
    client.chat_postEphemeral(channel=GENERAL, user=VIEWER, text="for you")
    assert [each.text for each in ws.messages(GENERAL, viewer=VIEWER)] == ["for you"]
    assert ws.messages(GENERAL, viewer=OPERATOR) == ()
    assert client.conversations_history(channel=GENERAL)["messages"] == []


def test_an_ephemeral_message_needs_its_reader_in_the_channel(client: WebClient) -> None:
    """The stranger is not in the private channel."""
    with pytest.raises(SlackApiError) as refusal:
        client.chat_postEphemeral(channel=PRIVATE, user=STRANGER, text="for you")
    assert error(refusal) == "user_not_in_channel"


def test_an_ephemeral_message_cannot_be_updated_or_deleted(client: WebClient) -> None:
    """Only its response_url could change it."""
    ts = client.chat_postEphemeral(channel=GENERAL, user=VIEWER, text="for you")["message_ts"]
    for change in (client.chat_update, client.chat_delete):
        with pytest.raises(SlackApiError) as refusal:
            change(channel=GENERAL, ts=ts, text="else")
        assert error(refusal) == "message_not_found"


def test_an_update_keeps_blocks_that_it_does_not_name(ws: Workspace, client: WebClient) -> None:
    """An empty list takes them away."""
    ts = client.chat_postMessage(channel=GENERAL, text="a", blocks=[SECTION])["ts"]
    client.chat_update(channel=GENERAL, ts=ts, text="b")
    (message,) = ws.messages(GENERAL)
    assert (message.text, len(message.blocks), bool(message.edited_ts)) == ("b", 1, True)
    client.chat_update(channel=GENERAL, ts=ts, text="c", blocks=[])
    assert ws.messages(GENERAL)[0].blocks == ()


def test_an_update_takes_4000_characters(client: WebClient) -> None:
    """One more is too long, unlike when posting."""
    ts = client.chat_postMessage(channel=GENERAL, text="x" * 4_001)["ts"]
    client.chat_update(channel=GENERAL, ts=ts, text="x" * 4_000)
    with pytest.raises(SlackApiError) as refusal:
        client.chat_update(channel=GENERAL, ts=ts, text="x" * 4_001)
    assert error(refusal) == "msg_too_long"


def test_the_bot_changes_only_its_own_messages(ws: Workspace, client: WebClient) -> None:
    """Those of people stay."""
    ts = ws.say(VIEWER, GENERAL, "mine").ts
    with pytest.raises(SlackApiError) as refusal:
        client.chat_update(channel=GENERAL, ts=ts, text="else")
    assert error(refusal) == "cant_update_message"
    with pytest.raises(SlackApiError) as refusal:
        client.chat_delete(channel=GENERAL, ts=ts)
    assert error(refusal) == "cant_delete_message"


def test_a_deleted_message_is_gone(ws: Workspace, client: WebClient) -> None:
    """And cannot be deleted twice."""
    ts = client.chat_postMessage(channel=GENERAL, text="a")["ts"]
    client.chat_delete(channel=GENERAL, ts=ts)
    assert ws.messages(GENERAL) == ()
    with pytest.raises(SlackApiError) as refusal:
        client.chat_delete(channel=GENERAL, ts=ts)
    assert error(refusal) == "message_not_found"


def test_old_messages_are_forgotten(ws: Workspace) -> None:
    """A channel keeps the last thousand."""
    for number in range(1_005):
        ws.say(VIEWER, GENERAL, str(number))
    kept = ws.messages(GENERAL)
    assert (len(kept), kept[0].text) == (1_000, "5")
