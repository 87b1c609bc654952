"""The first process of an engine's namespace: runs `dockerd` until the owner goes away, and reaps what it leaves."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import engine_root
from engine import dockerd, lock, socket_path

RUNTIME_FOLDERS = ("/run/docker", "/run/containerd")  # each engine sees its own, empty ones
SIOCSIFFLAGS = 0x8914  # netdevice(7)
IFF_UP = 0x1  # netdevice(7)


def main(directory: Path, patience: float) -> int:
    """Run `dockerd` on that folder, reap its orphans and return its exit code."""
    with lock(directory):
        for folder in RUNTIME_FOLDERS:
            Path(folder).mkdir(exist_ok=True)
        engine_root.make_ours()
        for folder in RUNTIME_FOLDERS:
            subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=711", "slashdock", folder], check=True)
        _loopback_up()
        process = subprocess.Popen(_command(directory), stdin=subprocess.DEVNULL)
        threading.Thread(target=_end_with_owner, args=(process.pid, directory, patience), daemon=True).start()
        while True:
            pid, status = os.wait()
            if pid == process.pid:
                return os.waitstatus_to_exitcode(status) & 0xFF


def _command(directory: Path) -> list[str]:
    settings = {
        "host": f"unix://{socket_path(directory)}",
        "data-root": str(directory / "data"),
        "exec-root": RUNTIME_FOLDERS[0],
        "pidfile": f"{RUNTIME_FOLDERS[0]}/docker.pid",
        "config-file": str(directory / "daemon.json"),  # the system's own would apply otherwise
        "exec-opt": "native.cgroupdriver=cgroupfs",  # systemd would take our process ids for its own
    }
    return [dockerd() or "dockerd", *(f"--{name}={value}" for name, value in settings.items())]


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


def _end_with_owner(pid: int, directory: Path, patience: float) -> None:
    """Wait for the owner's end of the pipe to close; then no newcomer finds the engine, and it stops."""
    os.read(0, 1)
    socket_path(directory).unlink(missing_ok=True)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    time.sleep(patience)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2])))
