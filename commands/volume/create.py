"""docker volume create."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from commands import wire
from commands.aftermath import Fate, Past
from commands.attempts import unanswered
from commands.command import Command, arg, flag
from commands.context import Context
from commands.creation import traces
from commands.creation.environment import LABELS, mapped
from commands.creation.values import BYTES
from commands.kinds import Kind
from commands.reply import Reply, lines
from commands.seen import volume_id
from commands.spec import Permission
from commands.target import Found, Target

MAP = Kind("map", str, repeats=True, samples=("a=b", "c"))
_CLUSTER = "1.42"  # the API version from which swarms have volumes of their own
_SWARM = "Not possible here: only for the volumes of a swarm"
_TWICE = "conflicting options: cannot specify a volume-name through both --name and as a positional arg"
_LOOK = "docker volume ls"


class Create(Command, name="volume create", permission=Permission.CHANGE):
    """Make a volume: a folder that containers share and that stays when they go.

    Without a name it gets one of its own.
    """

    volume: str = arg("VOLUME", default="")
    availability: str = flag(default="active", shown='"active"', since=_CLUSTER, help=_SWARM)
    driver: str = flag("-d", default="local", shown='"local"', help="What keeps it")
    group: str = flag(default="", since=_CLUSTER, help=_SWARM)
    label: tuple[str, ...] = flag(default=(), kind=LABELS, help="A label, as NAME=VALUE")
    limit_bytes: str = flag(default="", kind=BYTES, since=_CLUSTER, help=_SWARM)
    name: str = flag(default="", help="Its name, as it may stand by itself")
    opt: tuple[str, ...] = flag("-o", default=(), kind=MAP, help="An option of the driver, as NAME=VALUE")
    required_bytes: str = flag(default="", kind=BYTES, since=_CLUSTER, help=_SWARM)
    scope: str = flag(default="single", shown='"single"', since=_CLUSTER, help=_SWARM)
    secret: tuple[str, ...] = flag(default=(), kind=MAP, since=_CLUSTER, help=_SWARM)
    sharing: str = flag(default="none", shown='"none"', since=_CLUSTER, help=_SWARM)
    topology_preferred: tuple[str, ...] = flag(default=(), since=_CLUSTER, help=_SWARM)
    topology_required: tuple[str, ...] = flag(default=(), since=_CLUSTER, help=_SWARM)
    type: str = flag(default="block", shown='"block"', since=_CLUSTER, help=_SWARM)

    def problem(self) -> str | None:
        """Docker's refusal of two names, and ours of what only a swarm has."""
        if self.name and self.volume:
            return _TWICE
        asked = [each.long for each in self.spec.flags if each.since and getattr(self, each.field) != each.default]
        return f"--{asked[0]} is only for the volumes of a swarm, which are not made here." if asked else None

    def targets(self) -> tuple[Target, ...]:
        """The name that it takes."""
        return (Target("volume", self._called(), made=True),) if self._called() else ()

    def marks(self) -> tuple[str, Mapping[str, str]]:
        """A volume, with those of the line."""
        return "volume", mapped(self.label)

    def escalation(self) -> str:
        """A driver's options are a mount of anything on the host, and another driver may be anything."""
        if self.driver != "local":
            return f"a volume of the driver {self.driver} may be anything"
        return "a volume with options can be any folder or device of the host" if self.opt else ""

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether a volume has the name, or carries the number of the action."""
        name = self._called()
        there = past.inspect("volume", name) if name else None
        return [traces.named(past, "volume", name) if there is None else past.named("volume", name).done("is there")]

    def run(self, ctx: Context) -> Reply:
        """Make it; the answer is its name. One that is there already is left as it is."""
        try:
            made = wire.send(ctx.patient, "/volumes/create", body=self._body(ctx.trace))
        except Exception as error:
            if not wire.lost(error):
                raise
            return unanswered(f"the volume {self._called()}".strip(), _LOOK)
        was_there = any(isinstance(each, Found) for each in ctx.found.values())
        return replace(lines([made["Name"]]), made=() if was_there else (volume_id(made),))

    def _called(self) -> str:
        return self.volume or self.name

    def _body(self, trace: Mapping[str, str]) -> dict[str, Any]:
        labels = {**mapped(self.label), **trace}
        return {"Name": self._called(), "Driver": self.driver, "DriverOpts": mapped(self.opt), "Labels": labels}
