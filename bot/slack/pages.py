"""The messages in the thread of a session: one for each thing typed, painted anew while it is the last."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from bot.blockrules import problems
from bot.slack.afterwards import page as drawn
from bot.slack.letter import Letter
from bot.slack.message import Message
from bot.slack.post import Canvas
from bot.slack.said import Refused, Unsure
from commands.live import Page, Shown

TRIES = 5  # looks in a row of which Slack does not say whether it took them, after which it is not tried again
PACE = 1.2  # seconds between two looks; Slack, chat.update, 50 a minute

log = logging.getLogger(__name__)

Put = Callable[[Letter, bool], bool]  # queues a letter, where there is room; True for the one that makes the message


@dataclass
class _Sheet:
    canvas: Canvas | None = None
    shown: Message | None = None
    unsure: int = 0  # looks in a row of which Slack did not say whether it took them
    text: Callable[[], Shown] | None = None  # what it has to say; None where it says that already


class Pages:
    """show() may be called often and never waits; nothing is sent before begin(). They are sent in their order."""

    pace = PACE

    def __init__(self, put: Put) -> None:
        self._put = put
        self._canvas: Callable[[], Canvas] | None = None
        self._sheets: dict[int, _Sheet] = {}
        self._queued = False
        self._lock = threading.Lock()

    def begin(self, canvas: Callable[[], Canvas]) -> None:
        """The thread is there; canvas makes a message in it."""
        with self._lock:
            self._canvas = canvas
        self._queue()

    def show(self, page: Page) -> None:
        """This is what one says now."""
        with self._lock:
            self._sheets.setdefault(page.number, _Sheet()).text = page.text
        self._queue()

    def send(self) -> bool:
        """Paint the oldest that has changed; called by the outbox."""
        with self._lock:
            self._queued = False
            number = self._due()
            if number is None or self._canvas is None:
                return True
            sheet, text = self._sheets[number], self._sheets[number].text
            sheet.text = None
            sheet.canvas = canvas = sheet.canvas or self._canvas()
        assert text is not None  # noqa: S101 - as _due says
        message = drawn(text())
        if message is not None and message != sheet.shown:
            self._paint(sheet, canvas, message, text)
        with self._lock:
            for old in [each for each in self._sheets if each < number and self._sheets[each].text is None]:
                del self._sheets[old]
        self._queue()
        return True

    def give_up(self) -> None:
        """It waited too long: the next look is tried again."""
        with self._lock:
            self._queued = False

    def _paint(self, sheet: _Sheet, canvas: Canvas, message: Message, text: Callable[[], Shown]) -> None:
        faults = problems(message.payload())
        if faults:
            log.error("a message of a session that Slack would refuse was left out: %s", "; ".join(faults))
            return
        try:
            canvas.paint(message.payload())
        except Refused as error:
            log.info("what a session printed is not shown: %s", error)
        except Unsure as error:
            log.warning("what a session printed may not be shown: %s", error)
            self._unsure(sheet, text)
        else:
            sheet.shown, sheet.unsure = message, 0

    def _unsure(self, sheet: _Sheet, text: Callable[[], Shown]) -> None:
        """Paint it once more, which does no harm where it was painted; a message may not be made twice."""
        with self._lock:
            sheet.unsure += 1
            if sheet.canvas and sheet.canvas.painted and sheet.unsure < TRIES:
                sheet.text = sheet.text or text

    def _due(self) -> int | None:
        return min((number for number, sheet in self._sheets.items() if sheet.text is not None), default=None)

    def _queue(self) -> None:
        with self._lock:
            number = self._due()
            if self._canvas is None or self._queued or number is None:
                return
            self._queued = True
            first = self._sheets[number].canvas is None
        if not self._put(self, first):
            self.give_up()
