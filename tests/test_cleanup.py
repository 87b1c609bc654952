"""The cleanup of dangling images: what goes, what stays and why, and how it is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import world
from docker.api.client import APIClient
from docker.errors import ImageNotFound
from harness import KEY, OPERATOR, VIEWER, Bench
from harness import bench as bench_on
from proxy import Proxy
from set_clock import SetClock

from bot import text
from bot.request import Origin, Outcome, Status
from bot.store import Store
from commands.cleanup import starts

CLOCK = "schedule:cleanup"


def _nameless(api: APIClient) -> str:
    (identity,) = (each["Id"] for each in api.images(filters={"dangling": True}))
    return str(identity)


def _seen_long_ago(api: APIClient, folder: Path) -> None:
    """Let the bot of this folder have seen every image long ago, and heard of all that came or went until now."""
    store = Store(folder, SetClock(1_000_000.0), KEY)
    store.sights.hear("local", {}, (), starts.end(starts.now(api)))
    store.sights.first("local", "image", [each["Id"] for each in api.images()])
    store.close()


@pytest.fixture
def old(api: APIClient, bench: Bench) -> Bench:
    """A bot that has known every image for long."""
    _seen_long_ago(api, bench.folder)
    return bench


def _told(outcome: Outcome) -> str:
    return text.docker(outcome.reply)


def _exists(api: APIClient, identity: str) -> bool:
    try:
        api.inspect_image(identity)
    except ImageNotFound:
        return False
    return True


def test_a_fresh_image_stays(api: APIClient, bench: Bench) -> None:
    """What the bot sees for the first time has a day's grace, however long ago it was built."""
    identity = _nameless(api)
    outcome = bench.say("cleanup run")
    assert re.search(rf"^{identity[7:19]} .*stays: it was first seen .* ago$", _told(outcome), re.MULTILINE)
    assert _exists(api, identity)


def test_an_old_image_goes_and_the_bytes_are_measured(api: APIClient, old: Bench) -> None:
    """The report names it, and the bytes are those that the engine's layers have less."""
    identity, before = _nameless(api), api.df()["LayersSize"]
    outcome = old.say("cleanup run")
    freed = before - api.df()["LayersSize"]
    assert outcome.status is Status.DONE
    assert re.search(rf"^{identity[7:19]} .*removed$", _told(outcome), re.MULTILINE)
    assert f"Total reclaimed space: {freed}B" in _told(outcome)
    assert freed > 0
    assert not _exists(api, identity)
    (action,) = old.store.actions.listed({}, 1)
    assert identity in {each["id"] for each in action["targets"]}


def test_the_plan_changes_nothing_and_the_run_does_what_it_says(api: APIClient, old: Bench) -> None:
    """Both ways to ask for the plan say the same, and then it happens."""
    identity = _nameless(api)
    planned = _told(old.say("cleanup plan"))
    assert re.search(
        rf"^{identity[7:19]} .*would be removed: it has no name, nothing uses it, first seen .* ago$",
        planned,
        re.MULTILINE,
    )
    assert _told(old.say("schedule run cleanup --dry-run")) == planned
    assert _exists(api, identity)
    assert re.sub("would be removed: .*", "removed", planned.splitlines()[1]) in _told(old.say("schedule run cleanup"))
    assert not _exists(api, identity)


@pytest.mark.parametrize("state", ["created", "exited", "running"])
def test_what_a_container_in_any_state_uses_stays(api: APIClient, bench: Bench, state: str) -> None:
    """Removing the image of a stopped container would break it for ever."""
    made = api.create_container("busybox:latest", ["sh", "-c", "exit 0" if state == "exited" else "sleep 1000"])
    identity = api.commit(made["Id"])["Id"]
    user = api.create_container(identity, None, name="user")["Id"]
    if state != "created":
        api.start(user)
    if state == "exited":
        api.wait(user)
    _seen_long_ago(api, bench.folder)
    told = _told(bench.say("cleanup run"))
    assert re.search(rf"^{identity[7:19]} .*stays: container user uses it$", told, re.MULTILINE)
    assert api.inspect_container(user)["State"]["Status"] == state
    assert _exists(api, identity)


def test_an_image_of_the_future_stays(api: APIClient, bench: Bench) -> None:
    """A date that cannot be says that a clock is wrong, and then no age is to be trusted."""
    world.load(api, "2199-01-01", [], {"Labels": {"stage": "new"}})
    _seen_long_ago(api, bench.folder)
    told = _told(bench.say("cleanup run"))
    assert re.search(r"^\w{12} .* in the future +stays: it is dated in the future$", told, re.MULTILINE)
    assert len(api.images(filters={"dangling": True})) == 1


def test_images_with_a_name_are_never_looked_at(api: APIClient, old: Bench) -> None:
    """The cleanup is about what has no name: everything else is as it was."""
    names = {tag for each in api.images() for tag in each["RepoTags"] or () if "<none>" not in tag}
    old.say("cleanup run")
    assert {tag for each in api.images() for tag in each["RepoTags"] or ()} == names


def test_nothing_to_do_is_said(api: APIClient, old: Bench) -> None:
    """The second run finds nothing."""
    old.say("cleanup run")
    assert _told(old.say("cleanup run")) == _told(old.say("cleanup plan")) == "There are no dangling images.\n"
    assert api.images(filters={"dangling": True}) == []


def test_the_clock_may_clean_up_and_nothing_else(api: APIClient, old: Bench) -> None:
    """The nightly job goes through the pipeline and is recorded like a person's line."""
    identity = _nameless(api)
    outcome = old.say("cleanup run", CLOCK, Origin.SCHEDULE)
    assert outcome.status is Status.DONE
    assert not _exists(api, identity)
    row = old.store.actions.listed({"origin": ("schedule",)}, 1)[0]
    assert (row["actor"], row["line"], row["status"]) == (CLOCK, "cleanup run", "done")
    for line in ("stop web", "image prune -f", "ps", "cleanup plan", "schedule run cleanup --dry-run", "help"):
        assert old.say(line, CLOCK, Origin.SCHEDULE).status is Status.DENIED, line


@pytest.mark.parametrize(("person", "ends"), [(VIEWER, Status.DENIED), (OPERATOR, Status.HELD)])
def test_who_may_only_look_gets_the_plan(api: APIClient, old: Bench, person: str, ends: Status) -> None:
    """A run is of the class change, its plan of the class see."""
    for line in ("cleanup plan", "schedule run cleanup --dry-run"):
        assert old.say(line, person).status is Status.DONE, line
    for line in ("cleanup run", "schedule run cleanup"):
        assert old.say(line, person).status is ends, line
    assert _nameless(api)


def test_the_engine_is_asked_to_remove_by_full_id_and_never_to_prune(
    api: APIClient, fresh_world: str, tmp_path: Path
) -> None:
    """One DELETE without force; all else only looks."""
    identity = _nameless(api)
    _seen_long_ago(api, tmp_path / "data")
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as address:
        spoken = bench_on(address, tmp_path / "data")
        spoken.say("cleanup run")
        spoken.close()
    changes = [request for request in proxy.requests if not request.startswith(("GET", "HEAD"))]
    assert [request.partition("/images/")[2] for request in changes] == [f"{identity}?noprune=1"]


def test_an_answer_that_is_lost_is_unknown(api: APIClient, fresh_world: str, tmp_path: Path) -> None:
    """What was asked for may have happened: it is not told as failed, nor as done."""
    _seen_long_ago(api, tmp_path / "data")
    proxy = Proxy(fresh_world, lose="DELETE")
    with proxy.serve(tmp_path) as address:
        spoken = bench_on(address, tmp_path / "data")
        outcome = spoken.say("cleanup run")
        spoken.close()
    assert outcome.status is Status.UNKNOWN
    assert "not known: the engine did not answer" in _told(outcome)
    assert "Total reclaimed space: not measured" in _told(outcome)
