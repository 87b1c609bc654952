"""Every verb, found by the words that name it: reading a line, help pages, did-you-mean."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import commands
from commands import line
from commands.command import Command
from commands.grammar import Grammar, HelpAsked
from commands.line import UsageError

LONGEST = 10_000  # characters of a line; Slack's own messages are shorter, and the reading is in the way of an ack
_NO_HELP = "Run 'docker --help' for more information"


@dataclass(frozen=True)
class Parsed:
    """A line that was understood: the command, the host that -H names (None: the default), docker's warnings."""

    command: Command
    host: str | None = None
    warnings: tuple[str, ...] = ()


class Catalog:
    """The verbs by their names; build it with load()."""

    def __init__(self, classes: Iterable[type[Command]]) -> None:
        self._verbs = {words: cls for cls in classes for words in cls.spec.names}

    def __iter__(self) -> Iterator[type[Command]]:
        """Each verb once, in order of its canonical name."""
        return iter(sorted(set(self._verbs.values()), key=lambda cls: cls.spec.names[0]))

    def find(self, words: tuple[str, ...]) -> type[Command] | None:
        """The verb with exactly this name."""
        return self._verbs.get(words)

    def groups(self) -> list[str]:
        """The first words of all verbs of two words: container, image, ..."""
        return sorted({words[0] for words in self._verbs if len(words) > 1})

    def parse(self, text: str) -> Parsed:
        """The command that a line means; raises UsageError in docker's words."""
        if len(text) > LONGEST:
            raise UsageError(f"This line has {len(text)} characters; {LONGEST} is the most. Nothing was run.")
        words = line.split(text)
        if words[:1] == ["docker"]:
            words = words[1:]
        host, words = self._globals(words)
        return replace(self._verb(words), host=host)

    def _globals(self, words: list[str]) -> tuple[str | None, list[str]]:
        host = None
        while words and words[0].startswith("-"):
            word, *words = words
            if word in {"--help", "-h"}:
                return host, ["help", *_names(words)]
            if word in {"-v", "--version"}:
                return host, ["version", "--format", "slashdock version {{.Client.Version}}"]
            name, equals, value = word.partition("=")
            if name not in {"-H", "--host"} and not word.startswith("-H"):
                raise _unknown_flag(word)
            if word.startswith("-H") and word != "-H":
                value = word[2:].removeprefix("=")
            elif not equals:
                if not words:
                    raise UsageError(
                        f"flag needs an argument: {word}\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\n{_NO_HELP}"
                    )
                value, *words = words
            host = value
        return host, words

    def _verb(self, words: list[str]) -> Parsed:
        for size in (2, 1):
            cls = self._verbs.get(tuple(words[:size]))
            if cls is not None and len(words) >= size:
                return self._read(cls, _called(cls.spec.names[0], tuple(words[:size])), words[size:])
        if not words or (words[0] in self.groups() and _asks_help(words[1:])):
            return self._help(tuple(words[:1]))
        raise self._unknown(words)

    def _read(self, cls: type[Command], called: tuple[str, ...], words: list[str]) -> Parsed:
        try:
            command, warnings = Grammar(cls.spec, called).read(words, cls)
        except HelpAsked as asked:
            return self._help(called, (asked.text,) if asked.text else ())
        wrong = command.problem()
        if wrong is not None:
            raise UsageError(wrong)
        return Parsed(command.means(), warnings=warnings)

    def _help(self, topic: tuple[str, ...], warnings: tuple[str, ...] = ()) -> Parsed:
        cls = self._verbs[("help",)]
        return Parsed(cls(words=topic), warnings=warnings)  # type: ignore[call-arg]

    def _unknown(self, words: list[str]) -> UsageError:
        if words[0] not in self.groups():
            return UsageError(f"docker: unknown command: docker {words[0]}\n\n{_NO_HELP}", self.nearest(words[0]))
        group = words[0]
        usage = f"Usage:  docker {group}\n\nRun 'docker {group} --help' for more information"
        if words[1].startswith("-"):
            usage = usage.replace(f"docker {group}\n", f"docker {group} COMMAND\n", 1)
        if words[1].startswith("--"):
            return UsageError(f"unknown flag: {words[1].partition('=')[0]}\n\n{usage}")
        if words[1].startswith("-"):
            return UsageError(f"unknown shorthand flag: {words[1][1]!r} in {words[1]}\n\n{usage}")
        wrong = f"docker: unknown command: docker {group} {words[1]}"
        return UsageError(f"{wrong}\n\n{usage}", self.nearest(words[1], group))

    def nearest(self, word: str, group: str | None = None) -> str:
        """A hint at the verb that was probably meant, or an empty text."""
        if group is None:
            known = {words[0] for words in self._verbs}
        else:
            known = {words[1] for words in self._verbs if words[0] == group and len(words) > 1}
        near = difflib.get_close_matches(word, sorted(known), n=2, cutoff=0.6)
        prefix = f"{group} " if group else ""
        return f"Did you mean {' or '.join(prefix + name for name in near)}?" if near else ""


@cache
def load() -> Catalog:
    """The catalog of all verbs below commands/."""
    classes = []
    for found in pkgutil.walk_packages(commands.__path__, "commands."):
        module = importlib.import_module(found.name)
        classes += [
            each
            for each in vars(module).values()
            if isinstance(each, type)
            and issubclass(each, Command)
            and each.__module__ == found.name
            and hasattr(each, "spec")
        ]
    return Catalog(classes)


def _called(own: tuple[str, ...], words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that docker names the verb by: as typed, but an alias within its group by the verb's own name."""
    return own if len(words) > 1 and words[0] == own[0] else words


def _names(words: list[str]) -> list[str]:
    return [word for word in words if not word.startswith("-")]


def _asks_help(words: list[str]) -> bool:
    return not words or words[0] in {"--help", "-h"}


def _unknown_flag(word: str) -> UsageError:
    if word.startswith("--"):
        wrong = f"unknown flag: {word.partition('=')[0]}"
    else:
        wrong = f"unknown shorthand flag: {word[1:2]!r} in {word}"
    return UsageError(f"{wrong}\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\n{_NO_HELP}")
