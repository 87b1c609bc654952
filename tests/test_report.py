"""Reports: from facts to words, from a week of samples, for whoever may see what of them, and on a real engine."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import ADMIN, PROJECT, STRANGER, VIEWER, Bench, bench
from offices import DEV, EVE, Offices, told
from reported import WEEK, action, disks, facts, series, span, weekly
from sampled import GIB, MANY, MIB, NOON, container, fill
from set_clock import SetClock

from bot import text
from bot.metrics import Metrics, Sample
from bot.request import Status
from bot.thinning import DAY, MINUTE, QUARTER
from commands.chart import Chart
from commands.reply import Document, Table
from commands.report import doings, load, storage
from commands.report.answer import ROWS, reply
from commands.report.building import report
from commands.report.facts import Container, Image
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


@pytest.mark.parametrize(
    ("seconds", "step", "first"),
    [
        (DAY, 7_200, "Sun 12:00"),
        (7 * DAY, 43_200, "Mon 25 12h"),
        (3_600, 900, "Mon 11:00"),
        (365 * DAY, 30 * DAY, "12 May"),
    ],
)
def test_a_period_has_few_spans_however_long_it_is(seconds: int, step: int, first: str) -> None:
    """They begin at round times, and charts call them by what tells them apart."""
    period = Period.of("daily", NOON - seconds, NOON)
    assert period.step == step
    assert (period.until - period.since) / step <= 20
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


def test_the_disk_is_not_told_to_those_who_do_not_see_everything() -> None:
    """Its sums are of what is hidden, too; that it was not weighed is told to those who do."""
    assert storage.disk(facts()).words == (storage.NOT_ALL,)
    assert storage.disk(facts(disks=[])).words == (storage.UNMEASURED,)


def test_what_is_the_matter_with_a_container_stands_in_a_row() -> None:
    """One that is well has none; one that is gone and was restarted has, for its restarts."""
    held = (
        Container("well", "running", "Up 3 hours (healthy)"),
        Container("ill", "running", "Up 3 hours (unhealthy)"),
        Container("failed", "exited", "Exited (137) 2 hours ago", exit_code=137),
        Container("done", "exited", "Exited (0) 2 hours ago", exit_code=0),
    )
    past = Past([series("well", span()), series("left", span(restarts=3)), series("ill", span(unhealthy=7))])
    section = load.state(facts(containers=held, past=past))
    assert section.words == (
        "4 containers: 2 running, 1 unhealthy, 2 exited, 1 of them with an error.",
        "3 restarts by their policies, of left 3.",
    )
    assert section.rows == (
        ("left", "gone", "3", ""),
        ("failed", "Exited (137) 2 hours ago", "0", ""),
        ("ill", "Up 3 hours (unhealthy)", "0", "7 min"),
    )


def test_a_container_that_was_made_anew_is_one_with_that_before() -> None:
    """What both used counts by how long each was looked at."""
    before, after = span(restarts=1, memory=4 * MIB), span(looks=30, processor=5.0, memory_most=9 * MIB)
    (used,) = load.by_name(facts(past=Past([series("web", before), series("web", after, span(NOON))])))
    assert (used.whole.looks, used.whole.restarts, used.whole.memory_most) == (50, 1, 9 * MIB)
    assert used.spans[NOON - DAY].processor == pytest.approx((1 * 10 + 5 * 30) / 40)
    assert used.spans[NOON - DAY].memory == (4 * 10 + 30) * MIB // 40
    assert used.spans[NOON] == span(NOON)


def test_what_was_not_measured_is_left_out() -> None:
    """A share of a processor that nobody knows is no zero in the table; a chart has only spans with samples."""
    past = Past([series("web", span(processor=None, processor_most=None), limit=0)], looks=10)
    section = load.figures(facts(past=past))
    assert section.rows == (("web", "", "", "1MiB", "2MiB", ""),)
    assert section.charts[0].labels == ("Sun 31 12h",)
    assert section.words[-1] == "The engine was looked at in 10 of 10,080 minutes."
    assert load.figures(facts()).words == (load.NOTHING,)


def test_images_are_told_by_what_nobody_uses_and_what_is_behind() -> None:
    """The largest first; sizes are an upper bound."""
    held = (
        Image("app:1", 10**9, is_used=True),
        Image("old:1", 5, is_used=False),
        Image("old:2", 2 * 10**9, is_used=False),
    )
    section = storage.images(facts(images=held, behind=[("web", "app:1")]))
    assert section.words == (
        "3 images, 2 of them without a container (2GB at most: images share layers).",
        "A newer image has the name that these run by: web (app:1).",
    )
    assert section.rows == (("old:2", "2GB"), ("old:1", "5B"))


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
    requests = [
        {"number": 9, "state": "pending", "asked": NOON - 60.0, "votes": []},
        {"number": 8, "state": "done", "asked": NOON - 7200.0, "votes": votes},
        {"number": 7, "state": "expired", "asked": NOON - 9000.0, "votes": votes[:1]},
        {"number": 1, "state": "denied", "asked": NOON - 70.0 * DAY, "votes": votes},
    ]
    assert doings.consents(facts(requests=requests)).words == (
        "1 request waits for consent: number 9.",
        "3 asked: 1 pending, 1 done, 1 expired.",
        "The median time to decide was about an hour.",
    )


def test_denials_and_failed_logins_are_told_with_their_people() -> None:
    """Most first."""
    actions = [
        action("login", "failed"),
        action(status="denied", person="eve"),
        action(status="denied", person="eve"),
    ]
    assert doings.refusals(facts(actions=actions)).words == (
        "2 lines denied (eve 2).",
        "1 login at registries failed (ada 1).",
    )
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


def test_a_week_of_fifty_containers_is_told_as_it_was_told_before(week: Path) -> None:
    """Every word and number of it; what is to be told otherwise is written down anew here first."""
    assert text.added(reply(weekly(week))) == GOLDEN.read_text()


def test_a_page_is_one_file_that_loads_nothing(week: Path) -> None:
    """No scripts, no addresses; every row, and the charts as drawings that are told in words as well."""
    made = page(weekly(week))
    assert made.count("<tr>") > MANY
    assert made.count('role="img"') == 3
    assert 'aria-label="Disk (GB): images ' in made
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
    box = api.create_container("moving:1", ["true"], name="behind")
    api.tag("app:2.0", "moving", "1", force=True)
    spoken = bench(fresh_world, tmp_path / "data")
    said = text.added(spoken.say("report now", ADMIN).reply)
    spoken.close()
    api.remove_container(box["Id"])
    api.remove_image("moving:1")
    assert "A newer image has the name that these run by: behind (moving:1)." in said


def test_without_the_engine_the_record_is_reported_on(tmp_path: Path) -> None:
    """What people did is told, and why the rest is not."""
    spoken = bench("unix:///nothing/listens/here.sock", tmp_path / "data")
    said = told(spoken.say("report now", ADMIN))
    spoken.close()
    assert "Cannot connect to the Docker daemon at unix:///nothing/listens/here.sock." in said
    assert "1 line: 1 by 1 person" in said


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
