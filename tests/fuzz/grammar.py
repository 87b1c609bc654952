"""A line: read or refused in words, never by another error, and no flag is taken that its verb does not list."""

from __future__ import annotations

from collections.abc import Iterator

from commands import catalog, grammar, line, root, secret_lines
from commands.command import Command
from commands.compose import front
from commands.line import UsageError
from commands.spec import Flag, Spec
from fuzz.target import must, text

VERBS = catalog.load()
_HELP = frozenset({"--help", "-h"})  # of every verb, and listed by none


def check(case: bytes) -> None:
    """A line that is read means the same in its canonical form, and answers all that is asked of it before it runs.

    Read or not, it is masked once and for all.
    """
    typed = text(case)
    masked = secret_lines.mask_typed(typed)
    must(secret_lines.mask_typed(masked) == masked, f"{masked!r} is masked")
    try:
        command = VERBS.parse(typed).command
    except UsageError as refused:
        must(refused.text, "a refusal says why")
        return
    must(_unlisted(typed) is None, f"{_unlisted(typed)} is not listed")
    _asked(command)
    written = grammar.canonical(command)
    if len(written) <= catalog.LONGEST and type(command) in set(VERBS):
        again = VERBS.parse(written).command
        must(again == command, f"{written!r} is the same command")
        must(grammar.canonical(again) == written, f"{written!r} is canonical")


def words() -> Iterator[str]:
    """The verbs, their flags and what quotes."""
    yield from {word for verb in VERBS for name in verb.spec.names for word in name}
    yield from {f"--{long}" for verb in VERBS for flag in verb.spec.flags for long in _longs(flag)}
    yield from {sample for verb in VERBS for flag in verb.spec.flags for sample in flag.kind.samples}
    yield from ("docker ", "--", "=", "''", '""', "\\", "-H ", "--help", "{{.ID}}", "{{json .}}", "0x7f", "1h", "1g")


def _asked(command: Command) -> None:
    """What judging asks of a command before it knows any object."""
    grammar.canonical(command, mask=True)
    for question in (
        command.problem, command.targets, command.risk, command.form, command.makes, command.marks, command.alters,
        command.escalation, command.renames, command.argv, command.fetches, command.unforeseen, command.acts_anyway,
        command.elevates,
    ):  # fmt: skip
        question()


def _unlisted(typed: str) -> str | None:
    """A flag of an accepted line that its verb does not list; found by a walk of its own, not by the grammar's."""
    words = line.split(typed)
    words = root.read(words[1:] if words[:1] in (["docker"], ["/docker"]) else words).words
    name = next((tuple(words[:size]) for size in (2, 1) if VERBS.find(tuple(words[:size]))), ())
    verb = VERBS.find(name)
    if verb is None or name[0] == front.GROUP:
        return None
    listed = _HELP | {shown for flag in verb.spec.flags for shown in _shown(flag)}
    return next((flag for flag in _flags(words[len(name) :], verb.spec) if flag not in listed), None)


def _flags(words: list[str], spec: Spec) -> Iterator[str]:
    """The flags that stand where docker reads flags: up to -- or, for some verbs, to the first positional."""
    valued = {shown for flag in spec.flags if flag.kind.bare is None for shown in _shown(flag)}
    rest = iter(words)
    for word in rest:
        if word == "--" or not (spec.interspersed or word.startswith("-")) or (word == "-" and not spec.interspersed):
            return
        if word.startswith("--"):
            name, equals, _ = word.partition("=")
            yield name
            if name in valued and not equals:
                next(rest, None)
        elif word.startswith("-"):
            yield from _letters(word, valued, rest)


def _letters(word: str, valued: set[str], rest: Iterator[str]) -> Iterator[str]:
    for at, letter in enumerate(word[1:], 2):
        yield f"-{letter}"
        if f"-{letter}" in valued and at == len(word):
            next(rest, None)
        if f"-{letter}" in valued or (word[at : at + 1] == "=" and len(word) > at + 1):
            return


def _shown(flag: Flag) -> set[str]:
    return {f"--{long}" for long in _longs(flag)} | ({f"-{flag.short}"} if flag.short else set())


def _longs(flag: Flag) -> tuple[str, ...]:
    return (flag.long, *flag.also, *flag.same)
