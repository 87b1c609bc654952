"""Being with a container's own process, in a session: what it prints, and what is typed into it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import requests
from docker.api.client import APIClient
from docker.errors import DockerException

from commands import wire
from commands.container.entered import PLAIN, TERMINAL, ended, exited, resized, unknown
from commands.context import Context
from commands.conversing import Conversation
from commands.creation.attaching import Attached
from commands.live import Session
from commands.reply import Reply, note

SETTLES = 10.0  # seconds in which the engine says how a container ended whose streams are at their end
_LEFT = "{} goes on: `docker attach {}` gets back to it, `docker stop {}` ends it."
_KILLED = "{} was killed."
_NOT_KILLED = "{} could not be killed. `docker ps -a` shows how it is now."
_UNKNOWN = "How {} ended is not known: the engine stopped answering. `docker ps -a` shows how it is now."
_BROKEN = "The engine ended the connection to {}, which may go on: `docker attach {}` gets back to it."
_CUT_OFF = "The engine ended the connection to {}, into which nobody could type any more, so it was killed."
INSISTS = 30.0  # seconds for which it is tried to kill what must not outlast its session
_AGAIN = 0.5  # seconds between two tries


@dataclass
class Joined:
    """A container in whose streams one is; dies: whether it ends with the session."""

    client: APIClient
    id: str
    name: str
    tty: bool
    hears: bool
    dies: bool
    killed: bool = False

    def interrupt(self) -> None:
        """The signal that docker passes on."""
        self._kill("SIGINT")

    def end(self, send: Callable[[bytes], None]) -> None:
        """Kill it, where it is to end."""
        del send
        if self.dies:
            self.killed = self._kill("SIGKILL")

    def hold(self, ctx: Context, session: Session, attached: Attached) -> Reply:
        """Be in it until either ends; the answer is how that was."""
        if self.tty:
            resized(ctx, "/containers/{0}/resize", self.id)
        session.offer(() if not self.hears else TERMINAL if self.tty else PLAIN)
        Conversation(self.client, attached.following.output, session, self, tty=self.tty).hold()
        return ended(session, self._told(session, attached))

    def _kill(self, signal: str) -> bool:
        with suppress(DockerException, requests.RequestException):
            wire.post(self.client, "/containers/{0}/kill", self.id, params={"signal": signal})
            return True
        return False

    def _told(self, session: Session, attached: Attached) -> Reply:
        why, name = session.ended, self.name
        if why and (session.left or not self.dies):
            return note(f"{why} {_LEFT.format(name, name, name)}")
        if why:
            return (
                note(f"{why} {_KILLED.format(name)}") if self.killed else unknown(f"{why} {_NOT_KILLED.format(name)}")
            )
        attached.following.ends = time.monotonic() + SETTLES
        try:
            found, wrong = attached.ended(), _BROKEN.format(name, name)
        except ValueError:
            found, wrong = None, _UNKNOWN.format(name)
        if found is not None:
            return exited(found.code, f"{name} ended with exit code {found.code}. {found.error}".strip())
        if not self.dies or not self._insist(session):
            return unknown(wrong)
        told = _CUT_OFF.format(name)
        return replace(note(told), failed=True, error=told)

    def _insist(self, session: Session) -> bool:
        """Kill it, once the engine answers again; whether it was."""
        until = time.monotonic() + INSISTS
        while not self._kill("SIGKILL"):
            if time.monotonic() > until or session.wait(_AGAIN):
                return False
        return True
