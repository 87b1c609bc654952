"""A proxy before an engine that forwards everything, but loses the answer to one kind of request."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

CHUNK = 65_536  # bytes


class Lossy:
    """Counts the requests whose head contains the marker; each is done by the engine and never answered."""

    def __init__(self, engine: str, marker: str) -> None:
        self._engine = engine.removeprefix("unix://")
        self._marker = marker.encode()
        self.lost = 0

    @contextlib.contextmanager
    def serve(self, folder: Path) -> Iterator[str]:
        """The proxy's address, for as long as the block lasts."""
        path = folder / "lossy.sock"
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(path))
        listening.listen()
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()
        try:
            yield f"unix://{path}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = listening.accept()[0]
                threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        engine = socket.socket(socket.AF_UNIX)
        engine.connect(self._engine)
        losing = threading.Event()
        threading.Thread(target=self._answers, args=(engine, client, losing), daemon=True).start()
        with contextlib.suppress(OSError):
            while data := client.recv(CHUNK):
                if self._marker in data:
                    self.lost += 1
                    losing.set()
                engine.sendall(data)
        engine.close()

    def _answers(self, engine: socket.socket, client: socket.socket, losing: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := engine.recv(CHUNK):
                if losing.is_set():
                    break
                client.sendall(data)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
