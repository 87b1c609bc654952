"""Two processes decide and begin the same requests on one database: each is done exactly once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import bench
from race import ASKER, PEOPLE, POLICY

from bot.held import State
from bot.policy import Policy
from bot.request import Status
from commands import catalog

REQUESTS = 200
RACER = Path(__file__).with_name("racer.py")


@pytest.mark.attack("S8")
def test_each_of_many_requests_is_done_exactly_once(fresh_world: str, tmp_path: Path) -> None:
    """Whoever is first begins it; the other process finds that out, whatever the order."""
    folder = tmp_path / "data"
    made = bench(fresh_world, folder, Policy.parse(POLICY, "p", tuple(verb.spec for verb in catalog.load())))
    for number in range(1, REQUESTS + 1):
        assert made.say(f"exec web sh -c 'echo {number} >>/ran'", ASKER).status is Status.HELD
    racers = [
        subprocess.Popen([sys.executable, str(RACER), fresh_world, str(folder), str(seed), *people])
        for seed, people in enumerate((PEOPLE[:2], PEOPLE[2:], PEOPLE[1:3]))
    ]
    assert [racer.wait(300) for racer in racers] == [0, 0, 0]
    states = Counter(held.state for held in made.store.approvals.listed(limit=1000))
    client = APIClient(fresh_world, version="1.41")
    ran = client.exec_start(client.exec_create("web", ["cat", "/ran"])["Id"]).decode().split()
    client.close()
    verified = made.store.actions.verify()
    made.close()
    assert states == {State.DONE: REQUESTS}
    assert Counter(ran) == {str(number): 1 for number in range(1, REQUESTS + 1)}
    assert verified is None
