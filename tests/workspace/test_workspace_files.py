"""Uploading and reading files."""

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace import Workspace
from bot.workspace.people import GENERAL, PRIVATE, STRANGER, UNJOINED, VIEWER


def test_an_upload_ends_as_a_message_with_the_file(ws: Workspace, client: WebClient) -> None:
    """In the channel and the thread that were named."""
    parent = ws.say(VIEWER, GENERAL, "look")
    client.files_upload_v2(
        channel=GENERAL, thread_ts=parent.ts, content="line 1\n", filename="web.log", title="Logs of web",
        initial_comment="All of it",
    )  # fmt: skip
    message = ws.thread(GENERAL, parent.ts)[-1]
    (file,) = message.files
    assert (message.text, file["title"], file["name"], file["size"]) == ("All of it", "Logs of web", "web.log", 7)


def test_the_file_is_read_with_the_bots_token(ws: Workspace, client: WebClient) -> None:
    """And not without it."""
    file = client.files_upload_v2(channel=GENERAL, content="secret", filename="a.txt")["file"]
    assert client.files_info(file=file["id"])["file"]["channels"] == [GENERAL]
    url = file["url_private"]
    assert httpx.get(url, headers={"Authorization": f"Bearer {ws.bot_token}"}).content == b"secret"
    assert httpx.get(url).status_code == 403


def test_a_download_that_hangs_comes_by_halves(ws: Workspace) -> None:
    """The first half at once, the whole once it is let go."""
    file = ws.say(VIEWER, GENERAL, "look", files={"a.txt": b"first " + b"last " * 99}).files[0]
    headers = {"Authorization": f"Bearer {ws.bot_token}"}
    with ws.hang("download") as begun:
        with httpx.stream("GET", file["url_private"], headers=headers) as answer:
            chunks = answer.iter_bytes()
            assert next(chunks).startswith(b"first ")
            assert begun.wait(10)
            ws.faults.hanging["download"].let_go.set()
            assert b"".join(chunks).endswith(b"last ")
        assert answer.num_bytes_downloaded == 501


def test_only_members_of_its_channels_may_read_it(ws: Workspace, client: WebClient) -> None:
    """The stranger is not in the private channel."""
    file = client.files_upload_v2(channel=PRIVATE, content="a", filename="a.txt")["file"]
    kept = ws.files.file(file["id"])
    assert not ws.files.readable_by(kept, STRANGER)
    ws.change_channel(PRIVATE, members=ws.channels[PRIVATE].members | {STRANGER})
    assert ws.files.readable_by(kept, STRANGER)


def test_the_bot_shares_files_only_where_it_is(client: WebClient) -> None:
    """As with messages."""
    with pytest.raises(SlackApiError) as refusal:
        client.files_upload_v2(channel=UNJOINED, content="a", filename="a.txt")
    assert refusal.value.response["error"] == "not_in_channel"


def test_the_length_announced_is_in_bytes(client: WebClient) -> None:
    """Fewer or more bytes are refused, and so is a second upload."""
    ticket = client.files_getUploadURLExternal(filename="a.txt", length=2)
    assert httpx.post(ticket["upload_url"], content="é!").status_code == 400
    assert httpx.post(ticket["upload_url"], content="é").status_code == 200
    assert httpx.post(ticket["upload_url"], content="é").status_code == 404


def test_a_file_is_not_there_before_it_is_uploaded(client: WebClient) -> None:
    """files.info and the completion say so."""
    ticket = client.files_getUploadURLExternal(filename="a.txt", length=2)
    with pytest.raises(SlackApiError) as refusal:
        client.files_completeUploadExternal(files=[{"id": ticket["file_id"]}], channel_id=GENERAL)
    assert refusal.value.response["error"] == "file_not_found"
    with pytest.raises(SlackApiError):
        client.files_getUploadURLExternal(filename="a.txt", length=0)
