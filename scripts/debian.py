"""Debian packages that set-up needs and may install: as root, with apt, and without starting the system's services."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import samples
from engine import EngineError, dockerd

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICY = Path("/usr/sbin/policy-rc.d")
KEPT_POLICY = Path("/usr/sbin/policy-rc.d.before-slashdock")
OUR_POLICY = "#!/bin/sh\n# slashdock: no service starts while a package is installed\nexit 101\n"
ENGINE = ("docker.io", "iptables", "ca-certificates")
BUSYBOX = ("busybox-static",)
PS = ("procps",)  # the engine's `top` is its host's ps
BROWSER = ("chromium-headless-shell", "libatomic1")
BROWSERS = ("chromium-headless-shell", "chromium")  # either will do
CLOCK = ("libfaketime",)  # of make faults alone
TOOLS = {"docker-registry": "docker-registry", "git": "git"}  # programs, and the packages that they are in
NOT_ROOT = (
    "No Docker engine answers here, and only root may start one.\n"
    "Start Docker and join the group docker, be root, or name an engine in .env (DOCKER_HOST=unix:///PATH),"
    " then run this again."
)
DRIVER_NEEDS = "libatomic.so.1"  # the Node inside of Playwright is linked to it


class PackagesMissingError(Exception):
    """Packages are missing and cannot be installed; the text says what to do, in two lines."""


def need_engine() -> None:
    """Have `dockerd` installed, and the static busybox and ps where that is possible.

    Raises PackagesMissingError, and EngineError where this user may not start it.
    """
    beside = (BUSYBOX if samples.busybox() is None else ()) + (PS if shutil.which("ps") is None else ())
    if dockerd() is None:
        need(ENGINE + beside)
    elif os.geteuid() != 0:
        raise EngineError(NOT_ROOT)
    elif beside and _may_install():
        with contextlib.suppress(PackagesMissingError):  # all works without but samples and top
            need(beside)


def want_browser() -> None:
    """Have a browser installed for the tests of the page, where that is possible; without it they are skipped."""
    if _may_install() and browser() is None:
        try:
            need(BROWSER)
        except PackagesMissingError as missing:
            why = str(missing).partition("\n")[0]
            print(f"slashdock: no browser, so the tests of the page are skipped: {why}", file=sys.stderr)


def want_tools() -> None:
    """Have what single tests need beside the engine, where that is possible; without it they are skipped."""
    missing = tuple(package for program, package in TOOLS.items() if shutil.which(program) is None)
    if missing and _may_install():
        try:
            need(missing)
        except PackagesMissingError as error:
            why = str(error).partition("\n")[0]
            print(f"slashdock: the tests that need {' and '.join(missing)} are skipped: {why}", file=sys.stderr)


def want_clock() -> None:
    """Have what moves a process's clock, where that is possible; without it those rows are left out."""
    if _may_install() and not list(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")):
        with contextlib.suppress(PackagesMissingError):
            need(CLOCK)


def browser() -> str | None:
    """Return the browser for those tests; None where there is none, or none that they can drive."""
    try:
        ctypes.CDLL(DRIVER_NEEDS)
    except OSError:
        return None
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def need(packages: tuple[str, ...]) -> None:
    """Install those packages. Raises PackagesMissingError where that may not be or does not work."""
    if not _may_install():
        raise PackagesMissingError(
            "No Docker engine answers here, and only root on a Debian may install one.\n"
            "Start Docker, or name an engine in .env (DOCKER_HOST=unix:///PATH), then run this again."
        )
    print(f"slashdock: installing {' '.join(packages)} from Debian (once)", flush=True)
    with no_services():
        done = _install(packages)
        if done.returncode:  # no package lists yet, or lists of versions that are gone
            subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
            done = _install(packages)
    if done.returncode:
        raise PackagesMissingError(
            f"apt-get could not install {' '.join(packages)}: {_last_line(done.stderr)}\n"
            "Install them yourself or start Docker, then run this again."
        )


@contextlib.contextmanager
def no_services(policy: Path = POLICY, kept: Path = KEPT_POLICY) -> Iterator[None]:
    """Keep packages from starting their services meanwhile; whatever policy was there before is put back."""
    _put_back(policy, kept)  # what a killed run left behind
    if policy.exists():
        policy.rename(kept)
    policy.write_text(OUR_POLICY)
    policy.chmod(0o755)
    try:
        yield
    finally:
        _put_back(policy, kept)


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _last_line(text: str) -> str:
    return "".join(text.strip().splitlines()[-1:])


def _put_back(policy: Path, kept: Path) -> None:
    if policy.exists() and policy.read_text(errors="replace") == OUR_POLICY:
        policy.unlink()
    if kept.exists():
        kept.rename(policy)


def _install(packages: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


if __name__ == "__main__":
    try:
        need_engine()
        want_browser()
        want_tools()
        if "faults" in sys.argv[1:]:
            want_clock()
    except (PackagesMissingError, EngineError) as fault:
        sys.exit(f"slashdock: {fault}")
