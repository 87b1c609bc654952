"""What the process itself takes: to start, to answer one line, and to wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from bot_process import BotProcess, by_socket, started

from bench import whys
from bench.crowds import memory
from bench.figures import AtMost, Figure, Scale, Values, interleaved
from bench.place import RULES, Asked, Place, asked
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS

CLI = "docker"
TICKS = 100  # of the kernel's clock in a second, USER_HZ


def figures(folder: Path, place: Place, scale: Scale) -> Iterator[Figure]:
    """Start, exec, idle."""
    starts = [_first_ack(folder / f"start{at}", place.engine) for at in range(scale.of(5, 2) + 1)][1:]
    bounds = [AtMost(800, "ms")]
    yield Figure(
        "process",
        "from exec to the first acknowledgement",
        "ms",
        Values(starts),
        {},
        bounds,
        "Socket Mode",
        why=whys.MODULES,
    )
    yield _one_line(folder / "exec", place, scale.of(10, 3))
    with asked(folder / "idle", place.engine, socket_mode=True) as ours:
        ours.answer("ps")
        yield from _idle(ours, scale.of(30, 3))


def _first_ack(folder: Path, engine: str) -> float:
    """Milliseconds from the process to the acknowledgement of a line that was sent as soon as it was connected."""
    folder.mkdir()
    (folder / "policy.toml").write_text(RULES)
    workspace = Workspace()
    with workspace.serve():
        bot = BotProcess(folder, engine, by_socket(workspace))
        began = time.perf_counter()
        with started(bot):
            workspace.slash(ADMIN, OPS, "version").wait()
            return (time.perf_counter() - began) * 1000


def _one_line(folder: Path, place: Place, runs: int) -> Figure:
    folder.mkdir()
    bot = BotProcess(folder, place.engine, {"SLASHDOCK_POLICY": ""})
    ways = {"": lambda: bot.run("exec", "version"), CLI: lambda: place.cli("version")}
    assert "API version" in bot.run("exec", "version").stdout
    found = interleaved(runs, ways)
    what = "version at a terminal, the whole process"
    return Figure("process", what, "ms", found.pop(""), found, [AtMost(450, "ms")], "a terminal", why=whys.MODULES)


def _idle(ours: Asked, seconds: int) -> Iterator[Figure]:
    """Megabytes of its own, and its share of a core, with nothing to do."""
    before = _ticks(ours)
    time.sleep(seconds)
    share = (_ticks(ours) - before) / TICKS / seconds * 100
    way = "Socket Mode, connected"
    resident = Values([memory(ours) / 1e6])
    yield Figure("process", "idle: memory", "MB", resident, {}, [AtMost(55, "MB")], way, why=whys.MODULES)
    yield Figure("process", f"idle: of a core, over {seconds} s", "%", Values([share]), {}, [AtMost(1, "%")], way)


def _ticks(ours: Asked) -> int:
    assert ours.bot.process is not None
    told = Path(f"/proc/{ours.bot.process.pid}/stat").read_text().rpartition(")")[2].split()
    return int(told[11]) + int(told[12])
