"""A command is a value: its fields are its grammar, its docstring its help, its methods its permission and targets."""

from __future__ import annotations

import dataclasses
import inspect
from dataclasses import MISSING, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

from commands import kinds
from commands.aftermath import UNCHANGED, Fate, untold
from commands.intent import Intent
from commands.kinds import Kind
from commands.reply import failure
from commands.spec import Argument, Flag, Permission, Spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from commands.aftermath import Past
    from commands.asking import Form
    from commands.context import Context
    from commands.reply import Reply
    from commands.target import Found, Missing, Target
    from commands.touching import Looked, Shares, Taken


@dataclass(frozen=True)
class Risk:
    """What docker's CLI would ask before it does it: the question, in docker's words, and the words that say yes.

    forced: the line itself says yes. yes is what stands on the button that does, where nothing is lost by it.
    """

    question: str
    line: str
    forced: bool = False
    yes: str = ""


@dataclass(frozen=True)
class Also:
    """Another verb that a line does as well, and to what.

    part: it is a part of what the verb itself is, so that no rule has to allow it; one that denies it, or wants consent
    for it, holds. So it is with whatever the line makes.
    """

    verb: str
    targets: tuple[Target, ...]
    part: bool = False


_UNTOLD = "nothing at the engine tells what became of it"
_KINDS: dict[str, Kind] = {
    "bool": kinds.BOOL,
    "bool | None": kinds.BOOL,
    "str": kinds.STRING,
    "str | None": kinds.STRING,
    "int": kinds.INT,
    "int | None": kinds.INT,
    "tuple[str, ...]": kinds.STRINGS,
}


def flag(  # noqa: PLR0913 - the facts of a flag, each named where it is declared
    short: str = "",
    *,
    default: Any,
    help: str,  # noqa: A002 - what it is called everywhere else
    kind: Kind | None = None,
    label: str | None = None,
    shown: str = "",
    also: tuple[str, ...] = (),
    same: tuple[str, ...] = (),
    secret: bool = False,
    universal: bool = False,
    since: str = "",
) -> Any:
    """A flag of a command: its long name is the field's name with dashes; the kind follows from the annotation."""
    facts = {
        "short": short.removeprefix("-"), "help": help, "kind": kind, "label": label, "shown": shown, "also": also,
        "same": same,
        "secret": secret, "universal": universal, "since": since,
    }  # fmt: skip
    return field(default=default, metadata={"flag": facts})


def arg(metavar: str, *, default: Any = MISSING, choosing: bool = False) -> Any:
    """One positional; with a default it may be absent. choosing as in args: it names nothing at the engine."""
    facts = {"metavar": metavar, "required": default is MISSING, "repeats": False, "choosing": choosing}
    return (
        field(metadata={"argument": facts})
        if default is MISSING
        else field(default=default, metadata={"argument": facts})
    )


def args(metavar: str, *, required: bool = True, choosing: bool = False) -> Any:
    """The rest of the positionals, at least one where required; a metavar in brackets is shown as it is.

    choosing: the line is about the whole host, whatever they say.
    """
    facts = {"metavar": metavar, "required": required, "repeats": True, "choosing": choosing}
    return field(metadata={"argument": facts}) if required else field(default=(), metadata={"argument": facts})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(flag, arg, args))
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Command:
    """One line, read: subclasses are frozen dataclasses whose fields are flags and positionals.

    What they are equal by is written once, here: to have it made for each verb takes a part of the start.
    """

    spec: ClassVar[Spec]
    attended: ClassVar[bool] = False  # whether the engine gives it up where nobody listens any more

    lasting: ClassVar[bool] = False  # whether it may live for days, and goes on after an end of slashdock

    grep: str = flag(default="", universal=True, help="Show only the lines that contain this text")
    public: bool = flag(default=False, universal=True, help="Let the whole channel see the answer")
    reason: str = flag(default="", universal=True, help="Why, for whoever has to agree to it")

    def __init_subclass__(  # noqa: PLR0913 - the facts of a verb, each named in its class line
        cls,
        *,
        name: str = "",
        alias: str = "",
        permission: Permission = Permission.SEE,
        interspersed: bool = True,
        filtered: bool = False,
        kin: str = "",
        does: str = "",
        optional: bool = True,
        decides: bool = False,
        second: str = "",
    ) -> None:
        """Make the dataclass and its Spec.

        name is the canonical name, alias a comma-separated list; interspersed False where flags end at the first
        positional; filtered where the answer lists only what the asker may see, so that no target is needed; kin names
        the verbs that do the same by another name: a rule on this one means them too, and each must allow it;
        does names verbs that it does to objects which it finds itself: rules that deny them or want consent for them
        are about it, too;
        optional False where docker's usage line leaves [OPTIONS] out; decides where it is a word about what others may
        do, so that whoever says it is looked at afresh;
        second is another usage line, where docker has two.
        """
        super().__init_subclass__()
        dataclass(frozen=True, kw_only=True, eq=False, repr=False)(cls)
        if not name:
            return
        summary, _, detail = inspect.cleandoc(cls.__doc__ or "").partition("\n")
        cls.spec = Spec(
            names=tuple(tuple(words.split()) for words in (name, *(a for a in alias.split(",") if a.strip()))),
            permission=permission,
            summary=summary.rstrip("."),
            detail=detail.strip(),
            flags=_flags(cls),
            arguments=_arguments(cls),
            interspersed=interspersed,
            filtered=filtered,
            kin=_names(kin),
            does=_names(does),
            optional=optional,
            asks=cls.risk is not Command.risk,
            decides=decides,
            second=second,
        )

    def __eq__(self, other: object) -> bool:
        """Whether it is the same verb and says the same."""
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        """As for any value."""
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        """As dataclasses show themselves."""
        return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    def risk(self) -> Risk | None:
        """What docker would ask before it does this; None where it asks nothing."""
        return None

    def form(self) -> Form | None:
        """What has to be asked in a dialog before it can be done; None where the line says it all."""
        return None

    def makes(self) -> Mapping[str, Any] | None:
        """The body of the request by which the line makes a container, None where it makes none."""
        return None

    def marks(self) -> tuple[str, Mapping[str, str]] | None:
        """The kind of what the line makes, and the labels that it gives it; None where it gives none."""
        return None

    def alters(self) -> Mapping[str, Any]:
        """What of a container the line sets anew, as the part of such a body that would; empty where nothing."""
        return {}

    def also(self, found: Mapping[Target, Found | Missing]) -> Iterable[Also]:
        """What other verbs it does as well; found is what the line names."""
        del found
        return ()

    def shares(self, found: Looked) -> Shares:
        """The containers by whose namespaces it reaches others; found is what the line names."""
        del found
        return ()

    def takes(self, found: Looked) -> Taken | None:
        """The names that a container gets on networks by it, None where none does."""
        del found
        return None

    def escalation(self) -> str:
        """Why what the line asks for gives root on the engine's host, empty where it does not."""
        return ""

    def renames(self) -> tuple[Target, Target] | None:
        """The object that gets another name, and that name; None where none does."""
        return None

    def argv(self) -> tuple[str, ...]:
        """The words of the program that it runs; none where it runs none, or leaves that to the image."""
        return ()

    def fetches(self) -> str:
        """The image that it would fetch anew although one of that name is here; empty where there is none."""
        return ""

    def unforeseen(self) -> str:
        """What of it nobody can see before it is done, such as what a registry has; empty where all can be seen."""
        return ""

    def acts_anyway(self) -> bool:
        """Whether it does something even where nothing is there of all that it names."""
        return self.makes() is not None or bool(self.unforeseen()) or any(each.made for each in self.targets())

    def elevates(self) -> tuple[str, float] | None:
        """The role that the asker would get by it, and for how many seconds; None where they get none."""
        return None

    def problem(self) -> str | None:
        """What is wrong with the values taken together, in docker's words; None where they go together."""
        return None

    def means(self) -> Command:
        """The command that this line is another way to write; itself where it is not."""
        return self

    def lives(self) -> bool:
        """Whether it goes on until somebody ends it."""
        return False

    def recalls(self) -> str:
        """The name on the timetable whose line this one stands for; empty where it says itself what is done."""
        return ""

    def targets(self) -> tuple[Target, ...]:
        """The objects that the line names, in its order."""
        return ()

    def unlooked(self, sentence: str) -> Reply:
        """What docker prints where the engine does not answer when the names are looked up."""
        return failure(sentence)

    def became(self, past: Past) -> Iterable[Fate]:
        """What became of it where nobody heard of its end, object by object; what only looks changes nothing."""
        del past
        return UNCHANGED if self.spec.permission in {Permission.SEE, Permission.READ} else untold(_UNTOLD)

    def intent(self, ctx: Context) -> Intent:
        """What will be done; a command that touches more than what its line names finds that out here."""
        return Intent((), lambda: self.run(ctx))

    def reads(self, ctx: Context) -> None:
        """Read what run() reads of slashdock's own machine or fetches from an address, and do nothing with it.

        It is asked for where people have to agree; run() has nothing else then. Raises ValueError and Refusal.
        """
        del ctx

    def run(self, ctx: Context) -> Reply:
        """Do it; an error of the engine is raised or told in the reply, never hidden."""
        raise NotImplementedError(type(self).__name__)


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in listed.split(",") if name.strip())


def _flags(cls: type) -> tuple[Flag, ...]:
    found = []
    for each in dataclasses.fields(cls):
        facts = each.metadata.get("flag")
        if facts is not None:
            kind = facts["kind"] or _KINDS[str(each.type)]
            label = kind.label if facts["label"] is None else facts["label"]
            rest = {
                key: facts[key] for key in ("short", "help", "shown", "also", "same", "secret", "universal", "since")
            }
            long = each.name.rstrip("_").replace("_", "-")
            found.append(Flag(field=each.name, long=long, kind=kind, default=each.default, label=label, **rest))
    return tuple(sorted(found, key=lambda flag: flag.long))


def _arguments(cls: type) -> tuple[Argument, ...]:
    return tuple(
        Argument(field=each.name, **each.metadata["argument"])
        for each in dataclasses.fields(cls)
        if "argument" in each.metadata
    )
