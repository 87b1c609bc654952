"""The ways by which a message reaches people, and what Slack may say to each."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack.connection import Connection
from bot.slack.message import File
from bot.slack.place import Place

TOO_MANY = 429  # HTTP
FIRST_ERROR = 400  # HTTP; this and above
SERVER_ERROR = 500  # HTTP; this and above
RETRY_AFTER = 30  # seconds, where Slack does not say
UNREACHED_WAIT = 2  # seconds until the next try where the request never left
TAKEN = "ok"
LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
UNSURE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})  # may have been done
BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})

Payload = Mapping[str, Any]
Way = Callable[[Payload], None]
FileWay = Callable[[File], None]


class NotNow(Exception):  # noqa: N818 - what Slack says, not a fault of ours
    """Nothing was done; try again after so many seconds, counted for this method alone."""

    def __init__(self, seconds: float, method: str) -> None:
        super().__init__(f"{method}: again in {seconds} s")
        self.seconds = seconds
        self.method = method


class Refused(Exception):  # noqa: N818 - see NotNow
    """Nothing was done, and trying again does not help."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unsure(Exception):  # noqa: N818 - see NotNow
    """It may have been done: the answer was lost, so it is not tried again."""


class Post:
    """Ways to people, in the order in which they should be tried."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._client = connection.client
        self._direct: dict[str, str] = {}
        self._limited: dict[str, float] = {}  # method -> when Slack takes it again, of the monotonic clock

    def ways(self, place: Place, *, public: bool) -> Iterator[Way]:
        """How an answer gets to this place: for everybody there, or for the asker alone."""
        if public or place.direct:
            yield lambda payload: self._post(place.channel, place.beneath, payload)
        if place.response_url and (public or not place.thread):
            yield lambda payload: self._respond(place, payload, public=public)
        if not public and not place.direct:
            yield lambda payload: self._whisper(place, payload)
        if place.user:
            yield lambda payload: self._post(place.user, "", payload)

    def file_ways(self, place: Place, *, public: bool) -> Iterator[FileWay]:
        """How a file gets there: beside the message where everybody may see it, else to the asker."""
        if public or place.direct:
            yield lambda file: self._upload(place.channel, place.beneath, file)
        if place.user:
            yield lambda file: self._upload(self._conversation(place.user), "", file)

    def _post(self, channel: str, thread: str, payload: Payload) -> None:
        self._call("chat.postMessage", {"channel": channel, **_in_thread(thread), **payload})

    def _whisper(self, place: Place, payload: Payload) -> None:
        where = {"channel": place.channel, "user": place.user, **_in_thread(place.thread)}
        self._call("chat.postEphemeral", {**where, **payload})

    def _respond(self, place: Place, payload: Payload, *, public: bool) -> None:
        if not self._connection.trusts(place.response_url):
            raise Refused("untrusted_response_url")
        kind = "in_channel" if public else "ephemeral"
        with _told("response_url"):
            body = {"response_type": kind, "replace_original": False, **payload}
            answer = self._connection.webhook(place.response_url).send_dict(body)
            _judge("response_url", answer.status_code, _code(answer.status_code, answer.body), answer.headers)

    def _upload(self, channel: str, thread: str, file: File) -> None:
        with self._limits("files.upload"), _told("files.upload"):
            self._client.files_upload_v2(
                channel=channel,
                filename=file.name,
                title=file.title,
                content=file.content,
                thread_ts=thread or None,
            )

    def _conversation(self, user: str) -> str:
        """The id of the direct messages with a person."""
        if user not in self._direct:
            answer = self._call("conversations.open", {"users": user})
            self._direct[user] = str(answer["channel"]["id"])
        return self._direct[user]

    def _call(self, method: str, arguments: Payload) -> Any:
        with self._limits(method), _told(method):
            return self._client.api_call(method, json=dict(arguments))

    @contextlib.contextmanager
    def _limits(self, method: str) -> Iterator[None]:
        """Do not even ask before Slack takes the method again."""
        left = self._limited.get(method, 0) - time.monotonic()
        if left > 0:
            raise NotNow(left, method)
        try:
            yield
        except NotNow as later:
            self._limited[method] = time.monotonic() + later.seconds
            raise


@contextlib.contextmanager
def _told(method: str) -> Iterator[None]:
    """Turn what the SDK raises into one of the three: not now, refused, unsure."""
    try:
        yield
    except SlackApiError as error:
        answer = error.response
        _judge(method, answer.status_code, str(answer.get("error", "unknown")), answer.headers)
    except SlackClientError as error:
        raise Refused(type(error).__name__) from error
    except URLError as error:
        if isinstance(error.reason, ConnectionRefusedError | socket.gaierror):
            raise NotNow(UNREACHED_WAIT, method) from error
        raise Unsure(f"{method}: {error.reason}") from error
    except (OSError, HTTPException) as error:
        raise Unsure(f"{method}: {type(error).__name__}") from error


def _judge(method: str, status: int, code: str, headers: Mapping[str, Any]) -> None:
    """Raise what an answer of Slack means for the message; nothing where it was taken."""
    if status == TOO_MANY or code in LIMITED:
        raise NotNow(_seconds(headers), method)
    if status >= SERVER_ERROR or code in UNSURE:
        raise Unsure(f"{method}: {code} ({status})")
    if code != TAKEN:
        raise Refused(code)


def _code(status: int, body: str) -> str:
    """What a response URL answers: words of its own, or JSON; what is not an error is taken."""
    with contextlib.suppress(ValueError):
        answer = json.loads(body)
        if isinstance(answer, dict):
            body = str(answer.get("error") or TAKEN)
    return TAKEN if status < FIRST_ERROR and body == TAKEN else body or str(status)


def _seconds(headers: Mapping[str, Any]) -> float:
    named = {name.lower(): value for name, value in headers.items()}
    try:
        return float(named["retry-after"])
    except (KeyError, ValueError):
        return RETRY_AFTER


def _in_thread(thread: str) -> dict[str, str]:
    return {"thread_ts": thread} if thread else {}
