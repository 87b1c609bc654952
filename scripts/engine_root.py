"""The root of an engine's mount namespace: in a chroot it is still the outer system's, and that has to change.

Whatever joins a container's namespace (`docker exec`, a health check) starts at the namespace's root. A chroot hides
the outer root from a process, not from the namespace: an exec would run in the outer system, not in the container.
"""

from __future__ import annotations

import ctypes
import os
import platform
from pathlib import Path

CLONE_NEWNS = 0x00020000  # setns(2)
MS_BIND, MS_REC = 0x1000, 0x4000  # mount(2)
MNT_DETACH = 2  # umount(2)
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}  # the system call's number; the C library has no function for it
OUTER = b"run/docker"  # where the outer root is put, for a moment

_LIBC = ctypes.CDLL(None, use_errno=True)


def make_ours() -> None:
    """Make what we see as "/" the root of our mount namespace; nothing happens where it is that already.

    To be called by a process with one thread, in a mount namespace of its own. Raises OSError.
    """
    ours = os.open("/", os.O_PATH | os.O_DIRECTORY)
    namespace = os.open("/proc/self/ns/mnt", os.O_RDONLY)
    try:
        _done(_LIBC.setns(namespace, CLONE_NEWNS))  # now "/" is the namespace's own root
        if not os.path.samestat(os.fstat(ours), os.stat("/")):  # noqa: PTH116 - beside its fstat
            os.fchdir(ours)
            _pivot(Path.cwd())
    finally:
        os.close(namespace)
        os.close(ours)


def _pivot(folder: Path) -> None:
    path = os.fsencode(folder)
    _done(_LIBC.mount(path, path, None, MS_BIND | MS_REC, None))
    os.chdir(path)
    _done(_LIBC.syscall(PIVOT_ROOT[platform.machine()], b".", OUTER))
    os.chroot(".")
    os.chdir("/")
    _done(_LIBC.umount2(b"/" + OUTER, MNT_DETACH))


def _done(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
