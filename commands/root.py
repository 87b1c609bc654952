"""docker's own flags, which stand before the verb: docker -D --host NAME ps."""

from __future__ import annotations

from dataclasses import dataclass, replace

from commands.grammar import Grammar, Read
from commands.kinds import BOOL, STRING, STRINGS, Kind
from commands.line import UsageError
from commands.spec import Argument, Flag, Permission, Spec

_LEVELS = frozenset({"", "panic", "fatal", "error", "warn", "warning", "info", "debug", "trace"})  # "": not said
_ELSEWHERE = ("config", "context", "tls", "tlscacert", "tlscert", "tlskey", "tlsverify")  # they choose another engine
_BY_NAME = (
    "An engine is chosen by its name here: docker --host NAME COMMAND. Its address and keys are set up beforehand."
)


def _flag(long: str, short: str, kind: Kind) -> Flag:
    return Flag(field=long, long=long, short=short, kind=kind, default=None, help="", label="")


SPEC = Spec(
    names=((),),
    permission=Permission.LISTED,
    summary="",
    detail="",
    flags=(
        _flag("config", "", STRING),
        _flag("context", "c", STRING),
        _flag("debug", "D", BOOL),
        _flag("host", "H", STRINGS),
        _flag("log-level", "l", STRING),
        _flag("tls", "", BOOL),
        _flag("tlscacert", "", STRING),
        _flag("tlscert", "", STRING),
        _flag("tlskey", "", STRING),
        _flag("tlsverify", "", BOOL),
        _flag("version", "v", BOOL),
    ),
    arguments=(Argument("words", "COMMAND [ARG...]", required=True, repeats=False),),
    interspersed=False,
    filtered=False,
    kin=(),
    does=(),
)
_ANYWHERE = replace(SPEC, interspersed=True)


@dataclass(frozen=True)
class Root:
    """What a line says before its verb, and the words from the verb on."""

    words: list[str]
    host: str | None
    help: bool
    version: bool
    warnings: tuple[str, ...]


def read(words: list[str]) -> Root:
    """The flags before the verb; raises UsageError where one is wrong or asks for an engine without a name here."""
    read = Read()
    try:
        Grammar(SPEC, ()).flags(words, read)
    except UsageError as error:
        raise UsageError("\n".join([*read.warnings, error.text]), error.hint) from None
    given = read.values
    hosts = given.get("host", ())
    if given.get("log-level", "").lower() not in _LEVELS:
        raise UsageError(f"Unable to parse logging level: {given['log-level']}")
    if hosts and "context" in given:
        raise UsageError("conflicting options: cannot specify both --host and --context")
    if len(hosts) > 1:
        raise UsageError("Failed to initialize: unable to resolve docker endpoint: Specify only one -H")
    elsewhere = next((name for name in _ELSEWHERE if _asks(name, given.get(name))), None)
    if elsewhere is not None:
        raise UsageError(f"This line was not run: it has --{elsewhere}", _BY_NAME)
    version = bool(given.get("version"))
    return Root(read.positionals, hosts[0] if hosts else None, read.help, version, tuple(read.warnings))


def _asks(name: str, value: str | bool | None) -> bool:
    """Whether it asks for anything but what holds without it."""
    return bool(value) and (name, value) != ("context", "default")


def anywhere(words: list[str]) -> Read:
    """What a line means whose verb is not known: docker reads all of its flags as its own; raises UsageError."""
    read = Read()
    Grammar(_ANYWHERE, ()).flags(words, read)
    return read
