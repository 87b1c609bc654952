"""The Bolt app: checks that a payload is ours, hands it on, and acknowledges; no work is done here."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from slack_bolt import Ack, App, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk import WebClient

from bot.clock import Clock
from bot.slack import payload, writing
from bot.slack.connection import Connection, quiet, sdk
from bot.slack.payload import Asked, Chosen, Pressed, Submitted
from bot.slack.shortcuts import COPY
from bot.slack.signature import STAMP
from bot.slack.views import CALLBACK
from bot.slack.writing import Typed

log = logging.getLogger(__name__)

Body = Mapping[str, Any]
T = TypeVar("T")


class Intake:
    """Bolt's listeners: each commits what it read through `take`, `press` or `submit`, then acknowledges.

    waited gives the seconds for which what is read now may have lain before us. lives says of a channel and a thread
    whether a session lives there; what is written there goes to type_.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what it is put together of
        self,
        connection: Connection,
        clock: Clock,
        take: Callable[[Asked], None],
        press: Callable[[Pressed], None],
        submit: Callable[[Submitted], Mapping[str, str]],
        choose: Callable[[Chosen], None],
        waited: Callable[[], float] = lambda: 0.0,
        lives: Callable[[tuple[str, str]], bool] = lambda _thread: False,
        type_: Callable[[Typed], None] = lambda _typed: None,
    ) -> None:
        self._identity = connection.identity
        self._clock = clock
        self._take = take
        self._press = press
        self._submit = submit
        self._choose = choose
        self._waited = waited
        self._lives = lives
        self._type = type_

    def slash(self, body: Body, ack: Ack, request: BoltRequest) -> BoltResponse:
        """A slash command."""
        return self._heard(body, ack, lambda: payload.slash(body, self._sent(request)), self._take)

    def event(self, body: Body, ack: Ack) -> BoltResponse:
        """A mention, a direct message or what is typed into a session; every other event is only acknowledged."""
        if self._is_typed(body):
            return self._heard(body, ack, lambda: writing.typed(body, self._clock.now()), self._type)
        return self._heard(body, ack, lambda: writing.spoken(body, self._identity, self._clock.now()), self._take)

    def _is_typed(self, body: Body) -> bool:
        """Whether it is in the thread of a session, and no line for us."""
        try:
            thread = writing.thread(body)
            return thread is not None and self._lives(thread) and not writing.names(body, self._identity)
        except payload.UNREADABLE:
            return False  # what is wrong with it is found by whoever reads it

    def click(self, body: Body, ack: Ack) -> BoltResponse:
        """A button in a message; every other click is only acknowledged."""
        return self._heard(body, ack, lambda: payload.pressed(body, self._clock.now()), self._press)

    def shortcut(self, body: Body, ack: Ack, request: BoltRequest) -> BoltResponse:
        """A shortcut on a message."""
        return self._heard(body, ack, lambda: payload.shortcut(body, self._sent(request)), self._choose)

    def submission(self, body: Body, ack: Ack, request: BoltRequest) -> BoltResponse:
        """A modal: it closes, or says in its fields what is wrong."""
        errors: dict[str, str] = {}
        heard = self._heard(
            body,
            ack,
            lambda: payload.submitted(body, self._sent(request)),
            lambda submitted: errors.update(self._submit(submitted)),
        )
        return ack(response_action="errors", errors=errors) if errors else heard

    def _heard(self, body: Body, ack: Ack, read: Callable[[], T | None], take: Callable[[T], None]) -> BoltResponse:
        try:
            found = read()
        except payload.UNREADABLE as error:
            log.warning("a request was refused: it is not as Slack sends it (%r)", error)
            return BoltResponse(status=400)
        if self._ours(body) and found is not None:
            take(found)
        return ack()

    def _sent(self, request: BoltRequest) -> float:
        """When Slack sent what does not say so itself: by its signature's stamp, or no earlier than we stood still."""
        now = self._clock.now()
        (stamp, *_) = request.headers.get(STAMP) or [""]
        return min(now, int(stamp) + 1) if stamp.isdecimal() else now - self._waited()

    def _ours(self, body: Body) -> bool:
        reason = payload.foreign(body, self._identity)
        if reason is not None:
            log.warning("a request from %s was ignored", reason)
        return reason is None


def build(connection: Connection, intake: Intake) -> App:
    """The app with one listener for each kind of payload.

    Bolt's own check of signatures is left out: it fails on malformed headers and logs whole bodies. So is what it
    prepares for assistants and functions, which we are not: it raises where a payload lacks what it looks for.
    """
    app = App(
        name="slashdock",
        logger=quiet,
        client=WebClient(base_url=connection.access.api_url, logger=sdk),
        authorize=_authorize(connection),
        ssl_check_enabled=False,
        request_verification_enabled=False,
        token_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        process_before_response=True,
    )
    app.command(connection.access.command)(intake.slash)
    app.event(re.compile(".*"))(intake.event)
    app.action(re.compile(".*"))(intake.click)
    app.message_shortcut(COPY)(intake.shortcut)
    app.view(CALLBACK)(intake.submission)
    return app


def _authorize(connection: Connection) -> Callable[[], AuthorizeResult]:
    identity = connection.identity
    result = AuthorizeResult(
        enterprise_id=identity.enterprise or None,
        team_id=identity.team,
        bot_user_id=identity.user,
        bot_id=identity.bot or None,
        bot_token=connection.access.bot_token,
    )
    return lambda: result
