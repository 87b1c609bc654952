"""What somebody may know of, and do about, lines that live on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.policy import Allow, Asker, Rules
from bot.policy_file import USER
from bot.reader import Reader
from bot.stream import Stream
from bot.streams import WORKS, Streams
from commands.attempts import Refusal
from commands.catalog import Catalog
from commands.keys import KEYS, LEAVES
from commands.live import Said
from commands.reply import Document
from commands.spec import Permission

STOP, PAUSE, RESUME = "stream stop", "stream pause", "stream resume"
_NONE = "Nothing lives on as number {}. `stream ls` shows what does."
_NONE_OF_YOURS = "Nothing of yours lives on as number {}. `stream ls` shows what does."
_NO_SESSION = "Nothing can be typed into number {}: it is no session, has not begun, or ends."
_TALKS = (
    "Number {0} is a session, which cannot be paused: what is printed is in its thread at once. `stream file {0}` gives"
    " what was printed last, to be read in peace; `stream stop {0}` ends it."
)
_WORKS = "Number {0} ends by itself, and cannot be paused. `stream stop {0}` cancels it."
_NO_KEY = "There is no key {}. There are ^A to ^Z, {}."
_THEIRS = "Number {} is {}'s. To do this to what others began takes a rule for `{}` (class change) on '*'."


@dataclass(frozen=True)
class AskersStreams:
    """The Streaming that a command's context holds."""

    asker: Asker
    person: str
    policy: Rules
    catalog: Catalog
    reader: Reader
    streams: Streams

    def listed(self) -> list[dict[str, Any]]:
        """Those that they may know of."""
        return [_told(each) for each in self.streams.listed() if self._may_know(each)]

    def stop(self, number: int) -> str:
        """End one."""
        stream = self._theirs(STOP, number)
        return (
            f"Number {number} ends." if stream.end(f"{self.person} stopped it.") else f"Number {number} ends already."
        )

    def file(self, number: int) -> Document:
        """What one of their own has printed until now."""
        stream = self.streams.get(number)
        if stream is None or not self.asker.has(stream.actor):
            raise Refusal(_NONE_OF_YOURS.format(number))
        made = stream.copied()
        if made is None:
            raise Refusal(f"Number {number} has printed nothing yet.")
        return made

    def pause(self, number: int) -> str:
        """Have one painted no more."""
        self._paint(PAUSE, number, on=False)
        return f"Number {number} goes on and is not painted. `stream resume {number}` has it painted again."

    def resume(self, number: int) -> str:
        """Have one painted again."""
        self._paint(RESUME, number, on=True)
        return f"Number {number} is painted again."

    def press(self, number: int, key: str) -> None:
        """Press a key in a session."""
        stream = self.streams.get(number)
        own = stream is not None and self.asker.has(stream.actor)
        if stream is None or not (own or self.asker.id in stream.guests):
            raise Refusal(_NONE_OF_YOURS.format(number))
        if key not in KEYS:
            raise Refusal(_NO_KEY.format(key, ", ".join(each for each in KEYS if not each.startswith("^"))))
        said = Said("", self.person, stream.actor if own else self.asker.id, key)
        if own and key == LEAVES[1] and stream.held is not None:
            stream.leave(f"{self.person} left it.")
        elif not (stream.hold(said) if own and key == LEAVES[0] else stream.type(said)):
            raise Refusal(_NO_SESSION.format(number))

    def detach(self, number: int) -> str:
        """End a session and have what runs there go on."""
        stream = self._session(number)
        left = stream.leave(f"{self.person} left it.")
        return f"Number {number} ends, and what runs there goes on." if left else f"Number {number} ends already."

    def let(self, number: int, person: str) -> str:
        """Let somebody type in a session."""
        stream, people = self._session(number), self.policy.current().people
        actor = people.actor(person) or person
        if people.person(actor) is None and not USER.fullmatch(actor):
            raise Refusal(f"The policy knows nobody of the name {person}.")
        stream.admit(actor)
        for account in {actor, *people.accounts(actor)}:
            stream.guests[account] = people.person(actor) or actor
        return f"{people.person(actor) or actor} may type in number {number} as well, where they can see its thread."

    def _paint(self, verb: str, number: int, *, on: bool) -> None:
        """Have one painted again, or no more; raises Refusal."""
        stream = self._theirs(verb, number)
        if not stream.pause(on=not on):
            raise Refusal((_WORKS if stream.terms == WORKS else _TALKS).format(number))

    def _session(self, number: int) -> Stream:
        """A session of theirs; raises Refusal."""
        stream = self.streams.get(number)
        if stream is None or not self.asker.has(stream.actor):
            raise Refusal(_NONE_OF_YOURS.format(number))
        if stream.takes is None:
            raise Refusal(_NO_SESSION.format(number))
        return stream

    def _theirs(self, verb: str, number: int) -> Stream:
        """The one of this number, where it is theirs to touch; raises Refusal."""
        stream, command = self.streams.get(number), self.catalog.find(tuple(verb.split()))
        assert command is not None, verb  # noqa: S101 - a verb of ours
        if stream is None or not self._may_know(stream):
            raise Refusal(_NONE.format(number))
        wide = replace(command.spec, permission=Permission.CHANGE)
        may = self.asker.has(stream.actor) or isinstance(self.policy.current().judge(self.asker, wide, ()), Allow)
        if not may:
            raise Refusal(_THEIRS.format(number, stream.person, verb))
        return stream

    def _may_know(self, stream: Stream) -> bool:
        return self.asker.has(stream.actor) or self.reader.sees_all(stream.host)


def _told(stream: Stream) -> dict[str, Any]:
    state = "ends" if stream.ended else "paused" if stream.paused else "lives"
    facts = {name: getattr(stream, name) for name in ("number", "person", "host", "line", "since")}
    return facts | {"state": state}
