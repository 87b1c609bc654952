"""What a container prints and how it ends, from before its start on: within bounds of time and memory."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
from docker.api.client import APIClient

from commands import wire
from commands.container.logs import without_keys
from commands.multiplex import Frames, Stream, Window
from commands.reply import Note, Part, Printed, Reply

BYTES_LIMIT = 8 * 1024 * 1024  # bytes of its output that are kept: the end
FLOOD = 64 * 1024 * 1024  # bytes after which it is not followed any further
_CHUNK = 65536  # bytes
NEVER_TYPED = ",".join(["ctrl-@"] * 8)  # at which an engine would leave: by its own, ^P and ^Q, it kills an exec
UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}
_CUT = f"Only the last {BYTES_LIMIT // 1024 // 1024} MiB of what it printed are shown."
_NEXT_EXIT, _REMOVED = "next-exit", "removed"


@dataclass(frozen=True)
class Ended:
    """How it ended: the exit code, and what went wrong with waiting for it, empty where nothing did."""

    code: int
    error: str = ""


@dataclass
class Following:
    """What a process prints; ends is when nobody waits any longer, monotonic."""

    client: APIClient
    output: requests.Response
    tty: bool
    ends: float
    window: Window = field(default_factory=lambda: Window(BYTES_LIMIT))
    flooded: bool = False
    _frames: Frames = field(default_factory=Frames)
    _received: int = 0

    def follow(self) -> bool:
        """Take in what it prints, until its streams are closed: False where that was not waited for."""
        connection = socket_of(self.client, self.output)
        reader = self.output.raw._fp.fp  # noqa: SLF001 - what came together with the headers is in its buffer alone
        while True:
            left = self.ends - time.monotonic()
            if left <= 0 or self.flooded:
                return False
            connection.settimeout(left)
            try:
                received = reader.read1(_CHUNK)
                self._take(received)
            except TimeoutError:
                return False
            except (OSError, ValueError):  # how it ended tells what that means
                return True
            if not received:
                return True

    def pieces(self) -> list[tuple[Stream, str]]:
        """What it printed, its end alone where that is too much; a terminal's ends of line are plain ones."""
        texts = [(stream, piece.decode("utf-8", "replace")) for stream, piece in self.window.joined()]
        return [(stream, text.replace("\r\n", "\n")) for stream, text in texts] if self.tty else texts

    def printed(self, name: str) -> Reply:
        """What it printed as an answer, without private keys, in a file of this name where it is long."""
        pieces = tuple((text, stream.name == "STDERR") for stream, text in without_keys(self.pieces()))
        told: list[Part] = [Printed(pieces, f"{name}.log")] if pieces else []
        return Reply((*told, Note(_CUT)) if self.window.dropped else tuple(told))

    def _take(self, received: bytes) -> None:
        self._received += len(received)
        self.flooded = self._received > FLOOD
        if self.tty:
            self.window.add(Stream.STDOUT, received)
            return
        for stream, piece in self._frames.feed(received):
            self.window.add(stream, piece)


@dataclass
class Attached:
    """The streams of a container that is about to be started, and the request that waits for its end."""

    following: Following
    waiting: requests.Response

    def ended(self) -> Ended | None:
        """How it ended, None where that is not known in time; raises ValueError where the engine does not say."""
        left = max(self.following.ends - time.monotonic(), 1.0)
        socket_of(self.following.client, self.waiting).settimeout(left)
        try:
            told: Any = json.loads(self.waiting.content)
        except requests.RequestException as error:
            if "timed out" in str(error):
                return None
            raise ValueError(str(error)) from None
        match told:
            case {"StatusCode": int(code), "Error": {"Message": str(wrong)}}:
                return Ended(code, wrong)
            case {"StatusCode": int(code), **rest} if not rest.get("Error"):
                return Ended(code, "")
        raise ValueError(told)


@contextlib.contextmanager
def attached(  # noqa: PLR0913 - the container and the bounds
    client: APIClient, container: str, streams: tuple[str, ...], *, tty: bool, removed: bool, seconds: float
) -> Iterator[Attached]:
    """Its streams from now on, to be had before it is started; closed with the block. Raises APIError."""
    output = joined(client, container, streams)
    with contextlib.closing(output):
        condition: wire.Params = {"condition": _REMOVED if removed else _NEXT_EXIT}
        waiting = _post(client, "/containers/{0}/wait", container, condition, {})
        with contextlib.closing(waiting):
            yield Attached(Following(client, output, tty, time.monotonic() + seconds), waiting)


def entered(client: APIClient, process: str, *, tty: bool, seconds: float) -> Following:
    """What a process in a container prints, which this starts; the caller closes the output. Raises APIError."""
    return Following(client, opened(client, process, tty=tty), tty, time.monotonic() + seconds)


def opened(client: APIClient, process: str, *, tty: bool) -> requests.Response:
    """The streams of a process in a container, which this starts; the caller closes them. Raises APIError."""
    url = client._url("/exec/{0}/start", process)  # noqa: SLF001 - see _post
    body = {"Detach": False, "Tty": tty}
    answer: requests.Response = client._post(url, json=body, headers=UPGRADE, stream=True)  # noqa: SLF001 - see _post
    client._raise_for_status(answer)  # noqa: SLF001 - see _post
    return answer


def joined(client: APIClient, container: str, streams: tuple[str, ...]) -> requests.Response:
    """These streams of a container from now on; the caller closes them. Raises APIError."""
    params: wire.Params = {"stream": 1, **dict.fromkeys(streams, 1)}
    if "stdin" in streams:
        params["detachKeys"] = NEVER_TYPED
    return _post(client, "/containers/{0}/attach", container, params, UPGRADE)


def _post(
    client: APIClient, path: str, container: str, params: wire.Params, headers: dict[str, str]
) -> requests.Response:
    url = client._url(path, container)  # noqa: SLF001 - docker-py offers neither stream without a thread of its own
    answer: requests.Response = client._post(url, params=params, headers=headers, stream=True)  # noqa: SLF001 - see above
    client._raise_for_status(answer)  # noqa: SLF001 - see above
    return answer


def socket_of(client: APIClient, answer: requests.Response) -> socket.socket:
    """The connection beneath an answer."""
    opened = client._get_raw_response_socket(answer)  # noqa: SLF001 - see _post
    found: socket.socket = getattr(opened, "_sock", opened)
    return found
