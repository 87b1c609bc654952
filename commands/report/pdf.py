"""A report as a PDF file: A4, the charts as lines, every row of the tables; no links, nothing to run or to fetch.

fpdf2 is loaded by the first one that is made, for it and what it brings take memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from commands.chart import Chart
from commands.legible import shown
from commands.report.plot import HIGH, LEFT, RIGHT, WIDE, Line, plot
from commands.report.report import Report, Section
from commands.secrets import mask_text

if TYPE_CHECKING:
    from fpdf import FPDF

MARGIN = 18  # millimetres, around
SAID = 2_000  # characters of a sentence
CELL = 200  # characters of a cell, since no row may be higher than a page
LEGEND = 60  # characters of a name beside its colour
FONT = "helvetica"  # one of those that every reader has; it knows Latin-1
TITLE, HEADLINE, HEADING, WORDS, SMALL = 15, 11, 13, 10, 8  # points
LEADING = 1.3  # of a line of text, times its size
SOFT, RULE, HEAD = "#616061", "#d5d5d8", "#f3f3f4"  # of words beside, of lines, and behind the names of columns
_PAD = 1.2  # millimetres in a cell
_SWATCH = 2.4  # millimetres
_KEPT = 30  # millimetres that have to be left below a heading
_POINT = 25.4 / 72  # millimetres
_TOTAL = "\x7f" * 5  # stands for the number of pages; no text has it, since what cannot be seen is written out
_LIKE = str.maketrans({"\u2022": "*", "\u2026": "..."})  # what stands for secrets, and for what was cut, in Latin-1
_UNKNOWN = re.compile("[^\x00-\xff]")


def pdf(report: Report) -> bytes:
    """The whole file; secrets are masked in it, and characters that cannot be seen, or not be drawn, are written out.

    It is dated by the end of what it is about, and says of nobody that they made it.
    """
    paper = _paper()
    title = _short(_text(report.title), SAID)
    paper.set_title(title)
    paper.set_lang("en")
    paper.set_creation_date(datetime.fromtimestamp(report.period.until, UTC))
    paper.add_page()
    _write(paper, title, TITLE, bold=True)
    _write(paper, _short(_text(report.headline), SAID), HEADLINE, bold=True)
    for section in report.sections:
        _section(paper, section)
    return bytes(paper.output())


def _paper() -> FPDF:
    """Empty, with a number below each page."""
    from fpdf import FPDF  # noqa: PLC0415 - see above

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-MARGIN + 6)
            self.set_font(FONT, size=SMALL)
            self.set_text_color(SOFT)
            self.cell(0, 4, f"{self.page_no()} / {_TOTAL}", align="C")

    paper = Paper(format="A4")
    paper.alias_nb_pages(_TOTAL)
    paper.set_margin(MARGIN)
    paper.c_margin = 0
    paper.set_auto_page_break(True, MARGIN)
    return paper


def _section(paper: FPDF, section: Section) -> None:
    paper.ln(4)
    _keep(paper, _KEPT)
    _write(paper, _text(section.title), HEADING, bold=True)
    for each in section.words:
        _write(paper, _short(_text(each), SAID), WORDS)
    for chart in section.charts:
        _chart(paper, chart)
    if section.rows:
        _table(paper, (section.header, *section.rows))


def _write(paper: FPDF, text: str, size: float, *, bold: bool = False) -> None:
    """A paragraph."""
    paper.set_font(FONT, "B" if bold else "", size)
    paper.set_text_color(0)
    paper.multi_cell(0, size * _POINT * LEADING, text, align="L", new_x="LMARGIN", new_y="NEXT")
    paper.ln(1)


def _keep(paper: FPDF, height: float) -> None:
    """Go on where so many millimetres are left."""
    if paper.will_page_break(height):
        paper.add_page()


def _chart(paper: FPDF, chart: Chart) -> None:
    """Its heading, its lines and whose they are, on one page."""
    scale = paper.epw / WIDE
    paper.ln(2)
    _keep(paper, HIGH * scale + 16)
    _write(paper, _text(chart.heading), WORDS, bold=True)
    drawn, top, left = plot(chart), paper.get_y(), paper.l_margin
    paper.set_font(FONT, size=SMALL)
    paper.set_text_color(SOFT)
    paper.set_draw_color(RULE)
    paper.set_line_width(0.2)
    for mark in drawn.grid:
        y = top + mark.at * scale
        paper.line(left + LEFT * scale, y, left + (WIDE - RIGHT) * scale, y)
        paper.text(left + (LEFT - 6) * scale - paper.get_string_width(mark.text), y + 1, mark.text)
    for mark in drawn.labels:
        label = _text(mark.text)
        paper.text(left + mark.at * scale - paper.get_string_width(label) / 2, top + (HIGH - 8) * scale, label)
    paper.set_line_width(0.5)
    for line in drawn.lines:
        for spots in line.runs:
            _run(paper, line.color, [(left + x * scale, top + y * scale) for x, y in spots])
    paper.set_y(top + HIGH * scale)
    _legend(paper, drawn.lines)


def _run(paper: FPDF, color: str, spots: Sequence[tuple[float, float]]) -> None:
    paper.set_draw_color(color)
    paper.set_fill_color(color)
    if len(spots) == 1:
        paper.circle(*spots[0], 0.7, style="F")
    else:
        paper.polyline(spots)


def _legend(paper: FPDF, lines: Iterable[Line]) -> None:
    """Which colour is whose, as many in a row as there is room for."""
    paper.set_font(FONT, size=SMALL)
    for line in lines:
        name = _short(_text(line.name), LEGEND)
        width = _SWATCH + 1 + paper.get_string_width(name) + 4
        if paper.get_x() > paper.l_margin and paper.get_x() + width > paper.w - paper.r_margin:
            paper.ln(5)
        paper.set_fill_color(line.color)
        paper.rect(paper.get_x(), paper.get_y() + 1.3, _SWATCH, _SWATCH, style="F")
        paper.set_x(paper.get_x() + _SWATCH + 1)
        paper.cell(width - _SWATCH - 1, 5, name)
    paper.ln(7)


def _table(paper: FPDF, rows: Sequence[Sequence[str]]) -> None:
    """The rows under their header, which each page has again; columns as wide as what is in them, where that fits."""
    from fpdf.fonts import FontFace  # noqa: PLC0415 - see above

    told = [[_short(_text(cell), CELL) for cell in row] for row in rows]
    paper.set_font(FONT, "B", SMALL)
    wanted = [max(map(paper.get_string_width, column)) + 2 * _PAD + 1 for column in zip(*told, strict=True)]
    widths = _fitted(wanted, paper.epw)
    paper.ln(1)
    paper.set_font(FONT, size=SMALL)
    paper.set_text_color(0)
    paper.set_fill_color(255)
    paper.set_draw_color(RULE)
    paper.set_line_width(0.2)
    with paper.table(
        align="L",
        borders_layout="HORIZONTAL_LINES",
        col_widths=widths,
        headings_style=FontFace(emphasis="B", fill_color=HEAD),
        line_height=SMALL * _POINT * LEADING,
        padding=_PAD,
        text_align="L",
        v_align="T",
        width=sum(widths),
    ) as table:
        for row in told:
            table.row(row)


def _fitted(wanted: Sequence[float], room: float) -> list[float]:
    """The widths, where need be the widest of them cut down to one that they all have."""
    left, most = room, max(wanted)
    for at, each in enumerate(sorted(wanted)):
        share = left / (len(wanted) - at)
        if each > share:
            most = share
            break
        left -= each
    return [min(each, most) for each in wanted]


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]} ... ({len(text):,} characters)"


def _text(text: str) -> str:
    """What is to be read, in characters that the font has."""
    return _UNKNOWN.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", shown(mask_text(text)).translate(_LIKE))
