"""Work that is killed by SIGKILL before each of its effects in turn: a statement of SQL, a file made, named or removed.

The process forks for each piece of work, so that what it needs is loaded once: `killing.py MODULE...`, the modules of
the bot whose effects count. On its standard input it takes a number of effects and a work in Python, as JSON, and says
how that ended.
"""

from __future__ import annotations

import json
import linecache
import os
import re
import signal
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

PROJECT = Path(__file__).parent.parent
KILLED = -signal.SIGKILL
TIMES = 2  # that an effect counts which comes again and again
_EFFECT = re.compile(r"\.(execute|executemany|open|link|replace|rename|unlink|backup|fsync)\(")


class Killer:
    """The process that does the work."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def killed(self, effects: int, work: str) -> bool:
        """Do the work and kill it after so many effects, before the next; False where there was none."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([effects, work]) + "\n")
        self._process.stdin.flush()
        ended = int(self._process.stdout.readline())
        assert ended in {0, KILLED}, ended
        return ended == KILLED


@contextmanager
def killer(*modules: str) -> Iterator[Killer]:
    """One for the effects of these modules of the bot, such as archive."""
    command = [sys.executable, __file__, *modules]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Killer(process)
        process.communicate()


def _main(modules: list[str]) -> None:
    sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]
    from bot import restore, store  # noqa: F401, PLC0415 - loaded once for all of the work

    files = {str(PROJECT / "bot" / f"{module}.py") for module in modules}
    for asked in sys.stdin:
        effects, work = json.loads(asked)
        child = os.fork()
        if child == 0:
            _work(files, effects, work)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201 - the answer


def _work(files: set[str], effects: int, work: str) -> None:
    left, seen = effects, Counter[tuple[str, int]]()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename not in files:
            return None
        place = (frame.f_code.co_filename, frame.f_lineno)
        if event == "line" and seen[place] < TIMES and _EFFECT.search(linecache.getline(*place)):
            seen[place] += 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
        return trace

    code = 1
    try:
        sys.settrace(trace)
        exec(work, {})
        code = 0
    finally:
        sys.settrace(None)
        traceback.print_exc() if code else None
        os._exit(code)


if __name__ == "__main__":
    _main(sys.argv[1:])
