"""What became of a line whose end nobody heard of: every verb that changes something tells it by looking."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import harness
import pytest
from docker.api.client import APIClient
from every_verb import EVERY, IDLE
from harness import ROOT, Bench, insist
from recorder import Recorder

from bot import looking
from bot.looking import Finding
from bot.pipeline import Pipeline
from bot.policy import Policy
from bot.request import Status
from commands import catalog, vanished
from commands.aftermath import REQUEST, End, Meant, Past
from commands.command import Command
from commands.container import fates
from commands.seen import is_dated

CHANGING = [verb for verb in catalog.load() if verb.spec.permission.changes]
# What is as it should be though nothing was done for it: each says why.
AS_BEFORE = frozenset({
    "image pull",  # nothing is asked of the engine where the registry is not there
    "network disconnect",  # the container rests: the engine knows of its networks nothing before it is connected
})  # fmt: skip


def found(bench: Bench, number: int | None) -> Finding:
    """What is found of an action of this record, now."""
    assert number is not None
    action = bench.store.actions.get(number)
    assert action is not None
    return looking.look(bench.pipeline.hosts, action, bench.store.makers.by(number), time.time())


@pytest.mark.parametrize("verb", CHANGING, ids=lambda verb: verb.spec.name)
def test_a_verb_that_changes_something_says_what_became_of_it(verb: type[Command]) -> None:
    """Be it that nothing tells: a new verb cannot be forgotten."""
    assert verb.became is not Command.became


def test_there_is_a_line_of_each_of_them() -> None:
    """So that the walk below leaves none out."""
    assert {verb.spec.name for verb in CHANGING} <= set(EVERY)


@dataclass(frozen=True)
class Both:
    """One record on the engine itself, and another before which every change is refused."""

    real: Bench
    refused: Bench

    def say(self, pipeline: Pipeline, verb: str) -> int | None:
        """The verb's line, with what is filled in."""
        return insist(pipeline, EVERY[verb].text, EVERY[verb].given).number


@pytest.fixture
def both(furnished: APIClient, engine: str, tmp_path: Path) -> Iterator[Both]:
    """Both on the furnished world."""
    del furnished
    rules = Policy.parse(ROOT, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    with Recorder(engine).serve(tmp_path) as address:
        made = Both(
            harness.bench(engine, tmp_path / "real", rules), harness.bench(address, tmp_path / "refused", rules)
        )
        yield made
        made.real.close()
        made.refused.close()


def test_what_was_done_is_never_told_as_not_done_nor_the_other_way_round(both: Both) -> None:
    """Each line is refused by the engine first and looked after, then done and looked after."""
    wrong = []
    for verb in (name for name in EVERY if catalog.load().find(tuple(name.split())) in CHANGING and name not in IDLE):
        before = found(both.refused, both.say(both.refused.pipeline, verb))
        if before.status is Status.DONE and verb not in AS_BEFORE:
            wrong.append(f"{verb} was not done, and is told as {before}")
        number = both.say(both.real.pipeline, verb)
        action = both.real.store.actions.get(number or 0)
        after = found(both.real, number)
        if action is not None and action["status"] == "done" and after.status is Status.FAILED:
            wrong.append(f"{verb} was done, and is told as {after}")
    assert not wrong, "\n".join(wrong)


SESSION = {
    "exec web sh -c 'exit 3'": "container web ran sh, which ended with exit code 3",
    "update --cpu-shares 512 web": "container web has what the line says",
    "commit web snap:1": "image snap:1 is ",
    "tag app:2.0 app:3": "image app:3 is ",
    "rmi app:1.0": "image app:1.0 is gone",
    "network connect front worker": "container worker is on the network front",
    "network create lan": "network lan is there",
    "volume create pile": "volume pile is there",
    "volume rm pile": "volume pile is gone",
    "create --name fresh busybox true": "container fresh is created",
    "run --name ran busybox sh -c 'exit 3'": "container ran is exited since ",
    "start fresh": "container fresh is ",
    "pause web": "container web is paused since ",
    "unpause web": "container web is running since ",
    "restart -t 0 web": "container web is running since ",
    "kill web": "container web is exited since ",
    "rename web shop": "container web is called shop",
    "rm -f shop fresh ran": "container shop is gone; container fresh is gone; container ran is gone",
    "stop -t 0 worker": "container worker is exited since ",
}  # each line with what is told of it right after


def test_what_was_done_is_found_and_told_in_docker_s_words(inhabited: Bench) -> None:
    """The state, the time and the exit code, of each object."""
    ends = {line: found(inhabited, inhabited.say(line).number) for line in SESSION}
    wrong = [
        f"{line}: {each}"
        for line, each in ends.items()
        if each.status is not Status.DONE or not each.told.startswith(SESSION[line])
    ]
    assert not wrong, "\n".join(wrong)
    assert {line for line, each in ends.items() if each.exit_code == 3} == {
        each for each in SESSION if "exit 3" in each
    }


def _removed(api: APIClient, name: str) -> None:
    for each in api.containers(all=True, filters={"name": f"^/{name}$"}):
        api.remove_container(each["Id"], force=True)


def test_what_is_made_carries_the_number_and_a_line_cannot_set_it(inhabited: Bench, api: APIClient) -> None:
    """Beside the labels of the line; one that begins like slashdock's own is refused with the reason."""
    outcome = inhabited.say("create --name fresh --label tier=front busybox true")
    labels = api.inspect_container("fresh")["Config"]["Labels"]
    _removed(api, "fresh")
    assert labels == {"tier": "front", REQUEST: str(outcome.number)}
    for line in ("create", "run", "network create", "volume create", "build"):
        refused = inhabited.say(f"{line} --label {REQUEST}=1 busybox")
        assert refused.status is Status.USAGE
        assert "slashdock.* is for slashdock itself" in str(refused.reply)


def test_a_container_of_a_commit_is_not_taken_for_the_one_that_was_made(inhabited: Bench, api: APIClient) -> None:
    """The image hands the label on; the name of the image tells them apart, and so does when it was made."""
    outcome = inhabited.say("create --name fresh busybox true")
    inhabited.say("commit fresh heir")
    _removed(api, "fresh")
    api.create_container("heir", ["true"], name="fresh")
    carried = api.inspect_container("fresh")["Config"]["Labels"]
    action = inhabited.store.actions.get(outcome.number or 0)
    assert action is not None
    finding = looking.look(inhabited.pipeline.hosts, action, (), time.time())
    _removed(api, "fresh")
    api.remove_image("heir")
    assert carried[REQUEST] == str(outcome.number)
    assert (finding.status, finding.told) == (Status.FAILED, "container fresh is not there")


def test_what_is_not_there_after_a_while_may_have_been_removed(inhabited: Bench, api: APIClient) -> None:
    """Its absence proves that it was never made for ten minutes alone."""
    outcome = inhabited.say("create --name fresh busybox true")
    _removed(api, "fresh")
    action = inhabited.store.actions.get(outcome.number or 0)
    assert action is not None
    later = looking.look(inhabited.pipeline.hosts, action, (), time.time() + 3600)
    noted = found(inhabited, outcome.number)
    assert later.status is Status.UNKNOWN
    assert (noted.status, noted.told) == (Status.UNKNOWN, "container fresh was made, and is gone by now")


STOPPED = {"Running": False, "Paused": False, "Status": "exited", "ExitCode": 0}
THEN, AFTER, LONG_AGO = "2026-01-01T10:00:00Z", "2026-01-01T10:00:09Z", "2026-01-01T09:00:00Z"
AT = 1_767_261_605.0  # 2026-01-01T10:00:05Z


def _past() -> Past:
    def nowhere() -> APIClient:
        raise AssertionError("nothing is looked at")

    return Past(1, AT, AT + 10, (), nowhere)


@pytest.mark.parametrize(("started", "end"), [(AFTER, End.DONE), (THEN, End.UNDONE), (LONG_AGO, End.UNKNOWN)])
def test_a_change_that_is_dated_before_the_intent_is_not_taken_for_its_own(started: str, end: End) -> None:
    """Another time than before tells, whatever the clocks say; where they contradict it nobody knows."""
    web = Meant("container", "web", "ab" * 32, {"StartedAt": THEN, "FinishedAt": THEN})
    details = {"State": {**STOPPED, "StartedAt": started, "FinishedAt": AFTER}}
    assert fates.started(_past(), web, details).end is end


def test_a_volume_that_is_dated_otherwise_may_be_the_one_that_was_there(inhabited: Bench, api: APIClient) -> None:
    """Older engines date it by the last change in it, so that its date alone proves nothing."""
    del inhabited
    was = {"CreatedAt": "2020-01-01T00:00:00Z"}
    past = Past(1, time.time(), time.time(), (Meant("volume", "pgdata", "pgdata", was),), lambda: api)
    api.remove_container("idle", force=True)
    api.remove_volume("pgdata")
    api.create_volume("pgdata")
    (fate,) = vanished.each(past)
    assert fate.end is (End.DONE if is_dated(api.api_version) else End.UNKNOWN)


def test_what_only_looks_is_told_as_not_answered(inhabited: Bench) -> None:
    """Nothing was changed, so nobody has to look."""
    for line in ("ps -a", "logs web", "inspect web"):
        finding = found(inhabited, inhabited.say(line).number)
        assert (finding.status, finding.told) == (Status.FAILED, "it was not answered, and changes nothing")


def test_what_cannot_be_told_is_said_so(inhabited: Bench) -> None:
    """Honestly, with the reason."""
    why = {
        "push registry.example:5000/team/app:edge": "what the registry has is not known here",
        "kill -s WINCH web": "which tells nothing of the signal",
        "commit web": "an image without a name cannot be told from others",
        "run --rm busybox true": "is not there",
    }
    for line, told in why.items():
        finding = found(inhabited, inhabited.say(line).number)
        assert finding.status is Status.UNKNOWN, line
        assert told in finding.told or "gone by now" in finding.told
