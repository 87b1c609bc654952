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
_SCRIPT = 5  # seconds in which a shell has to have looked at all processes there
_LOOK = 0.05  # seconds between two looks at whether it has
# All that have the mark, and all that are in the session (setsid(2)) of one that has it, by a shell's own words and,
# where there is one, grep, which reads what a shell would read byte by byte. The sessions 0 and 1 are the container's
# own, or one that cannot be seen from in there. What begins another process just then is found again without it: it is
# looked for until none is left, too often, or for too long, as nobody ends this script. It prints how many there were
# at the first and the last look, and the sessions, which are known by them even when those that had the mark are gone;
# nothing where it came to no end.
_KILL = r"""
mark=$1 signal=$2 times=$3 seconds=$4 sids=" ${5:+$5 }" first= found=0
up() { read -r now _ < /proc/uptime; now=${now%.*}; }
late() { up; [ "$now" -ge "$until" ]; }
sid() {
  sid= s=; while IFS= read -r l || [ -n "$l" ]; do s="$s $l"; l=; done 2>/dev/null < "$1/stat"
  s=${s##*) }; set -- $s
  case $1 in ''|Z|X) return 1;; esac
  case $4 in ''|*[!0-9]*) return 1;; esac; sid=$4
}
marked() {
  while IFS= read -r x || [ -n "$x" ]; do case $x in *"$mark"*) return 0;; esac; x=; done 2>/dev/null < "$1/environ"
  return 1
}
all() {
  if command -v grep > /dev/null 2>&1; then grep -ls -e "$mark" /proc/[0-9]*/environ 2>/dev/null; return 0; fi
  for p in /proc/[0-9]*; do late && return 1; marked "$p" && echo "$p/environ"; done; return 0
}
up; until=$((now+seconds))
while [ "$times" -gt 0 ]; do
  times=$((times-1)) found=0 pids=' '
  marks=$(all) || exit
  for p in $marks; do
    p=${p%/environ}; sid "$p" || continue
    case $sid in 0|1) pids="$pids${p#/proc/} ";; *) sids="$sids$sid ";; esac
  done
  for p in /proc/[0-9]*; do
    late && exit
    sid "$p" || continue
    pid=${p#/proc/}
    case "$sids/$pids" in *" $sid "*/*|*/*" $pid "*) found=$((found+1)); kill -"$signal" "$pid" 2>/dev/null;; esac
  done
  first=${first:-$found}
  [ $found -gt 0 ] || break
done
echo "$first" "$found" $sids
"""
_TIMES = 20  # looks for what is to be killed


@dataclass(frozen=True)
class _Signalled:
    """How many processes there were at the first and at the last look, and their sessions."""

    first: int
    last: int
    sessions: str


@dataclass
class Process:
    """One that was started in a container with the mark in its environment, by the request with this body.

    left: how many of those that it started could not be killed, None where that is not known; behind: how many it had
    left behind when it ended by itself. paused: the container is.
    """

    client: APIClient
    container: str
    id: str
    mark: str
    body: Mapping[str, Any]
    left: int | None = 0
    behind: int = 0
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
        hung_up = self._signal("HUP")
        self.ends()
        self._kill("" if hung_up is None else hung_up.sessions)
        return self.ends()

    def clear(self) -> None:
        """Do the same to what it has left behind, now that it has ended."""
        found = self._signal("HUP")
        if found is None:
            self.left = None
        elif found.first:
            self.behind = found.first
            self._kill(found.sessions)

    def ends(self) -> bool:
        """Wait a little for its end; whether it has ended."""
        until = time.monotonic() + PATIENCE
        while (state := self.state()) is not None and state.get("Running"):
            if self.paused or time.monotonic() > until:
                return False
            time.sleep(_LOOK)
        return state is not None

    def _kill(self, sessions: str) -> None:
        killed = self._signal("KILL", _TIMES, sessions)
        self.left = None if killed is None else killed.last

    def _signal(self, signal: str, times: int = 1, sessions: str = "") -> _Signalled | None:
        """Have each process of it, and of these sessions, get this, until none is there or so many times.

        None where nobody knows whether they did, as where the container has no shell.
        """
        kept = {name: self.body[name] for name in ("User", "Privileged")}
        words = ["sh", "-c", _KILL, "sh", f"{MARK}={self.mark}", signal, str(times), str(_SCRIPT), sessions]
        body = {**kept, "Tty": False, "AttachStdout": True, "AttachStderr": True, "Cmd": words}
        try:
            made = str(wire.send(self.client, "/containers/{0}/exec", self.container, body=body)["Id"])
            following = attaching.entered(self.client, made, tty=False, seconds=_SCRIPT + PATIENCE)
            with contextlib.closing(following.output):
                following.follow()
        except APIError:
            state = self._container()
            self.paused = bool(state.get("Paused"))
            return _Signalled(0, 0, "") if state.get("Running") is False else None
        except (DockerException, requests.RequestException):
            return None
        told = re.fullmatch(r"(\d+) (\d+)((?: \d+)*)\n", "".join(text for _, text in following.pieces()))
        return _Signalled(int(told[1]), int(told[2]), told[3].strip()) if told else None

    def _container(self) -> Mapping[str, Any]:
        """How the container is."""
        with contextlib.suppress(DockerException, requests.RequestException):
            state: Mapping[str, Any] = wire.get(self.client, "/containers/{0}/json", self.container)["State"]
            return state
        return {}
