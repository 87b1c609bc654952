"""One --platform such as linux/arm64, read as containerd reads it."""

from __future__ import annotations

import json
import platform
import re

from commands.golang.quote import quote

_SYSTEM = "linux"  # of whoever asks; slashdock runs on no other
_OS = re.compile(r"([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?")
_PART = re.compile(r"[A-Za-z0-9_.-]+")
_OS_PATTERN = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?$"
_PART_PATTERN = "^[A-Za-z0-9_.-]+$"
_SYSTEMS = frozenset(
    {
        "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl",
        "netbsd", "openbsd", "plan9", "solaris", "wasip1", "windows", "zos",
    }
)  # fmt: skip
_MACHINES = frozenset(
    {
        "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "ppc64", "ppc64le", "loong64", "mips",
        "mipsle", "mips64", "mips64le", "mips64p32", "mips64p32le", "ppc", "riscv", "riscv64", "s390", "s390x",
        "sparc", "sparc64", "wasm",
    }
)  # fmt: skip
_OTHER_NAMES = {
    "i386": ("386", ""),
    "x86_64": ("amd64", None),
    "x86-64": ("amd64", None),
    "aarch64": ("arm64", None),
    "armhf": ("arm", "v7"),
    "armel": ("arm", "v6"),
}
_USUAL = {
    "amd64": {"v1": ""},
    "arm64": {"8": "", "v8": ""},
    "arm": {"": "v7", "5": "v5", "6": "v6", "7": "v7", "8": "v8"},
}
_MOST = 4  # parts that are looked at
_SYSTEM_AND_MACHINE, _WITH_VARIANT = 2, 3


def encoded(text: str) -> str:
    """What engines take for one that moves images: an object, as JSON; raises as specified does."""
    return json.dumps(dict(zip(("os", "architecture", "variant"), specified(text).split("/"), strict=False)))


def specified(text: str) -> str:
    """The platform as the engine takes it, such as linux/arm64/v8; raises ValueError in docker's words."""
    try:
        return "/".join(part for part in _parts(text) if part)
    except ValueError as error:
        raise ValueError(f"error parsing specified platform: {error}: invalid argument") from None


def _parts(text: str) -> tuple[str, str, str]:
    if "*" in text:
        raise ValueError(f"{quote(text)}: wildcards not yet supported")
    parts = text.split("/", _MOST - 1)
    _check(parts, text)
    system = _system((_OS.fullmatch(parts[0]) or [""])[1] if parts else "")
    match parts:
        case [_]:
            return _one(system, parts[0])
        case [_, machine]:
            return (system, *_plain(machine))
        case [_, machine, variant]:
            name, version = _machine(machine, variant)
            return system, name, "v8" if name == "arm64" and not version else version
        case _:
            raise ValueError(f"{quote(text)}: cannot parse platform specifier")


def _check(parts: list[str], text: str) -> None:
    if not _OS.fullmatch(parts[0]):
        what = f"OSAndVersion specifier component must match {quote(_OS_PATTERN)}"
        raise ValueError(f"{quote(parts[0])} is an invalid OS component of {quote(text)}: {what}")
    for part in parts[1:]:
        if not _PART.fullmatch(part):
            what = f"platform specifier component must match {quote(_PART_PATTERN)}"
            raise ValueError(f"{quote(part)} is an invalid component of {quote(text)}: {what}")


def _one(system: str, text: str) -> tuple[str, str, str]:
    """A word alone is a system, whose machine is our own, or else a machine."""
    if system in _SYSTEMS:
        return (system, *_plain(platform.machine()))
    name, variant = _plain(text)
    if name not in _MACHINES:
        raise ValueError(f"{quote(text)}: unknown operating system or architecture")
    return _SYSTEM, name, variant


def _system(name: str) -> str:
    lower = name.lower()
    return "darwin" if lower == "macos" else lower


def _plain(machine: str) -> tuple[str, str]:
    """The machine and its variant, where that is not the usual one."""
    name, variant = _machine(machine, "")
    return name, "" if (name, variant) == ("arm", "v7") else variant


def _machine(machine: str, variant: str) -> tuple[str, str]:
    name, version = machine.lower(), variant.lower()
    other, fixed = _OTHER_NAMES.get(name, (name, None))
    version = version if fixed is None else fixed
    return other, _USUAL.get(other, {}).get(version, version)
