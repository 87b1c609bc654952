"""The real bot as a process of its own, in a workspace that the test holds."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness import PROJECT

from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPERATOR, VIEWER

STARTED = ("slashdock has joined", "local workspace is ready", "Slack took the tokens")
START = 20  # seconds until a bot that starts must have said so
POLICY = f"""version = 1

[people]
ada  = {{ slack = ["{ADMIN}"], roles = ["all"] }}
otto = {{ slack = ["{OPERATOR}"], roles = ["most"] }}
vera = {{ slack = ["{VIEWER}"], roles = ["look"] }}

[limits]
reads = 1000
changes = 1000
burst = 1000
all_reads = 1000
all_changes = 1000
all_burst = 1000

[[roles.all.allow]]
verbs = ["see", "read", "act", "change"]
on = ["*"]

[[roles.most.allow]]
verbs = ["see", "read", "act"]
on = ["*"]

[[roles.look.allow]]
verbs = ["see"]
on = ["*"]
"""


@dataclass
class BotProcess:
    """`slashdock start` with settings of its own, below a folder."""

    folder: Path
    engine: str
    settings: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None

    def environment(self) -> dict[str, str]:
        """What the process is given, and nothing of ours."""
        policy = self.folder / "policy.toml"
        if "SLASHDOCK_POLICY" not in self.settings and not policy.exists():
            policy.write_text(POLICY)
        own = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PROJECT),
            "DOCKER_HOST": self.engine,
            "SLASHDOCK_DATA": str(self.folder / "data"),
            "SLASHDOCK_KEY_FILE": str(self.folder / "key"),
            "SLASHDOCK_POLICY": str(policy),
            "SLASHDOCK_METRICS": "off",  # so that the engine is asked for nothing but what a test is about
        }
        return own | self.settings

    def start(self) -> None:
        """Start it, and wait until it says that it is there."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "start"],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        ready = threading.Event()
        threading.Thread(target=self._listen, args=(self.process, ready), daemon=True).start()
        assert ready.wait(START), self.said
        assert self.process.poll() is None, self.said

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another subcommand with the same settings."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self, within: float = START) -> int:
        """Ask it to end, and wait so many seconds at most; gives the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within)

    def _listen(self, process: subprocess.Popen[str], ready: threading.Event) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.said.append(line.rstrip())
            if any(mark in line for mark in STARTED):
                ready.set()
        process.stdout.close()
        ready.set()


@contextlib.contextmanager
def started(bot: BotProcess) -> Iterator[BotProcess]:
    """The bot, running for as long as the block lasts."""
    bot.start()
    try:
        yield bot
    finally:
        bot.stop()


def by_socket(workspace: Workspace) -> dict[str, str]:
    """Settings for Socket Mode in that workspace."""
    return {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_API_URL": workspace.api_url,
        "SLASHDOCK_PORT": "0",
    }


def by_http(workspace: Workspace) -> dict[str, str]:
    """Settings for HTTP mode in that workspace, on a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    workspace.deliver_by_http(f"http://127.0.0.1:{port}/slack/events")
    return {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
        "SLACK_API_URL": workspace.api_url,
        "SLASHDOCK_PORT": str(port),
    }
