"""Schedules from chat: added, judged when they are added and at every run, paused, resumed, removed and told of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from docker.api.client import APIClient
from harness import Bench
from nights import CHANGES, DAY, HOUR, OPS, Night, button, moments
from offices import DEV, EVE, SAM, told

from bot.hosts import Host, Hosts
from bot.request import Member, Status


def _started(api: APIClient) -> str:
    return str(api.inspect_container("web")["State"]["StartedAt"])


def test_a_schedule_is_kept_once_it_was_shown_how_it_is_understood(night: Night) -> None:
    """The line, the host, when and the next three runs; nothing is kept before somebody says yes."""
    night.town.zones[DEV] = "Europe/Berlin"
    shown = night.say('schedule add "0 3 * * sun" restart -t 0 web')
    assert shown.status is Status.HELD
    for each in ("docker container restart", "web", "Host:  local", "0 3 * * sun (Europe/Berlin)"):
        assert each in told(shown)
    assert moments(shown) == ["06-07 01:00", "06-14 01:00", "06-21 01:00"]
    assert "Nothing is scheduled" in told(night.say("schedule ls"))
    label, line, confirms = button(shown)
    assert label == "Keep"
    kept = night.say(line, confirmed=confirms)
    assert kept.status is Status.DONE
    assert moments(kept) == moments(shown)
    assert f"{kept.number}" in told(night.say("schedule ls"))


def test_a_yes_is_to_the_moment_that_was_shown(night: Night) -> None:
    """Two hours from when it was asked, not from when the button was pressed; once it has passed it is asked anew."""
    shown = night.say("schedule add --at 'in 2h' ps")
    assert moments(shown) == ["06-01 14:00"]
    _, line, confirms = button(shown)
    night.clock.at += HOUR
    assert moments(night.say(line, confirmed=confirms)) == ["06-01 14:00"]
    night.clock.at += 2 * HOUR
    late = night.say(line, confirmed=confirms)
    assert late.status is Status.FAILED
    assert "is past" in told(late)


def test_a_run_is_what_the_person_would_have_typed(night: Night, api: APIClient) -> None:
    """As themselves, in the channel, on the host; the record says that the clock asked."""
    number = night.add("--every 6h restart -t 0 web")
    before = _started(api)
    assert night.passes(6 * HOUR - 1) == []
    (outcome,) = night.passes(1)
    assert outcome.status is Status.DONE
    assert _started(api) != before
    action = night.bench.store.actions.get(outcome.number or 0)
    assert action is not None
    facts = (action["actor"], action["person"], action["origin"], action["channel"], action["host"])
    assert facts == (DEV, "dev", "schedule", OPS, "local")
    history = told(night.say(f"schedule history {number}"))
    assert "done" in history
    assert str(outcome.number) in history
    assert "done" in told(night.say(f"schedule show {number}"))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("schedule add ps", "say when first"),
        ("schedule add 0 3 * * sun restart web", "say when first"),
        ("schedule add '0 3 * * sun'", "nothing to run"),
        ("schedule add --every 6h --at 18:00 ps", "choose one"),
        ("schedule add --every 6h --late never ps", "expected run or skip"),
        ("schedule add --every 6h --name 12 ps", "expected a letter"),
        ("schedule add --every 6h --name cleanup+ ps", "expected a letter"),
        ("schedule add --every 6h --name cleanup ps", "job of the settings"),
        ("schedule add '0 3 * * *' --tz Europe/Berlin ps", "say --tz before WHEN"),
        ("schedule add '0 3 * * *' -y ps", "say -y before WHEN"),
        ("schedule add --every 6h", "requires at least 1 argument"),
        ("schedule add --every 10s ps", "from 60s"),
        ("schedule add --every soon ps", "expected 90m"),
        ("schedule add --at noon ps", "expected 18:00"),
        ("schedule add --at 'today 9:00' ps", "is past"),
        ("schedule add --tz Mars '0 3 * * *' ps", "is no time zone"),
        ("schedule add '0 3 1 * 1' ps", "one of the two"),
        ("schedule add --every 6h resart web", "unknown command"),
        ("schedule add --every 6h restart --sig web", "unknown flag"),
        ("schedule add --every 6h image prune", "Say -f"),
        ("schedule add --every 6h approval approve 1 --digest 0", "own word"),
        ("schedule add --every 6h schedule add --every 6h ps", "own word"),
        ("schedule add --every 6h schedule run 3", "own word"),
        ("schedule add --every 6h 'restart web'", "leave out the quotes around the line"),
        ("schedule add '0 3 * * sun' 'restart web'", "leave out the quotes around the line"),
        ("schedule add --at 'in 0m' ps", "has to be ahead"),
        ("schedule add --at \u0663:\u0660\u0660 ps", "expected 18:00"),
        ("schedule add --every \u0666h ps", "expected 90m"),
        ("schedule add '\u0663 * * * *' ps", "has the minute '\u0663'; expected 0-59"),
        ("schedule add '0 3 * * \u0663' ps", "has the day of the week '\u0663'"),
        ("schedule add --every 6h login registry.example", "own word"),
        ("schedule add --every 6h build -t mine -", "in a dialog"),
        ("schedule show 99", "Nothing on the timetable is called '99'"),
        ("schedule show 99999999999999999999", "Nothing on the timetable is called"),
        ("schedule pause nightly", "Nothing on the timetable is called 'nightly'"),
        ("schedule run nightly", "Nothing that you may run"),
        ("schedule run nightly --dry-run", "--dry-run is for cleanup"),
        ("schedule history 1 -n 0", "expected 1 to 1000"),
    ],
)
def test_what_cannot_be_kept_is_told_with_what_to_do(night: Night, line: str, why: str) -> None:
    """And nothing is on the timetable then."""
    outcome = night.say(line)
    assert outcome.status in {Status.FAILED, Status.USAGE, Status.DENIED}
    assert why in told(outcome)
    assert night.bench.store.timetable.entries() == []


def test_what_the_asker_may_not_do_is_refused_at_once(night: Night) -> None:
    """With the policy's reason; so is what the policy has confirmed each time."""
    refused = night.say("schedule add --every 6h restart web", EVE)
    assert refused.status is Status.FAILED
    assert "`container restart` (class act)" in told(refused)
    night.ruled('[confirm]\nalways = ["image prune"]')
    assert "confirmed each time" in told(night.say("schedule add --every 6h image prune -f"))
    assert night.bench.store.timetable.entries() == []


def test_it_is_judged_again_at_every_run_and_paused_where_it_may_be_no_more(night: Night, api: APIClient) -> None:
    """Whoever lost the right is told why and how to go on; nothing of it is run meanwhile."""
    number = night.add("--every 1h restart -t 0 web")
    before = _started(api)
    night.ruled('[[deny]]\nverbs = ["act"]\non = ["name:web"]')
    (outcome,) = night.passes(HOUR)
    assert outcome.status is Status.DENIED
    assert night.lapsed[-1].startswith(f"Schedule {number} (container restart")
    assert "policy.toml" in night.lapsed[-1]
    assert f"schedule resume {number}" in night.lapsed[-1]
    assert night.passes(HOUR) == []
    assert "paused by slashdock" in told(night.say(f"schedule show {number}"))
    assert _started(api) == before
    night.ruled("")
    assert night.say(f"schedule resume {number}").status is Status.DONE
    assert night.passes(HOUR)[0].status is Status.DONE


def test_a_person_whom_slack_does_not_vouch_for_runs_nothing(night: Night, api: APIClient) -> None:
    """They are asked about at each run; where Slack cannot say, that one run is refused and nothing is paused."""
    number = night.add("--every 1h restart -t 0 web")
    before = _started(api)
    night.town.refused[DEV] = Member(refused="Slack did not say who you are.", unsaid=True)
    assert night.passes(HOUR)[0].status is Status.DENIED
    assert night.lapsed == [""]
    night.town.refused[DEV] = Member(refused="Your account is deactivated.")
    assert night.passes(HOUR)[0].status is Status.DENIED
    assert "Your account is deactivated." in night.lapsed[-1]
    assert night.bench.store.timetable.entries()[0].state == "paused"
    assert _started(api) == before
    assert number == night.bench.store.timetable.entries()[0].number


def test_a_policy_that_cannot_be_read_pauses_nothing(night: Night) -> None:
    """What was refused meanwhile is in the record; the next run comes."""
    night.add("--every 1h restart -t 0 web")
    policy = night.bench.pipeline.policy.current()
    night.bench = replace(night.bench, pipeline=replace(night.bench.pipeline, policy=replace(policy, locked="broken")))
    assert night.passes(HOUR)[0].status is Status.DENIED
    assert night.lapsed == [""]
    night.ruled("")
    assert night.passes(HOUR)[0].status is Status.DONE


def test_a_run_that_needs_consent_waits_for_it_each_time(night: Night, api: APIClient) -> None:
    """That is said when it is added; while one waits, the next is skipped."""
    night.ruled('[[require]]\nverbs = ["act"]\napprove = "second"')
    shown = night.say("schedule add --every 30m restart -t 0 web")
    assert "Each run will ask" in told(shown)
    _, line, confirms = button(shown)
    number = night.say(line, confirmed=confirms).number
    before, schedules = _started(api), night.schedules()
    (outcome,) = night.passes(HOUR / 2, schedules)
    assert outcome.status is Status.HELD
    held = night.bench.store.approvals.get(outcome.number or 0)
    assert held is not None
    assert night.say(f"approval approve {held.number} --digest {held.digest}").status is Status.FAILED
    assert night.say(f"approval approve {held.number} --digest {held.digest}", SAM).status is Status.DONE
    again = night.bench.pipeline.resume(held.number)
    assert again is not None
    assert again.status is Status.DONE
    assert _started(api) != before
    (second,) = night.passes(HOUR / 2, schedules)
    assert second.status is Status.HELD
    assert night.passes(HOUR / 2, schedules) == []
    assert f"number {second.number}, has not ended" in told(night.say(f"schedule history {number}"))


def test_an_approval_that_wants_a_reason_has_it_in_the_line(night: Night) -> None:
    """Nobody is there to be asked for it later."""
    rule = '[approvals.why]\nfrom = ["sre"]\nreason = true\n[[require]]\nverbs = ["act"]\napprove = "why"'
    night.ruled(rule)
    assert "--reason" in told(night.say("schedule add --yes --every 1h restart web"))
    night.add("--every 1h restart --reason weekly web")


def test_whose_it_is_may_change_it_and_others_need_a_rule(night: Night) -> None:
    """Those who may see everything know of it; a rule of the class change lets them pause, resume, run and end it."""
    number = night.add("--every 1h --name hourly restart -t 0 web")
    assert "hourly" in told(night.say("schedule ls", EVE))
    for verb in ("pause", "resume", "rm"):
        refused = night.say(f"schedule {verb} {number}", EVE)
        assert refused.status is not Status.DONE
        assert f"'{number}' is dev's" in told(refused)
        assert f"dev's is, which is number {number}" in told(night.say(f"schedule {verb} hourly", SAM))
    assert night.say(f"schedule run {number}", EVE).status is Status.DENIED
    assert night.say(f"schedule pause {number} on holiday", SAM).status is Status.DONE
    shown = told(night.say("schedule show hourly"))
    assert "paused by sam" in shown
    assert "on holiday" in shown
    assert "is paused already" in told(night.say("schedule pause hourly"))
    assert night.passes(2 * HOUR) == []
    assert night.say(f"schedule resume {number}", SAM).status is Status.DONE
    assert "is active already" in told(night.say("schedule resume hourly"))
    assert len(night.passes(HOUR)) == 1
    assert night.say("schedule rm hourly").status is Status.DONE
    assert night.passes(HOUR) == []
    assert "has ended" in told(night.say(f"schedule resume {number}"))
    assert "done" in told(night.say(f"schedule history {number}"))


def test_who_may_not_see_the_host_knows_of_their_own_alone(night: Night) -> None:
    """Another's is not there for them, by any name."""
    night.ruled('[[deny]]\nverbs = ["see"]\non = ["name:web"]')
    number = night.add("--every 1h --name mine ps")
    for line in ("schedule show mine", f"schedule history {number}", f"schedule rm {number}"):
        assert "Nothing on the timetable" in told(night.say(line, EVE))
    assert "mine" not in told(night.say("schedule ls", EVE))
    assert "mine" in told(night.say("schedule ls"))


def test_a_schedule_is_run_now_as_whoever_asks(night: Night, api: APIClient) -> None:
    """It is judged and recorded as their own line."""
    number = night.add("--every 1h --name hourly restart -t 0 web")
    assert "Say the number" in told(night.say("schedule run hourly", SAM))
    before = _started(api)
    outcome = night.say(f"schedule run {number}", SAM)
    assert outcome.status is Status.DONE
    assert _started(api) != before
    action = night.bench.store.actions.get(outcome.number or 0)
    assert action is not None
    assert (action["person"], action["verb"], action["origin"]) == ("sam", "container restart", "slash")
    night.ruled(CHANGES + '[[deny]]\nverbs = ["restart"]\non = ["*"]')
    assert night.say(f"schedule run {number}", SAM).status is Status.DENIED


def test_nobody_has_two_of_one_name(night: Night) -> None:
    """One that has ended leaves its name to others."""
    first = night.add("--every 1h --name mine ps")
    assert "called 'mine' already" in told(night.say("schedule add --yes --every 2h --name mine ps"))
    night.say("schedule rm mine")
    assert night.add("--every 2h --name mine ps") > first


def test_a_secret_of_the_line_is_sealed_and_known_again(night: Night, api: APIClient) -> None:
    """It stands in no file and in no answer; the run has it."""
    number = night.add("--every 1h create --name kept -e API_TOKEN=hunter2hunter2 busybox true")
    assert "hunter2" not in told(night.say(f"schedule show {number}")) + told(night.say("schedule ls"))
    files = [path for path in night.bench.folder.rglob("*") if path.is_file()]
    assert not any(b"hunter2" in path.read_bytes() for path in files)
    assert night.passes(HOUR)[0].status is Status.DONE
    assert "API_TOKEN=hunter2hunter2" in api.inspect_container("kept")["Config"]["Env"]
    api.remove_container("kept")
    night.say(f"schedule rm {number}")
    assert night.file().execute("SELECT length(sealed) FROM timetable").fetchone() == (0,)


@pytest.mark.parametrize(
    "change",
    [
        "line = 'rm -f web'", f"actor = '{SAM}'", "channel = 'C0ELSE0001'", "expression = '60+0'", "host = 'prod'",
        "state = 'active'", "since = 0", "sealed = x'00'", "late = 'run'",
    ],
)  # fmt: skip
@pytest.mark.attack("F26")
def test_who_can_write_the_file_alone_makes_nothing_run(night: Night, change: str) -> None:
    """Neither another line, nor as another, nor what was paused."""
    number = night.add("--every 1h ps")
    if change.startswith("state"):
        night.say(f"schedule pause {number}")
    db = night.file()
    db.execute(f"UPDATE timetable SET {change}")
    db.commit()
    db.close()
    assert night.passes(HOUR) == []
    assert night.passes(HOUR) == []
    assert "ALTERED" in told(night.say("schedule ls"))


@pytest.mark.attack("F26")
def test_an_older_row_that_is_put_back_does_not_go_on(night: Night) -> None:
    """What was paused, or ended, stays so, whatever of before is written over it."""
    number = night.add("--every 1h ps")
    db = night.file()
    row = db.execute("SELECT * FROM timetable").fetchone()
    for line in (f"schedule pause {number}", f"schedule rm {number}"):
        night.say(line)
        db.execute(f"INSERT OR REPLACE INTO timetable VALUES ({', '.join('?' * len(row))})", row)
        db.commit()
        assert night.passes(HOUR) == []
        assert "was altered by something else" in told(night.say(f"schedule show {number}"))
        db.execute("UPDATE timetable SET state = 'paused'")
        db.commit()
    db.close()


@pytest.mark.attack("F26")
def test_an_older_row_does_not_go_on_once_its_notes_are_archived(night: Night) -> None:
    """What was decided is looked up where it is now; a schedule that goes on does so."""
    numbers = [night.add(f"--every 1h --name {name} ps") for name in ("removed", "paused", "on")]
    db = night.file()
    rows = db.execute("SELECT * FROM timetable WHERE number < ?", numbers[-1:]).fetchall()
    night.say("schedule rm removed")
    night.say("schedule pause paused")
    night.clock.at += 100 * DAY
    for _ in range(3):
        night.say("ps")
    assert night.bench.store.archive.move(night.clock.at - 30 * DAY).events
    for row in rows:
        db.execute(f"INSERT OR REPLACE INTO timetable VALUES ({', '.join('?' * len(row))})", row)
    db.commit()
    db.close()
    schedules = night.schedules()
    night.passes(0, schedules)
    assert [each.line for each in night.passes(HOUR, schedules)] == ["ps"]
    assert told(night.say("schedule ls")).count("ALTERED") == 2


def test_what_is_archived_later_counts_as_well(night: Night) -> None:
    """A process that goes on takes what was decided last, whenever its notes are moved."""
    number, store = night.add("--every 1h --name later ps"), night.bench.store

    def archived() -> list[str]:
        """The states after all of this was moved."""
        night.clock.at += 100 * DAY
        night.say("ps")
        store.archive.move(night.clock.at - 30 * DAY)
        return [each.state for each in store.timetable.entries()]

    assert archived() == ["active"]
    night.say(f"schedule pause {number}")
    assert archived() == ["paused"]
    night.say(f"schedule resume {number}")
    assert archived() == ["active"]


def test_a_right_on_one_host_changes_nothing_of_another(night: Night) -> None:
    """Wherever the line is sent; what was altered takes the right on all of them."""
    number = night.add("--every 1h --name mine ps")
    night.ruled('[[roles.eye.allow]]\nverbs = ["change", "act"]\non = ["*"]\nhosts = ["dev"]\n')
    local = night.bench.pipeline.hosts.get("local")
    assert local is not None
    hosts = Hosts([local, Host("dev", local.url)])
    night.bench = replace(night.bench, pipeline=replace(night.bench.pipeline, hosts=hosts))
    for line in (f"pause {number}", f"rm {number}", f"run {number}"):
        refused = night.say(f"-H dev schedule {line}", EVE)
        assert refused.status is not Status.DONE, line
    assert [each.state for each in night.bench.store.timetable.entries()] == ["active"]


@pytest.mark.attack("F26")
def test_what_was_missed_in_a_pause_stays_missed_whatever_row_is_put_back(night: Night) -> None:
    """Since when it is due counts as well as whether it is."""
    number = night.add("--late run '0 13 * * *' ps")
    db = night.file()
    row = db.execute("SELECT * FROM timetable").fetchone()
    night.say(f"schedule pause {number}")
    assert night.passes(1.5 * HOUR) == []
    night.say(f"schedule resume {number}")
    db.execute(f"INSERT OR REPLACE INTO timetable VALUES ({', '.join('?' * len(row))})", row)
    db.commit()
    db.close()
    assert night.passes(60) == []


@pytest.mark.attack("F26")
def test_what_was_altered_is_removed_by_those_who_may_change_all(night: Night) -> None:
    """By its number, and what it was before does not come back; nobody else may, whosever it was."""
    number = night.add("--every 1h ps")
    db = night.file()
    before = db.execute("SELECT * FROM timetable").fetchone()
    db.execute("UPDATE timetable SET line = 'rm -f web'")
    db.commit()
    assert "may be anybody's" in told(night.say(f"schedule rm {number}", EVE))
    assert "was altered" in told(night.say(f"schedule pause {number}", SAM))
    assert night.say(f"schedule rm {number}", SAM).status is Status.DONE
    assert "ALTERED" not in told(night.say("schedule ls", SAM))
    db.execute(f"INSERT INTO timetable VALUES ({', '.join('?' * len(before))})", before)
    db.commit()
    db.close()
    assert night.passes(HOUR) == []
    assert "ALTERED" in told(night.say("schedule ls", SAM))
    assert night.bench.store.actions.verify() is None


def test_an_interval_is_told_by_the_readers_clock(night: Night) -> None:
    """A clock that was ahead once moves no run that is told."""
    night.add("--every 1h ps")
    night.passes(400 * DAY)
    night.clock.at -= 400 * DAY
    assert moments(night.say("schedule ls"))[0] == "06-01 13:00"


@pytest.mark.attack("F24")
def test_a_run_that_is_too_late_is_skipped_and_told(night: Night) -> None:
    """Once for all that were missed, in the history and in the record."""
    night.add("--name hourly '0 * * * *' ps")
    assert night.passes(2.6 * HOUR) == []
    history = told(night.say("schedule history hourly"))
    assert "skipped: 2 runs from 2026-06-01 13:00 UTC to 2026-06-01 14:00 UTC" in history
    skipped = night.bench.store.actions.listed({"status": ("cancelled",)}, 9)
    assert [(each["line"], each["person"]) for each in skipped] == [("container ls", "dev")]
    assert len(night.passes(0.4 * HOUR)) == 1


@pytest.mark.attack("F23")
def test_the_days_of_a_week_are_crons(night: Night) -> None:
    """0 and 7 are Sunday, and the next runs say so before anything is kept."""
    for day in ("0", "7", "sun"):
        assert moments(night.say(f"schedule add '0 3 * * {day}' ps"))[0] == "06-07 03:00"


@pytest.mark.attack("F22")
def test_a_local_time_runs_once_on_the_night_on_which_it_comes_twice(night: Night) -> None:
    """Half past two in Berlin, on the night on which three becomes two again."""
    night.clock.at = datetime(2026, 10, 24, 12, tzinfo=UTC).timestamp()
    night.add("--tz Europe/Berlin '30 2 * * *' ps")
    schedules = night.schedules()
    schedules.tick()
    runs = [at for at in range(0, 26 * 60, 10) if night.passes(600, schedules)]
    assert len(runs) == 1


def test_only_so_many_are_kept_of_a_person(night: Night) -> None:
    """A hundred; what is ended makes room."""
    for _ in range(100):
        night.add("--every 1d ps")
    assert "which is the most" in told(night.say("schedule add --yes --every 1d ps"))


@pytest.mark.parametrize("line", ["cleanup run weekly", "report now weekly"])
def test_cleanups_and_reports_go_by_the_clock_like_any_line(night: Night, line: str) -> None:
    """As whoever put them there, and told in their channel."""
    assert night.say("cleanup set weekly --what images --age 14d").status is Status.DONE
    night.add(f"'0 8 * * tue' {line}")
    (outcome,) = night.passes(DAY)
    assert (outcome.status, outcome.due is not None and outcome.due.public) == (Status.DONE, True)


@pytest.mark.attack("F25")
def test_while_a_run_waits_for_consent_each_later_one_is_skipped(night: Night) -> None:
    """Not every second of them alone; so it is over a restart, and once it is settled the next one asks again."""
    night.ruled('[approvals.long]\nfrom = ["sre"]\nexpires = "2d"\n[[require]]\nverbs = ["act"]\napprove = "long"')
    number = night.add("--every 1h restart -t 0 web")
    schedules = night.schedules()
    (held,) = night.passes(HOUR, schedules)
    assert held.status is Status.HELD
    for hour in range(5):
        assert night.passes(HOUR, schedules if hour < 3 else night.schedules()) == []
    history = told(night.say(f"schedule history {number} --format '{{{{.Came}}}}'"))
    assert history.count(f"the run before it, number {held.number}, has not ended") == 5
    assert night.say(f"approval cancel {held.number}").status is Status.DONE
    assert night.passes(HOUR)[0].status is Status.HELD


@pytest.mark.attack("F25")
@pytest.mark.parametrize("line", ["exec web sleep 300", "run --rm busybox:latest sleep 300"])
def test_what_goes_on_longer_than_it_is_waited_for_is_under_way(night: Night, api: APIClient, line: str) -> None:
    """Each run meanwhile is skipped, over a restart too; once the process has ended the next one begins."""
    pipeline = night.bench.pipeline
    night.bench = replace(night.bench, pipeline=replace(pipeline, allowances=replace(pipeline.allowances, run_wait=1)))
    before = {each["Id"] for each in api.containers()}
    number = night.add(f"--late run --every 1m {line}")
    schedules = night.schedules()
    (first,) = night.passes(60, schedules)
    assert first.status is Status.DONE
    assert night.passes(60, schedules) == night.passes(60) == []
    history = told(night.say(f"schedule history {number} --format '{{{{.Came}}}}'"))
    assert history.count("the run before it has not ended") == 2
    hosts, night.bench = night.bench.pipeline.hosts, _mute(night)
    assert night.passes(60) == []
    night.bench = replace(night.bench, pipeline=replace(night.bench.pipeline, hosts=hosts))
    assert len(night.bench.store.runs.of(str(number), 9)) == 3
    for each in api.containers():
        if each["Id"] not in before or each["Names"] == ["/web"]:
            api.kill(each["Id"])
    api.start("web")
    (second,) = night.passes(1)
    assert second.status is Status.DONE


def _mute(night: Night) -> Bench:
    """With an engine that does not answer."""
    hosts = Hosts([Host("local", "unix:///nobody/listens/here.sock")])
    return replace(night.bench, pipeline=replace(night.bench.pipeline, hosts=hosts))


def test_a_schedule_whose_engine_is_gone_is_paused_and_that_is_told(night: Night) -> None:
    """Each run would say the same; a job of the settings goes on."""
    number = night.add("--every 1h ps")
    pipeline = night.bench.pipeline
    host = pipeline.hosts.get("local")
    assert host is not None
    elsewhere = Hosts([Host("elsewhere", host.url)])
    night.bench = replace(night.bench, pipeline=replace(pipeline, hosts=elsewhere))
    (outcome,) = night.passes(HOUR)
    assert outcome.status is Status.USAGE
    assert 'No engine is named "local" here' in night.lapsed[-1]
    assert f"schedule resume {number}" in night.lapsed[-1]
    assert night.passes(HOUR) == []
    night.bench = replace(night.bench, pipeline=pipeline)
    assert "paused by slashdock" in told(night.say(f"schedule show {number}"))
    elsewhere.close()


@pytest.mark.attack("F22")
def test_what_is_reckoned_from_now_is_no_other_hour_on_the_night_on_which_clocks_change(night: Night) -> None:
    """Three hours are three hours, in words as well as in what runs."""
    night.town.zones[DEV] = "Europe/Berlin"
    night.clock.at = datetime(2026, 10, 24, 22, 30, tzinfo=UTC).timestamp()
    shown = night.say("schedule add --at 'in 3h' ps")
    assert "once at 2026-10-25 02:30 (Europe/Berlin)" in told(shown)
    _, line, confirms = button(shown)
    assert moments(night.say(line, confirmed=confirms)) == ["10-25 01:30"]
    assert night.passes(3 * HOUR - 1) == []
    assert len(night.passes(1)) == 1
