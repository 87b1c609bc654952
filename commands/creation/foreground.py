"""A container that is started while somebody looks on: what it prints and how it ends, for as long as is waited."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace

import requests
from docker.errors import APIError, DockerException

from commands import wire
from commands.attempts import unanswered
from commands.container.joined import Joined
from commands.context import Context
from commands.creation import attaching
from commands.creation.attaching import Attached, Ended
from commands.engine_errors import daemon
from commands.intent import SHORT
from commands.lasting import Kind, Lasting
from commands.live import Session
from commands.reply import Errors, Note, Reply, failure, note

GENERAL = 125  # docker's exit code where nothing ran
_GOES_ON = (
    "{} still runs after {:.0f} s and goes on in the background. `docker logs {}` shows more, `docker stop {}` ends it."
)
_RUNS = "{} runs. Its end is waited for, {:.0f} s at most."
_FLOODED = "{} prints too much to be followed. It goes on in the background; `docker stop {}` ends it."
_LOGLESS = "Its log goes when it ends, since it is removed then."
_UNKNOWN = "How {} ended is not known: the engine stopped answering. `docker ps -a` shows how it is now."


@dataclass(frozen=True)
class Foreground:
    """A container to be started; streams are stdout and stderr or one of them, removed whether it goes when it ends.

    refused words the engine's refusal to attach to it or to start it; unstarted is what is told where its streams
    could not be had for want of an answer.
    """

    id: str
    name: str
    streams: tuple[str, ...]
    tty: bool
    removed: bool
    refused: Callable[[str], Reply]
    unstarted: str

    def start(self, ctx: Context) -> Reply:
        """Nothing where it was started, else why it was not."""
        try:
            wire.post(ctx.patient, "/containers/{0}/start", self.id, params={})
        except APIError as error:
            if not wire.lost(error):
                return self.refused(daemon(error))
            return self._unanswered()
        except requests.RequestException:
            return self._unanswered()
        except DockerException:  # there was no connection to ask by
            return failure(self.unstarted)
        return Reply()

    def watch(self, ctx: Context) -> Reply:
        """Start it and show what it prints, until it ends or until that is waited for no longer."""
        seconds = ctx.allowances.run_wait
        with ExitStack() as stack:
            try:
                attached = stack.enter_context(
                    attaching.attached(
                        ctx.patient, self.id, self.streams, tty=self.tty, removed=self.removed, seconds=seconds
                    )
                )
            except requests.RequestException as error:
                return self._unattached(error)
            refused = self.start(ctx)
            if refused.failed:
                return refused
            ctx.progress(_RUNS.format(self.name, seconds))
            over = attached.following.follow()
            return attached.following.printed(self.name) + self._end(attached, seconds, over=over)

    def converse(self, ctx: Context, session: Session) -> Reply:
        """Start it and be in it, in a session that ends with it and it with the session."""
        streams = ("stdin", *self.streams)
        session.makes(self.id)
        with ExitStack() as stack:
            try:
                attached = stack.enter_context(
                    attaching.attached(ctx.patient, self.id, streams, tty=self.tty, removed=self.removed, seconds=0)
                )
            except requests.RequestException as error:
                return self._unattached(error)
            refused = self.start(ctx)
            if refused.failed:
                return refused
            joined = Joined(ctx.patient, self.id, self.name, self.tty, hears=True, dies=True)
            return joined.hold(ctx, session, attached)

    def _unanswered(self) -> Reply:
        return unanswered(f"the start of {self.name}", f"docker ps -a --filter id={self.id[:SHORT]}")

    def _unattached(self, error: requests.RequestException) -> Reply:
        """What is told where its streams could not be had, so that it was not started."""
        if isinstance(error, APIError) and not wire.lost(error):
            return self.refused(daemon(error))
        return failure(self.unstarted)

    def _end(self, attached: Attached, seconds: float, *, over: bool) -> Reply:
        """What is told of how it ended, or of that it goes on."""
        if attached.following.flooded:
            return self._goes_on(_FLOODED.format(self.name, self.name))
        try:
            ended = attached.ended() if over else None
        except ValueError:
            unknown = _UNKNOWN.format(self.name)
            return Reply((Errors(f"{unknown}\n"),), failed=True, error=unknown, unknown=True)
        if ended is None:
            text = _GOES_ON.format(self.name, seconds, self.name, self.name)
            return self._goes_on(f"{text} {_LOGLESS}" if self.removed else text)
        return _ended(ended)

    def _goes_on(self, told: str) -> Reply:
        return replace(note(told), lasting=(Lasting(Kind.CONTAINER, self.id),))


def _ended(ended: Ended) -> Reply:
    if ended.error:
        return replace(failure(f"Error waiting for container: {ended.error}"), exit_code=GENERAL)
    told = f"Exit code {ended.code}"
    return Reply((Note(f"{told}."),), ended.code != 0, told if ended.code else None, ended.code)
