"""Slack's side of the bot, put together as it runs, with a desk behind it that answers at once."""

from __future__ import annotations

import json
import logging
import math
import traceback
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import fields
from functools import cache
from typing import Any

from canned import CannedDesk, done
from set_clock import SetClock
from slack_sdk.socket_mode.client import BaseSocketModeClient as SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from starlette.applications import Starlette

from bot.buttons import Spent
from bot.execution import silent
from bot.request import Outcome, Request
from bot.settings import Mode
from bot.slack import Access, Connection, SlackSide
from bot.slack.connection import quiet
from bot.slack.desk import Answer
from bot.slack.place import Place
from bot.slack.sockets import Sockets
from bot.workspace import Workspace
from bot.workspace.people import APP, OPS, TEAM, VIEWER
from commands.asking import Field, Form
from commands.live import Progress
from fuzz.documents import STRANGERS
from fuzz.target import must

NOW = 1_700_000_000.0  # epoch seconds, of every clock
SECRET = "a signing secret for tests alone"
ROUNDS = 500  # cases after which the side is made anew: its outbox keeps all that nobody sends
FORM = Form("Log in", "Log in", (Field("password", "Password", secret=True), Field("text", "Text", multiline=True)))


class Desk(CannedDesk):
    """Answers everything at once, and knows a button, one that is used up, one with a form, and the dialog of that."""

    def __init__(self) -> None:
        super().__init__(
            buttons={"id0": ("ps", ""), "id1": ("danger", ""), "id2": ("login", "")},
            used={"id1": Spent(1, VIEWER, "danger")},
            forms={"login": FORM},
            dialogs={"dialog0": ("id2", Place(OPS, VIEWER).kept())},
        )

    def take(self, request: Request, answer: Answer, button: str = "", progress: Progress = silent) -> Outcome:
        """Note the request, and say so."""
        del answer, button, progress
        self.taken.append(request)
        return done("did it", request.line)


class Side:
    """One side of Slack's after the other, each for some cases."""

    def __init__(self, mode: Mode) -> None:
        self._connection = _connection(mode)
        self._left = 0

    def fresh(self) -> Desk:
        """The desk of the next case."""
        if not self._left:
            self.desk = Desk()
            self._side = SlackSide(self._connection, self.desk, SetClock(NOW))
            if isinstance(self._side.transport, Sockets):
                self._listeners = self._side.transport._client().socket_mode_request_listeners
            self._left = ROUNDS
        self._left -= 1
        self.desk.taken.clear()
        FAULTS.caught.clear()
        return self.desk

    @property
    def application(self) -> Starlette:
        """What answers HTTP requests."""
        application = self._side.transport._server.config.app
        assert isinstance(application, Starlette)
        return application

    def hear(self, client: SocketModeClient, request: SocketModeRequest) -> None:
        """Handle an envelope of Socket Mode; what is acknowledged goes to that client."""
        (listener,) = self._listeners
        listener(client, request)


class _Faults(logging.Handler):
    """Keeps what Bolt caught, which it only logs."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.caught: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what was raised, and the line that raised it."""
        error = record.exc_info[1] if record.exc_info else None
        frames = traceback.extract_tb(error.__traceback__) if error else ()
        self.caught.append(f"{error!r} in {frames[-1].name}" if frames else record.getMessage())


FAULTS = _Faults()
_SERVED = ExitStack()  # until the process ends


@cache
def _workspace() -> Workspace:
    """Tells the bot who it is, and nothing more."""
    logging.getLogger("bot").setLevel(logging.CRITICAL)  # what is refused is told in a line each
    quiet.propagate = False
    quiet.addHandler(FAULTS)
    workspace = Workspace()
    _SERVED.enter_context(workspace.serve())
    return workspace


def _connection(mode: Mode) -> Connection:
    workspace = _workspace()
    return Connection(Access(mode, workspace.bot_token, workspace.app_token, SECRET, workspace.api_url))


def judge(payload: Any, taken: list[Request]) -> None:
    """What was taken is whole, and of our own workspace."""
    for request in taken:
        must(request.actor.team == TEAM, "an actor of our workspace")
        must(request.delivery, "what a second delivery is known by")
        must(math.isfinite(request.received) and request.received <= NOW, "received at some time")
        for field in fields(request):
            _plain(getattr(request, field.name))
        for value in (request.actor.id, *request.given.values()):
            _plain(value)
        must(not _strange(payload), f"{_strange(payload)} is another's")


def _plain(value: Any) -> None:
    """What can be written down: no half characters, and texts where they are due."""
    if isinstance(value, str):
        value.encode()
    must(isinstance(value, str | float | int | Mapping) or hasattr(value, "id"), f"{value!r} is no text")


_TOLD = (  # where Slack says whose a payload is
    ("team_id",), ("team", "id"), ("team",), ("user", "team_id"), ("event", "team"), ("event", "user_team"),
    ("event", "source_team"), ("enterprise_id",), ("enterprise", "id"), ("enterprise",), ("api_app_id",),
)  # fmt: skip


def _strange(payload: Any) -> list[Any]:
    """What names another workspace, organisation or app where Slack says whose a payload is."""
    return [found for path in _TOLD if (found := _at(payload, path)) in STRANGERS]


def _at(payload: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        payload = payload.get(key) if isinstance(payload, dict) else None
    return payload if isinstance(payload, str) else None


def words() -> tuple[str, ...]:
    """What payloads are made of."""
    return (*STRANGERS, TEAM, APP, VIEWER, OPS, "payload=", "ssl_check=1", "&", "%22", "\\ud800", "null", "[", "1e999")


def document(case: bytes) -> Any:
    """The JSON of a case; None where it is none."""
    try:
        return json.loads(case)
    except (ValueError, RecursionError):
        return None
