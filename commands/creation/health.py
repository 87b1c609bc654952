"""How the engine finds out whether a container is well: the --health flags."""

from __future__ import annotations

from typing import Any

from commands.command import Command, flag
from commands.creation import durations
from commands.creation.values import DURATION

_SPANS = {
    "health_interval": "Interval",
    "health_timeout": "Timeout",
    "health_start_period": "StartPeriod",
    "health_start_interval": "StartInterval",
}
_IN_ORDER = ("health_interval", "health_timeout", "health_retries", "health_start_period", "health_start_interval")


class Health(Command):
    """The flags about the check."""

    health_cmd: str = flag(default="", help="What to run in the container; it is well while that ends with 0")
    health_interval: str = flag(default="", kind=DURATION, help="Time between two checks, such as 30s")
    health_retries: int = flag(default=0, help="Failures in a row after which it is unhealthy")
    health_start_interval: str = flag(
        default="", kind=DURATION, since="1.44", help="Time between two checks while it starts, such as 1s"
    )
    health_start_period: str = flag(default="", kind=DURATION, help="Time to start before failures count")
    health_timeout: str = flag(default="", kind=DURATION, help="Time after which one check has failed")
    no_healthcheck: bool = flag(default=False, help="Check nothing, whatever the image says")

    def healthcheck(self) -> dict[str, Any]:
        """The Healthcheck as a part of the Config; raises ValueError in docker's words."""
        said = self._said()
        if self.no_healthcheck:
            if said or self.health_cmd:
                raise ValueError("--no-healthcheck conflicts with --health-* options")
            return {"Healthcheck": {"Test": ["NONE"]}}
        for name in _IN_ORDER:
            if said.get(name, 0) < 0:
                raise ValueError(f"--{name.replace('_', '-')} cannot be negative")
        check: dict[str, Any] = {"Test": ["CMD-SHELL", self.health_cmd]} if self.health_cmd else {}
        check |= {key: said[name] for name, key in (*_SPANS.items(), ("health_retries", "Retries")) if name in said}
        return {"Healthcheck": check} if check else {}

    def _said(self) -> dict[str, int]:
        """The spans in nanoseconds and the retries, where they are not nothing."""
        said = {name: durations.nanoseconds(getattr(self, name) or "0") for name in _SPANS}
        return {name: value for name, value in (*said.items(), ("health_retries", self.health_retries)) if value}
