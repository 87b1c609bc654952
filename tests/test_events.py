"""Events: within bounds, of what the asker may see, and without the secrets that commands are run with."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import ROOT, Bench, bench
from proxy import Proxy

from bot import text
from bot.policy import Policy
from bot.request import Status
from commands import catalog
from commands.system.events import LAST

HIDDEN = """
[[deny]]
verbs = ["see", "read"]
on = ["label:hidden=yes"]
"""


@pytest.fixture
def half_blind(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A bot for one who may do everything but know of what is hidden."""
    policy = Policy.parse(ROOT + HIDDEN, "policy.toml", [verb.spec for verb in catalog.load()])
    made = bench(fresh_world, tmp_path / "data", policy)
    yield made
    made.close()


def test_what_just_happened_is_there(bench: Bench, api: APIClient) -> None:
    """By the names that docker gives it."""
    api.rename("idle", "asleep")
    shown = text.docker(
        bench.say("events --filter event=rename --format '{{.Type}} {{.Action}} {{.Actor.Attributes.name}}'").reply
    )
    assert shown.splitlines()[-1] == "container rename asleep"


def test_without_a_beginning_the_last_hundred_are_shown(bench: Bench, api: APIClient) -> None:
    """And the answer says how many there were."""
    for number in range(LAST + 10):
        api.rename("idle", f"idle{number}")
        api.rename(f"idle{number}", "idle")
    said = bench.say("events --filter event=rename")
    assert len(text.docker(said.reply).splitlines()) == LAST
    assert f"Only the last {LAST} of " in text.added(said.reply)


def test_what_is_still_to_come_is_not_waited_for(bench: Bench, api: APIClient) -> None:
    """A chat is given what is over, and is told so; an end that is past says nothing of the kind."""
    assert api.ping()
    for line in ("events --since 1s", "events --since 1s --until 2999-01-01"):
        assert "send the line again for what is new" in text.added(bench.say(line).reply)
    assert text.added(bench.say("events --since 2s --until 1s").reply) == ""


def test_what_is_gone_is_told_to_whoever_sees_everything(bench: Bench, api: APIClient) -> None:
    """Images that were removed, and the networks and volumes of containers that are no more: as the engine tells it."""
    began = int(time.time()) - 1
    network = api.create_network("passing-net")["Id"]
    config = api.create_host_config(network_mode="passing-net", binds=["passing-data:/data"])
    made = api.create_container("busybox:latest", ["true"], name="passing", volumes=["/data"], host_config=config)
    api.start(made)
    api.wait(made)
    api.commit(made, repository="passing", tag="1")
    api.remove_container(made, v=True)
    api.remove_image("passing:1")
    api.remove_network(network)
    until = int(time.time()) + 1
    told = list(api.events(since=began, until=until, decode=True))
    ended = f"--since {began} --until {until}.5"
    shown = text.docker(bench.say(f"events {ended} --format '{{{{.Type}}}} {{{{.Action}}}}'").reply).splitlines()
    assert shown == [f"{each['Type']} {each['Action']}" for each in told]
    assert {"image delete", "network disconnect", "volume unmount", "container destroy"} <= set(shown)


def test_nothing_is_told_of_what_is_hidden(half_blind: Bench, api: APIClient) -> None:
    """Neither of a container, an image, a network or a volume, nor of joining them, even when they are gone."""
    labels = {"hidden": "yes"}
    network = api.create_network("secret-net", labels=labels)["Id"]
    api.create_volume("secret-volume", labels=labels)
    box = api.create_container("busybox:latest", ["true"], name="secret-box", labels=labels)["Id"]
    api.start(box)
    api.wait(box)
    api.connect_container_to_network(box, "front")
    made = api.commit(box, "secret-image", "1", changes="LABEL hidden=yes")["Id"]
    api.tag(made, "secret-image", "2")
    shown = text.docker(half_blind.say("events --since 1m").reply)
    api.remove_container(box)
    api.remove_image("secret-image:1")
    api.remove_image("secret-image:2")
    api.remove_network(network)
    api.remove_volume("secret-volume", force=True)
    after = text.docker(half_blind.say("events --since 1m --filter type=container --filter type=image").reply)
    assert shown
    for told in (shown, after):
        assert not [line for line in told.splitlines() if "secret" in line or box in line or made in line]


def test_the_secrets_of_commands_are_hidden(bench: Bench, api: APIClient) -> None:
    """An engine tells the whole command line of an exec."""
    process = api.exec_create("web", ["sh", "-c", "echo --password=hunter2-hunter2"])
    api.exec_start(process["Id"])
    shown = text.docker(bench.say("events --since 1m --filter container=web").reply)
    as_json = text.docker(bench.say("events --since 1m --filter container=web --format json").reply)
    assert "exec_create: sh -c echo --password=" in shown
    assert "hunter2-hunter2" not in shown + as_json


def test_lists_are_asked_for_only_where_they_say_who_may_see(fresh_world: str, tmp_path: Path) -> None:
    """Events of no kind cost one request, and a word from the engine that it is still there."""
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as host:
        made = bench(host, tmp_path / "data")
        made.say("events --until 1999-01-01")
        proxy.requests.clear()
        assert made.say("events --until 2000-01-01").status is Status.DONE
        made.close()
    assert [each.partition("?")[0] for each in proxy.requests] == ["GET /v1.41/events", "GET /v1.41/_ping"]
