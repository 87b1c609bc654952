"""What is answered where no engine does: docker's words on each of its streams, and slashdock's own beside them."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import harness
import pytest
from harness import Bench
from oracle import DOCKER, needs_docker28

from bot import text
from bot.doors import Shut
from bot.hosts import Host
from commands.general.version import VERSION

SENTENCE = "Cannot connect to the Docker daemon at {}. Is the docker daemon running?\n"
LINES = {  # what stands on standard output and on standard error, but for the sentence
    "ps": ("", SENTENCE),
    "inspect web": ("[]\n", SENTENCE),
    "inspect -f json web": ("[]\n", SENTENCE),
    "inspect -f '{{.Id}}' web": ("\n", SENTENCE),
    "inspect a b": ("[]\n", SENTENCE * 2),
    "container inspect a b": ("[]\n", SENTENCE * 2),
    "image inspect -f '{{.Id}}' a b": ("\n", SENTENCE * 2),
    "network inspect a": ("[]\n", SENTENCE),
    "volume inspect a": ("[]\n", SENTENCE),
    "inspect '' a": ("[]\n", "invalid container name or ID: value is empty\n" + SENTENCE),
    "inspect -f '{{' a": ("", "template parsing error: template: :1: unclosed action\n"),
    "info -f '{{.ClientInfo.Context}}'": ("default\n", ""),
    "info -f '{{if .ClientInfo}}{{.ClientInfo.Debug}}{{end}} x'": ("false x\n", ""),
    "info -f '{{.ServerVersion}}'": ("\n", SENTENCE),
    "info -f '{{.ClientInfo.Context}} {{.Containers}}'": ("default 0\n", SENTENCE),
    "info -f '{{.Nope}}'": (
        "\n",
        SENTENCE + 'template: :1:2: executing "" at <.Nope>: can\'t evaluate field Nope in type system.dockerInfo\n',
    ),
    "info -f '{{'": ("", SENTENCE + "template parsing error: template: :1: unclosed action\n"),
    "version -f '{{.Client.Context}}'": ("default\n", SENTENCE),
    "version -f '{{.Server}}'": ("<nil>\n", SENTENCE),
}


@pytest.fixture
def nowhere(tmp_path: Path) -> str:
    """The address of a socket that is not there."""
    return f"unix://{tmp_path}/docker.sock"


@pytest.fixture
def alone(nowhere: str, tmp_path: Path) -> Iterator[Bench]:
    """A bot before that."""
    made = harness.bench(nowhere, tmp_path / "data")
    yield made
    made.close()


def _streams(bench: Bench, line: str) -> tuple[str, str]:
    """What docker would print of the answer, on each of its streams."""
    said = [piece for piece in text.pieces(bench.say(line).reply) if not piece.ours]
    shown, wrong = (piece.text for piece in said if not piece.error), (piece.text for piece in said if piece.error)
    return "".join(shown), "".join(wrong)


@pytest.mark.parametrize("line", LINES)
def test_docker_s_words_are_on_docker_s_streams(alone: Bench, nowhere: str, line: str) -> None:
    """To the character."""
    shown, wrong = LINES[line]
    assert _streams(alone, line) == (shown.replace("default", "local"), wrong.replace("{}", nowhere))


@needs_docker28
@pytest.mark.parametrize("line", LINES)
def test_docker_itself_says_the_same(nowhere: str, line: str) -> None:
    """The words above are docker's own."""
    ran = subprocess.run(
        [DOCKER, *shlex.split(line)],
        env={"DOCKER_HOST": nowhere, "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    shown, wrong = LINES[line]
    assert (ran.stdout, ran.stderr) == (shown, wrong.replace("{}", nowhere))


def test_info_shows_the_client(alone: Bench, nowhere: str) -> None:
    """And that there is no server."""
    shown, wrong = _streams(alone, "info")
    assert shown.startswith(f"Client: slashdock\n Version:    {VERSION}\n")
    assert shown.endswith(" Context:    local\n Debug Mode: false\n\nServer:\n")
    assert wrong == SENTENCE.format(nowhere)


@pytest.mark.parametrize("line", ["ps", "inspect web", "info", "version", "stop web"])
def test_where_to_look_is_told_beside_it(alone: Bench, line: str) -> None:
    """In a sentence of slashdock's own, not within docker's."""
    assert text.added(alone.say(line).reply) == "This is the host local; `slashdock doctor` says more.\n"


def test_a_socket_that_may_not_be_opened_is_told_as_docker_tells_it() -> None:
    """With what to do about it, which `doctor` says."""
    host = Host("local", "unix:///run/docker.sock")
    shut = Shut("[Errno 13] Permission denied")
    shut.__cause__ = PermissionError(13, "Permission denied")
    down = host.down(shut)
    assert str(down) == (
        "permission denied while trying to connect to the Docker daemon socket at unix:///run/docker.sock: dial unix"
        " /run/docker.sock: connect: permission denied"
    )
    assert "slashdock doctor" in down.hint
