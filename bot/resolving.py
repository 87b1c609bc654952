"""The resolver goes after every action whose end is not known: it looks until the engine answers, and never repeats.

All it knows is in the record, so that after a restart it goes on where it was.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot import looking
from bot.clock import Clock
from bot.description import arrived
from bot.doubts import LOOKED
from bot.hosts import EngineDown, Hosts
from bot.looking import Finding
from bot.record import Answer
from bot.request import Status, recorded
from bot.store import Store, Unwritable
from commands.reply import note
from commands.spec import Permission

TICK = 2.0  # seconds between two looks at the record, at most
PAUSE = 5.0  # seconds between two looks at what is not done: a thawed engine takes up what it was asked before
LONGEST = 60.0  # seconds between two looks at an engine that does not answer, at most
RECENT = 86_400.0  # seconds for which an end that is not known is gone after
FOUND = "Found by looking"

Tell = Callable[[int], None]

log = logging.getLogger(__name__)


@dataclass
class _Doubt:
    """final is when what was found is no longer waited for to change, monotonic seconds; None before the first look.

    owed: what was found could not be written down yet, and is told once it is.
    """

    final: float | None = None
    owed: bool = False


@dataclass
class _Silence:
    """How long an engine that does not answer is left alone, and until when, monotonic seconds."""

    pause: float
    until: float


class Resolver:
    """tell hears once the number of each action of which something was found; pause is in seconds."""

    def __init__(self, store: Store, hosts: Hosts, clock: Clock, tell: Tell, pause: float = PAUSE) -> None:
        self._store = store
        self._hosts = hosts
        self._clock = clock
        self._tell = tell
        self._pause = pause
        self._read = 0  # the last event of the record that was looked at
        self._doubts: dict[int, _Doubt] = {}
        self._silent: dict[str, _Silence] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="resolver", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self, limit: float = TICK) -> None:
        """Look no more; a look that is under way ends with the process, it changes nothing."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(limit)

    def look(self) -> int:
        """One look at everything that is in doubt; how many are still so."""
        self._read, fresh = self._store.doubts.after(self._read, self._clock.now() - RECENT)
        for number in fresh:
            self._doubts.setdefault(number, _Doubt())
        for number, doubt in tuple(self._doubts.items()):
            if self._is_over(number, doubt):
                del self._doubts[number]
        return len(self._doubts)

    def _loop(self) -> None:
        while not self._ended.is_set():
            try:
                self.look()
            except Unwritable as error:
                log.warning("what is in doubt was not looked after: %s", error)
            except Exception:  # a bug of ours must not leave all else in doubt
                log.exception("what is in doubt was not looked after")
            self._ended.wait(TICK)

    def _is_over(self, number: int, doubt: _Doubt) -> bool:
        """Whether nothing is to be found any more; what was is written down and told."""
        if self._store.journal.owes(number):
            return False
        action = self._store.actions.get(number)
        if action is None or not _is_open(action):
            if doubt.owed:
                self._tell(number)
            return True
        found = self._found(action, doubt)
        if found is None:
            return False
        text = f"{FOUND}: {found.told}."
        public = Permission(action["permission"]).changes
        due = recorded(action).due(number, self._store.tide.later(), public=public)
        doubt.owed = True
        self._store.record.outcome(
            number,
            status=found.status,
            error="" if found.status is Status.DONE else text,
            duration_ms=action["duration_ms"],
            exit_code=found.exit_code,
            details={**_details(action), LOOKED: found.told},
            objects=self._arrived(action),
            answer=Answer(note(text), due),
        )
        log.info("action %s (%s by %s) is %s. %s", number, action["line"], action["person"], found.status, text)
        self._tell(number)
        return True

    def _arrived(self, action: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The images that it left behind."""
        host = self._hosts.get(action["host"])
        if host is None or not Permission(action["permission"]).changes:
            return []
        names = (each["name"] for each in action["targets"] if each["kind"] == "image")
        return arrived(host, names, self._store.makers.by(action["number"]), {each["id"] for each in action["targets"]})

    def _found(self, action: Mapping[str, Any], doubt: _Doubt) -> Finding | None:
        """What is final; None while the engine does not answer, or may still be at it."""
        host, now = str(action["host"]), time.monotonic()
        silence = self._silent.get(host)
        if silence is not None and now < silence.until:
            return None
        made = self._store.makers.by(action["number"])
        try:
            found = looking.look(self._hosts, action, made, self._clock.now())
        except EngineDown:
            pause = min(2 * silence.pause, LONGEST) if silence else self._pause
            self._silent[host] = _Silence(pause, time.monotonic() + pause)
            doubt.final = None
            return None
        self._silent.pop(host, None)
        if found.status is Status.DONE or (doubt.final is not None and now >= doubt.final):
            return found
        if doubt.final is None:
            doubt.final = time.monotonic() + self._pause + found.wait
        return None


def _is_open(action: Mapping[str, Any]) -> bool:
    """Whether its end is unknown, and nobody has looked yet."""
    return action["status"] == Status.UNKNOWN and LOOKED not in _details(action)


def _details(action: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those of its last event."""
    return action["events"][-1].get("details") or {}
