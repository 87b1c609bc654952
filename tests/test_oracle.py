"""Random lines of every verb: docker 28 and slashdock say the same and ask the engine for the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pair
import pytest
import random_lines
from oracle import DOCKER, needs_docker28
from pair import Docker, Ours, Said
from world import World

from commands import catalog

CATALOG = catalog.load()
VERBS = sorted(name for name in random_lines.VERBS if CATALOG.find(tuple(name.split())) is not None)
# What these tell of is the machine's own, such as paths and addresses: nothing to have on record for another machine.
OF_THE_MACHINE = {"container inspect", "image inspect", "inspect", "network inspect", "system df", "system info"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this module's own."""
    return tmp_path_factory.mktemp("oracle")


@pytest.fixture(scope="module")
def ours(engine: str, lasting_world: World, folder: Path) -> Iterator[Ours]:
    """slashdock, on the world."""
    lasting_world.mend()
    with pair.ours_before(engine, folder / "ours", CATALOG) as side:
        yield side


@pytest.fixture(scope="module")
def docker(ours: Ours, engine: str, folder: Path) -> Iterator[Docker]:  # noqa: ARG001 - the world comes first
    """Docker 28, on the same."""
    with pair.docker_before(engine, folder / "docker", DOCKER) as side:
        yield side


@needs_docker28
@pytest.mark.parametrize("verb", VERBS)
def test_random_lines_mean_what_they_mean_to_docker(docker: Docker, ours: Ours, verb: str) -> None:
    """The same verdict, the same words, the same requests."""
    _compare(verb, ((line, docker.say(verb, line)) for line in random_lines.lines(verb)), ours)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in OF_THE_MACHINE])
def test_random_lines_mean_what_docker_is_on_record_for(ours: Ours, verb: str) -> None:
    """What it said elsewhere holds where it is not at hand."""
    _compare(verb, pair.recorded(verb), ours)


def test_there_are_enough_lines() -> None:
    """At least 3,000 in all, at least 30 of each verb, and what docker said to them is on record."""
    counts = {verb: len(list(random_lines.lines(verb))) for verb in VERBS}
    assert sum(counts.values()) >= 3000
    assert min(counts.values()) >= 30
    for verb in set(VERBS) - OF_THE_MACHINE:
        assert [line for line, _ in pair.recorded(verb)] == list(random_lines.lines(verb)), verb


def test_the_known_differences_are_few() -> None:
    """One table with reasons, shorter than 25 lines."""
    assert len(random_lines.DIFFERENCES) < 25


def _compare(verb: str, said: Iterator[tuple[str, Said]] | list[tuple[str, Said]], ours: Ours) -> None:
    differing = []
    for line, docker in said:
        if verb.endswith("prune") and (docker.asked or docker.well):
            continue  # what goes is planned here, and asked of the engine one by one: the dialogs compare what went
        own = ours.say(verb, line)
        if docker != own:
            differing.append(pair.shown(line, docker, own))
    if differing:
        pytest.fail(f"{len(differing)} differ:\n" + "\n".join(differing), pytrace=False)
