"""Committing a container: the image that has the new name so far is judged like every other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.api.client import APIClient
from docker.errors import ImageNotFound
from harness import ADMIN, Bench, bench

from bot.policy import Policy
from bot.request import Status
from commands import catalog

POLICY = f"""version = 1

[people]
ada = {{ slack = ["{ADMIN}"], roles = ["all"] }}

[[roles.all.allow]]
verbs = ["see", "read", "act", "change"]
on = ["*"]

[protect]
images = ["app:1*"]

[[deny]]
verbs = ["change"]
on = ["label:stage=prod"]
"""


@pytest.fixture
def guarded(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline whose policy protects app:1.0 by its name and app:2.0 by its label."""
    policy = Policy.parse(POLICY, "policy.toml", [verb.spec for verb in catalog.load()])
    made = bench(fresh_world, tmp_path / "data", policy)
    yield made
    made.close()


def _stands_for(engine: str, name: str) -> str | None:
    api = APIClient(engine, version="1.41")
    try:
        return str(api.inspect_image(name)["Id"])
    except ImageNotFound:
        return None
    finally:
        api.close()


@pytest.mark.parametrize(
    ("name", "short"),
    [("app:1.0", "app:1.0"), ("docker.io/library/app:1.0", "app:1.0"), ("index.docker.io/app:2.0", "app:2.0")],
)
def test_a_name_of_a_protected_image_is_not_taken_from_it(guarded: Bench, engine: str, name: str, short: str) -> None:
    """However it is spelled: the name would stand for another image, and whoever runs it would run that one."""
    before = _stands_for(engine, short)
    assert guarded.say(f"commit web {name}").status is Status.DENIED
    assert _stands_for(engine, short) == before is not None


@pytest.mark.parametrize(("name", "short"), [("fresh", "fresh:latest"), ("app:3", "app:3")])
def test_a_new_name_is_given(guarded: Bench, engine: str, name: str, short: str) -> None:
    """There is nothing yet that it could be taken from."""
    outcome = guarded.say(f"commit web {name}")
    assert outcome.status is Status.DONE
    assert (_stands_for(engine, short),) == outcome.reply.ids


def test_a_name_without_a_guard_is_moved(guarded: Bench, engine: str) -> None:
    """As docker does, and the record names the image that had it."""
    first = guarded.say("commit web snap").reply.ids
    second = guarded.say("commit -m again web snap")
    assert (_stands_for(engine, "snap"),) == second.reply.ids != first
    assert second.number is not None
    action = guarded.store.actions.get(second.number)
    assert action is not None
    assert [target["id"] for target in action["targets"] if target["kind"] == "image"] == list(first)
