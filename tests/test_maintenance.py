"""Maintenance and quiet hours: what runs by the clock waits, and alerts about the host are told once it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import pytest
from nights import DAY, HOUR, Night, moments
from offices import BASE, DEV, EVE, SAM, told

from bot import looking
from bot.backlog import MOST
from bot.hush import Hush
from bot.keeper import Keeper
from bot.policy import Policy, PolicyError
from bot.quiet import Quiet, hours
from bot.request import Status
from bot.schedules import Schedules
from bot.undelivered import Shown
from commands import catalog

QUIET = '[quiet]\nhours = ["22:00-07:00"]\nzone = "Europe/Berlin"\nhosts = ["local"]\n'


@dataclass
class Side:
    """What those hear who watch over the bot."""

    said: list[str] = field(default_factory=list)
    shown: Shown = Shown.SHOWN

    def say(self, text: str, heard: Callable[[Shown], None]) -> None:
        """Hear it; heads of the record are no alerts."""
        if not text.startswith("Head of the record"):
            self.said.append(text)
        heard(self.shown)

    def feed(self) -> None:
        """Nothing waits."""


def _hushed(night: Night) -> Schedules:
    pipeline, store = night.bench.pipeline, night.bench.store
    made = night.schedules()
    return Schedules(made._jobs, store, night.clock, night.run, Hush(store, pipeline.policy, night.clock, "local").of)


def test_what_is_due_in_maintenance_is_run_once_after_it(night: Night) -> None:
    """Where it is not too late by its rule; of several the last."""
    night.add("--every 2h ps")
    night.say('maintenance start local 150m "new disk"')
    schedules = _hushed(night)
    assert night.passes(2 * HOUR, schedules) == []
    assert "new disk" in told(night.say("maintenance ls"))
    assert night.say("maintenance end local").status is Status.DONE
    assert len(night.passes(600, schedules)) == 1


@pytest.mark.parametrize("late", ["--late skip", ""])
def test_what_is_too_late_after_it_is_skipped_for_it(night: Night, late: str) -> None:
    """The history says that it was maintenance, whose, and why."""
    night.add(f"--every 1h --name hourly {late} ps")
    night.say("maintenance start local 2h new disk")
    schedules = _hushed(night)
    for _ in range(3):
        assert night.passes(HOUR / 2, schedules) == []
    history = told(night.say("schedule history hourly"))
    assert "skipped: the run of 2026-06-01 13:00 UTC: maintenance of local by dev: new disk" in history


def test_a_run_that_may_be_late_waits_for_the_end(night: Night) -> None:
    """However long it lasts, up to twelve hours."""
    night.add("--every 1h --late run ps")
    night.say("maintenance start local 5h new disk")
    schedules = _hushed(night)
    assert [night.passes(HOUR, schedules) for _ in range(4)] == [[]] * 4
    assert len(night.passes(HOUR, schedules)) == 1
    assert len(night.passes(HOUR, schedules)) == 1


def test_people_go_on_meanwhile(night: Night) -> None:
    """What they type is run as ever, a schedule now included."""
    night.add("--every 1h --name mine restart -t 0 web")
    night.say("maintenance start local 2h new disk")
    assert night.say("schedule run mine").status is Status.DONE


def test_it_ends_by_itself_whatever_the_clock_does(night: Night) -> None:
    """A clock that is put back makes it no longer; the moment of its end is told by the reader's."""
    begun = night.say("maintenance start local 2h new disk")
    assert moments(begun) == ["06-01 14:00"]
    assert "is maintained already, by dev" in told(night.say("maintenance start local 1h again", SAM))
    night.clock.at += HOUR
    night.say("ps")
    night.clock.at -= DAY
    night.say("ps")
    night.clock.at += HOUR + 1
    assert "No host is maintained" in told(night.say("maintenance ls"))
    assert "is not maintained now" in told(night.say("maintenance end local"))


@pytest.mark.parametrize(
    ("line", "person", "why"),
    [
        ("maintenance start local 2h disk", EVE, "`maintenance start` (class change)"),
        ("maintenance start prod 2h disk", DEV, "No engine is named 'prod'"),
        ("maintenance start local 8d disk", DEV, "7d at most"),
        ("maintenance start local soon disk", DEV, "expected 30m"),
        ("maintenance start local 2h", DEV, "requires at least 3 arguments"),
        ("maintenance end local", DEV, "is not maintained now"),
    ],
)
def test_what_cannot_be_begun_or_ended_is_told(night: Night, line: str, person: str, why: str) -> None:
    """With what is expected."""
    outcome = night.say(line, person)
    assert outcome.status in {Status.FAILED, Status.USAGE, Status.DENIED}
    assert why in told(outcome)


def test_whether_it_was_begun_is_told_by_what_was_noted(night: Night) -> None:
    """So that a death in between leaves nobody in doubt."""
    number = night.say("maintenance start local 2h new disk").number
    hosts, action = night.bench.pipeline.hosts, night.bench.store.actions.get(number or 0)
    assert action is not None
    assert looking.look(hosts, action, (), night.clock.at).status is Status.DONE
    action["events"] = [each for each in action["events"] if each["kind"] != "noted"]
    assert looking.look(hosts, action, (), night.clock.at).status is Status.FAILED


@dataclass
class Alerts:
    """What is wrong just now, and what those hear who watch over the bot."""

    night: Night
    wrong: dict[str, str | None] = field(default_factory=lambda: {"The engine local": None, "Slack": None})
    side: Side = field(default_factory=Side)

    def keeper(self) -> Keeper:
        """The keeper of a process that starts now."""
        store, clock = self.night.bench.store, self.night.clock
        checks = {name: partial(self.wrong.get, name) for name in self.wrong}
        hush = Hush(store, self.night.bench.pipeline.policy, clock, "local")
        return Keeper(store, clock, checks, self.side, hosts={"The engine local": "local"}, quiet=hush.quiet)

    def come(self, *names: str, keeper: Keeper | None = None) -> None:
        """These fail, and are back at the next look."""
        kept = keeper or self.keeper()
        for wrong in ("it is down", None):
            self.wrong.update(dict.fromkeys(names, wrong))
            kept.look()


@pytest.fixture
def alerts(night: Night) -> Alerts:
    """Nothing is wrong yet."""
    return Alerts(night)


def test_alerts_about_the_host_are_told_in_one_message_when_it_ends(night: Night, alerts: Alerts) -> None:
    """Those about other things are told at once; a restart meanwhile loses none."""
    night.say("maintenance start local 2h new disk")
    alerts.come("The engine local", "Slack")
    assert [each.partition(":")[0] for each in alerts.side.said] == ["Slack is back"]
    night.clock.at += 2 * HOUR
    second = alerts.keeper()
    second.look()
    second.look()
    over = "The maintenance of local is over (dev: new disk). Held back meanwhile: The engine local is back: it is down"
    assert len(alerts.side.said) == 2
    assert alerts.side.said[1].startswith(over)


def test_quiet_hours_hold_alerts_about_their_hosts(night: Night, alerts: Alerts) -> None:
    """They are told in one message when these end; a restart meanwhile loses none, and the rest is told at once."""
    night.ruled(QUIET)
    night.clock.at += 9 * HOUR  # 23:00 in Berlin
    alerts.come("The engine local", "Slack")
    alerts.come("The engine local")
    assert [each.partition(":")[0] for each in alerts.side.said] == ["Slack is back"]
    night.clock.at += 8 * HOUR
    morning = alerts.keeper()
    morning.look()
    morning.look()
    assert len(alerts.side.said) == 2
    assert alerts.side.said[1].startswith("The quiet hours of local are over. Held back meanwhile: The engine local is")
    assert alerts.side.said[1].count("The engine local is back: it is down (from 21:00:00 UTC") == 2
    alerts.come("The engine local", keeper=morning)
    assert len(alerts.side.said) == 3


def test_quiet_hours_of_other_hosts_hold_nothing(night: Night, alerts: Alerts) -> None:
    """Each host has those that the policy gives it."""
    night.ruled(QUIET.replace('"local"', '"prod"'))
    night.clock.at += 9 * HOUR
    alerts.come("The engine local")
    assert len(alerts.side.said) == 1


def test_a_maintenance_that_ends_in_quiet_hours_is_told_when_they_do(night: Night, alerts: Alerts) -> None:
    """And what waited for their end waits on where somebody works on the host then."""
    night.ruled(QUIET)
    night.clock.at += 7 * HOUR
    night.say("maintenance start local 2h new disk")
    alerts.come("The engine local")
    night.clock.at += 3 * HOUR  # midnight in Berlin
    alerts.keeper().look()
    night.say("maintenance start local 8h another disk")
    night.clock.at += 7 * HOUR + 60
    alerts.keeper().look()
    assert alerts.side.said == []
    night.clock.at += HOUR
    alerts.keeper().look()
    (said,) = alerts.side.said
    told_at_last = ["another disk", "quiet hours of local are over", "new disk", "The engine local is back"]
    assert [each for each in told_at_last if each in said] == told_at_last


def test_a_record_that_is_not_whole_is_told_in_quiet_hours(night: Night, alerts: Alerts) -> None:
    """That is urgent whatever the hour."""
    night.ruled(QUIET.replace('hosts = ["local"]\n', ""))
    night.say("ps")
    keeper = alerts.keeper()
    db = night.file()
    db.execute("DROP TRIGGER events_are_not_altered")
    db.execute("UPDATE events SET body = '{}' WHERE id = 2")
    db.commit()
    db.close()
    night.clock.at += 9 * HOUR
    keeper.look()
    assert [each.partition(":")[0] for each in alerts.side.said] == ["The record is not whole"]


def test_who_can_write_the_file_alone_holds_nothing_back(night: Night) -> None:
    """A window that the record knows nothing of is none, nor one that was made longer."""
    night.add("--every 1h ps")
    night.say("maintenance start local 30m new disk")
    db = night.file()
    db.execute("UPDATE windows SET until = until + 100000")
    db.commit()
    assert len(night.passes(HOUR, _hushed(night))) == 1
    night.say("maintenance start local 2h another disk")
    night.say("maintenance end local")
    db.execute("UPDATE windows SET ended = NULL, told = 0")
    db.commit()
    db.close()
    assert len(night.passes(HOUR, _hushed(night))) == 1


@pytest.mark.parametrize("rules", ["", QUIET])
def test_what_slack_does_not_take_is_told_later(night: Night, alerts: Alerts, rules: str) -> None:
    """Over a restart as well, whether it was held back by people or by the hour; what came besides is told with it."""
    night.ruled(rules)
    night.clock.at += 10 * HOUR  # midnight in Berlin
    if not rules:
        night.say("maintenance start local 2h new disk")
    for _ in range(MOST + 3):
        alerts.come("The engine local")
    night.clock.at += 8 * HOUR
    alerts.side.shown = Shown.DUE
    for _ in range(2):
        alerts.keeper().look()
    tried, alerts.side.said = alerts.side.said, []
    alerts.side.shown = Shown.SHOWN
    for _ in range(2):
        alerts.keeper().look()
    (said,) = alerts.side.said
    assert tried == [said, said]
    assert said.count("The engine local is back") == MOST
    assert "And 3 before that" in said


@pytest.mark.parametrize("line", ["maintenance start local 7d for ever", "maintenance end local"])
def test_nobody_works_by_the_clock(night: Night, line: str) -> None:
    """Else it would never end, or hold back its own end."""
    assert "is a person's own word" in told(night.say(f"schedule add --yes --every 7d {line}"))


def test_quiet_hours_hold_what_is_not_said_to_be_run_in_them(night: Night) -> None:
    """It is run when they end where that is not too late, else skipped for them; people's own lines go on."""
    night.ruled(QUIET)
    night.add("--tz Europe/Berlin --name late --late run '30 23 * * *' ps")
    night.add("--tz Europe/Berlin --name early '0 6 * * *' ps")
    night.add("--tz Europe/Berlin --name loud --quiet-ok '0 3 * * *' version")
    schedules = _hushed(night)
    runs = [(f"{each.line}", at) for at in range(1, 24) for each in night.passes(HOUR, schedules)]
    assert runs == [("version", 13), ("ps", 17), ("ps", 17)]


@pytest.mark.parametrize(
    ("line", "is_told"),
    [
        ("--tz Europe/Berlin --late skip '0 3 * * *' ps", True), ("--every 7h ps", True),
        ("--tz Europe/Berlin --late skip --quiet-ok '0 3 * * *' ps", False),
        ("--tz Europe/Berlin --late skip '0 12 * * *' ps", False),
    ],
)  # fmt: skip
def test_who_adds_a_run_in_quiet_hours_is_told(night: Night, line: str, *, is_told: bool) -> None:
    """Before anything is kept: the moments that are shown would never come."""
    night.ruled(QUIET)
    shown = told(night.say(f"schedule add {line}"))
    assert ("In the quiet hours of local, 22:00-07:00 (Europe/Berlin), nothing of it is begun" in shown) is is_told


def test_a_cleanup_of_the_settings_is_run_in_quiet_hours(night: Night) -> None:
    """Nobody hears of it but its channel, at the time that the settings say."""
    hush = Hush(night.bench.store, night.bench.pipeline.policy, night.clock, "local")
    assert night.add("--every 1h ps")
    job = next(iter(night.schedules()._jobs()))
    assert hush.of(replace(job, quiet_ok=True)) == hush.of(job) == ""


@pytest.mark.parametrize(
    ("said", "at", "within"),
    [
        ("22:00-07:00", "23:00", True), ("22:00-07:00", "07:00", False), ("22:00-07:00", "06:59", True),
        ("12:00-13:30", "13:29", True), ("12:00-13:30", "11:59", False), ("22:00-07:00", "22:00", True),
    ],
)  # fmt: skip
def test_hours_may_go_over_midnight(said: str, at: str, within: bool) -> None:
    """The first minute is within, the last is not."""
    found, hour = hours(said), at.split(":")
    assert found is not None
    quiet = Quiet((found,))
    assert bool(quiet.told("local", int(hour[0]) * HOUR + int(hour[1]) * 60)) is within


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        ('[quiet]\nhours = ["late"]', "expected hours such as '22:00-07:00'"),
        ('[quiet]\nhours = ["22:00-22:00"]', "expected hours such as"),
        ('[quiet]\nhours = ["22:00-07:00"]\nzone = "Mars"', "'Mars' is no time zone"),
        ('[quiet]\nhours = ["22:00-07:00"]\nhosts = ["nowhere"]', "nowhere"),
        ('[quiet]\nhour = ["22:00-07:00"]', "hour"),
    ],
)
def test_quiet_hours_that_are_none_are_faults_of_the_policy(rules: str, fault: str) -> None:
    """With the line, and what is expected."""
    specs = tuple(verb.spec for verb in catalog.load())
    with pytest.raises(PolicyError, match=fault):
        Policy.parse(BASE + rules, "policy.toml", specs, frozenset({"local"}))
