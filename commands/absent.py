"""What docker 28's command line has and slashdock has not, each with the reason; absent.toml beside this holds them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

_ALIASED = ("container", "image")  # the groups whose verbs docker knows by one word, too


@cache
def reasons() -> dict[str, str]:
    """Why a verb, or all verbs of a group, are not here."""
    told: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return told


def why(word: str, group: str = "") -> str:
    """What is told to whoever asks for a verb of docker's that is not here; empty where docker has none of the name."""
    names = (f"{group} {word}",) if group else (word, *(f"{each} {word}" for each in _ALIASED))
    reason = next((reasons()[name] for name in names if name in reasons()), "")
    return f"Docker has it, and slashdock has not: {reason}." if reason else ""
