"""Takes docs/live.png: a log that is followed in the local workspace, by a real bot on a real engine, in a browser."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]
sys.path[:0] = [str(PROJECT / each) for each in (".", "scripts", "tests")]

import browser  # noqa: E402 - the line above says where they are
from bot_process import BotProcess, started  # noqa: E402
from docker.api.client import APIClient  # noqa: E402
from engine import Engine  # noqa: E402
from playwright.sync_api import expect  # noqa: E402
from samples import busybox_image  # noqa: E402

PICTURE = PROJECT / "docs" / "live.png"
WIDE, HIGH = 1060, 900  # pixels
SERVER = """
i=0; while true; do i=$((i+1));
echo "10.1.4.$((i % 7 + 20)) GET /api/orders/$((4100 + i)) 200 $((i * 13 % 90 + 8))ms"; usleep 300000; done
"""


def main() -> None:
    """Follow a log, and take the picture while it goes on."""
    with tempfile.TemporaryDirectory(prefix="slashdock-picture-") as name, Engine(Path(name) / "engine") as engine:
        folder = Path(name)
        busybox_image(engine.host)
        api = APIClient(engine.host, version="1.41")
        api.start(api.create_container("busybox:latest", ["sh", "-c", SERVER], name="web"))
        bot = BotProcess(folder, engine.host, {"SLASHDOCK_PORT": "0"})
        with started(bot), browser.opened(folder / "browser") as context:
            page = context.new_page()
            page.set_viewport_size({"width": WIDE, "height": HIGH})
            page.goto(next(word for line in bot.said for word in line.split() if word.startswith("http://")))
            expect(page.get_by_role("status")).to_contain_text("is connected")
            page.get_by_role("radio", name="operator").check()
            page.get_by_role("textbox", name="Message").fill("/docker logs -f --public web")
            page.get_by_role("textbox", name="Message").press("Enter")
            live = page.get_by_label("Messages").get_by_role("listitem").filter(has_text="is running").last
            expect(live).to_contain_text("orders/4112", timeout=30_000)
            live.screenshot(path=PICTURE)
        api.close()


if __name__ == "__main__":
    main()
