"""What containers use at the moment: two looks of the engine a second apart at each, at all of them side by side."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from docker.errors import APIError, DockerException

from commands import wire
from commands.context import Context
from commands.enduring import asking
from commands.live import ENDLESS, Ending

PATIENCE = 30.0  # seconds for all; an engine under load takes five for its two looks


@dataclass(frozen=True)
class Sample:
    """The figures of one container; bytes but for the percentages and the number of processes and threads."""

    name: str
    id: str
    processor: float
    memory: float
    limit: float
    received: float
    sent: float
    read: float
    written: float
    tasks: int
    at: float = field(default_factory=time.monotonic, compare=False)  # of the monotonic clock

    @property
    def share(self) -> float:
        """The memory in percent of its limit."""
        return self.memory / self.limit * 100 if self.limit else 0.0

    @property
    def runs(self) -> bool:
        """Whether it runs: of one that does not the engine tells nothing but zeros."""
        return any((self.tasks, self.memory, self.limit))


def samples(
    ctx: Context, ids: Iterable[str], ending: Ending = ENDLESS, *, kept: bool = False
) -> dict[str, Sample | Exception]:
    """The figures of each id, or why there are none; it takes as long for thirty as for three.

    All of it breaks off once that has to end which it is for. kept: where somebody looked at all of them a moment ago,
    that look will do.
    """
    wanted = tuple(dict.fromkeys(ids))
    known = ctx.recent.of(wanted) if kept else None
    return {**known} if known is not None else _looked(ctx, wanted, ending)


def _looked(ctx: Context, wanted: tuple[str, ...], ending: Ending) -> dict[str, Sample | Exception]:
    found: dict[str, Sample | Exception] = {}
    left, keep = threading.Semaphore(0), ctx.recent.looks()

    def job(identity: str) -> Callable[[], None]:
        def look() -> None:
            try:
                with asking(ctx.quick, ending) as client:
                    told = wire.get(client, "/containers/{0}/stats", identity, params={"stream": 0})
                found[identity] = sample(told)
            except (APIError, DockerException, requests.RequestException) as error:
                found[identity] = error
            finally:
                left.release()

        return look

    for own in [each for each in map(job, wanted) if not ctx.beside(each)]:
        own()
    for _ in wanted:
        if not left.acquire(timeout=PATIENCE):
            break
    told = {identity: found.get(identity, TimeoutError()) for identity in wanted}
    keep({identity: each for identity, each in told.items() if isinstance(each, Sample)})
    return told


def sample(told: Mapping[str, Any]) -> Sample:
    """The figures of what the engine tells of a container, by docker's own sums."""
    memory = told.get("memory_stats") or {}
    networks = (told.get("networks") or {}).values()
    return Sample(
        name=str(told.get("name") or "").removeprefix("/"),
        id=str(told.get("id") or ""),
        processor=percent(told.get("cpu_stats") or {}, told.get("precpu_stats") or {}),
        memory=_used(memory),
        limit=float(memory.get("limit") or 0),
        received=float(sum(each.get("rx_bytes") or 0 for each in networks)),
        sent=float(sum(each.get("tx_bytes") or 0 for each in networks)),
        read=_moved(told, "r"),
        written=_moved(told, "w"),
        tasks=int((told.get("pids_stats") or {}).get("current") or 0),
    )


def percent(now: Mapping[str, Any], before: Mapping[str, Any]) -> float:
    """The share of one processor between two looks in percent; two that are used up are 200."""
    usage, used = now.get("cpu_usage") or {}, (before.get("cpu_usage") or {}).get("total_usage") or 0
    spent = float(usage.get("total_usage") or 0) - float(used)
    passed = float(now.get("system_cpu_usage") or 0) - float(before.get("system_cpu_usage") or 0)
    processors = now.get("online_cpus") or len(usage.get("percpu_usage") or ())
    return spent / passed * processors * 100 if spent > 0 and passed > 0 else 0.0


def _used(memory: Mapping[str, Any]) -> float:
    """The memory without the cache of files that it could do without: control groups of version 1, or of 2."""
    usage, told = memory.get("usage") or 0, memory.get("stats") or {}
    for name in ("total_inactive_file", "inactive_file"):
        if name in told and told[name] < usage:
            return float(usage - told[name])
    return float(usage)


def _moved(told: Mapping[str, Any], direction: str) -> float:
    """The bytes to or from disks; the engine calls the directions Read and Write, or read and write."""
    entries = (told.get("blkio_stats") or {}).get("io_service_bytes_recursive") or ()
    return float(sum(each["value"] for each in entries if each.get("op", "").lower().startswith(direction)))
