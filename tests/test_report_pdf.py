"""Reports as PDF files, as another program reads them; and how such a file reaches people."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from harness import ADMIN, PROJECT, Bench
from pypdf import PdfReader
from pypdf.generic import NullObject
from reported import facts, pages, series, span, weekly
from sampled import MANY

from bot import text
from bot.spool import Spool
from commands.chart import Chart, Series, Shape
from commands.reply import Document, Note, Reply
from commands.report.building import report
from commands.report.facts import Container
from commands.report.pdf import CELL, MARGIN, pdf
from commands.report.plot import WIDE, plot
from commands.report.report import Report, Section
from commands.samples import Past
from commands.secrets import MASK

HOSTILE = 500
SECRET = "ghp_" + "a1" * 18


def test_all_of_a_report_is_in_the_file(week: Path) -> None:
    """Its title, its headline, every heading and sentence, every row, and the numbers of the pages."""
    made = weekly(week)
    read = pages(pdf(made))
    whole = " ".join(" ".join(read).split())
    assert len(read) == 3
    assert all(each.split()[-3:] == [str(number), "/", "3"] for number, each in enumerate(read, 1))
    assert whole.startswith(f"{made.title} {made.headline}")
    for section in made.sections:
        assert section.title in whole
        assert all(each in whole for each in section.words)
        assert all(" ".join(filter(None, row)) in whole for row in section.rows)
        assert all(each.name in whole for chart in section.charts for each in chart.series)
    assert sum(len(each.rows) for each in made.sections) > MANY


def test_the_header_of_a_table_is_on_each_page_that_it_goes_on_on(week: Path) -> None:
    """Rows without it mean nothing."""
    assert all("CPU MEAN" in each for each in pages(pdf(weekly(week)))[:2])


def test_lines_are_drawn_as_on_the_page(week: Path) -> None:
    """As vectors, which no image is, through the same spots in the same scale."""
    made = weekly(week)
    read = PdfReader(BytesIO(pdf(made)), strict=True)
    assert not any(each.images for each in read.pages)
    drawn = b"".join(contents.get_data() for each in read.pages if (contents := each.get_contents()) is not None)
    paths = [_spots(each[0].decode()) for each in re.finditer(rb"[\d.]+ [\d.]+ m(?:\s+[\d.]+ [\d.]+ l){2,}", drawn)]
    charts = [chart for section in made.sections for chart in section.charts]
    runs = [run for chart in charts for line in plot(chart).lines for run in line.runs]
    assert len(paths) == len(runs)
    points = (210 - 2 * MARGIN) / 25.4 * 72 / WIDE
    for run, path in zip(runs, paths, strict=True):
        (left, top), (x0, y0) = run[0], path[0]
        meant = [(x0 + (x - left) * points, y0 - (y - top) * points) for x, y in run]
        assert [each for spot in path for each in spot] == pytest.approx(
            [each for spot in meant for each in spot], abs=0.02
        )


def _spots(path: str) -> list[tuple[float, float]]:
    numbers = [float(each) for each in re.findall(r"[\d.]+", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_the_file_tells_of_no_machine_and_no_person(week: Path) -> None:
    """It has a title and a time, which the report tells anyway; it links to nothing, runs nothing, brings nothing."""
    made = weekly(week)
    read = PdfReader(BytesIO(pdf(made)), strict=True)
    assert dict(read.metadata or {}) == {"/Title": made.title, "/CreationDate": "D:20260601120000Z"}
    assert read.xmp_metadata is None
    assert not read.attachments
    assert not any("/Annots" in each or "/AA" in each for each in read.pages)
    root = read.trailer["/Root"]
    assert not {"/AA", "/AcroForm", "/Names"} & {*root}
    assert root["/OpenAction"][1:] == ["/FitH", NullObject()]  # a place on the first page, and nothing that is done
    assert pdf(made) == pdf(made)


def test_whatever_containers_are_called_is_text_in_it() -> None:
    """Hundreds of names: long, turning the eye, like markup, like the number of pages, like secrets."""
    names = [f"{each}{number}" for number in range(HOSTILE // 10) for each in _HOSTILE]
    held = [Container(each, "exited", "Exited (1) 2 days ago", exit_code=1) for each in names]
    made = pdf(report(facts(containers=held, past=Past([series(each, span()) for each in names]))))
    read = pages(made)
    whole = "".join("".join(read).split())
    assert len(read) > 20
    assert SECRET not in whole
    assert all(
        each in whole
        for each in ("*" * len(MASK), "\\u{202e}", "\\u{5bb9}\\u{5668}", "<!channel>", "{nb}1", "http://x/")
    )
    assert f"({5000 + len('00'):,}characters)" in whole
    assert whole.count("*bold*7") >= 2
    assert not any("/Annots" in each for each in PdfReader(BytesIO(made), strict=True).pages)


_HOSTILE = (
    "n" * 5000,
    "nom" * CELL,
    "\u202egnihton",
    "\u5bb9\u5668",
    f"{SECRET} ",
    f"token={SECRET}-",
    "<!channel>*bold*",
    "[a](http://x/)**b**__c__",
    "{nb}",
    "\x7f\x00(\\) Tj ET",
)


def test_a_chart_of_one_point_and_a_report_of_nothing_are_drawn() -> None:
    """A dot; and pages without tables."""
    dot = Chart("CPU", Shape.LINE, "%", ("Sun",), (Series("web", (0.0,)),))
    made = report(facts())
    with_dot = Report(made.host, made.period, made.headline, (*made.sections[:1],))
    assert "Nothing needs to be looked at." in pages(pdf(made))[0]
    assert [len(each) for each in plot(dot).lines[0].runs] == [1]
    past = Past([series("web", span())])
    assert "web" in pages(pdf(report(facts(past=past))))[0]
    assert len(pages(pdf(with_dot))) == 1


def test_what_was_not_measured_is_a_gap_in_the_file_too() -> None:
    """Each part of a line by itself, a single spot as a dot; one that was never measured is in the legend alone."""
    values = (Series("web", (1.0, 2.0, None, 3.0, None, 2.0, 1.0)), Series("never", (None,) * 7))
    holed = Chart("CPU", Shape.LINE, "%", tuple("abcdefg"), values)
    made = report(facts())
    file = pdf(Report(made.host, made.period, "", (Section("Used", charts=(holed,)),)))
    (contents,) = [each.get_contents() for each in PdfReader(BytesIO(file), strict=True).pages]
    assert contents is not None
    drawn = contents.get_data()
    grid = len(plot(holed).grid)
    assert len(re.findall(rb"[\d.]+ [\d.]+ m\s+[\d.]+ [\d.]+ l\b", drawn)) == grid + 2
    assert [[len(run) for run in line.runs] for line in plot(holed).lines] == [[2, 1, 2], []]
    assert all(each in pages(file)[0] for each in ("web", "never"))


@pytest.mark.parametrize(
    ("flags", "endings"), [("--pdf", ["pdf"]), ("--html", ["html"]), ("--html --pdf", ["pdf", "html"])]
)
def test_each_flag_gives_its_file(inhabited: Bench, flags: str, endings: list[str]) -> None:
    """Both give both, beside the sentence that says most."""
    note, *files = inhabited.say(f"report now {flags}").reply.parts
    assert isinstance(note, Note)
    assert note.text.startswith("Daily report of local, ")
    assert [each.name for each in files if isinstance(each, Document)] == [
        f"report-local-daily.{each}" for each in endings
    ]


def test_a_file_is_shown_again_as_it_was(inhabited: Bench) -> None:
    """By its number, to the last byte; a terminal says that it is one."""
    outcome = inhabited.say("report now --pdf", ADMIN)
    again = inhabited.say(f"output {outcome.number}", ADMIN)
    assert again.reply.parts == outcome.reply.parts
    assert text.docker(again.reply) == ""
    assert "report-local-daily.pdf is a file of " in text.added(again.reply)
    (file,) = [part for part in again.reply.parts if isinstance(part, Document)]
    assert isinstance(file.content, bytes)
    assert "crash exited with an error" in " ".join(pages(file.content)[0].split())


def test_bytes_are_kept_as_they_are(tmp_path: Path) -> None:
    """Whatever they are; what is no base64 any more is not shown."""
    spool = Spool(tmp_path / "spool")
    reply = Reply((Document(bytes(range(256)), "a.pdf", "A"), Document("b\u20ac", "b.html", "B")))
    digest = spool.keep(1, reply)["sha256"]
    assert spool.get(1, digest) == reply
    path = tmp_path / "spool" / "1.json"
    assert base64.b64encode(bytes(range(256))) in path.read_bytes()


def test_nothing_of_it_is_loaded_before_a_file_is_made() -> None:
    """Neither the library nor what it brings, by all verbs together."""
    told = (
        "import sys; from commands import catalog; catalog.load(); print({'fpdf', 'PIL', 'fontTools'} & {*sys.modules})"
    )
    ran = subprocess.run([sys.executable, "-c", told], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"
