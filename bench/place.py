"""Where everything is measured: an engine with containers and images, a real bot beside it, and its rivals' clients."""

from __future__ import annotations

import http.client
import io
import json
import shutil
import socket
import subprocess
import tarfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Semaphore
from typing import Any, Self

import docker
from bot_process import POLICY, BotProcess, by_http, by_socket, started
from docker.api.client import APIClient
from docker.errors import NotFound

from bot.workspace import Workspace
from bot.workspace.message import Message
from bot.workspace.people import ADMIN, OPS

VERSION = "1.41"  # of the Engine API, for the rivals as for us
RULES = (
    POLICY.replace('"act", "change"]', '"act", "change", "enter"]').replace(" = 1000\n", " = 1000000\n")
    + '[[roles.look.allow]]\nverbs = ["read"]\non = ["*"]\n'
)
CHUNK = 65_536  # bytes
LINE = '10.0.0.17 - - "GET /shop/items?page=3 HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (X11; Linux x86_64)" 0.012'
WAITS = "Still at it"  # how a message begins that is no answer yet
LOOK = 0.2  # seconds between two looks
WAIT = 120  # seconds for one answer


class _Connection(http.client.HTTPConnection):
    """To a socket of this machine; made again where the engine closed it, as it does behind a started exec."""

    def __init__(self, path: str) -> None:
        super().__init__("docker")
        self._path = path

    def connect(self) -> None:
        """Connect."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


class Raw:
    """The Engine API on one kept connection, with nothing of docker-py's and the answers parsed."""

    def __init__(self, engine: str) -> None:
        self._connection = _Connection(engine.removeprefix("unix://"))

    def get(self, path: str) -> Any:
        """The JSON that a GET is answered."""
        return json.loads(self.read("GET", path))

    def read(self, method: str, path: str, body: Any = None) -> bytes:
        """All that a request is answered; raises RuntimeError where the engine refuses it."""
        sent = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"} if sent else {}
        self._connection.request(method, f"/v{VERSION}{path}", sent, headers)
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status >= http.client.BAD_REQUEST:
            raise RuntimeError(f"{method} {path}: {answer.status} {told!r}")
        return told

    def post(self, path: str, body: Any = None) -> bytes:
        """What a POST is answered."""
        return self.read("POST", path, body)

    def drain(self, path: str) -> int:
        """Read all that a GET is answered, piece by piece, and keep nothing of it; how many bytes that was."""
        self._connection.request("GET", f"/v{VERSION}{path}")
        answer = self._connection.getresponse()
        return sum(len(piece) for piece in iter(lambda: answer.read(CHUNK), b""))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Asked:
    """A bot in a workspace, to be asked by slash commands as people would."""

    def __init__(self, workspace: Workspace, bot: BotProcess | None = None) -> None:
        self.workspace, self._bot = workspace, bot
        self.answers = 0
        self._heard: defaultdict[str, Semaphore] = defaultdict(lambda: Semaphore(0))
        self._add = workspace.state.add
        workspace.state.add = self._hear  # type: ignore[method-assign]

    @property
    def bot(self) -> BotProcess:
        """Our own; raises LookupError where it is another's."""
        if self._bot is None:
            raise LookupError
        return self._bot

    def answer(self, line: str, user: str = ADMIN) -> None:
        """Send a line whose answer is for its asker, and wait until the workspace has it; raises TimeoutError."""
        self._wait(line, user, user)

    def result(self, line: str) -> None:
        """The same with a line that changes something, whose answer everybody sees."""
        self._wait(line, ADMIN, OPS)

    def _wait(self, line: str, user: str, seen: str) -> None:
        self.workspace.slash(user, OPS, line)
        if not self._heard[seen].acquire(timeout=WAIT):
            raise TimeoutError(line)

    def _hear(self, message: Message) -> Message:
        added = self._add(message)
        if message.by_bot and WAITS not in message.text:
            self.answers += 1
            self._heard[message.only_for or message.channel].release()
        return added


@dataclass
class Place:
    """The engine and every way to it."""

    engine: str
    raw: Raw
    low: APIClient
    high: docker.DockerClient

    @classmethod
    @contextmanager
    def at(cls, engine: str) -> Iterator[Self]:
        """The ways to that engine."""
        raw = Raw(engine)
        low = APIClient(base_url=engine, version=VERSION, timeout=600)
        high = docker.DockerClient(base_url=engine, version=VERSION)
        try:
            yield cls(engine, raw, low, high)
        finally:
            raw.close()
            low.close()
            high.close()

    def cli(self, *words: str) -> str:
        """What docker's own command prints, from its start to its end."""
        command = [shutil.which("docker") or "docker", "-H", self.engine, *words]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout

    def running(self, count: int) -> list[str]:
        """So many more containers that run, and do nothing."""
        names = [self.low.create_container("busybox:latest", ["sleep", "1000000"])["Id"] for _ in range(count)]
        for name in names:
            self.low.start(name)
        return names

    def created(self, count: int) -> None:
        """As many containers that were never started as are missing to that number."""
        here = len(self.raw.get('/containers/json?all=1&filters={"status":["created"]}'.replace('"', "%22")))
        for _ in range(count - here):
            self.low.create_container("busybox:latest", ["true"])

    def images(self, count: int) -> None:
        """As many images as are missing to that number."""
        here = len(self.raw.get("/images/json"))
        for at in range(here, count):
            self.low.import_image_from_data(_layer(at), repository=f"app-{at % 50}", tag=str(at))

    def log(self, lines: int, *, stays: bool = False) -> str:
        """A container that has written so many lines, and ended where it does not stay."""
        words = f"yes '{LINE}' | head -n {lines}; touch /written{'; sleep 1000000' if stays else ''}"
        box = str(self.low.create_container("busybox:latest", ["sh", "-c", words])["Id"])
        self.low.start(box)
        while stays and not self._has_written(box):
            time.sleep(LOOK)
        if not stays:
            self.low.wait(box)
        return box

    def _has_written(self, box: str) -> bool:
        try:
            self.low.get_archive(box, "/written")[0].close()  # type: ignore[attr-defined]
        except NotFound:
            return False
        return True


@contextmanager
def asked(folder: Path, engine: str, *, socket_mode: bool = False, **settings: str) -> Iterator[Asked]:
    """A real bot process, by signed HTTP requests or in Socket Mode."""
    folder.mkdir()
    (folder / "policy.toml").write_text(RULES)
    workspace = Workspace()
    with workspace.serve():
        ways = by_socket(workspace) if socket_mode else by_http(workspace)
        with started(BotProcess(folder, engine, ways | settings)) as bot:
            if not socket_mode:
                workspace.deliver_by_http(f"http://127.0.0.1:{ways['SLASHDOCK_PORT']}/slack/events")
            yield Asked(workspace, bot)


def _layer(at: int) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as layer:
        entry = tarfile.TarInfo("number")
        entry.size = len(str(at))
        layer.addfile(entry, io.BytesIO(str(at).encode()))
    return held.getvalue()
