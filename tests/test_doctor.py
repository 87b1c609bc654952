from __future__ import annotations

import dataclasses
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from recording import begin

from bot import doctor, key, policy_init
from bot.clock import Clock
from bot.doctor import Check
from bot.settings import Mode, Settings
from bot.store import FILE, Store
from bot.workspace import Workspace
from bot.workspace.people import TEAM

ADMIN = "U0ADA00001"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation below the test's own folder, with nothing in it yet."""
    return Settings(
        data=tmp_path / "data",
        policy=tmp_path / "policy.toml",
        key_file=tmp_path / "key",
        docker_host=f"unix://{tmp_path}/docker.sock",
    )


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    """A workspace in Slack's place."""
    served = Workspace()
    with served.serve():
        yield served


@pytest.fixture
def joined(settings: Settings, workspace: Workspace) -> Settings:
    """The settings with the tokens of the workspace."""
    return dataclasses.replace(
        settings,
        mode=Mode.SOCKET,
        slack_bot_token=workspace.bot_token,
        slack_app_token=workspace.app_token,
        slack_api_url=workspace.api_url,
    )


def only(checks: Iterator[Check]) -> Check:
    """The one check that there is."""
    (check,) = checks
    return check


def test_a_whole_installation_is_well(joined: Settings, engine: str) -> None:
    """Engine, Slack, database and policy, in this order, each with what was found."""
    policy_init.write(joined.policy, ADMIN)
    Store(joined.data, Clock(), key.load(joined.key_file, joined.data / FILE)).close()
    found = list(doctor.checks(dataclasses.replace(joined, docker_host=engine)))
    assert [check.name for check in found] == [
        "settings",
        "engine",
        "Slack",
        "clock",
        "Slack, Socket Mode",
        "database",
        "policy",
    ]
    assert all(check.ok for check in found), found


def test_a_policy_that_is_named_has_to_be_there(settings: Settings) -> None:
    """Else a misspelt path would give the sample people their rights."""
    named = doctor.policy(dataclasses.replace(settings, policy=Path("/nowhere/policy.toml")))
    assert (named.ok, "/nowhere/policy.toml" in named.text) == (False, True)


def test_nothing_set_up_says_what_there_will_be(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the local workspace only the engine is needed; looking makes no file."""
    monkeypatch.chdir(tmp_path)
    settings = dataclasses.replace(settings, policy=Path("policy.toml"))
    found = {check.name: check for check in doctor.checks(settings)}
    assert [name for name, check in found.items() if not check.ok] == ["engine"]
    assert "sample people" in found["policy"].text
    assert "first start makes it" in found["database"].text
    assert not settings.data.exists()


# --- The engine --------------------------------------------------------------------------------------------


def test_the_engine_says_which_it_is(settings: Settings, engine: str) -> None:
    """Its address, its name here, its version."""
    check = doctor.engine(dataclasses.replace(settings, docker_host=engine, host_name="prod"))
    assert check.ok
    assert f"{engine} (prod): Docker " in check.text


def test_an_engine_that_is_not_there(settings: Settings) -> None:
    """No socket: start Docker, or say where it is."""
    assert "there is no such socket; start Docker, or set DOCKER_HOST" in doctor.engine(settings).text


def test_a_socket_at_which_nothing_answers(settings: Settings, tmp_path: Path) -> None:
    """A socket that a dead engine left behind."""
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "docker.sock"))
    check = doctor.engine(settings)
    assert not check.ok
    assert "nothing answers at the socket" in check.text


def test_an_address_at_which_nothing_answers(settings: Settings) -> None:
    """A TCP port without an engine."""
    check = doctor.engine(dataclasses.replace(settings, docker_host="tcp://127.0.0.1:9"))
    assert not check.ok
    assert "is the address right" in check.text


@pytest.fixture
def old_engine() -> Iterator[str]:
    """An engine of long ago, as far as its version goes."""

    class Old(BaseHTTPRequestHandler):
        """Answers every request with its version."""

        def do_GET(self) -> None:
            """The version."""
            body = b'{"Version": "18.09.9", "ApiVersion": "1.39"}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Old)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"tcp://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_engine_that_is_too_old(settings: Settings, old_engine: str) -> None:
    """It answers, and its API lacks what slashdock needs."""
    check = doctor.engine(dataclasses.replace(settings, docker_host=old_engine))
    assert not check.ok
    assert "API 1.39; slashdock needs API 1.40" in check.text


# --- Slack -------------------------------------------------------------------------------------------------


def test_slack_says_which_workspace_it_is(joined: Settings) -> None:
    """The tokens are tried at Slack itself."""
    found = list(doctor.slack(joined))
    assert [(check.name, check.ok) for check in found] == [
        ("Slack", True),
        ("clock", True),
        ("Slack, Socket Mode", True),
    ]
    assert TEAM in found[0].text


@pytest.mark.parametrize(("apart", "told"), [(-31, "31 s behind Slack's"), (-30, ""), (30, ""), (31, "31 s ahead of")])
def test_a_clock_that_is_not_slacks_is_told_of(apart: float, told: str) -> None:
    """By such a one commands are too old as they come."""
    check = doctor.clock(1_000_000.0, 1_000_000.0 + apart)
    assert (check.ok, told in check.text) == (not told, True)


def test_tokens_that_slack_refuses_are_named(joined: Settings) -> None:
    """Each by its setting, with Slack's own word for it, and never with the token."""
    wrong = dataclasses.replace(joined, slack_bot_token="xoxb-wrong", slack_app_token="xapp-wrong")
    found = list(doctor.slack(wrong))
    assert [check.ok for check in found] == [False, False]
    assert "Slack refuses SLACK_BOT_TOKEN: invalid_auth" in found[0].text
    assert "Slack refuses SLACK_APP_TOKEN: invalid_auth" in found[1].text
    assert "xoxb-wrong" not in found[0].text


def test_http_mode_needs_no_app_level_token(joined: Settings) -> None:
    """Only the bot token is tried."""
    found = list(doctor.slack(dataclasses.replace(joined, mode=Mode.HTTP, slack_app_token="")))
    assert [(check.name, check.ok) for check in found] == [("Slack", True), ("clock", True)]


def test_a_bot_token_of_another_workspace(joined: Settings) -> None:
    """SLASHDOCK_TEAM is the one that is obeyed."""
    check = next(doctor.slack(dataclasses.replace(joined, team="T0OTHERS01")))
    assert not check.ok
    assert "SLASHDOCK_TEAM is T0OTHERS01" in check.text


def test_slack_that_cannot_be_reached(joined: Settings, old_engine: str) -> None:
    """No connection, and something that is not Slack."""
    nobody = dataclasses.replace(joined, slack_api_url="http://127.0.0.1:9/api/")
    assert "no connection to http://127.0.0.1:9/api/" in next(doctor.slack(nobody)).text
    page = dataclasses.replace(joined, slack_api_url=old_engine.replace("tcp", "http") + "/")
    assert not next(doctor.slack(page)).ok


# --- The database ------------------------------------------------------------------------------------------


def test_a_record_that_was_altered_is_found(settings: Settings) -> None:
    """Bytes in the middle of the file."""
    Store(settings.data, Clock(), key.load(settings.key_file, settings.data / FILE)).close()
    path = settings.data / FILE
    assert doctor.database(settings).ok
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(8192))
    assert not doctor.database(settings).ok


def test_a_data_folder_that_is_none(settings: Settings) -> None:
    """A file stands in the folder's place."""
    settings.data.mkdir()
    (settings.data / FILE).mkdir()
    check = doctor.database(settings)
    assert not check.ok
    assert FILE in check.text


def test_an_archive_that_is_gone_is_found(settings: Settings) -> None:
    """What was moved out of the record is part of what has to be whole."""
    store = Store(settings.data, Clock(), key.load(settings.key_file, settings.data / FILE))
    for _ in range(2):
        store.record.outcome(begin(store), status="done")
    (name,) = store.archive.move(Clock().now() + 1).files
    store.close()
    assert doctor.database(settings).ok
    (settings.data / name).unlink()
    check = doctor.database(settings)
    assert not check.ok
    assert f"{settings.data / name} is missing." in check.text


# --- The policy --------------------------------------------------------------------------------------------


def test_the_policy_says_who_may_change_everything(settings: Settings) -> None:
    """The administrators by their names."""
    policy_init.write(settings.policy, ADMIN)
    check = doctor.policy(settings)
    assert check.ok
    assert "1 person; admin may change everything" in check.text


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("[peeple]\n", "unknown key 'peeple'; did you mean 'people'?"),
        ('[[deny]]\nverbs = ["act"]\non = ["*"]\nhosts = ["prod"]\n', "no host 'prod' is set up, only local"),
    ],
)
def test_a_policy_with_a_fault_says_where(settings: Settings, more: str, expected: str) -> None:
    """File, line and what was expected."""
    policy_init.write(settings.policy, ADMIN)
    settings.policy.write_text(settings.policy.read_text() + more)
    check = doctor.policy(settings)
    assert not check.ok
    assert check.text.startswith(f"{settings.policy}, line ")
    assert expected in check.text


def test_a_policy_that_everybody_may_write_is_a_fault(settings: Settings) -> None:
    """Whoever may write it decides who may do what."""
    policy_init.write(settings.policy, ADMIN)
    settings.policy.chmod(0o666)
    assert "chmod o-w" in doctor.policy(settings).text


def test_a_real_slack_needs_a_policy(joined: Settings) -> None:
    """Without one nobody has rights, and the doctor says how to begin."""
    check = doctor.policy(joined)
    assert not check.ok
    assert "slashdock policy init --admin U..." in check.text
