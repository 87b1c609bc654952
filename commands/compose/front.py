"""docker compose's own flags, which stand before its verb: docker compose -p shop ps."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from commands import root
from commands.grammar import Grammar, Read
from commands.kinds import BOOL, INT, STRING, STRINGS, Kind
from commands.spec import Argument, Flag

GROUP = "compose"


def _flag(long: str, short: str, kind: Kind) -> Flag:
    return Flag(field=long, long=long, short=short, kind=kind, default=None, help="", label="")


_SPEC = replace(
    root.SPEC,
    names=((GROUP,),),
    flags=(
        _flag("all-resources", "", BOOL),
        _flag("ansi", "", STRING),
        _flag("compatibility", "", BOOL),
        _flag("dry-run", "", BOOL),
        _flag("env-file", "", STRINGS),
        _flag("file", "f", STRINGS),
        _flag("parallel", "", INT),
        _flag("profile", "", STRINGS),
        _flag("progress", "", STRING),
        _flag("project-directory", "", STRING),
        _flag("project-name", "p", STRING),
    ),
    arguments=(Argument("words", "COMMAND", required=True, repeats=False),),
)
_HANDED_ON = ("project-name", "project-directory")


def moved(words: list[str], verbs: Container[str]) -> list[str]:
    """The words with what stands before compose's verb behind it; raises UsageError where that is wrong.

    Of what is none of the verbs only the word itself is left: that is what is wrong.
    """
    if words[:1] != [GROUP] or not words[1:] or not words[1].startswith("-"):
        return words
    read = Read()
    Grammar(_SPEC, (GROUP,)).flags(words[1:], read)
    if read.help or not read.positionals:
        return [GROUP, *(["--help"] if read.help else [])]
    verb, *rest = read.positionals
    if verb not in verbs:
        return [GROUP, verb]
    said = [f"--{name}={read.values[name]}" for name in _HANDED_ON if name in read.values]
    said += [f"--file={each}" for each in read.values.get("file", ())]
    said += [f"--{name}" for name in ("dry-run",) if read.values.get(name)]
    return [GROUP, verb, *said, *rest]
