"""A chart in words, and as Slack draws it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot import text
from bot.answers import masked
from bot.blockrules import problems
from bot.slack.charts import CHARTS, POINTS, SERIES, block, fitting
from bot.spool import Spool
from commands.chart import Chart, Series, Shape, number
from commands.reply import Reply
from commands.report import drawing
from commands.secrets import MASK

MEMORY = Chart("Memory", Shape.LINE, "MB", ("Mon", "Tue"), (Series("web", (1.0, 2.5)), Series("db", (7.0, 7.0))))


def test_a_line_is_told_by_its_ends() -> None:
    """The lowest, the highest and the last number, or the one that it always was."""
    assert MEMORY.words() == "Memory (MB): web 1 to 2.5, last 2.5; db 7 throughout."


def test_what_was_not_measured_is_a_gap_and_no_zero() -> None:
    """In words, in a drawing, and where no gaps can be drawn."""
    lines = (Series("web", (1.0, None, 3.0, 2.0)), Series("db", (None,) * 4))
    holed = Chart("CPU", Shape.LINE, "%", ("a", "b", "c", "d"), lines)
    assert holed.words() == "CPU (%): web 1 to 3, last 2; db not measured."
    assert drawing.svg(holed).count("<polyline") == 2
    drawn = block(holed)
    assert drawn is not None
    assert drawn["chart"]["axis_config"]["categories"] == ["a", "c", "d"]
    assert [each["name"] for each in drawn["chart"]["series"]] == ["web"]
    assert problems({"text": "fallback", "blocks": [drawn]}) == ()


def test_two_that_were_measured_in_turns_are_drawn_as_far_as_it_goes() -> None:
    """One of them where no label has both; both where that leaves more numbers; in their order."""
    turns = (Series("web", (1.0, None, 3.0, None)), Series("db", (None, 2.0, None, None)))
    drawn = block(Chart("CPU", Shape.LINE, "%", ("a", "b", "c", "d"), turns))
    assert drawn is not None
    assert drawn["chart"]["axis_config"]["categories"] == ["a", "c"]
    assert [each["name"] for each in drawn["chart"]["series"]] == ["web"]
    some = (Series("web", (1.0, None, 3.0, 4.0)), Series("db", (1.0, 2.0, 3.0, 4.0)))
    drawn = block(Chart("CPU", Shape.LINE, "%", ("a", "b", "c", "d"), some))
    assert drawn is not None
    assert drawn["chart"]["axis_config"]["categories"] == ["a", "c", "d"]
    assert [each["name"] for each in drawn["chart"]["series"]] == ["web", "db"]


def test_bars_are_told_one_by_one() -> None:
    """Each with its label; with the name of the series where there are several."""
    one = Chart("Restarts", Shape.BAR, "times", ("web", "db"), (Series("", (3, 1200.4)),))
    assert one.words() == "Restarts (times): web 3, db 1,200."
    two = Chart("Runs", Shape.BAR, "times", ("web",), (Series("good", (3,)), Series("bad", (0.126,))))
    assert two.words() == "Runs (times): good: web 3; bad: web 0.126."


def test_numbers_have_three_digits() -> None:
    """Whole ones have all of theirs."""
    assert [*map(number, (0.0, 0.01234, 1.5, 99.94, 123.4, 1234567))] == [
        "0", "0.0123", "1.5", "99.9", "123", "1,234,567",
    ]  # fmt: skip


def test_a_terminal_has_the_words() -> None:
    """They are slashdock's own."""
    assert text.added(Reply((MEMORY,))) == MEMORY.words() + "\n"
    assert text.docker(Reply((MEMORY,))) == ""


def test_a_secret_in_a_name_is_masked() -> None:
    """Whatever a container is called."""
    told = masked(Reply((Chart("Memory", Shape.LINE, "MB", ("Mon",), (Series("ghp_" + "a1" * 18, (1.0,)),)),)))
    assert MASK in "".join(part.words() for part in told.parts if isinstance(part, Chart))


@given(
    labels=st.lists(st.text(max_size=30), min_size=1, max_size=POINTS),
    names=st.lists(st.text(max_size=30), min_size=1, max_size=SERIES),
    value=st.floats(-1e12, 1e12),
    shape=st.sampled_from(Shape),
    title=st.text(min_size=1, max_size=80),
)
def test_every_chart_within_its_bounds_is_one_that_slack_takes(
    labels: list[str], names: list[str], value: float, shape: Shape, title: str
) -> None:
    """Whatever its names are: too long, empty, the same, or with characters that cannot be seen."""
    series = tuple(Series(name, (value,) * len(labels)) for name in names)
    drawn = block(Chart(title, shape, "MB", tuple(labels), series))
    assert drawn is not None
    assert problems({"text": "fallback", "blocks": [drawn]}) == ()


def test_what_slack_would_not_draw_is_not_drawn() -> None:
    """Too many points, too many series, nothing at all, a third chart."""
    many = tuple(map(str, range(POINTS + 1)))
    assert block(Chart("a", Shape.LINE, "b", many, (Series("c", (1.0,) * len(many)),))) is None
    assert block(Chart("a", Shape.LINE, "b", ("c",), (Series("d", (1.0,)),) * (SERIES + 1))) is None
    assert block(Chart("a", Shape.LINE, "b", (), ())) is None
    several = [Chart(str(each), Shape.LINE, "b", ("c",), (Series("d", (1.0,)),)) for each in range(CHARTS + 1)]
    assert [*fitting(several)] == several[:CHARTS]


def test_an_answer_with_a_chart_is_kept_and_read_back(tmp_path: Path) -> None:
    """To be shown again, as it was."""
    spool = Spool(tmp_path / "spool")
    kept = spool.keep(1, Reply((MEMORY,)))
    assert spool.get(1, kept["sha256"]) == Reply((MEMORY,))
