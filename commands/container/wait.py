"""docker wait."""

from __future__ import annotations

import time

import requests
from docker.errors import APIError, DockerException

from commands import wire
from commands.container.several import NAMELESS, Several
from commands.context import Context
from commands.engine_errors import daemon
from commands.reply import Errors, Note, Reply, output
from commands.spec import Permission
from commands.target import Target

_RUNS = "{0} still runs after {1:g} s, which is as long as an answer may take. Send `wait {0}` again to go on waiting."
_BROKEN = "How {} ended is not known: the engine stopped answering."


class Wait(Several, name="container wait", alias="wait", permission=Permission.SEE):
    """Wait until one or more containers have ended, and show their exit codes.

    An answer takes no longer than the settings allow; then it says which container still runs.
    """

    def run(self, ctx: Context) -> Reply:
        """Wait for one after the other."""
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


def _failed(text: str) -> Reply:
    return Reply((Errors(f"{text}\n"),), failed=True, error=text)
