"""An outcome as a Slack message. Pure; whatever came from outside is in text elements, which mean nothing to Slack."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, assert_never

from bot.request import Outcome
from bot.slack.characters import cut, cut_escaped, escaped, head, visible
from bot.slack.message import File, Message
from bot.store import Spent
from bot.text import table
from commands.reply import Button, Buttons, Errors, Moment, Note, Output, Part, Table

ROOM = 11_000  # characters of docker's text as JSON; Slack is reported to refuse about 13,200 for all blocks together
TEXT_LIMIT = 4_000  # characters; chat.postMessage advises no more, chat.update refuses more
NOTE_LIMIT = 1_500  # characters of one note
LINE_LIMIT = 500  # characters of the line in the first line of a message
TITLE_LIMIT = 100  # characters of a file's title
BUTTON = "Button: "  # what the text, which a screen reader reads, says before a button
BUTTON_LIMIT = 75  # characters; Slack, button text
BUTTONS = 25  # Slack, elements of an actions block
CONFIRM_LIMIT = 300  # characters; Slack, text of a confirmation
CONFIRM_BUTTON_LIMIT = 30  # characters; Slack, buttons of a confirmation
SILENT = "There is no output."
WHEN = "{date_short_pretty} {time_secs}"  # Slack writes it in the reader's own zone

_PERSON = re.compile(r"[UW][A-Z0-9]{2,}")
_FILE_NAME = re.compile(r"[^\w.-]+")

Remember = Callable[[Button], str]
Json = dict[str, Any]


def render(outcome: Outcome, remember: Remember, asker: str = "") -> Message:
    """The message that tells an outcome; where everybody sees it, its first line says who asked.

    remember gives the opaque id that stands for a button, empty where there is to be none; asker is a Slack user id, or
    what else asked.
    """
    page = _Page(outcome, remember)
    page.heading(asker if outcome.public else "")
    for part in outcome.reply.parts:
        page.add(part)
    return page.message()


def without_buttons(text: str, blocks: Sequence[Mapping[str, Any]], spent: Spent) -> Message:
    """A message that was sent, once a button in it was pressed: it says by whom and what for, and has no buttons."""
    line = cut(_typed(spent.line), LINE_LIMIT)
    number = f" · number {spent.number}"
    pressed = _section(*_who(spent.actor), _span(" pressed the button for "), _span(line, code=True), _span(number))
    kept = [block for block in blocks if block.get("type") != "actions"]
    said = [each for each in text.splitlines() if not each.startswith(BUTTON)]
    told = f"{_mention(spent.actor)} pressed the button for {escaped(line)}{number}"
    return Message(
        cut_escaped("\n".join([told, *said]), TEXT_LIMIT), (*kept, {"type": "rich_text", "elements": [pressed]})
    )


class _Page:
    """A message in the making: elements for the eye, sentences for the ear, and the room that is left."""

    def __init__(self, outcome: Outcome, remember: Remember) -> None:
        self.outcome = outcome
        self.line = cut(_typed(outcome.line), LINE_LIMIT)
        self.remember = remember
        self.room = ROOM
        self.hidden = 0
        self.shows = False  # anything beside its heading
        self.elements: list[Json] = []
        self.buttons: list[Json] = []
        self.spoken: list[str] = []
        self.files: list[File] = []

    def heading(self, asker: str) -> None:
        """Who ran what, and its number in the record; the line alone where only the asker sees it."""
        if not (asker or self.line):
            return
        number = "" if self.outcome.number is None else f" · number {self.outcome.number}"
        line = self.line or "something"
        who = [*_who(asker), _span(" ran ")] if asker else []
        self.elements.append(_section(*who, _span(line, code=True), *([_span(number)] if number else [])))
        self.spoken.append(f"{_mention(asker)} ran {escaped(line)}{number}" if asker else escaped(line) + number)

    def add(self, part: Part) -> None:
        """One part of the reply."""
        match part:
            case Output(text, name):
                self._docker(text, name)
            case Errors(text):
                self._docker(text, "errors.txt")
            case Table(rows):
                self._docker(table(rows), "table.txt")
            case Note(text):
                self._note(text)
            case Moment(label, at):
                self._moment(label, at)
            case Buttons(buttons):
                self._offer(buttons)
            case _:
                assert_never(part)

    def message(self) -> Message:
        """All of it."""
        if self.hidden:
            self._note(f"Characters that cannot be seen are shown as \\u{{...}}: {self.hidden}.")
        if not (self.shows or self.buttons):
            self._note(SILENT)
        blocks: list[Json] = [{"type": "rich_text", "elements": self.elements}] if self.elements else []
        if self.buttons:
            blocks.append({"type": "actions", "elements": self.buttons[:BUTTONS]})
        said = "\n".join(self.spoken)
        text = cut_escaped(said if said.strip() else SILENT, TEXT_LIMIT)
        return Message(text, tuple(blocks), tuple(self.files))

    def _docker(self, text: str, name: str) -> None:
        shown = self._seen(text)
        if not shown:
            return
        kept = head(shown, self.room)
        self.shows = True
        if kept:
            self.room -= len(json.dumps(kept, ensure_ascii=False))
            self.elements.append(_preformatted(kept))
            self.spoken.append(escaped(kept.rstrip("\n")))
        if kept != shown:
            self._keep(shown, kept, name)

    def _keep(self, whole: str, kept: str, name: str) -> None:
        """Put the whole into a file, and say so."""
        self.room = 0
        name = self._file_name(name)
        self.files.append(File(name, cut(f"{self.line or name}", TITLE_LIMIT), whole))
        lines, shown = len(whole.splitlines()), len(kept.splitlines())
        which = f"the first {shown:,} of {lines:,} lines" if lines > shown else "the beginning"
        where = "follows as" if self.outcome.public else "is in your direct messages with this app, as"
        self._note(f"This is {which}; the whole {where} the file {name}.")

    def _file_name(self, name: str) -> str:
        name = _FILE_NAME.sub("_", name).strip("._") or "output.txt"
        taken = {file.name for file in self.files}
        return name if name not in taken else f"{len(taken) + 1}-{name}"

    def _note(self, text: str) -> None:
        shown = cut(self._seen(text).strip(), NOTE_LIMIT)
        if shown:
            self.shows = True
            self.elements.append(_section(_span(shown)))
            self.spoken.append(escaped(shown))

    def _moment(self, label: str, at: float) -> None:
        shown = self._seen(label)
        fallback = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"
        self.shows = True
        date = {"type": "date", "timestamp": int(at), "format": WHEN, "fallback": fallback}
        self.elements.append(_section(_span(f"{shown} "), date))
        self.spoken.append(f"{escaped(shown)} <!date^{int(at)}^{WHEN}|{fallback}>")

    def _offer(self, buttons: tuple[Button, ...]) -> None:
        for button in buttons:
            identity = self.remember(button)
            if not identity:
                continue
            self.buttons.append(_button(button, len(self.buttons), identity))
            self.spoken.append(escaped(f"{BUTTON}{_one_line(button.label)} ({_typed(button.line)})"))

    def _seen(self, text: str) -> str:
        shown, hidden = visible(text)
        self.hidden += hidden
        return shown


def _typed(line: str) -> str:
    """The line as at a terminal; empty where none was understood."""
    line = _one_line(line)
    return line if not line or line.split()[0] == "docker" else f"docker {line}"


def _one_line(text: str) -> str:
    return " ".join(visible(text)[0].split())


def _who(asker: str) -> list[Json]:
    return [{"type": "user", "user_id": asker}] if _PERSON.fullmatch(asker) else [_span(_one_line(asker))]


def _mention(asker: str) -> str:
    return f"<@{asker}>" if _PERSON.fullmatch(asker) else escaped(_one_line(asker))


def _span(text: str, *, code: bool = False) -> Json:
    return {"type": "text", "text": text, **({"style": {"code": True}} if code else {})}


def _section(*spans: Mapping[str, Any]) -> Json:
    return {"type": "rich_text_section", "elements": list(spans)}


def _preformatted(text: str) -> Json:
    return {"type": "rich_text_preformatted", "elements": [_span(text.removesuffix("\n") or text)]}


def _plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": cut(_one_line(text), limit), "emoji": False}


def _button(button: Button, index: int, value: str) -> Json:
    element = {
        "type": "button",
        "action_id": f"run-{index}",
        "text": _plain(button.label, BUTTON_LIMIT),
        "value": value,
    }
    return element | ({"style": "danger", "confirm": _confirm(button)} if button.danger else {})


def _confirm(button: Button) -> Json:
    return {
        "title": _plain("Are you sure?", CONFIRM_LIMIT),
        "text": _plain(f"This runs: {_typed(button.line)}", CONFIRM_LIMIT),
        "confirm": _plain(button.label, CONFIRM_BUTTON_LIMIT),
        "deny": _plain("Cancel", CONFIRM_BUTTON_LIMIT),
        "style": "danger",
    }
