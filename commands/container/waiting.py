"""Waiting until containers have ended, for days where it takes them, past ends of the engine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

from docker.errors import APIError, DockerException, NotFound

from commands import wire
from commands.context import Context
from commands.enduring import AWAY, BROKEN, LOOK, SILENCE, asking
from commands.live import Live

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0  # seconds
PATIENCE = 10.0  # seconds for what the engine remembers
_GONE = "{} is gone, and how it ended is not known any more."
_SHARE = 10  # it is told anew how long it waits after a tenth of that, so that long waits are painted seldom


@dataclass
class Waiting:
    """The containers that are waited for: by what the line calls them, their full ids.

    codes are those that are known, also from before an end of slashdock; wrong is why there is none.
    """

    ctx: Context
    live: Live
    containers: Sequence[tuple[str, str]]
    codes: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _began: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def all(self) -> None:
        """Wait for all of them at once, and say for how long already, until that has to end."""
        if self.codes:
            self._show()
        jobs = [partial(self._one, ref, container) for ref, container in self.containers if ref in self.left]
        self.live.together([*jobs, self._tell])

    @property
    def left(self) -> list[str]:
        """Those whose end is still to come, by what the line calls them."""
        return [ref for ref, _ in self.containers if ref not in self.codes and ref not in self.wrong]

    def _tell(self) -> str:
        with self.live.closing(self._over.set):
            while True:
                self._say()
                if self._over.wait(max(MINUTE, self.live.lived / _SHARE)):
                    return ""

    def _say(self) -> None:
        with self._lock:
            if self.left:
                self.live.say(f"Waits for {' and '.join(self.left)}{_since(self.live.lived)}.")

    def _one(self, ref: str, container: str) -> str:
        try:
            while not self.live.ended:
                if self._asked(ref, container):
                    break
                self.live.wait(LOOK)
        finally:
            if not self.left:
                self._over.set()
        return ""

    def _asked(self, ref: str, container: str) -> bool:
        """Ask the engine, which answers once it has ended; False where it went away before."""
        try:
            self._ended(ref, self._heard(container))
        except APIError as error:
            if not wire.lost(error):
                raise
            self.live.say(AWAY)
            return False
        except (DockerException, *BROKEN) as error:
            if not self.live.ended and "timed out" not in str(error):  # nothing comes as long as nothing ends
                self.live.say(AWAY)
            return False
        return True

    def _heard(self, container: str) -> int | None:
        """The exit code, once the engine answers; None where it does not know it any more."""
        path = "/containers/{0}/wait"
        try:
            with (
                asking(self.ctx.slow, self.live) as client,
                closing(wire.post(client, path, container, params={}, timeout=SILENCE, stream=True)) as answer,
            ):
                self._say()
                return int(answer.json()["StatusCode"])
        except NotFound:
            return self._remembered(container)

    def _ended(self, ref: str, code: int | None) -> None:
        """It has, and that outlives slashdock before it is shown."""
        with self._lock:
            if code is None:
                self.wrong[ref] = _GONE.format(ref)
            else:
                self.ctx.retain({ref: str(code)})
                self.codes[ref] = code
                self._show()
        self._say()

    def _show(self) -> None:
        ended = [(ref, self.codes[ref]) for ref, _ in self.containers if ref in self.codes]
        several = len(self.containers) > 1
        self.live.show("".join(f"{ref}: {code}\n" if several else f"{code}\n" for ref, code in ended))

    def _remembered(self, container: str) -> int | None:
        """How one that was removed ended, as far as the engine's events still have it."""
        now = self.ctx.now + time.monotonic() - self._began
        filters = json.dumps({"container": [container], "event": ["die"]})
        since = now - self.live.lived - MINUTE
        asked: wire.Params = {"filters": filters, "since": f"{since:.0f}", "until": f"{now:.9f}"}
        with (
            asking(self.ctx.slow, self.live) as client,
            closing(wire.stream(client, "/events", params=asked, timeout=PATIENCE)) as answer,
        ):
            told = [each["Actor"]["Attributes"].get("exitCode", "") for each in wire.messages(answer)]
        if self.live.ended:  # what was broken off ends as if it were whole
            raise DockerException(self.live.ended)
        return int(told[-1]) if told and told[-1].isdigit() else None


def _since(seconds: float) -> str:
    """For how long already; nothing in the first minute."""
    if seconds < MINUTE:
        return ""
    for size, name in ((DAY, "days"), (HOUR, "hours")):
        if seconds >= 2 * size:
            return f" since {seconds // size:.0f} {name}"
    return f" since {seconds // MINUTE:.0f} min"
