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


@dataclass(frozen=True)
class View:
    """How something that is under way looks: the whole text, and what of it is new since the last look.

    state is a line about it, charts and buttons stand beneath. lives: it goes on until somebody ends it, so that it is
    shown from the beginning, and to whoever asked where others may not see it. anew: the text is in the place of what
    was shown before, so that nothing of it is new.
    """

    text: str
    added: str = ""
    state: str = ""
    charts: tuple[Chart, ...] = ()
    buttons: tuple[Button, ...] = ()
    lives: bool = False
    anew: bool = False


class Live(Protocol):
    """The way of a line that lives on to whoever watches it. Everything it is given is shown masked."""

    def add(self, text: str) -> None:
        """Print more: whole lines are shown and counted, and kept for a file; the last one may come in pieces."""

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
