"""Each row of docs/attacks.md is kept by the tests that it names, and those name the row."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from harness import PROJECT

ROW = re.compile(r"^\| ([SF]\d+) \|.*\| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([^`]+)`")
ROWS = [*(f"S{number}" for number in range(1, 33)), *(f"F{number}" for number in (*range(21, 27), *range(30, 37)))]


def told() -> list[tuple[str, str]]:
    """Each row of the page with each test that it names, as path::name."""
    page = (PROJECT / "docs" / "attacks.md").read_text()
    return [(row, test) for row, tests in ROW.findall(page) for test in NAMED.findall(tests)]


def kept() -> Iterator[tuple[str, str]]:
    """Each row that a test is marked with, and that test, as path::name."""
    for path in sorted((PROJECT / "tests").rglob("test_*.py")):
        for test in ast.walk(ast.parse(path.read_text())):
            if isinstance(test, ast.FunctionDef):
                yield from ((row, f"{path.relative_to(PROJECT)}::{test.name}") for row in _marked(test))


def _marked(test: ast.FunctionDef) -> Iterator[str]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.attack":
            yield str(ast.literal_eval(mark.args[0]))


def test_every_attack_is_on_the_page_in_its_order() -> None:
    """None is left out, and none stands there twice."""
    page = Path(PROJECT / "docs" / "attacks.md").read_text()
    assert [row for row, _ in ROW.findall(page)] == ROWS


def test_every_row_has_the_tests_that_name_it_and_no_others() -> None:
    """A test that is gone, renamed or no longer about a row is missed here."""
    assert sorted(told()) == sorted(kept())
    assert {row for row, _ in told()} == set(ROWS)


def test_every_promise_names_a_test_that_is_there() -> None:
    """docs/reliability.md says of each what keeps it."""
    page = (PROJECT / "docs" / "reliability.md").read_text()
    named = [each.partition("::") for each in NAMED.findall(page) if "::" in each]
    there = {
        (str(path.relative_to(PROJECT)), test.name)
        for path in (PROJECT / "tests").rglob("test_*.py")
        for test in ast.walk(ast.parse(path.read_text()))
        if isinstance(test, ast.FunctionDef)
    }
    assert len(named) > len(ROWS)
    assert {(path, name) for path, _, name in named} - there == set()
