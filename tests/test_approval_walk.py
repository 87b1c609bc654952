"""A request and its approval in a workspace: the real bot, signed payloads, every message validated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bot_process import BotProcess, by_http, by_socket, started
from docker.api.client import APIClient
from eventually import eventually

from bot.workspace import Workspace
from bot.workspace.message import Message
from bot.workspace.people import ADMIN, ALERTS, OPERATOR, OPS, TEAM, VIEWER

CAROL, LEAD, GROUP = "U0CAROL001", "U0LEAD0001", "S0GROUP001"
POLICY = f"""version = 1
[people]
ada  = {{ slack = ["{ADMIN}"], roles = ["dev"] }}
otto = {{ slack = ["{OPERATOR}"], roles = ["sre"] }}
carol = {{ slack = ["{CAROL}"], roles = ["sre"] }}
lena = {{ slack = ["{LEAD}"], roles = ["lead"] }}
vera = {{ slack = ["{VIEWER}"], roles = ["look"] }}

[approvals.two]
need = 2
from = ["sre"]
channel = "{ALERTS}"

[approvals.quick]
from = ["lead"]
channel = "{ALERTS}"
expires = "1s"

[approvals.slow]
from = ["sre", "{GROUP}"]
channel = "{ALERTS}"
remind = "1s"
escalate = {{ after = "2s", from = ["lead"] }}

[approvals.nowhere]
from = ["lead"]
channel = "C0NOWHERE1"

[[roles.dev.allow]]
verbs = ["see", "read"]
on = ["*"]
[[roles.dev.allow]]
verbs = ["restart"]
on = ["*"]
approve = "two"
[[roles.dev.allow]]
verbs = ["stop"]
on = ["*"]
approve = "quick"
[[roles.dev.allow]]
verbs = ["kill"]
on = ["*"]
approve = "nowhere"
[[roles.dev.allow]]
verbs = ["pause"]
on = ["*"]
approve = "slow"
[[roles.sre.allow]]
verbs = ["see"]
on = ["*"]
[[roles.lead.allow]]
verbs = ["see"]
on = ["*"]
[[roles.look.allow]]
verbs = ["see"]
on = ["*"]
"""


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    """A workspace with five people."""
    served = Workspace()
    with served.serve():
        for user, name in ((CAROL, "carol"), (LEAD, "lena")):
            served.add_user(user, name, team=TEAM)
        for channel in (OPS, ALERTS):
            members = (*served.channels[channel].members, CAROL, LEAD, ADMIN, OPERATOR, VIEWER)
            served.change_channel(channel, members=tuple(dict.fromkeys(members)))
        yield served


@pytest.fixture(params=["http", "socket"])
def bot(workspace: Workspace, fresh_world: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[BotProcess]:
    """The real bot, in that workspace."""
    settings = by_http(workspace) if request.param == "http" else by_socket(workspace)
    made = BotProcess(tmp_path, fresh_world, settings)
    (tmp_path / "policy.toml").write_text(POLICY)
    with started(made):
        yield made
    if workspace.request_url is not None:
        workspace.request_url.senders.shutdown()


def since(api: APIClient, name: str = "web") -> str:
    """Since when a container runs."""
    return str(api.inspect_container(name)["State"]["StartedAt"])


def asked(workspace: Workspace, line: str) -> Message:
    """The message that shows what somebody asks for."""
    workspace.slash(ADMIN, OPS, line).wait()
    return workspace.wait_for_message(ALERTS, f"asks on local for docker container {line.split(maxsplit=1)[0]}")


def now(workspace: Workspace, message: Message, text: str) -> Message:
    """The same message, once it says so."""

    def found() -> Message | None:
        current = workspace.state.message(ALERTS, message.ts)
        return current if text in current.plain() else None

    return workspace.wait_for(found)


def labels(message: Message) -> list[str]:
    """What can be pressed."""
    return [str(element["text"]["text"]) for _, element in message.elements() if element["type"] == "button"]


def test_two_people_agree_in_slack(bot: BotProcess, workspace: Workspace, api: APIClient) -> None:  # noqa: ARG001 - it runs
    """It is asked where the policy says, shown whole, decided by two, done once, and told where it was asked."""
    before, message = since(api), asked(workspace, "restart -t 0 web")
    held = workspace.wait_for_message(OPS, "Nothing was done yet", viewer=ADMIN)
    assert held.only_for == ADMIN
    assert message.text.splitlines()[0].startswith(
        f"<@{ADMIN}> asks on local for docker container restart --timeout=0 web · number 1"
    )
    assert labels(message) == ["Approve container restart web", "Reject", "Show details"]
    own = workspace.click(ADMIN, ALERTS, message.ts, "Approve container restart web").wait()
    assert own.ack_body is None
    assert workspace.wait_for_message(ALERTS, "other people have to agree", viewer=ADMIN).only_for == ADMIN
    workspace.click(VIEWER, ALERTS, message.ts, "Approve container restart web").wait()
    assert workspace.wait_for_message(ALERTS, "You are not among them", viewer=VIEWER).only_for == VIEWER
    workspace.click(OPERATOR, ALERTS, message.ts, "Approve container restart web").wait()
    first = now(workspace, message, "otto agreed")
    assert since(api) == before
    pressed = workspace.click(CAROL, ALERTS, first.ts, "Approve container restart web").wait()
    done = now(workspace, message, "done")
    assert labels(done) == []
    assert since(api) != before
    answer = workspace.wait_for_message(OPS, f"<@{ADMIN}> ran docker restart -t 0 web")
    assert answer.only_for is None
    after = since(api)
    workspace.redeliver(pressed)
    workspace.wait_for(lambda: pressed.acks == 2)
    workspace.slash(CAROL, OPS, "approval reject 1").wait()
    workspace.wait_for_message(OPS, "Number 1 is done already", viewer=CAROL)
    assert since(api) == after


def test_a_no_with_its_reason_ends_it(bot: BotProcess, workspace: Workspace, api: APIClient) -> None:  # noqa: ARG001 - it runs
    """The reason is asked for in a dialog, and everybody reads it."""
    before, message = since(api), asked(workspace, "restart -t 0 web")
    workspace.click(OPERATOR, ALERTS, message.ts, "Reject").wait()
    workspace.wait_for(lambda: workspace.view(OPERATOR))
    workspace.submit(OPERATOR, {"reason": "a sale is on"}).wait()
    assert labels(now(workspace, message, "denied by otto (a sale is on)")) == []
    workspace.wait_for_message(OPS, "Nothing of it was done", viewer=ADMIN)
    assert since(api) == before


def test_what_is_another_thing_by_then_is_not_done(bot: BotProcess, workspace: Workspace, api: APIClient) -> None:  # noqa: ARG001 - it runs
    """It says what has changed."""
    message = asked(workspace, "restart -t 0 web")
    workspace.click(OPERATOR, ALERTS, message.ts, "Approve container restart web").wait()
    now(workspace, message, "otto agreed")
    api.rename("web", "web-old")
    api.rename("worker", "web")
    before = since(api)
    workspace.click(CAROL, ALERTS, message.ts, "Approve container restart web").wait()
    assert "container web has changed" in now(workspace, message, "superseded").plain()
    assert since(api) == before


def test_nobody_decides_in_time(bot: BotProcess, workspace: Workspace, api: APIClient) -> None:  # noqa: ARG001 - it runs
    """It expires by itself, and a late click answers truthfully."""
    message = asked(workspace, "stop web")
    assert labels(now(workspace, message, "expired (nobody decided in time)")) == []
    workspace.wait_for_message(OPS, "Nothing of it was done", viewer=ADMIN)
    workspace.slash(LEAD, OPS, "approval approve 1 --digest 0").wait()
    workspace.wait_for_message(OPS, "is expired already", viewer=LEAD)
    assert api.inspect_container("web")["State"]["Running"]


def test_who_says_nothing_is_reminded_and_then_others_may_decide(
    bot: BotProcess,  # noqa: ARG001 - it runs
    workspace: Workspace,
    api: APIClient,
) -> None:
    """By their names and by the group's; then the second ones by theirs, whose word counts from then on."""
    message = asked(workspace, "pause web")
    reminder = workspace.wait_for_message(ALERTS, f"<@{OPERATOR}> <@{CAROL}> <!subteam^{GROUP}>")
    assert reminder.thread_ts == message.ts
    assert workspace.wait_for_message(ALERTS, f"<@{LEAD}>").thread_ts == message.ts
    now(workspace, message, f"1 other person of {GROUP} or lead or sre agrees")
    workspace.click(LEAD, ALERTS, message.ts, "Approve container pause web").wait()
    assert "lena agreed" in now(workspace, message, "done").plain()
    assert api.inspect_container("web")["State"]["Paused"]
    api.unpause("web")


def test_what_can_be_shown_nowhere_is_cancelled(bot: BotProcess, workspace: Workspace, api: APIClient) -> None:  # noqa: ARG001 - it runs
    """The asker is told."""
    workspace.slash(ADMIN, OPS, "kill web").wait()
    workspace.wait_for_message(OPS, "nobody could be asked", viewer=ADMIN)
    assert api.inspect_container("web")["State"]["Running"]


def test_a_restart_loses_nothing(bot: BotProcess, workspace: Workspace, api: APIClient) -> None:
    """What waited waits on, its buttons work, and it is done once."""
    before, message = since(api), asked(workspace, "restart -t 0 web")
    workspace.click(OPERATOR, ALERTS, message.ts, "Approve container restart web").wait()
    now(workspace, message, "otto agreed")
    bot.kill()
    bot.start()
    workspace.click(CAROL, ALERTS, message.ts, "Approve container restart web").wait()
    now(workspace, message, "done")
    assert eventually(lambda: since(api) != before)
