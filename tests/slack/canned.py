"""A desk that answers with prepared outcomes, for tests of what comes in from Slack and what goes out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.buttons import Spent
from bot.execution import silent
from bot.held import Held
from bot.lasting import Kept
from bot.painted import Look
from bot.request import Actor, Due, Late, Member, Outcome, Request, Status
from bot.slack import SlackSide
from bot.slack.desk import Answer
from bot.undelivered import Shown, Untracked
from bot.workspace import Workspace
from commands.asking import Form
from commands.live import Progress
from commands.reply import Button, Output, Reply, note


def done(text: str, line: str = "ps", *, public: bool = False) -> Outcome:
    """An outcome whose output is this text."""
    return Outcome(Status.DONE, Reply((Output(text),)), 1, public, line)


def echo(request: Request) -> Outcome:
    """The line said back; everybody sees it where it changes something."""
    return done(f"did {request.line}\n", request.line, public="restart" in request.line)


def until(true: Callable[[], object], limit: float = 10) -> None:
    """Wait until this is true; raises TimeoutError after so many seconds."""
    end, pause = time.monotonic() + limit, threading.Event()
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {limit} s")
        pause.wait(0.01)


@dataclass
class Noted(Untracked):
    """Notes what became of an answer."""

    due: Due | None
    shown: list[tuple[Due | None, Shown]]

    def ended(self, shown: Shown) -> None:
        """It is at its end."""
        self.shown.append((self.due, shown))


@dataclass
class CannedDesk:
    """Answers each delivery once, from a thread of its own; the same delivery again is a duplicate."""

    answers: Callable[[Request], Outcome] = echo
    taken: list[Request] = field(default_factory=list)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)
    used: dict[str, Spent] = field(default_factory=dict)
    busy: bool = False
    forms: dict[str, Form] = field(default_factory=dict)  # by the line that needs them
    dialogs: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    left: list[Late] = field(default_factory=list)
    dues: dict[int, Due] = field(default_factory=dict)  # by the number of the action
    shown: list[tuple[Due | None, Shown]] = field(default_factory=list)
    typed: list[tuple[int, str, str]] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    rooms: set[tuple[str, str]] = field(default_factory=set)
    unseen_ones: list[tuple[int, str]] = field(default_factory=list)
    passes: Callable[[Progress], None] = lambda _progress: None

    def take(self, request: Request, answer: Answer, button: str = "", progress: Progress = silent) -> Outcome | None:
        """Note the request and answer it later; a button whose line has danger in it is used up."""
        if self.busy:
            return Outcome(Status.FAILED, note("The engine is busy."))
        if request.delivery in {each.delivery for each in self.taken}:
            return Outcome(Status.DUPLICATE, note("again"))
        self.taken.append(request)
        if "danger" in request.line:
            self.used[button] = Spent(len(self.taken), request.actor.id, request.line)
        threading.Thread(target=lambda: answer(self.work(request, progress))).start()
        return None

    def work(self, request: Request, progress: Progress) -> Outcome:
        """What is answered, after telling how far it is where that is wanted."""
        self.passes(progress)
        return self.answers(request)

    def remember(self, button: Button, host: str) -> str:
        """An id that says nothing of the button."""
        known = f"id{len(self.buttons)}"
        self.buttons[known] = (button.line, host)
        return known

    def recall(self, button: str, pressed: Request) -> Request | Outcome:
        """What the id stands for."""
        if button not in self.buttons:
            return Outcome(Status.DENIED, note("This button is not known any more."))
        line, host = self.buttons[button]
        return replace(pressed, line=line, host=host)

    def form(self, button: str) -> Form | None:
        """What the line of the button needs."""
        return self.forms.get(self.buttons.get(button, ("", ""))[0])

    def resume(self, held: Held, answer: Callable[[Outcome | None], None], progress: Progress = silent) -> bool:
        """Nothing waits here."""
        del held, answer, progress
        return False

    def go_on(self, kept: Kept, answer: Callable[[Outcome | None], None], progress: Progress = silent) -> bool:
        """Nothing was broken off here."""
        del kept, answer, progress
        return False

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:  # noqa: ARG002 - what a Directory is asked
        """An active member of no group."""
        return Member()

    def public(self, request: Request) -> bool:
        """Whether it changes something."""
        return "restart" in request.line

    def paints(self, look: Look) -> None:
        """Note it."""
        self.looks.append(look)

    def painted(self, channel: str, ts: str) -> None:
        """It is over."""
        self.looks = [each for each in self.looks if (each.channel, each.ts) != (channel, ts)]

    def opens(self, channel: str, ts: str) -> None:
        """Keep it."""
        self.rooms.add((channel, ts))

    def opened(self, channel: str, ts: str) -> bool:
        """Whether it was kept."""
        return (channel, ts) in self.rooms

    def unpainted(self) -> list[Look]:
        """Nothing was before."""
        return []

    def unseen(self, number: int, why: str) -> None:
        """Note it."""
        self.unseen_ones.append((number, why))

    def type(self, number: int, user: str, said: str, delivery: str, at: float) -> bool:
        """Note it."""
        del delivery, at
        self.typed.append((number, user, said))
        return True

    def ask(self, button: str, place: Mapping[str, Any]) -> str:
        """An id that says nothing of the dialog."""
        known = f"dialog{len(self.dialogs)}"
        self.dialogs[known] = (button, dict(place))
        return known

    def asked(self, dialog: str) -> tuple[str, dict[str, Any]] | None:
        """What the id stands for."""
        return self.dialogs.get(dialog)

    def due(self, number: int) -> Due | None:
        """What waits under this number."""
        return self.dues.get(number)

    def answered(self, due: Due | None) -> Noted:
        """Who notes what became of it."""
        return Noted(due, self.shown)

    def unsent(self, flying: Container[int]) -> Iterator[Late]:
        """What was left, and is not on its way."""
        yield from (late for late in self.left if late.outcome.number not in flying)

    def spent(self, button: str) -> Spent | None:
        """Who used it up."""
        return self.used.get(button)


@dataclass(frozen=True)
class Joined:
    """The bot in a workspace, with the desk behind it."""

    workspace: Workspace
    desk: CannedDesk
    side: SlackSide
