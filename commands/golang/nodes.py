"""The parts of a parsed template; str() of a part is how an error shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from commands.golang.quote import quote

if TYPE_CHECKING:
    from commands.golang.number import Number


@dataclass
class Node:
    """A part of a template and where it begins (characters)."""

    place: int


@dataclass
class Text(Node):
    """What is copied to the output."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass
class Listing(Node):
    """Parts one after the other."""

    nodes: list[Node] = field(default_factory=list)

    def __str__(self) -> str:
        return "".join(str(each) for each in self.nodes)


@dataclass
class Identifier(Node):
    """The name of a function."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass
class Variable(Node):
    """A variable and the fields after it: ["$x", "Name"]."""

    names: list[str]

    def __str__(self) -> str:
        return ".".join(self.names)


@dataclass
class Dot(Node):
    """The cursor."""

    def __str__(self) -> str:
        return "."


@dataclass
class Nil(Node):
    """The constant nil."""

    def __str__(self) -> str:
        return "nil"


@dataclass
class FieldPath(Node):
    """Fields of the cursor: .State.Running."""

    names: list[str]

    def __str__(self) -> str:
        return "".join("." + each for each in self.names)


@dataclass
class Chain(Node):
    """Fields of what a term gives: (index . 0).Name."""

    node: Node
    names: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        head = f"({self.node})" if isinstance(self.node, Pipe) else str(self.node)
        return ".".join([head, *self.names])


@dataclass
class Bool(Node):
    """The constant true or false."""

    truth: bool

    def __str__(self) -> str:
        return "true" if self.truth else "false"


@dataclass
class Numeral(Node):
    """A number as it was written and what it can be read as."""

    text: str
    number: Number

    def __str__(self) -> str:
        return self.text


@dataclass
class String(Node):
    """A string literal as it was written and its text."""

    literal: str
    text: str

    def __str__(self) -> str:
        return self.literal


@dataclass
class Command(Node):
    """An operand or a function and its arguments."""

    args: list[Node] = field(default_factory=list)

    def __str__(self) -> str:
        return " ".join(f"({each})" if isinstance(each, Pipe) else str(each) for each in self.args)


@dataclass
class Pipe(Node):
    """Commands, each given the result of the one before, and the variables that take the last result."""

    variables: list[Variable] = field(default_factory=list)
    assigns: bool = False
    commands: list[Command] = field(default_factory=list)

    def __str__(self) -> str:
        names = ", ".join(str(each) for each in self.variables)
        head = names + (" = " if self.assigns else " := ") if names else ""
        return head + " | ".join(str(each) for each in self.commands)


@dataclass
class Action(Node):
    """A pipeline whose result is printed, unless variables take it."""

    pipe: Pipe

    def __str__(self) -> str:
        return f"{{{{{self.pipe}}}}}"


@dataclass
class Branch(Node):
    """An if, with or range and its two bodies."""

    keyword: str
    pipe: Pipe
    body: Listing
    otherwise: Listing | None

    def __str__(self) -> str:
        tail = "" if self.otherwise is None else f"{{{{else}}}}{self.otherwise}"
        return f"{{{{{self.keyword} {self.pipe}}}}}{self.body}{tail}{{{{end}}}}"


@dataclass
class Jump(Node):
    """A break or continue."""

    keyword: str

    def __str__(self) -> str:
        return f"{{{{{self.keyword}}}}}"


@dataclass
class Invocation(Node):
    """A template or block action."""

    name: str
    pipe: Pipe | None

    def __str__(self) -> str:
        tail = "" if self.pipe is None else f" {self.pipe}"
        return f"{{{{template {quote(self.name)}{tail}}}}}"


@dataclass
class End(Node):
    """The mark that closes a body; `keyword` is end or else."""

    keyword: str

    def __str__(self) -> str:
        return f"{{{{{self.keyword}}}}}"
