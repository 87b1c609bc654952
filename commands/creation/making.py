"""The body of a create request, as docker 28 sends it: all flags together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from commands.creation.environment import Environment
from commands.creation.health import Health
from commands.creation.limits import Limits
from commands.creation.networking import Networking
from commands.creation.process import Process
from commands.creation.rights import Rights
from commands.creation.sources import Sources
from commands.creation.storage import Storage


class Making(Environment, Health, Limits, Networking, Process, Rights, Storage):
    """A verb that makes a container."""

    def wrong(self) -> str:
        """What is wrong with the flags, in docker's words and its order; empty where they are right."""
        for check in self._checks():
            try:
                check()
            except ValueError as error:
                return str(error)
        return ""

    def _checks(self) -> Iterator[Any]:
        yield self.check_mac
        yield self.check_swappiness
        yield self.check_volumes
        yield self.check_ports
        yield self.check_devices
        yield self.check_namespaces
        yield self.check_restart
        yield self.check_log
        yield self.check_security
        yield self.check_storage
        yield self.healthcheck
        yield self.check_removal
        yield self.check_networks

    def body(self, image: str, words: tuple[str, ...], streams: dict[str, bool], sources: Sources) -> dict[str, Any]:
        """The request for a container of this image; raises ValueError and Refusal where a file cannot be had."""
        return {
            "User": self.user,
            "Env": self.environment(sources) or None,
            "Cmd": list(words) or None,
            "Image": image,
            "Volumes": self.anonymous(),
            "OnBuild": None,
            "Labels": self.labels(sources),
            **self.exposed_ports(),
            **self.process(streams),
            **self.healthcheck(),
            "HostConfig": self._host_config(sources),
            "NetworkingConfig": {"EndpointsConfig": self.endpoints(sources)},
        }

    def _host_config(self, sources: Sources) -> dict[str, Any]:
        return {
            "ContainerIDFile": "",
            "ConsoleSize": [0, 0],
            "Cgroup": "",
            **self.storage(sources),
            **self.fate(),
            **self.networking(sources),
            **self.rights(sources),
            **self.resources(sources.api),
            **self.annotations(),
        }
