"""A whole pipeline on a disk that fails: what a person is told, and what the record says once it can be written."""

from __future__ import annotations

import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import harness
import pytest
from docker.api.client import APIClient
from eventually import eventually
from harness import ADMIN, Bench
from proxy import Proxy

from bot import text
from bot.desk import Desk
from bot.request import Actor, Origin, Outcome, Request, Status

FILLER = "filler"
COMMIT = "POST /v1.41/commit"
CREATE = "POST /v1.41/containers/create"


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def cramped(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline on a fresh world whose record lies on a small disk."""
    with _small_disk(tmp_path / "disk") as disk:
        made = harness.bench(fresh_world, disk)
        yield made
        made.close()


@pytest.fixture
def api(engine: str) -> Iterator[APIClient]:
    """The engine itself."""
    client = APIClient(base_url=engine, version="1.41")
    yield client
    client.close()


def _fill(disk: Path) -> None:
    """Take the last byte of the disk, and what was held back as well."""
    (disk / "reserve").unlink(missing_ok=True)
    block = 65_536
    with (disk / FILLER).open("ab", buffering=0) as filler:
        while block:
            try:
                if filler.write(b"x" * block) < block:
                    block //= 2
            except OSError:
                block //= 2


def _pressed() -> Request:
    return Request("container restart -t 1 web", Actor(ADMIN), Origin.BUTTON)


def test_a_button_on_a_full_disk_can_be_pressed_again(cramped: Bench, api: APIClient) -> None:
    """The first press did nothing and said so; with room again the second one works, and a third does not."""
    desk, told = Desk(cramped.pipeline, cramped.store), queue.Queue[Outcome]()
    button = cramped.store.buttons.once("container restart -t 1 web", "local")
    started = api.inspect_container("web")["State"]["StartedAt"]
    _fill(cramped.folder)
    first = desk.take(_pressed(), told.put, button) or told.get(timeout=10)
    assert "Nothing was done" in text.added(first.reply)
    assert api.inspect_container("web")["State"]["StartedAt"] == started
    (cramped.folder / FILLER).unlink()
    second = desk.take(_pressed(), told.put, button) or told.get(timeout=10)
    third = desk.take(_pressed(), told.put, button) or told.get(timeout=10)
    desk.close()
    assert (second.status, third.status) == (Status.DONE, Status.DENIED)
    statuses = [row["status"] for row in cramped.store.actions.listed({}, 9)]
    assert statuses in (["denied", "done"], ["denied", "done", "failed"])  # without or with room for the first receipt


def _while_full(world: str, folder: Path, line: str, request: str) -> tuple[Outcome, str]:
    """What is told of a line during whose request the disk becomes full, and what the record says later."""
    proxy, told = Proxy(world, hold=request, together=2), queue.Queue[Outcome]()
    with _small_disk(folder / "disk") as disk, proxy.serve(folder) as host:
        bench = harness.bench(host, disk)
        threading.Thread(target=lambda: told.put(bench.say(line))).start()
        eventually(lambda: any(request in asked for asked in proxy.requests))
        _fill(disk)
        _release(host, request)
        outcome = told.get(timeout=10)
        (disk / FILLER).unlink()
        bench.say("version")
        status = bench.store.actions.listed({}, 9)[-1]["status"]
        bench.close()
    return outcome, status


def _release(host: str, request: str) -> None:
    """A second such request, of something that is not there, lets the proxy go on with the first."""
    other = APIClient(host, version="1.41")
    method, path = request.split()
    other.request(method, f"{other.base_url}{path}/nothing-of-the-kind")
    other.close()


def test_a_refusal_that_cannot_be_written_down_is_not_told_as_done(fresh_world: str, tmp_path: Path) -> None:
    """The engine refused, and the person hears that alone; the record learns of it as soon as there is room."""
    outcome, later = _while_full(fresh_world, tmp_path, "commit -c 'FROM x' web web:snap", COMMIT)
    refusal = "Error response from daemon: from is not a valid change command"
    assert (outcome.status, outcome.public, later) == (Status.UNKNOWN, False, "failed")
    assert text.docker(outcome.reply).startswith(refusal)
    assert text.added(outcome.reply).startswith("This could not be written down: the disk under")
    assert str(outcome.reply.error).startswith(refusal)


def test_what_was_done_and_cannot_be_written_down_is_told_whole(
    fresh_world: str, tmp_path: Path, api: APIClient
) -> None:
    """The image is there, the answer names it as ever, and the record gets the real outcome later."""
    outcome, later = _while_full(fresh_world, tmp_path, "commit web web:snap", COMMIT)
    made = api.inspect_image("web:snap")["Id"]
    assert (outcome.status, outcome.public, later) == (Status.UNKNOWN, True, "done")
    assert (outcome.reply.ids, text.docker(outcome.reply)) == ((made,), f"{made}\n")
    assert text.added(outcome.reply).startswith("This could not be written down: the disk under")


def test_what_nobody_can_be_said_to_have_made_is_not_started(fresh_world: str, tmp_path: Path, api: APIClient) -> None:
    """The disk is full once the container is there: it is taken away, and that is told."""
    outcome, status = _while_full(fresh_world, tmp_path, "run -d --name late busybox sleep 1000", CREATE)
    assert "Who made it could not be written down" in text.docker(outcome.reply)
    assert "was removed and never started" in text.docker(outcome.reply)
    assert status == "failed"
    assert not api.containers(all=True, filters={"name": "late"})
