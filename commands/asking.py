"""What a line still needs to be told in a dialog, never on the line itself: a password, a text of several lines."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One thing to be filled in; name is the key of its answer, hint a sentence below it."""

    name: str
    label: str
    secret: bool = False
    multiline: bool = False
    hint: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Form:
    """What is asked at once: a title, the word on the button that sends it, the fields in their order.

    piped is what tells how to give the same to slashdock where nobody can be asked.
    """

    title: str
    submit: str
    fields: tuple[Field, ...]
    piped: str = ""


def written(form: Form | None) -> str:
    """The form as JSON; empty where there is none."""
    return "" if form is None else json.dumps(dataclasses.asdict(form))


def read(text: str) -> Form | None:
    """The form that was written so."""
    if not text:
        return None
    told = json.loads(text)
    return Form(told["title"], told["submit"], tuple(Field(**each) for each in told["fields"]), told.get("piped", ""))
