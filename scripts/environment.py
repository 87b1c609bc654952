"""The virtual environment .venv: holds exactly what a lock names, and the `slashdock` command."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
FUZZ_LOCK = ROOT / "requirements-fuzz.lock"
LOCKS = (RUN_LOCK, DEV_LOCK, FUZZ_LOCK)
OLDEST_PYTHON = (3, 11)
# sh reads the second line as a command and never comes further; Python reads it as a string. No path is too long
# for it and a blank in the path does not matter, which a plain "#!" line could not say.
LAUNCHER = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
'''
import sys

from bot.__main__ import main

sys.exit(main())
"""


class EnvironmentFaultError(Exception):
    """The environment could not be made; the text says what to do."""


def ensure(lock: Path) -> None:
    """Make .venv hold that lock's packages; installs nothing when it already does. Raises EnvironmentFaultError."""
    if _holds(lock):
        return
    with _alone():
        if _holds(lock):
            return
        if not _is_sound():
            _make()
        _install(lock)


def _holds(lock: Path) -> bool:
    return not _unfinished().exists() and _python().exists() and _stamp(lock) == _fingerprint(lock)


def _is_sound() -> bool:
    """Whether what is there can be added to: whole, in its place, and every lock that it holds is the current one."""
    locks = [lock for lock in LOCKS if _stamp(lock)]
    return bool(locks) and not _unfinished().exists() and _python().exists() and all(map(_holds, locks))


def _make() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise EnvironmentFaultError(f"slashdock needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    print("slashdock: making .venv from the locked packages (once)", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    wheel = _pip()
    without = ["--without-pip"] if wheel else []
    made = subprocess.run([sys.executable, "-m", "venv", *without, VENV], check=False, capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise EnvironmentFaultError(f"{made.stdout.strip()}\nOn Debian: apt-get install python3-venv")
    launcher = VENV / "bin/slashdock"
    launcher.write_text(LAUNCHER.format(python=_python()))
    launcher.chmod(0o755)
    site = next(VENV.glob("lib/python3*/site-packages"))
    if wheel:
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(site)
    (site / "slashdock.pth").write_text(f"{ROOT}\n")


def _pip() -> Path | None:
    """Python's own wheel of pip, to be only unpacked: installing it, as venv does, takes seconds. Debian has none."""
    found = importlib.util.find_spec("ensurepip")
    wheels = Path(found.origin).parent.glob("_bundled/pip-*.whl") if found and found.origin else ()
    return next(iter(wheels), None)


def _install(lock: Path) -> None:
    _unfinished().touch()
    pip = [str(_python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    locked = ["--require-hashes", "--no-deps", "--only-binary=:all:", "-r", str(lock)]
    done = subprocess.run([*pip, *locked], check=False, capture_output=True, text=True)
    if done.returncode:
        raise EnvironmentFaultError(f"{done.stderr.strip()}\npip could not install {lock.name}; try again once it can.")
    for other in filter(Path.exists, LOCKS):
        if _pins(other) <= _pins(lock):
            _stamp_file(other).write_text(_fingerprint(other))
    _unfinished().unlink()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Keep a second `make` in the same folder waiting until this one is through."""
    (ROOT / ".run").mkdir(exist_ok=True)
    with (ROOT / ".run/environment.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _python() -> Path:
    return VENV / "bin/python"


def _unfinished() -> Path:
    return VENV / "unfinished"


def _stamp_file(lock: Path) -> Path:
    return VENV / f"{lock.name}.stamp"


def _stamp(lock: Path) -> str:
    try:
        return _stamp_file(lock).read_text()
    except OSError:
        return ""


def _fingerprint(lock: Path) -> str:
    """Return what changes with the lock, with this file, and when the folder moves: an environment holds its path."""
    return hashlib.sha256(lock.read_bytes() + Path(__file__).read_bytes() + os.fsencode(VENV)).hexdigest()


def _pins(lock: Path) -> set[str]:
    return set(re.findall(r"^\S+==\S+", lock.read_text(), re.MULTILINE))


if __name__ == "__main__":
    try:
        ensure(ROOT / sys.argv[1])
    except EnvironmentFaultError as fault:
        sys.exit(f"slashdock: {fault}")
