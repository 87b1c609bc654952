"""The objects on the engine that the dialogs speak of, made through the API alone."""

from __future__ import annotations

import io
import itertools
import json
import tarfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

from docker.api.client import APIClient
from eventually import eventually

BUSYBOX = "busybox:latest"
IMAGES: tuple[tuple[str, list[str], dict[str, Any]], ...] = (
    ("2024-01-01", ["app:1.0", "registry.example:5000/team/app:edge"], {"Cmd": ["true"]}),
    ("2024-01-02", ["app:2.0"], {"Labels": {"stage": "prod"}}),
    ("2024-01-03", [], {"Labels": {"stage": "old"}}),
)
AT_ONCE = 5
REMEMBERED = 256  # so many events an engine keeps
WORKER = """trap 'exit 0' TERM
i=1; while [ $i -le 120 ]; do echo line $i; i=$((i+1)); done
sleep 100000 & wait $!
"""

MEMBERS: dict[str, tuple[list[str], dict[str, Any], dict[str, Any]]] = {
    "idle": (["sleep", "1000"], {}, {"binds": ["pgdata:/data"]}),
    "done": (["echo", "ok"], {}, {}),
    "crash": (["sh", "-c", "echo boom >&2; exit 3"], {}, {}),
    "worker": (["sh", "-c", WORKER], {}, {"network_mode": "front"}),
    "web": (
        ["httpd", "-f", "-p", "80"],
        {"labels": {"tier": "front", "com.example.team": "shop"}, "environment": ["A=1"], "ports": [(80, "tcp")]},
        {"port_bindings": {"80/tcp": 8080}},
    ),
}  # in the order of their making: their commands, and what else is asked of the engine and of the host
RUNNING = {"worker", "web"}


class World:
    """The world on one engine, which puts right what was changed on it and leaves alone what was not."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._made: list[str] = []
        self._network = ""
        self._since = 0

    def mend(self) -> None:
        """Take away what is none of the world; make anew what is missing or was touched, and all that came after."""
        api = _client(self._host)
        touched = self._touched(api)
        self._made = self._untouched(api, touched)
        self._clear(api, touched)
        _images(api)
        self._rest(api)
        self._since = time.time_ns()
        api.close()

    def _touched(self, api: APIClient) -> set[str] | None:
        """The ids of all that anything happened to since the world was made; None where the engine cannot tell."""
        now = time.time_ns()
        events = list(api.events(since=_moment(self._since), until=_moment(now), decode=True))
        if len(events) >= REMEMBERED:
            return None
        actors = [event["Actor"] for event in events]
        return {actor["ID"] for actor in actors} | {actor["Attributes"].get("container", "") for actor in actors}

    def _untouched(self, api: APIClient, touched: set[str] | None) -> list[str]:
        there = {container["Id"] for container in api.containers(all=True)}
        if touched is None or "pgdata" in touched:
            return []
        return list(itertools.takewhile(lambda made: made in there - touched, self._made))

    def _clear(self, api: APIClient, touched: set[str] | None) -> None:
        foreign = [each["Id"] for each in api.containers(all=True) if each["Id"] not in self._made]
        _beside(self._host, foreign, lambda client, identity: client.remove_container(identity, force=True, v=True))
        while left := [image for image in api.images(all=True) if _is_foreign(image)]:
            parents = {image["ParentId"] for image in left}
            for image in left:
                if image["Id"] not in parents:
                    api.remove_image(image["Id"], force=True)
        for tag in set(api.inspect_image(BUSYBOX)["RepoTags"]) - {BUSYBOX}:
            api.remove_image(tag)
        for network in api.networks():
            if network["Name"] not in {"bridge", "host", "none"} and network["Id"] != self._network:
                api.remove_network(network["Id"])
        for volume in api.volumes()["Volumes"] or []:
            if touched is None or volume["Name"] in touched or volume["Name"] not in {"pgdata", "scratch"}:
                api.remove_volume(volume["Name"])

    def _rest(self, api: APIClient) -> None:
        self._network = _network(api)
        there = {volume["Name"] for volume in api.volumes()["Volumes"] or []}
        for name, labels in {"pgdata": {"keep": "yes"}, "scratch": None}.items():
            if name not in there:
                api.create_volume(name, labels=labels)
        missing = list(MEMBERS.items())[len(self._made) :]
        made = {name: _container(api, name, *member) for name, member in missing}
        self._made += made.values()
        begun = [made[name] for name in made if name != "idle"]
        _beside(self._host, begun, lambda client, identity: client.start(identity))
        eventually(lambda: len(api.containers()) == len(RUNNING))


def build(host: str) -> None:
    """Make the world on an engine of which nothing is known."""
    World(host).mend()


def _client(host: str) -> APIClient:
    return APIClient(base_url=host, version="1.41", timeout=60)


def _moment(nanoseconds: int) -> str:
    return "{}.{:09}".format(*divmod(nanoseconds, 1_000_000_000))


def _is_foreign(image: dict[str, Any]) -> bool:
    """Whether an image is none of the world's, or not called as it is there; what is as it should be may stay."""
    tags = sorted(tag for tag in image["RepoTags"] or [] if tag != "<none>:<none>")
    return BUSYBOX not in tags and tags != OURS.get(image["Id"])


def _beside(host: str, names: Iterable[str], act: Callable[[APIClient, str], object]) -> None:
    """Do it to all at once, each by a client of its own: an engine waits more than it works."""

    def alone(name: str) -> None:
        client = _client(host)
        act(client, name)
        client.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(alone, names))


def _images(api: APIClient) -> None:
    """Images of a fixed content and date, so that their ids and their order never change."""
    there = {image["Id"] for image in api.images(all=True)}
    for day, tags, config in IMAGES:
        if _described(day, config)[1] not in there:
            load(api, day, tags, config)


def _described(day: str, config: dict[str, Any]) -> tuple[str, str]:
    """The description of an image with one layer, and the id that follows from it."""
    described = {
        "architecture": "amd64",
        "os": "linux",
        "created": f"{day}T00:00:00Z",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256(_layer(day)).hexdigest()}"]},
    }
    told = json.dumps(described)
    return told, f"sha256:{sha256(told.encode()).hexdigest()}"


def _layer(day: str) -> bytes:
    return tar({"made": day.encode()})


def load(api: APIClient, day: str, tags: list[str], config: dict[str, Any]) -> None:
    """Load an image of one layer that says to be made on this day, such as 2024-01-01."""
    manifest = [{"Config": "config.json", "RepoTags": tags, "Layers": ["layer.tar"]}]
    files = {"config.json": _described(day, config)[0], "manifest.json": json.dumps(manifest)}
    api.load_image(tar({name: text.encode() for name, text in files.items()} | {"layer.tar": _layer(day)}))


def tar(files: dict[str, bytes]) -> bytes:
    """The files by their names, as one archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _network(api: APIClient) -> str:
    there = [network["Id"] for network in api.networks(names=["front"])]
    made = there or [api.create_network("front", driver="bridge", labels={"tier": "front"})["Id"]]
    return str(made[0])


def _container(api: APIClient, name: str, command: list[str], more: dict[str, Any], host: dict[str, Any]) -> str:
    config = api.create_host_config(**host)
    made: dict[str, Any] = api.create_container("busybox:latest", command, name=name, host_config=config, **more)
    return str(made["Id"])


OURS = {_described(day, config)[1]: sorted(tags) for day, tags, config in IMAGES}
