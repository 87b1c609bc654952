"""What a container may do and sees of its host: capabilities, namespaces, devices, security options."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from commands.command import Command, flag
from commands.creation import devices
from commands.creation.devices import GPUS, RULES
from commands.creation.sources import Sources
from commands.golang.quote import quote, quote_rune
from commands.kinds import Kind

CONTAINER = "container:"
_EVERYTHING = "ALL"  # stands for every capability
_PREFIX = "CAP_"
_ALLOWED_SYSCTLS = frozenset(
    f"kernel.{name}" for name in ("msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced")
)
_ALLOWED_TREES = ("net.", "fs.mqueue.")
_NO_VALUE = "no-new-privileges"  # the option that needs none
_BUILT_IN = frozenset({"builtin", "unconfined"})
_BLANKS = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+')
_CUT = "unexpected end of JSON input"
_SEEN_PATHS = "systempaths=unconfined"


def _sysctl(text: str) -> str:
    name, equals, _ = text.partition("=")
    if not equals or not (name in _ALLOWED_SYSCTLS or name.startswith(_ALLOWED_TREES)):
        raise ValueError(f"sysctl '{text}' is not allowed")
    return text


SYSCTLS = Kind("map", _sysctl, repeats=True, samples=("net.core.somaxconn=1024", "kernel.msgmax=65536"))


class Rights(Command):
    """The flags about rights."""

    cap_add: tuple[str, ...] = flag(default=(), help="A capability more, such as NET_ADMIN")
    cap_drop: tuple[str, ...] = flag(default=(), help="A capability less, or ALL")
    cgroup_parent: str = flag(default="", help="Control group to put it into")
    cgroupns: str = flag(default="", since="1.41", help="Namespace of control groups: host or private")
    device: tuple[str, ...] = flag(default=(), help="A device of the host, such as /dev/ttyUSB0:/dev/tty0:rw")
    device_cgroup_rule: tuple[str, ...] = flag(default=(), kind=RULES, help='A rule for devices, such as "c 1:3 rwm"')
    gpus: tuple[str, ...] = flag(default=(), kind=GPUS, help="Graphics cards: how many, or all")
    group_add: tuple[str, ...] = flag(default=(), help="A group more for its user")
    ipc: str = flag(default="", help="Whose shared memory it uses: private, shareable, host, container:NAME")
    isolation: str = flag(default="", help="How it is kept apart; only Windows has more than one way")
    pid: str = flag(default="", help="Whose processes it sees: host or container:NAME")
    privileged: bool = flag(default=False, help="Give it all rights on the host")
    runtime: str = flag(default="", help="Which of the engine's runtimes runs it")
    security_opt: tuple[str, ...] = flag(default=(), help="A security option, such as no-new-privileges")
    sysctl: tuple[str, ...] = flag(default=(), kind=SYSCTLS, shown="map[]", help="A setting of its kernel namespace")
    user: str = flag("-u", default="", help="Who runs in it, such as NAME or UID:GID")
    userns: str = flag(default="", help="Namespace of users: host, or the engine's own")
    uts: str = flag(default="", help="Namespace of the host name: host, or its own")

    def check_devices(self) -> None:
        """Raise ValueError where one is none."""
        devices.devices(self.device)

    def check_namespaces(self) -> None:
        """Raise ValueError where a namespace is not of the kind that the flag takes."""
        if self.pid not in {"", "host"} and not _other(self.pid):
            raise ValueError("--pid: invalid PID mode")
        if self.uts not in {"", "host"}:
            raise ValueError("--uts: invalid UTS mode")
        if self.userns not in {"", "host"}:
            raise ValueError("--userns: invalid USER mode")
        if self.cgroupns not in {"", "host", "private"}:
            raise ValueError("--cgroupns: invalid CGROUP mode")

    def check_security(self) -> None:
        """Raise ValueError where an option says nothing."""
        for option in self.security_opt:
            _split(option)

    def disables_labels(self) -> bool:
        """Whether the engine takes SELinux's labels away by itself."""
        return "host" in {self.pid, self.ipc}

    def watched(self) -> tuple[str, ...]:
        """The container whose processes it sees."""
        return tuple(filter(None, (_other(self.pid),)))

    def neighbours(self) -> tuple[str, ...]:
        """The containers whose processes or shared memory it uses."""
        return tuple(filter(None, (*self.watched(), _other(self.ipc))))

    def rights(self, sources: Sources) -> dict[str, Any]:
        """The rights as a part of the HostConfig; raises ValueError in docker's words."""
        return {
            "CapAdd": _capabilities(self.cap_add),
            "CapDrop": _capabilities(self.cap_drop),
            "CgroupParent": self.cgroup_parent,
            "CgroupnsMode": self.cgroupns,
            "GroupAdd": list(self.group_add) or None,
            "IpcMode": _mode(self.ipc, sources),
            "Isolation": self.isolation,
            "PidMode": _mode(self.pid, sources),
            "Privileged": self.privileged,
            "UTSMode": self.uts,
            "UsernsMode": self.userns,
            **({"Runtime": self.runtime} if self.runtime else {}),
            **({"Sysctls": dict(text.split("=", 1) for text in self.sysctl)} if self.sysctl else {}),
            **self._devices(),
            **self._security(sources),
        }

    def _devices(self) -> dict[str, Any]:
        mapped, named = devices.devices(self.device)
        return {
            "Devices": mapped,
            "DeviceCgroupRules": list(self.device_cgroup_rule) or None,
            "DeviceRequests": devices.requests(self.gpus, named) or None,
        }

    def _security(self, sources: Sources) -> dict[str, Any]:
        told = [_option(option, sources) for option in self.security_opt]
        shown = [option for option in told if option != _SEEN_PATHS]
        hidden: list[str] | None = [] if _SEEN_PATHS in told else None
        return {"SecurityOpt": shown if told else None, "MaskedPaths": hidden, "ReadonlyPaths": hidden}


def _capabilities(names: Iterable[str]) -> list[str] | None:
    """The names as the engine writes them, each once and in order."""
    upper = (name.upper() for name in names)
    found = {name if name == _EVERYTHING or name.startswith(_PREFIX) else _PREFIX + name for name in upper}
    return sorted(found) or None


def _other(mode: str) -> str:
    """The container whose namespace it is, empty where it is nobody's."""
    return mode.removeprefix(CONTAINER) if mode.startswith(CONTAINER) else ""


def _mode(mode: str, sources: Sources) -> str:
    name = _other(mode)
    return f"{CONTAINER}{sources.container(name)}" if name else mode


def _split(option: str) -> tuple[str, str]:
    name, mark, value = option.partition("=")
    if not mark and name != _NO_VALUE:
        name, mark, value = option.partition(":")
    if (not mark or not value) and name != _NO_VALUE:
        raise ValueError(f"Invalid --security-opt: {quote(option)}")
    return name, value


def _option(option: str, sources: Sources) -> str:
    """The option as it is sent: a seccomp profile is a file, and its content goes to the engine."""
    name, value = _split(option)
    if name != "seccomp" or value in _BUILT_IN:
        return option
    if sources.file is None:
        return f"seccomp={{{value}}}"  # a profile, whatever is in it
    try:
        content = sources.file(value)
    except ValueError as error:
        raise ValueError(f"opening seccomp profile ({value}) failed: {error}") from None
    return f"seccomp={_compact(content, value)}"


def _compact(content: bytes, path: str) -> str:
    """The JSON without the blanks between its parts, else as it is."""
    try:
        text = content.decode()
        json.loads(text)
    except ValueError as error:
        raise ValueError(f"compacting json for seccomp profile ({path}) failed: {_wrong(error)}") from None
    return _BLANKS.sub(lambda found: found[1] or "", text)


def _wrong(error: ValueError) -> str:
    """Go's sentence about a text that is no JSON, as near as Python's tells."""
    if not isinstance(error, json.JSONDecodeError):
        return "invalid character looking for beginning of value"
    rest = error.doc[error.pos :].strip()
    return f"invalid character {quote_rune(ord(rest[0]))} looking for beginning of value" if rest else _CUT
