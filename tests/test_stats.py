"""What containers use: at all of them at once, and only of those that the asker may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import ROOT, Bench, bench
from proxy import Proxy

from bot import text
from bot.policy import Policy
from bot.request import Status
from commands import catalog
from commands.container import recent
from commands.container.sampling import sample

MANY = 30
HIDDEN = """
[[deny]]
verbs = ["see", "read"]
on = ["label:hidden=yes"]
"""


@pytest.fixture
def client(fresh_world: str) -> Iterator[APIClient]:
    """The engine by itself."""
    api = APIClient(fresh_world, version="1.41")
    yield api
    api.close()


def policy(more: str = "") -> Policy:
    """One who may do everything but what is said."""
    return Policy.parse(ROOT + more, "policy.toml", [verb.spec for verb in catalog.load()])


def test_thirty_are_looked_at_side_by_side(client: APIClient, fresh_world: str, tmp_path: Path) -> None:
    """No look is answered before all of them are asked for, so that thirty take as long as three."""
    made = [client.create_container("busybox:latest", ["true"], name=f"many{number}") for number in range(MANY)]
    proxy = Proxy(fresh_world, hold="/stats", together=MANY)
    with proxy.serve(tmp_path) as host:
        spoken = bench(host, tmp_path / "data", policy())
        names = " ".join(f"many{number}" for number in range(MANY))
        said = spoken.say(f"stats --no-stream --format '{{{{.Name}}}}' {names}")
        spoken.close()
    for each in made:
        client.remove_container(each["Id"])
    assert said.status is Status.DONE
    assert text.docker(said.reply).split() == names.split()


def test_what_is_hidden_is_not_looked_at(client: APIClient, fresh_world: str, tmp_path: Path) -> None:
    """It is in no list, and by its name it is not there."""
    box = client.create_container("busybox:latest", ["sleep", "1000"], name="secret", labels={"hidden": "yes"})
    client.start(box["Id"])
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as host:
        spoken = bench(host, tmp_path / "data", policy(HIDDEN))
        listed = text.docker(spoken.say("stats --no-stream --format '{{.Name}}'").reply)
        named = spoken.say("stats --no-stream secret")
        spoken.close()
    client.remove_container(box["Id"], force=True)
    assert set(listed.split()) == {"web", "worker"}
    assert "No such container: secret" in text.docker(named.reply)
    assert not any("stats" in request and box["Id"] in request for request in proxy.requests)


def test_where_nobody_watches_it_is_one_look_whether_that_is_said_or_not(bench: Bench, fresh_world: str) -> None:
    """As by the clock, and that is told."""
    assert fresh_world
    assert "send it again" in text.added(bench.say("stats web").reply)
    assert text.added(bench.say("stats --no-stream worker").reply) == ""


def test_who_asks_right_after_is_told_the_same_look(
    fresh_world: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And how old it is; until something was changed, or it is not fresh any more."""
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as host:
        spoken = bench(host, tmp_path / "data", policy())

        def looks(line: str) -> int:
            before = len(proxy.requests)
            assert spoken.say(line).status is Status.DONE
            return sum("/stats" in each for each in proxy.requests[before:])

        monkeypatch.setattr(recent, "FRESH", 1e6)
        assert looks("stats --no-stream web worker") == 2
        assert looks("stats --no-stream web worker") == looks("stats") == looks("stats --no-stream web") == 0
        assert looks("restart -t 0 web") == 0
        assert looks("stats --no-stream web") == 1
        held = spoken.pipeline.hosts.get("local").recent._kept  # type: ignore[union-attr]
        held |= {each: replace(known, at=known.at - 100) for each, known in held.items()}
        assert "This look is 10" in text.added(spoken.say("stats --no-stream web").reply)
        assert looks("stats --no-stream web worker") == 2
        held = spoken.pipeline.hosts.get("local").recent._kept  # type: ignore[union-attr]
        (one, *_) = held
        held[one] = replace(held[one], at=held[one].at - 100)
        assert "This look is 10" in text.added(spoken.say("stats --no-stream web worker").reply)
        monkeypatch.setattr(recent, "FRESH", 0.0)
        assert looks("stats --no-stream web") == 1
        spoken.close()


def test_a_look_from_before_a_change_is_not_kept_after_it() -> None:
    """However long it takes."""
    kept, seen = recent.Recent(), sample({"id": "web"})
    keep = kept.looks()
    kept.forget()
    keep({"web": seen})
    assert kept.of(["web"]) is None
    kept.looks()({"web": seen})
    assert kept.of(["web"]) == {"web": seen}


def test_one_that_ends_meanwhile_is_shown_without_figures(client: APIClient, fresh_world: str, tmp_path: Path) -> None:
    """The others are shown all the same."""
    identity = client.inspect_container("worker")["Id"]
    refusal = (
        b'HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"message":"gone"}  '
    )
    proxy = Proxy(fresh_world, refuse=f"{identity}/stats", answer=refusal)
    with proxy.serve(tmp_path) as host:
        spoken = bench(host, tmp_path / "data", policy())
        rows = text.docker(spoken.say("stats --no-stream --format '{{.Container}} {{.CPUPerc}}'").reply).splitlines()
        spoken.close()
    assert f"{identity[:12]} --" in rows
    assert len(rows) == 2


def test_figures_are_docker_s_own_sums() -> None:
    """A second of one processor of two is 100 percent; caches of files count as free; bytes of all networks count."""
    told = {
        "name": "/web", "id": "1" * 64,
        "cpu_stats": {"cpu_usage": {"total_usage": 3 * 10**9}, "system_cpu_usage": 12 * 10**9, "online_cpus": 2},
        "precpu_stats": {"cpu_usage": {"total_usage": 2 * 10**9}, "system_cpu_usage": 10**10},
        "memory_stats": {"usage": 1000, "limit": 4000, "stats": {"inactive_file": 200}},
        "networks": {"eth0": {"rx_bytes": 1, "tx_bytes": 2}, "eth1": {"rx_bytes": 10, "tx_bytes": 20}},
        "blkio_stats": {"io_service_bytes_recursive": [
            {"op": "Read", "value": 5}, {"op": "write", "value": 7}, {"op": "Total", "value": 12},
        ]},
        "pids_stats": {"current": 4},
    }  # fmt: skip
    found = sample(told)
    assert (found.name, found.processor, found.memory, found.share) == ("web", 100.0, 800.0, 20.0)
    assert (found.received, found.sent, found.read, found.written, found.tasks) == (11.0, 22.0, 5.0, 7.0, 4)
