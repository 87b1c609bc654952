"""Lists that several ask for at once are asked for once, and no one is told what was before a change of theirs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker.errors import APIError, DockerException
from eventually import eventually
from harness import ROOT, Bench, bench
from offices import told as told_of
from proxy import Proxy

from bot.policy import Policy
from bot.request import Outcome, Status
from commands import catalog
from commands.sharing import Sharing

LINE = "ps -a --filter name=shy"


class Asked:
    """An engine that answers when it is let to; counts what it was asked."""

    def __init__(self) -> None:
        self.count = 0
        self.go = threading.Event()
        self.error: BaseException | None = None

    def __call__(self) -> list[int]:
        """The number of the question."""
        self.count += 1
        count = self.count
        assert self.go.wait(30)
        if self.error is not None:
            raise self.error
        return [count]


def _beside(*jobs: Callable[[], object]) -> list[threading.Thread]:
    threads = [threading.Thread(target=each) for each in jobs]
    for each in threads:
        each.start()
    return threads


def _wait(sharing: Sharing, count: int) -> None:
    """Until so many have joined whoever asked first."""
    flight = sharing._flights["list"]
    eventually(lambda: len(flight.over._cond._waiters) == count)  # type: ignore[attr-defined]


def test_who_asks_the_same_meanwhile_gets_the_same() -> None:
    """And who asks later, asks anew."""
    sharing, asked, told = Sharing(), Asked(), list[object]()
    threads = _beside(*[lambda: told.append(sharing.get("list", asked))] * 5)
    eventually(lambda: asked.count)
    _wait(sharing, 4)
    asked.go.set()
    for each in threads:
        each.join()
    assert (told, asked.count) == ([[1]] * 5, 1)
    assert sharing.get("list", asked) == [2]


def test_after_a_change_nobody_joins_what_was_asked_for_before_it() -> None:
    """Its own answer is what who asked first gets."""
    sharing, asked, told = Sharing(), Asked(), dict[str, object]()
    (first,) = _beside(lambda: told.update(first=sharing.get("list", asked)))
    eventually(lambda: asked.count == 1)
    sharing.changed()
    (second,) = _beside(lambda: told.update(second=sharing.get("list", asked)))
    eventually(lambda: asked.count == 2)
    asked.go.set()
    first.join()
    second.join()
    assert told == {"first": [1], "second": [2]}
    assert not sharing._flights


@pytest.mark.parametrize(
    ("error", "times"), [(APIError("no such filter"), 1), (DockerException("its wire was cut"), 2), (KeyError("x"), 2)]
)
def test_what_the_engine_refuses_is_refused_all_and_all_else_whom_it_befalls(error: Exception, times: int) -> None:
    """Another's connection, time or bug is nobody else's: who joined asks anew then."""
    sharing, asked, raised = Sharing(), Asked(), list[BaseException]()
    asked.error = error

    def ask() -> None:
        with pytest.raises(type(error)) as caught:
            sharing.get("list", asked)
        raised.append(caught.value)

    first = _beside(ask)
    eventually(lambda: asked.count == 1)
    second = _beside(ask)
    _wait(sharing, 1)
    asked.go.set()
    for each in (*first, *second):
        each.join()
    assert raised == [error, error]
    assert asked.count == times


@pytest.fixture
def held(fresh_world: str, tmp_path: Path) -> Iterator[tuple[Bench, Proxy]]:
    """A pipeline at an engine that answers what asks for shy containers once two requests do."""
    policy = Policy.parse(ROOT, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    proxy = Proxy(fresh_world, hold="shy", together=2)
    with proxy.serve(tmp_path) as host:
        made = bench(host, tmp_path / "data", policy)
        yield made, proxy
        made.close()


def test_who_makes_something_and_looks_then_sees_it(held: tuple[Bench, Proxy]) -> None:
    """Although somebody else's list was asked for before, and is still to be answered."""
    made, proxy = held
    told: list[Outcome] = []
    (first,) = _beside(lambda: told.append(made.say(LINE)))
    eventually(lambda: [each for each in proxy.requests if "shy" in each])
    done = made.say("create --name bashful busybox true")
    assert done.status is Status.DONE, told_of(done)
    assert "bashful" in told_of(made.say("ps -a --filter name=bashful"))
    made.say(LINE)
    first.join()
    assert not proxy.is_broken
    assert [each.status for each in told] == [Status.DONE]
