"""Every verb, found by the words that name it: reading a line, help pages, did-you-mean."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import commands
from commands import absent, line, root
from commands.api import NEWEST
from commands.command import Command
from commands.compose import front
from commands.general.help import Bare, Page, Short
from commands.general.version import PRODUCT, VERSION, Version
from commands.grammar import Grammar, HelpAsked, Read, called
from commands.line import UsageError
from commands.root import Root
from commands.secret_lines import mask_typed
from commands.spec import Argument, Spec

LONGEST = 10_000  # characters of a line; Slack's own messages are shorter, and the reading is in the way of an ack
_OURSELVES = (["docker"], ["/docker"])  # a line may begin as it does at a terminal or in Slack
_NO_HELP = "Run 'docker --help' for more information"


@dataclass(frozen=True)
class Parsed:
    """A line that was understood: the command, the host that -H names (None: the default), docker's warnings."""

    command: Command
    host: str | None = None
    warnings: tuple[str, ...] = ()
    by_version: bool = False  # whether it was asked which version of the API is spoken


class Catalog:
    """The verbs by their names; build it with load()."""

    def __init__(self, classes: Iterable[type[Command]]) -> None:
        self._verbs = {words: cls for cls in classes for words in cls.spec.names}
        self._ordered = tuple(sorted(set(self._verbs.values()), key=lambda cls: cls.spec.names[0]))
        self._groups = sorted({words[0] for words in self._verbs if len(words) > 1})
        self._composing = frozenset(words[-1] for words in self._verbs if words[0] == front.GROUP)

    def __iter__(self) -> Iterator[type[Command]]:
        """Each verb once, in order of its canonical name."""
        return iter(self._ordered)

    def find(self, words: tuple[str, ...]) -> type[Command] | None:
        """The verb with exactly this name."""
        return self._verbs.get(words)

    def groups(self) -> list[str]:
        """The first words of all verbs of two words: container, image, ..."""
        return self._groups

    def parse(self, text: str, spoken: Callable[[str | None], str] = lambda _: NEWEST) -> Parsed:
        """The command that a line means; raises UsageError in docker's words.

        spoken gives the version of the API of the engine that -H names, for the flags that are not in every version.
        """
        before, asked = _root(text), list[str]()

        def version() -> str:
            asked.append(spoken(before.host))
            return asked[-1]

        parsed = self._line(before, version)
        warnings = () if before.help else before.warnings  # the page tells them itself
        return replace(parsed, host=before.host, warnings=(*warnings, *parsed.warnings), by_version=bool(asked))

    @staticmethod
    def host(text: str) -> str | None:
        """The engine that a line names, whatever else it says; None where it names none, or cannot be read so far."""
        try:
            return _root(text).host
        except UsageError:
            return None

    def _line(self, before: Root, spoken: Callable[[], str]) -> Parsed:
        if before.help:
            return self._help(before.words, Short if before.warnings else Page)
        if before.words:
            return self._verb(before.words, spoken)
        return Parsed(Version(format=f"{PRODUCT} version {VERSION}") if before.version else Bare(words=()))

    def _verb(self, words: list[str], spoken: Callable[[], str]) -> Parsed:
        words = front.moved(words, self._composing)
        named = self._named(words)
        if named:
            cls = self._verbs[named]
            return self._read(cls, called(cls.spec, named), words[len(named) :], spoken)
        return self._group(words[0], words[1:]) if words[0] in self.groups() else self._unknown(words)

    def _named(self, words: list[str]) -> tuple[str, ...]:
        """The words at the beginning that name a verb."""
        names = (tuple(words[:size]) for size in (2, 1))
        return next((name for name in names if name in self._verbs), ())

    def _read(self, cls: type[Command], name: tuple[str, ...], words: list[str], spoken: Callable[[], str]) -> Parsed:
        try:
            command, warnings = Grammar(cls.spec, name).read(words, cls, spoken)
        except HelpAsked as asked:
            return Parsed(Page(words=name), warnings=(asked.text,) if asked.text else ())
        wrong = command.problem()
        if wrong is not None:
            raise UsageError(wrong)
        return Parsed(command.means(), warnings=warnings)

    def _help(self, words: list[str], shown: type[Page] = Page, warnings: Iterable[str] = ()) -> Parsed:
        """The page of the verb that the words begin with, else of the group, else of all."""
        group = tuple(words[:1]) if words and words[0] in self.groups() else ()
        return Parsed(shown(words=self._named(words) or group), warnings=tuple(warnings))

    def _group(self, name: str, words: list[str]) -> Parsed:
        grammar, read = Grammar(_group_spec(name), (name,)), Read()
        try:
            grammar.flags(words, read)
        except UsageError as error:  # of a flag: the word before it is the wrong one
            near = self._near(read.positionals[0], name) if read.positionals else ()
            raise UsageError(error.text, error.hint, near) from None
        if read.help:
            return self._help([name, *read.positionals], warnings=read.warnings)
        if not read.positionals:
            return Parsed(Bare(words=(name,)))
        word = read.positionals[0]
        wrong = grammar.usage(f"docker: unknown command: docker {name} {mask_typed(word)}")
        raise UsageError(wrong.text, *self._instead(word, name))

    def _unknown(self, words: list[str]) -> Parsed:
        otherwise, near = self._instead(words[0])
        try:
            read = root.anywhere(words)
        except UsageError as error:
            raise UsageError(error.text, otherwise or error.hint, near) from None
        if read.help:
            return self._help([], warnings=read.warnings)
        raise UsageError(f"docker: unknown command: docker {mask_typed(words[0])}\n\n{_NO_HELP}", otherwise, near)

    def _instead(self, word: str, group: str = "") -> tuple[str, tuple[str, ...]]:
        """Why docker's verb of this name is not here, or the names that may be meant."""
        reason = absent.why(word, group)
        return reason, () if reason else self._near(word, group)

    def _near(self, word: str, group: str = "") -> tuple[str, ...]:
        """The names like this word in the group, or among the first words, best first."""
        known = [each.rpartition(" ") for each in sorted(names(cls.spec for cls in self))]
        own = [last for first, _, last in known if first == group]
        near = difflib.get_close_matches(word.lower(), own, n=len(own), cutoff=0.6)
        return tuple(f"{group} {last}".lstrip() for last in near)


def _root(text: str) -> Root:
    """What a line says before its verb; raises UsageError."""
    if len(text) > LONGEST:
        raise UsageError(f"This line has {len(text)} characters; {LONGEST} is the most. Nothing was run.")
    words = line.split(text)
    return root.read(words[1:] if words[:1] in _OURSELVES else words)


def names(specs: Iterable[Spec]) -> frozenset[str]:
    """Every name of these verbs, and of the groups that they are in: a person may be told of each."""
    return frozenset(" ".join(words[:size]) for spec in specs for words in spec.names for size in (1, 2))


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
            and "spec" in vars(each)
        ]
    return Catalog(classes)


def _group_spec(name: str) -> Spec:
    """What docker knows of a group by itself: no flags, and a usage line in which volume alone says COMMAND."""
    verb = (Argument("words", "COMMAND", required=True, repeats=False),) if name == "volume" else ()
    return replace(root.SPEC, names=((name,),), flags=(), arguments=verb, interspersed=True)
