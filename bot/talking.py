"""A session: what is typed and printed, masked, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace

from bot.attending import Attending
from bot.files import Files
from bot.masking import Masking
from bot.recording import Recording
from bot.stream import Stream
from commands import secrets
from commands.filing import TooLarge
from commands.forms import open_key
from commands.live import Page, Progress, Said, Shown, View
from commands.reply import Button, Document
from commands.units import exactly

_TYPED = "What {} writes in this thread is typed into it."
_DEAF = "Nothing that is typed reaches it: it was started without -i, or --no-stdin says so."
_ENDS = "{} It ends after {} of silence, and after {} at most."
_BUTTONS = (("Get file", "file"), ("Detach", "detach"), ("Stop", "stop"))
_RECORDED = "Every line in and out is recorded, secrets masked."


@dataclass
class Talk(Attending):
    """The Session that a command has."""

    recording: Recording | None
    lasts: float
    _state: str = ""
    _keys: tuple[str, ...] = ()
    _page: Page | None = None

    def makes(self, container: str) -> None:
        """Judge this container, too."""
        self.stream.made = container

    def offer(self, keys: Sequence[str]) -> None:
        """Have these keys to press."""
        self._keys = tuple(keys)
        typed = _TYPED.format(self.stream.person) if keys else _DEAF
        told = _ENDS.format(typed, exactly(self.stream.idle), exactly(self.lasts))
        self.say(f"{told} {_RECORDED}" if self.recording else told)

    def say(self, state: str) -> None:
        """Tell how it stands."""
        self._state = state
        self._paint()

    def show(self, page: int, text: Callable[[], Shown]) -> None:
        """This message says this."""
        self._page = Page(page, lambda: _masked(text()))
        self._paint()

    def keep(self, whole: Callable[[], str]) -> None:
        """Give it as a file, while it lives where somebody asks, and at its end where it could not all be seen."""
        self.stream.copied = lambda: _file(whole(), self.stream)

    def hearing(self, take: Callable[[Said], None]) -> AbstractContextManager[None]:
        """For as long as this lasts, take is given what is typed."""
        return self.stream.hearing(take)

    def typed(self, said: Said, *, hidden: bool, echoes: bool) -> bool:
        """Whether this may go to the process, which is asked of the policy anew."""
        if why := self.stream.still():
            self.stream.end(why)
        may = not self.stream.ended and bool(self.stream.typist(said.account))
        if may:
            with self._recording() as recording:
                if recording and said.key:
                    recording.pressed(said.key)
                elif recording:
                    recording.typed(said.text, hidden=hidden, echoes=echoes)
        return may and not self.stream.ended

    def printed(self, text: str) -> None:
        """The process printed this."""
        self.stream.touch()
        with self._recording() as recording:
            if recording:
                recording.printed(text)

    @property
    def left(self) -> bool:
        """Whether what runs goes on."""
        return self.stream.left

    def documents(self) -> tuple[Document, ...]:
        """What was printed last, where not all of it could be seen, and its recording."""
        cut = self._page is not None and not self._page.text().fits
        printed = self.stream.copied() if cut else None
        if self.recording is None:
            return () if printed is None else (printed,)
        name, title = f"session-{self.stream.number}.cast", f"The recording of {self.stream.line}"
        return tuple(each for each in (printed, self.recording.document(name, title)) if each is not None)

    @contextmanager
    def _recording(self) -> Iterator[Recording | None]:
        """Where there is one; it ends with what goes beyond it."""
        try:
            yield self.recording
        except TooLarge as error:
            self.stream.end(f"It can be recorded no more: {error}.")

    def _paint(self) -> None:
        number = self.stream.number
        buttons = [Button(key, f"stream key {number} {key}") for key in self._keys]
        buttons += [Button(told, f"stream {verb} {number}") for told, verb in _BUTTONS]
        shown = View("", state=self._state, buttons=tuple(buttons), lives=True, session=True, number=number)
        self.progress(replace(shown, page=self._page))


def _masked(shown: Shown) -> Shown:
    """What may be shown of it: without secrets, and without a key that has only begun."""
    begun = open_key(shown.text)
    return replace(shown, text=secrets.mask_text(shown.text if begun is None else shown.text[:begun]))


def _file(printed: str, stream: Stream) -> Document | None:
    """All that is kept of what was printed since something was typed last; None where nothing was."""
    masking = Masking()
    text = masking.take(printed).text + masking.rest().text
    return Document(text, f"session-{stream.number}.txt", f"What {stream.line} printed last") if text else None


@contextmanager
def talking(stream: Stream, progress: Progress, files: Files, lasts: float, *, recorded: bool) -> Iterator[Talk]:
    """One that is shown while this lasts; raises Refusal where it is to be recorded and cannot be."""
    with ExitStack() as opened:
        recording = None
        if recorded:
            recording = Recording(opened.enter_context(files.draft()), secrets.mask_text(stream.line), stream.since)
        yield Talk(stream, progress, recording, lasts)
