"""docker start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from docker.errors import APIError

from commands.aftermath import Fate, Past
from commands.api import EXPERIMENT
from commands.command import Also, flag
from commands.container import fates
from commands.container.several import Several
from commands.context import Context
from commands.creation.foreground import Foreground
from commands.reply import Reply, failure
from commands.spec import Permission
from commands.target import Found, Missing, Target


class Start(Several, name="container start", alias="start", permission=Permission.ACT):
    """Start containers that do not run.

    With -a one is started, and the answer is what it prints until it ends, but not longer than the settings say.
    Nothing can be typed into it.
    """

    attach: bool = flag("-a", default=False, help="Show what it prints until it ends, within a limit")
    checkpoint: str | None = flag(
        default=None, since=EXPERIMENT, help="Not possible here: it needs an experimental engine"
    )
    checkpoint_dir: str | None = flag(
        default=None, since=EXPERIMENT, help="Not possible here: it needs an experimental engine"
    )
    detach_keys: str = flag(default="", help="Accepted and without effect, as nothing is attached")
    interactive: bool = flag("-i", default=False, help="Not possible here: `attach` opens a session with one that runs")

    def problem(self) -> str | None:
        """Docker's refusals of flags that do not go together, or not with this engine."""
        if (self.attach or self.interactive) and len(self.containers) > 1:
            return "you cannot start and attach multiple containers at once"
        wrong = super().problem()
        return f"{wrong}\n{_failed(self.containers)}" if wrong else None

    def also(self, found: Mapping[Target, Found | Missing]) -> Iterable[Also]:
        """With -a it shows what `logs` would."""
        del found
        return (Also("container logs", self.targets()),) if self.attach else ()

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each was started."""
        return fates.each(past, fates.started)

    def run(self, ctx: Context) -> Reply:
        """Start one after the other, as docker does; one that runs already counts as done."""
        if self.interactive:
            name = ctx.look(self.targets()[0]).target.ref
            return failure(f"Leave -i away, and type into it with `attach` once it runs. Nothing was done to {name}.")
        if self.attach:
            return _watched(ctx, ctx.look(self.targets()[0]))
        refused = {ref for ref in self.containers if not ref.strip()}
        reply = self.each(lambda target: _start(ctx, target, refused))
        return reply + failure(_failed(ref for ref in self.containers if ref in refused)) if refused else reply


def _watched(ctx: Context, found: Found) -> Reply:
    """What it prints from now on."""
    name = found.target.ref
    config, host = found.details.get("Config") or {}, found.details.get("HostConfig") or {}
    return Foreground(
        found.id,
        name,
        ("stdout", "stderr"),
        bool(config.get("Tty")),
        bool(host.get("AutoRemove")),
        failure,
        f"{name} was not started, as the engine did not answer.",
    ).watch(ctx)


def _failed(refs: Iterable[str]) -> str:
    return f"Error: failed to start containers: {', '.join(refs)}"


def _start(ctx: Context, target: Target, refused: set[str]) -> None:
    try:
        ctx.patient.start(ctx.id(target))
    except APIError:
        refused.add(target.ref)
        raise
