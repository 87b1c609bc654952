"""Versions of the Engine API."""

from __future__ import annotations

NEWEST = "1.50"  # what docker's CLI 28 speaks, and so do we
OLDEST = "1.40"  # older engines take a HostConfig when a container starts, past every check


def numbers(version: str) -> tuple[int, ...]:
    """The parts of a version, so that 1.9 is less than 1.41."""
    return tuple(int(part) for part in version.split("."))
