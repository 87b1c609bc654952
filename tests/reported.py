"""What reports are made of, for tests of them: facts that somebody chose, and those of a week of samples."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from sampled import GIB, MANY, MIB, NOON, sample
from set_clock import SetClock

from bot.metrics import Metrics
from bot.samples import HostSamples
from bot.thinning import DAY, QUARTER
from commands.report.building import report
from commands.report.facts import Container, Facts
from commands.report.report import Period, Report
from commands.samples import Disk, Series, Span
from commands.seen import Seen

WEEK = Period.of("weekly", NOON - 7 * DAY, NOON)


def span(at: int = NOON - DAY, **told: Any) -> Span:
    """Ten looks at a container that is well."""
    plain = {"looks": 10, "up": 10, "unhealthy": 0, "restarting": 0, "restarts": 0, "processor": 1.0}
    plain |= {"processor_most": 2.0, "memory": MIB, "memory_most": 2 * MIB, "timed": 10, "weighed": 10}
    return Span(at, **{**plain, **told})


def series(name: str, *spans: Span, limit: int = GIB) -> Series:
    """A container of this name, and when it was looked at."""
    return Series(Seen("container", name), limit, spans)


def action(verb: str = "container ls", status: str = "done", **told: Any) -> Mapping[str, Any]:
    """A line of ada's as the record counts it."""
    return {"verb": verb, "status": status, "person": "ada", "actor": "U1", "origin": "slash", "host": "local", **told}


def facts(period: Period = WEEK, **told: Any) -> Facts:
    """What is known of a week, or another time."""
    return Facts("local", period, **told)


def disks(free: float, daily: float, days: int = 8, each: int = QUARTER) -> list[Disk]:
    """So much was free in the end, after so many days in which it became less by the day."""
    times = range(NOON - days * DAY, NOON, each)
    return [Disk(at, 3, 2, 1, 0, round(free + daily * (NOON - at) / DAY), 100 * 10**9) for at in times]


def weekly(week: Path) -> Report:
    """What the week makes, with a day of lines."""
    metrics = Metrics(week, SetClock(NOON))
    samples = HostSamples(metrics, "local")
    held = tuple(
        Container(each.seen.name, "running", "Up 4 weeks", each.seen.id, each.seen.image, each.seen.image_id)
        for each in (sample(number, NOON) for number in range(MANY))
    )
    past = samples.past(WEEK.since, WEEK.until, WEEK.step)
    weighed = samples.disks(WEEK.since, WEEK.until).disks
    metrics.close()
    return report(facts(containers=held, past=past, disks=weighed, actions=[action()] * 3))


def pages(made: bytes) -> list[str]:
    """The text of each page, as another program reads it."""
    return [each.extract_text() for each in PdfReader(BytesIO(made), strict=True).pages]
