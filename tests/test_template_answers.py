"""What docker 28 answered to each template of tests/templates; scripts/record_templates.py asks it again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands.template import Inspection, Template, TemplateError

RECORDS = Path(__file__).parent / "templates"
ASK, MORE, ANSWER, FAULT = ">>> ", "... ", "= ", "! "


def entries(record: Path) -> list[tuple[str, str, str]]:
    """The kind of object, the template and the answer of each entry."""
    found: list[tuple[str, str, str]] = []
    for line in record.read_text().split("\n"):
        kind, template, answer = found[-1] if found else ("", "", "")
        if line.startswith(ASK):
            found.append((record.stem, line.removeprefix(ASK), ""))
        elif line.startswith(MORE):
            found[-1] = (kind, f"{template}\n{line.removeprefix(MORE)}", "")
        elif line:
            found[-1] = (kind, template, f"{answer}\n{line}".lstrip("\n"))
    return found


def answer(kind: str, template: str) -> str:
    """Our answer as a record holds it: from the typed object, else from the object as it came."""
    raw = json.loads((RECORDS / "objects" / f"{kind}.json").read_text())
    try:
        shown = Inspection(Template(template)).text(kind, raw, as_it_came=kind != "volume")
    except TemplateError as error:
        return marked(FAULT, f"template parsing error: {error}")
    return marked(ANSWER, shown)


def marked(mark: str, text: str) -> str:
    """Text with a mark before each line."""
    return "\n".join(mark + line for line in text.split("\n"))


ALL = [entry for record in sorted(RECORDS.glob("*.txt")) for entry in entries(record)]


def test_the_record_is_large() -> None:
    """The record has at least the 250 templates that it is meant to have."""
    assert len(ALL) >= 250


@pytest.mark.parametrize(("kind", "template", "expected"), ALL, ids=[entry[1][:60] for entry in ALL])
def test_a_template_gets_the_answer_that_docker_gave(kind: str, template: str, expected: str) -> None:
    """The answer, or the complaint, is docker's to the character."""
    assert answer(kind, template) == expected
