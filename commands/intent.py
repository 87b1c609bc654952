"""What a command is about to do, known before anything of it is done: it is recorded, then done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from commands.reply import Reply

if TYPE_CHECKING:
    from commands.context import Found


@dataclass(frozen=True)
class Intent:
    """The objects beside those that the line names which will be touched, and the doing of it."""

    objects: tuple[Found, ...]
    do: Callable[[], Reply]


def told(reply: Reply) -> Intent:
    """Nothing is done; the reply says why."""
    return Intent((), lambda: reply)
