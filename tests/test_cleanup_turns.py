"""The host's turn: nothing is cleaned up while images are on their way, and only then; with a real registry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import registry as registry_
from cleaning import Cleaners, boxed, fate, images, said, told
from docker.api.client import APIClient
from engine import Engine
from meddling import Meddling

from bot.request import Status
from bot.turns import Turns

BASED = "FROM busybox:latest\nLABEL what=turn\n"


@pytest.fixture(scope="module")
def registry(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real registry."""
    with registry_.serve(own_engine.pid, tmp_path_factory.mktemp("registry"), 5007, locked=False) as address:
        yield address


@pytest.mark.parametrize(
    ("line", "when", "free"),
    [
        ("pull {}/team/tool:1", "POST /v1.41/images/create", False),
        ("push {}/team/tool:1", "/push", False),
        ("commit web snap:1", "POST /v1.41/commit", False),
        ("create --name turn busybox true", "POST /v1.41/containers/create", False),
        ("run --rm --name turn busybox true", "POST /v1.41/containers/create", False),
        ("run --rm --name turn busybox true", "/start", True),
        ("build -t turn:1 -", "POST /v1.41/build", False),
    ],
)
def test_a_removal_waits_for_the_layers_and_for_nothing_else(  # noqa: PLR0913, PLR0917 - fixtures
    api: APIClient,
    cleaners: Cleaners,
    registry: str,
    fresh_world: str,
    tmp_path: Path,
    line: str,
    when: str,
    free: bool,
) -> None:
    """From the pull until the image is there, or the container that keeps it, and not while that runs."""
    boxed(api, f"{registry}/team/tool:1")
    api.push(f"{registry}/team/tool:1")
    turns, seen = Turns(tmp_path / "data" / "turns"), list[bool]()

    def look() -> None:
        with turns.clearing("local") as ours:
            seen.append(ours)

    with Meddling(fresh_world, when, look).serve(tmp_path) as address:
        spoken = cleaners("", address)
        outcome = spoken.say(line.format(registry), given={"dockerfile": BASED} if "build" in line else {})
        assert outcome.status is Status.DONE, told(outcome)
        cleaners.close()
    assert seen == [free]
    with turns.clearing("local") as ours:
        assert ours


def test_a_cleanup_during_a_pull_removes_nothing(
    api: APIClient, cleaners: Cleaners, registry: str, fresh_world: str, tmp_path: Path
) -> None:
    """It says so; the next one goes on."""
    name = f"{registry}/team/late:1"
    boxed(api, name)
    api.push(name)
    api.remove_image(name)
    cleaners.later(cleaners(), flags="--what images --most-percent 100")
    proxy, runs = Meddling(fresh_world, "POST /v1.41/images/create", lambda: None), list[str]()
    with proxy.serve(tmp_path) as address:
        spoken = cleaners("", address)
        proxy._meddle = lambda: runs.append(said(spoken, "cleanup run all"))
        said(spoken, f"pull {name}")
        assert "images are on their way to this host" in fate(runs[0], "app:2.0")
        assert "0 removed; " in runs[0]
        assert {"app:2.0", name} <= images(api)
        after = said(spoken, "cleanup run all")
        cleaners.close()
    assert fate(after, "app:2.0") == "removed"
    assert re.match("stays: it was first seen", fate(after, name))


@pytest.mark.parametrize("line", ["pull busybox", "create busybox true", "commit web snap:1", "push app:2.0"])
def test_where_nobody_can_tell_whether_a_cleanup_runs_no_image_comes(
    cleaners: Cleaners, tmp_path: Path, line: str
) -> None:
    """And it is said that nothing was done."""
    spoken = cleaners()
    (tmp_path / "data" / "turns").write_text("in its place")
    outcome = spoken.say(line)
    assert outcome.status is Status.FAILED
    assert "whether a cleanup runs cannot be told" in told(outcome)


def test_where_nobody_can_say_whose_turn_it_is_nothing_goes(api: APIClient, cleaners: Cleaners) -> None:
    """It is told as what it is, and not as a fault inside slashdock."""
    spoken = cleaners.later(cleaners(), flags="--what images --most-percent 100")
    there = images(api)
    file = cleaners.folder / "turns" / "local.lock"
    file.unlink(missing_ok=True)
    file.mkdir(parents=True)
    outcome = spoken.say("cleanup run all")
    assert outcome.status is Status.FAILED
    assert fate(told(outcome), "app:2.0") == "not reached"
    assert "could not be found out, so it went no further: Is a directory" in told(outcome)
    assert "0 removed; " in told(outcome)
    assert images(api) == there
