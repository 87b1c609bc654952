"""`why`: what became of a recorded action, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from commands.audit.actions import numbered, unnumbered
from commands.command import Command, arg
from commands.context import Context
from commands.reply import Note, Reply, failure, output
from commands.spec import Permission

_NOTHING = "Nothing of yours was refused, held or ended otherwise than well."
_NOW = "That was by the policy of that time; `can-i` and the line says what holds now."
_LAST = "last"
_LABELS = 10  # columns of the labels before their values


class Why(Command, name="why", permission=Permission.LISTED):
    """Explain why something was refused, held or allowed.

    The number is the one that `audit ls` lists and every refusal tells. Without it, or with `last`, it is about the
    last of your own lines that was refused, held, or ended otherwise than well.
    """

    number: str = arg("NUMBER|last", default="")

    def problem(self) -> str | None:
        """A number that is none."""
        return unnumbered(self.number) if self._given and not numbered(self._given) else None

    def run(self, ctx: Context) -> Reply:
        """The verdict, its reason and the end."""
        action = ctx.bot.ended(int(self._given) if self._given else None)
        if action is not None:
            told = "".join(f"{label + ':':<{_LABELS}}{value}\n" for label, value in _facts(action) if value)
            return output(told) + Reply((Note(_NOW),))
        return failure(f"Error: No such action: {self._given}") if self._given else output(f"{_NOTHING}\n")

    @property
    def _given(self) -> str:
        """The number; empty for the last line."""
        return "" if self.number.lower() == _LAST else self.number


def _facts(action: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Number", str(action["number"])
    yield "Line", action["line"]
    yield "Person", action["person"] or action["actor"]
    yield "Verdict", action["verdict"]
    yield "Because", action["reason"]
    yield "Status", action["status"]
    yield "Error", action["error"] if action["error"] != action["reason"] else ""
