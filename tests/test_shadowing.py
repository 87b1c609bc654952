"""A name that is another's short id is told as ambiguous: neither of the two is touched, nor is the name sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import ADMIN, VIEWER, Bench, bench
from proxy import Proxy

from bot import text
from bot.policy import Policy
from bot.request import Actor, Origin, Outcome, Request, Status
from commands import catalog
from commands.reply import Button, Buttons

SHORT = 12  # digits of an id, as docker shows it
ALL = f"""version = 1
[people]
ada = {{ slack = ["{ADMIN}"], roles = ["all"] }}
bob = {{ slack = ["U0BOB00001"], roles = ["all"] }}
[approvals.second]
from = ["all"]
[[roles.all.allow]]
verbs = ["see", "read", "act", "change", "enter"]
on = ["*"]
[[roles.all.allow]]
verbs = ["root"]
on = ["*"]
approve = "second"
[build]
networks = ["*"]
"""


def test_a_container_named_like_anothers_id_is_ambiguous(inhabited: Bench, api: APIClient) -> None:
    """Both are named, and the longer id still reaches its own."""
    victim = api.inspect_container("worker")["Id"]
    shadow = api.create_container("busybox", "true", name=victim[:SHORT])["Id"]
    outcome = inhabited.say(f"stop {victim[:SHORT]}")
    assert outcome.status is Status.FAILED
    assert outcome.reply.error is not None
    assert shadow[:20] in outcome.reply.error
    assert f"{victim[:20]} (worker)" in outcome.reply.error
    assert api.inspect_container(victim)["State"]["Running"]
    api.remove_container(shadow)
    assert inhabited.say(f"inspect --format '{{{{.Name}}}}' {victim[:SHORT]}", VIEWER).status is Status.DONE


def test_an_image_named_like_anothers_id_is_ambiguous(inhabited: Bench, api: APIClient) -> None:
    """A tag may look like a short id."""
    victim = api.inspect_image("busybox")["Id"].removeprefix("sha256:")
    api.tag("app:2.0", victim[:SHORT])
    outcome = inhabited.say(f"image inspect {victim[:SHORT]}")
    api.remove_image(f"{victim[:SHORT]}:latest")
    assert "is ambiguous" in (outcome.reply.error or "")


def test_a_network_named_like_anothers_id_is_ambiguous(inhabited: Bench, api: APIClient) -> None:
    """Two networks may even share one name."""
    victim = api.inspect_network("front")["Id"]
    shadow = api.create_network(victim[:SHORT])["Id"]
    outcome = inhabited.say(f"network inspect {victim[:SHORT]}")
    api.remove_network(shadow)
    assert "is ambiguous" in (outcome.reply.error or "")


@pytest.mark.parametrize(
    "line",
    [
        "run --volumes-from {0} busybox true",
        "create --volumes-from {0}:ro busybox",
        "run --network container:{0} busybox true",
        "run --pid container:{0} busybox true",
        "run --ipc container:{0} busybox true",
        "run --link {0}:al busybox true",
        "create --network front --link {0}:al busybox",
        "network connect --link {0}:al front web",
        "network connect front {0}",
        "network disconnect --force front {0}",
        "build --network container:{0} -",
        "commit {0} snap",
        "rename {0} other",
        "exec {0} true",
        "container inspect {0}",
        "inspect {0}",
        "ps --filter before={0}",
    ],
)
def test_an_ambiguous_container_is_named_in_no_request(fresh_world: str, tmp_path: Path, line: str) -> None:
    """The engine would take the name, whoever meant the id."""
    api = APIClient(fresh_world, version="1.41")
    victim = api.inspect_container("idle")["Id"][:SHORT]
    shadow = api.create_container("busybox", "true", name=victim)["Id"]
    told = _said(fresh_world, tmp_path, line.format(victim), victim)
    api.remove_container(shadow)
    api.close()
    assert f"{victim} is ambiguous: it is the name of container " in told


@pytest.mark.parametrize(
    "line",
    [
        "run --network {0} busybox true",
        "create --network name={0},alias=x busybox",
        "network connect {0} web",
        "network rm {0}",
        "network inspect {0}",
        "inspect {0}",
        "build --network {0} -",
    ],
)
def test_an_ambiguous_network_is_named_in_no_request(fresh_world: str, tmp_path: Path, line: str) -> None:
    """Nor is a network of such a name."""
    api = APIClient(fresh_world, version="1.41")
    victim = api.inspect_network("bridge")["Id"][:SHORT]
    shadow = api.create_network(victim)["Id"]
    told = _said(fresh_world, tmp_path, line.format(victim), victim)
    api.remove_network(shadow)
    api.close()
    assert f"{victim} is ambiguous: it is the name of network " in told


@pytest.mark.parametrize(
    "line", ["run {0} true", "create {0}", "inspect {0}", "tag {0} other", "rmi {0}", "history {0}"]
)
def test_an_ambiguous_image_is_named_in_no_request(fresh_world: str, tmp_path: Path, line: str) -> None:
    """Nor is an image of such a name."""
    api = APIClient(fresh_world, version="1.41")
    victim = api.inspect_image("busybox")["Id"].removeprefix("sha256:")[:SHORT]
    api.tag("app:2.0", victim)
    told = _said(fresh_world, tmp_path, line.format(victim), victim)
    api.remove_image(f"{victim}:latest")
    api.close()
    assert f"{victim} is ambiguous: it is the name of image " in told


@pytest.mark.parametrize(
    "line", ["inspect -f ok {0}", "rename {0} {0}x", "create --volumes-from {0} busybox true", "rm {0}"]
)
def test_a_shorter_name_is_what_docker_takes_it_for(inhabited: Bench, api: APIClient, line: str) -> None:
    """Else whoever may name containers could get in the way of every name of hexadecimal digits."""
    short = api.inspect_container("idle")["Id"][:4]
    api.create_container("busybox", "true", name=short)
    outcome = inhabited.say(line.format(short))
    assert outcome.status is Status.DONE, text.docker(outcome.reply)


def _said(engine: str, folder: Path, line: str, name: str) -> str:
    """What is answered where whoever asks may do all; nothing that would change anything is asked by that name."""
    proxy = Proxy(engine)
    policy = Policy.parse(ALL, "policy.toml", [verb.spec for verb in catalog.load()])
    with proxy.serve(folder) as address:
        spoken = bench(address, folder / "data", policy)
        given = {"dockerfile": "FROM busybox\nRUN true\n"}
        asked = Request(line, Actor(ADMIN), Origin.BUTTON, given=given)
        outcome = spoken.pipeline.submit(asked)
        for button in _buttons(outcome):
            outcome = spoken.pipeline.submit(replace(asked, confirmed=button.confirms))
        spoken.close()
    assert outcome.status is Status.FAILED
    assert not [each for each in proxy.requests if not each.startswith("GET ")]
    assert not [each for each in proxy.requests if name in each and not each.endswith(("/json", name))]
    return text.docker(outcome.reply)


def _buttons(outcome: Outcome) -> list[Button]:
    """The first button, where it is asked whether to give root."""
    return [each for part in outcome.reply.parts if isinstance(part, Buttons) for each in part.buttons][:1]


def test_a_name_of_hexadecimal_digits_that_shadows_nothing_is_found(inhabited: Bench, api: APIClient) -> None:
    """Not every such name is a trap."""
    made = api.create_container("busybox", "true", name="decade")["Id"]
    assert inhabited.say("inspect --format '{{.Id}}' decade").reply.parts
    assert inhabited.say("container inspect decade").status is Status.DONE
    api.remove_container(made)
