"""One message or file on its way: it knows the ways that are left, and when to try the next."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.blockrules import problems, view_problems
from bot.slack.characters import escaped
from bot.slack.message import File, Message
from bot.slack.post import BLOCKS_REFUSED, FileWay, Way
from bot.slack.said import Gone, NotNow, Refused, Unsure
from bot.undelivered import Shown, Untracked

OPEN_ALREADY = "exchanged_trigger_id"  # Slack, of a click that it delivers twice

log = logging.getLogger(__name__)


class Letter(Protocol):
    """What the outbox sends.

    pace is the seconds that must pass until the next one in the same lane that has a pace: one of pace 0 neither waits
    for others' nor is waited for.
    """

    @property
    def pace(self) -> float:
        """Seconds."""

    def send(self) -> bool:
        """Try the next way; True when nothing is left to do. Raises NotNow where the same is to be tried later."""

    def give_up(self) -> None:
        """It waited too long, or there is no room for it: it is not sent any more."""


class Followed(Protocol):
    """Who hears what becomes of an answer."""

    def begins(self) -> bool:
        """Slack is asked to show it now; False where somebody else sees to that."""

    def waits(self) -> None:
        """Slack did not take it, and is asked again later."""

    def ended(self, shown: Shown) -> None:
        """What became of it; once."""


NOBODY = Untracked()


@dataclass
class Whole:
    """An answer and its files: it is shown once all of these are, so that none is forgotten by an end of slashdock."""

    followed: Followed
    files: int
    _shown: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begins(self) -> bool:
        """As whoever follows says."""
        return self.followed.begins()

    def waits(self) -> None:
        """Slack did not take it."""
        self.followed.waits()

    def ended(self, shown: Shown) -> None:
        """What became of the message."""
        with self._lock:
            self._shown = shown is Shown.SHOWN
            waits = self._shown and self.files
        if not waits:
            self.followed.ended(shown)

    def part(self) -> None:
        """One of the files is done with."""
        with self._lock:
            self.files -= 1
            is_last = self._shown and not self.files
        if is_last:
            self.followed.ended(Shown.SHOWN)


@dataclass
class MessageLetter:
    """A message; the ways are tried in their order until one of them takes it."""

    message: Message
    ways: Iterator[Way]
    about: str = ""  # what it answers, for the notice that it may have been lost and for the log
    pace: float = 0.0
    followed: Followed = NOBODY
    payload: dict[str, Any] = field(init=False)
    way: Way | None = field(init=False)

    def __post_init__(self) -> None:
        self.payload = self._checked()
        self.way = next(self.ways, None)

    def send(self) -> bool:
        """Try the way at hand."""
        if self.way is None:
            log.error("an answer could not be shown: no way is left (%s)", self.about)
            self._end(Shown.LOST)
            return True
        if not self.followed.begins():
            self._end(Shown.DUE)
            return True
        try:
            self.way(self.payload)
        except NotNow:
            self.followed.waits()
            raise
        except Refused as refusal:
            self._after(refusal)
            return False
        except Unsure as loss:
            return self._lost(loss)
        self._end(Shown.SHOWN)
        return True

    def give_up(self) -> None:
        """Say that it is still to be shown."""
        self._end(Shown.DUE)

    def _end(self, shown: Shown) -> None:
        self.followed.ended(shown)
        self.followed = NOBODY

    def _checked(self) -> dict[str, Any]:
        payload = self.message.payload()
        faults = problems(payload)
        if not faults:
            return payload
        log.error("a message that Slack would refuse was made plain: %s (%s)", "; ".join(faults), self.about)
        return self.message.plain()

    def _after(self, refusal: Refused) -> None:
        log.info("Slack refused an answer: %s (%s)", refusal.code, self.about)
        if refusal.code in BLOCKS_REFUSED and "blocks" in self.payload:
            log.error("blocks that Slack does not take were sent as plain text (%s)", self.about)
            self.payload = self.message.plain()
        else:
            self.way = next(self.ways, None)

    def _lost(self, loss: Unsure) -> bool:
        """Tell by the next way that the answer may be missing; the answer itself is never sent twice."""
        log.warning("an answer may have been lost: %s (%s)", loss, self.about)
        self._end(Shown.UNSURE)
        self.way = next(self.ways, None)
        if self.way is None or not self.about:
            return True
        told = (
            f"Slack did not confirm that this answer was shown: {escaped(self.about)}. The record holds what was done."
        )
        self.message, self.about = Message(told), ""
        self.payload = self.message.plain()
        return False


@dataclass
class ViewLetter:
    """A modal to open; what it is asked for by lives for three seconds, so it is tried once."""

    view: Mapping[str, Any]
    open: Callable[[Mapping[str, Any]], None]
    failed: Callable[[], None]  # tells whoever waits for it
    pace: float = 0.0

    def send(self) -> bool:
        """Open it."""
        faults = view_problems(self.view)
        if faults:
            log.error("a modal that Slack would refuse was not opened: %s", "; ".join(faults))
            self.failed()
            return True
        try:
            self.open(self.view)
        except (Refused, NotNow) as refusal:
            if getattr(refusal, "code", "") != OPEN_ALREADY:
                log.info("Slack did not open a modal: %s", refusal)
                self.failed()
        except Unsure as loss:
            log.warning("a modal may not have been opened: %s", loss)
        return True

    def give_up(self) -> None:
        """Tell whoever waits for it."""
        self.failed()


@dataclass
class FileLetter:
    """A file; not sent again once its upload may have succeeded. lost hears in words why it was not given."""

    file: File
    ways: Iterator[FileWay]
    pace: float = 0.0
    lost: Callable[[str], None] = lambda _why: None
    gone: Callable[[], None] = lambda: None  # hears that nothing is left to do
    why: str = "could not be given: Slack has no place for it"
    way: FileWay | None = field(init=False)

    def __post_init__(self) -> None:
        self.way = next(self.ways, None)

    def send(self) -> bool:
        """Try the way at hand."""
        if self.way is None:
            log.error("the file %s could not be shown: no way is left", self.file.name)
            return self._end(self.why)
        try:
            self.way(self.file)
        except Gone:
            return self._end("could not be given: it is not kept any more")
        except Refused as refusal:
            log.info("Slack refused the file %s: %s", self.file.name, refusal.code)
            self.why = f"could not be given: Slack refuses it ({refusal.code})"
            self.way = next(self.ways, None)
            return False
        except Unsure as loss:
            log.warning("the file %s may have been lost: %s", self.file.name, loss)
            return self._end("may not have been given: Slack did not confirm that it was shown")
        return self._end()

    def give_up(self) -> None:
        """Say that it does not come."""
        log.error("the file %s was not sent", self.file.name)
        self._end("could not be given: Slack took too long for it")

    def _end(self, why: str = "") -> bool:
        if why:
            self.lost(why)
        self.gone()
        return True
