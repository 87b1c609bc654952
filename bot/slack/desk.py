"""What Slack's side asks of whoever takes requests and knows what buttons stand for."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any, Protocol

from bot.buttons import Spent
from bot.held import Held
from bot.lasting import Kept
from bot.painted import Look
from bot.request import Actor, Due, Late, Member, Outcome, Request
from bot.slack.letter import Followed
from commands.asking import Form
from commands.live import View
from commands.reply import Button

Answer = Callable[[Outcome], None]


class Desk(Protocol):
    """Takes requests; everything else that Slack's side does is reading and showing."""

    def take(
        self, request: Request, answer: Answer, button: str = "", progress: Callable[[View], None] = ...
    ) -> Outcome | None:
        """Commit the receipt and queue the work; None where `answer` is called later, else what to say at once.

        button is the opaque id of the one that was pressed for it, if one was; progress is told how far it is.
        """

    def resume(
        self, held: Held, answer: Callable[[Outcome | None], None], progress: Callable[[View], None] = ...
    ) -> bool:
        """Have what was agreed to begun, and `answer` called with what came of it; False where there is no room."""

    def go_on(
        self, kept: Kept, answer: Callable[[Outcome | None], None], progress: Callable[[View], None] = ...
    ) -> bool:
        """Have done again what an end of slashdock broke off, and `answer` called as above; False as there."""

    def remember(self, button: Button, host: str) -> str:
        """An opaque id for what a button stands for; empty where there can be none."""

    def recall(self, button: str, pressed: Request) -> Request | Outcome:
        """The request for the line behind an opaque id; what to say where there is none."""

    def form(self, button: str) -> Form | None:
        """What has to be asked in a dialog before the line of a button is run; None where nothing has."""

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:
        """What Slack says of a person, as a Directory gives it."""

    def public(self, request: Request) -> bool:
        """Whether everybody may see what its line does."""

    def paints(self, look: Look) -> None:
        """A message is there that is painted anew, until it had its last look."""

    def painted(self, channel: str, ts: str) -> None:
        """It had that."""

    def opens(self, channel: str, ts: str) -> None:
        """A session has this thread."""

    def opened(self, channel: str, ts: str) -> bool:
        """Whether a session has this thread, or had it."""

    def unpainted(self) -> list[Look]:
        """Those of an earlier process that had not."""

    def unseen(self, number: int, why: str) -> None:
        """What lives under this number can be seen nowhere, as is said: it ends."""

    def type(self, number: int, user: str, said: str, delivery: str, at: float) -> bool:
        """What somebody wrote in the thread of a session at a time, once a delivery; who may not is ignored.

        False where nothing is typed there any more.
        """

    def ask(self, button: str, place: Mapping[str, Any]) -> str:
        """An opaque id for a dialog that a button opened, answered at that place; empty where there can be none."""

    def asked(self, dialog: str) -> tuple[str, dict[str, Any]] | None:
        """The button and the place of a dialog; None where nobody knows it."""

    def due(self, number: int) -> Due | None:
        """The answer of an action, where Slack has still to show it."""

    def answered(self, due: Due | None) -> Followed:
        """Who hears what becomes of an answer."""

    def unsent(self, flying: Container[int]) -> Iterator[Late]:
        """The answers that Slack has still to show and that are not on their way, oldest first.

        flying are the numbers of those that are.
        """

    def spent(self, button: str) -> Spent | None:
        """The action that used up a button which works once; None where it can still be pressed."""
