"""A week of samples for tests: fifty containers of one engine, each a little different, every minute of it."""

from __future__ import annotations

import math

from set_clock import SetClock

from bot.metrics import Metrics, Sample
from bot.thinning import DAY, MINUTE, QUARTER
from commands.samples import Disk
from commands.seen import Seen

NOON = 1_780_315_200  # 2026-06-01T12:00:00Z
MANY = 50
MIB, GIB = 2**20, 2**30


def container(number: int, name: str = "") -> Seen:
    """One of them."""
    labels = {"com.docker.compose.project": "shop", "com.docker.compose.service": f"app-{number}", "team": "shop"}
    identity, image = f"{number:064x}", f"{number + 1000:064x}"
    return Seen("container", name or f"app-{number:02}", labels, identity, f"shop/app-{number}:1.0", f"sha256:{image}")


def sample(number: int, at: int) -> Sample:
    """What it uses in a minute: its own number of percent and of MiB, more by day; one is restarted once an hour."""
    wave = 1 + math.sin(at / DAY * math.tau + number) / 2
    restarts = at // 3600 if number == 7 else 0
    health = "unhealthy" if number == 3 and at % DAY < 3600 else "healthy"
    memory = int((number + 1) * MIB * wave)
    return Sample(container(number), "running", health, restarts, NOON - 30 * DAY, number * wave, memory, GIB)


def fill(metrics: Metrics, clock: SetClock, seconds: int, many: int = MANY, step: int = MINUTE) -> None:
    """So many seconds of samples until now, and of the disk, which takes 2 GiB more each day."""
    end = int(clock.at)
    for at in range(end - seconds, end, step):
        clock.at = at
        metrics.keep("local", at, [sample(number, at) for number in range(many)])
        if at % QUARTER == 0:
            grown = 2 * GIB * (at - end) // DAY
            metrics.weigh("local", Disk(at, 40 * GIB + grown, GIB, 5 * GIB, 0, 20 * GIB - grown, 100 * GIB))
    clock.at = end
