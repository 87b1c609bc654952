"""docker exec."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import requests
from docker.errors import APIError, DockerException, NotFound

from commands import touching, wire
from commands.aftermath import Fate, Meant, Past
from commands.attempts import Refusal, unanswered
from commands.command import arg, args, flag
from commands.container import entered
from commands.container.entered import NO_KEYS
from commands.container.several import nameless
from commands.context import Context
from commands.creation import attaching, sources
from commands.creation.environment import Variables
from commands.creation.process import IN_PROC, leads_to_proc
from commands.engine_errors import answered, named
from commands.lasting import Kind, Lasting
from commands.reply import Errors, Reply, failure, note
from commands.spec import Permission
from commands.target import Target
from commands.touching import Looked, Shares

PROCESS = "exec"  # what the record calls the id of a process
_RUNS = "{} runs in {}. Its end is waited for, {:.0f} s at most."
_GOES_ON = (
    "{} still runs in {} after {:.0f} s and goes on. `docker top {}` shows it, `docker restart {}` ends all that runs"
    " there."
)
_FLOODED = "{} prints too much to be followed. It goes on in {}; `docker restart {}` ends all that runs there."
_UNKNOWN = "How {} ended is not known: the engine stopped answering. `docker top {}` shows whether it still runs."
_PAUSED = "Container {} is paused"  # the engine's, which repeats there what it was sent
_PRIVILEGED = "it gets rights on the host (--privileged)"


class Exec(Variables, name="container exec", alias="exec", permission=Permission.ENTER, interspersed=False):
    """Run a command in a container and show what it prints.

    Without -d the answer waits for its end, but not longer than the settings say; it goes on then in the background.
    With -i it is a session in a thread: what you write there is typed into it, until it ends or somebody ends it.
    """

    container: str = arg("CONTAINER")
    command: str = arg("COMMAND")
    words: tuple[str, ...] = args("ARG", required=False)
    detach: bool = flag("-d", default=False, help="Do not wait for it, and show nothing of what it prints")
    detach_keys: str = flag(default="", help="Accepted and without effect: a button leaves a session")
    interactive: bool = flag("-i", default=False, help="Type into it, in a thread; with -t as at a terminal")
    privileged: bool = flag(default=False, help="Give it rights on the host")
    tty: bool = flag("-t", default=False, help="Give it a terminal, so that it prints as on one")
    user: str = flag("-u", default="", help="Who runs it: a name or a number, with a group after a colon")
    workdir: str = flag("-w", default="", help="The folder that it begins in")

    def problem(self) -> str | None:
        """Docker's refusal of an empty name, and ours of what leads out of the container."""
        if leads_to_proc(self.workdir):
            return IN_PROC.format(self.workdir)
        return nameless([self.container])

    def targets(self) -> tuple[Target, ...]:
        """The container."""
        return (Target("container", self.container),)

    def lives(self) -> bool:
        """Whether somebody types into it."""
        return self.interactive and not self.detach

    def argv(self) -> tuple[str, ...]:
        """The command with its arguments."""
        return (self.command, *self.words)

    def escalation(self) -> str:
        """What --privileged gives."""
        return _PRIVILEGED if self.privileged else ""

    def reads(self, ctx: Context) -> None:
        """The files of variables that the line names."""
        self.environment(sources.found(ctx))

    def became(self, past: Past) -> Iterable[Fate]:
        """What the engine knows of the process, by the id that was noted before its start."""
        process = past.noted.get(PROCESS, "")
        return [_became(past, container, process, self.command) for container in past.there("container")[:1]]

    def shares(self, found: Looked) -> Shares:
        """It gets into its namespaces."""
        return touching.entered(found.values())

    def run(self, ctx: Context) -> Reply:
        """Start it; the answer is what it printed and its exit code."""
        try:
            environment = self.environment(sources.found(ctx))
        except (ValueError, Refusal) as error:
            return failure(str(error))
        container = ctx.id(self.targets()[0])
        body = self._body(environment)
        try:
            if self.lives():
                reply = entered.entered(ctx, container, self.container, self.command, body, partial(self._noted, ctx))
            else:
                process = self._noted(ctx, container, body)
                reply = self._detached(ctx, process) if self.detach else self._waited(ctx, process)
        except Refusal as error:
            return failure(str(error))
        except (APIError, requests.RequestException) as error:
            if isinstance(error, APIError) and _PAUSED.format(container) in answered(error):
                raise named(error, container, self.container) from None
            if not wire.lost(error):
                raise
            return unanswered(f"{self.command} in {self.container}", f"docker top {self.container}")
        return reply + note(NO_KEYS) if self.detach_keys else reply

    def _noted(self, ctx: Context, container: str, body: Mapping[str, Any]) -> str:
        """The id of the process, not started yet: it is written down first. Raises Refusal where it cannot be."""
        process = str(wire.send(ctx.patient, "/containers/{0}/exec", container, body=body)["Id"])
        ctx.note({PROCESS: process})
        return process

    def _body(self, environment: list[str]) -> dict[str, Any]:
        streams = not self.detach
        return {
            "User": self.user,
            "Privileged": self.privileged,
            "Tty": self.tty,
            "AttachStdin": self.lives(),
            "AttachStdout": streams,
            "AttachStderr": streams,
            "Env": environment,
            "WorkingDir": self.workdir,
            "Cmd": [self.command, *self.words],
            "Detach": self.detach,
            "DetachKeys": attaching.NEVER_TYPED if self.lives() else self.detach_keys,
        }

    def _detached(self, ctx: Context, process: str) -> Reply:
        wire.send(ctx.patient, "/exec/{0}/start", process, body={"Detach": True, "Tty": self.tty})
        return Reply()

    def _waited(self, ctx: Context, process: str) -> Reply:
        seconds = ctx.allowances.run_wait
        following = attaching.entered(ctx.patient, process, tty=self.tty, seconds=seconds)
        with contextlib.closing(following.output):
            ctx.progress(_RUNS.format(self.command, self.container, seconds))
            over = following.follow()
            printed = following.printed(self.container)
        if over and not following.flooded:
            return printed + self._end(ctx, process)
        return replace(
            printed + note(self._goes_on(seconds, flooded=following.flooded)), lasting=(Lasting(Kind.EXEC, process),)
        )

    def _goes_on(self, seconds: float, *, flooded: bool) -> str:
        if flooded:
            return _FLOODED.format(self.command, self.container, self.container)
        return _GOES_ON.format(self.command, self.container, seconds, self.container, self.container)

    def _end(self, ctx: Context, process: str) -> Reply:
        """The exit code; an engine that was started again meanwhile knows nothing of it any more."""
        try:
            told = wire.get(ctx.docker, "/exec/{0}/json", process)
        except (DockerException, requests.RequestException):
            told = {}
        code = None if told.get("Running") else told.get("ExitCode")
        if code is None:
            unknown = _UNKNOWN.format(self.command, self.container)
            return Reply((Errors(f"{unknown}\n"),), failed=True, error=unknown, unknown=True)
        end = f"Exit code {code}"
        return replace(note(f"{end}."), failed=code != 0, error=end if code else None, exit_code=code)


def _became(past: Past, container: Meant, process: str, command: str) -> Fate:
    if not process:
        not_asked = f"was not asked to run {command}"
        return container.undone(not_asked) if container.was else container.untold(f"may have run {command}")
    try:
        told = wire.get(past.docker, "/exec/{0}/json", process)
    except NotFound:
        return container.untold(f"knows nothing of {command} any more: its exit code is not known")
    if told.get("Running"):
        return container.done(f"runs {command}")
    code = told.get("ExitCode")
    if code is None:
        return container.undone(f"did not start {command}")
    return container.done(f"ran {command}, which ended with exit code {code}", int(code))
