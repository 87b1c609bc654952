"""What lives on is stopped at once, whatever the engine was asked for just then and does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from docker.api.client import APIClient
from door import Door
from engine import Engine
from eventually import eventually
from harness import ADMIN, Bench, bench

from bot.hosts import QUICK, EngineDown, Host
from bot.request import Actor, Origin, Request
from bot.streams import Streams
from commands.enduring import asking
from commands.live import View

AT_ONCE = QUICK / 2  # seconds, before a client would give up by itself
ENDS = "Enough."


class Freezing(Door):
    """A door before an engine that freezes before it hears of the next request that has the text `at` in it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.host)
        self._frozen = engine
        self.at = ""
        self.froze = False

    def note(self, request: str) -> None:
        """Freeze it."""
        super().note(request)
        if self.at and self.at in request:
            self.at = ""
            self._frozen.pause()
            self.froze = True


@pytest.fixture
def door(fresh_world: str, own_engine: Engine) -> Iterator[Freezing]:
    """Nothing freezes until that is asked for; the engine goes on at the end."""
    assert fresh_world == own_engine.host
    yield Freezing(own_engine)
    own_engine.resume()


@pytest.fixture
def pool(door: Freezing) -> Iterator[ThreadPoolExecutor]:
    """Threads that are done once the engine goes on."""
    del door
    made = ThreadPoolExecutor()
    yield made
    made.shutdown(wait=False)


@pytest.fixture
def behind(door: Freezing, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline behind the door."""
    with door.serve(tmp_path) as address:
        made = bench(address, tmp_path / "data")
        yield made
        made.close()


def _ends_at_once(bench: Bench, door: Freezing) -> None:
    """Stop the one stream there is, once the engine is frozen."""
    eventually(lambda: door.froze)
    bench.pipeline.streams.listed()[0].end(ENDS)
    eventually(lambda: not bench.pipeline.streams.listed(), AT_ONCE)


def _begun(bench: Bench, pool: ThreadPoolExecutor, line: str) -> None:
    seen: list[View] = []
    pool.submit(bench.pipeline.submit, Request(line, Actor(ADMIN), Origin.SLASH, channel="C1"), seen.append)
    eventually(lambda: any(each.lives for each in seen))


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("top --refresh web", "/top"),
        ("stats", "/containers/json"),
        ("stats", "/stats"),
        ("stats web", "/stats"),
    ],
)
def test_a_look_is_broken_off(behind: Bench, door: Freezing, pool: ThreadPoolExecutor, line: str, asked: str) -> None:
    """In whatever thread that looks."""
    _begun(behind, pool, line)
    door.at = asked
    _ends_at_once(behind, door)


def test_how_a_container_ended_is_asked_no_more(
    behind: Bench, door: Freezing, pool: ThreadPoolExecutor, api: APIClient
) -> None:
    """Where the end of its log was heard before the engine froze."""
    _begun(behind, pool, "logs -f worker")
    door.at = "/json"
    pool.submit(api.kill, "worker")
    _ends_at_once(behind, door)


def test_the_look_for_a_gap_in_events_is_broken_off(behind: Bench, door: Freezing, pool: ThreadPoolExecutor) -> None:
    """Once the engine is there again, and freezes."""
    _begun(behind, pool, "events")
    door.shut()
    door.at = "/events?since=0.000000001"
    door.open()
    _ends_at_once(behind, door)


def test_nothing_is_asked_once_it_is_stopped(behind: Bench, own_engine: Engine, pool: ThreadPoolExecutor) -> None:
    """Of an engine that froze while it was silent."""
    _begun(behind, pool, "logs -f web")
    own_engine.pause()
    behind.pipeline.streams.listed()[0].end(ENDS)
    eventually(lambda: not behind.pipeline.streams.listed(), AT_ONCE)


def test_a_client_that_is_being_connected_is_cut_off(door: Freezing, pool: ThreadPoolExecutor, tmp_path: Path) -> None:
    """As in a thread that asks its engine for the first time."""
    with door.serve(tmp_path) as address, Streams().open(1, ADMIN, "ada", "local", "stats") as stream:
        host = Host("local", address)

        def ask() -> None:
            with asking(host.quick, stream):
                pass

        door.at = "/version"
        asked = pool.submit(ask)
        eventually(lambda: door.froze)
        stream.end(ENDS)
        eventually(asked.done, AT_ONCE)
        assert isinstance(asked.exception(), EngineDown)
        host.close()
