"""Pull, push and search: at a real registry with authentication, beside docker's own CLI, and at a small index."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import oracle
import pytest
import registry as registry_
from docker.api.client import APIClient
from engine import Engine
from eventually import eventually
from harness import ADMIN, Bench, bench
from registry import PASSWORD, USER

from bot import text
from bot.policy import Policy
from bot.request import Actor, Origin, Outcome, Received, Request, Status
from commands import catalog
from commands.live import View

INDEX = "127.0.0.1:5004"
POLICY = f"""version = 1
[people]
ada = {{ slack = ["{ADMIN}"], roles = ["all"] }}
[[roles.all.allow]]
verbs = ["see", "read", "act", "change"]
on = ["*"]
[[deny]]
verbs = ["see", "read", "act", "change"]
on = ["label:hidden=yes"]
"""
# What a layer goes through: which of these the engine finds time to say is another thing every time.
PASSING = re.compile(
    r"^[0-9a-f]{12}: (Pulling fs layer|Waiting|Verifying Checksum|Download complete|Preparing|Pull complete"
    r"|Pushed|Layer already exists|Mounted from .*)\n",
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def registry(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real registry that lets in one user."""
    with registry_.serve(own_engine.pid, tmp_path_factory.mktemp("registry"), 5002, locked=True) as address:
        yield address


@pytest.fixture(scope="module")
def index(own_engine: Engine) -> Iterator[str]:
    """The address of an index of images, on the engine's own loopback."""
    beside = ["nsenter", f"--net=/proc/{own_engine.pid}/ns/net", sys.executable]
    script = str(Path(__file__).parent / "search_index.py")
    look = [*beside, "-c", "import socket; socket.create_connection(('127.0.0.1', 5004))"]
    with subprocess.Popen([*beside, script, "5004"]) as served:
        eventually(lambda: subprocess.run(look, capture_output=True, check=False).returncode == 0)
        yield INDEX
        served.terminate()


@pytest.fixture
def client(fresh_world: str) -> Iterator[APIClient]:
    """The engine by itself."""
    api = APIClient(fresh_world, version="1.41")
    yield api
    api.close()


@pytest.fixture
def logged_in(inhabited: Bench, registry: str) -> Bench:
    """A bot that is logged in at the registry."""
    given = {"password": PASSWORD}
    said = inhabited.pipeline.submit(Request(f"login -u {USER} {registry}", Actor(ADMIN), Origin.BUTTON, given=given))
    assert said.status is Status.DONE
    return inhabited


def shown(outcome: Outcome) -> str:
    """What docker would print, without the steps that come and go."""
    return PASSING.sub("", text.docker(outcome.reply))


def docker(engine: str, folder: Path, registry: str, line: str) -> str:
    """What docker's own CLI prints, logged in at the registry."""
    auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {registry: {"auth": auth}}}))
    ran = subprocess.run(
        [oracle.DOCKER, *shlex.split(line)],
        env={**os.environ, "DOCKER_HOST": engine, "DOCKER_CONFIG": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return PASSING.sub("", ran.stdout + ran.stderr)


def test_who_is_not_logged_in_is_told_the_registrys_own_words(inhabited: Bench, registry: str) -> None:
    """An error inside the stream of a push is an error, and so is one before that of a pull."""
    inhabited.say(f"tag busybox {registry}/team/app:1")
    pushed = inhabited.say(f"push {registry}/team/app:1")
    assert pushed.status is Status.FAILED
    assert text.docker(pushed.reply).endswith("no basic auth credentials\n")
    pulled = inhabited.say(f"pull {registry}/team/app:1")
    assert pulled.status is Status.FAILED
    assert "no basic auth credentials" in text.docker(pulled.reply)


def test_what_is_pushed_can_be_pulled(logged_in: Bench, registry: str, client: APIClient) -> None:
    """A name is given, sent, taken away and fetched again: the same image, by id."""
    name = f"{registry}/team/app"
    identity = client.inspect_image("busybox:latest")["Id"]
    for tag in ("1", "2"):
        assert logged_in.say(f"tag busybox {name}:{tag}").status is Status.DONE
    pushed = logged_in.say(f"push {name}:1")
    assert pushed.status is Status.DONE
    assert re.search(r"\n1: digest: sha256:[0-9a-f]{64} size: \d+\n$", text.docker(pushed.reply))
    assert logged_in.say(f"push -a -q {name}").status is Status.DONE
    gone = logged_in.say(f"rmi {name}:1 {name}:2")
    assert text.docker(gone.reply).count("Untagged: ") >= 2
    assert text.docker(logged_in.say(f"pull -q {name}:1").reply) == f"{name}:1\n"
    assert client.inspect_image(f"{name}:1")["Id"] == identity
    assert logged_in.say(f"pull -a {name}").status is Status.DONE
    assert client.inspect_image(f"{name}:2")["Id"] == identity


def test_what_is_not_at_the_registry_is_told_in_its_words(logged_in: Bench, registry: str) -> None:
    """A tag and a repository that are not there."""
    assert logged_in.say(f"tag busybox {registry}/team/app:1").status is Status.DONE
    assert logged_in.say(f"push {registry}/team/app:1").status is Status.DONE
    for name in ("team/app:nothere", "team/nothere:1"):
        said = logged_in.say(f"pull {registry}/{name}")
        assert said.status is Status.FAILED
        assert "manifest" in text.docker(said.reply)
    missing = logged_in.say(f"push {registry}/team/nothere:1")
    assert "An image does not exist locally with the tag" in text.docker(missing.reply)


def test_a_wrong_password_is_not_kept(inhabited: Bench, registry: str) -> None:
    """A login that the registry refuses opens nothing."""
    given = {"password": "wrong"}
    asked = Request(f"login -u {USER} {registry}", Actor(ADMIN), Origin.BUTTON, given=given)
    assert inhabited.pipeline.submit(asked).status is Status.FAILED
    assert inhabited.say(f"pull {registry}/team/app:1").status is Status.FAILED


def test_how_far_the_layers_are_is_shown(logged_in: Bench, registry: str) -> None:
    """Each picture is whole, and the layers stand in it by their ids."""
    logged_in.say(f"tag busybox {registry}/team/shown:1")
    pictures: list[str] = []
    received = logged_in.pipeline.receive(Request(f"push {registry}/team/shown:1", Actor(ADMIN), Origin.SLASH))
    logged_in.pipeline.finish(received, lambda view: pictures.append(view.text))
    asked, *shown = pictures
    assert asked == f"Waiting for {registry}."
    assert shown
    assert all(picture.startswith("The push refers to repository") for picture in shown)
    assert re.search(r"^[0-9a-f]{12}: ", pictures[-1], re.MULTILINE)


@pytest.mark.parametrize(
    ("line", "look", "told", "status"),
    [
        ("push {}", ": Layer already exists", "{} may have been pushed", Status.UNKNOWN),
        ("pull {}", "Pulling from", "{} may come all the same", Status.UNKNOWN),
        ("pull {}", "Status: ", "", Status.DONE),
        ("run -d --name late --pull always {} sleep 1", "Status: ", "{} is here by now", Status.CANCELLED),
        ("create --name late --pull always {}", "Status: ", "{} is here by now", Status.CANCELLED),
    ],
)
def test_who_cancels_at_the_end_is_told_what_is_known(  # noqa: PLR0913, PLR0917 - fixtures and a row
    logged_in: Bench, registry: str, line: str, look: str, told: str, status: Status
) -> None:
    """What has all layers may be there all the same; what is there is used for nothing more."""
    image = f"{registry}/team/late:1"
    logged_in.say(f"tag busybox {image}")
    logged_in.say(f"push {image}")
    received = logged_in.pipeline.receive(Request(line.format(image), Actor(ADMIN), Origin.SLASH))
    assert isinstance(received, Received)

    def press(view: View) -> None:
        stream = logged_in.pipeline.streams.get(received.number)
        if stream is not None and look in view.text:
            stream.end("ada stopped it.")

    outcome = logged_in.pipeline.finish(received, press)
    assert outcome.status is status
    assert told.format(image) in (outcome.reply.error or "")
    assert logged_in.say("inspect late").status is Status.FAILED


@oracle.needs_docker28
@pytest.mark.parametrize(
    "line",
    [
        "push {0}/team/app:1",
        "push -q {0}/team/app:1",
        "push -a {0}/team/app",
        "push {0}/team/app",
        "push {0}/team/nothere",
        "push {0}/team/app:nothere",
        "push -q {0}/team/app:nothere",
        "pull {0}/team/app:1",
        "pull -q {0}/team/app:1",
        "pull {0}/team/app",
        "pull -a {0}/team/app",
        "pull {0}/team/app:nothere",
        "pull -a {0}/team/nothere",
        "pull {0}/team/nothere@sha256:{1}",
        "pull --platform linux/s390x {0}/team/app:1",
    ],
)
def test_docker_says_the_same(logged_in: Bench, registry: str, client: APIClient, tmp_path: Path, line: str) -> None:
    """Each line on the same images, by either side."""
    line = line.format(registry, "0" * 64)
    engine = logged_in.pipeline.hosts.get("local").url  # type: ignore[union-attr]
    said = []
    for run in (lambda: docker(engine, tmp_path, registry, line), lambda: shown(logged_in.say(line))):
        for tag in ("1", "latest"):
            client.tag("busybox:latest", f"{registry}/team/app", tag)
            client.push(f"{registry}/team/app", tag, auth_config={"username": USER, "password": PASSWORD})
        if line.startswith("pull"):
            for tag in ("1", "latest"):
                client.remove_image(f"{registry}/team/app:{tag}")
        said.append(run())
    assert said[1] == said[0]


def test_nothing_hidden_is_pushed_or_moved(fresh_world: str, registry: str, tmp_path: Path) -> None:
    """A tag of an image that the asker may not know of is neither pushed nor pulled over, nor told of by --all-tags."""
    api = APIClient(fresh_world, version="1.41")
    box = api.create_container("busybox:latest", ["true"])
    name = f"{registry}/team/hidden"
    api.commit(box["Id"], name, "1", changes="LABEL hidden=yes")
    api.tag("busybox:latest", name, "2")
    before = api.inspect_image(f"{name}:1")["Id"]
    policy = Policy.parse(POLICY, "policy.toml", [verb.spec for verb in catalog.load()])
    spoken = bench(fresh_world, tmp_path / "data", policy)
    pulled = spoken.say(f"pull -a {name}")
    assert (pulled.status, f"{name} has a tag here that is not yours" in str(pulled.reply)) == (Status.FAILED, True)
    api.remove_image(f"{name}:2")
    assert "does not exist locally" in text.docker(spoken.say(f"push -a {name}").reply)
    api.tag("busybox:latest", name, "2")
    absent = spoken.say(f"push {name}:1")
    assert f"tag does not exist: {name}:1" in text.docker(absent.reply)  # as of any other, since tag 2 is there to see
    assert spoken.say(f"pull {name}:1").status is Status.DENIED
    assert api.inspect_image(f"{name}:1")["Id"] == before
    spoken.close()
    api.remove_container(box["Id"])
    api.close()


def test_the_index_is_searched(bench: Bench, index: str) -> None:
    """What it has in its own order, and no more than is asked for."""
    told = text.docker(bench.say(f"search {index}/team").reply)
    assert [row.split()[0] for row in told.splitlines()[1:]] == ["team/web", "team/db"]
    assert text.docker(bench.say(f"search --format '{{{{.Name}}}}' --limit 1 {index}/team").reply) == "team/web\n"
    assert text.docker(bench.say(f"search --format '{{{{.Name}}}}' -f stars=5 {index}/team").reply) == "team/db\n"


@oracle.needs_docker28
@pytest.mark.parametrize(
    "line",
    [
        "search {0}/team",
        "search --no-trunc {0}/web",
        "search --limit 1 {0}/web",
        "search --filter is-official=true {0}/team",
        "search -f stars=3 -f is-official=false {0}/team",
        "search --filter is-automated=true {0}/web",
        "search --format json {0}/team",
        "search --format 'table {{.Name}}: {{.StarCount}}' {0}/team",
        "search --format '{{.IsOfficial}}{{.IsAutomated}}' {0}/team",
        "search {0}/nothing",
        "search --limit 101 {0}/team",
        "search --limit -1 {0}/team",
        "search -f stars=many {0}/team",
        "search -f is-official=maybe {0}/team",
        "search -f nothing=1 {0}/team",
    ],
)
def test_docker_finds_the_same(bench: Bench, engine: str, index: str, tmp_path: Path, line: str) -> None:
    """Each line, by either side."""
    line = line.replace("{0}", index)
    assert text.docker(bench.say(line).reply) == docker(engine, tmp_path, index, line)
