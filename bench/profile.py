"""`make profile VERB="ps -a"`: where the time of one line goes, step by step, in a whole bot on its own engine."""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path[:0] = [str(PROJECT / "scripts"), str(PROJECT / "tests")]

from bot_process import BotProcess, by_socket, started  # noqa: E402 - the line above says where they are
from engine import Engine  # noqa: E402
from eventually import eventually  # noqa: E402
from samples import samples  # noqa: E402

from bench.figures import Values  # noqa: E402
from bot.workspace import Workspace  # noqa: E402
from bot.workspace.message import Message  # noqa: E402
from bot.workspace.people import ADMIN, OPS  # noqa: E402

LINE = "ps -a"
WARM_UP = 3  # runs before those that count: connections are made, modules loaded
RUNS = 30
WIDTH = 30  # characters of a bar that stands for the whole
BLOCKS = " ▏▎▍▌▋▊▉█"  # a character in eighths of its width
_TOLD = re.compile(r"trace \S+ .*?: ([0-9.]+) ms: (.*)")
_STEP = re.compile(r"([^,() ][^,()]*) ([0-9.]+)(?= \(|,|\)|$)|[()]")
_ID = re.compile(r"(?<=/)[0-9a-f]{12}(?=/|$)")

Way = tuple[str, ...]  # of a step: the names of those that it is inside of, and its own


@dataclass(frozen=True)
class Run:
    """Milliseconds of one run: until its message was there, of its trace, and of each step, as often as it came."""

    seen: float
    trace: float
    steps: dict[Way, list[float]]

    @property
    def together(self) -> float:
        """Of all steps that are inside of none."""
        return sum(sum(spent) for way, spent in self.steps.items() if len(way) == 1)


def main(line: str) -> None:
    """The table of this line."""
    with tempfile.TemporaryDirectory(prefix="slashdock-profile-") as folder, Engine(Path(folder) / "engine") as engine:
        samples(engine.host)
        runs = profile(line, Path(folder), engine.host)
    print(f"{line}: {RUNS} times after {WARM_UP}, on an engine with the samples (p99 of so few is the greatest)\n")
    print("\n".join(table(runs)))


def profile(line: str, folder: Path, host: str) -> list[Run]:
    """The runs, one after the other, by slash commands in the local workspace."""
    workspace, bot = Workspace(), BotProcess(folder, host)
    with workspace.serve():
        bot.settings |= by_socket(workspace) | {"SLASHDOCK_TRACE": "1"}
        with started(bot):
            return [_run(workspace, bot, line) for _ in range(WARM_UP + RUNS)][WARM_UP:]


def _run(workspace: Workspace, bot: BotProcess, line: str) -> Run:
    before, known = len(_answers(workspace)), len(_told(bot))
    began = time.perf_counter()
    workspace.slash(ADMIN, OPS, line)
    workspace.wait_for(lambda: _answers(workspace)[before:])
    seen = (time.perf_counter() - began) * 1000
    told = eventually(lambda: _told(bot)[known:])[0]
    steps: dict[Way, list[float]] = {}
    for way, spent in read(told[2]):
        steps.setdefault(way, []).append(spent)
    return Run(seen, float(told[1]), steps)


def _answers(workspace: Workspace) -> list[Message]:
    return [each for each in workspace.messages(OPS) if each.by_bot]


def _told(bot: BotProcess) -> list[re.Match[str]]:
    return [found for each in tuple(bot.said) if (found := _TOLD.fullmatch(each))]


def read(steps: str) -> Iterator[tuple[Way, float]]:
    """The steps of a line of the log, in their order, each with its milliseconds; ids are all alike."""
    around: list[str] = []
    name = ""
    for found in _STEP.finditer(steps):
        match found[0]:
            case "(":
                around.append(name)
            case ")":
                around.pop()
            case _:
                name = _ID.sub("ID", found[1])
                yield (*around, name), float(found[2])


def table(runs: Sequence[Run]) -> Iterator[str]:
    """A row a step, those inside of it beneath; then what the steps are together, and what is left of the whole.

    What comes several times in a run is counted and summed, also where it is at once.
    """
    whole = Values([each.seen for each in runs])
    ways = dict.fromkeys(way for each in runs for way in each.steps)
    yield f"{'step':42} {'median ms':>9} {'p99 ms':>8}  share of the whole"
    for way in _nested(list(ways)):
        spent = [each.steps.get(way, []) for each in runs]
        most = max(map(len, spent))
        name = way[-1] if most == 1 else f"{most} x {way[-1]}"
        yield _row("  " * (len(way) - 1) + name, Values([sum(each) for each in spent]), whole)
    yield ""
    yield _row("the steps together", Values([each.together for each in runs]), whole)
    yield _row("between the steps", Values([each.trace - each.together for each in runs]), whole)
    yield _row("before, after and in the workspace", Values([each.seen - each.trace for each in runs]), whole)
    yield _row("from the command to its message", whole, whole)


def _nested(ways: list[Way], around: Way = ()) -> Iterator[Way]:
    """The same, each followed by those inside of it, whichever run had them first."""
    for way in [each for each in ways if each[:-1] == around]:
        yield way
        yield from _nested(ways, way)


def _row(name: str, spent: Values, whole: Values) -> str:
    return f"{name[:42]:42} {spent.median:9.2f} {spent.p99:8.2f}  {_bar(spent.median / whole.median)}".rstrip()


def _bar(share: float) -> str:
    full, rest = divmod(round(min(max(share, 0), 1) * WIDTH * 8), 8)
    return BLOCKS[8] * full + BLOCKS[rest].strip()


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]) or LINE)
