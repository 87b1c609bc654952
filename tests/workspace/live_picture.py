"""Takes docs/live.png, docs/stats.png and docs/session.png: what lives on, in the local workspace, in a browser.

By a real bot on a real engine.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]
sys.path[:0] = [str(PROJECT / each) for each in (".", "scripts", "tests")]

import browser  # noqa: E402 - the line above says where they are
from bot_process import POLICY, BotProcess, started  # noqa: E402
from docker.api.client import APIClient  # noqa: E402
from engine import Engine  # noqa: E402
from playwright.sync_api import Locator, Page, expect  # noqa: E402
from samples import busybox_image  # noqa: E402

DOCS = PROJECT / "docs"
WIDE, HIGH = 1060, 1000  # pixels
PATIENCE = 40_000  # milliseconds
SERVER = """
i=0; while true; do i=$((i+1));
echo "10.1.4.$((i % 7 + 20)) GET /api/orders/$((4100 + i)) 200 $((i * 13 % 90 + 8))ms"; usleep 300000; done
"""
WORKER = "while true; do i=0; while [ $i -lt {} ]; do i=$((i+1)); done; usleep {}; done"  # busy, and then not
CONTAINERS = {
    "web": SERVER,
    "worker": WORKER.format(60_000, 400_000),
    "queue": WORKER.format(15_000, 250_000),
    "db": "head -c 6000000 /dev/zero | tail | sleep 1000",
}
TYPED = ("name=orders", "echo the path is /api/$name", "cd /usr/share/web; ls")


def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory(prefix="slashdock-picture-") as name, Engine(Path(name) / "engine") as engine:
        folder = Path(name)
        busybox_image(engine.host)
        api = APIClient(engine.host, version="1.41")
        for called, script in CONTAINERS.items():
            api.start(api.create_container("busybox:latest", ["sh", "-c", script], name=called))
        pages = "mkdir -p /usr/share/web; cd /usr/share/web; echo hello > index.html; echo '{}' > orders.json"
        api.exec_start(api.exec_create("web", ["sh", "-c", pages]))
        (folder / "policy.toml").write_text(POLICY.replace('"act", "change"]', '"act", "change", "enter"]'))
        bot = BotProcess(folder, engine.host, {"SLASHDOCK_PORT": "0"})
        with started(bot), browser.opened(folder / "browser") as context:
            page = context.new_page()
            page.set_viewport_size({"width": WIDE, "height": HIGH})
            page.goto(next(word for line in bot.said for word in line.split() if word.startswith("http://")))
            expect(page.get_by_role("status")).to_contain_text("is connected")
            page.get_by_role("radio", name="admin").check()
            _followed(page)
            _charted(page)
            _entered(page)
        api.close()


def _followed(page: Page) -> None:
    live = _begun(page, "logs -f --public web")
    expect(live).to_contain_text("orders/4112", timeout=PATIENCE)
    live.screenshot(path=DOCS / "live.png")
    live.get_by_role("button", name="Stop").click()


def _charted(page: Page) -> None:
    live = _begun(page, "stats --public")
    expect(live).to_contain_text(re.compile(r"-0:[34]\d"), timeout=PATIENCE)
    live.screenshot(path=DOCS / "stats.png")
    live.get_by_role("button", name="Stop").click()


def _entered(page: Page) -> None:
    live = _begun(page, "exec -it --public web sh")
    expect(live.get_by_role("button", name="Detach")).to_be_visible(timeout=PATIENCE)
    live.get_by_role("button", name="Reply in thread").click()
    thread = page.locator("#thread")
    expect(thread).to_contain_text("/ #", timeout=PATIENCE)
    for line in TYPED:
        before = thread.get_by_role("listitem").count()
        page.locator("#thread-line").fill(line)
        page.locator("#thread-line").press("Enter")
        expect(thread.get_by_role("listitem")).to_have_count(before + 2, timeout=PATIENCE)
    expect(thread).to_contain_text("orders.json", timeout=PATIENCE)
    thread.screenshot(path=DOCS / "session.png")


def _begun(page: Page, line: str) -> Locator:
    """The message of a line that lives on."""
    page.get_by_role("textbox", name="Message").fill(f"/docker {line}")
    page.get_by_role("textbox", name="Message").press("Enter")
    return page.get_by_label("Messages").get_by_role("listitem").filter(has_text=f"is running docker {line}").last


if __name__ == "__main__":
    main()
