"""Somebody without the class root, an engine with things worth having, and what must be as before afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import harness
from docker.api.client import APIClient
from harness import Bench

from bot import text
from bot.policy import Policy
from bot.request import Outcome, Status
from commands import catalog

EVE = "U0EVE00001"  # may do everything but what gives root
MIA = "U0MIA00001"  # may change and enter what is hers alone
ANN = "U0ANN00001"  # may change everything, and enter nothing
ROY = "U0ROY00001"  # has the class root besides
RULES = """
version = 1
[people]
eve = {{ slack = ["{eve}"], roles = ["most"] }}
ann = {{ slack = ["{ann}"], roles = ["changing"] }}
mia = {{ slack = ["{mia}"], roles = ["mine"] }}
roy = {{ slack = ["{roy}"], roles = ["most", "keeper"] }}
[[roles.most.allow]]
verbs = ["see", "read", "act", "change", "enter"]
on = ["*"]
[[roles.changing.allow]]
verbs = ["see", "act", "change"]
on = ["*"]
[[roles.keeper.allow]]
verbs = ["root"]
on = ["*"]
approve = "second"
[approvals.second]
from = ["keeper"]
[[roles.mine.allow]]
verbs = ["see"]
on = ["*"]
[[roles.mine.allow]]
verbs = ["change", "act", "enter"]
on = ["name:mine-*", "image:busybox*", "image:mine*", "network:rows-net", "volume:mine-*"]
"""
SECRET = "what-only-the-host-knows"
ENVIRONED = "what-only-the-victim-is-told"


@dataclass(frozen=True)
class Scene:
    """The bench, the engine by itself, and a folder of the host with the file `secret` in it."""

    bench: Bench
    engine: str
    api: APIClient
    host: Path

    def say(self, line: str, person: str = EVE, given: Mapping[str, str] | None = None) -> Outcome:
        """One line; {host} in it is the folder of the host."""
        facts: dict[str, Any] = {"given": given} if given else {}
        return self.bench.say(line.replace("{host}", str(self.host)), person, **facts)

    def refused(self, line: str, why: str = "gives root", person: str = EVE, **more: Any) -> str:
        """See that the line is denied, tells no secret and leaves everything as it was; what was said."""
        before = self.there()
        outcome = self.say(line, person, **more)
        said = text.docker(outcome.reply) + text.added(outcome.reply)
        assert outcome.status is Status.DENIED, (line, said)
        assert why in said, said
        assert not {SECRET, ENVIRONED} & set(said.split()), said
        assert self.there() == before, line
        return said

    def there(self) -> dict[str, Any]:
        """What is at the engine, and what of it may change."""
        containers = {each["Id"]: self.api.inspect_container(each["Id"]) for each in self.api.containers(all=True)}
        return {
            "containers": {each: _settings(details) for each, details in containers.items()},
            "volumes": sorted(each["Name"] for each in self.api.volumes()["Volumes"] or ()),
            "networks": sorted(each["Id"] for each in self.api.networks()),
            "images": {each["Id"]: sorted(each["RepoTags"] or ()) for each in self.api.images(all=True)},
            "host": sorted(str(each) for each in self.host.rglob("*")),
        }

    def policed(self, folder: Path, more: str) -> Scene:
        """The same with more rules; the caller closes its bench."""
        return replace(self, bench=harness.bench(self.engine, folder, policy(more)))


def policy(more: str = "") -> Policy:
    """The rules of these tests, and more."""
    specs = [verb.spec for verb in catalog.load()]
    return Policy.parse(RULES.format(eve=EVE, ann=ANN, mia=MIA, roy=ROY) + more, "policy.toml", specs)


def _settings(details: Mapping[str, Any]) -> tuple[Any, ...]:
    networks = sorted(details["NetworkSettings"]["Networks"])
    return details["Name"], details["HostConfig"], details["State"]["Status"], details["ExecIDs"], networks


class Stage:
    """What stands at the engine while these tests run, made and taken away through the API alone."""

    def __init__(self, engine: str, host: Path) -> None:
        self._api = APIClient(engine, version="1.41", timeout=60)
        self._host = host
        self._before = [each["Id"] for each in self._api.containers(all=True)]

    def set(self) -> APIClient:
        """A victim with a secret, an agent that mounts the host's folder, a disguised volume, a network."""
        self._host.mkdir(exist_ok=True)
        (self._host / "secret").write_text(SECRET)
        base = self._api.create_container("busybox", "true")["Id"]
        self._api.commit(base, "rows-base", "1")
        self._api.remove_container(base)
        disguise = {"type": "none", "o": "bind", "device": str(self._host)}
        self._api.create_volume("rows-disguised", driver_opts=disguise)
        self._api.create_network("rows-net")
        self._api.create_network("rows-other")
        self._made("rows-victim", {"DB_PASSWORD": ENVIRONED}, network_mode="bridge", ipc_mode="shareable")
        self._made("rows-agent", {}, binds=[f"{self._host}:/h"])
        self._made("rows-hidden", {}, binds=["rows-disguised:/h"])
        self._made("rows-named", {}, network_mode="rows-net")
        return self._api

    def clear(self) -> None:
        """Take away whatever came since."""
        for each in self._api.containers(all=True):
            if each["Id"] not in self._before:
                self._api.remove_container(each["Id"], force=True, v=True)
        for volume in self._api.volumes()["Volumes"] or ():
            if volume["Name"].startswith(("rows-", "mine-")):
                self._api.remove_volume(volume["Name"])
        for network in self._api.networks():
            if network["Name"].startswith(("rows-", "mine-")):
                self._api.remove_network(network["Id"])
        for tag in ("mine:1", "rows:1", "rows-base:1"):
            if self._api.images(tag):
                self._api.remove_image(tag, force=True)
        self._api.close()

    def _made(self, name: str, environment: Mapping[str, str], **host: Any) -> None:
        config = self._api.create_host_config(**host)
        made = self._api.create_container(
            "rows-base:1", ["sleep", "1000"], name=name, environment=environment, host_config=config
        )
        self._api.start(made["Id"])
