"""Who became a guest is sent no request for consent, and asked nothing: the real bot, in a workspace."""

from __future__ import annotations

from pathlib import Path

import pytest
from bot_process import BotProcess, by_socket, started
from eventually import eventually

from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPERATOR, OPS, VIEWER

POLICY = f"""version = 1
[people]
ada = {{ slack = ["{ADMIN}"], roles = ["dev"] }}
otto = {{ slack = ["{OPERATOR}"], roles = ["sre"] }}
[approvals.one]
from = ["sre"]
[[roles.dev.allow]]
verbs = ["see", "act"]
on = ["*"]
approve = "one"
[[roles.sre.allow]]
verbs = ["see"]
on = ["name:web"]
"""


@pytest.mark.attack("S5")
def test_a_guest_hears_of_no_request_and_is_asked_nothing(
    fresh_world: str, workspace: Workspace, tmp_path: Path
) -> None:
    """S5: though the policy lists them. Where nobody else can be asked, the asker is told so."""
    (tmp_path / "policy.toml").write_text(POLICY)
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))):
        workspace.change_user(OPERATOR, is_ultra_restricted=True)
        workspace.direct(ADMIN, "restart -t 0 worker").wait()
        workspace.wait_for_message(workspace.state.direct(ADMIN).id, "nobody could be asked", viewer=ADMIN)
        theirs = workspace.state.direct(OPERATOR).id
        assert not workspace.messages(theirs, OPERATOR)
        workspace.change_user(VIEWER, is_ultra_restricted=True)
        workspace.slash(ADMIN, OPS, "restart -t 0 worker").wait()
        shown = workspace.wait_for_message(OPS, "asks on local for docker container restart")
        workspace.click(VIEWER, OPS, shown.ts, "Reject").wait()
        eventually(lambda: "Guests may not" in str([each.plain() for each in workspace.messages(OPS, VIEWER)]))
        assert workspace.view(VIEWER) is None
        workspace.change_user(OPERATOR, is_ultra_restricted=False)
        workspace.direct(ADMIN, "restart -t 0 worker").wait()
        workspace.wait_for_message(theirs, "asks on local for docker container restart", viewer=OPERATOR)
