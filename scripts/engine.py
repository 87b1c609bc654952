"""A Docker engine of our own: everything that it starts ends with the process that started it.

It runs in a process and a mount namespace (and, isolated, a network namespace) of its own: when their first process
ends, the kernel ends every shim and container with it and takes its mounts away. That first process is
engine_process.py; its standard input is a pipe whose other end only the owner holds, so that it ends with the owner.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

from engine_api import answers

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

START_LIMIT = 60  # seconds until a new engine must answer; one to two are usual
PATIENCE = 2  # seconds that an engine has to end in good order before it is killed; a container may ignore its signal
POLL = 0.02  # seconds between two looks at an engine that starts
SOCKET_PATH_LIMIT = 107  # bytes; Linux, sun_path without its final zero
LOG_TAIL = 5  # lines of the engine's log that an error shows
FIRST_PROCESS = Path(__file__).with_name("engine_process.py")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class EngineError(Exception):
    """The engine did not start or may not be used; the text says why: with the end of its log, or with what to do."""


class Engine:
    """One Docker engine whose socket, data and log lie in one folder; needs root and `dockerd`."""

    def __init__(self, directory: Path, *, isolated: bool = True, patience: float = PATIENCE) -> None:
        self.directory = directory.resolve()
        self.isolated = isolated
        self.patience = patience
        self.socket = socket_path(self.directory)
        self.host = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start the engine without waiting until it answers."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.socket.parent.mkdir(mode=0o700, exist_ok=True)
        (self.directory / "daemon.json").write_text("{}\n")
        self._link_short_socket()
        with (self.directory / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *_namespaces(isolated=self.isolated),
                    sys.executable,
                    "-ES",
                    str(FIRST_PROCESS),
                    str(self.directory),
                    str(self.patience),
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={"PATH": f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}", "LANG": "C.UTF-8"} | _proxies(),
            )
        (self.directory / "pid").write_text(f"{self._process.pid}\n")

    def wait(self) -> str:
        """Wait until the launched engine answers and return its host."""
        deadline = time.monotonic() + START_LIMIT
        while not answers(self.host):
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise EngineError(f"The Docker engine did not start:\n{self._log_tail()}")
            time.sleep(POLL)
        return self.host

    def start(self) -> str:
        """Start the engine, wait until it answers and return its host."""
        self.launch()
        return self.wait()

    def stop(self) -> None:
        """Stop the engine and everything in it; nothing happens if it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        _close(process.stdin)
        try:
            process.wait(self.patience + 1)
        except subprocess.TimeoutExpired:
            _kill(process.pid)
            process.wait()
        if _text(self.directory / "pid") == f"{process.pid}\n":  # else there is a successor by now
            for name in ("pid", "docker.sock"):
                (self.directory / name).unlink(missing_ok=True)

    @property
    def pid(self) -> int:
        """The process id of `dockerd` itself, as this side of the namespace sees it."""
        if self._process is None:
            raise EngineError("The Docker engine does not run.")
        first = _children(self._process.pid)[0]
        return next(pid for pid in _children(first) if Path(f"/proc/{pid}/comm").read_text() == "dockerd\n")

    def pause(self) -> None:
        """Freeze the engine: its socket still accepts connections and answers none."""
        pid = self.pid
        os.kill(pid, signal.SIGSTOP)
        while not _stopped(pid):
            time.sleep(POLL)

    def resume(self) -> None:
        """Let a frozen engine go on."""
        os.kill(self.pid, signal.SIGCONT)

    def __enter__(self) -> Self:
        """Start the engine."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop the engine."""
        self.stop()

    def _link_short_socket(self) -> None:
        """Leave a link where the socket would lie, so that the folder still tells where its engine listens."""
        usual = self.directory / "docker.sock"
        if self.socket != usual:
            usual.unlink(missing_ok=True)
            usual.symlink_to(self.socket)

    def _log_tail(self) -> str:
        lines = (self.directory / "log").read_text(errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-LOG_TAIL:])


def _stopped(pid: int) -> bool:
    """Whether every thread of the process has stopped."""
    return all(
        stat.read_text().rpartition(")")[2].split()[0] == "T" for stat in Path(f"/proc/{pid}/task").glob("*/stat")
    )


def socket_path(directory: Path) -> Path:
    """Return where the engine of that folder listens: below it, or in /run where the path would be too long."""
    path = directory / "docker.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        return path
    return Path("/run") / f"slashdock-{hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]}" / "docker.sock"


def dockerd() -> str | None:
    """Return the path of the engine's program, or None where none is installed."""
    return shutil.which("dockerd", path=f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}")


def docker0_is_taken() -> bool:
    """Whether another engine lives in our network: a second one would wipe the first one's published ports."""
    ours = _network(Path("/proc/self"))
    return any(_network(process) == ours for process in Path("/proc").glob("[0-9]*") if _comm(process) == "dockerd")


def end(directory: Path) -> None:
    """End the engine of that folder, whoever started it, and wait until it is gone."""
    directory = directory.resolve()
    with contextlib.suppress(OSError, ValueError):
        pid = int((directory / "pid").read_text())
        if os.fsencode(directory) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
            _kill(pid)
    if directory.is_dir():
        lock(directory).close()
    short = socket_path(directory).parent
    if short != directory:
        shutil.rmtree(short, ignore_errors=True)


def lock(directory: Path) -> IO[str]:
    """Wait until no engine uses that folder, and keep it until the file that is returned is closed."""
    file = (directory / "lock").open("w")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def is_used(directory: Path) -> bool:
    """Whether an engine uses that folder, be it on its way out."""
    try:
        with (directory / "lock").open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _namespaces(*, isolated: bool) -> list[str]:
    network = ["--net"] if isolated else []
    return [
        "unshare",
        "--mount",
        "--propagation",
        "slave",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        *network,
        "--",
    ]


def _proxies() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if name.lower() in {"http_proxy", "https_proxy", "no_proxy"}
    }


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        pipe.close()


def _kill(pid: int) -> None:
    """Kill the process that holds an engine's namespace, and wait until the kernel has ended all that was in it."""
    inside = _children(pid)
    os.kill(pid, signal.SIGKILL)
    while any(_state(first) not in {"", "Z"} for first in inside):
        time.sleep(POLL)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _comm(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return ""


def _network(process: Path) -> int:
    try:
        return (process / "ns/net").stat().st_ino
    except OSError:
        return 0
