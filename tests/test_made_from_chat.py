"""What came to the engine by a line gives nobody a right by its labels, however the bot lost sight of it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import registry
from docker.api.client import APIClient
from engine import Engine
from harness import bench
from offices import BASE, DEV, EVE, Office, told
from proxy import Proxy

from bot.hosts import Host, Hosts
from bot.policy import Policy
from bot.request import Status
from commands import catalog

RULES = f"""{BASE}
[[roles.eye.allow]]
verbs = ["create", "network create", "pull"]
on = ["*"]
[[roles.eye.allow]]
verbs = ["act", "enter", "run", "network rm"]
on = ["label:team=shop"]
"""
CREATE = "create --name mine --label team=shop busybox sleep 99"
USES = ("start mine", "exec mine id")


def _policy() -> Policy:
    return Policy.parse(RULES, "policy.toml", tuple(verb.spec for verb in catalog.load()))


def test_what_was_made_though_the_answer_was_lost_is_nobodys_by_its_label(
    fresh_world: str, api: APIClient, tmp_path: Path
) -> None:
    """No record says who made it; the label that slashdock gave it does."""
    for lost, line, uses in (
        ("/containers/create", CREATE, USES),
        ("/networks/create", "network create --label team=shop net", ("network rm net",)),
    ):
        proxy, folder = Proxy(fresh_world, lose=lost), tmp_path / lost.split("/")[1]
        folder.mkdir()
        with proxy.serve(folder) as host:
            made = bench(host, folder / "data", _policy())
            assert made.say(line, EVE).status is Status.UNKNOWN
            proxy.misbehave()
            assert {use: made.say(use, EVE).status for use in uses} == dict.fromkeys(uses, Status.DENIED)
            made.close()
    assert not api.inspect_container("mine")["State"]["Running"]


def test_an_engine_by_another_name_has_no_other_makers(fresh_world: str, tmp_path: Path) -> None:
    """SLASHDOCK_HOST_NAME may change; what was made from chat was made from chat."""
    made = bench(fresh_world, tmp_path / "data", _policy())
    assert made.say(CREATE, EVE).status is Status.DONE
    other = replace(made, pipeline=replace(made.pipeline, hosts=Hosts([Host("prod", fresh_world)])))
    assert {use: other.say(use, EVE).status for use in USES} == dict.fromkeys(USES, Status.DENIED)
    made.close()


def test_an_image_that_was_pulled_from_chat_gives_no_right_by_its_labels(
    office: Office, own_engine: Engine, api: APIClient, tmp_path: Path
) -> None:
    """Whoever keeps a registry writes the labels of what is there; what was here before keeps its own."""
    with registry.serve(own_engine.pid, tmp_path, 5009, locked=False) as address:
        for tag in ("new", "known"):
            name = f"{address}/{tag}"
            source = f"FROM busybox\nLABEL team=shop of={tag}\n".encode()
            list(api.build(fileobj=io.BytesIO(source), tag=f"{name}:1", rm=True))
            assert "error" not in str(list(api.push(name, "1", stream=True, decode=True))[-1])
        api.remove_image(f"{address}/new:1")
        eve, done = office("", RULES), {}
        for tag in ("new", "known"):
            assert eve.say(f"pull {address}/{tag}:1", EVE).status is Status.DONE
            done[tag] = eve.say(f"run --rm {address}/{tag}:1 id", EVE).status
        assert done == {"new": Status.DENIED, "known": Status.DONE}
        assert eve.say(f"create {address}/new:1 true", EVE).status is Status.DONE


def test_a_label_given_from_chat_keeps_nobody_from_their_project(office: Office, api: APIClient) -> None:
    """What may not be touched is left out and told of; where nothing else is there, the line is refused."""
    project = "com.docker.compose.project"
    api.start(api.create_container("busybox:latest", ["sleep", "99"], name="pay-1", labels={project: "pay"}))
    rules = f'{BASE}[[roles.eye.allow]]\nverbs = ["act"]\non = ["project:pay", "project:own"]\n'
    eve = office("", rules)
    for name in ("pay", "own"):
        assert eve.say(f"create --name {name}-2 --label {project}={name} busybox true", DEV).status is Status.DONE
    said = eve.say("compose -p pay restart -t 0", EVE)
    assert (said.status, "pay-2 is left out: it was made from chat" in told(said)) == (Status.DONE, True)
    assert eve.say("compose -p own restart -t 0", EVE).status is Status.DENIED
