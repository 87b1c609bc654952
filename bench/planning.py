"""How long a cleanup takes to plan a large engine, beside what the engine takes to list it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import harness
from docker.api.client import APIClient
from set_clock import SetClock
from stored_engine import API_VERSION, StoredEngine

from commands import wire
from commands.cleanup.policy import DAY

IMAGES, CONTAINERS = 2_000, 500
RUNS = 10
POLICY = (
    "cleanup set all --what images,containers,networks --age 14d --keep-label keep --keep 'registry/*' --newest 3"
    " --most 1000 --most-percent 100"
)


def plans(folder: Path) -> list[float]:
    """Milliseconds of `cleanup plan` through the pipeline less those of the lists that it asks for, run by run."""
    now = time.time()
    told = {path: json.dumps(answer).encode() for path, answer in _answers(now - 90 * DAY).items()}
    clock = SetClock(now - 40 * DAY)
    with StoredEngine(told) as engine:
        spoken = harness.bench(engine.address, folder, clock=clock)
        client = APIClient(base_url=engine.address, version=API_VERSION)
        for line in (POLICY, "cleanup plan all"):
            spoken.say(line)
        clock.at = now
        times = [_timed(lambda: spoken.say("cleanup plan all")) - _timed(lambda: _lists(client)) for _ in range(RUNS)]
        client.close()
        spoken.close()
    return times


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000


def _lists(client: APIClient) -> None:
    wire.get(client, "/images/json", params={"all": 1})
    wire.get(client, "/containers/json", params={"all": 1, "size": 1})
    wire.get(client, "/networks")
    wire.get(client, "/services")


def _answers(old: float) -> dict[str, Any]:
    """Every tenth image is a step, of which the next one was made; every seventh has no name."""
    return {
        "/images/json": [_image(at, int(old)) for at in range(IMAGES)],
        "/containers/json": [_container(at, int(old)) for at in range(CONTAINERS)],
        "/networks": [],
        "/services": [],
        "/events": "",
    }


def _image(at: int, old: int) -> dict[str, Any]:
    step, nameless = at % 10 == 0, at % 7 == 0
    tags = [] if step or nameless else [f"app-{at % 50}:{at}", f"registry-{at % 9}:5000/app:{at}"]
    parent = f"sha256:{at - 1:064x}" if at % 10 == 1 else ""
    labels = {"number": str(at), **({"keep": "yes"} if at % 17 == 0 else {})}
    facts = {"Created": old + at, "Size": 10**6, "SharedSize": -1, "Containers": -1, "RepoDigests": []}
    return {"Id": f"sha256:{at:064x}", "ParentId": parent, "RepoTags": tags, "Labels": labels, **facts}


def _container(at: int, old: int) -> dict[str, Any]:
    image = f"sha256:{4 * at:064x}"
    facts = {"State": "running", "Status": "Up 3 months", "Ports": [], "Labels": {}, "Mounts": [], "SizeRw": 0}
    networks: dict[str, Any] = {"NetworkSettings": {"Networks": {}}, "HostConfig": {"NetworkMode": "none"}}
    names = {"Id": f"{at:064x}", "Names": [f"/user-{at}"], "Image": f"app-{at % 50}:{at}", "ImageID": image}
    return {**names, "Created": old, "Command": "app", **facts, **networks}
