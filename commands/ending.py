"""The end of a process that was started in a container: the engine has none for it, so it is killed from within."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import DockerException

from commands import wire
from commands.creation import attaching

MARK = "SLASHDOCK_SESSION"  # the variable by which the processes of a session are known
PATIENCE = 1.0  # seconds that a signal has to work
_LOOK = 0.05  # seconds between two looks at whether it has
# All that have the mark, and all that are in the session (setsid(2)) of one that has it, by a shell's own words alone.
# The sessions 0 and 1 are the container's own, or one that cannot be seen from in there.
_KILL = r"""
mark=$1 signal=$2 sids=' '
sid() { sid=; read -r s 2>/dev/null < "$1/stat" || return; s=${s##*) }; set -- $s; sid=$4; }
marked() {
  while IFS= read -r x || [ -n "$x" ]; do case $x in *"$mark"*) return 0;; esac; x=; done 2>/dev/null < "$1/environ"
  return 1
}
for p in /proc/[0-9]*; do
  marked "$p" && sid "$p" && case $sid in 0|1) ;; *) sids="$sids$sid ";; esac
done
for p in /proc/[0-9]*; do
  sid "$p"
  case $sids in *" $sid "*) kill -"$signal" "${p#/proc/}" 2>/dev/null; continue;; esac
  marked "$p" && kill -"$signal" "${p#/proc/}" 2>/dev/null
done
"""


@dataclass(frozen=True)
class Process:
    """One that was started in a container with the mark in its environment, by the request with this body."""

    client: APIClient
    container: str
    id: str
    mark: str
    body: Mapping[str, Any]

    def state(self) -> Mapping[str, Any] | None:
        """What the engine knows of it, with Running and ExitCode; None where it does not answer, or has forgotten."""
        try:
            told: Mapping[str, Any] = wire.get(self.client, "/exec/{0}/json", self.id)
        except (DockerException, requests.RequestException):
            return None
        return told

    def interrupt(self) -> None:
        """What ^C would do to it at a terminal."""
        self._signal("INT")

    def kill(self) -> bool:
        """Hang up on it as a terminal does that is closed, then kill what is left; whether it has ended."""
        for signal in ("HUP", "KILL"):
            self._signal(signal)
            ended = self.ends()
        return ended

    def _signal(self, signal: str) -> None:
        """Have each process of it get this; nothing happens where the container has no shell."""
        kept = {name: self.body[name] for name in ("User", "Privileged")}
        words = ["sh", "-c", _KILL, "sh", f"{MARK}={self.mark}", signal]
        body = {**kept, "Tty": False, "AttachStdout": True, "AttachStderr": True, "Cmd": words}
        with contextlib.suppress(DockerException, requests.RequestException):
            made = str(wire.send(self.client, "/containers/{0}/exec", self.container, body=body)["Id"])
            following = attaching.entered(self.client, made, tty=False, seconds=PATIENCE)
            with contextlib.closing(following.output):
                following.follow()

    def ends(self) -> bool:
        """Wait a little for its end; whether it has ended."""
        until = time.monotonic() + PATIENCE
        while (state := self.state()) is not None and state.get("Running"):
            if time.monotonic() > until:
                return False
            time.sleep(_LOOK)
        return state is not None
