"""What lives on: a line whose answer is painted anew until it ends, or somebody ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from commands.attempts import Refusal

if TYPE_CHECKING:
    from commands.chart import Chart
    from commands.reply import Button, Document


LINES, LEFT = 30, 2_500  # lines and characters of one look at what goes on
WIDTH, HEIGHT = 80, 24  # characters and lines of a session's terminal


@dataclass(frozen=True)
class Said:
    """What somebody typed in the thread of a session: lines without the end of the last one, or a key by its name.

    account is theirs at Slack. at is when, in epoch seconds of Slack's; 0 for a key, which reaches us later than what
    is typed.
    """

    text: str
    person: str
    account: str
    key: str = ""
    at: float = 0.0


@dataclass(frozen=True)
class Shown:
    """What a message in the thread of a session has to say, and how many lines more were printed above it."""

    text: str
    above: int = 0

    @property
    def fits(self) -> bool:
        """Whether all of it can be seen there."""
        return not self.above and self.text.count("\n") < LINES and len(self.text) <= LEFT


@dataclass(frozen=True)
class Page:
    """One message in the thread of a session: how many came before it, and what it says when it is painted."""

    number: int
    text: Callable[[], Shown]


@dataclass(frozen=True)
class View:
    """How something that is under way looks: the whole text, and what of it is new since the last look.

    state is a line about it, charts and buttons stand beneath. lives: it goes on until somebody ends it, so that it is
    shown from the beginning, and to whoever asked where others may not see it. anew: the text is in the place of what
    was shown before, so that nothing of it is new. session: it has a thread of its own, and what its owner writes there
    goes to the stream of this number; page is one of the messages there. number is that of the action, of what lives.
    """

    text: str
    added: str = ""
    state: str = ""
    charts: tuple[Chart, ...] = ()
    buttons: tuple[Button, ...] = ()
    lives: bool = False
    anew: bool = False
    session: bool = False
    page: Page | None = None
    number: int = 0


class Unseen(Exception):  # noqa: N818 - nobody's fault
    """Nobody looks any more, so that what lives on need not."""


Progress: TypeAlias = Callable[[View], None]  # shows how something looks; called often, never waits


class Live(Protocol):
    """The way of a line that lives on to whoever watches it. Everything it is given is shown masked."""

    def add(self, text: str, source: str = "", prefixes: Sequence[str] = ()) -> None:
        """Print more: whole lines are shown and counted, and kept for a file; the last one may come in pieces.

        source is what prints it: each is masked by itself. prefixes stand before the lines that begin in the text, one
        for each, and are shown as they are.
        """

    def show(self, text: str, charts: tuple[Chart, ...] = ()) -> None:
        """Show this in place of all that was shown before."""

    def say(self, state: str) -> None:
        """Tell in one line how it stands; empty where there is nothing to tell."""

    @property
    def lived(self) -> float:
        """For how many seconds it has lived, with those before an end of slashdock that it outlived."""

    @property
    def ended(self) -> str:
        """Why it has to end, as a sentence; empty while it may go on."""

    def wait(self, seconds: float) -> bool:
        """Wait for so long, less where it has to end; whether it has to."""

    def closing(self, close: Callable[[], None]) -> AbstractContextManager[None]:
        """For as long as this lasts, close is called once it has to end, from another thread."""

    def together(self, jobs: Sequence[Callable[[], str]]) -> list[str]:
        """Do all of these at once, each in a thread of its own but the first; what each gives, in their order.

        Raises what one of them raised, once all are over.
        """

    def flush(self) -> None:
        """Nothing more is printed: show what has no end of a line."""

    def summary(self) -> str:
        """How many lines that were in how long, as a sentence."""

    def document(self, name: str, title: str) -> Document | None:
        """A file with all that was printed, or with as much of it as a file may hold; None where nothing was."""


class Ending(Protocol):
    """A work that somebody may cancel."""

    @property
    def ended(self) -> str:
        """Why it has to end, as a sentence; empty while it may go on."""

    def closing(self, close: Callable[[], None]) -> AbstractContextManager[None]:
        """For as long as this lasts, close is called once it has to end, from another thread."""


class _Endless:
    """What nobody cancels."""

    ended = ""

    def closing(self, close: Callable[[], None]) -> AbstractContextManager[None]:
        """Nothing calls it."""
        del close
        return nullcontext()


ENDLESS: Ending = _Endless()


@contextmanager
def uncancelled() -> Iterator[Ending]:
    """A work that nobody may cancel."""
    yield ENDLESS


Begin: TypeAlias = Callable[[], AbstractContextManager[Live]]
Work: TypeAlias = Callable[[], AbstractContextManager[Ending]]


def nowhere() -> AbstractContextManager[Live]:
    """Where nothing may live on: raises Refusal."""
    raise Refusal("Nothing can live on here.")


class Session(Protocol):
    """A line that lives on and into which its owner types. Everything it is given is shown masked."""

    def show(self, page: int, text: Callable[[], Shown]) -> None:
        """This message of its thread says this, which is asked for each time it is painted."""

    def keep(self, whole: Callable[[], str]) -> None:
        """All that was printed since something was typed last, as far as it is kept, for a file."""

    def say(self, state: str) -> None:
        """Tell in one line how it stands."""

    def makes(self, container: str) -> None:
        """A container was made for it, by its full id: it goes on only while that may be touched."""

    def offer(self, keys: Sequence[str]) -> None:
        """Have these keys to press, beside what ends it; it is shown from now on."""

    def hearing(self, take: Callable[[Said], None]) -> AbstractContextManager[None]:
        """For as long as this lasts, take is given what is typed, from another thread; it must not wait."""

    def typed(self, said: Said, *, hidden: bool, echoes: bool) -> bool:
        """This goes to the process now: False where it may not, any more.

        hidden: what is typed is a secret; echoes: what is none is printed again, as at a terminal.
        """

    def printed(self, text: str) -> None:
        """The process printed this."""

    @property
    def ended(self) -> str:
        """Why it has to end, as a sentence; empty while it may go on."""

    @property
    def left(self) -> bool:
        """Whether what runs in the container goes on after its end."""

    def wait(self, seconds: float) -> bool:
        """Wait for so long, less where it has to end; whether it has to."""

    def closing(self, close: Callable[[], None]) -> AbstractContextManager[None]:
        """For as long as this lasts, close is called once it has to end, from another thread."""

    def together(self, jobs: Sequence[Callable[[], str]]) -> list[str]:
        """Do all of these at once, each in a thread of its own but the first; what each gives, in their order."""

    def documents(self) -> tuple[Document, ...]:
        """Its recording, where there is one; nothing is recorded any more."""


Enter: TypeAlias = Callable[[], AbstractContextManager[Session]]


def unentered() -> AbstractContextManager[Session]:
    """Where nobody can type: raises Refusal."""
    raise Refusal("Nobody can type here.")


class Streaming(Protocol):
    """The lines that live, for whoever asks; every method but listed raises Refusal."""

    def listed(self) -> list[dict[str, Any]]:
        """Those that they may know of, oldest first: number, person, host, line, state and since in epoch seconds."""

    def stop(self, number: int) -> str:
        """End one; what is told of it."""

    def file(self, number: int) -> Document:
        """What one of their own has printed until now."""

    def pause(self, number: int) -> str:
        """Have one painted no more; what is told of it."""

    def resume(self, number: int) -> str:
        """Have one painted again; what is told of it."""

    def press(self, number: int, key: str) -> None:
        """Press a key in a session of theirs, or into which they were let."""

    def detach(self, number: int) -> str:
        """End a session of theirs and have what runs there go on; what is told of it."""

    def let(self, number: int, person: str) -> str:
        """Let somebody type in a session of theirs; what is told of it."""
