"""Random lines of every verb: docker 28 and slashdock say the same and ask the engine for the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pair
import pytest
import random_lines
from oracle import DOCKER, PROBE, needs_docker28
from pair import Docker, Ours, Pruned, Said
from world import World

from commands import catalog
from commands.container import recent
from docs import DIFFERENCES

CATALOG = catalog.load()
VERBS = sorted(name for name in random_lines.VERBS if CATALOG.find(tuple(name.split())) is not None)
# What these tell of is the machine's own, such as paths and addresses: nothing to have on record for another machine.
OF_THE_MACHINE = {
    "container inspect",
    "image inspect",
    "inspect",
    "network inspect",
    "system df",
    "system info",
    "version",
}
ON_RECORD = [verb for verb in VERBS if verb not in OF_THE_MACHINE]
LEAST = 30  # different lines of a verb that are compared
IN_ALL = 3000  # of all verbs
COMPARED: dict[str, int] = {}  # how many were, by the verbs that were tested in this session

Both = tuple[str, Said | Pruned, Said | Pruned]  # a line, and what docker and slashdock made of it


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


@pytest.fixture(autouse=True)
def each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """No look at what a container uses is told again for the next line."""
    monkeypatch.setattr(recent, "FRESH", 0.0)


@needs_docker28
@pytest.mark.parametrize("verb", sorted(OF_THE_MACHINE & set(VERBS)))
def test_random_lines_mean_what_they_mean_to_docker(docker: Docker, ours: Ours, verb: str) -> None:
    """The same verdict, the same words, the same requests."""
    lines = list(random_lines.lines(verb))
    _all_same(_compared(verb, [(line, docker.say(verb, line)) for line in lines], ours), LEAST)


@needs_docker28
@pytest.mark.parametrize("verb", ON_RECORD)
def test_docker_is_on_record_with_what_it_says(docker: Docker, verb: str) -> None:
    """The record that slashdock is held to is docker's own answer, wherever that can be asked."""
    said = ((line, recorded, docker.say(verb, line)) for line, recorded in pair.recorded(verb)[::PROBE])
    _all_same(list(said), LEAST // PROBE)


@pytest.mark.parametrize("verb", ON_RECORD)
def test_random_lines_mean_what_docker_is_on_record_for(ours: Ours, verb: str) -> None:
    """The same verdict, the same words, the same requests; and by a prune the same objects go, as far as it is safe."""
    compared = _compared(verb, pair.recorded(verb), ours)
    COMPARED[verb] = len({line for line, _, _ in compared})
    _all_same(compared, LEAST)


def test_there_are_enough_lines() -> None:
    """At least 3,000 in all, each but once: all that docker is on record for, which is what it would be asked now."""
    for verb in ON_RECORD:
        assert [line for line, _ in pair.recorded(verb)] == list(random_lines.lines(verb)), verb
    counts = {verb: len({line for line, _ in pair.recorded(verb)}) for verb in ON_RECORD}
    assert sum(counts.values()) >= IN_ALL
    assert {verb: COMPARED[verb] for verb in COMPARED} == {verb: counts[verb] for verb in COMPARED}


def test_the_known_differences_are_few() -> None:
    """One table with reasons, shorter than 25 lines; each flag in it is one that docker has."""
    assert len(DIFFERENCES) < 25
    assert all(each["where"] and each["what"] and each["why"] for each in DIFFERENCES)
    flags = {flag.long for verb in random_lines.VERBS.values() for flag in verb.flags}
    named = {word for each in random_lines.UNLIKE for word in each.split() if word.startswith("--")}
    assert named <= flags


REFUSED = "nothing is changed today"  # what the recorder answers to whatever changes something


def _compared(verb: str, said: Iterable[tuple[str, Said]], ours: Ours) -> list[Both]:
    """Each line with what docker and slashdock made of it: the answers, or what goes where they prune."""
    pruned = pair.really_pruned(verb) if verb.endswith("prune") else {}
    compared: list[Both] = []
    for line, docker in said:
        own = ours.say(verb, line)
        if ours.unseen and REFUSED in docker.text:  # docker asked the engine for it, which others have to agree to here
            docker = Said(well=False, text="", asked=())  # noqa: PLW2901 - what is expected in its place
        compared.append((line, pruned[line], pair.taken(own)) if docker.prunes and pruned else (line, docker, own))
    return compared


def _all_same(compared: list[Both], least: int) -> None:
    """Fail where too few lines were compared, or where docker and slashdock differ."""
    assert len({line for line, _, _ in compared}) >= least
    differing = [pair.shown(*each) for each in compared if each[1] != each[2]]
    if differing:
        pytest.fail(f"{len(differing)} differ:\n" + "\n".join(differing), pytrace=False)
