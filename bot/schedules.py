"""What runs by itself: jobs come due by the clock, and each run goes through the pipeline like any other line.

The loop looks at the clock every half minute instead of sleeping until the next run, so that a clock that is put
forward or back delays nothing; APScheduler reckons when a job is due.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from bot import dues
from bot.arrivals import Arrivals
from bot.clock import Clock
from bot.crowd import Crowd
from bot.dues import Passed, missed, stamp
from bot.jobs import GRACE, Job, delivery
from bot.request import Outcome, Request, Status
from bot.runs import SKIPPED
from bot.store import Store, Unwritable
from bot.timetable import State

TICK = 30.0  # seconds between two looks at the clock, at most
SHOWN = 3  # runs ahead that are shown
BUSY = "the run before it has not ended"
UNSAID = "the engine did not say whether the run before it has ended"
LOST = "not begun: slashdock ended just then"

log = logging.getLogger(__name__)

Ended = Callable[[Outcome], None]
Submit = Callable[[Job, Request, Ended], object]


class Schedules:
    """The thread that hands each run to submit; a run that was missed is made up for once, or recorded as skipped.

    jobs are asked for at each look; held says why nothing of one may begin now, empty where it may; lasts whether what
    the action of a number began still runs, None where its engine does not say. submit only takes the request, and has
    what came of it told to what it is given; what it raises is recorded as a run that was not started.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - who it asks, and whom it tells
        self,
        jobs: Callable[[], Iterable[Job]],
        store: Store,
        clock: Clock,
        submit: Submit,
        held: Callable[[Job], str] = lambda _job: "",
        lasts: Callable[[int], bool | None] = lambda _number: False,
    ) -> None:
        self._jobs = jobs
        self._store = store
        self._clock = clock
        self._submit = submit
        self._held = held
        self._lasts = lasts
        self._arrivals = Arrivals(store.runs)
        self._crowd = Crowd()
        self._owed: deque[tuple[str, float, str, int | None]] = deque()  # ends that could not be written down yet
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="schedules", daemon=True)

    def start(self) -> None:
        """Begin to watch the clock; the next runs are logged."""
        self._recover()
        for job in self._jobs():
            log.info("%s runs next at %s", job.name, ", ".join(map(stamp, self.ahead(job))))
        self._thread.start()

    def ring(self) -> None:
        """Look at the clock now: a job has come, or goes on."""
        self._woken.set()

    def close(self) -> None:
        """Stop watching; a run that was submitted goes on."""
        self._stopped.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def tick(self) -> float:
        """Submit what is due; the seconds until the clock should be looked at again."""
        self._settle()
        pauses = [TICK]
        try:
            jobs = self._crowd.in_turn(list(self._jobs()))
        except Unwritable as error:
            log.warning("the timetable cannot be read: %s", error)
            return TICK
        except Exception:  # a bug of ours must not end the looks
            log.exception("the timetable cannot be read")
            return TICK
        for job in jobs:
            try:
                self._run_due(job)
                after = job.due.after(now := self._now(job))
                pauses += [] if after is None else [after - now]
            except Unwritable as error:
                log.warning("%s is put off: %s", job.name, error)
            except Exception:  # a bug of ours in one job must not stop the others
                log.exception("%s failed", job.name)
        return max(0.0, min(pauses))

    def ahead(self, job: Job) -> tuple[float, ...]:
        """When it is due next, in seconds since the epoch by the machine's clock."""
        now = self._now(job)
        return tuple(due - now + self._clock.now() for due in dues.ahead(job.due, now, SHOWN))

    def _recover(self) -> None:
        """End what an earlier process began: what it received is told by its action, the rest was not begun."""
        for name, due in self._store.runs.unended():
            number = self._store.record.delivered(delivery(name, due))
            self._done(name, due, LOST if number is None else "", number)

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self._woken.clear()
            self._woken.wait(self.tick())

    def _now(self, job: Job) -> float:
        return self._store.tide.now() if job.due.flows else self._clock.now()

    def _run_due(self, job: Job) -> None:
        now = self._now(job)
        passed = self._arrivals.open(job, now)
        if passed is None:
            self._crowd.forget(job)
            self._end(job, now)
            return
        busy = self._busy(job)
        held = self._held(job) or (UNSAID if busy is None else "")
        if held:
            self._crowd.forget(job)  # it is late by the whole of that time
        if held and job.may_be_late(passed.last, now):
            return  # it is begun once it may be, or skipped once it is too late
        if self._run(job, passed, now, busy or "", held):
            self._crowd.forget(job)
            self._arrivals.settle(job, passed, now)

    def _end(self, job: Job, now: float) -> None:
        """End what never comes again; what was skipped may have been so by a wrong clock, and ends half a day later."""
        if not job.number or job.due.after(now) is not None:
            return
        last = next(iter(self._store.runs.of(job.name, 1)), None)
        if last is None or not last.is_skipped or now > last.claimed + GRACE:
            self._store.timetable.change(job.number, State.ENDED, "", "its time has passed", job.number)

    def _run(self, job: Job, passed: Passed, now: float, why: str, held: str) -> bool:
        """Begin it, or skip it where there is a reason why; False where it waits for room."""
        if not why and not job.may_be_late(passed.last, self._crowd.came(job, now)):
            why = held or "slashdock was not running, or stood still"
        if why:
            self._skip(job, passed, now, why)
        elif not self._crowd.has_room(job):
            self._crowd.wait(job, now)
            return False
        elif self._store.runs.claim(job.name, passed.last, passed.first, passed.count - 1):
            self._begin(job, passed.last, now)
        return True

    def _busy(self, job: Job) -> str | None:
        """Why another run of it cannot begin; empty where it can, None where its engine does not say."""
        if self._crowd.has(job):
            return BUSY
        last = self._store.runs.begun(job.name)
        if last is None or last.number is None:
            return ""
        held = self._store.approvals.get(last.number)
        if held and held.state.is_open:
            return f"the run before it, number {held.number}, has not ended"
        lasts = self._lasts(last.number)
        return None if lasts is None else BUSY if lasts else ""

    def _begin(self, job: Job, due: float, now: float) -> None:
        self._crowd.enter(job)
        try:
            self._submit(job, job.request(due, now), partial(self._over, job, due))
        except Exception as error:
            self._crowd.leave(job)
            self._done(job.name, due, f"not started: {error}", None)
            raise

    def _over(self, job: Job, due: float, outcome: Outcome) -> None:
        """Write down what came of a run; another one may begin."""
        told = outcome.reply.error if outcome.number is None else ""
        self._done(job.name, due, ": ".join(filter(None, (str(outcome.status), told))), outcome.number)
        if self._crowd.leave(job):
            self.ring()

    def _skip(self, job: Job, passed: Passed, now: float, why: str) -> None:
        """Record that it was not run, as an action of its own."""
        reason, number = f"{SKIPPED}: {missed(passed, self._clock.now() - now)}: {why}", None
        if not self._store.runs.skip(job.name, passed.last, passed.first, passed.count - 1, reason):
            return
        try:
            request = replace(job.request(passed.last, now), delivery="")  # that is left to a run which may yet come
            number = self._store.record.receive(request, job.told()).number
            self._store.record.refuse(
                number,
                status=Status.CANCELLED,
                reason=reason,
                line=job.told(),
                verb="",
                person=job.person,
                host=job.host,
            )
        finally:
            self._done(job.name, passed.last, reason, number)

    def _done(self, name: str, due: float, summary: str, number: int | None) -> None:
        self._owed.append((name, due, summary, number))
        self._settle()

    def _settle(self) -> None:
        """Write down the ends that are owed; what cannot be written now is tried again."""
        with self._lock:
            while self._owed:
                try:
                    self._store.runs.done(*self._owed[0])
                except Unwritable as error:
                    log.warning("what came of a run could not be written down yet: %s", error)
                    return
                self._owed.popleft()
