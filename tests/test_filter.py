"""A long answer is filtered by a box: as it was kept, however often, and nothing is run again."""

from __future__ import annotations

from pathlib import Path

import pytest
from bot_process import BotProcess, by_socket, started
from docker.api.client import APIClient
from eventually import eventually
from painted import painted
from proxy import Proxy

from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS

LINES = 3_000  # more than a message shows


@pytest.fixture
def talker(api: APIClient) -> str:
    """A container that has said much, and goes on talking."""
    said = f"i=0; while [ $i -lt {LINES} ]; do echo line $i of it; i=$((i+1)); done; echo it is all; sleep 1000"
    made = api.create_container("busybox:latest", ["sh", "-c", said], name="job")["Id"]
    api.start(made)
    eventually(lambda: b"it is all" in api.logs(made, tail=1))
    return str(made)


def test_a_box_chooses_lines_of_what_was_answered(
    workspace: Workspace, fresh_world: str, tmp_path: Path, api: APIClient, talker: str
) -> None:
    """The container is gone by then: the engine is not asked."""
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as address, started(BotProcess(tmp_path, address, by_socket(workspace))):
        workspace.slash(ADMIN, OPS, "logs --public job")
        shown = eventually(lambda: painted(workspace, OPS, "Filter…"))
        api.remove_container(talker, force=True)
        asked = len(proxy.requests)
        workspace.click(ADMIN, OPS, shown.ts, "Filter…")
        eventually(lambda: workspace.view(ADMIN))
        workspace.submit(ADMIN, {"text": "line 2999 of"})
        told = eventually(lambda: painted(workspace, OPS, "output 1 --grep 'line 2999 of'"))
        assert [each for each in told.plain().splitlines() if each.startswith("line")] == ["line 2999 of it"] * 2
        assert not [each for each in proxy.requests[asked:] if "/containers/" in each]
