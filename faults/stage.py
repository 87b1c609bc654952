"""A bot under load on real parts: an engine behind a proxy, a workspace, a small disk; and what came of every line."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bot_process import BotProcess, by_socket
from docker.api.client import APIClient
from engine import Engine
from proxy import Proxy
from samples import busybox_image

from bot.workspace import Delivery, Workspace
from bot.workspace.people import ADMIN, ALERTS, OPS
from faults.cases import Tally

PACE = 0.03  # seconds between two lines
HEARD = 60.0  # seconds until a bot that starts is heard
END = 180.0  # seconds for a bot to end what is under way, and to find out what it is in doubt about
LONG = 300.0  # seconds for answers to be shown as long as there are fewer and fewer of them
PATIENCE = 10.0  # seconds for lines that were not acknowledged to come again
DISK = "64m"  # of the record
ZYGOTE = Path(__file__).with_name("zygote.py")
AT_ONCE = 20  # lines that wait for an answer before the next is sent
TRACES = {"shown", "unsure", "lost", "again", "due"}  # states of an answer that are told, or is about to be


@dataclass
class Line:
    """One line that was sent: what it does is known by its name alone."""

    name: str
    text: str
    delivery: Delivery


@dataclass
class Stage:
    """The parts, and bots that are forked; tries counts how often a fault came about."""

    folder: Path
    engine: Engine
    api: APIClient
    proxy: Proxy
    workspace: Workspace
    zygote: subprocess.Popen[str]
    random: random.Random
    sent: list[Line] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    bot: int = 0

    def born(self, dies: str = "") -> int:
        """A new bot's process id; dies names the step before or after which it kills itself."""
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        self.zygote.stdin.write(f"{dies}\n")
        self.zygote.stdin.flush()
        self.bot = int(self.zygote.stdout.readline())
        return self.bot

    def heard(self) -> bool:
        """Wait until the bot hears what is said; False where it is gone before."""
        until(lambda: self.workspace.connections > 0 or not self.lives, HEARD)
        return self.lives

    @property
    def lives(self) -> bool:
        """Whether the bot is still there."""
        return Path(f"/proc/{self.bot}").exists()

    def say(self) -> Line:
        """Send the next line."""
        number = next(self.numbers)
        name = f"k{number}"
        kinds = (f"tag busybox:latest kill:{name}", f"create --name {name} busybox true", f"volume rm {name}")
        text = kinds[number % len(kinds)]
        if text.startswith("volume"):
            self.api.create_volume(name)
        self.sent.append(Line(name, text, self.workspace.slash(ADMIN, OPS, text)))
        return self.sent[-1]

    @contextlib.contextmanager
    def load(self, pace: float = PACE) -> Iterator[None]:
        """Lines without end, for as long as the block lasts."""
        ended = threading.Event()

        def go_on() -> None:
            while not ended.wait(pace):
                if self.workspace.connections:
                    with contextlib.suppress(Exception):  # an engine that is not there makes no volumes
                        self.say()

        thread = threading.Thread(target=go_on, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def kill(self) -> None:
        """Kill the bot, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.bot, signal.SIGKILL)
        self.gone()

    def gone(self) -> None:
        """Wait until the bot is gone."""
        until(lambda: not self.lives, END)

    def settled(self) -> None:
        """Wait until nothing is under way any more, no answer is due, and nothing is in doubt that can be found out."""
        with contextlib.suppress(TimeoutError):  # what Slack gave up is not delivered again
            until(lambda: all(line.delivery.acked for line in self.sent), PATIENCE)
        until(lambda: not self._count("SELECT count(*) FROM unsettled"), END)
        until(lambda: not self._count(_IN_DOUBT), END)
        self._drained()

    def _drained(self) -> None:
        """Wait until no answer is due; Slack takes one a second of a backlog, which has to get shorter all the time."""
        due, ended = self._count(_DUE), time.monotonic() + LONG
        while due and time.monotonic() < ended:
            before = due
            until(lambda before=before: self._count(_DUE) < before, END)  # type: ignore[misc]
            due = self._count(_DUE)

    def stop(self) -> None:
        """Ask the bot to end, and wait."""
        os.kill(self.bot, signal.SIGTERM)
        self.gone()

    def judged(self, tried: int) -> Tally:
        """Every line beside what the engine was asked, what the record says and what Slack shows."""
        lost = doubled = wrong = 0
        asked = Counter(name for request in self.proxy.changes() if (name := _named(request)))
        bodies = [message.body() for message in self.workspace.messages(OPS)]
        told = " ".join(bodies)
        # An answer has its number; "Still at it" and what could not be written down come with every delivery.
        again = " ".join(body for body, times in Counter(bodies).items() if times > 1 and "· number " in body)
        record = self._record()
        for line in self.sent:
            action = record.get(line.name)
            shown, twice = (re.search(rf"\b{line.name}\b", text) is not None for text in (told, again))
            doubled += asked[line.name] > 1 or twice
            if action is None:
                lost += line.delivery.acked and not line.delivery.failed and not shown
                wrong += asked[line.name] > 0
                continue
            done = self._is_done(line)
            wrong += asked[line.name] > 0 and not action.intended
            wrong += (action.status == "done" and not done) or (action.status in {"failed", "denied"} and done)
            lost += action.status in {"received", "running"}
            lost += not shown and action.answer not in TRACES
        return Tally(tried, lost, doubled, wrong)

    def statuses(self) -> Counter[str]:
        """How many lines ended how."""
        return Counter(action.status for action in self._record().values())

    def _record(self) -> dict[str, Action]:
        with closing(self._opened()) as db:
            rows = db.execute(_ACTIONS).fetchall()
        return {_name(line): Action(*facts) for line, *facts in rows}

    def _is_done(self, line: Line) -> bool:
        if line.text.startswith("tag"):
            return bool(self.api.images(name=f"kill:{line.name}"))
        if line.text.startswith("create"):
            return bool(self.api.containers(all=True, filters={"name": f"^/{line.name}$"}))
        volumes = self.api.volumes(filters={"name": line.name})["Volumes"] or ()
        return not any(each["Name"] == line.name for each in volumes)

    def _count(self, query: str) -> int:
        with closing(self._opened()) as db:
            return int(db.execute(query).fetchone()[0])

    def _opened(self) -> sqlite3.Connection:
        return sqlite3.connect(self.folder / "data" / "slashdock.db", timeout=10)


@dataclass(frozen=True)
class Action:
    """What the record says of a line."""

    number: int
    status: str
    intended: bool
    answer: str


_ACTIONS = """
SELECT line, number, status,
    (SELECT count(*) > 0 FROM events WHERE events.number = actions.number AND kind = 'intended'),
    coalesce((SELECT state FROM answers WHERE answers.number = actions.number), '')
FROM actions
"""


_DUE = "SELECT count(*) FROM answers WHERE state = 'due'"
_IN_DOUBT = """
SELECT count(*) FROM actions JOIN events ON events.number = actions.number
WHERE actions.status = 'unknown' AND kind = 'outcome' AND json_extract(body, '$.details.looked') IS NULL
AND id = (SELECT max(id) FROM events WHERE events.number = actions.number)
"""


def _name(line: str) -> str:
    words = [word.removeprefix("kill:") for word in line.replace("=", " ").split()]
    return next((word for word in words if word[:1] == "k" and word[1:].isdigit()), line)


def _named(request: str) -> str:
    """The name that a change is about: of a tag, a container or a volume."""
    for mark in ("tag=k", "name=k", "volumes/k"):
        if mark in request:
            return "k" + "".join(itertools.takewhile(str.isdigit, request.partition(mark)[2]))
    return ""


def until(true: Callable[[], object], limit: float) -> None:
    """Wait until this is true; raises TimeoutError after so many seconds."""
    deadline = time.monotonic() + limit
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {limit} s")
        time.sleep(0.01)


@contextlib.contextmanager
def stage(seed: int = 1, preload: str = "", engine: Engine | None = None) -> Iterator[Stage]:
    """Everything but a bot, on this engine or on one of its own; preload is a library that bots are started with."""
    with tempfile.TemporaryDirectory(prefix="slashdock-faults-") as named, contextlib.ExitStack() as stack:
        folder = Path(named)
        if engine is None:
            engine = stack.enter_context(Engine(folder / "engine"))
            busybox_image(engine.host)
        api = APIClient(engine.host, version="1.41")
        stack.callback(api.close)
        proxy, workspace = Proxy(engine.host), Workspace()
        stack.enter_context(workspace.serve())
        address = stack.enter_context(proxy.serve(folder))
        _small_disk(folder / "data", stack)
        settings = by_socket(workspace) | {"SLASHDOCK_AUDIT_CHANNEL": ALERTS}
        environment = BotProcess(folder, address, settings).environment()
        if preload:
            environment |= {"LD_PRELOAD": preload, "FAKETIME_TIMESTAMP_FILE": str(folder / "time")}
            environment |= {"FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
            (folder / "time").write_text("+0\n")
        zygote = subprocess.Popen(
            [sys.executable, str(ZYGOTE), str(folder / "log")],
            cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        stack.enter_context(zygote)
        made = Stage(folder, engine, api, proxy, workspace, zygote, random.Random(seed))
        stack.callback(lambda: made.kill() if made.bot else None)
        yield made


def _small_disk(folder: Path, stack: contextlib.ExitStack) -> None:
    folder.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "none", str(folder)], check=True)
    stack.callback(subprocess.run, ["umount", "-l", str(folder)], check=True)
