"""docker port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from commands.command import Command, arg
from commands.container.several import nameless
from commands.context import Context
from commands.creation import numbers
from commands.reply import Reply, failure, lines
from commands.spec import Permission
from commands.target import Target
from commands.units import natural

_PORTS = 1 << 16
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - what the engine binds to where it says nothing

Published = Mapping[str, Sequence[Mapping[str, Any]] | None]


class Port(Command, name="container port", alias="port", permission=Permission.SEE):
    """Show where on the host the ports of a container can be reached, all of them or one."""

    container: str = arg("CONTAINER")
    port: str = arg("PRIVATE_PORT[/PROTO]", default="")

    def problem(self) -> str | None:
        """Docker's refusal of an empty name."""
        return nameless([self.container])

    def targets(self) -> tuple[Target, ...]:
        """The container."""
        return (Target("container", self.container),)

    def run(self, ctx: Context) -> Reply:
        """Read it off the engine's inspect."""
        published: Published = ctx.look(self.targets()[0]).details["NetworkSettings"].get("Ports") or {}
        if not self.port:
            return lines(sorted(_all(published), key=natural))
        try:
            wanted = self._wanted()
        except ValueError as error:
            return failure(f"Error: {error}")
        places = published.get(wanted)
        if not places:
            return failure(f"Error: No public port '{self.port}' published for {self.container}")
        return lines(sorted((_place(each) for each in places), key=natural))

    def _wanted(self) -> str:
        number, _, protocol = self.port.partition("/")
        try:
            port = numbers.decimal_unsigned(number, _PORTS)
        except ValueError as error:
            raise ValueError(f"invalid port ({number}): {error}") from None
        return f"{port}/{protocol or 'tcp'}"


def _all(published: Published) -> Iterator[str]:
    for port, places in published.items():
        yield from (f"{port} -> {_place(each)}" for each in places or ())


def _place(binding: Mapping[str, Any]) -> str:
    address = str(binding.get("HostIp") or _EVERYWHERE)
    return f"[{address}]:{binding['HostPort']}" if ":" in address else f"{address}:{binding['HostPort']}"
