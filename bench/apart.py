"""An engine of stored answers in a process of its own, so that nothing of it is counted."""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from stored_engine import StoredEngine, stored

from bot.wiring import SWITCH


@contextmanager
def engine_apart() -> Iterator[str]:
    """Its address; threads take turns meanwhile as `slashdock start` has them do."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    switch = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    try:
        yield here.recv()
    finally:
        sys.setswitchinterval(switch)
        here.send("enough")
        process.join()


def _serve(told: Connection) -> None:
    with StoredEngine(_told()) as engine:
        told.send(engine.address)
        told.recv()


def _told() -> dict[str, bytes]:
    """One container, which runs, and what there is to tell of it."""
    listed = json.loads(stored("containers"))[0]
    state = {"Status": "running", "Running": True, "StartedAt": "2026-01-01T00:00:00Z"}
    config = {"Image": listed["Image"], "Labels": {}, "Env": [], "Cmd": ["sleep", "1000"]}
    whole = {"Id": listed["Id"], "Name": listed["Names"][0], "Image": listed["ImageID"], "State": state}
    inspected = json.dumps({**whole, "Config": config, "HostConfig": {}, "Mounts": [], "RestartCount": 0}).encode()
    known = (listed["Id"], listed["Names"][0].strip("/"))
    return {
        "/containers/json": json.dumps([listed]).encode(),
        **{f"/containers/{one}/json": inspected for one in known},
    }
