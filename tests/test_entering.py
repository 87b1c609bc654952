"""Commands in containers: what they print, how long they are waited for, and who may run them with which rights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from docker.api.client import APIClient
from eventually import eventually
from harness import OPERATOR, ROOT, Bench, bench, insist
from proxy import Proxy

from bot import text
from bot.policy import Policy
from bot.request import Outcome, Status
from commands import catalog
from commands.allowances import Allowances

HIDDEN = """
[[deny]]
verbs = ["see", "read", "act", "change", "enter"]
on = ["name:worker"]
"""


@pytest.fixture
def spoken(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A bot for one who may do everything but touch worker."""
    policy = Policy.parse(ROOT + HIDDEN, "policy.toml", [verb.spec for verb in catalog.load()])
    made = bench(fresh_world, tmp_path / "data", policy)
    yield made
    made.close()


def say(spoken: Bench, line: str) -> Outcome:
    """The line, and yes to what is asked first."""
    return insist(spoken.pipeline, line)


def limited(spoken: Bench, seconds: float) -> Bench:
    """The same, waiting no longer than this."""
    return replace(spoken, pipeline=replace(spoken.pipeline, allowances=Allowances(run_wait=seconds)))


def test_both_streams_and_the_exit_code_are_shown(spoken: Bench) -> None:
    """What it printed is docker's output, how it ended is in the reply and in the record."""
    outcome = spoken.say("exec web sh -c 'echo out; exit 7'")
    assert (text.docker(outcome.reply), text.added(outcome.reply)) == ("out\n", "Exit code 7.\n")
    assert (outcome.status, outcome.reply.exit_code) == (Status.FAILED, 7)
    assert spoken.store.actions.listed({}, 1)[0]["exit_code"] == 7


def test_what_takes_too_long_goes_on(spoken: Bench, api: APIClient) -> None:
    """Past the limit what it printed so far is shown, with the lines that show and that end it."""
    outcome = limited(spoken, 1).say("exec web sh -c 'echo begun; sleep 1000'")
    assert text.docker(outcome.reply) == "begun\n"
    assert "`docker top web` shows it, `docker restart web` ends all" in text.added(outcome.reply)
    assert outcome.status is Status.DONE
    assert any("sleep 1000" in " ".join(row) for row in api.top("web")["Processes"])


def test_a_flood_is_not_followed_to_its_end(spoken: Bench) -> None:
    """What prints without an end costs bounded work, and the end of it is shown."""
    outcome = spoken.say("exec web yes")
    assert "prints too much to be followed" in text.added(outcome.reply)
    assert len(text.docker(outcome.reply)) <= 8 * 1024 * 1024
    assert spoken.say("restart -t 0 web").status is Status.DONE


def test_detached_it_says_nothing_and_runs(spoken: Bench, api: APIClient) -> None:
    """-d does not wait for it."""
    outcome = spoken.say("exec -d web sleep 1234")
    assert (outcome.status, text.docker(outcome.reply)) == (Status.DONE, "")
    assert eventually(lambda: any("sleep 1234" in " ".join(row) for row in api.top("web")["Processes"]))


@pytest.mark.parametrize(
    "line", ["exec -i web cat", "exec -it web sh", "attach web", "run -it --name never busybox sh"]
)
def test_where_nobody_can_type_no_session_begins(spoken: Bench, api: APIClient, line: str) -> None:
    """Nothing is started: a session is a thread in Slack."""
    before = api.inspect_container("web")["ExecIDs"]
    outcome = spoken.say(line)
    assert outcome.status is Status.FAILED
    assert "a session is a thread in Slack" in text.docker(outcome.reply)
    assert api.inspect_container("web")["ExecIDs"] == before
    assert not api.containers(all=True, filters={"name": "never"})


def test_who_may_not_enter_is_refused(spoken: Bench, bench: Bench) -> None:
    """By the class of the verb, and by what a rule hides: that is answered as if it were not there."""
    assert bench.say("exec web true", OPERATOR).status is Status.DENIED
    hidden, nothing = (spoken.say(f"exec {name} true") for name in ("worker", "nothere"))
    assert text.docker(hidden.reply).replace("worker", "nothere") == text.docker(nothing.reply)


def test_rights_on_the_host_need_more_than_entering(bench: Bench, spoken: Bench) -> None:
    """--privileged is of the class root: denied to who has not got it, held for a second person by who has."""
    assert bench.say("exec --privileged web true", OPERATOR).status is Status.DENIED
    assert spoken.say("exec --privileged web true").status is Status.HELD


def test_a_secret_in_the_environment_is_not_on_record(spoken: Bench) -> None:
    """The process gets it, the record does not."""
    outcome = spoken.say("exec -e DB_PASSWORD=hunter2-hunter2 web sh -c 'echo ${#DB_PASSWORD}'")
    assert text.docker(outcome.reply) == "15\n"
    kept = b"".join(each.read_bytes() for each in spoken.folder.rglob("*") if each.is_file())
    assert b"hunter2-hunter2" not in kept


@pytest.mark.parametrize("lost", ["/exec", "/start"])
def test_a_lost_answer_is_told_as_unknown(fresh_world: str, tmp_path: Path, lost: str) -> None:
    """The command may run, or not."""
    proxy = Proxy(fresh_world, lose=lost)
    policy = Policy.parse(ROOT, "policy.toml", [verb.spec for verb in catalog.load()])
    with proxy.serve(tmp_path) as host:
        made = bench(host, tmp_path / "data", policy)
        outcome = made.say("exec web true")
        made.close()
    assert proxy.lost()
    assert outcome.status is Status.UNKNOWN
    assert "it may have been done, or not" in text.docker(outcome.reply)


def test_variables_may_come_from_a_file_that_the_settings_allow(spoken: Bench, tmp_path: Path) -> None:
    """And from no other."""
    (tmp_path / "vars").write_text("COLOUR=green\n")
    allowed = replace(spoken, pipeline=replace(spoken.pipeline, allowances=Allowances(files=(tmp_path,))))
    assert text.docker(allowed.say("exec --env-file vars web sh -c 'echo $COLOUR'").reply) == "green\n"
    refused = spoken.say("exec --env-file vars web true")
    assert "SLASHDOCK_FILES" in text.docker(refused.reply)
