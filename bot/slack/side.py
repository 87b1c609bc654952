"""Slack's side of the bot, put together: what comes in goes to the desk, what the desk answers goes out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice

from bot.approvals import Approvals
from bot.clock import Clock
from bot.held import Held
from bot.lasting import Kept
from bot.request import Actor, Late, Origin, Outcome, Request, Status
from bot.settings import Mode
from bot.slack import http, shortcuts
from bot.slack.afterwards import without_buttons
from bot.slack.app import Intake, build
from bot.slack.board import SlackBoard
from bot.slack.channels import Channels
from bot.slack.connection import Connection
from bot.slack.desk import Desk
from bot.slack.dialogs import Dialogs, Filled
from bot.slack.flights import Flights
from bot.slack.letter import MessageLetter
from bot.slack.outbox import Outbox
from bot.slack.patience import DELAY, Patience
from bot.slack.payload import Asked, Chosen, Pressed, Submitted
from bot.slack.place import Place
from bot.slack.post import Post
from bot.slack.pulse import Pulse
from bot.slack.signature import Signature
from bot.slack.sockets import Sockets
from bot.slack.teller import Teller
from bot.slack.watching import Watching
from bot.undelivered import Shown
from commands.reply import Asking, Button, note

TRIGGER = 2.5  # seconds for which a trigger id is used; Slack, 3
FED = 50  # answers at a time that are fed from the record

log = logging.getLogger(__name__)


class SlackSide:
    """Joins Slack by the transport of its access; state, if given, is what /healthz asks beside us.

    patience is the seconds after which whoever waits is told that it goes on.
    """

    def __init__(
        self,
        connection: Connection,
        desk: Desk,
        clock: Clock,
        state: Callable[[], str | None] = lambda: None,
        patience: float = DELAY,
    ) -> None:
        self._patience = Patience(patience)
        self._connection = connection
        self._desk = desk
        self._outbox = Outbox()
        self._post = Post(connection, Channels(connection, clock))
        self._state = state
        self._clock = clock
        self._dialogs = Dialogs(desk, self._post, self._outbox)
        self._flights = Flights(desk)
        access = connection.access
        self._pulse = Pulse()
        self._teller = Teller(desk, self._post, self._outbox, self._flights)
        self._watching = Watching(self._teller, clock)
        heard = (self._take, self._press, self._submit, self._choose)
        intake = Intake(connection, clock, *heard, self._pulse.waited, self._watching.lives, self._watching.type)
        app = build(connection, intake)
        self.transport: http.Server | Sockets
        if access.mode is Mode.HTTP:
            signature = Signature(access.signing_secret, clock)
            self.transport = http.Server(http.application(app, signature, self.healthy), access.bind, access.port)
        else:
            self.transport = Sockets(connection, app)

    def start(self) -> None:
        """Begin to hear and to answer; raises CannotConnect with a sentence."""
        self._pulse.start()
        self.transport.start()
        self._outbox.start()
        self._watching.end_what_was_left()
        self._patience.start()
        self.feed()

    def stop(self) -> None:
        """Hear nothing more, send what waits, and end."""
        self.transport.stop()
        self._pulse.stop()
        self._patience.stop()
        self._outbox.close()
        self._connection.replying.close()

    def healthy(self) -> str | None:
        """None where all is well; else one sentence."""
        return self.transport.healthy() or self._state()

    def post(self, channel: str, outcome: Outcome, asker: str, thread: str = "") -> None:
        """Tell a channel, unless it is shared, what came of something that nobody asked for, as a schedule's run."""
        request = Request(outcome.line, Actor(asker), Origin.SCHEDULE, channel, thread)
        self._teller.tell(Asked(request, Place.asked(channel, "", thread)), replace(outcome, public=True), asker)

    def show(self, late: Late) -> None:
        """Tell what became of a request, where it was asked."""
        asked, actor = late.request, late.request.actor.id
        place = Place.asked(asked.channel, actor, asked.thread)
        self._teller.tell(Asked(asked, place), late.outcome, actor)

    def feed(self) -> None:
        """Send what an earlier process had still to show, found no room, or waited in vain for Slack to come back."""
        for late in islice(self._desk.unsent(self._flights.numbers), FED):
            try:
                self.show(late)
            except Exception:  # a bug of ours must not keep the other answers back
                log.exception("the answer of action %s cannot be shown", late.outcome.number)

    def say(self, channel: str, text: str, heard: Callable[[Shown], None]) -> None:
        """Tell a channel, unless it is shared, something about slashdock itself; heard is told what became of it."""
        self._teller.say(Place(channel), text, heard, public=True)

    def tell(self, person: str, text: str, heard: Callable[[Shown], None]) -> None:
        """Tell a person alone; heard is told what became of it."""
        self._teller.say(Place(person, person, direct=True), text, heard, public=False)

    def board(self, approvals: Approvals, ring: Callable[[], None]) -> SlackBoard:
        """Where requests for consent are shown."""
        return SlackBoard(approvals, self._desk, self._post, self._outbox, ring, self._flights.begin_of)

    def begin(self, held: Held) -> bool:
        """Begin what was agreed to; what comes of it is told where it was asked. False where there is no room now."""
        place = Place.asked(held.channel, held.actor, held.thread)
        origin = Origin(held.origin)
        asked = Asked(Request(held.line, Actor(held.actor, held.team), origin, held.channel, held.thread), place)
        if not held.channel:
            return self._desk.resume(held, lambda _outcome: None)
        progress = self._watching.progress(asked)
        answered = self._patience.promise(progress.begin)

        def answer(outcome: Outcome | None) -> None:
            answered()
            progress.end()
            if outcome is not None:
                self._teller.tell(self._watching.answered(asked, progress), outcome, held.actor)

        begun = self._desk.resume(held, answer, progress.show)
        if not begun:
            answered()
        return begun

    def go_on(self, kept: Kept, over: Callable[[bool], None]) -> bool:
        """Do again what an end of slashdock broke off; over hears that it has ended, False where it was not begun yet.

        What comes of it is told where it was asked. False where there is no room now.
        """
        request = kept.request
        asked = Asked(request, Place.asked(request.channel, request.actor.id, request.thread))
        progress = self._watching.progress(asked)

        def answer(outcome: Outcome | None) -> None:
            progress.end()
            if outcome is not None:
                self._teller.tell(self._watching.answered(asked, progress), outcome, request.actor.id)
            over(outcome is not None)

        return self._desk.go_on(kept, answer, progress.show)

    def _take(self, asked: Asked, pressed: Pressed | None = None, button: str = "") -> None:
        progress, heard = self._watching.progress(asked), self._clock.now()
        answered = self._patience.promise(progress.begin)

        def answer(outcome: Outcome) -> None:
            answered()
            progress.end()
            if pressed is not None:
                self._take_away(pressed)
            self._teller.tell(self._watching.answered(asked, progress), outcome, asked.place.user)
            self._ask_at_once(asked, outcome, heard)

        try:
            at_once = self._desk.take(
                asked.request, answer, pressed.button if pressed else button, progress=progress.show
            )
        except BaseException:
            answered()
            raise
        if at_once is not None:
            answer(at_once)

    def _press(self, pressed: Pressed) -> None:
        asked = pressed.asked
        found = self._desk.recall(pressed.button, asked.request)
        if isinstance(found, Outcome):
            self._teller.tell(asked, found, asked.place.user)
            return
        asked = replace(asked, request=found)
        form = self._desk.form(pressed.button)
        if form is None:
            self._take(asked, pressed)
            return
        failed = partial(self._not_opened, asked)
        if not self._dialogs.open(asked, form, pressed.button, failed, lambda: self._may_be_asked(asked)):
            failed()

    def _choose(self, chosen: Chosen) -> None:
        """Ask where the file of a message is to be copied."""
        asked, failed = chosen.asked, partial(self._not_opened, chosen.asked)
        if not chosen.files:
            self._teller.tell(asked, shortcuts.NO_FILE, asked.place.user)
            return
        form = shortcuts.form(*chosen.files[0])
        button = self._desk.remember(Button(shortcuts.NAME, form.line, form=form), "")
        if not button or not self._dialogs.open(asked, form, button, failed, lambda: self._may_be_asked(asked)):
            failed()

    def _may_be_asked(self, asked: Asked) -> bool:
        """Whether a dialog may open for them; who may do nothing is told so, and asked nothing."""
        request = asked.request
        if self._desk.member(request.actor, fresh=False, channel=request.channel).refused is None:
            return True
        self._take(asked)
        return False

    def _ask_at_once(self, asked: Asked, outcome: Outcome, heard: float) -> None:
        """Who gave a slash command need not press the button as well, while what they did can open a modal."""
        asking = next((part for part in outcome.reply.parts if isinstance(part, Asking)), None)
        fresh = self._clock.now() - heard < TRIGGER  # by one clock: Slack's may be seconds apart from ours
        if asking is None or not fresh or asked.request.origin not in {Origin.SLASH, Origin.BUTTON}:
            return
        button = self._desk.remember(
            Button(asking.label, asking.line, form=asking.form), outcome.host or asked.request.host
        )
        if button:
            self._dialogs.open(asked, asking.form, button)

    def _submit(self, submitted: Submitted) -> Mapping[str, str]:
        """What is wrong with what was filled in, by the fields; nothing where it is on its way."""
        found = self._dialogs.read(submitted)
        if isinstance(found, Filled):
            self._take(found.asked, button=found.button)
            return {}
        return found

    def _take_away(self, pressed: Pressed) -> None:
        """Take the buttons out of a message one of whose buttons is used up."""
        spent, original, place = self._desk.spent(pressed.button), pressed.original, pressed.asked.place
        if spent is not None:
            message = without_buttons(original.text, original.blocks, spent)
            ways = self._post.ways_instead(place, original)
            self._outbox.put(f"{place.channel} {original.ts}", MessageLetter(message, ways))

    def _not_opened(self, asked: Asked) -> None:
        self._teller.tell(asked, _NOT_OPENED, asked.place.user)


_NOT_OPENED = Outcome(Status.FAILED, note("Slack did not open the dialog. Nothing was done; press the button again."))
