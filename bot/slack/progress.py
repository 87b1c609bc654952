"""How far a long work is: one message, painted anew with the newest text, never faster than Slack takes it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from bot.blockrules import problems
from bot.slack.message import Message
from bot.slack.pages import TRIES, Pages, Put
from bot.slack.post import Canvas
from bot.slack.said import NotNow, Refused, Unsure
from bot.slack.tempo import PACE, Tempo
from bot.slack.threads import Threads
from commands.live import View

SLOW = 2.5  # seconds for which a look has to wait until the message says that it does
STEP = 5  # seconds; as exactly as that it says for how long

_SLOWLY = "Painted every {} s, as much is painted at once."

log = logging.getLogger(__name__)

Keep = Callable[[tuple[str, str], bool], None]  # hears that a message is there, and that it had its last look
Draw = Callable[[View, bool], Message]  # the newest look, and whether the work is over


class Places(Protocol):
    """Where what lives on is painted, other than where it was asked."""

    def apart(self) -> Canvas:
        """A message of its own beside what was asked."""

    def directly(self) -> Canvas:
        """One that the asker alone sees."""

    def moved(self, refused: str) -> None:
        """It lives there now; refused is Slack's word where it was to be elsewhere."""

    def unseen(self, number: int, refused: str) -> None:
        """What lives under this number can be seen nowhere."""


_NOTHING = View("")
_OPENS = "It opens…"  # until the thread is there, what is written there would be lost


@dataclass
class _State:
    view: View = _NOTHING
    begun: bool = False  # whoever waits has waited long enough to be told
    ended: bool = False
    queued: bool = False
    lived: bool = False  # a place of its own was made for what lives on
    open: bool = False  # what is written in the thread of a session is heard
    shown: tuple[View, bool] | None = None  # the look that the message has
    unsure: int = 0  # looks in a row of which Slack did not say whether it took them

    @property
    def look(self) -> tuple[View, bool]:
        """What the message should say."""
        opens = self.view.session and not self.open and not self.ended
        return (replace(self.view, state=_OPENS, buttons=()) if opens else self.view), self.ended

    @property
    def says(self) -> bool:
        """Whether there is anything to be shown."""
        return bool(self.view.text or self.view.state)

    @property
    def due(self) -> bool:
        """Whether it is to be painted: what was never there is not begun when all is over, but for a session.

        Its thread has what was printed, however soon that ended.
        """
        begun = self.begun or self.view.lives
        missed = self.ended and self.shown is None and not self.view.session
        return begun and self.says and self.look != self.shown and not missed


class Progress:
    """show() may be called often, from any thread, and never waits; nothing is sent before begin().

    canvas is the place of the message, None where nothing can be painted: then, and as long as there is no text,
    waiting is called once, to tell the asker alone that it goes on. What lives on is painted directly then, where they
    alone see it, as is what Slack refuses in its place; moved hears why. A session is painted apart, for it has a
    thread of its own. What lives and is refused directly as well is ended by unseen, with Slack's word for why.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what it is put together of
        self,
        canvas: Canvas | None,
        draw: Draw,
        put: Put,
        waiting: Callable[[], None],
        places: Places,
        tempo: Tempo,
        threads: Threads | None = None,
        keep: Keep = lambda _message, _on: None,
    ) -> None:
        self._canvas = canvas
        self._direct = canvas is None  # what lives has its place in direct messages
        self._refused = ""  # why, in Slack's word
        self._places = places
        self._threads = threads
        self._keep = keep
        self._pages = Pages(put)
        self._draw = draw
        self._put = put
        self._waiting = waiting
        self._tempo = tempo
        self.sent = False  # whether Slack was asked for anything when it was its turn last
        self._since = 0.0  # when the look that waits was queued, by the monotonic clock
        self._state = _State()
        self._lock = threading.Lock()

    @property
    def pace(self) -> float:
        """Seconds until the next message is painted, this one or another."""
        return self._tempo.rest()

    @property
    def moved(self) -> bool:
        """Whether it is seen where its asker alone sees it, and not where it was asked."""
        return self._direct and self._state.lived and self._state.shown is not None

    def begin(self) -> None:
        """From now on the message is there."""
        with self._lock:
            self._state.begun = True
            paints = self._canvas is not None and (self._state.says or self._state.lived)
        if paints:
            self._queue()
        else:
            self._waiting()

    def show(self, view: View) -> None:
        """This is how it looks now."""
        with self._lock:
            self._state.view = replace(view, added="", page=None)
            if (self._canvas is None or view.session) and view.lives and not self._state.lived:
                self._canvas = self._places.directly() if self._direct else self._places.apart()
                self._state.lived = True
        self._queue()
        if view.page is not None:
            self._pages.show(view.page)

    def end(self) -> None:
        """It is over: what was painted gets its last look; what was not, is not painted any more."""
        with self._lock:
            self._state.ended = True
            canvas = self._canvas
        if self._threads is not None and canvas is not None and canvas.painted:
            self._threads.close(canvas.thread)
        self._queue()

    def send(self) -> bool:
        """Paint the newest text; called by the outbox. Raises NotNow where the others have to go first."""
        wait = self._tempo.wait()
        if wait and self._state.shown is not None:
            raise NotNow(wait, "painting")
        self.sent = False
        with self._lock:
            self._state.queued = False
            look, canvas = self._state.look, self._canvas
            if canvas is None or not self._state.due:
                return True
        message = self._draw(self._slowly(look[0]), look[1])
        faults = problems(message.payload())
        if faults:
            log.error("a look of a progress that Slack would refuse was left out: %s", "; ".join(faults))
            return True
        return self._painted(canvas, message, look)

    def _slowly(self, view: View) -> View:
        """The look with how seldom it is painted, where that is seldom."""
        waited = time.monotonic() - self._since
        if waited < SLOW or self._state.ended or self._state.shown is None:
            return view
        told = _SLOWLY.format(max(STEP, round(waited / STEP) * STEP))
        return replace(view, state=f"{view.state} {told}".strip())

    def give_up(self) -> None:
        """Nothing is painted any more; the answer comes by a message of its own."""
        self._give_up("it took too long", told=True)

    def _painted(self, canvas: Canvas, message: Message, look: tuple[View, bool]) -> bool:
        self.sent = True
        try:
            canvas.paint(message.payload())
        except Refused as refusal:
            log.info("Slack refused to show how far something is: %s", refusal.code)
            self._after(refusal.code)
        except Unsure as loss:
            log.warning("how far something is may not be shown: %s", loss)
            self._unsure(canvas)
        else:
            with self._lock:
                first, self._state.shown, self._state.unsure = self._state.shown is None, look, 0
            view, ended = look
            if first and self.moved:
                self._places.moved(self._refused)
            if first != ended:
                self._keep(canvas.thread, first)
            if first and view.session and self._threads is not None:
                self._opened(canvas, view.number, self._threads)
        return True

    def _after(self, code: str) -> None:
        """Slack refused it: what lives and was never seen is tried where its asker alone sees it."""
        with self._lock:
            view, first = self._state.view, self._state.shown is None
            again = first and view.lives and not self._direct and not self._state.ended
            if again:
                self._direct, self._refused, self._state.lived = True, code, True
                self._canvas = self._places.directly()
        if again:
            self._queue()
            return
        self._give_up(code, told=not first)

    def _opened(self, canvas: Canvas, number: int, threads: Threads) -> None:
        """The thread of a session is there; it may be over by now."""
        threads.open(canvas.thread, number)
        with self._lock:
            self._state.open, ended = True, self._state.ended
        if ended:
            threads.close(canvas.thread)
        self._queue()
        self._pages.begin(canvas.beneath)

    def _unsure(self, canvas: Canvas) -> None:
        """Paint it once more, which does no harm where it was painted; a message may not be made twice."""
        if not canvas.painted:
            self._give_up("it is not known whether it did", told=True)
            return
        with self._lock:
            self._state.unsure += 1
            again = self._state.unsure < TRIES
        if again:
            self._queue()

    def _give_up(self, why: str, *, told: bool) -> None:
        """Paint nothing more; what lives and was never seen is not made anew, but ends."""
        with self._lock:
            self._canvas, self._state.queued, self._state.lived = None, False, True
            view, ended = self._state.view, self._state.ended
            unseen = view.lives and self._state.shown is None and not ended
        if not (told or ended):
            self._waiting()
        if unseen:
            self._places.unseen(view.number, why)

    def _queue(self) -> None:
        with self._lock:
            if self._canvas is None or self._state.queued or not self._state.due:
                return
            self._state.queued, first = True, self._state.shown is None
            self._since = time.monotonic()
        if not self._put(_First(self) if first else self, first):
            with self._lock:
                self._state.queued = False


@dataclass
class _First:
    """The letter that makes the message: it goes to its channel, whose pace is another."""

    progress: Progress
    pace: float = PACE

    def send(self) -> bool:
        """Make it; what was over by then takes no time of the channel's."""
        done = self.progress.send()
        self.pace = PACE if self.progress.sent else 0.0
        return done

    def give_up(self) -> None:
        """It is not made."""
        self.progress.give_up()
