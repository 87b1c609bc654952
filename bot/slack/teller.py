"""What is told: an answer where it was asked, or something about slashdock itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass

from bot import tracing
from bot.answers import written
from bot.request import Origin, Outcome, Status
from bot.slack.blocks import render
from bot.slack.characters import escaped
from bot.slack.desk import Desk
from bot.slack.flights import Flights
from bot.slack.letter import FileLetter, MessageLetter, Whole
from bot.slack.message import File, Message
from bot.slack.outbox import Outbox
from bot.slack.payload import Asked
from bot.slack.place import Place
from bot.slack.post import Post
from bot.slack.wants import NOTE_LIMIT
from bot.undelivered import Heard, Shown
from commands.reply import Note, Output, Reply, note

PACE = 1.0  # seconds between two messages that everybody in a channel sees; Slack, chat.postMessage


@dataclass(frozen=True)
class _Files:
    """Where the files of a message go, how they are got again, and who hears that one is done with."""

    place: Place
    lane: str
    pace: float
    _: KW_ONLY
    public: bool
    behind: bool = False
    again: str = ""
    gone: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Teller:
    """Puts messages, and the files that go with them, into the outbox."""

    desk: Desk
    post: Post
    outbox: Outbox
    flights: Flights

    def tell(self, asked: Asked, outcome: Outcome, asker: str) -> None:
        """Tell what came of a request where it was asked: asker is who ran it, for everybody else to know."""
        if outcome.status is Status.DUPLICATE or outcome.reply.silent:
            return
        place, public = asked.place, outcome.public
        host = outcome.host or asked.request.host
        with tracing.step("render"):
            message = render(outcome, lambda button: self.desk.remember(button, host), asker)
        lane = place.channel if public else f"{place.channel} {place.user}"
        pace = PACE if public else 0
        about = outcome.line or written(asked.request.line)
        whole = Whole(self.flights.begin(outcome.due), len(message.files))
        letter = MessageLetter(message, self.post.ways(place, public=public), about, pace, whole)
        behind = asked.request.origin is Origin.SCHEDULE  # nobody waits for what the clock says
        if not self.outbox.put(lane, letter, behind=behind):
            letter.give_up()
            return
        again = "" if outcome.number is None else f" `output {outcome.number}` gives it again."
        files = _Files(place, lane, pace, public=public, behind=behind, again=again, gone=whole.part)
        for file in message.files:
            self._give(file, files)

    def _give(self, file: File, files: _Files) -> None:
        """Put a file behind its message; where it cannot be given, that is said in the same place."""
        place, public, behind = files.place, files.public, files.behind

        def lost(why: str) -> None:
            told = Message(f"The file {escaped(file.name)} {escaped(why)}.{files.again}")
            ways = self.post.ways(place, public=public)
            self.outbox.put(files.lane, MessageLetter(told, ways, pace=files.pace), behind=behind)

        letter = FileLetter(file, self.post.file_ways(place, public=public), files.pace, lost, files.gone)
        if not self.outbox.put(files.lane, letter, behind=behind):
            letter.give_up()

    def say(self, place: Place, text: str, heard: Callable[[Shown], None], *, public: bool) -> None:
        """Tell something about slashdock itself; heard is told what became of it."""
        message = render(Outcome(Status.DONE, _spoken(text)), lambda _button: "")
        letter = MessageLetter(message, self.post.ways(place, public=public), pace=PACE, followed=Heard(heard))
        if not self.outbox.put(place.channel, letter):
            letter.give_up()
            return
        for file in message.files:
            self._give(file, _Files(place, place.channel, PACE, public=public))


def _spoken(text: str) -> Reply:
    """What slashdock says by itself; what is longer than a note goes on in a file, sentence by sentence."""
    if len(text) <= NOTE_LIMIT:
        return note(text)
    head, _, rest = text.partition(": ")
    return Reply((Note(f"{head}:"), Output(rest.replace(". ", ".\n") + "\n", "told.txt")))
