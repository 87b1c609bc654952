"""Which containers give root on their host: read off what a line asks for, and off the engine's inspect."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot import binds, excess
from bot.binds import Listed
from bot.bounds import RunLimits
from commands import mounted
from commands.creation.process import leads_to_proc

Details = Mapping[str, Any]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What docker gives every container; adding these again, usually after --cap-drop ALL, adds nothing.
_USUAL_CAPABILITIES = _words(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID"
    " SYS_CHROOT"
)
_USUAL_LOGS = frozenset({"", "json-file", "local", "none"})
# Options of a log whose driver is the engine's choice: none of them says where it goes or what it is called there.
_USUAL_LOG_OPTIONS = _words("max-size max-file compress mode max-buffer-size")
_USUAL_RUNTIMES = frozenset({"", "runc", "io.containerd.runc.v2", "crun"})
_HARMLESS_OPTION = re.compile(r"no-new-privileges([:=]true)?|apparmor[:=]docker-default|seccomp[:=]builtin")
_UNLABELLED = re.compile(r"label[:=]disable")  # what the engine itself says where a container is privileged
# What Kubernetes calls safe: a setting of the container's own, which takes nothing from others on its host.
_SAFE_SYSCTLS = _words(
    "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports"
    " net.ipv4.ip_unprivileged_port_start net.ipv4.ping_group_range net.ipv4.tcp_fin_timeout"
    " net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_keepalive_time net.ipv4.tcp_rmem"
    " net.ipv4.tcp_syncookies net.ipv4.tcp_wmem"
)
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
# OomKillDisable is not among them: it only stops what has reached a limit of its own.
_SPARED = {
    "OomScoreAdj": "others are killed before it when memory runs out",
    "CpuRealtimeRuntime": "it takes processors before all others",
}
_JUDGED = {"Privileged", "CapAdd", "SecurityOpt", "Runtime", "MaskedPaths", "ReadonlyPaths", "Binds", "Mounts"}
# CgroupnsMode is here since `host` is what engines give by themselves where control groups are version 1.
_HARMLESS = _words(
    "AutoRemove BlkioDeviceReadBps BlkioDeviceReadIOps BlkioDeviceWriteBps BlkioDeviceWriteIOps BlkioWeight"
    " BlkioWeightDevice CapDrop CgroupParent CgroupnsMode ConsoleSize ContainerIDFile CpuCount CpuPercent CpuPeriod"
    " CpuQuota CpuRealtimePeriod CpuShares CpusetCpus CpusetMems Dns DnsOptions DnsSearch ExtraHosts"
    " GroupAdd IOMaximumBandwidth IOMaximumIOps Init Isolation KernelMemory KernelMemoryTCP Links LogConfig Memory"
    " MemoryReservation MemorySwap MemorySwappiness NanoCpus OomKillDisable PidsLimit PortBindings"
    " PublishAllPorts ReadonlyRootfs RestartPolicy ShmSize StorageOpt Sysctls Tmpfs Ulimits VolumeDriver VolumesFrom"
)
NO_LIMITS = RunLimits()
Names = Mapping[str, str]  # how a line calls a network -> the name that it has


def root_reason(details: Details, volumes: Iterable[Details] = (), listed: Listed = ()) -> str:
    """Why whoever gets into this container, or changes it, has root on its host; empty where it is not so.

    volumes are the inspects of those that it mounts, listed the folders of the host that containers may be given.
    """
    reasons = (*_escalations(details, listed), *(reason for each in volumes if (reason := volume_reason(each))))
    return ", ".join(dict.fromkeys(reasons))


def volume_reason(details: Details) -> str:
    """Why a volume may be any folder or device of the host, empty where it is a usual one."""
    name = details.get("Name")
    if details.get(mounted.UNTOLD):
        return f"the engine does not tell what the volume {name} is"
    usual = details.get("Driver") == "local" and not details.get("Options")
    return "" if usual else f"the volume {name} is not what it seems: it has options of its own or another driver"


def asked_reasons(body: Details, limits: RunLimits = NO_LIMITS, names: Names | None = None) -> frozenset[str]:
    """Why a container that is made by this create request gives root on its host, or is outside of the limits."""
    config = {**excess.UNSAID, **(body.get("HostConfig") or {})}
    config.setdefault("MaskedPaths", list(_HIDDEN_PATHS))
    config.setdefault("ReadonlyPaths", list(_READ_ONLY_PATHS))
    mounts = [each for each in config.get("Mounts") or () if each.get("Type") not in {"volume", "tmpfs", "bind"}]
    endpoints = (body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
    reasons = _escalations({"HostConfig": config, "Mounts": mounts, "Config": body}, limits.binds)
    own = ["it sees the control groups of the host"] if config.get("CgroupnsMode") == "host" else []
    return frozenset((*reasons, *own, *excess.swap(config, limits), *_foreign(config, endpoints, limits, names or {})))


def altered_reasons(part: Details, limits: RunLimits = NO_LIMITS, names: Names | None = None) -> frozenset[str]:
    """Why a container is outside of the limits once this part of a create request is made true of it."""
    config = part.get("HostConfig") or {}
    endpoints = (part.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
    return frozenset((*excess.swap(config, limits), *_foreign(config, endpoints, limits, names or {})))


def made_reasons(details: Details, limits: RunLimits = NO_LIMITS, names: Names | None = None) -> frozenset[str]:
    """The same of a container that was just made, as the engine shows it."""
    config = details.get("HostConfig") or {}
    endpoints = (details.get("NetworkSettings") or {}).get("Networks") or {}
    return frozenset((*_escalations(details, limits.binds), *_foreign(config, endpoints, limits, names or {})))


def exceeding(
    body: Details, details: Details, limits: RunLimits = NO_LIMITS, names: Names | None = None
) -> frozenset[str]:
    """What a container that was just made gives beyond what its create request asked for."""
    return made_reasons(_unchosen(body, details), limits, names) - asked_reasons(body, limits, names)


def _unchosen(body: Details, details: Details) -> Details:
    """The inspect without what the request left to the engine: its own log and its own runtime."""
    asked, made = body.get("HostConfig") or {}, dict(details.get("HostConfig") or {})
    if not (asked.get("LogConfig") or {}).get("Type"):
        made.pop("LogConfig", None)
    if not asked.get("Runtime"):
        made.pop("Runtime", None)
    return {**details, "HostConfig": made}


def _foreign(config: Details, endpoints: Details, limits: RunLimits, names: Names) -> Iterator[str]:
    """What reaches out of a container by other ways than its rights, or is beyond the limits."""
    yield from _logging(config.get("LogConfig") or {})
    if config.get("CgroupParent"):
        yield "it is put into a control group by name"
    if config.get("VolumeDriver") not in {None, "", "local"}:
        yield f"it mounts a volume of the driver {config['VolumeDriver']}"
    if strange := sorted(set(config.get("Sysctls") or ()) - _SAFE_SYSCTLS):
        yield f"it sets {', '.join(strange)}"
    yield from (text for key, text in _SPARED.items() if _spares(config.get(key), key))
    if any((each or {}).get("DriverOpts") for each in endpoints.values()):
        yield "it sets options of a network's driver"
    yield from excess.reasons(config, endpoints, names, limits)


def _logging(log: Details) -> Iterator[str]:
    driver = log.get("Type") or ""
    if driver not in _USUAL_LOGS:
        yield f"its log goes to {driver}"
    if not driver and (strange := sorted(set(log.get("Config") or ()) - _USUAL_LOG_OPTIONS)):
        yield f"it sets {', '.join(strange)} of the engine's own log: say --log-driver json-file"


def _spares(value: Any, key: str) -> bool:
    return int(value or 0) < 0 if key == "OomScoreAdj" else bool(value)


def _escalations(details: Details, listed: Listed) -> Iterator[str]:
    config: Details = details.get("HostConfig") or {}
    if not config:
        yield "the engine does not say how it was made"
        return
    if config.get("Privileged"):
        yield "privileged"
    yield from _shared_namespaces(config)
    yield from (bind.reason(listed) for bind in binds.binds(details) if not bind.is_listed(listed))
    yield from _mounts(details, config)
    yield from _privileges(config)
    yield from _beginning(details.get("Config") or {})
    yield from (f"it has {text}" for key, text in _EMPTY.items() if config.get(key))
    known = _HARMLESS | _JUDGED | _NAMESPACES.keys() | _EMPTY.keys() | _SPARED.keys()
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
        if mount.get("Type") == "volume" and mount.get("Driver") != "local":
            yield f"it mounts a volume of the driver {mount.get('Driver')}"
        elif mount.get("Type") not in {"volume", "tmpfs", "bind"}:
            yield f"it has a mount of the type {mount.get('Type')}"
    for mount in config.get("Mounts") or ():
        driver = (mount.get("VolumeOptions") or {}).get("DriverConfig") or {}
        if driver.get("Options"):
            yield f"it mounts a volume with options at {mount.get('Target')}"
        if driver.get("Name") not in {None, "", "local"}:
            yield f"it mounts a volume of the driver {driver['Name']}"


def _privileges(config: Details) -> Iterator[str]:
    added = {str(name).upper().removeprefix("CAP_") for name in config.get("CapAdd") or ()} - _USUAL_CAPABILITIES
    if added:
        yield f"it has the capability {', '.join(sorted(added))}"
    for option in config.get("SecurityOpt") or ():
        given = config.get("Privileged") and _UNLABELLED.fullmatch(option)
        if not given and not _HARMLESS_OPTION.fullmatch(option):
            yield f"it has the security option {option.partition('{')[0]}"
    if config.get("Runtime", "") not in _USUAL_RUNTIMES:
        yield f"it runs under {config['Runtime']}"
    if config.get("Privileged"):
        return  # which shows what is hidden elsewhere
    if not _HIDDEN_PATHS.issubset(config.get("MaskedPaths") or ()):
        yield "it sees what is hidden in /proc"
    if not _READ_ONLY_PATHS.issubset(config.get("ReadonlyPaths") or ()):
        yield "it may write to /proc"


def _beginning(config: Details) -> Iterator[str]:
    """A working folder by which old runtimes let a process out; its image may say it, too."""
    if leads_to_proc(str(config.get("WorkingDir") or "")):
        yield f"it begins in {config['WorkingDir']}"
