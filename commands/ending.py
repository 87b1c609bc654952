"""The end of a process that was started in a container: the engine has none for it, so it is killed from within."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import APIError, DockerException

from commands import wire
from commands.creation import attaching

MARK = "SLASHDOCK_SESSION"  # the variable by which the processes of a session are known
PATIENCE = 1.0  # seconds that a signal has to work
_SCRIPT = 5.0  # seconds in which a shell has looked at all processes there
_LOOK = 0.05  # seconds between two looks at whether it has
# All that have the mark, and all that are in the session (setsid(2)) of one that has it, by a shell's own words alone.
# The sessions 0 and 1 are the container's own, or one that cannot be seen from in there. What begins another process
# just then is found again without it: it is looked for until none is left, or too often. It prints how many there were
# at the last look, and the sessions, which are known by them even when those that had the mark are gone.
_KILL = r"""
mark=$1 signal=$2 times=$3 sids=" $4 " found=0
sid() {
  sid=; read -r s 2>/dev/null < "$1/stat" || return; s=${s##*) }; set -- $s
  case $1 in Z|X) return 1;; esac; sid=$4
}
marked() {
  while IFS= read -r x || [ -n "$x" ]; do case $x in *"$mark"*) return 0;; esac; x=; done 2>/dev/null < "$1/environ"
  return 1
}
while [ "$times" -gt 0 ]; do
  times=$((times-1)) found=0 pids=' '
  for p in /proc/[0-9]*; do
    sid "$p" || continue
    case $sids in *" $sid "*) continue;; esac
    marked "$p" || continue
    case $sid in 0|1) pids="$pids${p#/proc/} ";; *) sids="$sids$sid ";; esac
  done
  for p in /proc/[0-9]*; do
    sid "$p" || continue
    pid=${p#/proc/}
    case "$sids/$pids" in *" $sid "*/*|*/*" $pid "*) found=$((found+1)); kill -"$signal" "$pid" 2>/dev/null;; esac
  done
  [ $found -gt 0 ] || break
done
echo "$found" $sids
"""
_TIMES = 20  # looks for what is to be killed


@dataclass
class Process:
    """One that was started in a container with the mark in its environment, by the request with this body.

    left: how many of those that it started could not be killed, as far as that is known; paused: the container is.
    """

    client: APIClient
    container: str
    id: str
    mark: str
    body: Mapping[str, Any]
    left: int = 0
    paused: bool = False

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
        _, sessions = self._signal("HUP")
        self.ends()
        self.left, _ = self._signal("KILL", _TIMES, sessions)
        return self.ends()

    def clear(self) -> None:
        """Do the same to what it has left behind, now that it has ended."""
        found, sessions = self._signal("HUP")
        if found:
            self.left, _ = self._signal("KILL", _TIMES, sessions)

    def ends(self) -> bool:
        """Wait a little for its end; whether it has ended."""
        until = time.monotonic() + PATIENCE
        while (state := self.state()) is not None and state.get("Running"):
            if self.paused or time.monotonic() > until:
                return False
            time.sleep(_LOOK)
        return state is not None

    def _signal(self, signal: str, times: int = 1, sessions: str = "") -> tuple[int, str]:
        """Have each process of it, and of these sessions, get this, until none is there or so many times.

        How many there were at last, and their sessions. None where the container has no shell.
        """
        kept = {name: self.body[name] for name in ("User", "Privileged")}
        words = ["sh", "-c", _KILL, "sh", f"{MARK}={self.mark}", signal, str(times), sessions]
        body = {**kept, "Tty": False, "AttachStdout": True, "AttachStderr": True, "Cmd": words}
        try:
            made = str(wire.send(self.client, "/containers/{0}/exec", self.container, body=body)["Id"])
            following = attaching.entered(self.client, made, tty=False, seconds=_SCRIPT)
            with contextlib.closing(following.output):
                following.follow()
        except APIError:
            self.paused = self._is_paused()
            return 0, ""
        except (DockerException, requests.RequestException):
            return 0, ""
        told = re.fullmatch(r"(\d+)((?: \d+)*)\n", "".join(text for _, text in following.pieces()))
        return (int(told[1]), told[2].strip()) if told else (0, "")

    def _is_paused(self) -> bool:
        with contextlib.suppress(DockerException, requests.RequestException):
            return bool(wire.get(self.client, "/containers/{0}/json", self.container)["State"]["Paused"])
        return False
