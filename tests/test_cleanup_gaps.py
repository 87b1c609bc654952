"""What somebody else does between a cleanup's plan and its removals, on a real engine: nothing that is needed goes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from cleaning import Cleaners, boxed, fate, images, said, told
from docker.api.client import APIClient
from docker.errors import NotFound
from meddling import Meddling
from proxy import Proxy, answer

from bot.request import Status

IMAGES = "--what images --most-percent 100"
ALONE = f"{IMAGES} --keep app,busybox --keep-label stage"  # those of the tests alone
CONTAINERS = "--what containers --most-percent 100"
NETWORKS = "--what networks --most-percent 100"


@pytest.fixture
def meanwhile(cleaners: Cleaners, fresh_world: str, tmp_path: Path) -> Callable[..., str]:
    """What a run of a policy with these flags answers where this happens just before that request.

    after is how many such requests come before that one.
    """

    def run(flags: str, when: str, what: Callable[[], object], after: int = 0) -> str:
        cleaners.later(cleaners(), flags=flags)
        with Meddling(fresh_world, when, what, after).serve(tmp_path) as address:
            answered = said(cleaners("", address), "cleanup run all")
            cleaners.close()
        return answered

    return run


Meanwhile = Callable[..., str]


def multi(api: APIClient) -> str:
    """The id of an image with three names."""
    identity = boxed(api, "multi:a")
    for tag in ("b", "c"):
        api.tag(identity, "multi", tag)
    return identity


@pytest.mark.attack("F30")
@pytest.mark.parametrize(("when", "after"), [("DELETE /v1.41/images/multi:a", 0), ("/containers/json", 2)])
def test_an_image_that_comes_into_use_between_two_of_its_names_loses_no_more(
    api: APIClient, cleaners: Cleaners, meanwhile: Meanwhile, when: str, after: int
) -> None:
    """A container names the second as the first goes; what was lost is said, and `cleanup undo` gives it back."""
    identity = multi(api)
    late = partial(api.create_container, "multi:b", ["true"], name="late")
    answered = meanwhile(ALONE, when, late, after)
    assert {"multi:b", "multi:c"} <= images(api)
    assert fate(answered, "multi:a") == "stays: it lost the name multi:a, then stayed: container late uses it"
    number = re.search(r"`cleanup undo (\d+)` gives back those that are free", answered)
    assert number is not None
    assert fate(said(cleaners(), f"cleanup undo {number[1]}"), "multi:a") == "is back, as multi:a"
    assert api.inspect_image("multi:a")["Id"] == identity


def test_an_image_whose_name_somebody_takes_meanwhile_is_not_gone(api: APIClient, meanwhile: Meanwhile) -> None:
    """The name is, and it says what it lost."""
    identity = multi(api)
    answered = meanwhile(IMAGES, "/images/multi:b/json", lambda: api.remove_image("multi:b"))
    assert fate(answered, "multi:a") == (
        "stays: it lost the name multi:a, then stayed: somebody else took the name multi:b from it"
    )
    assert api.inspect_image("multi:c")["Id"] == identity


def test_an_image_that_got_a_name_between_two_others_loses_no_more(api: APIClient, meanwhile: Meanwhile) -> None:
    """Somebody wants it; it is not told as removed."""
    identity = multi(api)
    answered = meanwhile(IMAGES, "/images/multi:b/json", lambda: api.tag(identity, "multi", "new"))
    assert fate(answered, "multi:a") == "stays: it lost the name multi:a, then stayed: it was named anew meanwhile"
    assert {"multi:b", "multi:c", "multi:new"} <= images(api)


def moved(api: APIClient, fresh: list[str]) -> None:
    """Another image gets the name multi:a, as a build at a terminal gives it."""
    fresh.append(boxed(api, "fresh:1"))
    api.tag("fresh:1", "multi", "a", force=True)
    api.remove_image("fresh:1")


@pytest.mark.attack("F30")
@pytest.mark.parametrize(
    ("when", "after"), [("/containers/json", 1), ("GET /v1.41/services", 1), ("/images/multi:a/json", 0)]
)
def test_f30_a_name_that_was_moved_before_the_last_look_is_left_to_its_new_image(
    api: APIClient, meanwhile: Meanwhile, when: str, after: int
) -> None:
    """Who uses it is asked before, what the name stands for as the last thing; the plan asks for the lists as well."""
    identity, fresh = multi(api), list[str]()
    answered = meanwhile(ALONE, when, lambda: moved(api, fresh), after)
    assert fate(answered, "multi:a") == "stays: multi:a stands for another image now"
    assert api.inspect_image("multi:a")["Id"] == fresh[0]
    assert api.inspect_image(identity)["RepoTags"] == ["multi:b", "multi:c"]


@pytest.mark.attack("F30")
def test_f30_a_name_that_was_moved_in_the_very_gap_is_a_failure_that_names_what_went(
    api: APIClient, cleaners: Cleaners, meanwhile: Meanwhile
) -> None:
    """No engine removes a name only where it stands for an id: what went in its place is told, recorded and noted."""
    identity, fresh = multi(api), list[str]()
    answered = meanwhile(IMAGES, "DELETE /v1.41/images/multi:a", lambda: moved(api, fresh))
    why = "multi:a was given to another image at that moment, and that one was removed"
    assert fate(answered, "multi:a") == f"failed: {why}: {fresh[0]}"
    assert api.inspect_image(identity)["RepoTags"] == ["multi:b", "multi:c"]
    spoken = cleaners()
    number = int(said(spoken, "cleanup history --format '{{.Number}}'").split()[0])
    assert fresh[0] in {each.id for each in spoken.store.cleanups.taken(number)}
    action = spoken.store.actions.get(number)
    assert action is not None
    assert fresh[0] in action["events"][-1]["details"]["ids"]


@pytest.mark.parametrize("when", ["GET /v1.41/images/{}/json", "DELETE /v1.41/images/{}"])
def test_a_404_is_a_result(api: APIClient, cleaners: Cleaners, meanwhile: Meanwhile, when: str) -> None:
    """What somebody else removed meanwhile is told so, and not counted as removed; the run goes on."""
    identity = boxed(api, "gone:1")
    answered = meanwhile(IMAGES, when.format(identity), lambda: api.remove_image(identity))
    assert (fate(answered, "gone:1"), fate(answered, "app:2.0")) == ("was gone already", "removed")
    (row,) = said(cleaners(), "cleanup history").splitlines()[1:]
    assert re.split(r"\s{2,}", row)[4] == str(answered.count(" removed\n"))


def test_what_the_engine_fails_at_is_told_and_counted(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """A 500 is neither a refusal nor a lost answer; the rest goes."""
    identity = boxed(api, "hard:1")
    cleaners.later(cleaners(), flags=IMAGES)
    failing = answer("500 Internal Server Error", '{"message": "input/output error"}', "application/json")
    with Proxy(fresh_world, refuse=f"DELETE /v1.41/images/{identity}", answer=failing).serve(tmp_path) as address:
        spoken = cleaners("", address)
        outcome = spoken.say("cleanup run all")
        assert outcome.status is Status.DONE
        assert fate(told(outcome), "hard:1") == "failed: input/output error"
        assert "; 1 failed." in told(outcome)
        assert re.split(r"\s{2,}", said(spoken, "cleanup history").splitlines()[1])[6] == "1"
        cleaners.close()
    assert "hard:1" in images(api)
    assert "app:2.0" not in images(api)


@pytest.mark.attack("F30")
@pytest.mark.parametrize(
    ("request_", "runs", "why"),
    [
        ("GET /v1.41/networks/{}", False, "container late is on it"),
        ("DELETE /v1.41/networks/{}", True, ".* has active endpoints"),
    ],
)
def test_f30_a_network_that_was_joined_in_the_gap_is_kept(
    api: APIClient, meanwhile: Meanwhile, request_: str, runs: bool, why: str
) -> None:
    """By a container that is not even started, before the last look; by one that runs, until the engine is asked."""
    network = str(api.create_network("lan")["Id"])
    host = api.create_host_config(network_mode="lan")

    def join() -> None:
        api.create_container("busybox:latest", ["sleep", "1000"], name="late", host_config=host)
        if runs:
            api.start("late")

    answered = meanwhile(NETWORKS, request_.format(network), join)
    assert re.fullmatch(f"stays: {why}", fate(answered, "lan")), fate(answered, "lan")
    if not runs:
        api.start("late")


@pytest.mark.attack("F30")
def test_f30_a_container_that_was_renamed_in_the_gap_is_kept(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """Whoever names it wants it; the plan looks at it first."""
    late = api.create_container("busybox:latest", ["true"], name="late")["Id"]
    cleaners.later(cleaners(), flags=CONTAINERS)
    look = f"GET /v1.41/containers/{late}/json"
    with Meddling(fresh_world, look, lambda: api.rename(late, "kept"), after=1).serve(tmp_path) as address:
        answered = said(cleaners("", address), "cleanup run all")
        cleaners.close()
    assert fate(answered, "late") == "stays: it was given another name meanwhile"
    assert api.inspect_container("kept")["Id"] == late


def test_of_two_cleanups_at_once_one_removes(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """The other one says so and leaves all of it to the next."""
    cleaners.later(cleaners(), flags=IMAGES)
    proxy, seconds = Meddling(fresh_world, "DELETE ", lambda: None), list[str]()
    with proxy.serve(tmp_path) as address:
        spoken = cleaners("", address)
        proxy._meddle = lambda: seconds.append(said(spoken, "cleanup run all"))
        first = said(spoken, "cleanup run all")
        cleaners.close()
    (second,) = seconds
    assert "or another cleanup runs" in fate(second, "app:2.0")
    assert "0 removed; " in second
    assert fate(first, "app:2.0") == "removed"
    with pytest.raises(NotFound):
        api.inspect_image("app:2.0")
