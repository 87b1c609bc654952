"""A session: what is typed and printed, masked, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from bot.attending import Attending
from bot.files import Files
from bot.recording import Recording
from bot.streams import Stream
from commands import secrets
from commands.filing import TooLarge
from commands.forms import open_key
from commands.live import Page, Progress, Said, View
from commands.reply import Button, Document
from commands.units import exactly

_OPEN = "What {} writes in this thread is typed into it. It ends after {} of silence, and after {} at most."
_RECORDED = "Every line in and out is recorded, secrets masked."


@dataclass
class Talk(Attending):
    """The Session that a command has."""

    recording: Recording | None
    lasts: float
    _state: str = ""
    _keys: tuple[str, ...] = ()
    _page: Page | None = None

    def offer(self, keys: Sequence[str]) -> None:
        """Have these keys to press."""
        self._keys = tuple(keys)
        told = _OPEN.format(self.stream.person, exactly(self.stream.idle), exactly(self.lasts))
        self.say(f"{told} {_RECORDED}" if self.recording else told)

    def say(self, state: str) -> None:
        """Tell how it stands."""
        self._state = state
        self._paint()

    def show(self, page: int, text: Callable[[], str]) -> None:
        """This message has this text."""
        self._page = Page(page, lambda: _masked(text()))
        self._paint()

    def hearing(self, take: Callable[[Said], None]) -> AbstractContextManager[None]:
        """For as long as this lasts, take is given what is typed."""
        return _taken(self.stream, take)

    def typed(self, said: Said, *, hidden: bool, echoes: bool) -> bool:
        """Whether this may go to the process, which is asked of the policy anew."""
        if why := self.stream.still():
            self.stream.end(why)
        if not self.stream.ended:
            with self._recording() as recording:
                if recording and said.key:
                    recording.pressed(said.key)
                elif recording:
                    recording.typed(said.text, hidden=hidden, echoes=echoes)
        return not self.stream.ended

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
        """Its recording."""
        if self.recording is None:
            return ()
        return (self.recording.document(f"session-{self.stream.number}.cast", f"The recording of {self.stream.line}"),)

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
        buttons += [Button("Detach", f"stream detach {number}"), Button("Stop", f"stream stop {number}")]
        self.progress(View("", "", self._state, (), tuple(buttons), lives=True, session=number, page=self._page))


def _masked(text: str) -> str:
    """What may be shown of it: without secrets, and without a key that has only begun."""
    begun = open_key(text)
    return secrets.mask_text(text if begun is None else text[:begun])


@contextmanager
def _taken(stream: Stream, take: Callable[[Said], None]) -> Iterator[None]:
    stream.takes = take
    try:
        yield
    finally:
        stream.takes = None


@contextmanager
def talking(stream: Stream, progress: Progress, files: Files, lasts: float, *, recorded: bool) -> Iterator[Talk]:
    """One that is shown while this lasts; raises Refusal where it is to be recorded and cannot be."""
    with ExitStack() as opened:
        recording = None
        if recorded:
            recording = Recording(opened.enter_context(files.draft()), secrets.mask_text(stream.line), stream.since)
        yield Talk(stream, progress, recording, lasts)
