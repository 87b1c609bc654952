"""A container that another one links to has that one's alias among its names: it is judged by its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import ADMIN, bench

from bot import text
from bot.policy import Policy
from commands import catalog
from commands.seen import own_name

POLICY = f"""version = 1

[people]
ada = {{ slack = ["{ADMIN}"], roles = ["all"] }}

[[roles.all.allow]]
verbs = ["see"]
on = ["*"]

[[deny]]
verbs = ["see"]
on = ["name:web"]
"""


@pytest.mark.parametrize(
    ("names", "own"),
    [(["/web"], "web"), (["/app/db", "/web"], "web"), (["/web", "/app/db"], "web"), ([], ""), (["/a/b"], "a/b")],
)
def test_the_own_name_is_the_one_that_is_no_alias(names: list[str], own: str) -> None:
    """In whatever order the engine lists them."""
    assert own_name(names) == own


def test_what_is_hidden_stays_hidden_behind_an_alias(fresh_world: str, tmp_path: Path) -> None:
    """A network shows the containers on it but those that the asker may not see."""
    api = APIClient(fresh_world, version="1.41")
    linked = api.create_host_config(links={"web": "alias"})
    api.start(api.create_container("busybox:latest", ["sleep", "1000"], name="aa", host_config=linked)["Id"])
    names = next(each["Names"] for each in api.containers() if "/web" in each["Names"])
    api.close()
    assert sorted(names) == ["/aa/alias", "/web"]
    spoken = bench(
        fresh_world, tmp_path / "data", Policy.parse(POLICY, "policy.toml", [v.spec for v in catalog.load()])
    )
    told = [text.docker(spoken.say(line).reply) for line in ("network inspect bridge", "inspect bridge")]
    listed = text.docker(spoken.say("ps --format {{.Names}}").reply)
    spoken.close()
    assert [[each["Name"] for each in json.loads(one)[0]["Containers"].values()] for one in told] == [["aa"], ["aa"]]
    assert set(listed.split()) == {"aa", "worker"}
