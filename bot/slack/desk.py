"""What Slack's side asks of whoever takes requests and knows what buttons stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from bot.request import Outcome, Request
from commands.reply import Button

Answer = Callable[[Outcome], None]


class Desk(Protocol):
    """Takes requests; everything else that Slack's side does is reading and showing."""

    def take(self, request: Request, answer: Answer) -> Outcome | None:
        """Commit the receipt and queue the work; None where `answer` is called later, else what to say at once."""

    def remember(self, button: Button, host: str) -> str:
        """An opaque id for what a button stands for; empty where there can be none."""

    def recall(self, button: str) -> tuple[str, str] | None:
        """The line and the host behind an opaque id; None where there is none."""
