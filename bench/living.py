"""What lives on: how soon a line is seen, what a gigabyte takes of memory, and how soon a stop has freed all."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot_process import POLICY, BotProcess, by_socket, started
from docker.api.client import APIClient

from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPERATOR, OPS

EACH = 5  # streams that one person may have
SECONDS = 30.0  # that each number of streams is watched
LOOK = 0.01  # seconds
GIGABYTE = 980_000_000  # bytes: what a file may have is a little more
LIMIT = 900.0  # seconds for a gigabyte
STEADY = 1.0  # seconds
WAIT = 30.0  # seconds for all to be freed
BEAT = "i=0; while true; do i=$((i+1)); echo beat $i; usleep 300000; done"
RULES = POLICY.replace('"act", "change"]', '"act", "change", "enter"]')
_LINE = re.compile(r"(\S+)\.(\d{6})\d*Z beat (\d+)")


@contextmanager
def _bot(folder: Path, host: str) -> Iterator[tuple[Workspace, BotProcess]]:
    folder.mkdir()
    (folder / "policy.toml").write_text(RULES)
    workspace = Workspace()
    with workspace.serve():
        settings = by_socket(workspace) | {
            "SLASHDOCK_FILES": str(folder), "SLASHDOCK_FILE_LIMIT": "1000",
            "SLASHDOCK_METRICS": "off",  # whose first look would be taken for something that is not freed
        }  # fmt: skip
        with started(BotProcess(folder, host, settings)) as bot:
            yield workspace, bot


def delays(folder: Path, host: str, count: int) -> list[float]:
    """Seconds from a line that a container printed to the message that shows it, of so many streams at once."""
    api = APIClient(base_url=host, version="1.41")
    names = [f"beat-{count}-{at}" for at in range(count)]
    for name in names:
        api.start(api.create_container("busybox:latest", ["sh", "-c", BEAT], name=name))
    with _bot(folder, host) as (workspace, _):
        for at, name in enumerate(names):
            workspace.slash(ADMIN if at < EACH else OPERATOR, OPS, f"logs -f -t --tail 0 --public {name}").wait()
        found = list(_seen(workspace, names))
    for name in names:
        api.remove_container(name, force=True)
    api.close()
    return found


def _seen(workspace: Workspace, names: list[str]) -> Iterator[float]:
    """How old each line is that is seen for the first time."""
    known: dict[str, int] = {}
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for name in names:
            shown = [
                each
                for each in workspace.messages(OPS, ADMIN)
                if "is running docker logs -f -t" in each.text and name in each.text
            ]
            now = time.time()
            for day, micro, number in _LINE.findall(shown[-1].plain()) if shown else ():
                if int(number) > known.get(name, 0):
                    known[name] = int(number)
                    yield now - datetime.fromisoformat(f"{day}.{micro}+00:00").timestamp()
        time.sleep(LOOK)


def memory(folder: Path, host: str) -> dict[str, float]:
    """Megabytes more than before that a gigabyte of each way takes at most."""
    api = APIClient(base_url=host, version="1.41", timeout=LIMIT)
    words = f"yes {'x' * 400} | head -c {GIGABYTE}"
    talker = api.create_container("busybox:latest", ["sh", "-c", f"sleep 3; {words}"], name="talker")["Id"]
    large = api.create_container("busybox:latest", ["sh", "-c", f"head -c {GIGABYTE} /dev/urandom > /large"])["Id"]
    api.start(large)
    api.wait(large)
    api.commit(large, "large", "1")
    found = {}
    with _bot(folder, host) as (workspace, bot):
        workspace.slash(ADMIN, OPS, "ps --public").wait()
        workspace.wait_for_message(OPS, "CONTAINER ID")
        api.start(talker)
        for name, line, told in (
            ("logs -f", "logs -f --public talker", "ended with exit code"),
            ("save", f"save -o {folder}/large.tar large:1", "was written to"),
        ):
            found[name] = _more(workspace, bot, line, told)
    api.remove_container(talker, force=True)
    api.remove_container(large, force=True)
    api.remove_image("large:1")
    api.close()
    return found


def _more(workspace: Workspace, bot: BotProcess, line: str, told: str) -> float:
    assert bot.process is not None

    def run() -> None:
        workspace.slash(ADMIN, OPS, line).wait()
        end = time.monotonic() + LIMIT
        while not any(told in each.plain() for each in workspace.messages(OPS, ADMIN)):
            assert time.monotonic() < end, line
            time.sleep(1)

    return more(Path(f"/proc/{bot.process.pid}"), run)


def more(process: Path, run: Callable[[], object]) -> float:
    """Megabytes that a process, by its folder in /proc, has held at most while this ran, beyond those of before."""
    (process / "clear_refs").write_text("5")  # forget the highest so far
    before = _highest(process)
    run()
    return (_highest(process) - before) / 1000


def _highest(process: Path) -> int:
    return int((process / "status").read_text().partition("VmHWM:")[2].split()[0])


def stops(folder: Path, host: str, count: int) -> list[float]:
    """Milliseconds from a stream's Stop to as many threads and sockets in the process as before it, of so many."""
    api = APIClient(base_url=host, version="1.41")
    api.start(api.create_container("busybox:latest", ["sh", "-c", BEAT], name="beat"))
    with _bot(folder, host) as (workspace, bot):
        held = [0]
        while len(held) == 1 or held[-1] != held[-2]:  # what the first ones make is kept: threads, their connections
            _once(workspace, bot, lambda _before: held.append(_settled(bot)))
        found = [_once(workspace, bot, lambda before: _free(bot, before)) for _ in range(count)]
    api.remove_container("beat", force=True)
    api.close()
    return found


def _free(bot: BotProcess, before: int) -> None:
    end = time.monotonic() + WAIT
    while _held(bot) > before:
        assert time.monotonic() < end, "something is not freed"
        time.sleep(LOOK)


def _settled(bot: BotProcess) -> int:
    """What it holds once that has not changed for a while."""
    held, since = _held(bot), time.monotonic()
    while time.monotonic() < since + STEADY:
        time.sleep(LOOK)
        if (now := _held(bot)) != held:
            held, since = now, time.monotonic()
    return held


def _once(workspace: Workspace, bot: BotProcess, over: Callable[[int], object]) -> float:
    known = {each.ts for each in workspace.messages(OPS, ADMIN)}
    before = _held(bot)
    workspace.slash(ADMIN, OPS, "logs -f --public beat").wait()

    def live() -> str:
        found = [each for each in workspace.messages(OPS, ADMIN) if each.ts not in known and "\nbeat " in each.plain()]
        return found[-1].ts if found else ""

    ts = workspace.wait_for(live)
    began = time.perf_counter()
    workspace.click(ADMIN, OPS, ts, "Stop")
    over(before)
    return (time.perf_counter() - began) * 1000


def _held(bot: BotProcess) -> int:
    """Threads and descriptors of the bot, but for connections by TCP: those to Slack are kept for a while."""
    assert bot.process is not None
    proc = Path(f"/proc/{bot.process.pid}")
    over_tcp = {f"socket:[{line.split()[9]}]" for line in (proc / "net/tcp").read_text().splitlines()[1:]}
    opened = map(_target, (proc / "fd").iterdir())
    return sum(1 for _ in (proc / "task").iterdir()) + sum(each not in over_tcp for each in opened)


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:  # closed just now
        return ""
