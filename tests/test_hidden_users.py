"""What goes unseen still counts for nobody: containers that use what somebody may see, or lead where nobody may get."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import UNHURRIED, bench
from offices import BASE, DEV, EVE, ROOT, SAM, Office, told

from bot import binds
from bot.policy import Policy
from bot.request import Status
from commands import catalog

NARROW = BASE.replace(
    '[[roles.eye.allow]]\nverbs = ["see", "read"]\non = ["*"]',
    '[[roles.eye.allow]]\nverbs = ["see", "read"]\non = ["volume:*", "network:*", "name:web"]',
)
CONSENT = '[[require]]\nverbs = ["act", "change"]\napprove = "second"\n'
SOCKETS = {"type": "none", "o": "bind", "device": "/var/run"}


def test_what_only_others_use_is_dangling(office: Office) -> None:
    """Idle has pgdata and worker is on front: whoever sees neither is told as if they were not there."""
    both = {"volume ls": ("pgdata", "scratch"), "network ls": ("front",)}
    dev = office("", NARROW)
    for line, names in both.items():
        for value in ("true", "1"):
            said = told(dev.say(f"{line} -f dangling={value}", EVE))
            assert all(name in said for name in names), (line, value)
        for value in ("false", "0"):
            said = told(dev.say(f"{line} -f dangling={value}", EVE))
            assert not any(name in said for name in names), (line, value)
        mixed = told(dev.say(f"{line} -f dangling=true -f dangling=false", EVE))
        assert all(name in mixed for name in names)
        assert told(dev.say(f"{line} -f dangling=x", EVE)) == told(dev.say(f"{line} -f dangling=x", DEV))
    assert "bridge" in told(dev.say("network ls -f dangling=false", EVE))
    assert "pgdata" not in told(dev.say("volume ls -f dangling=true", DEV))
    wide = office("", NARROW.replace('"name:web"', '"name:idle"'))
    assert "pgdata" not in told(wide.say("volume ls -f dangling=true", EVE))


def test_a_volume_that_is_a_folder_of_sockets_protects_what_mounts_it(office: Office, api: APIClient) -> None:
    """As its path would: whoever may give root, and has everybody's consent, is refused as well."""
    api.create_volume("disguise", driver="local", driver_opts=SOCKETS)
    host = api.create_host_config(binds=["disguise:/h"])
    api.create_container("busybox:latest", ["sleep", "99"], name="agent", volumes=["/h"], host_config=host)
    dev = office(ROOT)
    for line in ("start", "kill", "logs", "exec agent ls /h", "rename agent other", "rm -f", "commit"):
        said = dev.say(line if "agent" in line else f"{line} agent", DEV)
        assert said.status is Status.DENIED, (line, told(said))
        assert "leads to a container engine" in told(said), line
    assert "agent" in told(dev.say("ps -a", DEV))


@pytest.mark.parametrize(
    ("options", "places"),
    [
        ({}, []),
        ({"device": "tmpfs", "type": "tmpfs"}, []),
        (SOCKETS, ["/var/run"]),
        ({"type": "none", "o": "bind", "device": "//run/./docker"}, ["/run/docker"]),
        ({"type": "overlay", "o": "lowerdir=/a:/run,upperdir=/b,workdir=/c"}, ["/a", "/run", "/b", "/c"]),
        ({"type": "nfs", "o": "addr=10.0.0.1,rw", "device": ":/export"}, ["/export"]),
        ({"type": "none", "o": "bind", "device": "var/run"}, ["/var/run"]),
        ({"type": "tmpfs", "o": "ro,rbind", "device": "../run/"}, ["/run"]),
        ({"type": "none", "o": "bind", "device": "a=b,c/docker.sock"}, ["/a=b,c/docker.sock"]),
        ({"type": "none", "o": "bind", "device": "/a:b/docker.sock"}, ["/a", "/a:b/docker.sock"]),
        ({"type": "overlay", "o": "lowerdir=a:run,upperdir=./b,workdir=c"}, ["/a", "/run", "/b", "/c"]),
    ],
)
def test_the_places_of_a_volume_are_read_from_its_options(options: dict[str, str], places: list[str]) -> None:
    """Whatever its type: a path that is meant to be another machine's is taken for one of this host."""
    assert binds.places_of({"Options": options or None}) == places


def test_whoever_agrees_to_an_image_by_its_id_agrees_to_its_names(office: Office, api: APIClient) -> None:
    """They are shown, and one that it gets meanwhile is not taken from it."""
    digits = api.inspect_image("app:2.0")["Id"].removeprefix("sha256:")[:12]
    dev = office(CONSENT)
    held = dev.say(f"rmi -f {digits}", DEV)
    waits = dev.store.approvals.get(held.number or 0)
    assert waits is not None
    assert "called app:2.0" in waits.plan["text"]
    api.tag("app:2.0", "prod", "live")
    dev.say(f"approval approve {waits.number} --digest {waits.digest}", SAM)
    done = dev.pipeline.resume(waits.number)
    assert done.status is Status.SUPERSEDED
    assert "the names of image" in told(done)
    assert api.inspect_image("prod:live")["RepoTags"] == ["app:2.0", "prod:live"]


@pytest.mark.attack("S27")
@pytest.mark.usefixtures("furnished")
def test_however_many_ask_at_once_no_more_wait_than_may(fresh_world: str, tmp_path: Path) -> None:
    """S27: twenty lines of one person at the same moment."""
    policy = Policy.parse(BASE + CONSENT, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    dev = bench(fresh_world, tmp_path / "data", policy, rates=replace(UNHURRIED, waiting=5))
    ends: list[Status] = []
    asking = [threading.Thread(target=lambda: ends.append(dev.say("restart web", DEV).status)) for _ in range(20)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    dev.close()
    assert (ends.count(Status.HELD), ends.count(Status.DENIED)) == (5, 15)
