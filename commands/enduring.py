"""Looking at an engine for as long as somebody watches, past ends of it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import requests
import urllib3
from docker.api.client import APIClient
from docker.errors import APIError, DockerException

from commands import wire
from commands.live import Live

LOOK = 2.0  # seconds from one look to the next, and between two tries to reach the engine
SILENCE = 300.0  # seconds without a byte, after which the engine is asked anew from where it was
AWAY = "The engine does not answer. It goes on from here once it does."
BROKEN = (OSError, urllib3.exceptions.HTTPError, requests.RequestException, ValueError)  # of an answer that is read

T = TypeVar("T")


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
            live.say(AWAY)
            at = time.monotonic()
        live.wait(max(0.0, at + LOOK - time.monotonic()))
    return live.ended


def hang_up(client: APIClient, answer: requests.Response) -> None:
    """End an answer that somebody reads in another thread."""
    with suppress(Exception):  # it ended just now
        there = client._get_raw_response_socket(answer)  # noqa: SLF001 - docker-py offers none
        getattr(there, "_sock", there).shutdown(socket.SHUT_RDWR)
