"""What stop and restart share: the signal, the seconds of grace, and waiting until they are over."""

from __future__ import annotations

from docker.utils import version_gte

from commands import wire
from commands.attempts import Beside
from commands.command import flag
from commands.container.several import Several
from commands.context import Context, Target
from commands.reply import Output, Reply, note

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

    def halt(self, ctx: Context, verb: str, beside: Beside | None = None) -> Reply:
        """Ask the engine for the verb of each container, in turn or side by side, and wait for it."""
        takes_signal = version_gte(ctx.patient.api_version, SIGNAL_SINCE)
        params: wire.Params = {} if self.timeout is None else {"t": self.timeout}
        if self.signal and takes_signal:
            params["signal"] = self.signal

        def act(target: Target) -> object:
            wait = ctx.patient.timeout + self._grace(ctx, target)
            path = f"/containers/{{0}}/{verb}"
            return wire.post(ctx.patient, path, ctx.id(target), params=params, timeout=wait)

        told = self.each(act, beside)
        ignored = self.signal and not takes_signal and any(isinstance(part, Output) for part in told.parts)
        return told + note(_NO_SIGNAL.format(version=ctx.patient.api_version)) if ignored else told

    def _grace(self, ctx: Context, target: Target) -> int:
        if self.timeout is not None:
            return LONGEST_WAIT if self.timeout < 0 else min(self.timeout, LONGEST_WAIT)
        configured = ctx.look(target).details.get("Config", {}).get("StopTimeout")
        return min(DEFAULT_GRACE if configured is None else abs(int(configured)), LONGEST_WAIT)
