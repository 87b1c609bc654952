"""Files that a line names: read below the folders that the settings allow, and nowhere else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docker.api.client import APIClient
from harness import OPERATOR, Bench

from bot import text
from commands.allowances import Allowances

Say = Callable[[str], str]


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    """The folder that lines may read from."""
    folder = tmp_path / "allowed"
    folder.mkdir()
    return folder


@pytest.fixture
def say(bench: Bench, allowed: Path) -> Say:
    """Says a line that may read from that folder, and gives what docker would print."""
    pipeline = replace(bench.pipeline, allowances=Allowances((allowed,)))

    def answer(line: str) -> str:
        return text.docker(replace(bench, pipeline=pipeline).say(line).reply).rstrip("\n")

    return answer


@pytest.fixture
def made(engine: str, say: Say) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Makes a container by a line and gives its inspect."""
    client = APIClient(engine, version="1.41")
    ids: list[str] = []

    def make(line: str) -> dict[str, Any]:
        ids.append(say(line))
        details: dict[str, Any] = client.inspect_container(ids[-1])
        return details

    yield make
    for each in ids:
        client.remove_container(each)
    client.close()


def _wrong(said: str) -> str:
    """Docker's sentence, without what stands around it in every refusal."""
    return said.removeprefix("docker: ").removesuffix("\n\nRun 'docker create --help' for more information")


def test_variables_and_labels_come_from_files_and_flags_override_them(
    made: Callable[[str], dict[str, Any]], allowed: Path
) -> None:
    """Comments and blank lines say nothing, values are kept as they are, and the flags come last, so that they hold."""
    (allowed / "env").write_text("\ufeffA=1\r\n# no\n\n  B=x y \nC=\nD\n")
    (allowed / "labels").write_text("tier=front\nx\n")
    config = made("create --env-file env -e A=2 --label-file labels -l tier=back busybox true")["Config"]
    assert config["Env"][:4] == ["A=1", "B=x y ", "C=", "A=2"]
    assert config["Labels"] == {"tier": "back", "slashdock.request": "1"}


def test_the_bot_s_own_variables_are_never_passed_on(made: Callable[[str], dict[str, Any]], allowed: Path) -> None:
    """A name without a value means the value of docker's own environment, and the bot's is none of it."""
    (allowed / "env").write_text("PYTEST_CURRENT_TEST\n")
    config = made("create -e PYTEST_CURRENT_TEST --env-file env busybox true")["Config"]
    assert os.environ["PYTEST_CURRENT_TEST"]
    assert not any(os.environ["PYTEST_CURRENT_TEST"] in each for each in config["Env"])


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("spaces", b"A B=1\n", "invalid env file (spaces): variable 'A B' contains whitespaces"),
        ("nameless", b"=1\n", "invalid env file (nameless): no variable name on line '=1'"),
        ("binary", b"A=\xff\n", "invalid env file (binary): invalid utf8 bytes at line 1: [65 61 255]"),
        ("long", b"A=" + b"x" * 70_000, "invalid env file (long): bufio.Scanner: token too long"),
    ],
)
def test_a_file_is_refused_in_docker_s_words(say: Say, allowed: Path, name: str, content: bytes, wrong: str) -> None:
    """The same sentences for variables and for labels."""
    (allowed / name).write_bytes(content)
    assert _wrong(say(f"create --env-file {name} busybox true")) == wrong
    assert _wrong(say(f"create --label-file {name} busybox true")) == wrong


def test_what_is_not_there_is_told_in_docker_s_words(say: Say, allowed: Path) -> None:
    """A file that is missing, an empty name, and a folder in a file's place."""
    (allowed / "folder").mkdir()
    assert _wrong(say("create --env-file nothere busybox true")) == "open nothere: no such file or directory"
    assert _wrong(say("create --env-file '' busybox true")) == "open : no such file or directory"
    assert (
        _wrong(say("create --env-file folder busybox true")) == "invalid env file (folder): read folder: is a directory"
    )


@pytest.mark.parametrize("path", ["{0}/secret", "../secret", "link", "folder/../../secret", "up/secret", "/dev/zero"])
@pytest.mark.parametrize("flag", ["--env-file", "--label-file"])
def test_nothing_is_read_outside_of_the_folders(say: Say, allowed: Path, path: str, flag: str) -> None:
    """Neither by a path of its own, nor by dots, nor by links."""
    (allowed.parent / "secret").write_text("PASSWORD=1\n")
    (allowed / "link").symlink_to(allowed.parent / "secret")
    (allowed / "up").symlink_to(allowed.parent)
    assert "SLASHDOCK_FILES" in say(f"create {flag} {path.format(allowed.parent)} busybox true")


def test_a_link_within_the_folders_is_followed(made: Callable[[str], dict[str, Any]], allowed: Path) -> None:
    """What counts is where a file really is."""
    (allowed / "v2").write_text("A=2\n")
    (allowed / "current").symlink_to("v2")
    assert "A=2" in made(f"create --env-file {allowed}/current busybox true")["Config"]["Env"]


def test_without_folders_nothing_is_read(bench: Bench, tmp_path: Path) -> None:
    """The default: no folder is set up."""
    (tmp_path / "env").write_text("A=1\n")
    reply = bench.say(f"create --env-file {tmp_path}/env busybox true").reply
    assert "no folder is set up" in text.docker(reply)


def test_a_large_file_is_not_taken_into_memory(say: Say, allowed: Path) -> None:
    """Nobody's environment has a gigabyte."""
    with (allowed / "large").open("wb") as large:
        large.truncate(1 << 30)
    assert "more than 1048576 bytes" in say("create --env-file large busybox true")


def test_a_seccomp_profile_gives_root_whatever_is_in_it(bench: Bench, allowed: Path) -> None:
    """A profile may allow everything, so it is judged before it is read."""
    (allowed / "profile.json").write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW"}))
    outcome = bench.say("create --security-opt seccomp=profile.json busybox true", OPERATOR)
    assert outcome.status == "denied"
    assert "security option seccomp=" in text.added(outcome.reply)
