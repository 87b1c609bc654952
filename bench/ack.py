"""`python -m bench.ack`: milliseconds to an acknowledgement whose receipt is on the disk, over HTTP.

The client is a process of its own. What Socket Mode takes, `python -m bench` measures on the whole bot.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from bot.buttons import Spent
from bot.clock import Clock
from bot.request import Outcome, Request
from bot.settings import Mode
from bot.slack import Access, Connection, SlackSide
from bot.slack.desk import Answer
from bot.slack.http import EVENTS, Server
from bot.store import Store
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS
from bot.workspace.request_url import signature
from commands.reply import Button

REQUESTS = 2_000
CONNECTIONS = (1, 50)
LONG = 3_600.0  # seconds; nobody waits here, so nobody is told that it goes on

KEY = b"a key to measure with"


class Receipts:
    """A desk that writes each receipt down and does nothing more."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, request: Request, answer: Answer, button: str = "") -> Outcome | None:  # noqa: ARG002 - see above
        """Commit the receipt."""
        self._store.record.receive(request, request.line)
        return None

    def remember(self, button: Button, host: str) -> str:
        """No button is offered here."""
        raise NotImplementedError(button, host)

    def recall(self, button: str, pressed: Request) -> Request | Outcome:
        """Nor pressed."""
        raise NotImplementedError(button, pressed)

    def spent(self, button: str) -> Spent | None:
        """Nor used up."""
        raise NotImplementedError(button)


def main() -> None:
    """A line a figure."""
    with tempfile.TemporaryDirectory(prefix="slashdock-ack-") as folder:
        measure(Path(folder))


def measure(folder: Path) -> None:
    """Few and many connections."""
    workspace = Workspace()
    with workspace.serve():
        store = Store(folder, Clock(), KEY)
        keys = (workspace.bot_token, workspace.app_token, workspace.signing_secret, workspace.api_url)
        side = SlackSide(Connection(Access(Mode.HTTP, *keys)), Receipts(store), Clock(), patience=LONG)
        side.start()
        if isinstance(side.transport, Server):
            over_http(workspace, side.transport)
        side.stop()
        store.close()


def over_http(workspace: Workspace, server: Server) -> None:
    """Signed requests from another process, on kept connections."""
    address = {"port": server.port, "secret": workspace.signing_secret, "command": workspace.command}
    payload = workspace.slash(ADMIN, OPS, "ps").payload
    for connections in CONNECTIONS:
        asked = json.dumps({**address, "connections": connections, "payload": dict(payload)})
        told = subprocess.run(
            [sys.executable, "-m", "bench.ack", "client"], input=asked, capture_output=True, text=True, check=True
        )
        figures = json.loads(told.stdout)
        told_of(f"HTTP, {connections} connections", figures["ms"], figures["seconds"])


def told_of(what: str, times: list[float], seconds: float) -> None:
    """Median, 99th percentile, worst, and how many a second."""
    cuts = statistics.quantiles(times, n=100)
    rate = len(times) / seconds
    print(f"{what:25} median {cuts[49]:6.1f} ms   p99 {cuts[98]:6.1f} ms   worst {max(times):6.1f} ms   {rate:6.0f}/s")


def client() -> None:
    """The other process: reads what to do on standard input, prints the times."""
    asked = json.load(sys.stdin)
    began = time.perf_counter()
    times = asyncio.run(_all(asked))
    print(json.dumps({"ms": times, "seconds": time.perf_counter() - began}))


async def _all(asked: dict[str, object]) -> list[float]:
    share = REQUESTS // int(str(asked["connections"]))
    each = (_one(asked, at, share) for at in range(int(str(asked["connections"]))))
    return [ms for times in await asyncio.gather(*each) for ms in times]


async def _one(asked: dict[str, object], at: int, share: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(str(asked["port"])))
    times = []
    for i in range(share):
        request = _request(asked, f"{time.time_ns()}.{at}.{i}")
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        times.append((time.perf_counter() - began) * 1000)
        if not head.startswith(b"HTTP/1.1 200") or b"content-length: 0" not in head.lower():
            raise RuntimeError(head.decode())
    writer.close()
    return times


def _request(asked: dict[str, object], trigger: str) -> bytes:
    payload = asked["payload"]
    body = urlencode({**payload, "trigger_id": trigger}) if isinstance(payload, dict) else ""
    stamp = str(int(time.time()))
    lines = [
        f"POST {EVENTS} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        f"X-Slack-Request-Timestamp: {stamp}",
        f"X-Slack-Signature: {signature(str(asked['secret']), stamp, body)}",
    ]
    return "\r\n".join([*lines, "", body]).encode()


if __name__ == "__main__":
    client() if sys.argv[1:] == ["client"] else main()
