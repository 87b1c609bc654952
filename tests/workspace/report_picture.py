"""Takes docs/report.png: a weekly report in the local workspace, from a real bot on a real engine, in a real browser.

The week of samples is made up, for six containers that are there; all else is what the bot finds.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).parents[2]
sys.path[:0] = [str(PROJECT / each) for each in (".", "scripts", "tests")]

import browser  # noqa: E402 - the line above says where they are
from bot_process import BotProcess, started  # noqa: E402
from docker.api.client import APIClient  # noqa: E402
from engine import Engine  # noqa: E402
from playwright.sync_api import Page, expect  # noqa: E402
from samples import busybox_image  # noqa: E402
from set_clock import SetClock  # noqa: E402

from bot.metrics import Metrics, Sample  # noqa: E402
from bot.thinning import DAY, MINUTE, QUARTER  # noqa: E402
from commands.samples import Disk  # noqa: E402
from commands.seen import Seen  # noqa: E402

PICTURE = PROJECT / "docs" / "report.png"
WIDE, HIGH = 1060, 1700  # pixels
WEEK = 7 * DAY
MIB, GB = 2**20, 10**9
USES = {"web": (38, 310), "api": (22, 540), "db": (14, 1450), "queue": (6, 220), "cache": (3, 610), "mail": (1, 90)}
LINES = (("operator", "ps -a"), ("operator", "restart -t 0 mail"), ("viewer", "images"), ("viewer", "stop web"))


def main() -> None:
    """Make the bot and its week, ask for the report, and take the picture."""
    with tempfile.TemporaryDirectory(prefix="slashdock-picture-") as name, Engine(Path(name) / "engine") as engine:
        folder = Path(name)
        busybox_image(engine.host)
        week(folder / "data", containers(engine.host))
        bot = BotProcess(folder, engine.host, {"SLASHDOCK_PORT": "0"})
        with started(bot), browser.opened(folder / "browser") as context:
            page = context.new_page()
            page.set_viewport_size({"width": WIDE, "height": HIGH})
            page.goto(next(word for line in bot.said for word in line.split() if word.startswith("http://")))
            expect(page.get_by_role("status")).to_contain_text("is connected")
            for person, line in LINES:
                ask(page, person, line)
            ask(page, "operator", "report now weekly")
            take(page)


def containers(host: str) -> dict[str, Seen]:
    """Those that are there: all run but the one that failed."""
    api = APIClient(host, version="1.41")
    found = {}
    for name in USES:
        made = api.create_container("busybox:latest", ["sleep", "1000"], name=name)
        api.start(made["Id"])
        found[name] = Seen(
            "container", name, {}, made["Id"], "busybox:latest", api.inspect_container(made["Id"])["Image"]
        )
    failed = api.create_container("busybox:latest", ["sh", "-c", "exit 137"], name="import")
    api.start(failed["Id"])
    api.wait(failed["Id"])
    api.close()
    return found


def week(folder: Path, found: dict[str, Seen]) -> None:
    """A week of samples until now, in which the days differ from the nights and the disk fills."""
    folder.mkdir(mode=0o700)
    end = int(time.time()) // QUARTER * QUARTER
    clock = SetClock(end - WEEK)
    metrics = Metrics(folder, clock)
    for at in range(end - WEEK, end, MINUTE):
        clock.at = at
        metrics.keep("local", at, [sample(name, seen, at) for name, seen in found.items()])
        if at % QUARTER == 0:
            free = 31 * GB + 3.4 * GB * (end - at) / DAY
            metrics.weigh("local", Disk(at, round(148 * GB - free), 2 * GB, 21 * GB, 9 * GB, round(free), 200 * GB))
    metrics.close()


def sample(name: str, seen: Seen, at: int) -> Sample:
    """What one uses then."""
    share, memory = USES[name]
    day = 0.55 + 0.45 * math.sin((at % DAY / DAY - 0.3) * math.tau)
    restarts = (at % WEEK) // (9 * 3600) if name == "mail" else 0
    used = int(memory * MIB * (0.85 + 0.3 * day * (name != "db")))
    return Sample(seen, "running", "", restarts, at - WEEK, share * day, used, 4096 * MIB)


def ask(page: Page, person: str, line: str) -> None:
    """Send a line as somebody, and wait for its answer."""
    page.get_by_role("radio", name=person).check()
    page.get_by_role("textbox", name="Message").fill(f"/docker {line}")
    page.get_by_role("textbox", name="Message").press("Enter")
    expect(page.get_by_label("Messages").get_by_role("listitem").filter(has_text=f"docker {line}").last).to_be_visible()


def take(page: Page) -> None:
    """The message alone."""
    report = page.get_by_label("Messages").get_by_role("listitem").filter(has_text="Weekly report of local").last
    expect(report.get_by_role("img", name="Memory")).to_be_visible()
    report.scroll_into_view_if_needed()
    report.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
