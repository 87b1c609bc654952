"""The flags of a build and the request that they make, as docker 28 sends it to its classic builder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from commands import naming, wire
from commands.api import EXPERIMENT
from commands.command import Command, flag
from commands.creation import records
from commands.creation.addresses import HOSTS
from commands.creation.environment import ENV, LABELS
from commands.creation.ulimits import ULIMIT, ulimits
from commands.creation.values import BYTES, SWAP, checked, size

DEFAULT, HOST, CONTAINER = "default", "host", "container:"
CLASSIC = "1"  # the builder's version
_NUMBERS = ("cpu_period", "cpu_quota", "cpu_shares")
_TEXTS = ("cgroup_parent", "cpuset_cpus", "cpuset_mems", "target")


def _values(text: str) -> list[str]:
    return records.fields(text) if text else []


TAGS = checked("list", naming.normalized, "app:1", "registry.example:5000/team/app")
VALUES = checked("strings", _values, "a,b", "a")


class Options(Command):
    """The flags of a build, but those about what is built."""

    add_host: tuple[str, ...] = flag(default=(), kind=HOSTS, help="A host that the steps know, such as db:10.0.0.1")
    build_arg: tuple[str, ...] = flag(
        default=(), kind=ENV, secret=True, help="The value of an ARG, such as NAME=VALUE; the image's history keeps it"
    )
    cache_from: tuple[str, ...] = flag(default=(), kind=VALUES, help="Images whose layers may be used again")
    cgroup_parent: str = flag(default="", help="Control group to put the steps into")
    compress: bool = flag(default=False, help="Send the context by gzip")
    cpu_period: int = flag(default=0, help="Length of the scheduler's period in microseconds")
    cpu_quota: int = flag(default=0, help="Microseconds of a processor in each period")
    cpu_shares: int = flag("-c", default=0, help="Weight among the users of the processors")
    cpuset_cpus: str = flag(default="", help="Which processors, such as 0-2 or 0,3")
    cpuset_mems: str = flag(default="", help="Which nodes of memory, such as 0-1")
    force_rm: bool = flag(default=False, help="Always so: containers of steps are removed, also where one fails")
    isolation: str = flag(default="", help="Only on Windows: how the steps are kept apart")
    label: tuple[str, ...] = flag(default=(), kind=LABELS, help="A label for the image, such as KEY=VALUE")
    memory: str = flag("-m", default="", kind=BYTES, help="Memory at most, such as 512m")
    memory_swap: str = flag(default="", kind=SWAP, help="Memory and swap together, -1 for as much swap as there is")
    network: str = flag(default=DEFAULT, help="The network of the steps: default, none, or one that the policy allows")
    no_cache: bool = flag(default=False, help="Do every step anew")
    platform: str = flag(default="", help="For which system and machine, such as linux/arm64")
    pull: bool = flag(default=False, help="Look for newer images to begin with")
    quiet: bool = flag("-q", default=False, help="Answer with the image's id alone")
    rm: bool = flag(default=True, shown="true", help="Always so: containers of steps are removed")
    security_opt: tuple[str, ...] = flag(
        default=(), kind=VALUES, help="A security option; Linux engines take none here"
    )
    shm_size: str = flag(default="", kind=BYTES, help="Size of /dev/shm, such as 128m")
    squash: bool = flag(default=False, since=EXPERIMENT, help="Not possible here: it needs an experimental engine")
    tag: tuple[str, ...] = flag("-t", default=(), kind=TAGS, help="A name for the image, such as app:1.0")
    target: str = flag(default="", help="The stage to stop at")
    ulimit: tuple[str, ...] = flag(
        default=(), kind=ULIMIT, shown="[]", help="A limit of one process, such as nofile=1024:2048"
    )

    def given(self) -> dict[str, str | None]:
        """The values of ARGs, the last one of a name; None where only the name is said."""
        return {name: value if equals else None for name, equals, value in (a.partition("=") for a in self.build_arg)}

    def sources_of_layers(self) -> list[str]:
        """The images of --cache-from."""
        return _all(self.cache_from)

    def security(self) -> list[str]:
        """The options of --security-opt."""
        return _all(self.security_opt)

    def params(self, name: str, network: str) -> wire.Params:
        """The query for a Dockerfile of this name in the context and for this network; what is not said is left out."""
        found: wire.Params = {"dockerfile": name, "version": CLASSIC}
        return found | {key: value for key, value in self._said(network) if value}

    def _said(self, network: str) -> Iterator[tuple[str, Any]]:
        yield from ((name.replace("_", ""), getattr(self, name)) for name in (*_TEXTS, *_NUMBERS))
        yield from self._switches()
        yield from self._lists()
        yield "isolation", self.isolation if self.isolation.lower() != DEFAULT else ""
        yield "memory", size(self.memory)
        yield "memswap", size(self.memory_swap)
        yield "networkmode", network if network != DEFAULT else ""
        yield "platform", self.platform.lower()
        yield "shmsize", size(self.shm_size)

    def _switches(self) -> Iterator[tuple[str, str]]:
        """No container of a step is left, whose labels its Dockerfile wrote.

        With -q the engine is not asked to be quiet: it would tell of those containers no more.
        """
        yield "nocache", "1" if self.no_cache else ""
        yield from (("rm", "1"), ("forcerm", "1"))

    def _lists(self) -> Iterator[tuple[str, Any]]:
        labels = {name: value for name, _, value in (text.partition("=") for text in self.label)}
        yield "t", list(self.tag)
        yield "extrahosts", list(self.add_host)
        yield "securityopt", self.security()
        yield "buildargs", _json(self.given())
        yield "cachefrom", _json(self.sources_of_layers())
        yield "labels", _json(labels)
        yield "ulimits", _json(ulimits(self.ulimit))


def _all(texts: Iterable[str]) -> list[str]:
    return [value for text in texts for value in _values(text)]


def _json(value: Any) -> str:
    return (
        json.dumps(value, separators=(",", ":"), sort_keys=isinstance(value, dict), ensure_ascii=False) if value else ""
    )
