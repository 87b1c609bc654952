"""The objects on the engine that the dialogs speak of, made through the API alone."""

from __future__ import annotations

import io
import json
import tarfile
from hashlib import sha256
from typing import Any

from docker.api.client import APIClient

BUSYBOX = "busybox:latest"
WORKER = """trap 'exit 0' TERM
i=1; while [ $i -le 120 ]; do echo line $i; i=$((i+1)); done
sleep 100000 & wait $!
"""


def build(host: str) -> None:
    """Take away whatever an earlier dialog left and make the world anew."""
    api = APIClient(base_url=host, version="1.41", timeout=60)
    _clear(api)
    _images(api)
    _rest(api)
    api.close()


def _clear(api: APIClient) -> None:
    for container in api.containers(all=True):
        api.remove_container(container["Id"], force=True, v=True)
    while left := [image for image in api.images(all=True) if BUSYBOX not in (image["RepoTags"] or [])]:
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


def _images(api: APIClient) -> None:
    """Images of a fixed content and date, so that their ids and their order never change."""
    _load(api, "2024-01-01", ["app:1.0", "registry.example:5000/team/app:edge"], {"Cmd": ["true"]})
    _load(api, "2024-01-02", ["app:2.0"], {"Labels": {"stage": "prod"}})
    _load(api, "2024-01-03", [], {"Labels": {"stage": "old"}})


def _load(api: APIClient, day: str, tags: list[str], config: dict[str, Any]) -> None:
    layer = _tar({"made": day.encode()})
    described = {
        "architecture": "amd64",
        "os": "linux",
        "created": f"{day}T00:00:00Z",
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256(layer).hexdigest()}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": tags, "Layers": ["layer.tar"]}]
    files = {"config.json": json.dumps(described), "manifest.json": json.dumps(manifest)}
    api.load_image(_tar({name: text.encode() for name, text in files.items()} | {"layer.tar": layer}))


def _tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _rest(api: APIClient) -> None:
    api.create_network("front", driver="bridge", labels={"tier": "front"})
    api.create_volume("pgdata", labels={"keep": "yes"})
    api.create_volume("scratch")
    _container(api, "idle", ["sleep", "1000"], binds=["pgdata:/data"])
    _ended(api, "done", ["echo", "ok"])
    _ended(api, "crash", ["sh", "-c", "echo boom >&2; exit 3"])
    api.start(_container(api, "worker", ["sh", "-c", WORKER], network="front"))
    api.start(_web(api))


def _web(api: APIClient) -> str:
    labels = {"tier": "front", "com.example.team": "shop"}
    command = ["httpd", "-f", "-p", "80"]
    return _container(api, "web", command, labels=labels, env=["A=1"], publish={"80/tcp": 8080})


def _ended(api: APIClient, name: str, command: list[str]) -> None:
    made = _container(api, name, command)
    api.start(made)
    api.wait(made)


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
