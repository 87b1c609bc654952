"""An outcome as a Slack message. Pure; whatever came from outside is in text elements, which mean nothing to Slack."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

from bot.request import Outcome
from bot.slack import charts, elements, room, tables
from bot.slack.characters import cut, cut_escaped, escaped, foot, head, visible
from bot.slack.elements import Json, section, span
from bot.slack.message import File, Message
from bot.slack.wants import BUTTONS, NOTE_LIMIT, wanted
from bot.text import table
from commands.asking import Field, Form
from commands.chart import Chart
from commands.reply import Asking, Button, Buttons, Document, Errors, Moment, Note, Output, Part, Printed, Table

TEXT_LIMIT = 4_000  # characters; chat.postMessage advises no more, chat.update refuses more
SHORT = 40  # characters of a line that are always told; the room of what is removed is more than that
LINE_LIMIT = 500  # characters of the line in the first line of a message
TITLE_LIMIT = 100  # characters of a file's title
NAME_LIMIT = 100  # characters of a file's name
BUTTON = "Button: "  # what the text, which a screen reader reads, says before a button
BLOCKS = 40  # before a table; Slack takes 50 in a message, and charts and buttons come after it
FILES = 5  # of a message, beside one for all that goes beyond; each is a request to Slack and a message of its own
RAN = " ran "
LEFT_OUT = "…"
SILENT = "There is no output."

_FILE_NAME = re.compile(r"[^\w.-]+")

Remember = Callable[[Button], str]


def render(outcome: Outcome, remember: Remember, asker: str = "", did: str = RAN) -> Message:
    """The message that tells an outcome; where everybody sees it, its first line says who asked.

    remember gives the opaque id that stands for a button, empty where there is to be none; asker is a Slack user id, or
    what else asked; did is what the person did with the line.
    """
    page = _Page(outcome, remember)
    page.heading(asker if outcome.public else "", did)
    page.share()
    for part in outcome.reply.parts:
        page.add(part)
    return page.message()


class _Page:
    """A message in the making: elements for the eye, sentences for the ear, and the room that is left."""

    def __init__(self, outcome: Outcome, remember: Remember) -> None:
        self.outcome = outcome
        self.line = cut(elements.typed(outcome.line), LINE_LIMIT)
        self.remember = remember
        self.docker = self.own = 0  # characters that are left for docker's text, and for all else
        self.rest: list[str] = []  # what there was no room for
        self.hidden = 0
        self.cut = False  # whether there is more of docker's text than is shown
        self.shows = False  # anything beside its heading
        self.blocks: list[Json] = []
        self.elements: list[Json] = []  # those of the block that is being written
        self.cells = tables.CHARACTERS  # that are left for tables
        self.buttons: list[Json] = []
        self.drawn = charts.fitting(outcome.reply.parts)
        self.spoken: list[str] = []
        self.long: list[int] = []  # the places of docker's text among them
        self.files: list[File] = []

    def heading(self, asker: str, did: str) -> None:
        """Who ran what, and its number in the record; the line alone where only the asker sees it."""
        if not (asker or self.line):
            return
        number = "" if self.outcome.number is None else f" · number {self.outcome.number}"
        line = self.line or "something"
        who = [*elements.who(asker), span(did)] if asker else []
        self.elements.append(section(*who, span(line, code=True), *([span(number)] if number else [])))
        self.spoken.append(
            f"{elements.mention(asker)}{did}{escaped(line)}{number}" if asker else escaped(line) + number
        )

    def share(self) -> None:
        """Share out the room: what slashdock adds comes first, because docker's text can go on in a file."""
        self.own = min(sum(wanted(part, self.drawn) for part in self.outcome.reply.parts), room.OWN) + room.FILES
        taken = self.own + sum(map(room.size, (*self.elements, *self.drawn.values()))) + room.FILTER + room.LAST
        taken += room.FRAME * sum(isinstance(part, Table) for part in self.outcome.reply.parts)
        taken += room.PRESSED if any(isinstance(part, Buttons | Asking) for part in self.outcome.reply.parts) else 0
        self.docker = min(room.DOCKER, room.BLOCKS - taken)

    def add(self, part: Part) -> None:
        """One part of the reply."""
        match part:
            case Output() | Errors() | Printed():
                self._docker(*_text(part))
            case Table():
                self._table(part)
            case Chart():
                self._chart(part)
            case Document(content, name, title):
                self._document(content, name, title)
            case Note(text):
                self._note(text)
            case Moment(label, at):
                self._moment(label, at)
            case Buttons(buttons):
                self._offer(buttons)
            case Asking(label, line, form):
                self._offer((Button(label, line, form=form),))
            case _:
                assert_never(part)

    def message(self) -> Message:
        """All of it."""
        self.own += room.FILTER
        if self.cut and self.outcome.number is not None:
            self._offer((_filter(self.outcome.number),))
        self.own += room.LAST
        if self.rest:
            file = File(self._file_name("notes.txt"), "What else there is to say", "\n".join(self.rest) + "\n")
            self.files.append(file)
            self._note(f"There is more to say than has room here; it {self._follows()} the file {file.name}.")
        if self.hidden:
            self._note(f"Characters that cannot be seen are shown as \\u{{...}}: {self.hidden}.")
        if not (self.shows or self.buttons):
            self._note(SILENT)
        self._finish()
        self.blocks += self.drawn.values()
        if self.buttons:
            self.blocks.append({"type": "actions", "elements": self.buttons})
        return Message(self._said() or SILENT, tuple(self.blocks), tuple(self.files))

    def _finish(self) -> None:
        """What was written is a block; what comes next is another."""
        if self.elements:
            self.blocks.append({"type": "rich_text", "elements": self.elements})
        self.elements = []

    def _said(self) -> str:
        """All for the ear; where that is too long, docker's text is cut and what slashdock adds is kept."""
        said = list(self.spoken)
        left = TEXT_LIMIT - sum(len(each) + 1 for at, each in enumerate(said) if at not in self.long)
        shortest = sorted(self.long, key=lambda at: len(said[at]))
        for before, at in enumerate(shortest):
            said[at] = cut_escaped(said[at], max(left // (len(shortest) - before), SHORT))
            left -= len(said[at]) + 1
        return cut_escaped("\n".join(said).strip(), TEXT_LIMIT)

    def _docker(self, text: str, name: str) -> None:
        shown = self._seen(text)
        if not shown:
            return
        self.shows = True
        kept = head(shown, max(0, self.docker - room.FRAME))
        if kept == shown:
            self._print(kept)
            return
        left = self.docker - 3 * room.FRAME
        end = foot(shown, left // 3) if left > 0 else ""
        if end:
            kept = head(shown, left - left // 3)
        self._print(kept)
        if end:
            self.elements.append(section(span(LEFT_OUT)))
            self._print(end)
        self._keep(shown, kept, end, name)

    def _print(self, text: str) -> None:
        """Some of docker's text, as it is."""
        if text:
            self.elements.append(elements.preformatted(text))
            self.docker -= room.size(self.elements[-1])
            self.long.append(len(self.spoken))
            self.spoken.append(escaped(text.rstrip("\n")))

    def _table(self, part: Table) -> None:
        """One that has a caption as Slack draws it, where it takes it."""
        drawn = tables.block(part, self.cells)
        if drawn is None or len(self.blocks) > BLOCKS:
            self._docker(*_text(part))
            return
        block, taken = drawn
        self.cells -= taken
        self.shows = True
        self._finish()
        self.blocks.append(block)
        self.long.append(len(self.spoken))
        self.spoken.append(escaped(self._seen(table(part.rows)).rstrip("\n")))

    def _keep(self, whole: str, begin: str, end: str, name: str) -> None:
        """Put the whole into a file, and say so."""
        self.docker, self.cut = 0, True
        if len(self.files) == FILES:
            self.rest.append(whole)
            return
        name = self._file_name(name)
        self.files.append(File(name, cut(f"{self.line or name}", TITLE_LIMIT), whole))
        self._note(f"{_which(whole, begin, end)}; the whole {self._follows()} the file {name}.")

    def _follows(self) -> str:
        return "follows as" if self.outcome.public else "is in your direct messages with this app, as"

    def _file_name(self, name: str) -> str:
        name = _FILE_NAME.sub("_", name).strip("._")[-NAME_LIMIT:] or "output.txt"
        taken = {file.name for file in self.files}
        return name if name not in taken else f"{len(taken) + 1}-{name}"

    def _note(self, text: str) -> None:
        shown = cut(self._seen(text).strip(), NOTE_LIMIT)
        if shown:
            self.shows = True
            self._say(section(elements.span(shown)), shown, escaped(shown))

    def _chart(self, chart: Chart) -> None:
        """Its words for the ear where it is drawn below, else for the eye as well."""
        if chart not in self.drawn:
            self._note(chart.words())
            return
        self.shows = True
        self.spoken.append(escaped(self._seen(chart.words())))

    def _document(self, content: str | bytes | Path, name: str, title: str) -> None:
        if isinstance(content, Path) and not content.exists():
            self._note(f"The file {name} is not kept any more.")
            return
        name = self._file_name(name)
        self.files.append(File(name, cut(elements.one_line(title), TITLE_LIMIT), content))
        self._note(f"It {self._follows()} the file {name}.")

    def _moment(self, label: str, at: float) -> None:
        shown, date = cut(self._seen(label), NOTE_LIMIT), elements.date(at)
        self.shows = True
        spoken = f"{escaped(shown)} <!date^{date['timestamp']}^{elements.WHEN}|{date['fallback']}>"
        self._say(section(elements.span(f"{shown} "), date), f"{shown} {date['fallback']}", spoken)

    def _say(self, element: Json, words: str, spoken: str) -> None:
        """Show an element where it has room; else its words go with the rest."""
        if not self._fits(element):
            self.rest.append(words)
            return
        self.elements.append(element)
        self.spoken.append(spoken)

    def _fits(self, element: Json) -> bool:
        """Whether an element has room; if so, the room is taken."""
        fits = room.size(element) <= self.own
        self.own -= room.size(element) if fits else 0
        return fits

    def _offer(self, buttons: tuple[Button, ...]) -> None:
        for button in buttons:
            identity = self.remember(button)
            if not identity:
                continue
            element, words = (
                elements.button(button, len(self.buttons), identity),
                f"{elements.one_line(button.label)} ({elements.typed(button.line)})",
            )
            if len(self.buttons) < BUTTONS and self._fits(element):
                self.buttons.append(element)
                self.spoken.append(escaped(f"{BUTTON}{words}"))
            else:
                self.rest.append(f"There was no room for the button {words}.")

    def _seen(self, text: str) -> str:
        shown, hidden = visible(text)
        self.hidden += hidden
        return shown


def _which(whole: str, begin: str, end: str) -> str:
    """What is shown of a text."""
    lines, first, last = (len(each.splitlines()) for each in (whole, begin, end))
    if end:
        return f"These are the first {first:,} and the last {last:,} of {lines:,} lines"
    return f"This is the first {first:,} of {lines:,} lines" if lines > first else "This is the beginning"


def _filter(number: int) -> Button:
    """What shows some lines of an answer that is kept, without running anything."""
    line = f"output {number} --grep {{text}}"
    form = Form("Filter", "Show", (Field("text", "Only the lines that have this text"),), line=line)
    return Button("Filter…", f"output {number} --grep TEXT", form=form)


def _text(part: Output | Errors | Printed | Table) -> tuple[str, str]:
    """Docker's text, and what its file is called where it is too long to be shown."""
    match part:
        case Output(text, name):
            return text, name
        case Errors(text):
            return text, "errors.txt"
        case Printed():
            return part.text, part.name
        case Table(rows):
            return table(rows), "table.txt"
        case _:
            assert_never(part)
