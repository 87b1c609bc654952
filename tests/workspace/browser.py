"""A real browser with nothing but the page in it: it resolves no names, and what goes wrong in it is kept."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import debian
from eventually import eventually, running
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, expect, sync_playwright

PATIENCE = 30_000  # milliseconds for anything that is waited for
ALONE = ("--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")


@dataclass
class Troubles:
    """What a page should never do: errors on its console, dialogs of the browser, requests to other places."""

    home: str
    told: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Keep what happens on this page from now on."""
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.told.append(str(error)))
        page.on("request", lambda asked: self._judge(asked.url))
        page.on("dialog", self._dismiss)
        page.on("popup", lambda opened: self.told.append(f"window: {opened.url}"))

    def _listen(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.told.append(said.text)

    def _dismiss(self, dialog: Dialog) -> None:
        self.told.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _judge(self, address: str) -> None:
        if not address.startswith((f"{self.home}/", f"blob:{self.home}/", "data:image/svg+xml,")):
            self.told.append(f"request: {address}")


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[BrowserContext]:
    """The browser, with its profile in that folder; afterwards none of its processes is there."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=debian.browser(),
            chromium_sandbox=os.geteuid() != 0,  # Chromium's own refuses to work for root
            args=ALONE,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder)},
        )
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        try:
            yield context
        finally:
            context.close()
    eventually(lambda: not running(str(folder / "profile")))
