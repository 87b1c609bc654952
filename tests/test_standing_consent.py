"""Consent that is given once for all runs of a schedule: what it covers, and what ends it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from docker.api.client import APIClient
from nights import DAY, HOUR, Night
from offices import DEV, EVE, SAM, told

from bot.request import Member, Outcome, Status
from commands.allowances import Allowances

RULE = """
[approvals.once]
from = ["sre"]
standing = "{}"
[[require]]
verbs = ["act", "change", "enter"]
approve = "once"
"""
WEB = "--every 1h --name web restart -t 0 web"


def _asked(night: Night, line: str = WEB, standing: str = "30d") -> Outcome:
    """What is answered to a line that is to be agreed to once."""
    night.ruled(RULE.format(standing))
    return night.say(f"schedule add --standing {line}")


def _agree(night: Night, number: int | None, person: str = SAM) -> Outcome | None:
    held = night.bench.store.approvals.get(number or 0)
    assert held is not None
    voted = night.say(f"approval approve {held.number} --digest {held.digest}", person)
    assert voted.status is Status.DONE, told(voted)
    return night.bench.pipeline.resume(held.number)


def _kept(night: Night, line: str = WEB, standing: str = "30d") -> int:
    """The number of a schedule all runs of which were agreed to."""
    asked = _asked(night, line, standing)
    assert asked.status is Status.HELD, told(asked)
    kept = _agree(night, asked.number)
    assert kept is not None
    assert kept.status is Status.DONE, told(kept)
    return asked.number or 0


def test_people_are_shown_the_line_when_and_what_it_concerns(night: Night) -> None:
    """And for how long it counts; nothing runs before they agree."""
    asked = _asked(night)
    shown = told(night.say(f"approval show {asked.number}", SAM))
    for each in ("Runs:    docker container restart", "When:    every 1h", "For:     30 days", "container web"):
        assert each in shown
    assert night.passes(2 * HOUR) == []
    assert night.bench.store.timetable.entries() == []


def test_what_was_agreed_to_once_is_not_asked_again(night: Night, api: APIClient) -> None:
    """Run after run; who agreed to what, and until when, stands in what is shown of it."""
    number = _kept(night)
    before = api.inspect_container("web")["State"]["StartedAt"]
    runs = [each for _ in range(3) for each in night.passes(HOUR)]
    assert [each.status for each in runs] == [Status.DONE] * 3
    assert api.inspect_container("web")["State"]["StartedAt"] != before
    action = night.bench.store.actions.get(runs[-1].number or 0)
    assert action is not None
    assert f"as number {number}" in action["verdict"] + action["reason"]
    assert "All its runs were agreed to by sam, for container web, network bridge." in told(
        night.say("schedule show web")
    )


def test_the_same_container_made_anew_is_still_what_was_agreed_to(night: Night, api: APIClient) -> None:
    """Kind and name are agreed to; a deploy does not end it."""
    _kept(night)
    api.remove_container("web", force=True)
    api.start(api.create_container("busybox", ["sleep", "1000"], name="web")["Id"])
    assert night.passes(HOUR)[0].status is Status.DONE


def test_it_ends_with_its_time(night: Night) -> None:
    """Then each run asks again, and says why; a clock that is put back gives none of the time again."""
    _kept(night, standing="2h")
    assert night.passes(HOUR)[0].status is Status.DONE
    (late,) = night.passes(HOUR)
    assert late.status is Status.HELD
    assert "that has expired" in told(late)
    night.clock.at -= DAY
    night.say(f"approval cancel {late.number}")
    assert night.passes(HOUR)[0].status is Status.HELD


def test_a_run_that_concerns_more_is_held_and_says_what(night: Night, api: APIClient) -> None:
    """What a line finds by itself may be more than it was when people agreed."""
    labels = {"com.docker.compose.project": "shop", "com.docker.compose.service": "a"}
    for name in ("shop-a", "shop-b"):
        api.start(api.create_container("busybox", ["sleep", "1000"], name=name, labels=labels)["Id"])
    _kept(night, "--every 1h compose -p shop restart -t 0")
    assert night.passes(HOUR)[0].status is Status.DONE
    api.start(api.create_container("busybox", ["sleep", "1000"], name="shop-c", labels=labels)["Id"])
    (more,) = night.passes(HOUR)
    assert more.status is Status.HELD
    assert "it concerns more: container shop-c" in told(more)
    assert "shop-c" in told(night.say(f"approval show {more.number}", SAM))
    done = _agree(night, more.number)
    assert done is not None
    assert done.status is Status.DONE


@pytest.mark.parametrize("line", ["image prune -a -f", "rmi -f {}"])
def test_another_name_of_an_image_is_more(night: Night, api: APIClient, line: str) -> None:
    """Where the line goes by an id, or finds it, it would take that name as well."""
    made = api.create_container("busybox", ["true"])["Id"]
    image = api.commit(made, "old", "1", changes=["LABEL old=1"])["Id"]
    api.remove_container(made)
    _kept(night, f"--every 1h {line.format(image)}")
    api.tag("old:1", "precious", "prod")
    (outcome,) = night.passes(HOUR)
    assert outcome.status is Status.HELD
    assert "it concerns more: image precious:prod" in told(outcome)
    assert api.inspect_image("precious:prod")["Id"] == image


@pytest.mark.parametrize(
    ("line", "file"), [("run --rm --env-file app.env busybox env", "app.env"), ("build ctx", "ctx")]
)
def test_what_is_read_has_to_stay_as_it_was(night: Night, tmp_path: Path, line: str, file: str) -> None:
    """An env file, or what is built, is agreed to as it is; who agrees is told so."""
    (tmp_path / "ctx").mkdir()
    for path in (tmp_path / "app.env", tmp_path / "ctx" / "Dockerfile"):
        path.write_text("FROM busybox\n" if path.name == "Dockerfile" else "STAGE=prod\n")
    allowed = Allowances(files=(tmp_path,))
    night.bench = replace(night.bench, pipeline=replace(night.bench.pipeline, allowances=allowed))
    asked = _asked(night, f"--every 1h {line}")
    assert asked.status is Status.HELD, told(asked)
    assert "Holds:   " in told(night.say(f"approval show {asked.number}", SAM))
    kept = _agree(night, asked.number)
    assert kept is not None
    assert kept.status is Status.DONE
    assert night.passes(HOUR)[0].status is Status.DONE
    with (tmp_path / file / "Dockerfile" if file == "ctx" else tmp_path / file).open("a") as changed:
        changed.write("ENV A=1\n" if file == "ctx" else "DROP=1\n")
    (outcome,) = night.passes(HOUR)
    assert outcome.status is Status.HELD
    assert re.search(f"{file}.*(has|have) changed", told(outcome))


def test_what_a_line_makes_is_not_more_the_next_time(night: Night, api: APIClient) -> None:
    """It was agreed that it is made."""
    _kept(night, "--every 1h run --rm -v newvol:/data busybox true")
    assert [each.status for _ in range(2) for each in night.passes(HOUR)] == [Status.DONE] * 2
    assert api.inspect_volume("newvol")


@pytest.mark.parametrize("line", ["run --rm --volumes-from web busybox ls /data", "exec web ls /data"])
def test_a_volume_that_a_container_has_since_is_more(night: Night, api: APIClient, line: str) -> None:
    """One without a name is not, which every container gets anew; a network is."""
    _kept(night, f"--every 1h {line}")
    for source in ("", "proddb:"):
        api.remove_container("web", force=True)
        binds = api.create_host_config(binds=[f"{source}/data"] if source else [])
        box = api.create_container("busybox", ["sleep", "1000"], name="web", volumes=["/data"], host_config=binds)
        api.start(box["Id"])
        (outcome,) = night.passes(HOUR)
        assert outcome.status is (Status.HELD if source else Status.DONE), told(outcome)
    assert "it concerns more: volume proddb" in told(outcome)


@pytest.mark.parametrize(
    "rules",
    [
        RULE.format("29d"),
        RULE.format("30d").replace("[[require]]", 'remind = "5m"\n[[require]]'),
        '[[require]]\nverbs = ["act"]\napprove = "second"\n',
        RULE.format("30d") + '[[require]]\nverbs = ["restart"]\napprove = "second"\n',
    ],
)
def test_another_policy_is_not_what_was_agreed_by(night: Night, rules: str) -> None:
    """The approval has to be written as it was then, and none may have come besides."""
    _kept(night)
    night.ruled(rules)
    (held,) = night.passes(HOUR)
    assert held.status is Status.HELD
    assert "the policy asks for other consent now" in told(held)


def test_whoever_agreed_has_to_have_the_right_still(night: Night) -> None:
    """They are looked at afresh at every run."""
    _kept(night)
    night.town.refused[SAM] = Member(refused="This account is deactivated.")
    (held,) = night.passes(HOUR)
    assert held.status is Status.HELD
    assert "not enough of those who agreed" in told(held)


@pytest.mark.parametrize("line", ["schedule revoke web", "schedule pause web"])
def test_it_can_be_taken_back(night: Night, line: str) -> None:
    """By those who might have agreed, and by pausing; then each run asks again."""
    _kept(night)
    assert night.say("schedule revoke web", EVE).status is Status.FAILED
    if line == "schedule revoke web":
        assert night.say(line, SAM).status is Status.DONE
        assert "Nothing is agreed to" in told(night.say(line, SAM))
    else:
        assert night.say(line).status is Status.DONE
        night.say("schedule resume web")
    assert night.passes(HOUR)[0].status is Status.HELD


@pytest.mark.parametrize(
    ("rules", "line", "why"),
    [
        ("", f"--standing {WEB}", "leave --standing out"),
        (RULE.format("30d"), "--standing --at 'in 2h' restart web", "runs again and again"),
        ('[[require]]\nverbs = ["act"]\napprove = "second"\n', f"--standing {WEB}", "second has no standing"),
    ],
)
def test_what_cannot_be_agreed_to_once_is_told(night: Night, rules: str, line: str, why: str) -> None:
    """Where nobody has to agree, where it runs once, and where the policy says nothing of it."""
    night.ruled(rules)
    refused = night.say(f"schedule add {line}")
    assert refused.status in {Status.FAILED, Status.USAGE}
    assert why in told(refused)


def test_nobody_agrees_to_their_own_nor_breaks_the_glass_for_it(night: Night) -> None:
    """It would outlast the emergency."""
    asked = _asked(night)
    held = night.bench.store.approvals.get(asked.number or 0)
    assert held is not None
    assert night.say(f"approval approve {held.number} --digest {held.digest}").status is not Status.DONE
    glass = '[break_glass]\nroles = ["dev"]\nreview = ["sre"]\n'
    night.ruled(RULE.format("30d") + glass)
    refused = night.say(f"approval break-glass {held.number} --reason fire")
    assert refused.status is not Status.DONE
    assert "nor consent that lasts" in told(refused)


def test_who_can_write_the_file_alone_agrees_to_nothing(night: Night) -> None:
    """What is agreed to is marked with the key, as the row is."""
    _kept(night, standing="2h")
    db = night.file()
    db.execute("UPDATE timetable SET standing = replace(standing, 'web', 'worker')")
    db.commit()
    db.close()
    assert night.passes(HOUR) == []


def test_a_line_sent_by_its_person_is_no_run(night: Night) -> None:
    """What was agreed to is what the clock runs, not whatever its person types."""
    _kept(night)
    assert night.say("restart -t 0 web", DEV).status is Status.HELD
    assert night.say("schedule run web", DEV).status is Status.HELD


def test_a_schedule_whose_runs_were_all_agreed_to_does_not_say_that_each_asks(night: Night) -> None:
    """Only one whose runs were not says so."""
    asked = _asked(night, WEB, "30d")
    assert "Each run will ask" not in told(_agree(night, asked.number))
    assert "Each run will ask" in told(night.say("schedule add --yes --every 6h --name asking restart web"))
