"""Being in a container by a process of one's own, in a session."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import requests
from docker.errors import APIError, DockerException

from commands import wire
from commands.context import Context
from commands.conversing import Conversation
from commands.creation import attaching
from commands.ending import MARK, Process
from commands.keys import END, INTERRUPT
from commands.live import HEIGHT, WIDTH, Session
from commands.reply import Errors, Reply, note

TERMINAL = (INTERRUPT, END, "^Z", "enter", "esc")  # what can be pressed where there is a terminal
NO_KEYS = "A session is left by its button, or by ^P and then ^Q, so --detach-keys has no effect."
SIGNALLED = 128  # an exit code beyond it stands for a signal, which may have been the container's end
SETTLES = 1.0  # seconds
PLAIN = (INTERRUPT, END)  # and where there is none
_LEFT = "{} goes on in {}: `docker top {}` shows it, `docker restart {}` ends all that runs there."
_KILLED = "{} was killed."
_NOT_KILLED = (
    "{} could not be killed and still runs in {}: that takes a shell (sh) there, and the right to signal it."
    " `docker restart {}` ends all that runs there."
)
_PAUSED = (
    "{} could not be killed, as {} is paused: `docker unpause {}` comes first, then `docker restart {}` ends all there."
)
_REMAIN = "{} processes that it started could not be killed: `docker restart {}` ends all that runs there."
_UNSEEN = (
    "Whether what it started still runs in {} is not known: a look takes a shell (sh) there, and time."
    " `docker top {}` shows what runs."
)
_BEHIND = "Processes that it had left in the background were killed: {}. To leave them there, detach."
_UNKNOWN = "The engine does not answer any more, so how {} ended is not known. `docker top {}` shows whether it runs."
_STOPPED = "The container ended with exit code {}."
_CLOSING = b"\x03\x1c\x04"  # what most programs end by: interrupt, quit, and the end of what is typed


@dataclass
class _Started:
    """The process that was started for it."""

    process: Process
    tty: bool

    def interrupt(self) -> None:
        """What ^C does."""
        self.process.interrupt()

    def end(self, send: Callable[[bytes], None]) -> None:
        """Kill it, or type what it may end by where that cannot be."""
        if not self.process.kill() and self.tty:
            with suppress(OSError):
                send(_CLOSING)
                self.process.ends()


def entered(  # noqa: PLR0913, PLR0917 - the process and the one who is told its id before it is started
    ctx: Context, container: str, name: str, command: str, body: Mapping[str, Any], noted: Callable[..., str]
) -> Reply:
    """Start a process in a container and be in it; raises Refusal, and APIError where it cannot be started."""
    tty = bool(body["Tty"])
    with ctx.session() as session:
        mark = secrets.token_hex(8)
        body = {**body, "Env": [*body["Env"], f"{MARK}={mark}"]}
        process = Process(ctx.patient, container, noted(container, body), mark, body)
        started = _Started(process, tty)
        answer = attaching.opened(ctx.patient, process.id, tty=tty)
        if tty:
            resized(ctx, "/exec/{0}/resize", process.id)
        session.offer(TERMINAL if tty else PLAIN)
        Conversation(ctx.patient, answer, session, started, tty=tty).hold()
        return ended(session, _told(ctx, started, session, name, command))


def ended(session: Session, reply: Reply) -> Reply:
    """The answer, which is where the session was, too, with its recording."""
    session.say(" ".join(part.text for part in reply.parts if hasattr(part, "text")).strip())
    return replace(reply, parts=(*reply.parts, *session.documents()))


def unknown(text: str) -> Reply:
    """An end of which nobody can say how it was."""
    return Reply((Errors(f"{text}\n"),), failed=True, error=text, unknown=True)


def exited(code: int, text: str) -> Reply:
    """An end with an exit code."""
    return replace(note(text), failed=code != 0, error=f"Exit code {code}" if code else None, exit_code=code)


def resized(ctx: Context, path: str, thing: str) -> None:
    """Give its terminal the size of ours; what has ended already needs none."""
    with suppress(APIError):
        wire.post(ctx.patient, path, thing, params={"h": HEIGHT, "w": WIDTH})


def _told(ctx: Context, started: _Started, session: Session, name: str, command: str) -> Reply:
    process = started.process
    state = process.state()
    if state is not None and state.get("Running") and not session.left and not session.ended:
        process.kill()  # the connection to it broke, and nobody could type into it any more
        state = process.state()
    if state is None:
        return unknown(f"{session.ended} {_UNKNOWN.format(command, name)}".strip())
    if session.left:
        return note(f"{session.ended} {_LEFT.format(command, name, name, name)}")
    if state.get("Running"):
        text = _PAUSED.format(command, name, name, name) if process.paused else _NOT_KILLED.format(command, name, name)
        return unknown(f"{session.ended} {text}".strip())
    if not session.ended:
        process.clear()
    remain = " ".join(_rest(process, name))
    if session.ended:
        return note(f"{session.ended} {_KILLED.format(command)} {remain}".strip())
    code = int(state.get("ExitCode") or 0)
    stopped = _stopped(ctx, process.container) if code > SIGNALLED else ""
    return exited(code, " ".join(filter(None, (f"{command} ended with exit code {code}.", stopped, remain))))


def _rest(process: Process, name: str) -> Iterator[str]:
    """What became of what it had started."""
    if process.left is None:
        yield _UNSEEN.format(name, name)
    elif process.left:
        yield _REMAIN.format(process.left, name)
    elif process.behind:
        yield _BEHIND.format(process.behind)


def _stopped(ctx: Context, container: str) -> str:
    """How the container ended; empty where it runs on, or nobody knows. Its processes end a moment before it does."""
    with suppress(DockerException, requests.RequestException):  # it runs on, which is told by the time being over
        ended = wire.post(ctx.docker, "/containers/{0}/wait", container, params={}, timeout=SETTLES).json()
        return _STOPPED.format(ended["StatusCode"])
    return ""
