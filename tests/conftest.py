"""What the tests share: one private engine a session, the world on it, and the paths of the project."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from docker.api.client import APIClient
from hypothesis import HealthCheck, settings

settings.register_profile("same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")  # the same examples every time, however slow the machine

PROJECT = Path(__file__).parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "scripts"), str(PROJECT / "tests")]

import harness  # noqa: E402 - the line above says where it is
from cleaning import Cleaners  # noqa: E402
from engine import Engine  # noqa: E402
from eventually import eventually  # noqa: E402
from every_verb import furnish  # noqa: E402
from harness import Bench  # noqa: E402
from leaks import Look, close_pools, running_execs  # noqa: E402
from nights import Night, begun  # noqa: E402
from offices import Offices  # noqa: E402
from sampled import NOON, fill  # noqa: E402
from samples import busybox_image  # noqa: E402
from set_clock import SetClock  # noqa: E402
from world import World  # noqa: E402

from bot.metrics import Metrics  # noqa: E402
from bot.thinning import DAY  # noqa: E402
from bot.workspace import Workspace  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test leaves a thread, a socket, a process or a temporary file behind; it is the last that is looked at."""
    folder = tmp_path_factory.mktemp("temporary")
    tempfile.tempdir = str(folder)
    look = Look(folder, tmp_path_factory.getbasetemp())
    yield
    close_pools()
    with suppress(AssertionError):
        eventually(lambda: not look.left())
    assert not look.left(), "\n".join(look.left())


@pytest.fixture(scope="session")
def own_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A private engine with the image busybox:latest; it ends with the session."""
    with Engine(tmp_path_factory.mktemp("engine")) as engine:
        busybox_image(engine.host)
        yield engine
        assert running_execs(engine.host) == []


@pytest.fixture(scope="session")
def engine(own_engine: Engine) -> str:
    """The address of the private engine."""
    return own_engine.host


@pytest.fixture(scope="session")
def lasting_world(engine: str) -> World:
    """The world on the private engine; who wants it as it should be mends it first."""
    return World(engine)


@pytest.fixture
def fresh_world(engine: str, lasting_world: World) -> str:
    """The address of the private engine, with the world on it as it should be."""
    lasting_world.mend()
    return engine


@pytest.fixture
def api(fresh_world: str) -> Iterator[APIClient]:
    """The private engine by itself, with the world on it as it should be."""
    client = APIClient(fresh_world, version="1.41")
    yield client
    client.close()


@pytest.fixture
def furnished(api: APIClient) -> APIClient:
    """The same with something of every kind on it that a line may be about."""
    furnish(api)
    return api


@pytest.fixture
def cleaners(fresh_world: str, tmp_path: Path) -> Iterator[Cleaners]:
    """Makes pipelines for cleanups on the private engine."""
    made = Cleaners(fresh_world, tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def office(furnished: APIClient, fresh_world: str, tmp_path: Path) -> Iterator[Offices]:  # noqa: ARG001 - it comes first
    """Makes a pipeline for dev, eve and sam with these rules besides; all have one record."""
    made = Offices(fresh_world, tmp_path / "data")
    yield made
    made.close()


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a week of samples from fifty containers, until NOON; nobody writes to it any more."""
    folder, clock = tmp_path_factory.mktemp("week"), SetClock(NOON)
    metrics = Metrics(folder, clock)
    fill(metrics, clock, 7 * DAY)
    yield folder
    metrics.close()


@pytest.fixture
def night(fresh_world: str, tmp_path: Path) -> Iterator[Night]:
    """A pipeline on the private engine whose clock is set by hand, and what runs by it."""
    made = begun(fresh_world, tmp_path / "data")
    yield made
    made.bench.close()


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    """A workspace in Slack's place."""
    served = Workspace()
    with served.serve():
        yield served


@pytest.fixture
def bench(engine: str, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline on the private engine with a record of its own."""
    made = harness.bench(engine, tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def inhabited(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline with a record of its own on an engine whose world was just made anew."""
    made = harness.bench(fresh_world, tmp_path / "data")
    yield made
    made.close()
