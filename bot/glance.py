"""One engine, looked at minute by minute: its list of containers, the figures of those that run, now and then its disk.

A look is one request for the list and one for each container that runs; how often one was restarted is asked where its
status does not tell that it has run for long, and once more where it has ended since the look before. Beside it is read
what images were used or moved. Work is done in few threads of their own, so that nobody's line waits.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from docker.errors import DockerException

from bot.database import Unwritable
from bot.hearing import Hearing
from bot.hosts import QUICK, Host
from bot.metrics import Metrics, Sample
from bot.sights import Sights
from bot.thinning import QUARTER
from bot.workers import Pool
from commands import seen, wire
from commands.container import sampling
from commands.samples import Disk
from commands.system import room, usage
from commands.system.room import Unread

WORKERS = 8  # containers of an engine that are asked for at once; an old engine takes a second for each
PATIENCE = 40.0  # seconds after which no further container is asked for in this minute
LONG = 1_800  # seconds between two looks from which on a status tells nothing of restarts in between
_THREADS = WORKERS + 3  # beside those: one that looks at the list, one for the disk, one that hears of events
_SETTLED = re.compile(r"Up (About an hour|\d+ (hours|days|weeks|months|years))")
_HEALTH = re.compile(r"\((?:health: )?(healthy|unhealthy|starting)\)")
_ENDED = frozenset({"exited", "dead"})  # states of a container
_FAILED = (OSError, DockerException)  # what requests raises is an OSError, too

log = logging.getLogger(__name__)

Listed = Mapping[str, Any]


class Glance:
    """What is remembered between two looks at an engine: counters and states, and who was asked for restarts."""

    def __init__(self, host: Host, metrics: Metrics, sights: Sights) -> None:
        self._host = host
        self._metrics = metrics
        self._ear = Hearing(host, sights)
        self._pool = Pool(f"{host.name}-samples", threads=_THREADS, backlog=0)
        self._looking, self._weighing, self._listening = threading.Lock(), threading.Lock(), threading.Lock()
        self._counters: dict[str, Listed] = {}
        self._settled: set[str] = set()
        self._states: dict[str, str] | None = None
        self._last = self._quarter = 0
        self._wrong = ""
        self._ended = False

    def begin(self, at: int) -> None:
        """Look at the engine in this minute, in epoch seconds; at once back. One that still answers is left alone."""
        self._alone(self._looking, partial(self._look, at))
        self._alone(self._listening, self._listen)
        if at // QUARTER != self._quarter:
            self._alone(self._weighing, partial(self._weigh, at))

    def close(self, deadline: float) -> None:
        """Let what is under way end, until that moment of the monotonic clock; what comes later is dropped."""
        self._ended = True
        self._pool.close(deadline)

    def _alone(self, lock: threading.Lock, work: Callable[[], None]) -> None:
        def job() -> None:
            try:
                work()
            finally:
                lock.release()

        if lock.acquire(blocking=False) and not self._pool.put(job):
            lock.release()

    def _keep(self, write: Callable[[], None]) -> None:
        """Write samples down; what keeps them from it is told in the log once."""
        if self._ended:
            return
        try:
            write()
        except Unwritable as error:
            if str(error) != self._wrong:
                log.warning("Samples of %s are not kept: %s", self._host.name, error)
            self._wrong = str(error)
        else:
            self._wrong = ""

    def _look(self, at: int) -> None:
        try:
            listed = wire.get(self._host.quick(), "/containers/json", params={"all": 1})
        except _FAILED:  # the keeper watches over engines, and tells
            self._keep(partial(self._metrics.miss, self._host.name, at))
            return
        if not 0 <= at - self._last < LONG:
            self._settled.clear()
        self._last = at
        found = self._asked(listed)
        kept = {each["Id"]: each["cpu_stats"] for each in found.values() if each.get("cpu_stats")}
        samples = [self._sample(each, found.get(each["Id"], {})) for each in listed]
        self._counters = kept
        self._states = {each["Id"]: each["State"] for each in listed}
        self._keep(partial(self._metrics.keep, self._host.name, at, samples))

    def _listen(self) -> None:
        with suppress(*_FAILED):  # what was missed is heard the next time, as far as the engine remembers
            self._keep(self._ear.hear)

    def _asked(self, listed: Iterable[Listed]) -> dict[str, dict[str, Any]]:
        """The figures of those that run, by id, with the count of their restarts: of as many as answer in time."""
        left = deque(each for each in listed if each["State"] in seen.ALIVE or self._has_ended(each))
        found: dict[str, dict[str, Any]] = {}
        done, until = threading.Semaphore(0), time.monotonic() + PATIENCE

        def work() -> None:
            try:
                while time.monotonic() < until:
                    each = left.popleft()
                    found[each["Id"]] = {"Id": each["Id"], **self._figures(each)}
            except IndexError:
                pass  # nobody is left
            finally:
                done.release()

        for _ in range(sum(self._pool.put(work) for _ in range(min(WORKERS, len(left))))):
            done.acquire(timeout=max(0.0, until + QUICK - time.monotonic()))
        return dict(found)

    def _figures(self, each: Listed) -> dict[str, Any]:
        """What the engine tells of one; what it does not is missing."""
        told: dict[str, Any] = {}
        try:
            if self._may_be_restarted(each):
                details = wire.get(self._host.quick(), "/containers/{0}/json", each["Id"])
                told |= {"restarts": details["RestartCount"], "image": details["Config"]["Image"]}
                self._settled.add(each["Id"])
            if each["State"] not in {"restarting", *_ENDED}:
                params: wire.Params = {"stream": 0, "one-shot": 1}
                told |= wire.get(self._host.quick(), "/containers/{0}/stats", each["Id"], params=params)
        except _FAILED:
            pass  # it is gone, or the engine is: the next look tells
        return told

    def _may_be_restarted(self, each: Listed) -> bool:
        return each["Id"] not in self._settled or not _SETTLED.match(each.get("Status") or "")

    def _has_ended(self, each: Listed) -> bool:
        """Whether it ended since the look before: its restart policy may have given up in between."""
        return self._states is not None and each["State"] in _ENDED and self._states.get(each["Id"]) not in _ENDED

    def _sample(self, each: Listed, told: Listed) -> Sample:
        health = _HEALTH.search(each.get("Status") or "")
        figures, before, memory = sampling.sample(told), self._counters.get(each["Id"]), told.get("memory_stats") or {}
        named, is_told = seen.container(each), memory.get("usage") is not None
        return Sample(
            replace(named, image=told["image"]) if named.is_by_id and "image" in told else named,
            each["State"],
            health[1] if health else "",
            told.get("restarts"),
            int(each.get("Created") or 0),
            _share(told.get("cpu_stats") or {}, before or {}),
            int(figures.memory) if is_told else None,
            int(figures.limit) if is_told else None,
        )

    def _weigh(self, at: int) -> None:
        """Ask for the sizes of all there is, which takes an engine long, and read how much room is left beside."""
        self._quarter = at // QUARTER
        try:
            there = self._room()
            octets = usage.octets(wire.get(self._host.patient(), "/system/df"))
        except _FAILED:
            return
        self._keep(partial(self._metrics.weigh, self._host.name, Disk(at, *octets, *there)))

    def _room(self) -> tuple[int | None, int | None]:
        """The bytes that are free for the engine, and all of them; None where its files are not on this machine."""
        try:
            there = room.root(self._host.quick()).room()
        except Unread:
            return None, None
        return there.free, there.size


def _share(now: Listed, before: Listed) -> float | None:
    """The share of a processor since the look before, None where there was none, or the counters began anew since."""
    used, using = _counts(before), _counts(now)
    if used is None or using is None or used[0] > using[0] or used[1] >= using[1]:
        return None
    return sampling.percent(now, before)


def _counts(told: Listed) -> tuple[int, int] | None:
    """What a container used of processors, and what all did."""
    used = (told.get("cpu_usage") or {}).get("total_usage")
    return None if used is None else (used, told.get("system_cpu_usage") or 0)
