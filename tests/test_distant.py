"""Objects that no verb is about yet: what is there cannot be shown, and what is hidden is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import world
from docker.api.client import APIClient
from harness import ADMIN, Bench, bench

from bot import text
from bot.policy import Policy
from commands import catalog

POLICY = f"""version = 1

[people]
ada = {{ slack = ["{ADMIN}"], roles = ["all"] }}

[[roles.all.allow]]
verbs = ["see"]
on = ["*"]

[[deny]]
verbs = ["see"]
on = ["label:hidden"]
"""


@pytest.fixture(scope="module")
def swarm(engine: str) -> Iterator[str]:
    """The address of an engine that is a swarm's manager, with two secrets; the world is made anew afterwards."""
    api = APIClient(engine, version="1.41")
    api.init_swarm(advertise_addr="127.0.0.1")
    api.create_secret("open", b"the secret itself")
    api.create_secret("covered", b"the secret itself", labels={"hidden": "1"})
    yield engine
    api.leave_swarm(force=True)
    api.close()
    world.build(engine)


@pytest.fixture
def spoken(swarm: str, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline whose policy hides what has the label hidden."""
    policy = Policy.parse(POLICY, "policy.toml", [verb.spec for verb in catalog.load()])
    made = bench(swarm, tmp_path / "data", policy)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("open", "A secret cannot be inspected here yet, only: container, image, network, volume.\n"),
        ("none open", "A secret cannot be inspected here yet, only: container, image, network, volume.\n"),
        ("covered", "[]\nError response from daemon: secret covered not found\n"),
        ("none", "[]\nError response from daemon: secret none not found\n"),
        ("../services/x", "[]\nError response from daemon: secret ../services/x not found\n"),
    ],
)
def test_a_hidden_object_is_answered_like_one_that_is_not_there(spoken: Bench, names: str, told: str) -> None:
    """In the engine's own words; and of one that may be seen nothing is shown."""
    assert text.docker(spoken.say(f"inspect --type secret {names}").reply) == told
