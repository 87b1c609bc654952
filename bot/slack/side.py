"""Slack's side of the bot, put together: what comes in goes to the desk, what the desk answers goes out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice

from bot.answers import written
from bot.approvals import Approvals
from bot.clock import Clock
from bot.held import Held
from bot.lasting import Kept
from bot.request import Actor, Late, Origin, Outcome, Request, Status
from bot.settings import Mode
from bot.slack import http, shortcuts
from bot.slack.afterwards import under_way, without_buttons
from bot.slack.app import Intake, build
from bot.slack.blocks import render
from bot.slack.board import SlackBoard
from bot.slack.channels import Channels
from bot.slack.connection import Connection
from bot.slack.desk import Desk
from bot.slack.dialogs import Dialogs, Filled
from bot.slack.flights import Flights
from bot.slack.letter import FileLetter, MessageLetter
from bot.slack.outbox import Outbox
from bot.slack.patience import DELAY, Patience
from bot.slack.payload import Asked, Chosen, Pressed, Submitted, Typed
from bot.slack.place import Place
from bot.slack.post import Canvas, Post
from bot.slack.progress import Progress
from bot.slack.pulse import Pulse
from bot.slack.signature import Signature
from bot.slack.sockets import Sockets
from bot.slack.threads import Threads
from bot.slack.wants import NOTE_LIMIT
from bot.undelivered import Heard, Shown
from commands.reply import Asking, Button, Note, Output, Reply, note

TRIGGER = 2.5  # seconds for which a trigger id is used; Slack, 3
STALE = 60.0  # seconds
FED = 50  # answers at a time that are fed from the record
UPDATES = "updates"  # the lane of all messages that are painted anew: each has its turn
PACE = 1.0  # seconds between two messages that everybody in a channel sees; Slack, chat.postMessage

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
        self._threads = Threads()
        lives = lambda thread: self._threads.number(thread) is not None  # noqa: E731 - asked at each event
        heard = (self._take, self._press, self._submit, self._choose)
        intake = Intake(connection, clock, *heard, self._pulse.waited, lives, self._type)
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
        self._patience.start()
        self.feed()

    def stop(self) -> None:
        """Hear nothing more, send what waits, and end."""
        self.transport.stop()
        self._pulse.stop()
        self._patience.stop()
        self._outbox.close()

    def healthy(self) -> str | None:
        """None where all is well; else one sentence."""
        return self.transport.healthy() or self._state()

    def post(self, channel: str, outcome: Outcome, asker: str, thread: str = "") -> None:
        """Tell a channel, unless it is shared, what came of something that nobody asked for, as a schedule's run."""
        request = Request(outcome.line, Actor(asker), Origin.SCHEDULE, channel, thread)
        self._tell(Asked(request, Place.asked(channel, "", thread)), replace(outcome, public=True), asker)

    def show(self, late: Late) -> None:
        """Tell what became of a request, where it was asked."""
        asked, actor = late.request, late.request.actor.id
        place = Place.asked(asked.channel, actor, asked.thread)
        self._tell(Asked(asked, place), late.outcome, actor)

    def feed(self) -> None:
        """Send what an earlier process had still to show, found no room, or waited in vain for Slack to come back."""
        for late in islice(self._desk.unsent(self._flights.numbers), FED):
            try:
                self.show(late)
            except Exception:  # a bug of ours must not keep the other answers back
                log.exception("the answer of action %s cannot be shown", late.outcome.number)

    def say(self, channel: str, text: str, heard: Callable[[Shown], None]) -> None:
        """Tell a channel, unless it is shared, something about slashdock itself; heard is told what became of it."""
        self._say(Place(channel), text, heard, public=True)

    def tell(self, person: str, text: str, heard: Callable[[Shown], None]) -> None:
        """Tell a person alone; heard is told what became of it."""
        self._say(Place(person, person, direct=True), text, heard, public=False)

    def _say(self, place: Place, text: str, heard: Callable[[Shown], None], *, public: bool) -> None:
        message = render(Outcome(Status.DONE, _spoken(text)), lambda _button: "")
        letter = MessageLetter(message, self._post.ways(place, public=public), pace=PACE, followed=Heard(heard))
        if not self._outbox.put(place.channel, letter):
            letter.give_up()
            return
        for file in message.files:
            self._outbox.put(place.channel, FileLetter(file, self._post.file_ways(place, public=public), PACE))

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
        progress = self._progress(asked)
        answered = self._patience.promise(progress.begin)

        def answer(outcome: Outcome | None) -> None:
            answered()
            progress.end()
            if outcome is not None:
                self._tell(asked, outcome, held.actor)

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
        progress = self._progress(asked)

        def answer(outcome: Outcome | None) -> None:
            progress.end()
            if outcome is not None:
                self._tell(asked, outcome, request.actor.id)
            over(outcome is not None)

        return self._desk.go_on(kept, answer, progress.show)

    def _take(self, asked: Asked, pressed: Pressed | None = None, button: str = "") -> None:
        progress, heard = self._progress(asked), self._clock.now()
        answered = self._patience.promise(progress.begin)

        def answer(outcome: Outcome) -> None:
            answered()
            progress.end()
            if pressed is not None:
                self._take_away(pressed)
            self._tell(asked, outcome, asked.place.user)
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
            self._tell(asked, found, asked.place.user)
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
            self._tell(asked, shortcuts.NO_FILE, asked.place.user)
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

    def _type(self, typed: Typed) -> None:
        """What was written in the thread of a session; what lay too long is not typed, as no late line is run."""
        number = self._threads.number((typed.channel, typed.thread))
        if number is not None and self._clock.now() - typed.sent <= STALE:
            self._desk.type(number, typed.user, typed.said, typed.delivery, typed.at)

    def _submit(self, submitted: Submitted) -> Mapping[str, str]:
        """What is wrong with what was filled in, by the fields; nothing where it is on its way."""
        found = self._dialogs.read(submitted)
        if isinstance(found, Filled):
            self._take(found.asked, button=found.button)
            return {}
        return found

    def _progress(self, asked: Asked) -> Progress:
        """How far it is, for those who will see its answer; where that is the asker alone: that it goes on."""
        request, place = asked.request, asked.place
        line = written(request.line)
        shared, remember = place.direct or self._desk.public(request), self._buttons(request.host)
        return Progress(
            self._post.canvas(place) if shared else None,
            lambda view, over: under_way(line, place.user, view, remember, over=over),
            lambda letter, first: self._outbox.put(place.channel if first else UPDATES, letter),
            lambda: self._tell(asked, _goes_on(request), place.user),
            lambda _view: self._place_of_its_own(asked, shared=shared),
            self._post.tempo,
            self._threads,
        )

    def _place_of_its_own(self, asked: Asked, *, shared: bool) -> Canvas:
        """A message in no thread, in direct messages where others may not see it: then whoever asked is told so."""
        place = asked.place
        if shared:
            return self._post.canvas(replace(place, thread="", beneath=""))
        self._tell(asked, Outcome(Status.DONE, note(_ELSEWHERE), line=written(asked.request.line)), place.user)
        return self._post.canvas(Place(place.user, place.user, direct=True))

    def _buttons(self, host: str) -> Callable[[Button], str]:
        """Remembers each button once, however often it is painted."""
        known: dict[Button, str] = {}

        def remember(button: Button) -> str:
            if button not in known:
                known[button] = self._desk.remember(button, host)
            return known[button]

        return remember

    def _take_away(self, pressed: Pressed) -> None:
        """Take the buttons out of a message one of whose buttons is used up."""
        spent, original, place = self._desk.spent(pressed.button), pressed.original, pressed.asked.place
        if spent is not None:
            message = without_buttons(original.text, original.blocks, spent)
            ways = self._post.ways_instead(place, original)
            self._outbox.put(f"{place.channel} {original.ts}", MessageLetter(message, ways))

    def _not_opened(self, asked: Asked) -> None:
        self._tell(asked, _NOT_OPENED, asked.place.user)

    def _tell(self, asked: Asked, outcome: Outcome, asker: str) -> None:
        if outcome.status is Status.DUPLICATE or outcome.reply.silent:
            return
        place, public = asked.place, outcome.public
        host = outcome.host or asked.request.host
        message = render(outcome, lambda button: self._desk.remember(button, host), asker)
        lane = place.channel if public else f"{place.channel} {place.user}"
        pace = PACE if public else 0
        about = outcome.line or written(asked.request.line)
        letter = MessageLetter(
            message, self._post.ways(place, public=public), about, pace, self._flights.begin(outcome.due)
        )
        behind = asked.request.origin is Origin.SCHEDULE  # nobody waits for what the clock says
        if not self._outbox.put(lane, letter, behind=behind):
            letter.give_up()
        for file in message.files:
            self._outbox.put(lane, FileLetter(file, self._post.file_ways(place, public=public), pace), behind=behind)


_ELSEWHERE = "It goes on in your direct messages with slashdock, as others here may not see it; --public shows it here."
_NOT_OPENED = Outcome(Status.FAILED, note("Slack did not open the dialog. Nothing was done; press the button again."))


def _spoken(text: str) -> Reply:
    """What slashdock says by itself; what is longer than a note goes on in a file, sentence by sentence."""
    if len(text) <= NOTE_LIMIT:
        return note(text)
    head, _, rest = text.partition(": ")
    return Reply((Note(f"{head}:"), Output(rest.replace(". ", ".\n") + "\n", "told.txt")))


def _goes_on(request: Request) -> Outcome:
    line = written(request.line.strip().removeprefix("docker "))
    return Outcome(Status.DONE, note(f"Still at it: docker {line}. The answer follows here."))
