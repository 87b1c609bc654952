"""Looking at an engine for as long as somebody watches, past ends of it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from weakref import WeakSet

import requests
import urllib3
from docker.api.client import APIClient
from docker.errors import APIError, DockerException

from commands import wire
from commands.live import ENDLESS, Ending, Live

LOOK = 2.0  # seconds from one look to the next, and between two tries to reach the engine
SILENCE = 300.0  # seconds without a byte, after which the engine is asked anew from where it was
AWAY = "The engine does not answer. It goes on from here once it does."
BROKEN = (OSError, urllib3.exceptions.HTTPError, requests.RequestException, ValueError)  # of an answer that is read

T = TypeVar("T")
_connecting: ContextVar[Ending] = ContextVar("connecting", default=ENDLESS)


def again(live: Live, look: Callable[[float], T]) -> T | str:
    """Look again and again, and say so where the engine does not answer; why it ended, by the look or by somebody.

    look is given the time of the monotonic clock, and gives what is not empty where it is the last. What the engine
    refuses is raised.
    """
    while not live.ended:
        at = time.monotonic()
        try:
            if ended := look(at):
                return ended
        except (requests.RequestException, DockerException) as error:
            if isinstance(error, APIError) and not wire.lost(error):
                raise
            if not live.ended:
                live.say(AWAY)
            at = time.monotonic()
        live.wait(max(0.0, at + LOOK - time.monotonic()))
    return live.ended


class Wires:
    """The connections of one client, which another thread may cut, whatever the engine does or does not."""

    def __init__(self) -> None:
        self._made: WeakSet[Any] = WeakSet()
        self._lock = threading.Lock()
        self._cuts: set[Callable[[], None]] = set()

    @property
    def are_cut(self) -> bool:
        """Whether nothing more may be asked."""
        return bool(self._cuts)

    def add(self, connection: Any) -> None:
        """One more, of http.client's kind."""
        with self._lock:
            self._made.add(connection)

    @contextmanager
    def cuttable(self) -> Iterator[Callable[[], None]]:
        """What is given breaks off what goes on and lets nothing begin, while this lasts; then all is as around it."""
        over = False

        def cut() -> None:
            with self._lock:
                if over:  # whoever cuts comes too late
                    return
                self._cuts.add(cut)
                for each in tuple(self._made):
                    with suppress(Exception):  # it ended just now
                        each.sock.shutdown(socket.SHUT_RDWR)

        try:
            yield cut
        finally:
            with self._lock:
                over = True
                self._cuts.discard(cut)


def wires(client: APIClient) -> Wires:
    """Those of a client."""
    found: Wires = client.__dict__.setdefault("wires", Wires())
    return found


@contextmanager
def breakable(client: APIClient, ending: Ending) -> Iterator[None]:
    """While this lasts, what the client asks breaks off as soon as that has to end, even before anything is answered.

    What is asked then raises what a broken connection does.
    """
    with wires(client).cuttable() as cut, ending.closing(cut):
        yield


@contextmanager
def asking(give: Callable[[], APIClient], ending: Ending) -> Iterator[APIClient]:
    """The client that give has for this thread, breakable for as long as this lasts; so is how it is connected.

    One that is breakable already must not be given.
    """
    before = _connecting.set(ending)
    try:
        client = give()
    finally:
        _connecting.reset(before)
    with breakable(client, ending):
        yield client


def connecting(client: APIClient) -> AbstractContextManager[None]:
    """While this lasts, what a new client asks breaks off once that has to end for which it is given."""
    return breakable(client, _connecting.get())


def dated(answer: requests.Response) -> float:
    """When the engine says that it answered, in epoch seconds; our own clock's where it does not say."""
    try:
        return parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return time.time()


def hang_up(client: APIClient, answer: requests.Response) -> None:
    """End an answer that somebody reads in another thread."""
    with suppress(Exception):  # it ended just now
        there = client._get_raw_response_socket(answer)  # noqa: SLF001 - docker-py offers none
        getattr(there, "_sock", there).shutdown(socket.SHUT_RDWR)
