"""What the engine says while it builds: the steps as docker prints them, the image in the end, or the error."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import APIError

from commands import wire
from commands.attempts import Refusal
from commands.enduring import BROKEN, breakable
from commands.engine_errors import daemon
from commands.live import ENDLESS, Ending
from commands.multiplex import Stream, Window

SILENCE = 900.0  # seconds without a word of the engine: a step may compile for long
LIMIT = 3600.0  # seconds of a build as a whole
KEPT = 1024 * 1024  # bytes of what is printed: the end
SHOWN = 20  # lines that are shown while it goes on
PACE = 0.5  # seconds between two looks at them
_STEP = re.compile(r"Step (\d+)/\d+ : ")
_IMAGE = re.compile(r"^ ---> ([0-9a-f]{12})$", re.MULTILINE)
_RUNNING = re.compile(r"^ ---> Running in ([0-9a-f]{12})$", re.MULTILINE)

Show = Callable[[str], None]


@dataclass
class Steps:
    """What was said: image is the id of what was built, error what ended it, code how the last step's process ended.

    lost: the engine stopped talking before the end; late: it was not waited for any longer; refused is why running let
    nobody read on. The engine may have ended it by itself in each case. fetched is what is printed below the line of a
    step, by its number: what was fetched for it before the build. running hears the short id of each container that a
    step is said to run in, as soon as that is said; a step may print the same of any other. ended is why somebody ended
    it before its end, empty where nobody did.
    """

    fetched: dict[int, str] = field(default_factory=dict)
    running: Callable[[str], None] = lambda _short: None

    image: str = ""
    error: str = ""
    code: int = 0
    lost: bool = False
    late: bool = False
    refused: str = ""
    ended: str = ""
    window: Window = field(default_factory=lambda: Window(KEPT))
    _waiting: str = ""

    @property
    def text(self) -> str:
        """All that was printed, its end alone where that is too much."""
        return "".join(piece.decode("utf-8", "replace") for _, piece in self.window.joined())

    def images(self) -> frozenset[str]:
        """The short ids of the images that the steps made or found made."""
        return frozenset(_IMAGE.findall(self.text))

    def take(self, message: Mapping[str, Any]) -> str:
        """Take a message in; gives what docker prints of it."""
        if message.get("aux"):
            self.image = str(message["aux"].get("ID") or self.image)
            return ""
        if message.get("error") or message.get("errorDetail"):
            detail = message.get("errorDetail") or {}
            self.error = str(detail.get("message") or message.get("error") or "unknown error")
            self.code = int(detail.get("code") or 0)
            return ""
        for container in _RUNNING.findall(str(message.get("stream") or "")):
            self.running(container)
        printed = self._with_fetched(_printed(message))
        self.window.add(Stream.STDOUT, printed.encode("utf-8", "surrogatepass"))
        return printed

    def _with_fetched(self, printed: str) -> str:
        """With what was fetched for a step, once the line of the step is whole."""
        begun = _STEP.match(printed)
        if begun:
            self._waiting = self.fetched.pop(int(begun[1]), "")
        if not self._waiting or not printed.endswith("\n"):
            return printed
        waiting, self._waiting = self._waiting, ""
        return f"{printed}{waiting}"


def built(  # noqa: PLR0913, PLR0917 - what a build is made of
    client: APIClient, params: wire.Params, chunks: Iterator[bytes], show: Show, steps: Steps, work: Ending = ENDLESS
) -> Steps:
    """Let the engine build what the chunks are the archive of, and show how far it is.

    steps are those of which nothing was said yet. Raises what the chunks raise, and EngineDown where there is no engine
    to ask.
    """
    ends = time.monotonic() + LIMIT
    url = client._url("/build")  # noqa: SLF001 - docker-py's own keeps the archive and knows not all parameters
    sent = {"Content-Type": "application/x-tar"}
    try:
        answer = client._post(url, params=params, data=chunks, headers=sent, stream=True, timeout=SILENCE)  # noqa: SLF001 - see above
        client._raise_for_status(answer)  # noqa: SLF001 - see above
    except APIError as error:
        return replace(steps, lost=True) if wire.lost(error) else replace(steps, error=daemon(error))
    except requests.RequestException:
        return replace(steps, lost=True)
    with closing(answer), breakable(client, work):
        done = _followed(answer, steps, show, ends)
    done.ended = "" if done.image else work.ended
    return done


def _followed(answer: requests.Response, steps: Steps, show: Show, ends: float) -> Steps:
    """Read all that is said; who stops reading makes the engine give up."""
    shown = _Shown(show)
    try:
        for message in wire.messages(answer):
            shown.more(steps.take(message))
            steps.late = time.monotonic() > ends
            if steps.late or steps.error:
                return steps
    except Refusal as error:
        steps.refused = str(error)
        return steps
    except BROKEN as error:
        steps.late = "timed out" in str(error)
        steps.lost = not steps.late
    steps.lost = steps.lost or not (steps.image or steps.late)
    return steps


class _Shown:
    """The last lines, shown now and then."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._last = ""
        self._at = 0.0

    def more(self, printed: str) -> None:
        self._last = "".join(f"{self._last}{printed}".splitlines(keepends=True)[-SHOWN:])  # a line may come in pieces
        if printed and time.monotonic() - self._at >= PACE:
            self._show(self._last)
            self._at = time.monotonic()


def _printed(message: Mapping[str, Any]) -> str:
    """As on a terminal that is none: no bars, and a line for each state of a layer."""
    detail = message.get("progressDetail") or {}
    if detail.get("current") or detail.get("total"):
        return ""
    before = f"{message['id']}: " if message.get("id") else ""
    if message.get("stream"):
        return f"{before}{message['stream']}"
    return f"{before}{message.get('status') or ''}\n"
