"""Requests for consent in Slack: one message each, painted anew whenever something is decided."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot import telling
from bot.approvals import Approvals
from bot.blockrules import problems
from bot.clerk import unshown
from bot.held import Held, State
from bot.posts import IN_DOUBT
from bot.posts import Post as Shown
from bot.request import TRUSTED, Actor, Outcome, Status
from bot.slack import sheet
from bot.slack.blocks import render
from bot.slack.desk import Desk
from bot.slack.letter import NOBODY, FileLetter, Followed, MessageLetter
from bot.slack.message import Message
from bot.slack.outbox import Outbox
from bot.slack.place import Place
from bot.slack.post import Post
from bot.slack.said import UNREACHED_WAIT, NotNow, Refused, Unsure
from bot.store import Unwritable
from commands.approval import requests
from commands.reply import Note, Reply

log = logging.getLogger(__name__)

PACE = 1.0  # seconds between two messages in a channel; Slack, chat.postMessage
GONE = "message_not_found"  # Slack, chat.update of what somebody deleted
MAY_BE_ABOVE = "Slack did not confirm that it showed this request before: it may stand above already."


class SlackBoard:
    """What the clerk shows requests on; ring is called when a message could not be sent.

    follow gives who hears what becomes of the answer of an action; None where it is shown, or on its way already.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what it is put together of
        self,
        approvals: Approvals,
        desk: Desk,
        post: Post,
        outbox: Outbox,
        ring: Callable[[], None],
        follow: Callable[[int], Followed | None],
    ) -> None:
        self._approvals = approvals
        self._desk = desk
        self._post = post
        self._outbox = outbox
        self._ring = ring
        self._follow = follow
        self._queued: set[tuple[int, str]] = set()
        self._lock = threading.Lock()

    def show(self, held: Held, post: Shown) -> None:
        """Queue it, unless it waits to be sent already: it is drawn when it is sent."""
        key = (held.number, post.channel)
        with self._lock:
            if key in self._queued:
                return
            self._queued.add(key)
        pace = 0.0 if post.is_there else PACE  # a message that is there already is painted anew at once
        if not self._outbox.put(f"board {post.channel}", _Sheet(self, held.number, post.channel, pace)):
            with self._lock:
                self._queued.discard(key)

    def remind(self, held: Held, post: Shown, people: Iterable[str]) -> None:
        """A message in the thread of the one that shows it, naming those who have not said anything.

        Where it goes is asked of Slack when it is sent: the clerk waits for nobody.
        """
        self._outbox.put(f"board {post.channel}", _Nudge(self, post, sheet.reminder(held, list(people)), PACE))

    def nudge(self, message: Message, post: Shown) -> MessageLetter:
        """What reminds there; raises what Slack says, Refused where a person is no member any more."""
        if _is_person(post.channel):
            self._vouch(post.channel)
        place, thread = self._place(post.channel), post.ts if post.is_there else ""
        below = Place(place.channel, thread=thread, beneath=thread, direct=place.direct)
        return MessageLetter(message, self._post.ways(below, public=not below.direct), pace=PACE)

    def tell(self, held: Held) -> None:
        """To the asker alone, where it was asked, unless what is fed from the record tells them."""
        if not held.channel:
            return
        followed = NOBODY if held.origin in TRUSTED else self._follow(held.number)  # a terminal's is never due in Slack
        if followed is None:
            return
        status = Status(str(held.state))
        told = Note(f"Number {held.number} is {requests.state(telling.told(held))}. Nothing of it was done.")
        outcome = Outcome(status, Reply((told,)), held.number, line=held.line, host=held.host)
        message = render(outcome, lambda _button: "")
        place = Place.asked(held.channel, held.actor, held.thread)
        letter = MessageLetter(message, self._post.ways(place, public=False), followed=followed)
        if not self._outbox.put(f"{held.channel} {held.actor}", letter):
            letter.give_up()

    def paint(self, number: int, channel: str) -> None:
        """Draw it as it is now and send that; raises what Slack says, Refused where a person is no member any more."""
        with self._lock:
            self._queued.discard((number, channel))
        held, known = self._approvals.get(number), self._known(number, channel)
        if held is None or known is None or known.shown >= held.version:
            return
        if _is_person(channel) and not known.is_there:
            self._vouch(channel)
        message = self._drawn(held, MAY_BE_ABOVE if known.ts == IN_DOUBT else "")
        payload = message.payload()
        if faults := problems(payload):
            log.error("a request that Slack would refuse was made plain: %s (number %s)", "; ".join(faults), number)
            payload = message.plain()
        place = self._place(channel)
        try:
            ts = self._post.paint(place, payload, known.ts if known.is_there else "")
        except Unsure:
            self._doubt(known, held.version)
            raise
        self._approvals.posts.sent(Shown(number, channel, ts, held.version))
        for file in () if known.is_there else message.files:  # what has no room in the message goes below it, once
            below = replace(place, thread=ts, beneath=ts)
            self._outbox.put(f"board {channel}", FileLetter(file, self._post.file_ways(below, public=True), PACE))

    def given_up(self, number: int, channel: str) -> None:
        """It does not wait any more."""
        with self._lock:
            self._queued.discard((number, channel))

    def waits(self, number: int, channel: str) -> None:
        """It goes on waiting to be sent, so that no look queues it once more."""
        with self._lock:
            self._queued.add((number, channel))

    def refused(self, number: int, channel: str, code: str) -> None:
        """Slack does not take it there: what was deleted is shown anew while it waits, all else stays as it is."""
        held, known = self._approvals.get(number), self._known(number, channel)
        if held is None or known is None:
            return
        if known.is_there and code == GONE:
            self._approvals.posts.drop(number, channel)
            if held.state is State.PENDING:  # whoever else is shown it
                self._approvals.posts.add(number, channel)
            self._ring()
        elif known.is_there:
            self._approvals.posts.sent(replace(known, shown=held.version))
        else:
            self.lost(number, channel)

    def lost(self, number: int, channel: str) -> None:
        """It could not be sent there."""
        known = self._known(number, channel)
        if known is not None and not known.is_there:
            unshown(self._approvals, known)
            self._ring()

    def _known(self, number: int, channel: str) -> Shown | None:
        return next((each for each in self._approvals.posts.of(number) if each.channel == channel), None)

    def _doubt(self, post: Shown, version: int) -> None:
        """Slack may have shown it: what never was there is sent once more, and then not before something changes."""
        if not post.is_there:
            shown = version if post.ts == IN_DOUBT else post.shown
            self._approvals.posts.sent(replace(post, ts=IN_DOUBT, shown=shown))

    def _vouch(self, user: str) -> None:
        member = self._desk.member(Actor(user), fresh=True)
        if member.unsaid:
            raise NotNow(UNREACHED_WAIT, "users.info")
        if member.refused is not None:
            raise Refused(member.refused)

    def _place(self, channel: str) -> Place:
        """A channel, or the direct messages with a person."""
        if _is_person(channel):
            return Place(self._post.conversation(channel), direct=True)
        return Place(channel, direct=channel.startswith("D"))

    def _drawn(self, held: Held, before: str = "") -> Message:
        said = (*([Note(before)] if before else ()), *sheet.parts(held))
        outcome = Outcome(Status.HELD, Reply(said), held.number, public=True, line=held.line, host=held.host)
        return render(
            outcome, lambda button: self._desk.remember(button, held.host), held.actor, f" asks on {held.host} for "
        )


@dataclass
class _Sheet:
    """One message to be painted."""

    board: SlackBoard
    number: int
    channel: str
    pace: float

    def send(self) -> bool:
        """Paint it."""
        try:
            self.board.paint(self.number, self.channel)
        except NotNow:
            self.board.waits(self.number, self.channel)
            raise
        except Refused as refusal:
            log.warning("number %s cannot be shown in %s: %s", self.number, self.channel, refusal.code)
            self.board.refused(self.number, self.channel, refusal.code)
        except Unsure as loss:
            log.warning("number %s may not be shown in %s: %s", self.number, self.channel, loss)
        except Unwritable as error:
            log.warning("where number %s is shown was not written down: %s", self.number, error)
        return True

    def give_up(self) -> None:
        """Nobody sees it there."""
        self.board.given_up(self.number, self.channel)
        try:
            self.board.lost(self.number, self.channel)
        except Unwritable as error:
            log.warning("that number %s is not shown was not written down: %s", self.number, error)


@dataclass
class _Nudge:
    """A reminder; where it goes is found out when it is sent."""

    board: SlackBoard
    post: Shown
    message: Message
    pace: float
    letter: MessageLetter | None = None

    def send(self) -> bool:
        """Find the way, once, and send it."""
        try:
            self.letter = self.letter or self.board.nudge(self.message, self.post)
        except Refused as refusal:
            log.info("nobody is reminded in %s: %s", self.post.channel, refusal.code)
            return True
        return self.letter.send()

    def give_up(self) -> None:
        """It is not sent any more."""
        log.error("the reminder of number %s was not sent to %s", self.post.number, self.post.channel)


def _is_person(channel: str) -> bool:
    return channel.startswith(("U", "W"))
