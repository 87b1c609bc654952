"""The objects on the engine that the dialogs speak of, made through the API alone."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

from docker.api.client import APIClient

BUSYBOX = "busybox:latest"
IMAGES: tuple[tuple[str, list[str], dict[str, Any]], ...] = (
    ("2024-01-01", ["app:1.0", "registry.example:5000/team/app:edge"], {"Cmd": ["true"]}),
    ("2024-01-02", ["app:2.0"], {"Labels": {"stage": "prod"}}),
    ("2024-01-03", [], {"Labels": {"stage": "old"}}),
)
OURS: dict[str, list[str]] = {}  # the ids of these, and their tags in order
AT_ONCE = 5
WORKER = """trap 'exit 0' TERM
i=1; while [ $i -le 120 ]; do echo line $i; i=$((i+1)); done
sleep 100000 & wait $!
"""


def build(host: str) -> None:
    """Take away whatever an earlier dialog left and make the world anew."""
    api = _client(host)
    _clear(api, host)
    _images(api)
    _rest(api, host)
    api.close()


def _client(host: str) -> APIClient:
    return APIClient(base_url=host, version="1.41", timeout=60)


def _clear(api: APIClient, host: str) -> None:
    made = [container["Id"] for container in api.containers(all=True)]
    _beside(host, made, lambda client, identity: client.remove_container(identity, force=True, v=True))
    while left := [image for image in api.images(all=True) if _is_foreign(image)]:
        parents = {image["ParentId"] for image in left}
        for image in left:
            if image["Id"] not in parents:
                api.remove_image(image["Id"], force=True)
    for tag in api.inspect_image(BUSYBOX)["RepoTags"]:
        if tag != BUSYBOX:
            api.remove_image(tag)
    for network in api.networks():
        if network["Name"] not in {"bridge", "host", "none"}:
            api.remove_network(network["Id"])
    for volume in api.volumes()["Volumes"] or []:
        api.remove_volume(volume["Name"])


def _is_foreign(image: dict[str, Any]) -> bool:
    """Whether an image is none of the world's, or not called as it is there; what is as it should be may stay."""
    tags = sorted(tag for tag in image["RepoTags"] or [] if tag != "<none>:<none>")
    return BUSYBOX not in tags and tags != OURS.get(image["Id"])


def _beside(host: str, names: list[str], act: Callable[[APIClient, str], object]) -> None:
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
        identity = _described(day, config)[1]
        if identity not in there:
            _load(api, day, tags, config)
        OURS[identity] = sorted(tags)


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
    return _tar({"made": day.encode()})


def _load(api: APIClient, day: str, tags: list[str], config: dict[str, Any]) -> None:
    manifest = [{"Config": "config.json", "RepoTags": tags, "Layers": ["layer.tar"]}]
    files = {"config.json": _described(day, config)[0], "manifest.json": json.dumps(manifest)}
    api.load_image(_tar({name: text.encode() for name, text in files.items()} | {"layer.tar": _layer(day)}))


def _tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _rest(api: APIClient, host: str) -> None:
    api.create_network("front", driver="bridge", labels={"tier": "front"})
    api.create_volume("pgdata", labels={"keep": "yes"})
    api.create_volume("scratch")
    _container(api, "idle", ["sleep", "1000"], binds=["pgdata:/data"])
    ending = [_container(api, "done", ["echo", "ok"]), _container(api, "crash", ["sh", "-c", "echo boom >&2; exit 3"])]
    staying = [_container(api, "worker", ["sh", "-c", WORKER], network="front"), _web(api)]
    _beside(host, [*ending, *staying], lambda client, identity: client.start(identity))
    for identity in ending:
        api.wait(identity)


def _web(api: APIClient) -> str:
    labels = {"tier": "front", "com.example.team": "shop"}
    command = ["httpd", "-f", "-p", "80"]
    return _container(api, "web", command, labels=labels, env=["A=1"], publish={"80/tcp": 8080})


def _container(  # noqa: PLR0913 - what the few containers of the world differ in
    api: APIClient,
    name: str,
    command: list[str],
    *,
    labels: dict[str, str] | None = None,
    env: list[str] | None = None,
    binds: list[str] | None = None,
    network: str | None = None,
    publish: dict[str, int] | None = None,
) -> str:
    config = api.create_host_config(binds=binds, network_mode=network, port_bindings=publish)
    made: dict[str, Any] = api.create_container(
        "busybox:latest",
        command,
        name=name,
        labels=labels,
        environment=env,
        ports=[(int(port.split("/")[0]), port.split("/")[1]) for port in publish or {}],
        host_config=config,
    )
    return str(made["Id"])
