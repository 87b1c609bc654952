"""How much room the parts of a reply want that slashdock adds to docker's text."""

from __future__ import annotations

from collections.abc import Container
from typing import assert_never

from bot.slack import elements, room
from bot.slack.characters import cut, visible
from commands.chart import Chart
from commands.reply import Asking, Button, Buttons, Document, Errors, Moment, Note, Output, Part, Printed, Table

NOTE_LIMIT = 1_500  # characters of one note
BUTTONS = 25  # Slack, elements of an actions block
HANDLE = "0" * 32  # as long as the id that stands for a button


def wanted(part: Part, drawn: Container[Chart]) -> int:
    """The characters that a part of slashdock's own takes; none for docker's text, files and what is drawn."""
    match part:
        case Note(text):
            return _note(text)
        case Chart():
            return 0 if part in drawn else _note(part.words())
        case Moment(label, at):
            words = elements.span(cut(visible(label)[0], NOTE_LIMIT) + " ")
            return room.size(elements.section(words, elements.date(at)))
        case Buttons(buttons):
            return sum(room.size(elements.button(button, BUTTONS, HANDLE)) for button in buttons)
        case Asking(label, line, _):
            return room.size(elements.button(Button(label, line), BUTTONS, HANDLE))
        case Output() | Errors() | Printed() | Table() | Document():
            return 0
        case _:
            assert_never(part)


def _note(text: str) -> int:
    return room.size(elements.section(elements.span(cut(visible(text)[0], NOTE_LIMIT))))
