"""A process that has loaded the bot and forks one for every line on its standard input: it starts in no time.

What is forked is `slashdock start` in the folder and with the environment of this process; its id is printed. A line
such as "before bot.record:Record.intend" has it kill itself there.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any

from bot import command_line, wiring  # noqa: F401 - loaded once, for all that are forked
from commands import catalog


def main(log: str) -> None:
    """Fork until the input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever dies is not waited for
    catalog.load()
    for line in sys.stdin:
        moment, _, step = line.strip().partition(" ")
        if step:
            _found(step)  # or nobody is born, and whoever asked sees why
        child = os.fork()
        if child == 0:
            _become_bot(log, moment, step)
        print(child, flush=True)


def _become_bot(log: str, moment: str, step: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    out = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if step:
        _die(moment, *_found(step))
    os._exit(command_line.main(["start"]))


def _found(step: str) -> tuple[Any, str]:
    """The owner and the name of a step, which is written module:Class.method or module:function."""
    module, _, path = step.partition(":")
    owner: Any = importlib.import_module(module)
    *within, name = path.split(".")
    for each in within:
        owner = getattr(owner, each)
    getattr(owner, name)
    return owner, name


def _die(moment: str, owner: Any, name: str) -> None:
    """Put a death before or after a step."""
    real = getattr(owner, name)

    def deadly(*words: Any, **named: Any) -> Any:
        if moment == "after":
            real(*words, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly)


if __name__ == "__main__":
    main(sys.argv[1])
