"""`make run`: the environment, an engine, and slashdock in the foreground; all that it starts ends with it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

import debian
import environment
import samples
from engine import Engine, EngineError, docker0_is_taken, is_used, lock, socket_path
from engine_api import EngineRefusedError, answers, is_forbidden

if TYPE_CHECKING:
    from types import FrameType

ROOT = environment.ROOT
OWN_ENGINE = ROOT / ".run/engine"
USUAL_SOCKET = "unix:///var/run/docker.sock"
FORBIDDEN = (
    "The socket {} of a Docker engine is there, but this user may not open it.\n"
    "Join the group docker, be root, or name another engine in .env (DOCKER_HOST=unix:///PATH), then run this again."
)
STOP_PATIENCE = 10  # seconds for the containers to stop before they are killed
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1  # prctl(2)
_ENDING_WITH_US = ["setpriv", "--pdeathsig", "TERM", "--"] if sys.platform == "linux" else []


def main() -> int:
    """Set up what is missing, run `slashdock start` until it ends, and return its exit code."""
    for number in STOP_SIGNALS:
        signal.signal(number, _leave)
    if "MAKELEVEL" in os.environ:
        _end_with_parent()  # a make that is killed takes us with it
    try:
        environment.ensure(environment.RUN_LOCK)
        if names_an_engine():
            return _slashdock()
        host = running_host()
        return _with_own_engine() if host is None else _slashdock(host)
    except (environment.EnvironmentFaultError, debian.PackagesMissingError, EngineError) as fault:
        print(f"slashdock: {fault}", file=sys.stderr)
        return 1


def names_an_engine() -> bool:
    """Whether the environment or else .env has a DOCKER_HOST, which slashdock reads itself; an empty one is none."""
    given = os.environ.get("DOCKER_HOST")
    return _env_file_names_one() if given is None else bool(given.strip())


def running_host() -> str | None:
    """Return an engine that runs already: the project's own, or, where it has none, the system's.

    Raises EngineError where its socket may not be opened.
    """
    own = f"unix://{socket_path(OWN_ENGINE)}"
    for host in (own,) if (OWN_ENGINE / "data").exists() else (own, USUAL_SOCKET):
        if answers(host):
            return host
        if is_forbidden(host):
            raise EngineError(FORBIDDEN.format(host.removeprefix("unix://")))
    return None


def _with_own_engine() -> int:
    debian.need_engine()
    is_new = not (OWN_ENGINE / "data").exists()
    if is_used(OWN_ENGINE):
        print("slashdock: waiting until the engine of the run before has ended", flush=True)
        lock(OWN_ENGINE).close()
    isolated = docker0_is_taken()
    if is_new:
        print("slashdock: starting a Docker engine of its own in .run/engine", flush=True)
    if isolated:
        print("slashdock: another engine uses this network, so this one has its own: no pulls, ports not reachable")
    engine = Engine(OWN_ENGINE, isolated=isolated, patience=STOP_PATIENCE)
    leaving = threading.Event()
    engine.launch()
    try:
        if is_new:
            engine.wait()  # the first time nothing is worth starting where the engine does not
        filling = threading.Thread(target=_fill, args=(engine, leaving))
        filling.start()
        if is_new:
            filling.join()
        return _slashdock(engine.host)
    finally:
        leaving.set()
        engine.stop()


def _fill(engine: Engine, leaving: threading.Event) -> None:
    """Make the samples as soon as the engine answers; what goes wrong on our way out is no news."""
    try:
        samples.samples(engine.wait())
    except (EngineError, EngineRefusedError, OSError) as fault:
        if not leaving.is_set():
            print(f"slashdock: no sample containers: {fault}", file=sys.stderr, flush=True)


def _slashdock(host: str = "") -> int:
    """Run `slashdock start` on that engine until it ends, without one on the engine that is set.

    Signals go to it alone, once, and then it is waited for.
    """
    command = [*_ENDING_WITH_US, str(environment.VENV / "bin/slashdock"), "start"]
    named = {"DOCKER_HOST": host} if host else {}
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | named, start_new_session=True)

    def pass_on(_number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()

    for number in STOP_SIGNALS:
        signal.signal(number, pass_on)
    code = process.wait()
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    return code if code >= 0 else 128 - code


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _end_with_parent() -> None:
    """Ask Linux for a SIGTERM when the parent dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _env_file_names_one() -> bool:
    """Whether .env names an engine, by slashdock's own reading; where that finds faults, slashdock is to tell them."""
    if not os.path.lexists(ROOT / ".env"):
        return False
    reading = "import pathlib, bot.env_file as it; f = it.read(pathlib.Path('.env'))"
    asked = f"{reading}; print(bool(f.faults or f.values.get('DOCKER_HOST', '').strip()))"
    told = subprocess.run([environment.VENV / "bin/python", "-c", asked], cwd=ROOT, capture_output=True, check=True)
    return told.stdout.strip() == b"True"


if __name__ == "__main__":
    sys.exit(main())
