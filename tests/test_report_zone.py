"""The times in a report: by the clock of whoever reads it, or of the schedule that it comes by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from nights import DAY, Night
from offices import DEV, EVE, told
from reported import WEEK, disks, facts, pages
from sampled import MIB, NOON, container

from bot.metrics import Sample
from bot.request import Actor, Origin, Request, Status
from bot.thinning import MINUTE
from commands.chart import Chart
from commands.report import doings, storage
from commands.report.building import report
from commands.report.page import page
from commands.report.pdf import pdf
from commands.report.report import HOUR, Period
from commands.samples import Past
from commands.timestamps import epoch

BERLIN, KOLKATA, NEW_YORK = map(ZoneInfo, ("Europe/Berlin", "Asia/Kolkata", "America/New_York"))


def _at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _title(outcome: object) -> str:
    return told(outcome).split(". ")[0]  # type: ignore[arg-type]


def test_times_are_the_askers_own(night: Night) -> None:
    """As Slack knows their zone, named in the title; without one, or where nobody knows of it, they are in UTC."""
    night.town.zones |= {DEV: "Europe/Berlin", EVE: "Mars/Olympus"}
    told_to = {person: _title(night.say("report now", person)) for person in (DEV, EVE)}
    assert told_to == {
        DEV: "Daily report of local, 2026-05-31 14:00 to 2026-06-01 14:00 Europe/Berlin",
        EVE: "Daily report of local, 2026-05-31 12:00 to 2026-06-01 12:00 UTC",
    }
    request = Request("report now", Actor(DEV), Origin.CONSOLE)
    assert _title(night.bench.pipeline.submit(request)).endswith(" 12:00 UTC")


def test_a_zone_that_is_named_is_the_one(night: Night) -> None:
    """One that nobody knows is refused."""
    night.town.zones[DEV] = "Europe/Berlin"
    assert _title(night.say("report now --tz Asia/Kolkata")).endswith("2026-06-01 17:30 Asia/Kolkata")
    assert _title(night.say("report now --tz UTC")).endswith("2026-06-01 12:00 UTC")
    for name in ("Mars", "localtime", "posixrules", "Europe/../Europe/Berlin"):
        refused = night.say(f"report now --tz {name}")
        assert refused.status is Status.FAILED
        assert f"'{name}' is no time zone that this machine knows" in told(refused)


@pytest.mark.parametrize(
    ("line", "zone", "at"),
    [
        ('report set "0 8 * * *" --tz Asia/Kolkata --yes', "Asia/Kolkata", "08:00"),
        ('schedule add --yes --tz Asia/Kolkata "0 8 * * *" report now', "Asia/Kolkata", "08:00"),
        ('report set "0 8 * * *" --yes', "Europe/Berlin", "08:00"),
        ('schedule add --yes "0 8 * * *" report now --tz America/New_York', "America/New_York", "02:00"),
    ],
)
def test_what_comes_by_itself_goes_by_its_own_zone(night: Night, line: str, zone: str, at: str) -> None:
    """That of the schedule, which is its owner's where none was given; the line's own before that."""
    night.town.zones[DEV] = "Europe/Berlin"
    assert night.say(line).status is Status.DONE
    night.clock.at = _at("2026-06-02T06:00:00" if "Kolkata" not in line else "2026-06-02T02:30:00") - 1.0
    night.passes(0)
    (outcome,) = night.passes(1)
    assert _title(outcome).endswith(f"2026-06-02 {at} {zone}")


def test_charts_and_sentences_go_by_it(night: Night) -> None:
    """Their labels; and when the engine was away."""
    metrics = night.bench.store.metrics
    for at in range(NOON - 3 * HOUR, NOON, MINUTE):
        metrics.keep("local", at, [Sample(container(1, "web"), "running", memory=MIB, processor=1.0)])
    outcome = night.say("report now --tz Asia/Kolkata")
    labels = {part.labels[-2:] for part in outcome.reply.parts if isinstance(part, Chart)}
    assert labels == {("Mon 13:30", "Mon 15:30")}
    past = Past(absences=[(NOON - 600, NOON - 300)])
    away = facts(period=replace(WEEK, zone=BERLIN), past=past)
    (words,) = doings.failures(away).words
    assert words == "The engine did not answer for 5 minutes: 2026-06-01 13:50 to 2026-06-01 13:55 Europe/Berlin."
    late = replace(away, disks=[replace(each, at=each.at - DAY) for each in disks(18e9, 2e9)])
    assert "It was weighed last at 2026-05-31 13:45 Europe/Berlin." in storage.disk(late).words


@pytest.mark.parametrize(
    ("zone", "hours", "first"),
    [
        (BERLIN, 24, "Sun 14:00"),
        (BERLIN, 7 * 24, "Mon 25 14h"),
        (KOLKATA, 7 * 24, "Mon 25 17:30"),
        (KOLKATA, 365 * 24, "01 Jun"),
        (NEW_YORK, 30 * 24, "02 May"),
    ],
)
def test_a_label_tells_when_its_span_begins(zone: ZoneInfo, hours: int, first: str) -> None:
    """By the clock of the zone; a span of days is called by the day that most of its first is."""
    period = Period.of("", NOON - hours * HOUR, NOON, zone)
    assert period.label(period.since) == first


def test_the_hour_that_there_is_twice_has_two_labels() -> None:
    """In the night in which the clocks are put back, each span has another name."""
    period = Period.of("", _at("2026-10-24T23:00:00"), _at("2026-10-25T02:30:00"), BERLIN)
    labels = [period.label(at) for at in range(period.since, period.until, period.step)]
    assert len({*labels}) == len(labels)
    assert ("Sun 02:30" in labels, "Sun 02:30 CET" in labels) == (True, True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-06-01", "2026-05-31T22:00:00"),
        ("2026-06-01T10:30", "2026-06-01T08:30:00"),
        ("2026-06-01T10:30:00Z", "2026-06-01T10:30:00"),
        ("2026-06-01T10:30:00+05:00", "2026-06-01T05:30:00"),
        ("2h", "2026-06-01T10:00:00"),
        ("1780315200", "2026-06-01T12:00:00"),
    ],
)
def test_a_date_is_read_in_the_zone_as_well(text: str, meant: str) -> None:
    """Unless it says in which one it is; how long ago something was is the same everywhere."""
    assert epoch(text, NOON, BERLIN) == _at(meant)
    assert epoch("0001-01-01", NOON, BERLIN) < 0


def test_since_a_date_is_since_midnight_there(night: Night) -> None:
    """As the title then says."""
    night.town.zones[DEV] = "Europe/Berlin"
    assert _title(night.say("report now --since 2026-06-01")).startswith("Report of local, 2026-06-01 00:00 to ")
    refused = night.say("report now --since 0001-01-01")
    assert "an hour at least, and a year at most" in told(refused)


def test_files_say_it_too() -> None:
    """The page and the PDF; the time at which the file says that it was made is told in UTC."""
    made = report(facts(period=Period.of("weekly", NOON - 7 * DAY, NOON, KOLKATA)))
    assert made.title.endswith("2026-05-25 17:30 to 2026-06-01 17:30 Asia/Kolkata")
    assert made.title in page(made)
    assert made.title in " ".join(pages(pdf(made))[0].split())
