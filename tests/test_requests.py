"""What changes something asks the engine for exactly what docker 28 asks it for."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from docker.api.client import APIClient
from harness import bench
from oracle import DOCKER, needs_docker28
from proxy import Proxy
from world import World

Asked = list[tuple[str, dict[str, list[str]]]]

LINES = [
    "commit web",
    "commit web snap",
    "commit web snap:1",
    "commit web reg.example:5000/a/b",
    "commit web docker.io/library/x:q",
    "commit web index.docker.io/x",
    "commit web Docker.io/x",
    "commit web localhost/x:2",
    "commit -a 'Ada <ada@example.com>' -m 'a & b' -c 'ENV A=2' -c 'CMD [\"x\"]' web x:y",
    "commit -p=false web x:z",
    "commit --pause web x:z",
    "commit -c 'RUN x' web",
    "start web",
    "start web worker",
    "stop -t 0 done idle",
    "stop -t -1 done",
    "stop -s KILL -t 3 done",
    "stop done",
    "restart -t 0 -s KILL done",
    "kill -s WINCH worker",
    "kill -s 28 worker",
    "kill -s FOO web",
    "kill idle",
]


@pytest.fixture(scope="module")
def ids(engine: str, lasting_world: World) -> dict[str, str]:
    """The names of the world's containers by their full ids."""
    lasting_world.mend()
    api = APIClient(engine, version="1.41")
    named = {each["Id"]: each["Names"][0].removeprefix("/") for each in api.containers(all=True)}
    api.close()
    return named


@needs_docker28
@pytest.mark.parametrize("line", LINES)
def test_the_engine_is_asked_for_what_docker_asks(engine: str, tmp_path: Path, ids: dict[str, str], line: str) -> None:
    """The same paths with the same parameters, names and ids made equal; docker asks for some of them side by side."""
    assert _asked_by_slashdock(engine, tmp_path, line, ids) == _asked_by_docker(engine, tmp_path, line, ids)


def _asked_by_slashdock(engine: str, folder: Path, line: str, ids: dict[str, str]) -> Asked:
    (folder / "ours").mkdir()
    proxy = Proxy(engine)
    with proxy.serve(folder / "ours") as address:
        spoken = bench(address, folder / "data")
        spoken.say(line)
        spoken.store.close()
    return _changes(proxy, ids)


def _asked_by_docker(engine: str, folder: Path, line: str, ids: dict[str, str]) -> Asked:
    proxy = Proxy(engine)
    with proxy.serve(folder) as address:
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DOCKER_HOST": address}
        subprocess.run([DOCKER, *shlex.split(line)], env=env, capture_output=True, check=False)
    return _changes(proxy, ids)


def _changes(proxy: Proxy, ids: dict[str, str]) -> Asked:
    asked = [request for request in proxy.requests if not request.startswith(("GET", "HEAD"))]
    named = [re.sub(r"[0-9a-f]{64}", lambda found: ids[found[0]], request) for request in asked]
    split = [urlsplit(request) for request in named]
    return sorted((each.path, parse_qs(each.query, keep_blank_values=True)) for each in split)
