from __future__ import annotations

import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.api.client import APIClient
from docker.types import Mount

from bot import envelope, own
from bot.own import Own

Inspected = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def client(engine: str) -> Iterator[APIClient]:
    """The private engine's API."""
    made = docker.APIClient(base_url=engine, version="auto")
    yield made
    made.close()


@pytest.fixture
def inspected(client: APIClient) -> Iterator[Inspected]:
    """Makes a container, which is removed at the end, and gives what the engine says of it."""
    made = []

    def create(command: str = "sleep 1", **options: Any) -> dict[str, Any]:
        config = client.create_host_config(**options)
        created = client.create_container("busybox", command, host_config=config)["Id"]
        made.append(client.inspect_container(created))
        return client.inspect_container(created)

    yield create
    for each in made:
        client.remove_container(each["Id"], force=True, v=True)
        for volume in (mount["Name"] for mount in each["Mounts"] if mount["Type"] == "volume"):
            client.remove_volume(volume)


SAFE: dict[str, dict[str, Any]] = {
    "nothing": {},
    "limits": {"mem_limit": "64m", "pids_limit": 50, "cpu_shares": 512},
    "a port": {"port_bindings": {80: ("127.0.0.1", None)}},
    "a named volume": {"binds": ["envelope-test:/data"]},
    "a temporary file system": {"tmpfs": {"/scratch": "size=1m"}},
    "a temporary mount": {"mounts": [Mount("/scratch", None, type="tmpfs")]},
    "fewer capabilities": {"cap_drop": ["ALL"], "cap_add": ["NET_BIND_SERVICE", "CAP_CHOWN"]},
    "no new privileges": {"security_opt": ["no-new-privileges:true"]},
    "a restart policy": {"restart_policy": {"Name": "always"}},
    "a network": {"network_mode": "none"},
    "shareable memory": {"ipc_mode": "shareable"},
    "a read-only root": {"read_only": True},
    "an init": {"init": True},
}


@pytest.mark.parametrize("options", SAFE.values(), ids=SAFE.keys())
def test_what_docker_gives_by_itself_is_safe(inspected: Inspected, options: dict[str, Any]) -> None:
    """Ordinary settings make no container one that gives root."""
    assert envelope.root_reason(inspected(**options)) == ""


ESCALATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "privileged": ({"privileged": True}, "privileged"),
    "bind": ({"binds": ["/srv:/srv:ro"]}, "mounts /srv of the host"),
    "bind by the mount API": ({"mounts": [Mount("/h", "/etc", type="bind")]}, "mounts /etc of the host"),
    "socket": ({"binds": ["/tmp/any.sock:/any.sock"]}, "mounts /tmp/any.sock of the host"),
    "processes": ({"pid_mode": "host"}, "the host's processes"),
    "memory": ({"ipc_mode": "host"}, "the host's shared memory"),
    "network": ({"network_mode": "host"}, "the host's network"),
    "host name": ({"uts_mode": "host"}, "the host's host name"),
    "user ids": ({"userns_mode": "host"}, "the host's user ids"),
    "capability": ({"cap_add": ["SYS_ADMIN"]}, "capability SYS_ADMIN"),
    "all capabilities": ({"cap_add": ["ALL"]}, "capability ALL"),
    "device": ({"devices": ["/dev/null:/dev/null:rwm"]}, "devices of the host"),
    "device rule": ({"device_cgroup_rules": ["a *:* rwm"]}, "rules for devices"),
    "seccomp": ({"security_opt": ["seccomp=unconfined"]}, "security option seccomp=unconfined"),
    "apparmor": ({"security_opt": ["apparmor=unconfined"]}, "security option apparmor=unconfined"),
    "label": ({"security_opt": ["label=disable"]}, "security option label=disable"),
}


@pytest.mark.parametrize(("options", "reason"), ESCALATIONS.values(), ids=ESCALATIONS.keys())
def test_an_escalation_is_seen_on_the_engine(inspected: Inspected, options: dict[str, Any], reason: str) -> None:
    """Each escalation that a real engine accepts is named."""
    assert reason in envelope.root_reason(inspected(**options))


@pytest.mark.parametrize("key", ["pid_mode", "network_mode"])
def test_the_namespace_of_another_container_is_seen(inspected: Inspected, key: str) -> None:
    """Sharing with another container gives what that one holds."""
    other = inspected()
    assert "of another container" in envelope.root_reason(inspected(**{key: f"container:{other['Id']}"}))


@pytest.mark.parametrize("key", ["MaskedPaths", "ReadonlyPaths"])
def test_an_uncovered_proc_is_seen(client: APIClient, key: str) -> None:
    """The kernel's files are within reach where the engine does not cover them."""
    config = client.create_host_config()
    config[key] = []
    made = client.create_container("busybox", "true", host_config=config)["Id"]
    try:
        assert "/proc" in envelope.root_reason(client.inspect_container(made))
    finally:
        client.remove_container(made)


def test_a_volume_with_options_in_the_line_is_seen(inspected: Inspected) -> None:
    """A volume that is made with the container may be a folder of the host in disguise."""
    options = {"type": "none", "o": "bind", "device": "/etc"}
    name = f"disguised-{uuid.uuid4().hex}"
    mount = Mount("/data", name, type="volume", driver_config=docker.types.DriverConfig("local", options))
    assert "a volume with options at /data" in envelope.root_reason(inspected(mounts=[mount]))


def test_mounts_that_were_taken_over_are_seen(inspected: Inspected) -> None:
    """--volumes-from brings another's folders of the host along."""
    other = inspected(binds=["/srv:/srv"])
    assert "mounts /srv of the host" in envelope.root_reason(inspected(volumes_from=[other["Id"]]))


@pytest.mark.parametrize(
    ("key", "value"),
    [("NewSetting", ["x"]), ("Annotations", {"run": "x"}), ("Runtime", "sandbox"), ("Cgroup", "container:x")],
)
def test_what_slashdock_does_not_know_counts_as_root(inspected: Inspected, key: str, value: object) -> None:
    """A setting of an engine newer than slashdock is not taken for harmless."""
    details = inspected()
    details["HostConfig"][key] = value
    assert envelope.root_reason(details) != ""


def test_an_empty_setting_that_slashdock_does_not_know_is_harmless(inspected: Inspected) -> None:
    """A newer engine alone makes no container one that gives root."""
    details = inspected()
    details["HostConfig"]["NewSetting"] = None
    assert envelope.root_reason(details) == ""


@pytest.mark.parametrize("kind", ["image", "cluster", "npipe"])
def test_a_mount_of_a_kind_that_slashdock_does_not_know_counts_as_root(inspected: Inspected, kind: str) -> None:
    """Only volumes and temporary file systems are known to be harmless."""
    details = inspected()
    details["Mounts"] = [{"Type": kind, "Source": "x", "Destination": "/x"}]
    assert f"type {kind}" in envelope.root_reason(details)


def test_a_container_of_which_nothing_is_said_counts_as_root() -> None:
    """An inspect without settings is no proof of anything."""
    assert envelope.root_reason({"Id": "0" * 64}) != ""


@pytest.mark.parametrize(
    "bind",
    ["/tmp/docker.sock:/x", "/tmp/x:/var/run/docker.sock:ro", "/run:/host/run", "/run/containerd/containerd.sock:/c"],
)
def test_who_holds_an_engines_socket_is_protected(inspected: Inspected, bind: str) -> None:
    """A socket, under its own name or under the usual one, leads to an engine, and so does the folder that holds it."""
    assert "leads to a container engine" in own.protected_reason(inspected(binds=[bind]), Own())


def test_an_ordinary_container_is_not_protected(inspected: Inspected) -> None:
    """Neither a bind elsewhere nor another's id protects."""
    assert own.protected_reason(inspected(binds=["/srv:/srv"]), Own("0" * 64)) == ""


def test_slashdocks_own_container_is_protected(inspected: Inspected) -> None:
    """The bot does not stop itself."""
    details = inspected()
    assert "slashdock runs in it" in own.protected_reason(details, Own(details["Id"]))


@pytest.mark.parametrize("source", ["/srv/own/engine.sock", "/srv/own", "/srv/own/"])
def test_whatever_holds_slashdocks_own_engine_is_protected(inspected: Inspected, source: str) -> None:
    """The socket that slashdock uses need not have a usual name or lie in a usual folder."""
    details = inspected(binds=[f"{source}:/mnt"])
    assert "leads to a container engine" in own.protected_reason(details, Own(), ["/srv/own/engine.sock"])
    assert own.protected_reason(details, Own(), ["/srv/other/engine.sock"]) == ""


@pytest.mark.parametrize("source", ["mountinfo", "cgroup"])
def test_a_process_knows_the_container_that_it_runs_in(
    client: APIClient, inspected: Inspected, tmp_path: Path, source: str
) -> None:
    """The id is read off what the kernel says inside of a real container."""
    details = inspected(f"cat /proc/self/{source}")
    client.start(details["Id"])
    client.wait(details["Id"])
    text = client.logs(details["Id"])
    if source == "cgroup" and details["Id"].encode() not in text:
        pytest.skip("this kernel hides the control group's name inside of containers")
    (tmp_path / source).write_bytes(text)
    assert own.own_container(tmp_path).id == details["Id"]


def test_a_process_outside_of_containers_knows_that(tmp_path: Path) -> None:
    """The host's own list of mounts names containers, none of which is ours."""
    shutil.copy("/proc/self/mountinfo", tmp_path)
    shm = f"/var/lib/docker/containers/{'a' * 64}/mounts/shm"
    with (tmp_path / "mountinfo").open("a") as file:
        file.write(f"900 27 0:99 / {shm} rw - tmpfs shm rw\n")
        file.write(f"901 27 8:1 {shm} /mnt/copy rw - ext4 /dev/sda1 rw\n")
    assert own.own_container(tmp_path, tmp_path / "none") == Own()
    assert own.own_container(tmp_path / "nowhere", tmp_path / "none") == Own()


def test_a_container_that_hides_its_id_is_known_by_its_host_name(inspected: Inspected, tmp_path: Path) -> None:
    """Where the kernel says nothing, what has slashdock's host name counts as its own container."""
    details = inspected()
    (tmp_path / ".dockerenv").touch()
    assert own.own_container(tmp_path, tmp_path / ".dockerenv") == Own(hostname=socket.gethostname())
    assert "slashdock runs in it" in own.protected_reason(details, Own(hostname=details["Config"]["Hostname"]))
    assert own.protected_reason(details, Own(hostname="another")) == ""
