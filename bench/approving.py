"""How long after a click on Approve the message says that it runs."""

from __future__ import annotations

import time
from pathlib import Path

from bot_process import BotProcess, by_socket, started
from docker.api.client import APIClient

from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPERATOR, OPS

POLICY = f"""version = 1
[people]
ada = {{ slack = ["{ADMIN}"], roles = ["asks"] }}
otto = {{ slack = ["{OPERATOR}"], roles = ["agrees"] }}
[approvals.second]
from = ["agrees"]
channel = "{OPS}"
[[roles.asks.allow]]
verbs = ["see"]
on = ["*"]
[[roles.asks.allow]]
verbs = ["start"]
on = ["*"]
approve = "second"
[[roles.agrees.allow]]
verbs = ["see"]
on = ["*"]
"""


def clicks(folder: Path, host: str, count: int) -> list[float]:
    """Milliseconds from each of so many clicks to its message, with the policy above and a container each time."""
    folder.mkdir()
    (folder / "policy.toml").write_text(POLICY)
    api, workspace = APIClient(base_url=host, version="1.41"), Workspace()
    try:
        with workspace.serve(), started(BotProcess(folder, host, by_socket(workspace))):
            return [_click(workspace, api, f"approved-{at}") for at in range(count)]
    finally:
        api.close()


def _click(workspace: Workspace, api: APIClient, name: str) -> float:
    api.create_container("busybox:latest", ["true"], name=name)
    workspace.slash(ADMIN, OPS, f"start {name}").wait()
    message = workspace.wait_for_message(OPS, f"docker container start {name}")

    def told() -> bool:
        text = workspace.state.message(OPS, message.ts).plain()
        return "running" in text or "done" in text

    assert not told()
    began = time.perf_counter()
    workspace.click(OPERATOR, OPS, message.ts, f"Approve container start {name}")
    workspace.wait_for(told)
    return (time.perf_counter() - began) * 1000
