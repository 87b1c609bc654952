"""docker login and logout: at a real registry with authentication, beside docker's own CLI."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import oracle
import pytest
import registry as registry_
from docker.api.client import APIClient
from engine import Engine
from harness import ADMIN, OPERATOR, STRANGER, VIEWER, Bench
from proxy import Proxy
from recorder import Recorder
from registry import PASSWORD, USER

from bot import text
from bot.hosts import Host, Hosts
from bot.request import Actor, Origin, Outcome, Request, Status
from commands.reply import Asking
from commands.secrets import MASK

ADDRESS = "127.0.0.1:5000"


@pytest.fixture(scope="module")
def registry(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real registry that lets in one user, on the engine's own loopback."""
    with registry_.serve(own_engine.pid, tmp_path_factory.mktemp("registry"), 5000, locked=True) as address:
        yield address


def log_in(bench: Bench, server: str = ADDRESS, password: str = PASSWORD, **facts: Any) -> Outcome:
    """What a person with this password is answered."""
    given = {"password": password}
    person = facts.pop("person", ADMIN)
    return bench.pipeline.submit(Request(f"login -u {USER} {server}", Actor(person), Origin.BUTTON, given=given))


def auth(bench: Bench, host: str = ADDRESS) -> dict[str, Any]:
    """What the engine would be sent for this registry; empty where there is nothing."""
    value = bench.store.vault.auth(host)
    return dict(json.loads(base64.urlsafe_b64decode(value))) if value else {}


def test_who_is_let_in_is_kept_for_all(bench: Bench, registry: str) -> None:
    """Docker's words, then what it means here; the record says who, and nothing of the password."""
    said = log_in(bench, registry)
    assert text.docker(said.reply) == "Login Succeeded\n"
    assert "`docker logout 127.0.0.1:5000` forgets it" in text.added(said.reply)
    assert auth(bench) == {"username": USER, "password": PASSWORD, "serveraddress": ADDRESS}
    (action,) = bench.store.actions.listed({}, 1)
    assert (action["line"], action["person"], action["status"]) == (f"login --username=ada {registry}", "admin", "done")
    kept = b"".join(each.read_bytes() for each in bench.folder.rglob("*") if each.is_file())
    assert PASSWORD.encode() not in kept


def test_who_is_not_let_in_is_told_so_and_nothing_is_kept(bench: Bench, registry: str) -> None:
    """The engine's own sentence; an earlier login stays."""
    log_in(bench, registry)
    said = log_in(bench, registry, password="wrong")
    assert said.status is Status.FAILED
    assert said.reply.error == (
        "Error response from daemon: login attempt to http://127.0.0.1:5000/v2/ failed with status: 401 Unauthorized"
    )
    assert auth(bench)["password"] == PASSWORD


def test_what_was_kept_opens_the_registry(bench: Bench, registry: str, engine: str) -> None:
    """The engine pushes with it, and without it not."""
    client = APIClient(base_url=engine, version="1.41")
    client.tag("busybox:latest", f"{registry}/busybox", "login")
    log_in(bench, registry)
    kept = auth(bench)
    refused = client.push(f"{registry}/busybox", "login", auth_config={"username": USER, "password": "wrong"})
    pushed = client.push(f"{registry}/busybox", "login", auth_config=kept)
    client.remove_image(f"{registry}/busybox:login")
    client.close()
    assert "unauthorized" in refused or "no basic auth" in refused
    assert "digest: sha256:" in pushed
    assert "errorDetail" not in pushed


def test_logging_out_forgets(bench: Bench, registry: str) -> None:
    """Docker says the same whether there was a login or not; we add which."""
    log_in(bench, registry)
    first, second = (bench.say(f"logout https://{registry}/v2/") for _ in range(2))
    assert text.docker(first.reply) == text.docker(second.reply) == f"Removing login credentials for {registry}\n"
    assert (text.added(first.reply), "nothing was forgotten" in text.added(second.reply)) == ("", True)
    assert auth(bench) == {}


@pytest.mark.parametrize(
    "line",
    [
        "login -u ada -p {} 127.0.0.1:5000",
        "login -u ada -p{} 127.0.0.1:5000",
        "login --username ada --password={} 127.0.0.1:5000",
        "docker login -p={}",
        "-H local login --password {}",
    ],
)
def test_a_password_on_a_line_is_refused_and_hidden(bench: Bench, line: str) -> None:
    """It reaches no registry and is written nowhere; the answer says what to do."""
    said = bench.say(line.format(PASSWORD))
    assert said.status is Status.USAGE
    assert "does not belong on a line" in (said.reply.error or "")
    assert MASK in said.line
    kept = b"".join(each.read_bytes() for each in bench.folder.rglob("*") if each.is_file())
    assert PASSWORD.encode() not in kept + repr(said).encode()


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("login", ["username", "password"]),
        ("login 127.0.0.1:5000", ["username", "password"]),
        ("login -u ada", ["password"]),
        ("login -u ' ' x.example", ["username", "password"]),
        ("login -u ada --password-stdin x.example", ["password"]),
    ],
)
def test_what_the_line_leaves_out_is_asked_for(bench: Bench, line: str, asked: list[str]) -> None:
    """In a form, whose line holds no secret."""
    said = bench.say(line)
    (form,) = (part for part in said.reply.parts if isinstance(part, Asking))
    assert said.status is Status.HELD
    assert [field.name for field in form.form.fields] == asked
    assert [field.secret for field in form.form.fields] == [name == "password" for name in asked]
    assert "In a terminal: slashdock exec login -u NAME --password-stdin" in text.added(said.reply)


REFUSED = [
    "login -p x --password-stdin x.example",
    "login --password-stdin x.example",
    "login --password-stdin=false x.example",
    "login -u '' x.example",
    "login -p '' x.example",
    "login -u '' -p '' x.example",
    "login -u '' --password-stdin -p x x.example",
    "login a b",
    "logout a b",
    "login --nothing",
]


@oracle.needs_docker28
@pytest.mark.parametrize("line", REFUSED)
def test_lines_are_refused_in_docker_s_words(bench: Bench, engine: str, line: str, tmp_path: Path) -> None:
    """The same sentences in the same order."""
    said = bench.say(line)
    ran = docker(engine, tmp_path, *shlex.split(line))
    assert said.status is Status.USAGE
    assert ran.returncode != 0
    assert said.reply.error == ran.stderr.removesuffix("\n")


def docker(engine: str, folder: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Docker's own CLI, with a configuration of its own."""
    return subprocess.run(
        [oracle.DOCKER, *words],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "DOCKER_HOST": engine, "DOCKER_CONFIG": str(folder / "docker")},
    )


@contextlib.contextmanager
def at(bench: Bench, engine: str) -> Iterator[Bench]:
    """The same pipeline before another engine."""
    hosts = Hosts([Host("local", engine)])
    yield replace(bench, pipeline=replace(bench.pipeline, hosts=hosts))
    hosts.close()


@oracle.needs_docker28
@pytest.mark.parametrize(
    "server", [ADDRESS, f"http://{ADDRESS}/v2/", "docker.io", "index.docker.io", "", "x y", "../x"]
)
def test_a_login_asks_the_engine_what_docker_asks(bench: Bench, engine: str, server: str, tmp_path: Path) -> None:
    """The same body to the same place."""
    recorder = Recorder(engine)
    with recorder.serve(tmp_path) as address, at(bench, address) as recorded:
        docker(address, tmp_path, "login", "-u", USER, "--password-stdin", server, typed=f"{PASSWORD}\n")
        theirs = [each for each in recorder.asked if each.method == "POST"]
        recorder.asked.clear()
        log_in(recorded, shlex.quote(server))
    assert [each for each in recorder.asked if each.method == "POST"] == theirs
    assert [each.path for each in theirs] == ["/auth"]


@oracle.needs_docker28
@pytest.mark.parametrize(
    "server", ["", "docker.io", "x.example", "https://x.example/v1/", "HTTPS://x", "x y", "x:5000"]
)
def test_logging_out_says_what_docker_says(bench: Bench, engine: str, server: str, tmp_path: Path) -> None:
    """With the address as docker shows it."""
    ran = docker(engine, tmp_path, "logout", *([server] if server else []))
    assert text.docker(bench.say(f"logout {shlex.quote(server) if server else ''}").reply) == ran.stdout


@pytest.mark.parametrize(("person", "may"), [(ADMIN, True), (OPERATOR, True), (VIEWER, False), (STRANGER, False)])
def test_logging_in_is_of_the_class_read(bench: Bench, person: str, may: bool) -> None:
    """Whoever may not is refused before anything is asked of them."""
    said = bench.say("login 127.0.0.1:1", person)
    assert said.status is (Status.HELD if may else Status.DENIED)
    assert bench.say("logout 127.0.0.1:1", person).status is (Status.DONE if may else Status.DENIED)


def test_an_answer_that_was_lost_keeps_nothing(engine: str, tmp_path: Path, bench: Bench) -> None:
    """Whether the registry lets in is not known then."""
    proxy = Proxy(engine, lose="/auth")
    with proxy.serve(tmp_path) as address, at(bench, address) as losing:
        said = log_in(losing)
    assert "Nothing was kept" in (said.reply.error or "")
    assert auth(bench) == {}
