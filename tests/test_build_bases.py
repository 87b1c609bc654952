"""Bases that are not here yet: fetched and judged before a build, and told of where docker's classic builder tells."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import oracle
import pytest
import registry as registry_
from dialog import same
from docker.api.client import APIClient
from engine import Engine
from harness import ADMIN, Bench, bench
from proxy import Proxy
from registry import PASSWORD, USER
from test_build import NOTICE, POLICY, SENDING

from bot import text
from bot.policy import Policy
from bot.request import Actor, Origin, Outcome, Request, Status
from commands import catalog
from commands.allowances import Allowances

PORT = 5006
REGISTRY = f"127.0.0.1:{PORT}"
IMAGES = {
    "base": "LABEL a=b",
    "tool": "LABEL a=c",
    "bad": "LABEL hidden=yes",
    "off": f"ONBUILD COPY --from={REGISTRY}/tool:1 /bin/busybox /tool",
    "far": "ONBUILD ADD http://127.0.0.1:1/x /x",
}
LAYER = re.compile(r"^<id>: [A-Z][A-Za-z ]+\n", re.MULTILINE)  # some are here already


@pytest.fixture(scope="module", autouse=True)
def registry(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real registry that lets in one user, with a base, one that puts something off, and a tool."""
    with registry_.serve(own_engine.pid, tmp_path_factory.mktemp("registry"), PORT, locked=True) as address:
        api = APIClient(own_engine.host, version="1.41")
        box = api.create_container("busybox:latest", ["true"])
        for name, change in IMAGES.items():
            api.commit(box["Id"], f"{address}/{name}", "1", changes=change)
            api.push(f"{address}/{name}", "1", auth_config={"username": USER, "password": PASSWORD})
        api.remove_container(box["Id"])
        api.close()
        yield address


@pytest.fixture
def forgotten(fresh_world: str) -> Iterator[Callable[[], None]]:
    """Makes the engine forget all that came from the registry; the world has done so before."""
    api = APIClient(fresh_world, version="1.41")

    def forget() -> None:
        for image in api.images():
            for tag in image["RepoTags"] or ():
                if tag.startswith(REGISTRY):
                    api.remove_image(tag, force=True)

    yield forget
    api.close()


def builder_on(engine: str, folder: Path) -> Bench:
    """A bot that may build below the folder, and is logged in at the registry."""
    policy = Policy.parse(POLICY, "policy.toml", [verb.spec for verb in catalog.load()])
    spoken = bench(engine, folder / "data", policy)
    allowed = replace(spoken, pipeline=replace(spoken.pipeline, allowances=Allowances(files=(folder,))))
    given = {"password": PASSWORD}
    line = f"login -u {USER} {REGISTRY}"
    assert allowed.pipeline.submit(Request(line, Actor(ADMIN), Origin.BUTTON, given=given)).status is Status.DONE
    return allowed


@pytest.fixture
def builder(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """Such a bot on the engine itself."""
    spoken = builder_on(fresh_world, tmp_path)
    yield spoken
    spoken.close()


def site(folder: Path, content: str) -> Path:
    """A folder with this Dockerfile."""
    (folder / "site").mkdir(exist_ok=True)
    (folder / "site" / "Dockerfile").write_text(content)
    return folder / "site"


def plain(printed: str) -> str:
    """The text without what differs from build to build."""
    told = same(SENDING.sub(r"\1\n", NOTICE.sub("", printed))).replace("\n\n", "\n")
    return LAYER.sub("", f"{told}\n")


def docker(engine: str, folder: Path, line: str) -> str:
    """What docker's classic builder prints, logged in at the registry."""
    auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {REGISTRY: {"auth": auth}}}))
    ran = subprocess.run(
        [oracle.DOCKER, *shlex.split(line)],
        env={**os.environ, "DOCKER_HOST": engine, "DOCKER_BUILDKIT": "0", "DOCKER_CONFIG": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return plain(ran.stdout + ran.stderr)


def said(outcome: Outcome) -> str:
    """What docker would print."""
    return plain(text.docker(outcome.reply))


@oracle.needs_docker28
@pytest.mark.parametrize(
    ("flags", "content"),
    [
        ("", "FROM {0}/base:1\nRUN true\n"),
        ("", "FROM busybox\nLABEL a=b\nFROM {0}/base:1 AS b\nRUN true\nFROM {0}/base:1\n"),
        ("--pull", "FROM {0}/base:1\nRUN true\nFROM {0}/base:1\nLABEL c=d\n"),
        ("", "ARG B={0}/base:1\nFROM $B AS x\nCOPY --from={0}/tool:1 /bin/busybox /b\n"),
        ("-q --force-rm", "FROM {0}/base:1\nRUN false\n"),
        ("--target x", "FROM {0}/base:1 AS x\nFROM {0}/nothere:9\n"),
        ("", "FROM --platform=linux/arm64 {0}/base:1\n"),
        ("--platform linux/arm64", "FROM {0}/base:1\n"),
        ("", "FROM {0}/base:9\nRUN true\n"),
        ("--label a=b", "ARG B={0}/base:9\nFROM   $B   AS x\nRUN true\nFROM busybox\n"),
        ("-q", "FROM {0}/base:9\nRUN true\n"),
        ("--target x", "FROM {0}/nothere:9 AS x\nFROM busybox\n"),
        ("--target nope", "FROM {0}/base:9\nRUN true\n"),
        ("--target 1", "FROM {0}/base:9\nRUN true\n"),
        ("--label a=b --label b=c --label a=d", "FROM {0}/base:9\nRUN true\n"),
        ("", "FROM {0}/base:9\nRUNN x\n"),
        ("", "FROM {0}/base:9\nCOPY x\n"),
        ("", "FROM {0}/base:9\nCOPY --nope=1 x /x\n"),
    ],
)
def test_docker_says_the_same(
    builder: Bench, fresh_world: str, forgotten: Callable[[], None], flags: str, content: str
) -> None:
    """Of bases that are fetched, and of such that cannot be had, each in its place."""
    folder = builder.folder.parent
    line = f"build --no-cache {flags} {site(folder, content.format(REGISTRY))}"
    theirs = docker(fresh_world, folder, line)
    forgotten()
    assert said(builder.say(line)) == theirs


def test_an_image_to_copy_from_that_cannot_be_had_is_told_in_dockers_words(builder: Bench, tmp_path: Path) -> None:
    """At its step, although those before it are not done."""
    content = f"FROM busybox\nRUN true\nCOPY --from={REGISTRY}/tool:9 /x /x\n"
    outcome = builder.say(f"build --no-cache {site(tmp_path, content)}")
    assert outcome.status is Status.FAILED
    wrong = f"manifest for {REGISTRY}/tool:9 not found: manifest unknown: manifest unknown"
    assert said(outcome).splitlines()[1:] == [
        f"Step 3/3 : COPY --from={REGISTRY}/tool:9 /x /x",
        f"invalid from flag value {REGISTRY}/tool:9: {wrong}",
    ]


def test_what_a_base_puts_off_is_fetched_with_the_login_too(builder: Bench, tmp_path: Path) -> None:
    """The engine by itself could not open the registry."""
    outcome = builder.say(f"build --no-cache -t fetched {site(tmp_path, f'FROM {REGISTRY}/off:1')}")
    assert outcome.status is Status.DONE, text.docker(outcome.reply)
    printed = text.docker(outcome.reply)
    assert printed.count("Status: Downloaded newer image for ") == 2
    assert printed.index("Step 1/1") < printed.index("Status: ") < printed.index(" ---> ")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("FROM {0}/bad:1\n", "bad:1"),
        ("FROM busybox\nCOPY --from={0}/bad:1 /bin /b\n", "bad:1"),
        ("FROM {0}/far:1\n", "[build] remotes"),
    ],
)
def test_what_comes_is_judged_before_it_is_built_on(builder: Bench, tmp_path: Path, content: str, told: str) -> None:
    """By its labels, and by what it puts off."""
    outcome = builder.say(f"build {site(tmp_path, content.format(REGISTRY))}")
    assert outcome.status is Status.FAILED
    assert told in text.docker(outcome.reply)
    assert "Step" not in text.docker(outcome.reply)


@pytest.mark.parametrize("mistake", ["CMD a\nCMD b\n", "MAINTAINER me\n", "run true\n", "RUNN true\n"])
def test_mistakes_are_told_although_a_base_cannot_be_had(builder: Bench, tmp_path: Path, mistake: str) -> None:
    """Nobody waits for a registry to learn of them."""
    content = f"FROM {REGISTRY}/base:9\n{mistake}"
    outcome = builder.say(f"build {site(tmp_path, content)}")
    assert "Line" in text.added(outcome.reply)


def test_nothing_is_fetched_for_a_dockerfile_that_cannot_be_read(fresh_world: str, tmp_path: Path) -> None:
    """The engine is asked for no image."""
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as address:
        spoken = builder_on(address, tmp_path)
        content = f"FROM {REGISTRY}/base:1\nCOPY x\n"
        outcome = spoken.say(f"build {site(tmp_path, content)}")
        spoken.close()
    assert "dockerfile parse error line 2" in text.docker(outcome.reply)
    assert not [each for each in proxy.requests if "/images/create" in each]


def test_a_lost_answer_to_the_pull_is_told_as_unknown(fresh_world: str, tmp_path: Path) -> None:
    """The image may have come; nothing was built of it."""
    proxy = Proxy(fresh_world, lose="/images/create")
    with proxy.serve(tmp_path) as address:
        spoken = builder_on(address, tmp_path)
        outcome = spoken.say(f"build -t lostbase {site(tmp_path, f'FROM {REGISTRY}/base:1')}")
        spoken.close()
    assert outcome.status is Status.UNKNOWN
    assert "it may be here now, or not. Nothing was built." in text.docker(outcome.reply)
