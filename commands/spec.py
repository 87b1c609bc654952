"""What is known of a verb before any line: its names, its class, its flags and positionals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from commands.kinds import Kind


class Permission(StrEnum):
    """The classes of verbs, from harmless to host-equivalent; LISTED is everyone whom the policy names."""

    LISTED = "listed"
    SEE = "see"
    READ = "read"
    ACT = "act"
    CHANGE = "change"
    ENTER = "enter"
    ROOT = "root"

    @property
    def enters(self) -> bool:
        """Whether a verb of this class makes, alters or gets into what it is about, rather than looking or halting."""
        return self in {Permission.CHANGE, Permission.ENTER, Permission.ROOT}

    @property
    def changes(self) -> bool:
        """Whether a verb of this class alters something at the engine."""
        return self in {Permission.ACT, Permission.CHANGE, Permission.ENTER, Permission.ROOT}


@dataclass(frozen=True)
class Flag:
    """One flag: its field, its long name, its letter ("" for none) and how its value is read.

    also: older long names that still work, with docker's deprecation warning; same: further ones that work as well, and
    stand in no help; shown: the default as help prints it;
    since: the version of the engine's API from which the flag is there, empty where it always was.
    """

    field: str
    long: str
    short: str
    kind: Kind
    default: Any
    help: str
    label: str
    shown: str = ""
    also: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    secret: bool = False
    universal: bool = False
    since: str = ""


@dataclass(frozen=True)
class Argument:
    """One positional: its field, its name in the usage line, whether it may be absent and whether it repeats.

    choosing: it only says which of many are shown, as a filter does.
    """

    field: str
    metavar: str
    required: bool
    repeats: bool
    choosing: bool = False


@dataclass(frozen=True)
class Spec:
    """What the grammar and the help need to know of a verb; names[0] is canonical, the aliases come after it."""

    names: tuple[tuple[str, ...], ...]
    permission: Permission
    summary: str
    detail: str
    flags: tuple[Flag, ...]
    arguments: tuple[Argument, ...]
    interspersed: bool
    filtered: bool
    kin: tuple[str, ...]  # verbs that do the same by another name
    does: tuple[str, ...]  # verbs that it does to what it finds: what is denied of them is denied of it
    optional: bool = True  # whether its usage line says [OPTIONS]
    asks: bool = False  # whether docker asks a question before it does it
    decides: bool = False  # whether it is a word about what others may do
    second: str = ""  # a second usage line, where docker has one

    @property
    def has_effect(self) -> bool:
        """Whether it alters something, at the engine or here: what only looks can be asked again."""
        return self.permission.changes or self.decides

    @property
    def name(self) -> str:
        """The canonical name, such as "container ls"."""
        return " ".join(self.names[0])

    def usages(self, called: tuple[str, ...]) -> str:
        """The usage line, and below it the second one where there is one."""
        return self.usage(called) + (f"\n\t{self.second}" if self.second else "")

    def usage(self, called: tuple[str, ...]) -> str:
        """The usage line for the words by which the verb was called: "docker logs [OPTIONS] CONTAINER"."""
        options = ["[OPTIONS]"] if self.optional and any(not flag.universal for flag in self.flags) else []
        return " ".join(["docker", *called, *options, *(_metavar(argument) for argument in self.arguments)])


def _metavar(argument: Argument) -> str:
    name = argument.metavar
    if name.startswith("["):
        return name
    if argument.repeats:
        return f"{name} [{name}...]" if argument.required else f"[{name}...]"
    return name if argument.required else f"[{name}]"
