"""What Slack says to a call: not now, no, or nothing that can be relied on."""

from __future__ import annotations

import contextlib
import math
import re
import socket
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError

from bot import tracing

FIRST_ERROR = 400  # HTTP; this and above
TOO_MANY = 429  # HTTP
SERVER_ERROR = 500  # HTTP; this and above
RETRY_AFTER = 30.0  # seconds, where Slack does not say
LONGEST = 3600.0  # seconds that a call waits, whatever Slack says
UNREACHED_WAIT = 2  # seconds until the next try where the request never left
TAKEN = "ok"
LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
UNSURE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})  # may have been done


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


class Gone(Exception):  # noqa: N818 - see NotNow
    """What was to be sent is not there any more, so Slack was not asked."""


class Unsure(Exception):  # noqa: N818 - see NotNow
    """It may have been done: the answer was lost, so it is not tried again."""


@contextlib.contextmanager
def told(method: str) -> Iterator[None]:
    """Turn what comes of a call, and of reading its answer, into one of the three: not now, refused, unsure."""
    try:
        with tracing.step(method):
            yield
    except (NotNow, Refused, Gone, Unsure):
        raise
    except SlackApiError as error:
        answer = error.response
        code = str(answer.data.get("error") or "") if isinstance(answer.data, dict) else ""
        judge(method, answer.status_code, code, answer.headers)
    except SlackClientError as error:
        raise Refused(type(error).__name__) from error
    except URLError as error:
        if isinstance(error.reason, ConnectionRefusedError | socket.gaierror):
            raise NotNow(UNREACHED_WAIT, method) from error
        raise Unsure(f"{method}: {error.reason}") from error
    except Exception as error:  # an answer in pieces breaks wherever it is read, in the SDK as well
        raise Unsure(f"{method}: {type(error).__name__}") from error


def judge(method: str, status: int, code: str, headers: Mapping[str, Any]) -> None:
    """Raise what an answer of Slack means for the message; nothing where it was taken.

    Whatever says neither that it was taken nor, in words of Slack's or by its status, that it was not, may be either.
    """
    is_word = _WORD.fullmatch(code) is not None
    if status == TOO_MANY or code in LIMITED:
        raise NotNow(_seconds(headers), method)
    if status < FIRST_ERROR and code == TAKEN:
        return
    if status >= SERVER_ERROR or code in UNSURE or (status < FIRST_ERROR and not is_word):
        raise Unsure(f"{method}: {code if is_word else 'no answer of Slack'} ({status})")
    raise Refused(code if is_word else f"HTTP {status}")


def _seconds(headers: Mapping[str, Any]) -> float:
    named = {name.lower(): value for name, value in headers.items()}
    try:
        seconds = float(named["retry-after"])
    except (KeyError, ValueError):
        return RETRY_AFTER
    return min(max(seconds, 0.0), LONGEST) if math.isfinite(seconds) else RETRY_AFTER


_WORD = re.compile(r"[a-z][a-z0-9_]*")  # what Slack calls an error
