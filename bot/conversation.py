"""A line at a terminal, with what is asked back: a form to be filled in, a yes to what exactly will be done."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

from bot.execution import silent
from bot.passing import Passing
from bot.replies import Replies
from bot.request import Outcome
from bot.terminal import NOTHING, Asked, Terminal
from commands.live import Progress
from commands.reply import Asking, Buttons

Show = Callable[[Outcome], None]


class Conversation:
    """say() shows everything; passes: what takes long shows on standard error how far it is.

    What lives on is printed as it goes on, where `watched` says that somebody is there for it.
    """

    def __init__(self, terminal: Terminal, replies: Replies, show: Show, *, passes: bool, watched: bool = True) -> None:
        self._terminal = terminal
        self._replies = replies
        self._show = show
        self._passes = passes
        self._watched = watched

    def say(self, line: str, asked: Asked = NOTHING) -> Outcome:
        """The line to its end; what came of it last."""
        outcome = self._ask(line, asked)
        form = _form(outcome)
        given = None if form is None else self._replies.fill(form.form)
        if given is not None:
            asked = replace(asked, given=given)
            outcome = self._ask(line, asked)
        self._show(outcome)
        digest = _digest(outcome)
        if not digest or not self._replies.agree():
            return outcome
        outcome = self._ask(line, replace(asked, confirmed=digest))
        self._show(outcome)
        return outcome

    def _ask(self, line: str, asked: Asked) -> Outcome:
        passing = Passing(sys.stderr, sys.stdout, passes=self._passes) if self._watched else None
        progress: Progress = silent if passing is None else passing
        try:
            return self._terminal.say(line, asked, progress)
        finally:
            if passing is not None:
                passing.done()


def _form(outcome: Outcome) -> Asking | None:
    return next((part for part in outcome.reply.parts if isinstance(part, Asking)), None)


def _digest(outcome: Outcome) -> str:
    """What whoever says yes agrees to; empty where nothing is asked."""
    offered = (part for part in outcome.reply.parts if isinstance(part, Buttons))
    return next((each.confirms for part in offered for each in part.buttons if each.confirms), "")
