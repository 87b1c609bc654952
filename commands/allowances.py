"""What settings and policy let verbs reach on the bot's own machine and in its networks, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RUN_WAIT = 60.0  # seconds


@dataclass(frozen=True)
class Allowances:
    """files: folders that env files and build contexts may be read from; run_wait: seconds to wait for a process.

    remotes are globs of the addresses that a build may fetch its context from, networks the ones that its steps may
    use beside the engine's usual one.
    """

    files: tuple[Path, ...] = ()
    run_wait: float = RUN_WAIT
    remotes: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
