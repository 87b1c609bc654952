"""Floods: what containers and people send without end. Every answer comes once and is small, and nothing is obeyed.

`make faults ROWS=flood` runs them all at full size, tests/test_floods.py small.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent.parent
sys.path[:0] = [str(PROJECT / "scripts"), str(PROJECT / "tests")]

from bot_process import POLICY, BotProcess, by_socket, started  # noqa: E402 - the line above says where they are
from docker.api.client import APIClient  # noqa: E402
from engine import Engine  # noqa: E402
from proxy import Proxy  # noqa: E402
from samples import busybox_image  # noqa: E402

from bot.workspace import Message, Workspace  # noqa: E402
from bot.workspace.people import ADMIN, OPS, VIEWER  # noqa: E402
from faults.cases import Case, Tally  # noqa: E402

PATIENCE = 300.0  # seconds until an answer that has not come counts as lost
GROWTH = 400_000  # kB by which a bot may grow, whatever comes: it keeps 8 MiB of a log, in a few shapes at once
ANSWER = 40_000  # characters of a message as JSON; Slack refuses about 13,200 of its blocks
FILE = 8 * 8 * 1024 * 1024  # bytes of a file: each of the 8 Mi that are kept is at most \u{...}
SHOUT = "<!channel> <@U0VICTIM01> <https://evil.example|x> *evil* :evil:"
UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
OBEYED = {"broadcast", "usergroup", "channel", "link", "emoji", "image", "mrkdwn"}
NOT_READABLE = "configured logging driver does not support reading"
READS, BURST = 2, 100  # lines a second of one person, and at once
LIMITED = re.sub("(?m)^reads = .*$", f"reads = {READS}", re.sub("(?m)^burst = .*$", f"burst = {BURST}", POLICY))
LINES = ("logs {}", "logs {} --tail 1 --public", "logs {} --grep '(a+)+$'")


@dataclass(frozen=True)
class Sizes:
    """How much of it: bytes of a log, of one line and of every other kind, containers, lines of a person."""

    log: int = 10**9
    line: int = 50 * 10**6
    odd: int = 20 * 10**6
    containers: int = 1_000
    lines: int = 1_000


def scripts(sizes: Sizes) -> dict[str, str]:
    """What a container prints, by the kind."""
    repeated = "yes \"$(printf '{}')\" | head -c {}".format
    return {
        "a long log": f"yes '0123456789 0123456789 {SHOUT}' | head -c {sizes.log}",
        "one long line": f"head -c {sizes.line} /dev/zero | tr '\\0' x",
        "bytes of no text": f"head -c {sizes.odd} /dev/urandom",
        "nothing but NUL": f"head -c {sizes.odd} /dev/zero",
        "colours and titles": repeated(r"\033[31mred\033]0;title\007\033[2J", sizes.odd),
        "other directions, no width": repeated(r"\342\200\256\342\200\213\342\201\246x", sizes.odd),
        "line ends alone": f"yes '' | head -n {sizes.odd // 20}",
    }


class Stage:
    """The bot in a workspace, on an engine behind a proxy that counts; numbers are those of its record."""

    def __init__(self, bot: BotProcess, workspace: Workspace, api: APIClient, proxy: Proxy) -> None:
        self.bot, self.workspace, self.api, self.proxy = bot, workspace, api, proxy
        self.asked = 0
        self.began = self.peak()

    def ask(self, line: str, user: str = ADMIN) -> Tally:
        """One line, and what came of it."""
        self.asked += 1
        self.workspace.slash(user, OPS, line).wait()
        try:
            found = self.workspace.wait_for(partial(self.answers, self.asked, user), PATIENCE)
        except TimeoutError:
            return Tally(1, 1, 0, 0)
        return Tally(1, 0, int(len(found) > 1), int(any(map(too_much, found)) or self.grown()))

    def answers(self, number: int, user: str = ADMIN) -> list[Message]:
        """The messages that answer a line."""
        told = re.compile(rf"number {number}\b")
        return [each for each in self.workspace.messages(OPS, user) if each.by_bot and told.search(each.text)]

    def container(self, script: str, *, tty: bool = False, log: str = "json-file") -> str:
        """The id of a container that has printed that to its end."""
        config = self.api.create_host_config(log_config={"Type": log})
        made = self.api.create_container("busybox", ["sh", "-c", script], tty=tty, host_config=config)["Id"]
        self.api.start(made)
        self.api.wait(made, timeout=PATIENCE)
        return str(made)

    def grown(self) -> bool:
        """Whether the bot has ever taken more memory than it may."""
        return self.peak() - self.began > GROWTH

    def peak(self) -> int:
        """The most memory that its process ever had, in kB."""
        assert self.bot.process is not None
        told = Path(f"/proc/{self.bot.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in told.splitlines() if line.startswith("VmHWM")))

    def record(self, query: str) -> int:
        """The number that a query of the record gives."""
        db = sqlite3.connect(f"file:{self.bot.folder / 'data' / 'slashdock.db'}?mode=ro", uri=True)
        ((found,),) = db.execute(query).fetchall()
        db.close()
        return int(found)


@contextmanager
def staged(engine: str, folder: Path) -> Iterator[Stage]:
    """The bot for as long as the block lasts."""
    workspace, proxy = Workspace(), Proxy(engine)
    (folder / "policy.toml").write_text(LIMITED)
    api = APIClient(engine, version="1.41", timeout=int(PATIENCE))
    with workspace.serve(), proxy.serve(folder) as address:
        with started(BotProcess(folder, address, by_socket(workspace))) as bot:
            stage = Stage(bot, workspace, api, proxy)
            stage.ask("version")
            yield stage
        api.close()


def cases(stage: Stage, sizes: Sizes) -> Iterator[Case]:
    """All of them; each can be run by itself, once."""
    for name, script in scripts(sizes).items():
        yield Case(f"flood: {name}", partial(printed, stage, script))
    yield Case("flood: a terminal's log", partial(printed, stage, scripts(sizes)["colours and titles"], tty=True))
    yield Case("flood: a log that is kept nowhere", partial(unkept, stage))
    yield Case(f"flood: {sizes.containers:,} containers full of marks", partial(crowd, stage, sizes.containers))
    yield Case("flood: 100 kB of command text", partial(long_lines, stage))
    yield Case(f"flood: {sizes.lines:,} lines of one person", partial(hasty, stage, sizes.lines))


def printed(stage: Stage, script: str, *, tty: bool = False) -> Tally:
    """A container has printed this, and its log is asked for."""
    name = stage.container(script, tty=tty)
    found = _sum(stage.ask(line.format(name)) for line in LINES)
    stage.api.remove_container(name)
    return found


def unkept(stage: Stage) -> Tally:
    """The engine's own sentence is the answer."""
    name = stage.container("echo", log="none")
    found = stage.ask(f"logs {name}")
    told = any(NOT_READABLE in each.text for each in stage.answers(stage.asked))
    stage.api.remove_container(name)
    return found._replace(wrong=found.wrong + (not told))


def crowd(stage: Stage, many: int) -> Tally:
    """Lists of many containers whose labels and commands would like to be more."""
    labels = {"tier": SHOUT, SHOUT: "\u202e\u200b"}
    made = [stage.api.create_container("busybox", ["echo", SHOUT], labels=labels)["Id"] for _ in range(many)]
    lines = ("ps -a", "ps -a --no-trunc", "ps -a --format json --public", "ps -aq --filter label=tier", "info")
    before = len(stage.proxy.requests)
    found = _sum(map(stage.ask, lines))
    asked = len(stage.proxy.requests) - before
    for each in made:
        stage.api.remove_container(each)
    return found._replace(wrong=found.wrong + (asked > 4 * len(lines)))


def long_lines(stage: Stage) -> Tally:
    """Lines that nobody reads to their end."""
    kinds = ("ps " + "x" * 100_000, "ps" + " " * 100_000 + "-a", "echo " + "'" * 100_000, f"logs {SHOUT * 1_500}")
    before = stage.record("SELECT sum(length(body)) FROM events")
    found = _sum(map(stage.ask, kinds))
    kept = stage.record("SELECT sum(length(body)) FROM events") - before
    return found._replace(wrong=found.wrong + (kept > 50_000 * len(kinds)))


def hasty(stage: Stage, many: int) -> Tally:
    """As many lines as fast as they go: each ends in the record, and the engine hears of those alone that are due."""
    before, asked = stage.record("SELECT count(*) FROM actions"), len(stage.proxy.requests)
    began = time.monotonic()
    for _ in range(many):
        stage.workspace.slash(VIEWER, OPS, "ps").wait()
    _until(lambda: stage.record("SELECT count(*) FROM actions WHERE status IN ('received', 'running')") == 0)
    due = BURST + READS * (time.monotonic() - began)
    stage.asked += many
    came = stage.record("SELECT count(*) FROM actions") - before
    listed = [each for each in stage.proxy.requests[asked:] if "/containers/json" in each]
    return Tally(many, max(0, many - came), max(0, came - many), int(len(listed) > due + 1) + stage.grown())


def too_much(message: Message) -> bool:
    """Whether an answer is too long, or anything in it would be obeyed by Slack or by a screen."""
    payload = {"text": message.text, "blocks": list(message.blocks)}
    fallback = re.sub(rf"<@(?:{ADMIN}|{VIEWER})>", "", message.text)
    kinds = {each.get("type") for each in _nodes(payload)}
    shown = "".join(map(str, (each.get("text", "") for each in _nodes(payload))))
    unseen = any(unicodedata.category(char) in UNSEEN and char not in "\n\t" for char in shown)
    return (
        len(json.dumps(payload, ensure_ascii=False)) > ANSWER
        or bool(kinds & OBEYED)
        or bool(re.search("<[!@#h]", fallback))
        or unseen
    )


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list | tuple) else ():
        yield from _nodes(each)


def _sum(tallies: Iterator[Tally] | map[Tally]) -> Tally:
    return Tally(*map(sum, zip(*tallies, strict=True)))


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.1)


@contextmanager
def at_full_size() -> Iterator[list[Case]]:
    """All of them, on an engine of their own."""
    with tempfile.TemporaryDirectory(prefix="slashdock-floods-") as name:
        folder = Path(name)
        with Engine(folder / "engine") as engine:
            busybox_image(engine.host)
            with staged(engine.host, folder) as stage:
                yield list(cases(stage, Sizes()))
