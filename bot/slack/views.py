"""A form as a modal, and what was filled into it. Pure; the modal knows nothing but an opaque id."""

from __future__ import annotations

from collections.abc import Mapping

from bot import keyboard
from bot.slack.characters import cut
from bot.slack.elements import Json, one_line
from commands.asking import Field, Form

CALLBACK = "form"  # what our modals are called
TITLE_LIMIT = 24  # characters; Slack, a view's title and its buttons
LABEL_LIMIT = 2_000  # characters; Slack, labels and hints
VALUE_LIMIT = 3_000  # characters; Slack, what is typed into a field
VISIBLE = "Slack has no field for passwords: whoever looks at your screen can read it while you type."
EMPTY = "Fill this in."
TOO_LONG = f"At most {VALUE_LIMIT:,} characters fit in here."


def modal(form: Form, handle: str) -> Json:
    """The modal that asks; handle is the opaque id by which what is filled in is known."""
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": _plain(form.title, TITLE_LIMIT),
        "submit": _plain(form.submit, TITLE_LIMIT),
        "close": _plain("Cancel", TITLE_LIMIT),
        "private_metadata": handle,
        "blocks": [_input(field) for field in form.fields],
    }


def given(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """What was filled in, by the fields' names.

    A text of several lines is mended as a line is: keyboards damage it alike. A secret is left to the character.
    """
    found = {field.name: values.get(field.name, "") for field in form.fields}
    texts = {field.name for field in form.fields if field.multiline and not field.secret}
    return {name: _mended(value) if name in texts else value for name, value in found.items()}


def errors(form: Form, filled: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with it, by the fields' names."""
    found = {field.name: _wrong(field, filled[field.name]) for field in form.fields}
    return {name: wrong for name, wrong in found.items() if wrong}


def _input(field: Field) -> Json:
    hint = " ".join(filter(None, (field.hint, VISIBLE if field.secret else "")))
    element = {
        "type": "plain_text_input",
        "action_id": field.name,
        "multiline": field.multiline,
        "max_length": VALUE_LIMIT,
    }
    block = {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.label, LABEL_LIMIT),
        "element": element,
        "optional": field.optional,
    }
    return block | ({"hint": _plain(hint, LABEL_LIMIT)} if hint else {})


def _wrong(field: Field, value: str) -> str:
    if not value.strip():
        return "" if field.optional else EMPTY
    return TOO_LONG if len(value) > VALUE_LIMIT else ""


def _mended(text: str) -> str:
    return "\n".join(keyboard.mended(line) for line in text.replace("\r\n", "\n").split("\n"))


def _plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": cut(one_line(text), limit), "emoji": False}
