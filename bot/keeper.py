"""What the bot does for itself: heads are published, old answers thrown away, and what may fail is watched."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeAlias

from bot import reconcile
from bot.clock import Clock
from bot.database import Damaged
from bot.heads import Head
from bot.store import Store, Unwritable
from bot.undelivered import Shown
from bot.windows import Window

END = 2.0  # seconds that an end waits for a look; walking the chain takes longer, and is left behind
LOOK = 15.0  # seconds between two looks at what may fail
HOUR, DAY = 3600.0, 86_400.0  # seconds
UNSAID = 100  # lines that wait to be told again
SHOWN = 20  # numbers of actions that a sentence names

_NO_HOSTS: Mapping[str, str] = {}
_Held: TypeAlias = tuple[str, str | int]  # what was held back: by a window's number, or a host's quiet hours
_TAKEN = (Shown.SHOWN, Shown.UNSURE)

log = logging.getLogger(__name__)

Check = Callable[[], str | None]  # one sentence of what is wrong, None where nothing is; never waits long


class Side(Protocol):
    """The way to people."""

    def say(self, text: str, heard: Callable[[Shown], None]) -> None:
        """Tell those who watch over the bot; heard is told once what became of it, from any thread."""

    def feed(self) -> None:
        """Have answers sent that found no room before."""


@dataclass
class _Watch:
    """One thing that may fail, the host that it is about, if any, and since when it does; at is epoch seconds."""

    name: str
    check: Check
    host: str = ""
    wrong: str | None = None
    at: float = 0.0


class Keeper:
    """A thread of its own; checks are by the name of what they look at.

    retention is the days after which what is recorded goes to an archive, 0 where it never does. hosts are those that
    checks are about, by the name of the check: what is to be told of one waits while it is maintained, and while quiet
    says which quiet hours last there, empty where none do.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what it looks after
        self,
        store: Store,
        clock: Clock,
        checks: Mapping[str, Check],
        side: Side,
        retention: int = 0,
        hosts: Mapping[str, str] = _NO_HOSTS,
        quiet: Callable[[str], str] = lambda _host: "",
    ) -> None:
        self._store = store
        self._clock = clock
        self._side = side
        self._retention = retention
        self._quiet = quiet
        self._watches = [_Watch(name, check, hosts.get(name, "")) for name, check in checks.items()]
        self._due = {"hour": 0.0, "day": clock.now() + HOUR}
        self._unsaid: deque[str] = deque(maxlen=UNSAID)
        self._flying = set[_Held]()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="keeper", daemon=True)

    @property
    def wrong(self) -> str | None:
        """What fails now, as far as the last look saw; None where nothing does."""
        return next((watch.wrong for watch in self._watches if watch.wrong), None) or self._store.journal.wrong

    def start(self) -> None:
        """Begin to look; what an earlier process left behind is told first."""
        self._thread.start()

    def close(self) -> None:
        """Publish the last head, and look no more."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(END)
        self._done(self._publish)

    def look(self) -> None:
        """One look at everything, and what is due."""
        now = self._clock.now()
        for text in self._take_unsaid():
            self._done(partial(self._say, text))
        for watch in self._watches:
            self._done(partial(self._watch, watch, now))
        self._done(self._tell_over)
        self._done(self._tell_withheld)
        self._done(self._side.feed)
        self._done(self._store.tide.keep)
        self._done(partial(reconcile.settle, self._store))
        if self._comes("hour", HOUR, now):
            self._done(self._publish)
            self._done(self._store.spool.trim)
            self._done(self._store.files.trim)
        if self._comes("day", DAY, now):
            self._done(self._verify)
            self._done(self._archive)

    def _comes(self, what: str, pause: float, now: float) -> bool:
        """Whether it is time for what is done again after a pause; a clock that was ahead keeps nothing waiting."""
        if now < self._due[what] <= now + pause:
            return False
        self._due[what] = now + pause
        return True

    def _loop(self) -> None:
        while not self._ended.is_set():
            self.look()
            self._ended.wait(LOOK)

    @staticmethod
    def _done(what: Callable[[], object]) -> None:
        try:
            what()
        except Unwritable as error:
            log.warning("the record was not seen to: %s", error)
        except Exception:  # a bug of ours must not end the other looks
            log.exception("the keeper failed")

    def _publish(self) -> None:
        head = self._store.heads.unpublished()
        if head is not None:
            text = f"Head of the record: {head}. `audit verify --head {head}` finds out whether it was altered since."
            self._side.say(text, partial(self._published, head))

    def _published(self, head: Head, shown: Shown) -> None:
        """What Slack did not take is not published: the next hour, or the next start, has a newer one."""
        if shown in _TAKEN:
            self._done(partial(self._store.heads.publish, head))

    def _say(self, text: str) -> None:
        """Tell it, and again at another look where there was no room for it or Slack was away."""
        self._side.say(text, lambda shown: self._unsaid.append(text) if shown is Shown.DUE else None)

    def _tell(self, host: str, text: str) -> None:
        """Tell of a host, once nobody works on it any more and its quiet hours are over."""
        if not self._held_back(host, text):
            self._say(text)

    def _held_back(self, host: str, text: str) -> bool:
        """Whether it is kept for later; False where it may be told."""
        window = self._window(host)
        if window is not None:
            self._store.windows.hold(window.number, text)
        elif self._quiet(host):
            self._store.withheld.add(host, text)
        else:
            return False
        return True

    def _window(self, host: str) -> Window | None:
        return next((each for each in self._store.windows.lasting() if each.host == host), None)

    def _tell_over(self) -> None:
        """Tell of each window that is over, in one message with what was held back."""
        for window in self._store.windows.over():
            by = f", ended by {window.ended_by}" if window.ended_by else ""
            held = f" Held back meanwhile: {window.held}" if window.held.texts else ""
            text = f"The maintenance of {window.host} is over ({window.person}: {window.reason}{by}).{held}"
            done = partial(self._store.windows.told, window.number)
            self._tell_once(("window", window.number), window.host, text, done)

    def _tell_withheld(self) -> None:
        """Tell what waited for the end of quiet hours, in one message for each host."""
        for host, backlog in self._store.withheld.waiting().items():
            if not self._quiet(host):
                text = f"The quiet hours of {host} are over. Held back meanwhile: {backlog}"
                self._tell_once(("quiet", host), host, text, partial(self._store.withheld.told, host, backlog))

    def _tell_once(self, what: _Held, host: str, text: str, done: Callable[[], None]) -> None:
        """Tell it unless it is on its way; done commits that Slack took it, so that what it did not is told again."""
        if what in self._flying:
            return
        if self._held_back(host, text):
            done()
            return
        self._flying.add(what)
        self._side.say(text, partial(self._heard, what, done))

    def _heard(self, what: _Held, done: Callable[[], None], shown: Shown) -> None:
        if shown in _TAKEN:
            self._done(done)
        self._flying.discard(what)

    def _take_unsaid(self) -> list[str]:
        """What is to be told again; what comes in meanwhile is for the next look."""
        return [self._unsaid.popleft() for _ in range(len(self._unsaid))]

    def _verify(self) -> None:
        try:
            wrong = self._store.actions.verify() or self._store.archive.verify()
        except Damaged as error:  # what cannot be read is not whole, either
            wrong = str(error)
        if wrong:
            log.error("the record is not whole: %s", wrong)
            self._say(f"The record is not whole: {wrong}. Somebody altered it, or the disk: see docs/record.md.")

    def _archive(self) -> None:
        if self._retention:
            moved = self._store.archive.move(self._clock.now() - self._retention * DAY, self._ended)
            if moved.events:
                log.info("%s events were moved to %s", moved.events, ", ".join(moved.files))

    def _watch(self, watch: _Watch, now: float) -> None:
        wrong = watch.check()
        if wrong and not watch.wrong:
            watch.at = now
            log.warning("%s", wrong)
        elif watch.wrong and not wrong:
            when = f"from {_time(watch.at)} to {_time(now)}"
            told = f"{watch.name} is back: {watch.wrong} ({when}).{self._missed(watch.at)}"
            tell = partial(self._tell, watch.host) if watch.host else self._say
            tell(told)
        watch.wrong = wrong

    def _missed(self, since: float) -> str:
        """What came to nothing since then."""
        failed = self._store.actions.listed({"status": ("failed", "unknown"), "since": (repr(since),)}, SHOWN + 1)
        lost = self._store.undelivered.lost(since)
        return _numbers("Lines that failed meanwhile", [each["number"] for each in failed]) + _numbers(
            "Answers that could not be shown", lost
        )


def _numbers(what: str, found: list[int]) -> str:
    if not found:
        return ""
    told = ", ".join(map(str, sorted(found)[:SHOWN]))
    return f" {what}: {told}{' and more' if len(found) > SHOWN else ''}."


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S UTC")
