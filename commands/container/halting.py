"""What stop and restart share: the signal, the seconds of grace, and waiting until they are over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docker.api.client import APIClient
from docker.utils import version_gte

from commands import wire
from commands.attempts import Beside
from commands.command import flag
from commands.container.several import Several
from commands.context import Context
from commands.reply import Output, Reply, note
from commands.target import Target

DEFAULT_GRACE = 10  # seconds; the engine's own, where neither the line nor the container says another
LONGEST_WAIT = 600  # seconds of grace that are waited for; beyond them the outcome is told as unknown
SIGNAL_SINCE = "1.42"  # the API version from which the engine takes a signal with stop and restart
_NO_SIGNAL = (
    f"This engine (API {{version}}) takes no signal here (API {SIGNAL_SINCE} does): the container's own was sent."
)


class Halting(Several):
    """A verb that ends what containers run."""

    signal: str = flag("-s", default="", help="Send this signal first instead of the container's own")
    timeout: int | None = flag(
        "-t",
        default=None,
        also=("time",),
        help="Seconds of grace before the container is killed; -1 waits for ever",
    )

    def patience(self, details: Mapping[str, Any]) -> float:
        """The seconds of grace that a container of these details has."""
        return patience(details, self.timeout)

    def halt(self, ctx: Context, verb: str, beside: Beside | None = None) -> Reply:
        """Ask the engine for the verb of each container, in turn or side by side, and wait for it."""
        takes_signal = version_gte(ctx.patient.api_version, SIGNAL_SINCE)
        params = grace(self.timeout)
        if self.signal and takes_signal:
            params["signal"] = self.signal

        def act(target: Target) -> object:
            found = ctx.look(target)
            return halted(ctx.patient, found.id, verb, found.details, params)

        told = self.each(act, beside)
        ignored = self.signal and not takes_signal and any(isinstance(part, Output) for part in told.parts)
        return told + note(_NO_SIGNAL.format(version=ctx.patient.api_version)) if ignored else told


def halted(client: APIClient, container: str, verb: str, details: Mapping[str, Any], params: wire.Params) -> object:
    """Ask the engine for the verb (stop, restart) of a container of these details, and wait for its grace.

    params may say its seconds as "t", and a signal.
    """
    wait = client.timeout + patience(details, params.get("t"))
    return wire.post(client, f"/containers/{{0}}/{verb}", container, params=params, timeout=wait)


def grace(timeout: int | None) -> wire.Params:
    """The seconds of grace as a parameter."""
    return {} if timeout is None else {"t": timeout}


def patience(details: Mapping[str, Any], given: object) -> int:
    """The seconds of grace that are waited for, where a line gives so many, or none (None)."""
    if isinstance(given, int):
        return LONGEST_WAIT if given < 0 else min(given, LONGEST_WAIT)
    configured = details.get("Config", {}).get("StopTimeout")
    return min(DEFAULT_GRACE if configured is None else abs(int(configured)), LONGEST_WAIT)
