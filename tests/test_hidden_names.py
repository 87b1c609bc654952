"""Names that the asker may not see are told by nothing: not by a sum, a filter, an event, an error or a completion."""

from __future__ import annotations

import io
import os
import signal
from pathlib import Path

from docker.api.client import APIClient
from engine import Engine
from eventually import eventually
from harness import Bench
from offices import BASE, DEV, EVE, Office, told

from bot.core import opened
from bot.request import Origin, Status
from bot.settings import Settings
from bot.terminal import Terminal

HUSH = '[[deny]]\nverbs = ["see", "read"]\non = ["label:hush=yes"]\n'


def _narrow(on: str, verbs: str = '"see", "read"') -> str:
    """The policy with what eve may do these things to."""
    before = '[[roles.eye.allow]]\nverbs = ["see", "read"]\non = ["*"]'
    assert before in BASE
    return BASE.replace(before, f"[[roles.eye.allow]]\nverbs = [{verbs}]\non = [{on}]")


def _build(api: APIClient, tag: str, source: str) -> None:
    list(api.build(fileobj=io.BytesIO(source.encode()), tag=tag, rm=True))


def test_another_name_of_an_image_is_told_nowhere(office: Office, api: APIClient) -> None:
    """One may see app:2.0, and not what else it is called; be that out of reach or denied."""
    api.tag("app:2.0", "aaa-vault", "9")
    deny = '[[deny]]\nverbs = ["see", "read"]\non = ["image:aaa-*"]\n'
    for rules, base in (("", _narrow('"image:app:*"')), (deny, BASE)):
        eve = office(rules, base)
        for line in ("images", "system df -v", "system df -v --format '{{json .Images}}'", "events --since 1m"):
            said = eve.say(line, EVE)
            assert (line, said.status, "aaa-vault" in told(said)) == (line, Status.DONE, False)


def test_a_commit_tells_no_hidden_name_of_its_image(office: Office, api: APIClient) -> None:
    """The event names the container, and what the image was called."""
    api.commit("web", "shown", "1")
    api.commit("web", "vault", "1")
    seen = told(office("", _narrow('"name:web", "image:shown:*"')).say("events --since 1m --filter event=commit", EVE))
    assert ("shown:1" in seen, "vault" in seen) == (True, False)


def test_a_filter_by_a_hidden_image_finds_nothing(office: Office, api: APIClient) -> None:
    """Neither by one of whose name it is made, nor by one below it."""
    _build(api, "vault-base:7", "FROM app:2.0\nLABEL a=b\n")
    _build(api, "shown:1", "FROM vault-base:7\nLABEL c=d\n")
    api.create_container("shown:1", ["true"], name="child")
    eve = office("", _narrow('"name:child", "image:shown:*"'))
    told_by = {each: told(eve.say(f"ps -aq --filter ancestor={each}", EVE)) for each in ("vault-base:7", "nosuch:7")}
    assert told_by["vault-base:7"] == told_by["nosuch:7"]
    child = api.inspect_container("child")["Id"][:12]
    assert child in told(eve.say("ps -aq --filter ancestor=shown:1", EVE))


def test_the_sums_of_what_is_visible_are_of_that_alone(office: Office, api: APIClient) -> None:
    """What hidden images share among themselves is in no sum."""
    eve, line = office("", _narrow('"image:app:*"')), "system df --format '{{json .}}'"
    before = told(eve.say(line, EVE))
    _build(api, "vault-base:1", "FROM busybox\nRUN head -c 3000000 /dev/urandom > /f\n")
    for number in (1, 2):
        _build(api, f"vault-{number}:1", f"FROM vault-base:1\nRUN echo {number} > /g\n")
    assert told(eve.say(line, EVE)) == before


def test_inspect_looks_on_past_what_is_hidden(office: Office, api: APIClient) -> None:
    """A hidden container that is called like a volume does not take the volume away."""
    eve = office("", _narrow('"volume:*"'))
    before = told(eve.say("inspect scratch", EVE))
    api.create_container("busybox:latest", ["true"], name="scratch")
    assert '"Mountpoint"' in before
    assert told(eve.say("inspect scratch", EVE)) == before


def test_what_is_gone_is_told_of_by_no_event_where_labels_hide(office: Office, api: APIClient) -> None:
    """Events of volumes and networks say nothing of labels: any could have had the one that hides."""
    api.create_volume("hushvol", labels={"hush": "yes"})
    net = api.create_network("hushnet", labels={"hush": "yes"})["Id"]
    api.remove_volume("hushvol")
    api.remove_network(net)
    line = "events --since 1m --filter event=destroy"
    said = told(office(HUSH).say(line, EVE))
    assert ("hushvol" in said, "hushnet" in said) == (False, False)
    assert "hushvol" in told(office('[[deny]]\nverbs = ["see"]\non = ["volume:other"]\n').say(line, EVE))


def test_events_of_the_daemon_are_for_whoever_sees_the_host(office: Office, own_engine: Engine) -> None:
    """They tell its whole configuration."""
    os.kill(own_engine.pid, signal.SIGHUP)

    def reloads(bench: Bench) -> bool:
        return " daemon reload" in told(bench.say("events --since 1m --filter type=daemon", EVE))

    sees_host = office('[[deny]]\nverbs = ["see", "read"]\non = ["name:idle"]\n')
    assert eventually(lambda: reloads(sees_host))
    assert not reloads(office("", _narrow('"name:web"')))


def test_an_error_names_no_hidden_container_that_is_linked(office: Office, api: APIClient) -> None:
    """Neither when it is told, nor in the record."""
    api.start("idle")
    host = api.create_host_config(links={"idle": "db"})
    api.create_container("busybox:latest", ["sleep", "9"], name="linker", host_config=host)
    api.stop("idle", timeout=0)
    eve = office("", _narrow('"name:linker"', '"see", "read", "act"'))
    assert "idle" not in told(eve.say("start linker", EVE))
    said = eve.say("start linker", DEV)
    assert "idle AS" in told(said)
    assert "idle" not in told(eve.say(f"audit show {said.number}", EVE))


def test_a_completion_knows_who_made_it(fresh_world: str, api: APIClient, tmp_path: Path) -> None:  # noqa: ARG001 - the world is made anew
    """The labels of what was made from chat show it to nobody."""
    more = '[[roles.eye.allow]]\nverbs = ["create"]\non = ["*"]\n'
    (tmp_path / "policy.toml").write_text(_narrow('"label:team=shop"') + more)
    settings = Settings(
        data=tmp_path / "data", key_file=tmp_path / "key", policy=tmp_path / "policy.toml", docker_host=fresh_world
    )
    with opened(settings) as core:
        dev, eve = (Terminal(core, name, Origin.CONSOLE, settings.host_name) for name in ("dev", "eve"))
        assert dev.say("create --name mine --label team=shop busybox true").status is Status.DONE
        assert ("mine" in dev.names("container"), "mine" in eve.names("container")) == (True, False)
