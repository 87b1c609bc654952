"""What a benchmark found: its verdicts, and the page that is made from what is kept of the last run."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench import page, results
from bench.figures import AtLeast, AtMost, Bound, Figure, Times, Values, interleaved

OURS = Values([3.0, 1.0, 2.0, 10.0])  # median 2.5
TOLD = json.loads(results.FILE.read_text())


def figure(*bounds: Bound, **more: object) -> Figure:
    """One that took 2.5 at the median, beside a rival that took 2."""
    return Figure("lines", "ps", "ms", OURS, {"raw": Values([2.0])}, bounds, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bound", "said", "met"),
    [
        (AtMost(2.5, "ms"), "median at most 2.5 ms", True),
        (AtMost(2.4, "ms"), "median at most 2.4 ms", False),
        (AtMost(9, "ms", "p99"), "p99 at most 9 ms", False),
        (AtMost(10, "ms", "most"), "most at most 10 ms", True),
        (AtLeast(2.5, "/s"), "at least 2.5 /s", True),
        (AtLeast(2.6, "/s"), "at least 2.6 /s", False),
        (Times(1.25, "raw"), "at most 1.25 x raw", True),
        (Times(1.2, "raw"), "at most 1.2 x raw", False),
        (Times(1, "raw", plus=0.5), "at most 1 x raw + 0.5 ms", True),
        (Times(0.1, "docker"), "at most 0.1 x docker", True),  # not installed here
    ],
)
def test_a_bound_is_met_or_not(bound: Bound, said: str, met: bool) -> None:
    """And says what it is."""
    assert str(bound) == said
    assert results.verdict(figure(bound)) == (results.MET if met else results.NOT_MET)


def test_one_bound_that_is_not_met_is_enough() -> None:
    """And none is no verdict."""
    assert results.verdict(figure(AtMost(9, "ms"), AtMost(1, "ms"))) == results.NOT_MET
    assert results.verdict(figure()) == ""
    assert results.unmet([figure(), figure(AtMost(1, "ms")), figure(AtMost(9, "ms"))])[0].bounds == (AtMost(1, "ms"),)


def test_ways_are_run_by_turns() -> None:
    """So that what the machine does besides befalls them alike."""
    order: list[str] = []
    found = interleaved(3, {name: lambda name=name: order.append(name) for name in ("a", "b")})  # type: ignore[misc]
    assert order == ["a", "b"] * 3
    assert [len(each.each) for each in found.values()] == [3, 3]


def test_what_is_kept_is_what_the_page_says() -> None:
    """A line each, with why where a bound is not met; a curve where there are sizes."""
    whys = {"why": "the disk is slow"}
    held = [figure(AtMost(1, "ms"), **whys), figure(AtMost(9, "ms"), **whys), figure(size=10), figure(size=1000)]
    told = json.loads(json.dumps(results.kept({"rivals": held}, engine="20.10")))
    shown = page.page(told)
    assert "| ps | 2.5 ms | 10 ms | raw 2 (1.25 x) | median at most 1 ms | NOT MET |" in shown
    assert "| ps of 1,000 |" in shown
    assert shown.count("The disk is slow.") == 1


def test_the_page_is_that_of_the_last_run() -> None:
    """`make bench` writes both."""
    assert page.PAGE.read_text() == page.page(TOLD)
    for name, picture in page.pictures(TOLD).items():
        assert (page.DOCS / name).read_text() == picture
        assert ET.fromstring(picture).tag.endswith("svg")


def test_every_bound_is_met_or_it_is_said_what_stands_in_the_way() -> None:
    """Of the run that is kept."""
    assert [
        each["what"] for each in results.figures(TOLD) if each["verdict"] == results.NOT_MET and not each["why"]
    ] == []


def test_a_part_that_is_measured_anew_replaces_itself_alone(tmp_path: Path) -> None:
    """All of it replaces all."""
    kept = tmp_path / "results.json"
    for runs, all_ in (({"a": [figure()], "b": [figure()]}, True), ({"b": [figure(), figure()]}, False)):
        results.write(results.kept(runs, engine="20.10"), all_=all_, path=kept)
    told = json.loads(kept.read_text())
    assert {name: len(run) for name, run in told["runs"].items()} == {"a": 1, "b": 2}
    assert len(results.figures(told)) == 3
    results.write(results.kept({"b": [figure()]}, engine="20.10"), all_=True, path=kept)
    assert list(json.loads(kept.read_text())["runs"]) == ["b"]
