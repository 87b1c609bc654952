"""The Bolt app: checks that a payload is ours, hands it on, and acknowledges; no work is done here."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware import Middleware
from slack_sdk import WebClient

from bot.clock import Clock
from bot.slack import payload
from bot.slack.connection import Connection, quiet
from bot.slack.payload import Asked, Pressed

log = logging.getLogger(__name__)

Body = Mapping[str, Any]


class Intake:
    """Bolt's listeners: each commits what it read through `take` or `press`, then acknowledges."""

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        take: Callable[[Asked], None],
        press: Callable[[Pressed], None],
    ) -> None:
        self._identity = connection.identity
        self._clock = clock
        self._take = take
        self._press = press

    def slash(self, body: Body, ack: Ack) -> None:
        """A slash command."""
        if self._ours(body):
            self._take(payload.slash(body, self._clock.now()))
        ack()

    def event(self, body: Body, ack: Ack) -> None:
        """A mention or a direct message; every other event is only acknowledged."""
        asked = payload.spoken(body, self._identity, self._clock.now()) if self._ours(body) else None
        if asked is not None:
            self._take(asked)
        ack()

    def click(self, body: Body, ack: Ack) -> None:
        """A button in a message; every other click is only acknowledged."""
        pressed = payload.pressed(body, self._clock.now()) if self._ours(body) else None
        if pressed is not None:
            self._press(pressed)
        ack()

    def _ours(self, body: Body) -> bool:
        reason = payload.foreign(body, self._identity)
        if reason is not None:
            log.warning("a request from %s was ignored", reason)
        return reason is None


def build(connection: Connection, intake: Intake, first: Middleware | None) -> App:
    """The app with one listener for each kind of payload; `first` sees every request before all else.

    Bolt's own check of signatures is left out: it fails on malformed headers and logs whole bodies.
    """
    app = App(
        name="slashdock",
        logger=quiet,
        client=WebClient(base_url=connection.access.api_url, logger=quiet),
        authorize=_authorize(connection),
        before_authorize=first,
        request_verification_enabled=False,
        token_verification_enabled=False,
        process_before_response=True,
    )
    app.command(connection.access.command)(intake.slash)
    app.event(re.compile(".*"))(intake.event)
    app.action(re.compile(".*"))(intake.click)
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
