"""The docs are true: generated pages are current, every line in them is one that slashdock reads, every link leads."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import reference
from harness import PROJECT
from oracle import DOCKER, needs_docker28

import docs
from commands import catalog

PAGES = sorted([PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")])
ABSENT = {"checkpoint", "config", "context", "manifest", "node", "plugin", "service", "stack", "swarm", "trust"}
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


@pytest.mark.parametrize("verb", reference.verbs().values(), ids=lambda verb: verb.name)
def test_what_docker_has_too_is_called_as_there(verb: reference.Verb) -> None:
    """The usage line, all names and at least the flags of docker's own verb, each with its letter and type."""
    found = catalog.load().find(tuple(verb.name.split()))
    if found is None:
        return
    spec = found.spec
    flags = {
        (f"--{name}", each.short and f"-{each.short}", each.label or "bool")
        for each in spec.flags
        for name in (each.long, *each.also)
    }
    assert f"docker {verb.usage}" == spec.usage(tuple(verb.name.split()))
    assert {(each.long, each.short, each.kind) for each in verb.flags} <= flags


@needs_docker28
def test_docker_has_nothing_that_the_reference_has_not() -> None:
    """What `docker help` lists is a verb of the reference, or the first word of one."""
    told = subprocess.run([DOCKER, "help"], capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  ([a-z]+) {2,}", told.partition("Global Options:")[0], re.MULTILINE)
    known = {name.split()[0] for verb in reference.verbs().values() for name in (verb.name, *verb.names)}
    assert len(listed) > 50
    assert set(listed) <= known


def test_the_page_says_of_every_verb_that_is_not_here_why() -> None:
    """Whole groups of them, too."""
    rows = docs.PAGE.read_text().partition(docs.BESIDE)[2]
    for group in sorted(ABSENT):
        assert re.search(rf"^\| `{group} [a-z ]+` \| \w", rows, re.MULTILINE), group


@pytest.mark.parametrize(
    ("verb", "flag"),
    [
        ("container run", "detach-keys"),
        ("container attach", "detach-keys"),
        ("login", "password"),
    ],
)
def test_what_does_not_do_what_docker_does_is_not_said_to_work(verb: str, flag: str) -> None:
    """It has another form, which the page tells."""
    section = docs.PAGE.read_text().partition(f"### {verb}\n")[2].partition("### ")[0]
    assert re.search(rf"^\| .*`--{flag}`[^|]* \| in another form \|", section, re.MULTILINE)


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
