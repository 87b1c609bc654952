"""A team's report: about the containers that a filter chooses, and about nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from docker.api.client import APIClient
from harness import Bench
from nights import DEV as NIGHTS_DEV
from nights import Night
from offices import DEV, EVE, Offices, told
from reported import facts
from sampled import MIB

from bot import text
from bot.metrics import MOST, Sample
from bot.request import Status
from bot.thinning import MINUTE
from commands.chart import Chart
from commands.reply import Document
from commands.report import load, storage
from commands.report.building import report
from commands.report.choice import Choice
from commands.report.gathering import UNKNOWN
from commands.samples import Disk
from commands.seen import Seen

TEAM = {"team": "pay"}
CONSENT = '[[require]]\nverbs = ["stop"]\non = ["*"]\napprove = "second"\n'


def _seen(name: str, number: int, **labels: str) -> Seen:
    return Seen("container", name, labels, f"{number:064x}")


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ((), "pay-1 pay-2 web"),
        (("",), "pay-1 pay-2 web"),
        (("label=team",), "pay-1 pay-2"),
        (("label=team=pay",), "pay-1 pay-2"),
        (("label=team=other",), ""),
        (("label=team=pay", "label=tier=db"), "pay-2"),
        (("name=pay-*",), "pay-1 pay-2"),
        (("name=pay",), ""),
        (("name=pay-1", "name=w?b"), "pay-1 web"),
        (("name=pay-1", "name=web", "label=team"), "pay-1"),
        (("name=PAY-1",), ""),
        (("label=tier=",), "web"),
    ],
)
def test_filters_are_joined_as_docker_joins_them(given: tuple[str, ...], names: str) -> None:
    """All labels, one of the names; an empty value is one."""
    there = (_seen("pay-1", 1, team="pay"), _seen("pay-2", 2, team="pay", tier="db"), _seen("web", 3, tier=""))
    assert [each.name for each in there if Choice(given).takes(each)] == names.split()


def test_a_filter_that_there_is_not_is_refused(bench: Bench) -> None:
    """With those that there are; by both verbs."""
    for line in ("report now -f status=running", "report set --every 1d --filter status=running"):
        outcome = bench.say(line)
        assert outcome.status is Status.USAGE
        assert "invalid filter 'status': expected label=KEY, label=KEY=VALUE or name=GLOB" in told(outcome)


@pytest.fixture
def shared(office: Offices, api: APIClient) -> Iterator[Bench]:
    """Two containers of a team and what others have; samples of each, and of some that are gone."""
    made = [
        api.create_container("busybox:latest", ["false"], name=name, labels=labels)["Id"]
        for name, labels in (("pay-api", TEAM), ("pay-db", {**TEAM, "tier": "db"}))
    ]
    api.start(made[0])
    api.wait(made[0])
    bench = office(CONSENT)
    now = int(bench.pipeline.clock.now()) // MINUTE * MINUTE
    running = [
        *(Seen("container", name, {}, identity) for name, identity in zip(("pay-api", "pay-db"), made, strict=True)),
        _seen("pay-gone", 10, team="pay"),
        _seen("ship-gone", 11, team="ship"),
        Seen("container", "pay-long", {"team": "x" * 5000}, f"{12:064x}"),
    ]
    samples = [Sample(each, "running", memory=at * MIB, processor=1.0) for at, each in enumerate(running, 1)]
    bench.store.metrics.keep("local", now - 2 * MINUTE, samples)
    bench.store.metrics.weigh("local", Disk(now, 1, 2, 3, 4))
    yield bench
    for each in made:
        api.remove_container(each, force=True)


def test_only_the_chosen_containers_are_in_it(shared: Bench) -> None:
    """In sentences, rows, sums and charts, those that are gone with them; nothing is said of the whole host."""
    whole = shared.say("report now", DEV)
    outcome = shared.say("report now -f label=team=pay", DEV)
    said = told(outcome)
    assert all(each in told(whole) for each in ("ship-gone", "Docker takes", "crash", "Disk:"))
    assert not any(each in said for each in ("ship-gone", "Docker takes", "crash", "Disk", "without a container"))
    assert "Daily report of local (label=team=pay), " in said
    assert "2 containers: 0 running, 1 created, 1 exited, 1 of them with an error." in said
    assert "To look at: pay-api exited with an error" in said
    assert "The most memory was used by pay-gone: 3MiB on average." in said
    assert storage.NEWEST in said
    charts = [part for part in outcome.reply.parts if isinstance(part, Chart)]
    assert [[each.name for each in chart.series] for chart in charts] == [["pay-api", "pay-db", "pay-gone"]] * 2


def test_of_some_containers_that_are_behind_only_the_chosen_are_told(shared: Bench, api: APIClient) -> None:
    """And of how many of the host nothing was kept, for these may be among them."""
    api.tag("app:1.0", "moving", "1")
    made = [
        api.create_container("moving:1", ["true"], name=name, labels=labels)["Id"]
        for name, labels in (("pay-behind", TEAM), ("ship-behind", {}))
    ]
    api.tag("app:2.0", "moving", "1", force=True)
    now = int(shared.pipeline.clock.now()) // MINUTE * MINUTE
    crowd = [Sample(_seen(f"app-{each}", 100 + each), "running", memory=MIB) for each in range(MOST + 2)]
    shared.store.metrics.keep("local", now - MINUTE, crowd)
    whole, said = (told(shared.say(line, DEV)) for line in ("report now", "report now -f label=team=pay"))
    for each in made:
        api.remove_container(each)
    api.remove_image("moving:1")
    assert "2 containers were made by a name that another image has now." in whole
    assert "1 container was made by a name that another image has now." in said
    assert re.search(r"^pay-behind +moving:1$", said, re.MULTILINE)
    assert "ship-behind" not in said
    left_out = "Of up to 2 containers more on this host in a minute nothing was kept."
    assert left_out in whole
    assert left_out in said


def test_of_what_is_gone_and_has_no_known_labels_that_is_told(shared: Bench) -> None:
    """It is not counted, unless it is chosen by its name alone."""
    said = told(shared.say("report now -f label=team=pay", DEV))
    assert f"Of 1 container that {UNKNOWN.format('is')}" in said
    assert "pay-long" not in said
    by_name = told(shared.say("report now -f name=pay-lo*", DEV))
    assert "The most memory was used by pay-long: 5MiB on average." in by_name
    assert "the labels were not kept" not in by_name


def test_only_lines_and_requests_about_them_are_counted(shared: Bench) -> None:
    """Whoever sent them; a line about none, as a list, is about nobody's containers."""
    for line in ("ps -a", "inspect pay-api", "inspect web", "inspect pay-db", "stop web"):
        shared.say(line, DEV)
    held = shared.say("stop pay-api", DEV)
    assert held.status is Status.HELD, told(held)
    said = told(shared.say("report now -f label=team=pay", DEV))
    assert "3 lines: 3 by 1 person, 0 by schedules." in said
    assert re.search(r"^inspect +2 +2 ", said, re.MULTILINE)
    assert "container ls" not in said
    assert f"1 request waits for consent: number {held.number}." in said
    assert "2 requests wait for consent" in told(shared.say("report now", DEV))
    db = told(shared.say("report now -f label=team=pay -f label=tier=db", DEV))
    assert "1 line: 1 by 1 person, 0 by schedules." in db
    assert "0 requests wait for consent." in db


def test_a_line_that_was_denied_before_it_was_looked_at_what_it_names_counts_by_its_words(shared: Bench) -> None:
    """That of a container that is chosen, and no other."""
    for name in ("pay-api", "web"):
        assert shared.say(f"rm {name}", EVE).status is Status.DENIED
    said = told(shared.say("report now -f label=team=pay", DEV))
    assert "Denials: 1 line denied (" in said
    assert re.search(r"^(container )?rm +1 +0 +0 +1 ", said, re.MULTILINE)


def test_where_nothing_matches_that_is_what_is_told(shared: Bench) -> None:
    """And not that nothing was sampled, or asked."""
    said = told(shared.say("report now -f label=team=nobody", EVE))
    assert "0 containers: 0 running." in said
    assert load.NONE in said
    assert "No line was about one of these." in said


def test_a_filter_shows_nothing_that_is_hidden(shared: Bench, office: Offices) -> None:
    """What the policy hides is not there for it either, nor once it is gone."""
    del shared
    veiled = office('[[deny]]\nverbs = ["see", "read"]\non = ["name:pay-*"]\n')
    said = told(veiled.say("report now -f label=team", EVE))
    assert "pay-" not in said.replace("(label=team)", "")
    assert "ship-gone" in said


def test_the_title_says_what_was_chosen_in_files_too(shared: Bench) -> None:
    """As it was written, its secrets masked."""
    secret = "ghp_" + "a1" * 18
    outcome = shared.say(f"report now --html -f label=team=pay -f name=pay-* -f label=token={secret}", DEV)
    files = [part for part in outcome.reply.parts if isinstance(part, Document)]
    for each in (told(outcome), *(each.title for each in files), *(str(each.content) for each in files)):
        assert "label=team=pay name=pay-*" in each
        assert secret not in each


def test_a_schedule_keeps_the_filter(night: Night) -> None:
    """It is in its line, and in what comes."""
    night.say('report set weekly "0 8 * * mon" -f label=team=pay -f name=pay-* --pdf --yes', NIGHTS_DEV)
    (entry,) = night.bench.store.timetable.entries()
    assert entry.line == "report now --filter=label=team=pay '--filter=name=pay-*' --pdf weekly"
    (outcome,) = night.passes(7 * 86_400.0)
    assert "Weekly report of local (label=team=pay name=pay-*), " in text.added(outcome.reply)
    assert [part.name for part in outcome.reply.parts if isinstance(part, Document)] == ["report-local-weekly.pdf"]


def test_a_report_that_is_about_all_is_as_it_was() -> None:
    """Its disk and its images are there."""
    titles = [each.title for each in report(facts()).sections]
    assert titles[2:5] == ["Disk", "Images", "Behind"]
    chosen = report(facts(choice=Choice(("label=team",))))
    assert [each.title for each in chosen.sections] == [*titles[:2], *titles[4:]]
