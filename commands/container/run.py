"""docker container run."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import requests
from docker.errors import APIError

from commands import wire
from commands.attempts import unanswered
from commands.command import Permission, flag
from commands.container.create import Create, errors
from commands.context import Context, daemon
from commands.creation import attaching
from commands.creation.attaching import Attached, Ended
from commands.creation.ordering import Made, Unmade
from commands.intent import SHORT
from commands.reply import Errors, Note, Reply, failure, lines, note

GENERAL, NOT_RUN, NOT_FOUND = 125, 126, 127  # docker's exit codes where nothing ran
_NOT_FOUND = ("executable file not found", "no such file or directory", "system cannot find the file specified")
_NOT_RUN = ("permission denied", "is a directory")
_BOTH = "conflicting options: cannot specify both --attach and --detach"
_NO_KEYBOARD = (
    "Nothing can be typed into a container from a chat. Leave {} away to see what it prints, or run it with -d and then"
    " send `exec NAME COMMAND`."
)
_NO_KEYS = "Nobody is attached here, so --detach-keys has no effect."
_GOES_ON = (
    "{} still runs after {:.0f} s and goes on in the background. `docker logs {}` shows more, `docker stop {}` ends it."
)
_NOT_STARTED = "{} was made and not started, as the engine did not answer. `docker start {}` starts it."
_RUNS = "{} runs. Its end is waited for, {:.0f} s at most."
_FLOODED = "{} prints too much to be followed. It goes on in the background; `docker stop {}` ends it."
_LOGLESS = "Its log goes when it ends, since it was run with --rm."
_UNKNOWN = "How {} ended is not known: the engine stopped answering. `docker ps -a` shows how it is now."


class Run(Create, name="container run", alias="run", permission=Permission.CHANGE, interspersed=False):
    """Make a container, start it and show what it prints.

    Without -d the answer waits for its end, but not longer than the settings say; it goes on then in the background.
    Nothing can be typed into it.
    """

    detach: bool = flag("-d", default=False, help="Do not wait for it: the answer is its id")
    detach_keys: str = flag(default="", help="Accepted and without effect, as nobody is attached")
    interactive: bool = flag("-i", default=False, help="Only with -d: keep its input open, into which nothing is typed")
    sig_proxy: bool = flag(default=True, shown="true", help="Accepted and without effect: a chat sends no signals")

    def attached(self) -> dict[str, bool]:
        """None of the streams where nobody waits for it."""
        streams = self.streams()
        return dict.fromkeys(streams, False) if self.detach else streams

    def unfit(self) -> str:
        """What docker refuses about the terminal, and what cannot be done without one."""
        if self.detach and self.attach:
            return _BOTH
        if not self.detach and self.streams()["AttachStdin"]:
            return _NO_KEYBOARD.format(self._typing())
        return super().unfit()

    def tell(self, wrong: str) -> str:
        """An error as docker words it, with the line that says where to read on."""
        return f"docker: {wrong}\n\nRun 'docker run --help' for more information"

    def unmade(self, end: Unmade) -> Reply:
        """What is told where there is no container, with the code by which docker would exit."""
        return replace(super().unmade(end), exit_code=_code(str(end)))

    def run(self, ctx: Context) -> Reply:
        """Make it and start it; the answer is its id, or what it printed."""
        try:
            made = self.make(ctx)
        except Unmade as end:
            return self.unmade(end)
        reply = self._detached(ctx, made) if self.detach else self._waited(ctx, made)
        ignored = note(_NO_KEYS) if self.detach_keys else Reply()
        return replace(reply + errors(made.told) + ignored, ids=(made.id,), made=(made.id,))

    def _typing(self) -> str:
        if not self.interactive:
            return "-a stdin"
        return "-it" if self.tty else "-i"

    def _detached(self, ctx: Context, made: Made) -> Reply:
        return lines([made.id]) + self._started(ctx, made)

    def _started(self, ctx: Context, made: Made) -> Reply:
        """Nothing where it was started, else why it was not."""
        try:
            wire.post(ctx.patient, "/containers/{0}/start", made.id, params={})
        except APIError as error:
            if not wire.lost(error):
                return replace(failure(self.tell(daemon(error))), exit_code=_code(daemon(error)))
            return unanswered(f"the start of {made.name}", f"docker ps -a --filter id={made.id[:SHORT]}")
        except requests.RequestException:
            return unanswered(f"the start of {made.name}", f"docker ps -a --filter id={made.id[:SHORT]}")
        return Reply()

    def _waited(self, ctx: Context, made: Made) -> Reply:
        streams = tuple(name for name in ("stdout", "stderr") if self.streams()[f"Attach{name.capitalize()}"])
        seconds = ctx.allowances.run_wait
        with ExitStack() as stack:
            try:
                attached = stack.enter_context(
                    attaching.attached(ctx.patient, made.id, streams, tty=self.tty, removed=self.rm, seconds=seconds)
                )
            except requests.RequestException as error:
                return self._unattached(error, made)
            refused = self._started(ctx, made)
            if refused.failed:
                return refused
            ctx.progress(_RUNS.format(made.name, seconds))
            over = attached.following.follow()
            return attached.following.printed(made.name) + self._end(attached, made, seconds, over=over)

    def _unattached(self, error: requests.RequestException, made: Made) -> Reply:
        """What is told where its streams could not be had, so that it was not started."""
        if isinstance(error, APIError) and not wire.lost(error):
            return replace(failure(self.tell(daemon(error))), exit_code=GENERAL)
        return failure(_NOT_STARTED.format(made.name, made.name))

    def _end(self, attached: Attached, made: Made, seconds: float, *, over: bool) -> Reply:
        """What is told of how it ended, or of that it goes on."""
        name = made.name
        if attached.following.flooded:
            return note(_FLOODED.format(name, name))
        try:
            ended = attached.ended() if over else None
        except ValueError:
            unknown = _UNKNOWN.format(name)
            return Reply((Errors(f"{unknown}\n"),), failed=True, error=unknown, unknown=True)
        if ended is None:
            text = _GOES_ON.format(name, seconds, name, name)
            return note(f"{text} {_LOGLESS}" if self.rm else text)
        return _ended(ended)


def _ended(ended: Ended) -> Reply:
    if ended.error:
        return replace(failure(f"Error waiting for container: {ended.error}"), exit_code=GENERAL)
    told = f"Exit code {ended.code}"
    return Reply((Note(f"{told}."),), ended.code != 0, told if ended.code else None, ended.code)


def _code(error: str) -> int:
    """The code by which docker exits where the engine refused to run anything."""
    if any(text in error for text in _NOT_FOUND):
        return NOT_FOUND
    return NOT_RUN if any(text in error for text in _NOT_RUN) else GENERAL
