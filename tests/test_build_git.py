"""Builds from git repositories and from addresses: docker's own builder of the same, and what bars the way."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import git_server
import oracle
import pytest
from docker.api.client import APIClient
from harness import ROOT, Bench, bench
from test_build import docker, plain

from bot import text
from bot.policy import Policy
from bot.request import Status
from commands import catalog

FILES = {
    "Dockerfile": "FROM busybox\nCOPY hello.txt /\nLABEL from=root\n",
    "hello.txt": "hello\n",
    "sub/Dockerfile": "FROM busybox\nLABEL from=sub\n",
    "sub/other": "FROM busybox\nLABEL from=other\n",
}
_FLEETING = re.compile(r"(?:/tmp/\S+?/context|/tmp/docker-build-git\d+)/?")


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of git repositories."""
    if git_server.GIT is None:
        pytest.skip("no git here: apt-get install git")
    folder = tmp_path_factory.mktemp("git")
    git_server.commit(folder, "site", FILES)
    with git_server.serve(folder) as address:
        yield address


@pytest.fixture
def builder(fresh_world: str, tmp_path: Path, repositories: str) -> Iterator[Bench]:
    """A bot that may build what that server holds."""
    spoken = bench(fresh_world, tmp_path / "data", allowing(f"http://{repositories}"))
    yield spoken
    spoken.close()


def allowing(address: str) -> Policy:
    """One who may do everything, and builds that may fetch from the address."""
    text_ = f'{ROOT}\n[build]\nremotes = ["{address}"]\n'
    return Policy.parse(text_, "policy.toml", [verb.spec for verb in catalog.load()])


def test_a_branch_and_a_folder_of_a_repository_are_built(builder: Bench, repositories: str, api: APIClient) -> None:
    """What stands behind # is the branch, and behind the colon the folder."""
    for line, label in (
        (f"build -t git:1 http://{repositories}/site.git#main", "root"),
        (f"build -t git:1 http://{repositories}/site.git#main:sub", "sub"),
        (f"build -t git:1 -f other http://{repositories}/site.git#main:sub", "other"),
    ):
        said = builder.say(line)
        assert said.status is Status.DONE, text.docker(said.reply)
        assert api.inspect_image("git:1")["Config"]["Labels"] == {"from": label}


@oracle.needs_docker28
@pytest.mark.parametrize(
    "line",
    [
        "build --no-cache http://{0}/site.git#main",
        "build --no-cache http://{0}/site.git#main:sub",
        "build --no-cache -f other http://{0}/site.git#main:sub",
        "build http://{0}/site.git#main:nothere",
        "build -f nothere http://{0}/site.git#main",
    ],
)
def test_docker_says_the_same(builder: Bench, fresh_world: str, repositories: str, tmp_path: Path, line: str) -> None:
    """Each line, by either side: both fetch it themselves."""
    line = line.format(repositories)
    theirs = docker(fresh_world, tmp_path, line)
    assert _FLEETING.sub("", plain(text.docker(builder.say(line).reply))) == _FLEETING.sub("", theirs)


CLOSED = "build http://{0}:1/x.tar"


def _said_of_a_closed_port(builder: Bench, host: str) -> str:
    allowed = replace(builder.pipeline, policy=allowing(f"http://{host}:1"))
    return text.docker(replace(builder, pipeline=allowed).say(CLOSED.format(host)).reply)


def test_where_nobody_listens_the_refusal_is_told_whole(builder: Bench) -> None:
    """Which address was tried, at which step, and what the system said."""
    refusal = 'Get "http://127.0.0.1:1/x.tar": dial tcp 127.0.0.1:1: connect: connection refused\n'
    assert _said_of_a_closed_port(builder, "127.0.0.1").endswith(refusal)


@oracle.needs_docker28
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_docker_says_the_same_where_nobody_listens(builder: Bench, fresh_world: str, tmp_path: Path, host: str) -> None:
    """A name is told by its address."""
    assert plain(_said_of_a_closed_port(builder, host)) == docker(fresh_world, tmp_path, CLOSED.format(host))


def test_what_is_not_there_is_told_in_gits_words(builder: Bench, repositories: str) -> None:
    """A repository, a branch and a folder that are not there."""
    out = builder.say(f"build http://{repositories}/site.git#main:../..")
    assert '"../.." not within git root' in text.docker(out.reply)
    for address, told in (("nothere.git#main", "not found"), ("site.git#nothere", "nothere")):
        said = builder.say(f"build http://{repositories}/{address}")
        assert said.status is Status.FAILED
        assert told in text.docker(said.reply)


def test_a_link_in_a_repository_leads_nowhere(builder: Bench, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the bot's machine holds is not copied into an image."""
    secret = secrets.token_hex(16)
    place = tmp_path_factory.mktemp("machine") / "secret"
    place.write_text(secret)
    folder = tmp_path_factory.mktemp("links")
    (folder / "work" / "links").mkdir(parents=True)
    git_server.commit(folder, "first", {"Dockerfile": "FROM busybox\nCOPY leak /leak\nRUN cat /leak\n"})
    (folder / "work" / "first" / "leak").symlink_to(place)
    git_server.commit(folder, "first", {"more": "x"})
    with git_server.serve(folder) as address:
        allowed = replace(builder.pipeline, policy=allowing(f"http://{address}"))
        said = replace(builder, pipeline=allowed).say(f"build --no-cache http://{address}/first.git#main")
    assert "leak" in text.docker(said.reply)
    assert secret not in text.docker(said.reply)


def test_a_password_in_an_address_is_not_on_record(builder: Bench, repositories: str) -> None:
    """Neither the line nor the answer keeps it."""
    said = builder.say(f"build http://ada:hunter22@{repositories}/site.git#main")
    assert said.status is Status.DONE, text.docker(said.reply)
    assert "hunter22" not in text.docker(said.reply) + said.line
    (action,) = builder.store.actions.listed({}, 1)
    assert "hunter22" not in action["line"]


def test_a_dockerfile_at_an_address_is_built(builder: Bench, api: APIClient, tmp_path: Path) -> None:
    """Docker takes an address that is no repository for a Dockerfile."""
    (tmp_path / "recipe").write_text("FROM busybox\nLABEL from=address\n")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        allowed = replace(builder.pipeline, policy=allowing(address))
        said = replace(builder, pipeline=allowed).say(f"build -t address:1 {address}/recipe")
        refused = builder.say(f"build {address}/recipe")
        server.shutdown()
    assert said.status is Status.DONE, text.docker(said.reply)
    assert api.inspect_image("address:1")["Config"]["Labels"] == {"from": "address"}
    assert "[build] remotes" in text.docker(refused.reply)
