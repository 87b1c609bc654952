"""What breaks while a bot is under load, one after the other, and comes back: each on the same parts."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from faults.cases import Tally
from faults.stage import Stage, stage

BEFORE = AFTER = 2.0  # seconds of load before a fault and after it
SLOWLY = 0.3  # seconds between two lines: Slack takes one answer a second in a channel, and all are waited for
SHORT, LONG = 3.0, 14.0  # seconds of a fault; the long one is longer than a quick answer is waited for
BURST = 40  # calls of Slack that fail

Break = Callable[[Stage], contextlib.AbstractContextManager[None]]


def tried(fault: Break, preload: str = "") -> Tally:
    """A bot under load before, during and after a fault, and what came of every line."""
    with stage(preload=preload) as made:
        made.born()
        made.heard()
        with made.load(SLOWLY):
            time.sleep(BEFORE)
            with fault(made):
                pass
            time.sleep(AFTER)
        if not made.lives:
            made.born()
            made.heard()
        made.settled()
        tally = made.judged(1)
        made.stop()
        return tally


# The engine --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def engine_stopped(made: Stage) -> Iterator[None]:
    """SIGSTOP, and SIGCONT once its answers are not waited for any more."""
    made.engine.pause()
    time.sleep(LONG)
    yield
    made.engine.resume()


@contextlib.contextmanager
def engine_killed(made: Stage) -> Iterator[None]:
    """SIGKILL, and another one on the same data."""
    os.kill(made.engine.pid, signal.SIGKILL)
    made.engine.stop()
    time.sleep(SHORT)
    made.engine.start()
    yield


def replies(lose: str = "", replace: str = "", answer: bytes = b"") -> Break:
    """The engine does what it is asked, and its reply is lost, or another one."""

    @contextlib.contextmanager
    def broken(made: Stage) -> Iterator[None]:
        made.proxy.misbehave(lose=lose, replace=replace, answer=answer)
        time.sleep(SHORT)
        yield
        made.proxy.misbehave()

    return broken


# The disk ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def disk_full(made: Stage) -> Iterator[None]:
    """Not a byte is left, and what was held back is used up as well."""
    data = made.folder / "data"
    ended = time.monotonic() + SHORT
    with (data / "filler").open("ab", buffering=0) as filler:
        while time.monotonic() < ended:
            with contextlib.suppress(OSError):
                filler.write(b"x" * 4096)
    yield
    (data / "filler").unlink()


@contextlib.contextmanager
def record_locked(made: Stage) -> Iterator[None]:
    """Another program holds the file."""
    other = sqlite3.connect(made.folder / "data" / "slashdock.db", timeout=10, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(SHORT)
    yield
    other.execute("ROLLBACK")
    other.close()


@contextlib.contextmanager
def record_away(made: Stage) -> Iterator[None]:
    """The file is moved away, and put back."""
    path = made.folder / "data" / "slashdock.db"
    path.rename(path.with_name("aside"))
    time.sleep(SHORT)
    yield
    path.with_name("aside").rename(path)


def record_damaged() -> Tally:
    """A file that was overwritten is refused, and a copy that was made before is taken."""

    @contextlib.contextmanager
    def damaged(made: Stage) -> Iterator[None]:
        path, copy = made.folder / "data" / "slashdock.db", made.folder / "copy"
        shutil.copy(path, copy)
        with path.open("r+b") as file:
            file.seek(4096 * 3)
            file.write(os.urandom(4096 * 8))
        yield
        shutil.copy(copy, path)

    return _refused(damaged, "is damaged")


def disk_read_only() -> Tally:
    """Nobody can write there at all: no bot starts, and one does once that is over."""

    @contextlib.contextmanager
    def read_only(made: Stage) -> Iterator[None]:
        data = str(made.folder / "data")
        subprocess.run(["mount", "-o", "remount,ro", data], check=True)
        yield
        subprocess.run(["mount", "-o", "remount,rw", data], check=True)

    return _refused(read_only, "ead-only")


def _refused(fault: Break, told: str) -> Tally:
    """A bot that ended in good order does not start while this is so, says why, and starts afterwards."""
    with stage() as made:
        made.born()
        made.heard()
        for _ in range(9):
            made.say()
        made.settled()
        made.stop()
        with fault(made):
            made.born()
            made.gone()
            refused = told in (made.folder / "log").read_text()
        made.born()
        back = made.heard()
        tally = made.judged(1)
        made.stop()
        return tally._replace(wrong=tally.wrong + (not refused) + (not back))


# The clock ---------------------------------------------------------------------------------------------------------


def clock(offset: str) -> Break:
    """The wall clock jumps, and stays there."""

    @contextlib.contextmanager
    def moved(made: Stage) -> Iterator[None]:
        (made.folder / "time").write_text(f"{offset}\n")
        time.sleep(SHORT)
        yield

    return moved


def faketime() -> str:
    """The library that moves a process's clock; empty where it is not installed."""
    return next(map(str, Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), "")


# Slack -------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def slack_limits(made: Stage) -> Iterator[None]:
    """Slack wants every call a little later."""
    made.workspace.rate_limit(seconds=1, times=BURST)
    time.sleep(SHORT)
    yield


@contextlib.contextmanager
def slack_fails(made: Stage) -> Iterator[None]:
    """Slack says that it failed, and did nothing."""
    made.workspace.fail(times=BURST)
    time.sleep(SHORT)
    yield


@contextlib.contextmanager
def slack_forgets(made: Stage) -> Iterator[None]:
    """Slack did what it was asked, and says that it failed."""
    made.workspace.fail(times=BURST, after=True)
    time.sleep(SHORT)
    yield


@contextlib.contextmanager
def slack_garbles(made: Stage) -> Iterator[None]:
    """Slack did what it was asked, and what it says is cut short, or comes from a proxy."""
    for body in (None, b"<html>"):
        made.workspace.garble("chat.postMessage", body, BURST // 2)
        time.sleep(SHORT)
    yield


@contextlib.contextmanager
def slack_hangs(made: Stage) -> Iterator[None]:
    """Slack answers nothing for longer than is waited for."""
    with made.workspace.hang():
        time.sleep(LONG)
        yield


@contextlib.contextmanager
def slack_drops(made: Stage) -> Iterator[None]:
    """Socket Mode is cut without a word, twice."""
    for _ in range(2):
        made.workspace.drop_connections()
        time.sleep(SHORT)
    yield


@contextlib.contextmanager
def slack_delivers_twice(made: Stage) -> Iterator[None]:
    """What was delivered last comes again."""
    for line in made.sent[-20:]:
        made.workspace.redeliver(line.delivery)
    time.sleep(SHORT)
    yield
