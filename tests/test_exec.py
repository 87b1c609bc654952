"""`slashdock exec`, `console`, `manifest`, `policy init` and `doctor`, as a person at the terminal runs them."""

from __future__ import annotations

import base64
import contextlib
import json
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from bot_process import BotProcess
from eventually import eventually

from bot import blockrules


@pytest.fixture
def terminal(fresh_world: str, tmp_path: Path) -> BotProcess:
    """The commands of a bot in local mode without a policy file, on the engine of the world."""
    return BotProcess(tmp_path, fresh_world, {"SLASHDOCK_POLICY": ""})


@pytest.mark.parametrize(
    ("words", "code", "out", "err"),
    [
        (["ps", "--format", "{{.Names}}", "--filter", "name=web"], 0, "web\n", ""),
        (["ps --format '{{.Names}}' --filter name=web"], 0, "web\n", ""),
        (["ps —format “{{.Names}}” —filter\u00a0name=web"], 0, "web\n", ""),
        (["ps", "—format", "{{.Names}} — “it”", "--filter", "name=web"], 0, "web — “it”\n", ""),
        (["logs", "nothere"], 1, "", "Error response from daemon: No such container: nothere\n"),
        (["logs", "crash"], 0, "", "boom\n"),
        (["pss"], 2, "", "docker: unknown command: docker pss\n"),
        (["-H", "local", "ps", "--format", "{{.Names}}", "--filter", "name=web"], 0, "web\n", ""),
        (["--as", "viewer", "-D", "ps", "--format", "{{.Names}}", "--filter", "name=web"], 0, "web\n", ""),
        (["--", "-H", "local", "ps", "--format", "{{.Names}}", "--filter", "name=web"], 0, "web\n", ""),
        (["-H local ps --format '{{.Names}}' --filter name=web"], 0, "web\n", ""),
        (["--host", "elsewhere", "-H", "local", "ps", "--format={{.Names}}", "--filter=name=web"], 0, "web\n", ""),
        (["--host=local ps --format '{{.Names}}' --filter name=web"], 0, "web\n", ""),
        (["PS", "-a"], 2, "", "Did you mean ps"),
        (['ps "x'], 2, "", "The line ends inside quotes. Nothing was run.\n"),
        (["ps x\\"], 2, "", "The line ends after a backslash. Nothing was run.\n"),
        ([" "], 2, "", "slashdock exec: give a line"),
        (["-H", "elsewhere", "ps"], 2, "", "elsewhere"),
        (["-v"], 0, "slashdock version ", ""),
        (["--version"], 0, "slashdock version ", ""),
        (["--help", "ps"], 0, "Usage:  docker ps [OPTIONS]\n", ""),
        (["ps", "--help"], 0, "Usage:  docker ps [OPTIONS]\n", ""),
        (["--help"], 0, "usage: slashdock exec ", ""),
        (["--as=viewer", "--json", "-h"], 0, "usage: slashdock exec ", ""),
        (["-H"], 2, "", "flag needs an argument: 'H' in -H\n"),
        (["--as"], 2, "", "argument --as: expected one argument\n"),
        (["--as", "", "ps"], 2, "", "argument --as: nobody is named; expected a person of the policy"),
        (["--as= ", "ps"], 2, "", "argument --as: nobody is named; expected a person of the policy"),
        (["--as", "viewer", "stop", "web"], 3, "", "stop"),
        (["image", "prune"], 4, "WARNING! This will remove all dangling images.", "docker image prune --force"),
        (["--as", "U0NOBODY01", "ps"], 3, "", "U0NOBODY01"),
        (["--as", "stranger", "ps"], 3, "", "stranger"),
        (["--host", "elsewhere", "ps"], 2, "", "elsewhere"),
    ],
)
def test_exec_prints_what_docker_would_and_exits_as_documented(
    terminal: BotProcess, words: list[str], code: int, out: str, err: str
) -> None:
    """Output on standard output, errors and slashdock's own words on standard error, and the exit codes."""
    ran = terminal.run("exec", *words)
    assert ran.returncode == code, ran.stderr
    assert out in ran.stdout
    assert err in ran.stderr
    assert out or not ran.stdout


def test_exec_json_prints_messages_that_slack_takes(terminal: BotProcess) -> None:
    """One JSON object a line; the first tells status, number and exit code beside the message."""
    ran = terminal.run("exec", "--json", "ps", "-a")
    first, *rest = [json.loads(line) for line in ran.stdout.splitlines()]
    assert first["metadata"]["event_payload"]["status"] == "done"
    assert "worker" in first["text"]
    assert blockrules.problems({key: first[key] for key in ("text", "blocks")}) == ()
    assert rest == []


def test_exec_json_has_files_whatever_they_are(terminal: BotProcess) -> None:
    """An object for each: text as it is, bytes in base64; without --json a terminal is told that it is a file."""
    ran = terminal.run("exec", "--json", "report", "now", "--pdf", "--html")
    _, pdf, html = [json.loads(line) for line in ran.stdout.splitlines()]
    assert (pdf["file"], html["file"]) == ("report-local-daily.pdf", "report-local-daily.html")
    assert base64.b64decode(pdf["base64"]).startswith(b"%PDF-")
    assert html["content"].startswith("<!doctype html>")
    plain = terminal.run("exec", "report", "now", "--pdf")
    assert (plain.stdout, "report-local-daily.pdf is a file of " in plain.stderr) == ("", True)


def test_exec_json_leaves_docker_its_flags_before_the_verb(terminal: BotProcess) -> None:
    """The line begins behind exec's own options, whatever it begins with."""
    ran = terminal.run("exec", "--json", "-D", "ps", "--format", "{{.Names}}", "--filter", "name=web")
    assert ran.returncode == 0, ran.stderr
    assert "web" in json.loads(ran.stdout)["text"]


def console(terminal: BotProcess, lines: str) -> subprocess.CompletedProcess[str]:
    """What the console answers to lines from a pipe."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "console"],
        input=lines,
        cwd=terminal.folder,
        env=terminal.environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_console_undoes_what_a_keyboard_did(terminal: BotProcess) -> None:
    """A line with long dashes and curly quotes that was pasted from a chat is understood."""
    ran = console(terminal, "ps —filter “name=web” —format “{{.Names}}”\n")
    assert (ran.returncode, ran.stdout) == (0, "web\n")


def test_the_console_answers_line_after_line(terminal: BotProcess) -> None:
    """Lines from a pipe are answered one by one, and the exit code is the last one's."""
    ran = console(terminal, "ps --format '{{.Names}}' --filter name=worker\nlogs nothere\n")
    assert ran.stdout == "worker\n"
    assert "No such container: nothere" in ran.stderr
    assert ran.returncode == 1


def test_the_manifest_names_the_configured_command(terminal: BotProcess) -> None:
    """The slash command of the settings, and Socket Mode without an address."""
    terminal.settings["SLASHDOCK_COMMAND"] = "/dock"
    told = json.loads(terminal.run("manifest").stdout)
    assert [each["command"] for each in told["features"]["slash_commands"]] == ["/dock"]
    assert told["settings"]["socket_mode_enabled"]


def test_policy_init_writes_a_policy_that_lets_its_administrator_in(terminal: BotProcess) -> None:
    """It is written once, never over another one, and it works."""
    terminal.settings["SLASHDOCK_POLICY"] = str(terminal.folder / "first.toml")
    assert terminal.run("policy", "init", "--admin", "U0NEWCOME1").returncode == 0
    assert terminal.run("exec", "--as", "U0NEWCOME1", "ps").returncode == 0
    assert terminal.run("exec", "--as", "U0OTHER001", "ps").returncode == 3
    again = terminal.run("policy", "init", "--admin", "U0OTHER001")
    assert again.returncode != 0
    assert "first.toml" in again.stderr


def test_doctor_says_of_each_part_whether_it_is_well(terminal: BotProcess) -> None:
    """Every line OK on a healthy machine; what to do where the engine is gone, and exit code 1."""
    well = terminal.run("doctor")
    assert well.returncode == 0, well.stdout
    assert all(line.startswith("OK") for line in well.stdout.splitlines())
    terminal.settings["DOCKER_HOST"] = f"unix://{terminal.folder}/none.sock"
    ill = terminal.run("doctor")
    assert ill.returncode == 1
    assert any(line.startswith("FAIL  engine") for line in ill.stdout.splitlines())


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1", "SLACK_BOT_TOKEN"),
        ("SLASHDOCK_PORT", "many", "SLASHDOCK_PORT"),
        ("SLASHDOCK_CLEANUP_CRON", "61 * * * *", "SLASHDOCK_CLEANUP_CRON"),
        ("SLASHDOCK_MODE", "carrier-pigeon", "SLASHDOCK_MODE"),
    ],
)
def test_bad_settings_are_all_told_and_nothing_starts(terminal: BotProcess, name: str, value: str, told: str) -> None:
    """Every fault at once, with exit code 2 and no record begun."""
    terminal.settings |= {name: value, "SLASHDOCK_CLEANUP_ZONE": "Mars/Olympus"}
    ran = terminal.run("start")
    assert ran.returncode == 2
    assert told in ran.stderr
    assert "SLASHDOCK_CLEANUP_ZONE" in ran.stderr
    assert not (terminal.folder / "data").exists()


def test_a_policy_that_does_not_parse_stops_the_start_with_file_and_line(terminal: BotProcess) -> None:
    """File, line and what was expected; nothing is run under half a policy."""
    broken = terminal.folder / "broken.toml"
    broken.write_text('version = 1\n\n[people]\nada = { slack = ["U0ADMIN001"], roles = ["nobody-wrote-this"] }\n')
    terminal.settings["SLASHDOCK_POLICY"] = str(broken)
    ran = terminal.run("exec", "ps")
    assert ran.returncode == 2
    assert "broken.toml" in ran.stderr
    assert "line 4" in ran.stderr


def test_a_data_folder_that_cannot_be_used_is_told(terminal: BotProcess) -> None:
    """A sentence with what to set, from start and exec alike."""
    terminal.settings["SLASHDOCK_DATA"] = "/dev/null"
    for words in (("start",), ("exec", "ps")):
        ran = terminal.run(*words)
        assert ran.returncode == 75, ran.stderr
        assert "Traceback" not in ran.stderr
        assert "/dev/null" in ran.stderr


def test_doctor_tells_of_faulty_settings_like_of_everything_else(terminal: BotProcess) -> None:
    """A line for each fault."""
    terminal.settings |= {"SLASHDOCK_PORT": "many", "DOCKER_HOST": "npipe:////./x"}
    ran = terminal.run("doctor")
    assert ran.returncode == 2
    assert [line.split(":")[0] for line in ran.stdout.splitlines()] == ["FAIL  settings"] * 2


@pytest.mark.parametrize(
    ("line", "said", "status"),
    [
        ("exec worker sleep 1000", "Interrupted: it may have been done, or not.", "unknown"),
        ("wait web", "Interrupted: there may be more to show.", "failed"),
    ],
)
def test_a_broken_off_line_ends_truthfully_and_the_prompt_stays(
    terminal: BotProcess, line: str, said: str, status: str
) -> None:
    """What may have been done is unknown, in words and in the record, and the next line is answered."""
    command = [sys.executable, "-m", "bot", "console"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    running = subprocess.Popen(command, cwd=terminal.folder, env=terminal.environment(), text=True, **pipes)
    assert running.stdin is not None
    running.stdin.write(f"{line}\n")
    running.stdin.flush()
    eventually(lambda: "running" in _statuses(terminal))
    _press(running, terminal)
    out, err = running.communicate("ps --format '{{.Names}}' --filter name=worker\n")
    assert (out, running.returncode) == ("worker\n", 0)
    assert said in err
    assert "Traceback" not in err
    assert _statuses(terminal) == [status, "done"]


def _press(running: subprocess.Popen[str], terminal: BotProcess) -> None:
    """^C, and once more where Python saw the first one only behind the system call that it came just before."""
    for _ in range(3):
        running.send_signal(signal.SIGINT)
        with contextlib.suppress(AssertionError):
            eventually(lambda: "running" not in _statuses(terminal), 10)
            return


def _statuses(terminal: BotProcess) -> list[str]:
    path = terminal.folder / "data/slashdock.db"
    if not path.exists():
        return []
    with (
        contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db,
        contextlib.suppress(sqlite3.Error),
    ):
        return [row[0] for row in db.execute("SELECT status FROM actions ORDER BY number")]
    return []


_INTERRUPTED_LOADING = """
import builtins, sys
import bot.__main__
real = builtins.__import__
def broken_off(name, *rest):
    if name == "bot.store":
        raise KeyboardInterrupt
    return real(name, *rest)
builtins.__import__ = broken_off
sys.exit(bot.__main__.main())
"""


def test_a_ctrl_c_while_it_still_loads_is_no_traceback(terminal: BotProcess) -> None:
    """It ends as shells tell of SIGINT."""
    command = [sys.executable, "-c", _INTERRUPTED_LOADING, "exec", "ps"]
    ran = subprocess.run(command, env=terminal.environment(), capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "")


@pytest.mark.parametrize("words", ["exec ps", "manifest", "doctor"])
@pytest.mark.parametrize("to", [">/dev/full", ">&-", "2>&- >/dev/full"])
def test_where_nothing_can_be_written_no_traceback_is(terminal: BotProcess, words: str, to: str) -> None:
    """A full disk, or a stream that was closed by whoever started it."""
    shell = ["sh", "-c", f"{sys.executable} -m bot {words} {to}"]
    ran = subprocess.run(
        shell, cwd=terminal.folder, env=terminal.environment(), capture_output=True, text=True, check=False
    )
    assert "Traceback" not in ran.stderr
    assert "Exception" not in ran.stderr
    assert ran.returncode == (0 if to == ">&-" else 1)


@pytest.mark.parametrize("address", ["foo", "http://bot.example", "https://", "https://bot.example/x?y=1"])
def test_a_manifest_wants_a_public_address(terminal: BotProcess, address: str) -> None:
    """Slack takes none without TLS."""
    ran = terminal.run("manifest", "--url", address)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "expected https://HOST" in ran.stderr
