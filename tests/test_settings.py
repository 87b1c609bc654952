from __future__ import annotations

import contextlib
import dataclasses
import re
import socket
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from harness import PROJECT
from hypothesis import given
from hypothesis import strategies as st

from bot import cron, env_file, own_engine
from bot.settings import Mode, Settings, SettingsError
from bot.settings_reading import load

NOWHERE = Path("/nowhere/.env")
BOT = {"SLACK_BOT_TOKEN": "xoxb-1234567890-abcdef"}
APP = {"SLACK_APP_TOKEN": "xapp-1-A0123-abcdef"}
SIGNING = {"SLACK_SIGNING_SECRET": "0123456789abcdef" * 2}
FIELDS = {field.metadata["env"]: field for field in dataclasses.fields(Settings)}
SAMPLE = PROJECT / ".env.example"


def faults(environ: dict[str, str], file: Path = NOWHERE) -> tuple[str, ...]:
    """What is wrong with these settings."""
    with pytest.raises(SettingsError) as caught:
        load(environ, file)
    return caught.value.faults


def env(folder: Path, text: str) -> Path:
    """A .env file with this text."""
    path = folder / ".env"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("environ", "mode"),
    [
        ({}, Mode.WORKSPACE),
        ({"SLACK_BOT_TOKEN": "", "SLASHDOCK_MODE": " "}, Mode.WORKSPACE),
        ({"SLACK_APP_TOKEN": '""', "SLASHDOCK_MODE": "''"}, Mode.WORKSPACE),
        (BOT | APP, Mode.SOCKET),
        (BOT | SIGNING, Mode.HTTP),
        (BOT | APP | SIGNING, Mode.SOCKET),
        (BOT | APP | SIGNING | {"SLASHDOCK_MODE": "http"}, Mode.HTTP),
        (BOT | APP | {"SLASHDOCK_MODE": "workspace"}, Mode.WORKSPACE),
    ],
)
def test_the_mode_follows_from_what_is_set(environ: dict[str, str], mode: Mode) -> None:
    """Tokens choose the mode, SLASHDOCK_MODE overrides it."""
    assert load(environ, NOWHERE).mode is mode


@pytest.mark.attack("S30")
@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        (BOT, "SLACK_SIGNING_SECRET"),
        (APP, "SLACK_BOT_TOKEN"),
        (SIGNING, "SLACK_BOT_TOKEN"),
        (APP | SIGNING, "SLACK_BOT_TOKEN"),
        (BOT | APP | {"SLASHDOCK_MODE": "http"}, "SLACK_SIGNING_SECRET"),
        (BOT | SIGNING | {"SLASHDOCK_MODE": "socket"}, "SLACK_APP_TOKEN"),
        ({"SLASHDOCK_MODE": "http"}, "SLACK_BOT_TOKEN"),
        (BOT | {"SLACK_APP_TOKEN": ""}, "SLACK_SIGNING_SECRET"),
    ],
)
def test_half_of_a_mode_is_a_fault(environ: dict[str, str], missing: str) -> None:
    """The local workspace never takes the place of a Slack that is only half set up."""
    assert any(fault.startswith(f"{missing} is not set") for fault in faults(environ))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1-A0123-abcdef", "is not a bot token but an app-level token; expected xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-", "is cut off: only 0 characters stand after its xoxb-; expected xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-abc", "is cut off: only 3 characters stand after its xoxb-; expected xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-abc", "api.slack.com/apps, your app, OAuth & Permissions, Bot User OAuth Token"),
        ("SLACK_BOT_TOKEN", "hunter2", "is not a bot token; expected xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-1234567890-abcdef", "is not an app-level token but a bot token; expected xapp-"),
        ("SLACK_APP_TOKEN", "xapp-1-A0123 abcdef", "holds a character that no token has"),
        ("SLACK_APP_TOKEN", "xapp-1", "api.slack.com/apps, your app, Basic Information, App-Level Tokens"),
        ("SLACK_SIGNING_SECRET", "xapp-1-A0123-abcdef", "is an app-level token, not the signing secret"),
        ("SLACK_SIGNING_SECRET", "0123", "Basic Information, App Credentials, Signing Secret"),
        ("SLACK_SIGNING_SECRET", "0123456789ABCDEF" * 2, "expected 32 digits"),
        ("SLACK_SIGNING_SECRET", "0123456789abcdef", "it has 16 characters"),
        ("SLACK_API_URL", "slack.com/api", "expected an address"),
        ("SLASHDOCK_MODE", "sockets", "expected socket, http or workspace"),
        ("SLASHDOCK_PORT", "65536", "expected a number from 0"),
        ("SLASHDOCK_PORT", "-1", "expected a number from 0"),
        ("SLASHDOCK_PORT", "¹", "expected a number from 0"),
        ("SLASHDOCK_COMMAND", "docker", "expected a name such as /docker"),
        ("SLASHDOCK_COMMAND", "/" + "d" * 32, "expected a name such as /docker"),
        *(("SLASHDOCK_COMMAND", f"/{name}", "a command of Slack's own") for name in ("status", "remind", "who", "dnd")),
        ("SLASHDOCK_TEAM", "acme", "expected a workspace's id"),
        ("SLASHDOCK_CLEANUP_CHANNEL", "#general", "expected a channel's id"),
        ("SLASHDOCK_CLEANUP_ZONE", "Berlin", "is no time zone"),
        ("SLASHDOCK_CLEANUP_ZONE", "../../etc/passwd", "is no time zone"),
        ("SLASHDOCK_CLEANUP_CRON", "daily", "expected five"),
        ("SLASHDOCK_CLEANUP_CRON", "61 * * * *", "has the minute '61'; expected 0-59, a range"),
        ("SLASHDOCK_CLEANUP_CRON", "0 3 1-40 * *", "has the day of the month '1-40'; expected 1-31"),
        ("SLASHDOCK_HOST_NAME", "my host", "expected a name"),
        ("DOCKER_HOST", "ssh://me@there", "ssh -L"),
        ("DOCKER_HOST", "web:nowhere", "expected unix:///PATH or tcp://HOST:PORT"),
        ("DOCKER_HOST", "unix:/run/docker.sock", "expected unix:///PATH or tcp://HOST:PORT"),
        ("DOCKER_HOST", "unix://", "names no socket; expected a path after it, such as unix:///var/run/docker.sock"),
        ("DOCKER_TLS_VERIFY", "1", "ca.pem is not there"),
    ],
)
def test_a_malformed_setting_says_what_was_expected(name: str, text: str, expected: str, tmp_path: Path) -> None:
    """The fault names the setting and what it should be."""
    environ = BOT | APP | SIGNING | {"DOCKER_CERT_PATH": str(tmp_path), name: text}
    assert any(name in fault and expected in fault for fault in faults(environ))


@pytest.mark.parametrize("tokens", [{}, BOT, BOT | APP, SIGNING])
def test_a_mode_that_is_none_is_the_only_fault(tokens: dict[str, str], tmp_path: Path) -> None:
    """Nothing is asked for that another mode than the one that was meant would need."""
    (fault,) = faults(tokens, env(tmp_path, "SLASHDOCK_MODE=sokcet\n"))
    assert fault == f"{tmp_path}/.env, line 1: SLASHDOCK_MODE is 'sokcet'; expected socket, http or workspace"


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """Whoever sets slashdock up need not start it once for each fault."""
    path = env(tmp_path, "SLASHDOCK_PORT=x\nSLASHDOCK_PROT=1\nbroken line\nSLACK_BOT_TOKEN=xoxb\n")
    assert len(faults({"SLASHDOCK_TEAM": "acme", "SLASHDOCK_CLEANUP_CRON": "x"}, path)) == 7  # and a secret is missing


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"])
@given(secret=st.text("abcdef0123456789-xop", min_size=4))
def test_a_secret_is_told_to_nobody(name: str, secret: str) -> None:
    """Neither a fault nor repr() repeats what a secret holds."""
    text = f"hush{secret}"
    assert text not in "".join(faults({name: text}))
    assert text not in repr(Settings(slack_bot_token=text, slack_app_token=text, slack_signing_secret=text))


def test_a_line_that_cannot_be_read_is_named_without_its_text(tmp_path: Path) -> None:
    """A token on a broken line stays out of the fault."""
    (fault,) = faults({}, env(tmp_path, "# tokens\n\nSLACK_BOT_TOKEN 'xoxb-1234567890\n"))
    assert fault.startswith(f"{tmp_path}/.env, line 3: expected NAME=value")
    assert "xoxb" not in fault


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A='open\n", 1),
        ("A=1\n\n\nB\n", 4),
        ('A="two\nlines"\nB="x" y\n', 3),
        ("A=1\n1B=2\n", 2),
        ("A=1\nB=2\nA=3\n", 3),
    ],
)
def test_a_fault_in_the_env_file_has_its_line(tmp_path: Path, text: str, line: int) -> None:
    """Quotes that stay open, names that are none, names without a value, names that stand twice."""
    (fault,) = env_file.read(env(tmp_path, text)).faults
    assert fault.startswith(f"{tmp_path}/.env, line {line}: ")


def test_an_env_file_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    """Bytes that are not UTF-8, and a folder in the file's place, are told."""
    (tmp_path / ".env").write_bytes(b"A=1\nB=\xff\n")
    assert faults({}, tmp_path / ".env") == (f"{tmp_path}/.env, line 2: expected UTF-8 text",)
    assert "cannot be read" in faults({}, tmp_path)[0]


def test_a_fault_of_the_env_file_names_the_line_of_the_setting(tmp_path: Path) -> None:
    """A value from the file is found again there."""
    assert faults({}, env(tmp_path, "\nSLASHDOCK_PORT=x\n"))[0].startswith(f"{tmp_path}/.env, line 2: SLASHDOCK_PORT")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """A setting of the environment hides the file's, and an empty one means the default."""
    path = env(tmp_path, "SLASHDOCK_PORT=1\nSLASHDOCK_HOST_NAME='prod'\nSLASHDOCK_COMMAND=/dock\n")
    settings = load({"SLASHDOCK_PORT": "2", "SLASHDOCK_COMMAND": ""}, path)
    assert (settings.port, settings.host_name, settings.command) == (2, "prod", "/docker")


@pytest.mark.parametrize(
    ("environ", "file", "own", "expected"),
    [
        ("unix:///a", "unix:///b", "unix:///c", "unix:///a"),
        (None, "unix:///b", "unix:///c", "unix:///b"),
        (None, "''", "unix:///c", "unix:///c"),
        (None, None, "unix:///c", "unix:///c"),
        ("", "unix:///b", "unix:///c", "unix:///c"),
        (None, None, "", "unix:///var/run/docker.sock"),
    ],
)
def test_the_engine_is_the_first_that_is_named(
    tmp_path: Path, environ: str | None, file: str | None, own: str, expected: str
) -> None:
    """That of the environment, that of .env, the project's own, the usual one; an empty name is none."""
    path = env(tmp_path, "" if file is None else f"DOCKER_HOST={file}\n")
    assert load({} if environ is None else {"DOCKER_HOST": environ}, path, own).docker_host == expected


def test_the_own_engine_is_there_while_its_socket_takes_connections(tmp_path: Path) -> None:
    """A socket that a killed engine left behind is no engine; one that lets nobody in any more is one that hangs."""
    path, link = tmp_path / "engine.sock", tmp_path / "docker.sock"
    link.symlink_to(path)
    assert own_engine.address(link) == ""
    with socket.socket(socket.AF_UNIX) as engine, contextlib.ExitStack() as waiting:
        engine.bind(str(path))
        engine.listen(0)
        assert own_engine.address(link) == f"unix://{path}"
        engine.accept()[0].close()
        waiting.enter_context(socket.socket(socket.AF_UNIX)).connect(str(path))
        assert own_engine.address(link, patience=0.1) == f"unix://{path}"
    assert own_engine.address(link) == ""


@pytest.mark.parametrize("name", [".run/docker.sock", "./.run/docker.sock"])
def test_the_path_of_a_socket_may_be_written_from_the_current_folder_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As docker takes it; what goes elsewhere afterwards still means the same socket."""
    monkeypatch.chdir(tmp_path)
    assert load({"DOCKER_HOST": f"unix://{name}"}, NOWHERE).docker_host == f"unix://{tmp_path}/.run/docker.sock"


def test_an_unknown_setting_is_told_with_the_nearest_right_one(tmp_path: Path) -> None:
    """A slip in a name does not leave the default standing in silence."""
    assert faults({"SLASHDOCK_POLCY": "x"}) == ("SLASHDOCK_POLCY is no setting; did you mean SLASHDOCK_POLICY?",)
    (fault,) = faults({}, env(tmp_path, "SLACK_BOTTOKEN=x\n"))
    assert "did you mean SLACK_BOT_TOKEN?" in fault
    (fault,) = faults({}, env(tmp_path, "DOCKER_HOTS=unix:///x\n"))
    assert "line 1: DOCKER_HOTS is no setting; did you mean DOCKER_HOST?" in fault


def test_what_is_not_slashdocks_is_left_alone(tmp_path: Path) -> None:
    """Other programs' names stand beside ours."""
    assert load({"SLACK_OF_OTHERS": "x", "PATH": "/bin"}, env(tmp_path, "COMPOSE_PROJECT_NAME=x\n")) == Settings()


@pytest.mark.parametrize("key", ["data/key", "data/deep/key", "x/../data/key", "link/key"])
def test_the_key_is_never_kept_with_the_data(tmp_path: Path, key: str) -> None:
    """However its path is written, a copy of the data does not hold the key."""
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    environ = {"SLASHDOCK_DATA": str(tmp_path / "data"), "SLASHDOCK_KEY_FILE": str(tmp_path / key)}
    assert "inside the data folder" in faults(environ)[0]
    assert load(environ | {"SLASHDOCK_KEY_FILE": str(tmp_path / "key")}, NOWHERE).key_file == tmp_path / "key"


def test_an_empty_cron_switches_the_cleanup_off() -> None:
    """Only there an empty text is a value."""
    assert load({"SLASHDOCK_CLEANUP_CRON": ""}, NOWHERE).cleanup_cron == ""
    assert load({}, NOWHERE).cleanup_cron == "17 3 * * *"


@pytest.mark.parametrize(("text", "on"), [("on", True), ("1", True), ("off", False), ("0", False), ("", False)])
def test_a_switch_is_on_or_off(text: str, on: bool) -> None:
    """In words or figures."""
    assert load({"SLASHDOCK_TRACE": text}, NOWHERE).trace is on


def test_a_web_api_has_its_final_slash() -> None:
    """Methods' names are put behind the address as it is."""
    assert load({"SLACK_API_URL": "http://127.0.0.1:1/api"}, NOWHERE).slack_api_url == "http://127.0.0.1:1/api/"


# --- Fields, sample and page are equal --------------------------------------------------------------------


def test_the_sample_file_has_every_setting_with_its_default_and_its_help() -> None:
    """.env.example holds the fields, in their order."""
    pairs = re.findall(r'^# (.+)\n#?([A-Z_]+)="?(.*?)"?$', SAMPLE.read_text(), re.MULTILINE)
    assert pairs == [(f.metadata["help"], name, f.metadata["default"]) for name, f in FIELDS.items()]


@pytest.mark.parametrize("commented", [True, False])
def test_the_sample_file_says_the_defaults(tmp_path: Path, commented: bool) -> None:
    """A copy of it changes nothing, with its defaults commented out or not."""
    text = SAMPLE.read_text()
    path = env(tmp_path, text if commented else re.sub(r"^#([A-Z_]+=)", r"\1", text, flags=re.MULTILINE))
    assert load({}, path) == Settings()
    assert len(env_file.read(path).values) == len(FIELDS) or commented


def test_the_page_has_every_setting_with_its_default_and_its_help() -> None:
    """docs/settings.md holds the fields, in their order."""
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| (?:`(.*?)`)? \| (.+) \|$", (PROJECT / "docs/settings.md").read_text(), re.MULTILINE
    )
    assert rows == [(name, f.metadata["default"], f.metadata["help"]) for name, f in FIELDS.items()]


# --- Cron --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "days"),
    [
        ("0 0 * * 0", "sun"),
        ("0 0 * * 7", "sun"),
        ("0 0 * * 1", "mon"),
        ("0 0 * * 1-5", "mon,tue,wed,thu,fri"),
        ("0 0 * * 5-7", "sun,fri,sat"),
        ("0 0 * * fri-mon", "sun,mon,fri,sat"),
        ("0 0 * * */2", "sun,tue,thu,sat"),
        ("0 0 * * 1/3", "mon,thu"),
        ("0 0 * * SAT,2", "tue,sat"),
        ("0 0 * * *", "*"),
    ],
)
def test_days_of_the_week_are_crons_not_apschedulers(expression: str, days: str) -> None:
    """0 and 7 are Sunday, and a range may go past the week's end."""
    fields = {field.name: str(field) for field in cron.trigger(expression, "UTC").fields}
    assert fields["day_of_week"] == days


@pytest.mark.parametrize(
    "expression",
    [
        "* * * *",
        "61 * * * *",
        "* * * * 8",
        "* * * * someday",
        "* * * * */0",
        "0 0 1 * 1",
        "0 0 31 2 *",
        "@daily",
        "a b c d e",
    ],
)
def test_a_cron_that_is_none_is_refused(expression: str) -> None:
    """Fields that are missing, out of range, contradictory or never come."""
    with pytest.raises(ValueError, match=r"\w"):
        cron.trigger(expression, "UTC")


def test_a_cron_is_of_its_zone() -> None:
    """The hours are those of the zone."""
    assert cron.trigger("0 3 * * *", "Europe/Berlin").timezone == ZoneInfo("Europe/Berlin")


def test_the_usual_key_is_not_kept_with_the_data_either(tmp_path: Path) -> None:
    """A data folder around the usual place of the key is a fault that names the setting."""
    (told,) = faults({"SLASHDOCK_DATA": str(Settings().key_file.resolve().parent), "HOME": str(tmp_path)})
    assert told.startswith("SLASHDOCK_KEY_FILE is ")
