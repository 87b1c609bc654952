"""The docs are true: generated pages are current, every line in them is one that slashdock reads, every link leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import PROJECT

import docs
from commands import catalog

PAGES = sorted([PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")])
_LINE = re.compile(r"`(?:/docker|@slashdock) ([^`\n]+)`")
_EXEC = re.compile(r"slashdock exec (?:--as \w+ )?'?([^'#\n`]+)")
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
_PLACEHOLDER = re.compile(r"[.…]{1,3}$|LINE")


def _lines(page: Path) -> Iterator[str]:
    text = page.read_text()
    for pattern in (_LINE, _EXEC):
        yield from (match.group(1).strip() for match in pattern.finditer(text))


def test_the_page_of_all_verbs_is_current() -> None:
    """`make docs` would change nothing."""
    assert docs.PAGE.read_text() == docs.page(tuple(verb.spec for verb in catalog.load()))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_line_in_the_docs_is_read(page: Path) -> None:
    """What the docs tell people to type parses."""
    for line in _lines(page):
        if not _PLACEHOLDER.search(line) and not line.startswith("--"):
            assert catalog.load().parse(line).command.spec.name, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_in_the_docs_leads_to_a_file(page: Path) -> None:
    """No page points to one that is not there."""
    for target in _LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target
