"""Beside other bots: bare Bolt from end to end, and errbot for what it does by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import harness
from bot_process import by_http

from bench.figures import Figure, Scale, Values, interleaved, timed
from bench.place import Asked, Place, asked
from bot.slack.blocks import render
from bot.workspace import Workspace

BOLT, ERRBOT = "bare Bolt", "errbot"
ERRBOT_VERSION = "6.2.1"
WAY = "signed HTTP request, answer by response_url; Bolt records nothing and asks nobody"
OWN = "in process: parsed, judged, recorded in three commits, rendered; errbot records nothing and asks nobody"
START = 20.0  # seconds


def figures(folder: Path, place: Place, scale: Scale) -> Iterator[Figure]:
    """Both."""
    with asked(folder / "chat", place.engine) as ours, _bolt() as theirs:
        ways = {"": lambda: ours.answer("whoami"), BOLT: lambda: theirs.answer("ping")}
        for run in ways.values():
            run()
        found = interleaved(scale.of(100, 10), ways)
        yield Figure("chat", "whoami, beside a word of bare Bolt", "ms", found.pop(""), found, (), WAY)
    runs = scale.of(300, 30)
    spoken = harness.bench(place.engine, folder / "trivial")
    times = [timed(lambda: render(spoken.say("whoami"), lambda _button: "").payload()) for _ in range(runs + 20)][20:]
    spoken.close()
    rivals = {} if scale.is_quick else _errbot(folder, runs)
    yield Figure("chat", "whoami, beside errbot's own", "ms", Values(times), rivals, (), OWN)


@contextmanager
def _bolt() -> Iterator[Asked]:
    workspace = Workspace()
    with workspace.serve():
        settings = by_http(workspace)
        environment = {"PATH": os.environ["PATH"], **settings}
        command = [sys.executable, "-m", "bench.bare_bolt"]
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            url = f"http://127.0.0.1:{settings['SLASHDOCK_PORT']}/slack/events"
            _await(url)
            workspace.deliver_by_http(url)
            try:
                yield Asked(workspace)
            finally:
                process.terminate()


def _await(url: str) -> None:
    """Wait until something listens there."""
    end = time.monotonic() + START
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(url)


def _errbot(folder: Path, runs: int) -> dict[str, Values]:
    """Milliseconds of errbot's, in an environment of its own; nothing where it cannot be installed."""
    home = folder / "errbot"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", f"errbot=={ERRBOT_VERSION}", "pytest"]
    if subprocess.run(install, capture_output=True, check=False).returncode:
        return {}
    command = [str(python), str(Path(__file__).with_name("errbot_times.py")), str(runs)]
    told = subprocess.run(command, capture_output=True, check=True, text=True, cwd=folder)
    return {ERRBOT: Values(json.loads(told.stdout[told.stdout.rindex("[") :]))}
