"""Which containers give root on their host, and which are the bot's own affair: read off the engine's inspect.

The options of a volume are not in a container's inspect: a named volume that is a bind in disguise is not seen here.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

Details = Mapping[str, Any]

PROC = Path("/proc/self")
MARKER = Path("/.dockerenv")  # the engine puts it into every container


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_FILES_OF_THE_ENGINE = (
    "/etc/hostname",
    "/etc/hosts",
    "/etc/resolv.conf",
)  # each is mounted from the container's folder

_SOCKETS = frozenset({"docker.sock", "containerd.sock", "podman.sock", "crio.sock", "buildkitd.sock"})
_FOLDERS_OF_SOCKETS = frozenset({"/run", "/var/run", "/run/docker", "/run/containerd", "/run/podman", "/run/crio"})

# What docker gives every container; adding these again, usually after --cap-drop ALL, adds nothing.
_USUAL_CAPABILITIES = _words(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID"
    " SYS_CHROOT"
)
_USUAL_LOGS = frozenset({"", "json-file", "local", "none", "journald"})
_BIND_REASON = re.compile(r"it mounts (.+) of the host", re.DOTALL)
_USUAL_RUNTIMES = frozenset({"", "runc", "io.containerd.runc.v2", "crun"})
_HARMLESS_OPTION = re.compile(r"no-new-privileges([:=](true|false))?|apparmor[:=]docker-default|seccomp[:=]builtin")
# Hidden, or read-only, in every container that the engines 20.10 to 28 make.
_HIDDEN_PATHS = _words("/proc/acpi /proc/kcore /proc/keys /proc/scsi /proc/timer_list /sys/firmware")
_READ_ONLY_PATHS = _words("/proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger")

_NAMESPACES = {
    "PidMode": "processes",
    "IpcMode": "shared memory",
    "UTSMode": "host name",
    "UsernsMode": "user ids",
    "NetworkMode": "network",
}
_EMPTY = {
    "Devices": "devices of the host",
    "DeviceRequests": "devices of the host",
    "DeviceCgroupRules": "rules for devices",
    "Cgroup": "another's control group",
    "Annotations": "annotations for the runtime",
}
_JUDGED = {"Privileged", "CapAdd", "SecurityOpt", "Runtime", "MaskedPaths", "ReadonlyPaths", "Binds", "Mounts"}
# CgroupnsMode is here since `host` is what engines give by themselves where control groups are version 1.
_HARMLESS = _words(
    "AutoRemove BlkioDeviceReadBps BlkioDeviceReadIOps BlkioDeviceWriteBps BlkioDeviceWriteIOps BlkioWeight"
    " BlkioWeightDevice CapDrop CgroupParent CgroupnsMode ConsoleSize ContainerIDFile CpuCount CpuPercent CpuPeriod"
    " CpuQuota CpuRealtimePeriod CpuRealtimeRuntime CpuShares CpusetCpus CpusetMems Dns DnsOptions DnsSearch ExtraHosts"
    " GroupAdd IOMaximumBandwidth IOMaximumIOps Init Isolation KernelMemory KernelMemoryTCP Links LogConfig Memory"
    " MemoryReservation MemorySwap MemorySwappiness NanoCpus OomKillDisable OomScoreAdj PidsLimit PortBindings"
    " PublishAllPorts ReadonlyRootfs RestartPolicy ShmSize StorageOpt Sysctls Tmpfs Ulimits VolumeDriver VolumesFrom"
)


def root_reason(details: Details) -> str:
    """Why whoever gets into this container, or changes it, has root on its host; empty where it is not so."""
    return ", ".join(dict.fromkeys(_escalations(details)))


def asked_reasons(body: Details, binds: Iterable[str] = ()) -> frozenset[str]:
    """Why a container that is made by this create request gives root on its host.

    binds are the folders of the host that containers may be given, with all that is below them.
    """
    config = dict(body.get("HostConfig") or {})
    config.setdefault("MaskedPaths", list(_HIDDEN_PATHS))
    config.setdefault("ReadonlyPaths", list(_READ_ONLY_PATHS))
    mounts = [each for each in config.get("Mounts") or () if each.get("Type") in {"bind", "npipe", "cluster"}]
    reasons = _escalations({"HostConfig": config, "Mounts": mounts})
    return _beyond((*reasons, *_foreign(config)), binds)


def made_reasons(details: Details, binds: Iterable[str] = ()) -> frozenset[str]:
    """Why a container that was just made gives root on its host, as the engine shows it; binds as above."""
    return _beyond((*_escalations(details), *_foreign(details.get("HostConfig") or {})), binds)


def _beyond(reasons: Iterable[str], binds: Iterable[str]) -> frozenset[str]:
    allowed = tuple(os.path.normpath(each) for each in binds)
    return frozenset(each for each in reasons if not _is_allowed_bind(each, allowed))


def _is_allowed_bind(reason: str, allowed: tuple[str, ...]) -> bool:
    found = _BIND_REASON.fullmatch(reason)
    if found is None or not found[1].startswith("/"):
        return False
    place = PurePosixPath(os.path.normpath(found[1]))
    return any(place.is_relative_to(each) for each in allowed)


def _foreign(config: Details) -> Iterator[str]:
    """What reaches out of a container by other ways than its rights: where its log goes, whose group it is in."""
    driver = (config.get("LogConfig") or {}).get("Type") or ""
    if driver not in _USUAL_LOGS:
        yield f"its log goes to {driver}"
    if config.get("CgroupParent"):
        yield "it is put into a control group by name"
    if config.get("VolumeDriver") not in {None, "", "local"}:
        yield f"it mounts a volume of the driver {config['VolumeDriver']}"


@dataclass(frozen=True)
class Own:
    """What slashdock knows of the container that it runs in: its full id, or else the host name that it has there.

    Both are empty outside of a container.
    """

    id: str = ""
    hostname: str = ""

    def has(self, details: Details) -> bool:
        """Whether this is that container, or may be."""
        if self.id:
            return details.get("Id") == self.id
        return self.hostname != "" and (details.get("Config") or {}).get("Hostname") == self.hostname


def protected_reason(details: Details, own: Own, sockets: Iterable[str] = ()) -> str:
    """Why nobody may touch this container from chat; empty where the rules decide.

    sockets are the paths of the engines that slashdock itself uses, besides the usual ones.
    """
    if own.has(details):
        return "slashdock runs in it"
    ours = {place for path in sockets for place in _on_the_way(path)}
    leading = [source for source in _sources(details) if _leads_to_an_engine(source) or source.rstrip("/") in ours]
    return f"it mounts {leading[0]}, which leads to a container engine" if leading else ""


def own_container(proc: Path = PROC, marker: Path = MARKER) -> Own:
    """What this process can find out about the container that it runs in."""
    identity = _own_id(proc)
    return Own(identity, socket.gethostname() if marker.exists() and not identity else "")


def _own_id(proc: Path) -> str:
    for line in _read(proc / "mountinfo").splitlines():
        root, place = line.split(" ")[3:5]
        if place in _FILES_OF_THE_ENGINE and (match := _ID.search(root)):
            return match[0]
    match = _ID.search(_read(proc / "cgroup"))
    return match[0] if match else ""


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def _escalations(details: Details) -> Iterator[str]:
    config: Details = details.get("HostConfig") or {}
    if not config:
        yield "the engine does not say how it was made"
        return
    if config.get("Privileged"):
        yield "privileged"
        return  # which sets most of the others as well
    yield from _shared_namespaces(config)
    yield from _mounts(details, config)
    yield from _privileges(config)
    yield from (f"it has {text}" for key, text in _EMPTY.items() if config.get(key))
    known = _HARMLESS | _JUDGED | _NAMESPACES.keys() | _EMPTY.keys()
    yield from (f"it sets {key}, which slashdock does not know" for key in config if config[key] and key not in known)


def _shared_namespaces(config: Details) -> Iterator[str]:
    for key, text in _NAMESPACES.items():
        mode = str(config.get(key) or "")
        if mode == "host":
            yield f"it shares the host's {text}"
        elif mode.startswith("container:"):
            yield f"it shares the {text} of another container"


def _mounts(details: Details, config: Details) -> Iterator[str]:
    for mount in details.get("Mounts") or ():
        if mount.get("Type") == "bind":
            yield f"it mounts {mount.get('Source')} of the host"
        elif mount.get("Type") == "volume" and mount.get("Driver") != "local":
            yield f"it mounts a volume of the driver {mount.get('Driver')}"
        elif mount.get("Type") not in {"volume", "tmpfs"}:
            yield f"it has a mount of the type {mount.get('Type')}"
    for mount in config.get("Mounts") or ():
        if ((mount.get("VolumeOptions") or {}).get("DriverConfig") or {}).get("Options"):
            yield f"it mounts a volume with options at {mount.get('Target')}"
    yield from (f"it mounts {bind.partition(':')[0]} of the host" for bind in _host_binds(config))


def _privileges(config: Details) -> Iterator[str]:
    added = {str(name).upper().removeprefix("CAP_") for name in config.get("CapAdd") or ()} - _USUAL_CAPABILITIES
    if added:
        yield f"it has the capability {', '.join(sorted(added))}"
    for option in config.get("SecurityOpt") or ():
        if not _HARMLESS_OPTION.fullmatch(option):
            yield f"it has the security option {option.partition('{')[0]}"
    if config.get("Runtime", "") not in _USUAL_RUNTIMES:
        yield f"it runs under {config['Runtime']}"
    if not _HIDDEN_PATHS.issubset(config.get("MaskedPaths") or ()):
        yield "it sees what is hidden in /proc"
    if not _READ_ONLY_PATHS.issubset(config.get("ReadonlyPaths") or ()):
        yield "it may write to /proc"


def _host_binds(config: Details) -> list[str]:
    return [bind for bind in config.get("Binds") or () if bind.startswith("/")]


def _sources(details: Details) -> list[str]:
    """Where on the host the mounts of a container come from, and where in it they stand."""
    mounts = details.get("Mounts") or ()
    places = [str(mount[key]) for mount in mounts for key in ("Source", "Destination") if mount.get(key)]
    return places + [bind.partition(":")[0] for bind in _host_binds(details.get("HostConfig") or {})]


def _on_the_way(path: str) -> tuple[str, ...]:
    """The socket and the folder that holds it, by their names and by where links lead."""
    paths = (Path(path), Path(os.path.realpath(path)))
    return tuple(str(place) for path in paths for place in (path, path.parent) if place != Path("/"))


def _leads_to_an_engine(place: str) -> bool:
    return PurePosixPath(place).name in _SOCKETS or place.rstrip("/") in _FOLDERS_OF_SOCKETS
