"""docker's flag grammar: words become the settings and positionals of a command, and a command becomes words."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from commands import api, kinds, line
from commands.command import Command
from commands.line import UsageError
from commands.spec import Argument, Flag, Spec

SHORTHAND = "Flag shorthand -h has been deprecated, use --help"


@dataclass
class Read:
    """What the words have said so far."""

    values: dict[str, Any] = field(default_factory=dict)
    positionals: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    names: dict[str, set[str]] = field(default_factory=dict)  # by field: the current name and the old one, as given
    help: bool = False


class HelpAsked(Exception):  # noqa: N818 - no error: the line says --help
    """The line asks for the help of its verb; text is the warning that docker prints before it, or empty."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.text = text


class Grammar:
    """The reader of one verb's words; called is the words by which the verb was named."""

    def __init__(self, spec: Spec, called: tuple[str, ...]) -> None:
        self.spec = spec
        self.called = called
        self._long = {name: flag for flag in spec.flags for name in (flag.long, *flag.also, *flag.same)}
        self._short = {flag.short: flag for flag in spec.flags if flag.short}

    def read(
        self, words: list[str], make: type[Command], spoken: Callable[[], str] = lambda: api.NEWEST
    ) -> tuple[Command, tuple[str, ...]]:
        """The command and docker's deprecation warnings; raises UsageError or HelpAsked.

        spoken gives the version of the engine's API, and is asked where a flag is not in every version.
        """
        read = Read()
        wrong = self._wrong(words, read)
        wrong = self._too_old(read, spoken) or wrong  # docker tells this first, whatever else is wrong
        if wrong is not None:
            raise UsageError("\n".join([*read.warnings, wrong.text]), wrong.hint)
        if read.help:
            raise HelpAsked("\n".join(read.warnings))
        return make(**read.values, **self._positionals(read.positionals)), tuple(read.warnings)

    def flags(self, words: list[str], read: Read) -> None:
        """Read the flags, and the positionals without counting them; raises UsageError."""
        rest = list(words)
        while rest:
            word = rest.pop(0)
            if word == "--":
                read.positionals += rest
                break
            if word.startswith("--"):
                self._long_flag(word, rest, read)
            elif word.startswith("-") and word != "-":
                self._letters(word[1:], rest, read)
            else:
                read.positionals.append(word)
                if not self.spec.interspersed:
                    read.positionals += rest
                    break

    def _wrong(self, words: list[str], read: Read) -> UsageError | None:
        try:
            self.flags(words, read)
        except UsageError as error:
            read.warnings.clear()  # docker tells them when all flags are read
            return error
        try:
            if not read.help:
                self._count(len(read.positionals))
                self._agree(read)
        except UsageError as error:
            return error
        return None

    def _too_old(self, read: Read, spoken: Callable[[], str]) -> UsageError | None:
        given = [flag for flag in self.spec.flags if flag.since and flag.field in read.values]
        told = [text for flag in given if (text := api.too_old(flag.long, flag.since, spoken()))]
        return UsageError("\n".join(told)) if told else None

    def _agree(self, read: Read) -> None:
        for flag in self.spec.flags:
            old = read.names.get(flag.field, set()) & {f"--{name}" for name in flag.also}
            if old and len(read.names[flag.field]) > 1:
                raise UsageError(f"conflicting options: cannot specify both --{flag.long} and {min(old)}")

    def _long_flag(self, word: str, rest: list[str], read: Read) -> None:
        name, given, value = word[2:].partition("=")
        if not name or name[0] in "-=":
            raise self.usage(f"bad flag syntax: {word}")
        if name == "help":
            read.help = self._asks_help(value if given else "true")
            return
        flag = self._long.get(name)
        if flag is None:
            raise self.usage(f"unknown flag: --{name}", self._nearest(name))
        if name in flag.also:
            read.warnings.append(f"Flag --{name} has been deprecated, use --{flag.long} instead")
        if not given:
            value = self._due(flag, f"--{name}", rest)
        self._set(flag, value, read, "" if name == flag.long else f"--{name}")

    def _asks_help(self, text: str) -> bool:
        try:
            return bool(kinds.BOOL.parse(text))
        except ValueError as error:
            raise self.usage(f'invalid argument "{text}" for "--help" flag: {error}') from None

    def _letters(self, letters: str, rest: list[str], read: Read) -> None:
        word = letters
        while letters:
            letter, letters = letters[0], letters[1:]
            flag = self._short.get(letter)
            if flag is None and letter == "h":
                letters = self._letter_of_help(letters, read)
                continue
            if flag is None:
                raise self.usage(f"unknown shorthand flag: {letter!r} in -{letter}{letters}", self._nearest(word))
            if letters.startswith("=") and len(letters) > 1:  # a lone "=" is the value, as pflag reads it
                value, letters = letters[1:], ""
            elif flag.kind.bare is not None:
                value = flag.kind.bare
            elif letters:
                value, letters = letters, ""
            else:
                value = self._due(flag, f"{letter!r} in -{letter}", rest)
            self._set(flag, value, read)

    def _letter_of_help(self, letters: str, read: Read) -> str:
        """Read -h, which no verb declares; returns the letters that follow it."""
        read.warnings.append(SHORTHAND)
        valued = letters.startswith("=") and len(letters) > 1
        read.help = self._asks_help(letters[1:] if valued else "true")
        return "" if valued else letters

    def _due(self, flag: Flag, shown: str, rest: list[str]) -> str:
        if flag.kind.bare is not None:
            return flag.kind.bare
        if not rest:
            raise self.usage(f"flag needs an argument: {shown}")
        return rest.pop(0)

    def _set(self, flag: Flag, text: str, read: Read, called: str = "") -> None:
        try:
            value = flag.kind.parse(text)
        except ValueError as error:
            shown = called or (f"-{flag.short}, --{flag.long}" if flag.short else f"--{flag.long}")
            raise self.usage(f'invalid argument "{text}" for "{shown}" flag: {error}') from None
        read.names.setdefault(flag.field, set()).add(called or f"--{flag.long}")
        read.values[flag.field] = (*read.values.get(flag.field, ()), value) if flag.kind.repeats else value

    def _positionals(self, words: list[str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for argument in self.spec.arguments:
            if argument.repeats:
                values[argument.field] = tuple(words)
            elif words:
                values[argument.field] = words.pop(0)
        return values

    def _count(self, count: int) -> None:
        low = sum(argument.required for argument in self.spec.arguments)
        high = None if any(argument.repeats for argument in self.spec.arguments) else len(self.spec.arguments)
        if count >= low and (high is None or count <= high):
            return
        # "See" and "SRun" are docker 28's own words, to the letter.
        if high is None:
            raise self._arguments(f"requires at least {_arguments(low)}", "See")
        if low == high:
            raise self._arguments(f"requires {_arguments(low)}" if low else "accepts no arguments", "Run")
        if low == 0:
            raise self._arguments(f"requires at most {_arguments(high)}", "SRun")
        raise self._arguments(f"requires at least {low} and at most {_arguments(high)}", "Run")

    def _arguments(self, wrong: str, see: str) -> UsageError:
        return self._told(f"docker: 'docker {' '.join(self.called)}' {wrong}", see)

    def usage(self, wrong: str, hint: str = "") -> UsageError:
        """The error as docker words it: what is wrong, the usage line, where to read on."""
        return self._told(wrong, "Run", hint)

    def _told(self, wrong: str, see: str, hint: str = "") -> UsageError:
        name = " ".join(["docker", *self.called])
        text = f"{wrong}\n\nUsage:  {self.spec.usages(self.called)}\n\n{see} '{name} --help' for more information"
        return UsageError(text, hint)

    def _nearest(self, name: str) -> str:
        near = difflib.get_close_matches(name, list(self._long), n=1, cutoff=0.6)
        near = near or [long for long in self._long if long.startswith(name)][:1]
        return f"Did you mean --{near[0]}?" if near else ""


def called(spec: Spec, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that docker names the verb by: as typed, but an alias within its group by the verb's own name."""
    own = spec.names[0]
    return own if len(words) > 1 and words[0] == own[0] else words


def words(command: Command, *, mask: bool = False) -> list[str]:
    """The canonical words of a command, which read back as an equal one; mask hides the values of secret flags."""
    spec = command.spec
    told = list(spec.names[0])
    for flag in spec.flags:
        value = getattr(command, flag.field)
        if value != flag.default:
            told += _flag_words(flag, value, mask=mask)
    positionals = [word for argument in spec.arguments for word in _argument_words(argument, command)]
    dashes = ["--"] if _needs_dashes(spec, positionals) else []
    return told + dashes + positionals


def canonical(command: Command, *, mask: bool = False) -> str:
    """The canonical line of a command."""
    return line.join(words(command, mask=mask))


def _flag_words(flag: Flag, value: Any, *, mask: bool) -> list[str]:
    values = value if flag.kind.repeats else (value,)
    if flag.kind.bare is not None:
        return [
            f"--{flag.long}" if flag.kind.text(v) == flag.kind.bare else f"--{flag.long}={flag.kind.text(v)}"
            for v in values
        ]
    return [
        f"--{flag.long}={_masked(flag.kind.text(v)) if mask and flag.secret else flag.kind.text(v)}" for v in values
    ]


def _masked(text: str) -> str:
    name, equals, _ = text.partition("=")
    return f"{name}=••••" if equals else "••••"


def _argument_words(argument: Argument, command: Command) -> tuple[str, ...]:
    value = getattr(command, argument.field)
    if argument.repeats:
        return tuple(value)
    return (value,) if value or argument.required else ()


def _needs_dashes(spec: Spec, positionals: list[str]) -> bool:
    candidates = positionals if spec.interspersed else positionals[:1]
    return any(word.startswith("-") for word in candidates)


def _arguments(count: int) -> str:
    return "1 argument" if count == 1 else f"{count} arguments"
