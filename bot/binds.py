"""Folders of the host that a container mounts, and which of them the policy lists."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

Details = Mapping[str, Any]
Listed = tuple[tuple[str, bool], ...]  # folders, True where they may be written to

_APART = re.compile("[,:=]")  # what stands between the words of a mount's options
_LAYERS = re.compile(r"(?:lower|upper|work|data)dir\+?")  # options that are folders
_BINDING = frozenset({"bind", "rbind"})  # options by which the device is a folder
_WRITING = frozenset({"z", "Z"})  # modes that have the engine write labels on what is in the folder
_SOCKETS = frozenset({"docker.sock", "containerd.sock", "podman.sock", "crio.sock", "buildkitd.sock"})
_FOLDERS_OF_SOCKETS = frozenset({"/run", "/var/run", "/run/docker", "/run/containerd", "/run/podman", "/run/crio"})


@dataclass(frozen=True)
class Bind:
    """A folder of the host, by its cleaned path, and whether what is in it may be altered."""

    source: str
    writable: bool

    def reason(self, listed: Listed) -> str:
        """What it gives away, in words; with a hint where the policy lists it to be read alone."""
        if not self.writable:
            return f"it mounts {self.source} of the host read-only"
        readable = Bind(self.source, writable=False).is_listed(listed)
        return f"it mounts {self.source} of the host{': add :ro, as [run] binds says' if readable else ''}"

    def is_listed(self, listed: Listed) -> bool:
        """Whether the policy lists it, or a folder around it.

        Not below one that may be written to: whoever writes there can leave a link to any place of the host, and the
        engine follows it.
        """
        around = [(folder, writable) for folder, writable in listed if self._is_in(folder)]
        may = any(writable or not self.writable for _, writable in around)
        planted = any(writable and folder != self.source for folder, writable in around)
        return may and not planted and not leads_to_an_engine(self.source)

    def _is_in(self, folder: str) -> bool:
        return PurePosixPath(self.source).is_relative_to(folder)


def binds(details: Details) -> list[Bind]:
    """The folders of an inspect, or of a create request, each once: writable where any way to say it makes it so."""
    found: dict[str, bool] = {}
    for bind in _said(details):
        found[bind.source] = found.get(bind.source, False) or bind.writable
    return [Bind(source, writable) for source, writable in found.items()]


def places(details: Details) -> list[str]:
    """Where on the host the mounts of a container come from, and where in it they stand."""
    mounts = details.get("Mounts") or ()
    found = [str(mount[key]) for mount in mounts for key in ("Source", "Destination") if mount.get(key)]
    return found + [bind.source for bind in binds(details)]


def places_of(volume: Details) -> list[str]:
    """The places of the host that a volume stands for by its options, as device=/srv or o=bind,lowerdir=/srv."""
    options = {key: str(value) for key, value in (volume.get("Options") or {}).items()}
    words = (word for value in options.values() for word in _APART.split(value) if word.startswith("/"))
    return list(dict.fromkeys(cleaned(f"/{each}") for each in (*words, *_folders(options))))


def leads_to_an_engine(place: str) -> bool:
    """Whether it is the usual place of an engine's socket, or a folder that holds it."""
    return PurePosixPath(place).name in _SOCKETS or place.rstrip("/") in _FOLDERS_OF_SOCKETS


def cleaned(path: str) -> str:
    """The path as the engine cleans it."""
    return "/" + posixpath.normpath(path).lstrip("/") if path.startswith("/") else path


def _folders(options: Mapping[str, str]) -> Iterator[str]:
    """Those that are whole whatever is in them, and that engines take from their working folder, which is "/"."""
    device, said = options.get("device", ""), [each.partition("=") for each in options.get("o", "").split(",")]
    if device.startswith("/") or (device and not _BINDING.isdisjoint(key for key, *_ in said)):
        yield device
    for key, _, value in said:
        if _LAYERS.fullmatch(key):
            yield from filter(None, value.split(":"))


def _said(details: Details) -> Iterator[Bind]:
    config: Details = details.get("HostConfig") or {}
    yield from (_bind(text) for text in config.get("Binds") or () if text.startswith("/"))
    for mount in config.get("Mounts") or ():
        if mount.get("Type") == "bind":
            partly = (mount.get("BindOptions") or {}).get("ReadOnlyNonRecursive")  # what is mounted in it is written to
            yield Bind(cleaned(str(mount.get("Source"))), not mount.get("ReadOnly") or bool(partly))
    for mount in details.get("Mounts") or ():
        if mount.get("Type") == "bind":
            yield Bind(cleaned(str(mount.get("Source"))), bool(mount.get("RW", True)))


def _bind(text: str) -> Bind:
    source, _, rest = text.partition(":")
    modes = set(rest.rpartition(":")[2].split(","))
    return Bind(cleaned(source), "ro" not in modes or bool(modes & _WRITING))
