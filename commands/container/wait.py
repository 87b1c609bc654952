"""docker wait."""

from __future__ import annotations

import time

import requests
from docker.errors import APIError, DockerException

from commands import wire
from commands.container.several import NAMELESS, Several
from commands.container.waiting import Waiting
from commands.context import Context
from commands.engine_errors import daemon
from commands.reply import Errors, Note, Reply, output
from commands.spec import Permission
from commands.target import Found, Target

_RUNS = "{0} still runs after {1:g} s, which is as long as an answer may take. Send `wait {0}` again to go on waiting."
_BROKEN = "How {} ended is not known: the engine stopped answering."


class Wait(Several, name="container wait", alias="wait", permission=Permission.SEE):
    """Wait until one or more containers have ended, and show their exit codes.

    It answers when that happens, a week later at most, whether slashdock was restarted meanwhile or not. By the clock
    it waits no longer than the settings allow; then it says which container still runs.
    """

    lasting = True

    def run(self, ctx: Context) -> Reply:
        """Wait for all of them where somebody watches; else for one after the other, and not for long."""
        there = [(ref, found) for ref in dict.fromkeys(self.containers) if (found := self._found(ctx, ref))]
        known = {ref: int(code) for ref, code in ctx.recall().items()}
        if ctx.watched and (known or any(_goes_on(found) for _, found in there)):
            return self._until_it_happens(ctx, [(ref, found.id) for ref, found in there], known)
        return self._briefly(ctx)

    def _found(self, ctx: Context, ref: str) -> Found | None:
        found = ctx.found.get(Target("container", ref))
        return found if isinstance(found, Found) else None

    def _until_it_happens(self, ctx: Context, there: list[tuple[str, str]], known: dict[str, int]) -> Reply:
        with ctx.live() as live:
            waiting = Waiting(ctx, live, there, known)
            waiting.all()
            live.say("")
            reply = Reply()
            for ref in self.containers:
                reply += self._told(ctx, ref, waiting)
            left = [*dict.fromkeys(waiting.left)]
            if left:
                text = f"{live.ended} Still running: {', '.join(left)}."
                reply += Reply((Note(text),), failed=True, error=text)
            return reply

    def _told(self, ctx: Context, ref: str, waiting: Waiting) -> Reply:
        if ref in waiting.codes:
            return output(f"{waiting.codes[ref]}\n")
        if ref in waiting.wrong:
            return _failed(waiting.wrong[ref])
        return (
            Reply() if ref in waiting.left else self._wait(ctx, ref, 0.0)
        )  # which says that it has no name, or is not there

    def _briefly(self, ctx: Context) -> Reply:
        deadline = time.monotonic() + ctx.allowances.run_wait
        reply = Reply()
        for ref in self.containers:
            reply += self._wait(ctx, ref, deadline)
            if reply.parts and isinstance(reply.parts[-1], Note):
                break
        return reply

    def _wait(self, ctx: Context, ref: str, deadline: float) -> Reply:
        if not ref.strip():
            return _failed(NAMELESS)
        try:
            container = ctx.id(Target("container", ref))
            left = max(1.0, deadline - time.monotonic())
            ended = wire.post(ctx.patient, "/containers/{0}/wait", container, params={}, timeout=left).json()
        except APIError as error:
            return _failed(daemon(error))
        except requests.RequestException as error:
            if "timed out" not in str(error):
                return _failed(_BROKEN.format(ref))
            text = _RUNS.format(ref, ctx.allowances.run_wait)
            return Reply((Note(text),), failed=True, error=text)
        except DockerException as error:
            return _failed(str(error))
        return output(f"{ended['StatusCode']}\n")


def _goes_on(found: Found) -> bool:
    """Whether its end may be still to come; of one that was there before an end of slashdock nothing is known."""
    return not found.details or bool((found.details.get("State") or {}).get("Running"))


def _failed(text: str) -> Reply:
    return Reply((Errors(f"{text}\n"),), failed=True, error=text)
