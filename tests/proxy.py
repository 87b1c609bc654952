"""A proxy before an engine that notes every request, and can lose, hold back or give itself one kind of answers."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from eventually import LIMIT

CHUNK = 65_536  # bytes
_HEAD = re.compile(rb"^(?:GET|POST|DELETE|HEAD|PUT) \S+(?= HTTP/1\.1\r$)", re.MULTILINE)


class Proxy:
    """requests holds "GET /v1.41/containers/json?all=1" for each request, in order.

    A request that has the text `lose` in it is done by the engine and never answered. One with the text `hold` in it is
    answered when as many as `together` of them are there; if they do not come, none of them is answered. One with the
    text `refuse` in it never reaches the engine, one with `replace` in it is done by the engine: both get the `answer`.
    Of what is asked, `tamper` replaces some bytes by as many others.
    """

    def __init__(  # noqa: PLR0913 - each is one way to misbehave
        self,
        engine: str,
        lose: str = "",
        hold: str = "",
        together: int = 1,
        *,
        refuse: str = "",
        replace: str = "",
        answer: bytes = b"",
        tamper: tuple[bytes, bytes] = (b"", b""),
    ) -> None:
        self._engine = engine.removeprefix("unix://")
        self._lose = lose
        self._hold = hold
        self._refuse = refuse
        self._replace = replace
        self._answer = answer
        self._tamper = tamper
        self._together = threading.Barrier(together, timeout=LIMIT)
        self.requests: list[str] = []

    @contextlib.contextmanager
    def serve(self, folder: Path) -> Iterator[str]:
        """The proxy's address, for as long as the block lasts."""
        path = folder / "proxy.sock"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            listening.listen()
            threading.Thread(target=self._accept, args=(listening,), daemon=True).start()
            try:
                yield f"unix://{path}"
            finally:
                listening.shutdown(socket.SHUT_RDWR)

    def misbehave(self, lose: str = "", replace: str = "", answer: bytes = b"") -> None:
        """From now on lose or replace these answers, and no others."""
        self._lose, self._replace, self._answer = lose, replace, answer

    @property
    def is_broken(self) -> bool:
        """Whether what was held back was let go, by somebody or because it took too long."""
        return self._together.broken

    def let_go(self) -> None:
        """End what is held back."""
        self._together.abort()

    def note(self, request: str) -> None:
        """Keep a request that has come and not reached the engine yet."""
        self.requests.append(request)

    def changes(self) -> list[str]:
        """The requests that do more than look."""
        return [each for each in self.requests if not each.startswith(("GET ", "HEAD "))]

    def lost(self) -> int:
        """How many answers were lost."""
        return sum(self._lose in request for request in self.requests) if self._lose else 0

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = listening.accept()[0]
                engine = socket.socket(socket.AF_UNIX)
                try:
                    engine.connect(self._engine)
                except OSError:  # it may come back
                    engine.close()
                    client.close()
                    continue
                losing, holding = threading.Event(), threading.Event()
                threading.Thread(target=self._asked, args=(client, engine, losing, holding), daemon=True).start()
                threading.Thread(target=self._answered, args=(engine, client, losing, holding), daemon=True).start()

    def _asked(
        self, client: socket.socket, engine: socket.socket, losing: threading.Event, holding: threading.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(CHUNK):
                seen = [head.decode() for head in _HEAD.findall(data)]
                for head in seen:
                    self.note(head)
                if self._refuse and any(self._refuse in head for head in seen):
                    client.sendall(self._answer)
                    break
                if any(text and text in head for text in (self._lose, self._replace) for head in seen):
                    losing.set()
                if self._hold and any(self._hold in head for head in seen):
                    holding.set()
                engine.sendall(data.replace(*self._tamper) if self._tamper[0] else data)
        _end(engine)
        client.close()

    def _answered(
        self, engine: socket.socket, client: socket.socket, losing: threading.Event, holding: threading.Event
    ) -> None:
        with contextlib.suppress(OSError, threading.BrokenBarrierError):
            while data := engine.recv(CHUNK):
                if holding.is_set():
                    self._together.wait()
                    holding.clear()
                if losing.is_set():
                    client.sendall(self._answer)
                    break
                client.sendall(data)
        _end(client)
        engine.close()


def answer(status: str, body: str = "", kind: str = "text/html") -> bytes:
    """An answer such as "502 Bad Gateway", after which the connection is closed."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return (head + body).encode()


def _end(side: socket.socket) -> None:
    with contextlib.suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)
