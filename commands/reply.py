"""What a command answers: parts without any notion of where they will be shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from commands.asking import Form
from commands.chart import Chart
from commands.lasting import Lasting


@dataclass(frozen=True)
class Output:
    """Text that docker's CLI would print on standard output; every line ends with a newline but perhaps the last."""

    text: str
    name: str = "output.txt"  # the file's name where it is too long to be shown
    whole: bool = False  # whether nothing in it may be hidden: it was looked over before


@dataclass(frozen=True)
class Errors:
    """Text that docker's CLI would print on standard error."""

    text: str


@dataclass(frozen=True)
class Printed:
    """What a process printed: pieces of its two streams in the order in which they came, True for standard error."""

    pieces: tuple[tuple[str, bool], ...]
    name: str = "output.txt"

    @property
    def text(self) -> str:
        """All of it, as on a terminal."""
        return "".join(text for text, _ in self.pieces)


@dataclass(frozen=True)
class Table:
    """A table as docker prints it: the first row is the header; tabs are never in a cell. ours: docker would not.

    One with a caption is drawn as Slack draws tables, and not as a terminal does.
    """

    rows: tuple[tuple[str, ...], ...]
    ours: bool = False
    caption: str = ""


@dataclass(frozen=True)
class Document:
    """A file that is given as it is: nothing of it is shown, and whoever made it has masked it. title is above it.

    content is a path where it lies on the bot's disk, as commands/filing.py writes it.
    """

    content: str | bytes | Path
    name: str
    title: str


@dataclass(frozen=True)
class Note:
    """A sentence of slashdock's own, which docker would not print: a hint, a time limit, what to do next."""

    text: str


@dataclass(frozen=True)
class Moment:
    """A point in time to be shown in the reader's own zone, after a label: seconds since the epoch."""

    label: str
    at: float


@dataclass(frozen=True)
class Button:
    """One thing to press: the verb on it, the line it runs, and whether it destroys something.

    confirms is the digest of the objects that the presser was shown and agrees to; empty where nothing is agreed to.
    primary: it is what most people will press. form is what has to be asked in a dialog before the line is run.
    """

    label: str
    line: str
    danger: bool = False
    confirms: str = ""
    primary: bool = False
    form: Form | None = None


@dataclass(frozen=True)
class Buttons:
    """What the reader may press next."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True)
class Asking:
    """A form to be filled in, behind a button with this label; the line is run with what was filled in."""

    label: str
    line: str
    form: Form


Part: TypeAlias = Output | Errors | Printed | Table | Chart | Document | Note | Moment | Buttons | Asking


@dataclass(frozen=True)
class Reply:
    """The parts in the order in which they are read, and whether docker would exit non-zero."""

    parts: tuple[Part, ...] = ()
    failed: bool = False
    error: str | None = None  # one line for the record; None where nothing went wrong
    exit_code: int | None = None  # of a process in a container, where one was run
    unknown: bool = False  # the engine was asked and did not answer: it may have happened
    ids: tuple[str, ...] = ()  # full ids of what was made or removed, beside the targets, for the record
    made: tuple[str, ...] = ()  # full ids of what is new by it, a volume's by seen.volume_id()
    quiet: bool = False  # nothing that anybody has to be told of who did not ask just now
    lasting: tuple[Lasting, ...] = ()  # what still runs, as its end was not waited for any longer
    cancelled: bool = False  # somebody ended it before its end

    def __add__(self, other: Reply) -> Reply:
        """Both, one after the other; it failed if either did."""
        return Reply(
            self.parts + other.parts,
            self.failed or other.failed,
            self.error or other.error,
            self.exit_code if other.exit_code is None else other.exit_code,
            self.unknown or other.unknown,
            self.ids + other.ids,
            self.made + other.made,
            (self.quiet or other.quiet) and all(each.quiet for each in (self, other) if each.parts),
            self.lasting + other.lasting,
            self.cancelled or other.cancelled,
        )

    def renamed(self, old: str, new: str) -> Reply:
        """The same with one word for another in what the engine said."""
        parts = (
            replace(part, text=part.text.replace(old, new)) if isinstance(part, Output | Errors) else part
            for part in self.parts
        )
        return replace(self, parts=tuple(parts), error=self.error and self.error.replace(old, new))

    @property
    def silent(self) -> bool:
        """Whether there is nothing to tell: what came of it is seen elsewhere."""
        return self.quiet and not (self.parts or self.failed)

    def grep(self, text: str) -> Reply:
        """Only the lines of the output that contain the text; a table keeps its header."""
        return replace(self, parts=tuple(_grep(part, text) for part in self.parts))


def output(text: str, name: str = "output.txt") -> Reply:
    """A reply that is docker's standard output."""
    return Reply((Output(text, name),) if text else ())


def lines(items: Iterable[str]) -> Reply:
    """A reply of one output line for each item."""
    return output("".join(f"{item}\n" for item in items))


def failure(text: str) -> Reply:
    """A reply that is docker's standard error, and failed; the newline at the end is added."""
    return Reply((Errors(text + "\n"),), failed=True, error=text)


def note(text: str) -> Reply:
    """A reply in slashdock's own words."""
    return Reply((Note(text),))


def _grep(part: Part, text: str) -> Part:
    match part:
        case Output():
            return replace(part, text=_lines_with(text, part.text))
        case Printed():
            return replace(part, pieces=tuple((_lines_with(text, piece), error) for piece, error in part.pieces))
        case Table():
            return replace(
                part, rows=part.rows[:1] + tuple(r for r in part.rows[1:] if any(text in cell for cell in r))
            )
        case _:
            return part


def _lines_with(text: str, printed: str) -> str:
    return "".join(line for line in printed.splitlines(keepends=True) if text in line)
