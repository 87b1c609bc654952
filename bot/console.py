"""A prompt at the terminal on the same pipeline: history, and completion of verbs, flags and live names."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory

from bot import keyboard
from bot.answers import written
from bot.request import Outcome
from commands.catalog import Catalog
from commands.command import Command

LEAVE = {"exit", "quit"}


class Words(Completer):
    """Completes the last word of a line: a verb, a flag of the verb, or a name that `names` gives for its kind."""

    def __init__(self, catalog: Catalog, names: Callable[[str], list[str]]) -> None:
        self._catalog = catalog
        self._names = names

    def get_completions(self, document: Document, complete_event: object) -> Iterator[Completion]:  # noqa: ARG002
        """The words that could stand at the cursor."""
        before = document.text_before_cursor
        word = before.rpartition(" ")[2]
        earlier = tuple(before[: len(before) - len(word)].split())
        for candidate in self.candidates(earlier, word):
            yield Completion(candidate, start_position=-len(word))

    def candidates(self, earlier: tuple[str, ...], word: str) -> list[str]:
        """Everything that begins with the word and may follow the earlier ones, in order."""
        earlier = earlier[1:] if earlier[:1] == ("docker",) else earlier
        verb = self._verb(earlier)
        if verb is None:
            known = self._verbs(earlier)
        elif word.startswith("-"):
            known = [f"--{flag.long}" for flag in verb.spec.flags] + ["--help"]
        else:
            known = self._names(_kind(verb))
        return sorted(name for name in known if name.startswith(word))

    def _verb(self, words: tuple[str, ...]) -> type[Command] | None:
        return self._catalog.find(words[:2]) or self._catalog.find(words[:1])

    def _verbs(self, earlier: tuple[str, ...]) -> list[str]:
        names = [name for verb in self._catalog for name in verb.spec.names]
        if not earlier:
            return sorted({name[0] for name in names})
        return (
            sorted({name[1] for name in names if len(name) > 1 and name[0] == earlier[0]}) if len(earlier) == 1 else []
        )


def run(say: Callable[[str], Outcome], completer: Words, history: Path) -> int:
    """Read lines until the end of the input and say each, which shows the answer; returns the last exit code."""
    code = 0
    for line in _lines(completer, history):
        if line.strip() in LEAVE:
            break
        if line.strip():
            code = int(say(keyboard.mended(line)).exit_code)
    return code


class History(FileHistory):
    """What was typed, kept as it is written down elsewhere: without its secrets."""

    def store_string(self, string: str) -> None:
        """Add a line to the file."""
        super().store_string(written(string))


def _lines(completer: Words, history: Path) -> Iterator[str]:
    if not sys.stdin.isatty():
        yield from (line.rstrip("\n") for line in sys.stdin)
        return
    with contextlib.suppress(FileExistsError):
        os.close(os.open(history, os.O_CREAT | os.O_EXCL, 0o600))
    session: PromptSession[str] = PromptSession(history=History(str(history)), completer=completer)
    while True:
        try:
            yield session.prompt("/docker ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _kind(verb: type[Command]) -> str:
    metavar = verb.spec.arguments[0].metavar if verb.spec.arguments else ""
    return {"CONTAINER": "container", "NAME|ID": "container", "IMAGE": "image", "NETWORK": "network",
            "VOLUME": "volume"}.get(metavar, "")  # fmt: skip
