"""What a line still needs to be told in a dialog, never on the line itself: a password, a text of several lines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass

from commands import line as words


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

    piped is what tells how to give the same to slashdock where nobody can be asked. line is the line that is made of
    what is filled in, its fields in braces; empty where that is given to a line that is there already.
    """

    title: str
    submit: str
    fields: tuple[Field, ...]
    piped: str = ""
    line: str = ""

    def composed(self, given: Mapping[str, str]) -> str:
        """The line with what was filled in, each as one word or a part of one."""
        return self.line.format_map({name: words.join([value.strip()]) for name, value in given.items()})


def written(form: Form | None) -> str:
    """The form as JSON; empty where there is none."""
    return "" if form is None else json.dumps(dataclasses.asdict(form))


def read(text: str) -> Form | None:
    """The form that was written so."""
    if not text:
        return None
    told = json.loads(text)
    fields = tuple(Field(**each) for each in told["fields"])
    return Form(told["title"], told["submit"], fields, told.get("piped", ""), told.get("line", ""))
