"""What lives is judged again and again, as the policy is and as the container is called by then."""

from __future__ import annotations

from pathlib import Path

from bot_process import POLICY, BotProcess, by_socket, started
from docker.api.client import APIClient
from eventually import eventually
from painted import painted

from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS, VIEWER

NAMED = POLICY + '\n[[roles.look.allow]]\nverbs = ["logs"]\non = ["name:job*"]\n'
ASKED = """
[approvals.second]
from = ["most"]
channel = "%s"
[[require]]
verbs = ["logs"]
on = ["name:web"]
approve = "second"
"""


def test_it_ends_where_it_would_not_begin(
    workspace: Workspace, fresh_world: str, api: APIClient, tmp_path: Path
) -> None:
    """Where somebody else would have to agree, and where it has another name by now."""
    said = ["sh", "-c", "while true; do echo beat; sleep 1; done"]
    api.start(api.create_container("busybox:latest", said, name="job"))
    policy = tmp_path / "policy.toml"
    policy.write_text(NAMED)
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))):
        workspace.slash(ADMIN, OPS, "logs -f --public web")
        workspace.slash(VIEWER, OPS, "logs -f --public job")
        eventually(lambda: painted(workspace, OPS, "beat"))
        workspace.slash(ADMIN, OPS, "stream ls --public")
        eventually(lambda: painted(workspace, OPS, "logs -f --public web"))
        api.rename("job", "secret")
        policy.write_text(NAMED + ASKED % OPS)
        eventually(lambda: painted(workspace, OPS, "Somebody else has to agree to it now"))
        eventually(lambda: painted(workspace, OPS, "It is not allowed any more"))
    api.remove_container("secret", force=True)
