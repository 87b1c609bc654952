"""Versions of the Engine API."""

from __future__ import annotations

NEWEST = "1.50"  # what docker's CLI 28 speaks, and so do we
EXPERIMENT = "experiment"  # in place of a version: what only an engine with experiments has, or one on Windows
WINDOWS = "windows"
OLDEST = "1.40"  # older engines take a HostConfig when a container starts, past every check


def too_old(flag: str, since: str, spoken: str) -> str:
    """Docker's refusal of a flag that an engine does not know yet, empty where it does.

    What an engine has only as an experiment, or only on Windows, none of ours has.
    """
    if since == WINDOWS:
        return (
            f'"--{flag}" is only supported on a Docker daemon running on windows,'
            " but the Docker daemon is running on linux"
        )
    if since == EXPERIMENT:
        return f'"--{flag}" is only supported on a Docker daemon with experimental features enabled'
    if numbers(spoken) >= numbers(since):
        return ""
    return f'"--{flag}" requires API version {since}, but the Docker daemon API version is {spoken}'


def numbers(version: str) -> tuple[int, ...]:
    """The parts of a version, so that 1.9 is less than 1.41."""
    return tuple(int(part) for part in version.split("."))
