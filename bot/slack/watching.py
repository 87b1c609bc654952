"""How what is under way is shown to whoever asked for it, and what is typed where that is a session."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bot.answers import written
from bot.clock import Clock
from bot.painted import Look
from bot.request import Outcome, Request, Status
from bot.slack.afterwards import under_way
from bot.slack.payload import Asked, is_direct
from bot.slack.place import Place
from bot.slack.post import Canvas
from bot.slack.progress import Progress
from bot.slack.said import Refused, Unsure
from bot.slack.teller import Teller
from bot.slack.tempo import PACE
from bot.slack.threads import Threads
from bot.slack.writing import Typed
from commands.live import View
from commands.reply import Button, note

STALE = 60.0  # seconds after which what was written is not typed any more
UPDATES = "updates"  # the lane of all messages that are painted anew: each has its turn
_BROKEN_OFF = "slashdock ended while this was under way. What became of it is told below."
_OVER = (
    "The session in this thread is over: nothing was done with what you wrote. For a line to slashdock itself, begin"
    " with its name, or write outside of this thread."
)
_NO_LINE = "What has files, or goes to the channel as well, is not typed. Begin with slashdock's name for a line to it."
_LATE = "What you wrote was on its way for too long, so it was not typed. Write it again."
_REFUSED = "Slack does not take it here ({}): it goes on in your direct messages with slashdock. Is slashdock invited?"
_UNSEEN = "Slack shows nowhere how it goes on ({})."
_ELSEWHERE = "It goes on in your direct messages with slashdock, as others here may not see it; --public shows it here."


@dataclass(frozen=True)
class Watching:
    """Messages that are painted anew, and the threads of those that are sessions."""

    teller: Teller
    clock: Clock
    _threads: Threads = field(init=False)

    def __post_init__(self) -> None:
        """Know the threads."""
        object.__setattr__(self, "_threads", Threads(self.teller.desk.opens, self.teller.desk.opened))

    def lives(self, thread: tuple[str, str]) -> bool:
        """Whether a session has this thread, or had it: somebody may still believe to be in a shell."""
        return self._threads.has(thread)

    def type(self, typed: Typed) -> None:
        """What was written in the thread of a session; what lay too long is not typed, as no late line is run."""
        number, late = self._threads.number((typed.channel, typed.thread)), self.clock.now() - typed.sent > STALE
        if number is not None and not late and typed.said is not None:
            if self.teller.desk.type(number, typed.user, typed.said, typed.delivery, typed.at):
                return
            number = None
        if is_direct(typed.channel):
            why = _OVER if number is None else _LATE if late else _NO_LINE
            place = Place(typed.channel, typed.user, typed.thread, typed.thread, direct=True)
            self.teller.say(place, why, lambda _shown: None, public=False)

    def progress(self, asked: Asked) -> Progress:
        """How far it is, for those who will see its answer; where that is the asker alone: that it goes on."""
        request, place = asked.request, asked.place
        line = written(request.line)
        shared, remember = place.direct or self.teller.desk.public(request), self._buttons(request.host)
        return Progress(
            self.teller.post.canvas(place) if shared else None,
            lambda view, over: under_way(line, place.user, view, remember, over=over),
            lambda letter, first: self.teller.outbox.put(place.channel if first else UPDATES, letter),
            lambda: self.teller.tell(asked, _goes_on(request), place.user),
            _Places(self.teller, asked),
            self.teller.post.tempo,
            self._threads,
            lambda message, on: self._kept(message, place.user, line, on=on),
        )

    def answered(self, asked: Asked, progress: Progress) -> Asked:
        """Where its answer belongs: where it lived, be that where it was asked or in direct messages."""
        return replace(asked, place=_directly(asked.place.user)) if progress.moved else asked

    def end_what_was_left(self) -> None:
        """Paint what an earlier process left as it looked when that was killed."""
        for look in self.teller.desk.unpainted():
            self.teller.outbox.put(UPDATES, LastLook(look, self.teller))

    def _kept(self, message: tuple[str, str], person: str, line: str, *, on: bool) -> None:
        if on:
            self.teller.desk.paints(Look(*message, person, line))
        else:
            self.teller.desk.painted(*message)

    def _buttons(self, host: str) -> Callable[[Button], str]:
        """Remembers each button once, however often it is painted."""
        known: dict[Button, str] = {}

        def remember(button: Button) -> str:
            if button not in known:
                known[button] = self.teller.desk.remember(button, host)
            return known[button]

        return remember


@dataclass(frozen=True)
class _Places:
    """Where what was asked for may live."""

    teller: Teller
    asked: Asked

    def apart(self) -> Canvas:
        """A message in no thread."""
        return self.teller.post.canvas(replace(self.asked.place, thread="", beneath=""))

    def directly(self) -> Canvas:
        """In direct messages."""
        return self.teller.post.canvas(_directly(self.asked.place.user))

    def moved(self, refused: str) -> None:
        """Tell whoever asked where it goes on."""
        if not self.asked.place.direct:
            self._tell(_REFUSED.format(refused) if refused else _ELSEWHERE)

    def unseen(self, number: int, refused: str) -> None:
        """Have it end, which is told as its answer."""
        self.teller.desk.unseen(number, _UNSEEN.format(refused))

    def _tell(self, text: str) -> None:
        line = written(self.asked.request.line)
        self.teller.tell(self.asked, Outcome(Status.DONE, note(text), line=line), self.asked.place.user)


@dataclass(frozen=True)
class LastLook:
    """The letter that tells of a message that slashdock ended while it was painted."""

    look: Look
    teller: Teller
    pace: float = PACE

    def send(self) -> bool:
        """Paint it for the last time."""
        look = self.look
        message = under_way(look.line, look.person, View("", state=_BROKEN_OFF), lambda _button: "", over=True)
        with suppress(Refused, Unsure):  # it may be gone
            self.teller.post.paint(Place(look.channel, look.person), message.payload(), look.ts)
        self.give_up()
        return True

    def give_up(self) -> None:
        """It stays as it is."""
        self.teller.desk.painted(self.look.channel, self.look.ts)


def _directly(person: str) -> Place:
    return Place(person, person, direct=True)


def _goes_on(request: Request) -> Outcome:
    line = written(request.line.strip().removeprefix("docker "))
    return Outcome(Status.DONE, note(f"Still at it: docker {line}. The answer follows here."))
