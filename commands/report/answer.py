"""A report as a reply: sentences, the first rows of each table, and charts, which are told in words as well."""

from __future__ import annotations

from collections.abc import Iterator

from commands.reply import Note, Part, Reply, Table
from commands.report.report import Report, Section, many

ROWS = 8  # of a table; a file has them all


def reply(report: Report) -> Reply:
    """The whole report for a chat or a terminal."""
    return Reply(tuple(_parts(report)))


def _parts(report: Report) -> Iterator[Part]:
    yield Note(f"{report.title}. {report.headline}")
    for section in report.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[Part]:
    hidden = len(section.rows) - ROWS
    more = (f"There {'is' if hidden == 1 else 'are'} {many(hidden, 'more row')} in the file of --pdf.",)
    yield Note(f"{section.title}: {' '.join((*section.words, *(more if hidden > 0 else ())))}")
    if section.rows:
        yield Table((section.header, *section.rows[:ROWS]), ours=True, caption=section.title)
    yield from section.charts
