"""Reports: from facts to words, from a week of samples, for whoever may see what of them, and on a real engine."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import ADMIN, PROJECT, STRANGER, VIEWER, Bench, bench
from offices import DEV, EVE, SAM, Offices, told
from proxy import Proxy, answer
from reported import WEEK, action, disks, facts, series, span, weekly
from sampled import GIB, MANY, MIB, NOON, container, fill
from set_clock import SetClock
from sqlite_utils import Database

from bot import text
from bot.metrics import FILE, MOST, Metrics, Sample
from bot.request import Status
from bot.thinning import DAY, LONG, MINUTE, QUARTER
from commands import seen
from commands.chart import Chart
from commands.reply import Document, Table
from commands.report import doings, load, storage
from commands.report.answer import ROWS, reply
from commands.report.building import report
from commands.report.facts import Container, Image
from commands.report.gathering import REQUESTS
from commands.report.page import page
from commands.report.report import Period
from commands.report.trend import LEAST, trend
from commands.samples import Disk, Past
from commands.secrets import MASK
from commands.seen import Seen

GOLDEN = PROJECT / "tests" / "stored" / "report.txt"
_NOON = "2026-06-01 "
HIDDEN = """
[[deny]]
verbs = ["see", "read"]
on = ["label:hidden=yes"]
"""


def _free(course: Callable[[float], float], until: int = NOON) -> list[Disk]:
    """So much was free after so many days of eight, weighed each quarter of an hour until then."""
    begin = NOON - 8 * DAY
    times = range(begin, until, QUARTER)
    return [Disk(at, 3, 2, 1, 0, round(course((at - begin) / DAY)), 100 * 10**9) for at in times]


@pytest.mark.parametrize(
    ("seconds", "step", "first"),
    [
        (DAY, 7_200, "Sun 12:00"),
        (7 * DAY, 43_200, "Mon 25 12h"),
        (3_600, 900, "Mon 11:00"),
        (365 * DAY, 30 * DAY, "01 Jun"),
    ],
)
def test_a_period_has_few_spans_however_long_it_is(seconds: int, step: int, first: str) -> None:
    """They begin at round times, and charts call them by what tells them apart."""
    period = Period.of("daily", NOON - seconds, NOON)
    assert period.step == step
    assert (period.until - period.since) / step <= 20
    assert period.until - period.since <= seconds + DAY
    labels = [period.label(at) for at in range(period.since, period.until, period.step)]
    assert labels[0] == first
    assert len(set(labels)) == len(labels)


def test_a_line_is_drawn_only_through_what_lies_near_one() -> None:
    """Too few, too short, and what goes up and down have no trend; what does not change stays as it is."""
    straight = [(float(at * QUARTER), float(at)) for at in range(2 * DAY // QUARTER)]
    line = trend(straight)
    assert line is not None
    assert (round(line.daily), round(line.fit, 3)) == (DAY // QUARTER, 1.0)
    assert line.days_until(0.0, 192.0) == pytest.approx(2.0)
    assert line.days_until(10.0, 0.0) is None
    assert trend(straight[: LEAST - 1]) is None
    assert trend(straight[: DAY // QUARTER]) is None
    assert trend([(at, float(round(at) // QUARTER % 2)) for at, _ in straight]) is None
    level = trend([(at, 5.0) for at, _ in straight])
    assert level is not None
    assert level.daily == 0


def test_the_disk_is_full_in_so_many_days_where_it_fills_steadily() -> None:
    """By what is free; where that is not known by what docker takes, without a day."""
    (*_, words) = storage.disk(facts(disks=disks(18e9, 2e9))).words
    assert words == "It takes 2GB more each day: full in 9 days."
    (*_, words) = storage.disk(facts(disks=disks(18e9, -2e9))).words
    assert words == "It takes 2GB less each day."
    (*_, words) = storage.disk(facts(disks=disks(18e9, 1e6))).words
    assert words == "It stays as it is."
    (*_, words) = storage.disk(facts(disks=disks(18e9, 2e9, days=7, each=DAY))).words
    assert words == storage.NO_TREND
    grown = [replace(each, free=None, images=each.at * 10**6) for each in disks(0, 0)]
    assert storage.disk(facts(disks=grown)).words[1:] == ("It takes 86.4GB more each day.",)


def _said(weighed: list[Disk]) -> str:
    return storage.disk(facts(disks=weighed)).words[-1]


def test_one_step_is_no_trend() -> None:
    """Whenever it was; a rise goes on through both halves of the time, and noise and what comes each night are none."""
    noise = random.Random(1)
    for day in (2, 3, 4, 5, 6):
        assert _said(_free(lambda at, day=day: (50 if at < day else 20) * 1e9)) == storage.NO_TREND  # type: ignore[misc]
    assert _said(_free(lambda at: (60 - 40 * (at % 1)) * 1e9)) == storage.NO_TREND
    assert _said(_free(lambda _at: (50 + noise.uniform(-5, 5)) * 1e9)) == storage.NO_TREND
    assert _said(_free(lambda at: (50 - 2 * at + 40 * (at > 7.5)) * 1e9)) == storage.NO_TREND
    assert _said(_free(lambda at: (50 - 2 * at + noise.uniform(-2, 2)) * 1e9)).startswith("It takes ")
    assert _said(_free(lambda at: (50 - 2 * at + noise.uniform(-9, 9)) * 1e9)) == storage.NO_TREND


def test_a_line_has_to_explain_most_of_it() -> None:
    """Points that lie beside it by so much that it explains three quarters, or two thirds."""

    def beside(width: float) -> list[tuple[float, float]]:
        return [(float(at * QUARTER), at + width * (-1) ** at) for at in range(400)]

    fits = {width: trend(beside(width)) for width in (66.0, 82.0)}  # the variance of the line itself is 400²/12
    assert fits[66.0] is not None
    assert round(fits[66.0].fit, 2) == 0.75
    assert fits[82.0] is None


def test_a_disk_that_hardly_changes_stays_as_it_is() -> None:
    """Some kilobytes of noise are no going up and down; ten megabytes a day are the bound."""
    noise = random.Random(1)
    for least in (0, 4e3, 1e6):
        assert _said(_free(lambda _at, least=least: 50e9 + noise.uniform(-1, 1) * least)) == "It stays as it is."  # type: ignore[misc]
    assert _said(_free(lambda at: 50e9 - 0.9e7 * at)) == "It stays as it is."
    assert _said(_free(lambda at: 50e9 - 2e7 * at)) == "It takes 20MB more each day."
    assert _said(_free(lambda at: 50e9 - 2e8 * at)) == "It takes 200MB more each day: full in 242 days."
    assert _said(_free(lambda at: 50e9 - 1e8 * at)) == "It takes 100MB more each day."


def test_a_disk_is_told_from_when_it_was_weighed_and_full_from_now_on() -> None:
    """Days count from the end of the report; less than one is within a day, and nothing free is full."""
    late = _free(lambda at: (20 - 2 * at) * 1e9, NOON - 3 * DAY)
    assert storage.disk(facts(disks=late)).words[-2:] == (
        "It was weighed last at 2026-05-29 11:45 UTC.",
        "It takes 2GB more each day: full in 2 days.",
    )
    assert _said(_free(lambda at: (17 - 2 * at) * 1e9)) == "It takes 2GB more each day: full within a day."
    assert _said(_free(lambda at: max(0, 10 - 2 * at) * 1e9)).endswith("full now.")
    assert _said(_free(lambda _at: 0.0)) == "It stays as it is: full now."
    assert _said(_free(lambda at: 0.0 if at > 7.9 else 5e9 * (1 + at % 1))) == "It is full now."
    full = report(facts(disks=_free(lambda _at: 0.0)))
    assert full.headline == "To look at: the disk is full now."
    assert "full" not in report(facts(disks=_free(lambda at: (60 - at) * 1e9))).headline
    assert "the disk is full within a day" in report(facts(disks=_free(lambda at: (17 - 2 * at) * 1e9))).headline


def test_the_disk_is_drawn_in_the_spans_of_the_report() -> None:
    """They begin where it does, also those of several days."""
    month = Period.of("", NOON - 30 * DAY, NOON)
    weighed = [Disk(at, 3, 2, 1, 0) for at in range(month.since, NOON, DAY)]
    assert month.step == 2 * DAY
    labels = storage.chart(month, weighed).labels
    assert labels == tuple(map(month.label, range(month.since, month.until, month.step)))


def test_the_trend_is_of_more_than_the_report_is_about() -> None:
    """A report of a day tells it from eight."""
    day = facts(Period.of("daily", NOON - DAY, NOON), disks=_free(lambda at: (20 - 2 * at) * 1e9))
    assert storage.disk(day).words[-1] == "It takes 2GB more each day: full in 2 days."
    within = [each for each in day.disks or () if each.at >= NOON - DAY + QUARTER]
    assert storage.disk(replace(day, disks=within)).words[-1] == storage.NO_TREND


def test_the_disk_is_not_told_to_those_who_do_not_see_everything() -> None:
    """Its sums are of what is hidden, too; that it was not weighed is told to those who do."""
    assert storage.disk(facts()).words == (storage.NOT_ALL,)
    assert storage.disk(facts(disks=[])).words == (storage.UNMEASURED,)


def test_what_is_the_matter_with_a_container_stands_in_a_row() -> None:
    """One that is well has none; one that is gone and was restarted has, for its restarts."""
    held = (
        Container("well", "running", "Up 3 hours (healthy)"),
        Container("ill", "running", "Up 3 hours (unhealthy)"),
        Container("failed", "exited", "Exited (1) 2 hours ago", exit_code=1),
        Container("killed", "exited", "Exited (137) 2 hours ago", exit_code=137, was_killed=True),
        Container("stopped", "exited", "Exited (137) 2 hours ago", exit_code=137),
        Container("ended", "exited", "Exited (143) 2 hours ago", exit_code=143),
        Container("done", "exited", "Exited (0) 2 hours ago", exit_code=0),
    )
    past = Past([series("well", span()), series("left", span(restarts=3)), series("ill", span(unhealthy=7))], looks=10)
    section = load.state(facts(containers=held, past=past))
    assert section.words == (
        "7 containers: 2 running, 1 unhealthy, 5 exited, 2 of them with an error.",
        "3 restarts by their policies, of left 3.",
    )
    assert section.rows == (
        ("left", "gone", "3", ""),
        ("failed", "Exited (1) 2 hours ago", "0", ""),
        ("ill", "Up 3 hours (unhealthy)", "0", "7 min"),
        ("killed", "Exited (137) 2 hours ago, out of memory", "0", ""),
    )
    told = report(facts(containers=held)).headline
    assert told == "To look at: ill is not well; killed ran out of memory; failed exited with an error."


@pytest.mark.parametrize("past", [Past(), Past(why="it is damaged."), Past(absences=[(NOON - 600, NOON)])])
def test_of_what_was_not_sampled_no_restart_is_denied(past: Past) -> None:
    """Neither in words nor as a number."""
    ill = Container("ill", "running", "Up 3 hours (unhealthy)")
    section = load.state(facts(containers=[ill], past=past))
    assert section.words[1] == "How often they were restarted was not sampled in this time."
    assert section.rows == (("ill", "Up 3 hours (unhealthy)", "", ""),)


def test_a_container_that_was_made_anew_is_one_with_that_before() -> None:
    """What both used counts by how often each was measured; the limit is that of the last."""
    before = span(restarts=1, memory=4 * MIB)
    after = span(looks=30, processor=5.0, memory_most=9 * MIB, timed=30, weighed=30)
    old, new = series("web", before, limit=MIB), series("web", after, span(NOON))
    (used,) = load.by_name(facts(past=Past([old, new])))
    assert used.limit == GIB
    assert (used.whole.looks, used.whole.restarts, used.whole.memory_most) == (50, 1, 9 * MIB)
    assert used.spans[NOON - DAY].processor == pytest.approx((1 * 10 + 5 * 30) / 40)
    assert used.spans[NOON - DAY].memory == (4 * 10 + 30) * MIB // 40
    assert used.spans[NOON] == span(NOON)


def test_means_count_what_was_measured_alone() -> None:
    """A look at which the engine told nothing is none at which nothing was used."""
    spans = (
        span(NOON - DAY - DAY // 2, processor=100.0, timed=1, memory=100 * MIB, weighed=1),
        span(NOON - DAY, processor=0.0, memory=MIB),
        span(NOON - DAY // 2, processor=None, processor_most=None, timed=0, memory=None, memory_most=None, weighed=0),
    )
    (used,) = load.by_name(facts(past=Past([series("web", *spans)])))
    assert used.whole.processor == pytest.approx(100 / 11)
    assert (used.whole.memory, used.whole.looks, used.whole.timed, used.whole.weighed) == (10 * MIB, 30, 11, 11)
    cpu, memory = load.figures(facts(past=Past([series("web", *spans)]))).charts
    assert (cpu.series[0].values[-3:], memory.series[0].values[-3:]) == ((100.0, 0.0, None), (100.0, 1.0, None))


def test_what_was_not_measured_is_left_out() -> None:
    """A share of a processor that nobody knows is no zero in the table, and none in a chart."""
    unknown = span(processor=None, processor_most=None, timed=0)
    past = Past([series("web", unknown, limit=0)], looks=10, left_out=3)
    section = load.figures(facts(past=past))
    assert section.rows == (("web", "", "", "1MiB", "2MiB", ""),)
    assert section.charts[0].words() == "CPU (% of one processor): web not measured."
    assert section.words[:-1] == (
        "The most memory was used by web: 1MiB on average.",
        "Of up to 3 containers more on this host in a minute nothing was kept.",
    )
    assert section.words[-1] == "The engine was looked at in 10 of 10,080 minutes."
    assert load.figures(facts()).words == (load.NOTHING,)
    crowded = Past(looks=10, left_out=1)
    assert load.figures(facts(past=crowded)).words == (
        load.NONE,
        "Of up to 1 container more on this host in a minute nothing was kept.",
    )
    whole = replace(past, looks=9_600)
    assert "The engine was looked at" not in load.figures(facts(past=whole)).words[-1]
    most = replace(past, looks=9_500)
    assert load.figures(facts(past=most)).words[-1] == "The engine was looked at in 9,500 of 10,080 minutes."
    nothing = span(processor=None, processor_most=None, timed=0, memory=None, memory_most=None, weighed=0)
    section = load.figures(facts(past=Past([series("web", nothing)], looks=9_600)))
    assert (section.words, section.rows) == ((), (("web", "", "", "", "", ""),))


def test_a_chart_has_all_spans_and_a_gap_where_nobody_looked(tmp_path: Path) -> None:
    """Two containers that ran in turns used nothing meanwhile; of a time in which slashdock was away nobody knows.

    Nor of one in which there were too many, unless the container is among those that were kept.
    """
    metrics = Metrics(tmp_path, SetClock(NOON))
    one, other = (Sample(container(number), "running", memory=MIB, processor=1.0) for number in (0, 1))
    half = DAY // 2
    metrics.keep("local", NOON - 5 * half, [one])
    metrics.keep("local", NOON - 4 * half, [other])
    metrics.keep("local", NOON - 2 * half, [])
    crowd = [Sample(container(number), "running", memory=2 * MIB) for number in range(2, MOST + 2)]
    metrics.keep("local", NOON - half, [replace(one, memory=3 * MIB), other, *crowd])
    for number in (5, 1):
        metrics.weigh("local", Disk(NOON - number * half, 1, 2, 3, 4))
    past = metrics.past("local", WEEK.since, WEEK.until, WEEK.step)
    weighed = metrics.disks("local", WEEK.since, WEEK.until)
    metrics.close()
    two = [each for each in past.series if each.seen.name in {"app-00", "app-01"}]
    cpu, memory = load.figures(facts(past=replace(past, series=two))).charts
    assert [each.values[-5:] for each in cpu.series] == [(1.0, 0.0, None, 0.0, 1.0), (0.0, 1.0, None, 0.0, None)]
    assert [each.values[-1] for each in memory.series] == [3.0, None]
    (disk,) = storage.disk(facts(disks=weighed, past=past)).charts
    assert [value is not None for value in disk.series[0].values[-5:]] == [True, False, False, False, True]
    for each in (cpu, memory, disk):
        assert len(each.labels) == 14
        assert {len(line.values) for line in each.series} == {14}


def test_images_are_told_by_what_nobody_uses_and_what_is_behind() -> None:
    """The largest first; sizes are an upper bound."""
    held = (
        Image("app:1", 10**9, is_used=True),
        Image("old:1", 5, is_used=False),
        Image("old:2", 2 * 10**9, is_used=False),
    )
    section = storage.images(facts(images=held))
    assert section.words == ("3 images, 2 of them without a container (2GB at most: images share layers).",)
    assert section.rows == (("old:2", "2GB"), ("old:1", "5B"))
    assert storage.behind(facts()).words == (storage.NEWEST,)
    section = storage.behind(facts(behind=[("web", "app:1")]))
    assert section.words == ("1 container was made by a name that another image has now.",)
    assert section.rows == (("web", "app:1"),)


def test_what_the_engine_does_not_tell_is_no_zero() -> None:
    """That it cannot be told is."""
    past = Past([series("web", span(restarts=3))], looks=10)
    untold = report(facts(containers=None, images=None, behind=None, past=past))
    sections = {each.title: each for each in untold.sections}
    assert sections["Containers"].words[0] == load.UNTOLD
    assert sections["Containers"].rows == (("web", "not known", "3", ""),)
    assert sections["Images"].words == sections["Behind"].words == (storage.UNTOLD,)


def test_lines_are_counted_by_verb_and_by_who_sent_them() -> None:
    """People and schedules apart; each end has its column."""
    actions = [
        action(),
        action(person="", actor="U2"),
        action("cleanup run", origin="schedule", person="", actor="schedule:cleanup"),
        action("container rm", "failed"),
        action("container rm", "denied"),
        action("container rm", "held"),
    ]
    section = doings.doings(facts(actions=actions))
    assert section.words == ("6 lines: 5 by 2 people, 1 by schedules.",)
    assert section.rows == (
        ("container rm", "3", "0", "1", "1", "1", "0"),
        ("container ls", "2", "2", "0", "0", "0", "0"),
        ("cleanup run", "1", "1", "0", "0", "0", "1"),
    )
    assert doings.doings(facts()).words == ("Nothing was asked of slashdock.",)


def test_consent_is_told_by_what_waits_and_how_long_it_took() -> None:
    """From the request to the vote that decided; what expired was decided by nobody."""
    votes = [{"at": NOON - 7000.0}, {"at": NOON - 3600.0}]
    slow = [{"at": NOON - 1000.0}]
    requests = [
        {"number": 9, "state": "pending", "asked": NOON - 60.0, "votes": []},
        {"number": 6, "state": "done", "asked": NOON - 3.0 * DAY, "votes": slow},
        {"number": 5, "state": "done", "asked": NOON - 1060.0, "votes": slow},
        {"number": 8, "state": "done", "asked": NOON - 7200.0, "votes": votes},
        {"number": 7, "state": "expired", "asked": NOON - 9000.0, "votes": votes[:1]},
        {"number": 1, "state": "denied", "asked": NOON - 70.0 * DAY, "votes": votes},
    ]
    assert doings.consents(facts(requests=requests)).words == (
        "1 request waits for consent: number 9.",
        "5 asked: 3 done, 1 pending, 1 expired.",
        "The median time to decide was about an hour.",
    )


def test_denials_and_failed_logins_are_told_with_their_people() -> None:
    """Most first."""
    actions = [
        action("login", "failed"),
        action("login", "denied", person="bob"),
        action(status="denied", person="eve"),
        action(status="denied", person="eve"),
    ]
    assert doings.refusals(facts(actions=actions)).words == (
        "3 lines denied (eve 2, bob 1).",
        "2 logins at registries failed (ada 1, bob 1).",
    )
    many = [action(status="denied", person=f"p{number}") for number in range(doings.NAMED + 2)]
    assert doings.refusals(facts(actions=many)).words == ("7 lines denied (p0 1, p1 1, p2 1, p3 1, p4 1 and 2 more).",)
    assert doings.refusals(facts()).words == ("Nothing was denied.",)


def test_what_could_not_be_done_is_told_with_when_the_engine_was_away() -> None:
    """Lines that failed, those that nobody knows of, and what the report itself could not find out."""
    actions = [action(status="failed"), action(status="unknown")]
    past = Past(absences=[(NOON - 600, NOON - 300), (NOON - 120, NOON)])
    assert doings.failures(facts(actions=actions, past=past, wrong=("No images.",))).words == (
        "No images.",
        f"The engine did not answer for 7 minutes: {_NOON}11:50 to {_NOON}11:55, {_NOON}11:58 to {_NOON}12:00 UTC.",
        "1 line failed (ada 1).",
        "Of 1 line nobody knows what became: the engine did not answer (ada 1).",
    )
    assert doings.failures(facts()).words == ("There was nothing.",)


def test_the_headline_says_what_needs_to_be_looked_at() -> None:
    """Or that nothing does."""
    ill = Container("web", "restarting", "Restarting (1) 2 seconds ago")
    assert report(facts(containers=[ill])).headline == "To look at: web is not well."
    assert report(facts()).headline == "Nothing needs to be looked at."
    failed = [Container("job", "exited", "Exited (1) 2 hours ago", exit_code=1)]
    waiting = [{"number": number, "state": "pending", "asked": NOON - 60.0, "votes": []} for number in (1, 2)]
    past = Past([series("web", span(restarts=3)), series("db", span(restarts=1))], [(NOON - 60, NOON)])
    told = report(facts(containers=failed, requests=waiting, past=past, wrong=("The engine said no.",)))
    assert told.headline == (
        "To look at: job exited with an error; 4 restarts of 2 containers; 2 requests waiting for consent;"
        " the engine was away for a time; The engine said no."
    )
    down = "Cannot connect to the Docker daemon. Is the docker daemon running?"
    assert report(facts(wrong=(down,))).headline == f"To look at: {down}"
    one = report(facts(past=Past([series("web", span(restarts=3))])))
    assert one.headline == "To look at: 3 restarts of web."


def test_the_headline_stays_short() -> None:
    """Few names, none of them long, and each once."""
    names = [f"{'long-name-of-a-service-' * 4}{number}" for number in range(500)]
    held = [Container(name, "exited", "Exited (1) 2 hours ago", exit_code=1) for name in names]
    told = report(facts(containers=held, past=Past([series(name, span(restarts=2)) for name in names]))).headline
    assert told.count("long-name-of-a-service") == 3
    assert "and 497 more exited with an error; 1,000 restarts of 500 containers" in told
    assert len(told) < 250


def test_a_week_of_fifty_containers_is_told_as_it_was_told_before(week: Path) -> None:
    """Every word and number of it; what is to be told otherwise is written down anew here first."""
    assert text.added(reply(weekly(week))) == GOLDEN.read_text()


def test_a_page_is_one_file_that_loads_nothing(week: Path) -> None:
    """No scripts, no addresses; every row, and the charts as drawings that are told in words as well."""
    made = page(weekly(week))
    assert made.count("<tr>") > MANY
    assert made.count('role="img"') == 3
    assert 'aria-label="Disk (GB): images ' in made
    assert made.count("<p>Disk (GB): images ") == made.count("<p>CPU (% of one processor): ") == 1
    assert not re.search(r"<script|src=|href=|url\(|https?:", made)
    assert "default-src 'none'" in made


def test_names_mean_nothing_to_a_page() -> None:
    """Markup is text, secrets are masked, and what cannot be seen is shown."""
    secret = "ghp_" + "a1" * 18
    held = [Container(f"<script>{secret}\u202e", "dead", "Dead"), Container('"><img onerror=x>', "dead", "Dead")]
    past = Past([series("<b>" + secret, span())])
    made = page(report(facts(containers=held, past=past)))
    assert "<script>" not in made
    assert "<img" not in made
    assert "<b>" not in made
    assert secret not in made
    assert MASK in made
    assert "\\u{202e}" in made


def test_a_real_engine_is_reported_on(inhabited: Bench) -> None:
    """Its containers as they are, its images, and what was asked of it before."""
    inhabited.say("inspect nothere")
    outcome = inhabited.say("report now")
    said = text.added(outcome.reply)
    assert outcome.status is Status.DONE
    assert "5 containers: 2 running, 1 created, 2 exited, 1 of them with an error." in said
    assert "crash exited with an error" in said
    assert re.search(r"^crash +Exited \(3\) ", said, re.MULTILINE)
    assert load.NOTHING in said
    assert re.search(r"^inspect +1 +0 +1 ", said, re.MULTILINE)
    assert "1 line: 1 by 1 person" in said


def test_what_was_sampled_is_in_the_report(inhabited: Bench) -> None:
    """By the clock of the bot; what is drawn is told."""
    metrics = inhabited.store.metrics
    now = metrics_minute(inhabited)
    for at in range(now - 3 * MINUTE, now, MINUTE):
        metrics.keep("local", at, [Sample(container(1, "web"), "running", memory=7 * MIB, processor=3.0, limit=GIB)])
    outcome = inhabited.say("report now weekly")
    assert "The most memory was used by web: 7MiB on average." in text.added(outcome.reply)
    assert [part.title for part in outcome.reply.parts if isinstance(part, Chart)] == ["CPU", "Memory"]


def metrics_minute(bench: Bench) -> int:
    """This minute."""
    return int(bench.pipeline.clock.now()) // MINUTE * MINUTE


def test_a_report_is_a_file_where_that_is_asked_for(inhabited: Bench) -> None:
    """A page, with the sentence that says most beside it."""
    parts = inhabited.say("report now daily --html").reply.parts
    (document,) = [part for part in parts if isinstance(part, Document)]
    assert document.name == "report-local-daily.html"
    chosen = inhabited.say("report now --since 72h --html --pdf").reply.parts
    names = [part.name for part in chosen if isinstance(part, Document)]
    assert names == ["report-local.pdf", "report-local.html"]
    assert str(document.content).startswith("<!doctype html>")
    assert not any(isinstance(part, Table) for part in parts)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("report now hourly", "no such kind of report: hourly (there are daily, weekly)"),
        ("report now --since soon", 'failed to parse value as time or duration: "soon"'),
        ("report now --since 5m", "a report is about an hour at least, and a year at most"),
        ("report now --since 2001-01-01", "a report is about an hour at least, and a year at most"),
    ],
)
def test_what_cannot_be_reported_is_refused_with_what_can(bench: Bench, line: str, said: str) -> None:
    """A kind, or a time, that there is not."""
    assert said in text.docker(bench.say(line).reply)


def test_a_report_of_a_chosen_time_has_no_kind(bench: Bench) -> None:
    """It says from when to when."""
    assert text.added(bench.say("report now --since 2h").reply).startswith("Report of local, ")


def test_a_record_that_is_too_long_to_be_counted_stops_no_report(inhabited: Bench) -> None:
    """What could not be counted is told, and all else."""
    with inhabited.store.journal.writing() as db:
        for number in range(1, 300):
            inhabited.store.journal.append(db, number, "received", {"actor": VIEWER, "line": "network ls"})
    inhabited.store.actions.patience = -1.0
    outcome = inhabited.say("report now")
    assert outcome.status is Status.DONE
    assert "The record has too much to search for this, so it was given up." in text.added(outcome.reply)
    assert "5 containers" in text.added(outcome.reply)


def test_the_kinds_are_listed(bench: Bench) -> None:
    """With what each covers."""
    assert re.findall(r"^(\w+) ", text.docker(bench.say("report ls").reply), re.MULTILINE) == [
        "KIND",
        "daily",
        "weekly",
    ]


def test_who_may_look_may_have_reports_and_nobody_else(bench: Bench) -> None:
    """It is judged like any other line."""
    assert bench.say("report now", VIEWER).status is Status.DONE
    assert bench.say("report now", STRANGER).status is Status.DENIED


def test_what_is_hidden_is_in_no_part_of_a_report(office: Offices, api: APIClient, tmp_path: Path) -> None:
    """Not by name, not in a sum, not on the disk, not in what others did with it, not once it is gone."""
    del tmp_path
    box = api.create_container("busybox:latest", ["false"], name="secret-one", labels={"hidden": "yes"})
    api.start(box["Id"])
    api.wait(box["Id"])
    open_office = office("")
    open_office.say("inspect secret-one", DEV)
    now = metrics_minute(open_office)
    hidden, shown = Seen("container", "gone-one", {"hidden": "yes"}, "f" * 64), Seen("container", "plain", {}, "e" * 64)
    open_office.store.metrics.keep("local", now, [Sample(each, "running", memory=MIB) for each in (hidden, shown)])
    open_office.store.metrics.weigh("local", Disk(now, 1, 2, 3, 4))
    whole = told(open_office.say("report now", DEV))
    assert all(word in whole for word in ("secret-one", "gone-one", "plain", "Docker takes"))
    veiled = told(office(HIDDEN).say("report now", EVE))
    api.remove_container(box["Id"])
    assert "plain" in veiled
    assert not any(word in veiled for word in ("secret-one", "gone-one", "Docker takes", "inspect"))
    assert storage.NOT_ALL in veiled
    count = re.compile(r"Containers: (\d+) containers")
    assert [int(found[1]) for each in (whole, veiled) if (found := count.search(each))] == [7, 6]


def test_an_image_that_has_a_newer_one_is_behind(api: APIClient, fresh_world: str, tmp_path: Path) -> None:
    """A container whose image's name is another image's now; one that runs by what the name says is not."""
    api.tag("app:1.0", "moving", "1")
    names = ("moving:1", "library/moving:1", "docker.io/library/moving:1")
    boxes = [api.create_container(name, ["true"], name=f"behind-{at}") for at, name in enumerate(names)]
    api.tag("app:2.0", "moving", "1", force=True)
    spoken = bench(fresh_world, tmp_path / "data")
    said = text.added(spoken.say("report now", ADMIN).reply)
    spoken.close()
    for box in boxes:
        api.remove_container(box["Id"])
    api.remove_image("moving:1")
    assert "3 containers were made by a name that another image has now." in said
    for at, name in enumerate(names):
        assert re.search(rf"^behind-{at} +{name}$", said, re.MULTILINE)


def test_without_the_engine_the_record_is_reported_on(tmp_path: Path) -> None:
    """What people did is told, and why the rest is not."""
    spoken = bench("unix:///nothing/listens/here.sock", tmp_path / "data")
    spoken.say("version", ADMIN)
    said = told(spoken.say("report now", ADMIN))
    spoken.close()
    assert "Cannot connect to the Docker daemon at unix:///nothing/listens/here.sock." in said
    assert said.count("What could not be done: Cannot connect to the Docker daemon") == 1
    assert load.UNTOLD in said
    assert "1 line: 1 by 1 person" in said


def test_a_list_that_fails_takes_no_other_with_it(fresh_world: str, tmp_path: Path) -> None:
    """Containers are told though images cannot be."""
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as address:
        spoken = bench(address, tmp_path / "data")
        broken = answer("500 Internal Server Error", '{"message":"database is locked"}', "application/json")
        proxy.misbehave(replace="/images/json", answer=broken)
        said = told(spoken.say("report now", ADMIN))
        spoken.close()
    assert "5 containers: 2 running" in said
    assert f"Images: {storage.UNTOLD}" in said
    assert f"Behind: {storage.UNTOLD}" in said
    assert "What could not be done: Error response from daemon: database is locked" in said


def test_an_engine_that_does_not_answer_is_not_asked_again(fresh_world: str, tmp_path: Path) -> None:
    """Else each list would be waited for."""
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as address:
        spoken = bench(address, tmp_path / "data")
        proxy.misbehave(lose="/containers/json")
        said = told(spoken.say("report now", ADMIN))
        spoken.close()
    assert proxy.lost() == 1
    assert not any("/images/json" in each for each in proxy.requests)
    assert load.UNTOLD in said


def test_who_stopped_a_container_did_no_harm_and_the_kernel_did(inhabited: Bench, api: APIClient) -> None:
    """Both end with 137; the engine knows which of them used more memory than it may."""
    stopped = api.create_container("busybox:latest", ["sleep", "1000"], name="plain")
    hog = ["sh", "-c", "x=a; while :; do x=$x$x; done"]
    hungry = api.create_container(
        "busybox:latest", hog, name="hungry", host_config=api.create_host_config(mem_limit="8m")
    )
    for each in (stopped, hungry):
        api.start(each)
    api.kill(stopped)
    for each in (stopped, hungry):
        api.wait(each)
    was_killed = api.inspect_container(hungry)["State"]["OOMKilled"]
    said = text.added(inhabited.say("report now").reply)
    for each in (stopped, hungry):
        api.remove_container(each)
    assert not re.search(r"^plain ", said, re.MULTILINE)
    assert ("hungry ran out of memory" in said) is was_killed
    assert bool(re.search(r"^hungry +Exited \(137\) .*, out of memory ", said, re.MULTILINE)) is was_killed


def test_all_that_waits_is_told_however_much_was_asked_since(office: Offices) -> None:
    """And all that was asked at this host in this time, which others are not part of."""
    dev = office('[[require]]\nverbs = ["act"]\napprove = "second"\n')
    first = dev.say("restart web", DEV).number
    assert first is not None
    with dev.store.journal.writing() as db:
        for number in range(REQUESTS + 5):
            _ask_anew(db, first, 10_000 + number, "elsewhere", "cancelled")
        _ask_anew(db, first, 20_000, "elsewhere", "pending")
        _ask_anew(db, first, 20_001, "local", "cancelled")
        db.execute("UPDATE approvals SET asked = asked - ? WHERE number = ?", (40 * DAY, first))
    said = told(dev.say("report now", SAM))
    assert f"Approvals: 1 request waits for consent: number {first}. 1 asked: 1 cancelled." in said
    with dev.store.journal.writing() as db:
        for number in range(REQUESTS + 1):
            _ask_anew(db, 20_001, 30_000 + number, "local", "cancelled")
    said = told(dev.say("report now", SAM))
    assert f"Only the newest {REQUESTS} requests for consent are counted." in said
    assert f"1 request waits for consent: number {first}. {REQUESTS} asked: {REQUESTS} cancelled." in said


def _ask_anew(db: Database, like: int, number: int, host: str, state: str) -> None:
    """Another request of the same kind."""
    row = next(db.query("SELECT * FROM approvals WHERE number = ?", (like,)))
    row |= {"number": number, "host": host, "state": state}
    db.execute(f"INSERT INTO approvals ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def test_samples_that_cannot_be_read_are_told_everywhere_and_can_be_moved_away(inhabited: Bench) -> None:
    """With what to do, which helps."""
    file = inhabited.folder / FILE
    file.write_bytes(b"no database at all" * 1000)
    said = told(inhabited.say("report now", ADMIN))
    assert f"Samples cannot be read: {file} is damaged" in said
    assert f"Disk: What was on it cannot be read: {file} is damaged" in said
    assert load.UNSAMPLED in said
    assert "Stop slashdock" not in said
    assert "Move the file away, also while slashdock runs: it begins anew." in said
    file.rename(file.with_suffix(".old"))
    inhabited.store.metrics.weigh("local", Disk(metrics_minute(inhabited), 1, 2, 3, 4))
    assert "Docker takes" in told(inhabited.say("report now", ADMIN))


def test_lines_about_other_hosts_are_not_counted(inhabited: Bench) -> None:
    """Those about this one are, and those about none."""
    for number, host in enumerate(("elsewhere", "local", "")):
        with inhabited.store.journal.writing() as db:
            received = {"actor": ADMIN, "line": "network ls", "host": host}
            inhabited.store.journal.append(db, 500 + number, "received", received)
    assert "2 lines: 2 by" in text.added(inhabited.say("report now").reply)


def test_what_the_disk_was_before_the_report_counts_for_its_trend(inhabited: Bench) -> None:
    """A report of a day reads eight days of it."""
    metrics, now = inhabited.store.metrics, metrics_minute(inhabited)
    for at in range(now - 8 * DAY + LONG, now, LONG):
        metrics.weigh("local", Disk(at, 3, 2, 1, 0, round(20e9 - 2e9 * (at - now + 8 * DAY) / DAY), 10**11))
    said = text.added(inhabited.say("report now").reply)
    assert "It takes 2GB more each day: full in 2 days." in said


def test_an_image_that_only_a_hidden_container_uses_is_in_use(office: Offices, api: APIClient) -> None:
    """It would be in the way of whoever removed it."""
    api.tag("app:1.0", "shared", "1")
    box = api.create_container("shared:1", ["true"], name="behind-the-veil", labels={"hidden": "yes"})
    said = told(office(HIDDEN).say("report now", EVE))
    api.remove_container(box["Id"])
    assert "behind-the-veil" not in said
    assert not re.search(r"^(app:1\.0|shared:1) ", said, re.MULTILINE)
    said = told(office(HIDDEN).say("report now", EVE))
    assert re.search(r"^(app:1\.0|shared:1) ", said, re.MULTILINE)


def test_a_hidden_container_stays_hidden_when_its_tag_moved_and_it_is_gone(office: Offices, api: APIClient) -> None:
    """By what its image was called; one whose image was only ever known by its id may have been any."""
    api.tag("busybox:latest", "secret", "1")
    box = api.create_container("secret:1", ["sleep", "100"], name="quiet-one")
    api.start(box)
    eve = office('[[deny]]\nverbs = ["see", "read"]\non = ["image:secret:*"]\n')
    now = metrics_minute(eve)

    def keep(at: int) -> None:
        listed = api.containers(all=True)
        samples = [Sample(seen.container(each), "running", memory=MIB) for each in listed]
        eve.store.metrics.keep("local", at, samples)

    keep(now - 3 * MINUTE)
    api.tag("app:2.0", "secret", "1", force=True)
    keep(now - 2 * MINUTE)
    identity = "sha256:" + "c" * 64
    nameless = Seen("container", "nameless", {}, "d" * 64, identity, identity)
    eve.store.metrics.keep("local", now - MINUTE, [Sample(nameless, "running", memory=MIB)])
    before = told(eve.say("report now", EVE))
    api.remove_container(box, force=True)
    after = told(eve.say("report now", EVE))
    api.remove_image("secret:1")
    for said in (before, after):
        assert "quiet-one" not in said
        assert "nameless" not in said
        assert re.search("^web ", said, re.MULTILINE)
    open_to = told(office("").say("report now", EVE))
    assert "quiet-one" in open_to
    assert "nameless" in open_to


def test_what_was_renamed_is_judged_and_told_by_the_name_that_it_has(office: Offices, api: APIClient) -> None:
    """Also where no look has noted that; a filter and the sums go by the same name."""
    boxes = [api.create_container("busybox:latest", ["true"], name=name)["Id"] for name in ("old-one", "old-two")]
    eve = office('[[deny]]\nverbs = ["see", "read"]\non = ["name:secret-*"]\n')
    samples = [Sample(seen.container(each), "running", memory=MIB) for each in api.containers(all=True)]
    eve.store.metrics.keep("local", metrics_minute(eve) - MINUTE, samples)
    for box, name in zip(boxes, ("secret-one", "new-two"), strict=True):
        api.rename(box, name)
    said, chosen = told(eve.say("report now", EVE)), told(eve.say("report now -f name=new-*", EVE))
    for box in boxes:
        api.remove_container(box)
    assert not any(each in said for each in ("old-one", "secret-one", "old-two"))
    assert re.search("^new-two ", said, re.MULTILINE)
    assert "The most memory was used by new-two: 1MiB on average." in chosen


def test_long_tables_go_on_in_the_file(tmp_path: Path) -> None:
    """A chat has the first rows, and says where the others are."""
    clock = SetClock(NOON)
    metrics = Metrics(tmp_path, clock)
    fill(metrics, clock, DAY // 4, many=ROWS + 5, step=QUARTER)
    past = metrics.past("local", WEEK.since, WEEK.until, WEEK.step)
    metrics.close()
    made = report(facts(past=past))
    tables = [part for part in reply(made).parts if isinstance(part, Table)]
    assert [len(each.rows) for each in tables if each.rows[0] == load.USED] == [ROWS + 1]
    assert "There are 5 more rows in the file of --pdf." in text.added(reply(made))
