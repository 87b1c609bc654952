"""What people agree to is what is read and sent, to the last byte; nothing else is read or fetched for it."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import git_server
import pytest
from docker.api.client import APIClient
from docker.errors import NotFound
from eventually import eventually
from harness import PROJECT, Bench
from offices import DEV, ROOT, SAM, Office, told
from test_archives import entry, packed

from bot.request import Outcome, Status
from commands import catalog, seen
from commands.allowances import Allowances
from commands.attempts import Refusal
from commands.building import contexts
from commands.building.contexts import Asked
from commands.catalog import Catalog
from commands.command import Command
from commands.container.exec import Exec
from commands.context import Context
from commands.outside import Outside
from commands.spec import Permission

CONSENT = '[[require]]\nverbs = ["change", "enter"]\napprove = "second"\n'
HOLDS = {
    "Dockerfile": "FROM busybox\nLABEL what={}\n",
    "e.env": "WHAT={}\n",
    "other": "{}",
    "s.json": '{{"defaultAction": "SCMP_ACT_ALLOW", "what": "{}"}}',
}
IMAGES = "images.tar"
EXEC = "exec --env-file {0.folder}/e.env web env"
GIT = "build -t bound http://{0.git}/site.git#main"
LINES = {  # each with what of it changes
    EXEC: "e.env",
    "cp {0.folder}/other web:/bound": "other",
    "load -i {0.folder}/images.tar": IMAGES,
    "import {0.folder}/images.tar bound:1": IMAGES,
    "run -d --name bound --label-file {0.folder}/e.env busybox true": "e.env",
    "create --name bound --security-opt seccomp={0.folder}/s.json busybox true": "s.json",
    "build -t bound {0.folder}": "Dockerfile",
    "build -q -t bound {0.folder}": "other",
    "build -t bound -f {0.folder}/Dockerfile {0.folder}/empty": "Dockerfile",
    "build -t bound http://{0.web}/Dockerfile": "Dockerfile",
    **({GIT: "site"} if git_server.GIT else {}),
}
REACHING = re.compile(
    r"^\s*(?:import|from) (?:ftplib|glob|http|io|mmap|os|pathlib|shutil|socket|subprocess|tempfile|urllib(?!\.parse))\b"
    r"|(?<![\w.])open\(|\brequests\.(?:Session|delete|get|head|options|patch|post|put|request|session)\b",
    re.MULTILINE,
)
TOLD_OF = {"building/contexts", "building/downloading", "building/folders", "building/git", "building/packing"} | {
    "archives/incoming", "creation/files"
}  # fmt: skip
# A file of its own, one that is new, types, text in memory, the engine's answers, how large its logs are, how full its
# disk is.
HARMLESS = {"absent", "allowances", "audit/export", "creation/attaching", "cleanup/space", "system/room"} | {
    "filing", "reply", "enduring", "archives/keeping", "archives/unfolding", "archives/moving",
    "conversing",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where lines read from: a folder, a server that gives what is in it, and one of git repositories."""

    folder: Path
    web: str
    repositories: Path
    git: str

    def write(self, name: str, what: str) -> None:
        """Let a file, or the repository, hold this."""
        if name == IMAGES:
            names = json.dumps([{"Config": "c.json", "RepoTags": ["bound:1"], "Layers": []}]).encode()
            (self.folder / name).write_bytes(packed((entry("manifest.json"), names), entry(what)))
        elif name in HOLDS:
            (self.folder / name).write_text(HOLDS[name].format(what))
        else:
            git_server.commit(self.repositories, name, {"Dockerfile": HOLDS["Dockerfile"].format(what)})


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """One that holds what is good."""
    folder, repositories = tmp_path / "files", tmp_path / "git"
    (folder / "empty").mkdir(parents=True)
    repositories.mkdir()
    with _web(folder) as web, git_server.serve(repositories) as git:
        made = Place(folder, web, repositories, git)
        for name in {*HOLDS, *LINES.values()}:
            made.write(name, "good")
        yield made


@contextmanager
def _web(folder: Path) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = (folder / self.path.removeprefix("/")).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _reading(office: Office, place: Place) -> Bench:
    """A pipeline that may read from there."""
    made = office(f'{CONSENT}{ROOT}[build]\nremotes = ["{place.web}", "{place.git}"]\n')
    return replace(made, pipeline=replace(made.pipeline, allowances=Allowances(files=(place.folder,))))


def _nothing() -> None:
    """Nothing changes."""


def _agreed(
    dev: Bench, line: str, before: Callable[[], object] = _nothing, late: Callable[[], object] = _nothing
) -> Outcome:
    """What comes of a line that others agreed to; before comes before it is looked at again, late comes after that."""
    held = dev.say(line, DEV)
    waits = dev.store.approvals.get(held.number or 0) or pytest.fail(told(held))
    dev.say(f"approval approve {waits.number} --digest {waits.digest}", SAM)
    before()
    left = [late]
    pipeline = replace(dev.pipeline, decided=lambda _number: left.pop()() if left else None)
    return pipeline.resume(waits.number) or pytest.fail("it does not begin")


def _is_made(api: APIClient) -> bool:
    """Whether a line made something."""
    return bool(api.containers(all=True, filters={"name": "bound"}) or api.images("bound"))


@pytest.mark.attack("S13")
def test_what_is_read_is_what_was_agreed_to_whenever_it_changes(office: Office, place: Place, api: APIClient) -> None:
    """Before it is looked at again, or between that and the doing: whatever reads it, from wherever."""
    dev = _reading(office, place)
    for line, name in LINES.items():
        text = line.format(place)
        for when, status, words in (
            ("before", Status.SUPERSEDED, "has changed"),
            ("late", Status.FAILED, "is not what it was when this line was judged"),
        ):
            done = _agreed(dev, text, **{when: lambda name=name: place.write(name, "evil")})
            place.write(name, "good")
            assert (done.status, words in told(done)) == (status, True), (text, told(done))
            assert not _is_made(api), text
    for line in (EXEC, *(each for each in LINES if each == GIT)):
        done = _agreed(dev, line.format(place))
        assert (done.status, "what=good" in told(done).lower()) == (Status.DONE, True), told(done)


class Careless(Exec, name="container exec", alias="exec", permission=Permission.ENTER, interspersed=False):
    """Says nothing of what it reads."""

    def reads(self, ctx: Context) -> None:
        """Nothing, it says."""


def test_no_verb_reads_what_it_does_not_say(office: Office, place: Place) -> None:
    """Where people have to agree; all that do say so are in the walk above, and what a line did not read is not had."""
    reading = {verb.spec.name for verb in catalog.load() if verb.reads is not Command.reads}
    assert reading == {catalog.load().parse(line.format(place)).command.spec.name for line in LINES}
    dev = _reading(office, place)
    dev = replace(dev, pipeline=replace(dev.pipeline, catalog=Catalog([*catalog.load(), Careless])))
    done = _agreed(dev, EXEC.format(place))
    assert (done.status, "good" in told(done)) == (Status.FAILED, False), told(done)


def test_whatever_reaches_outside_is_a_module_that_is_told_of() -> None:
    """No other module of a verb opens files, runs programs or connects; what may use these, `make lint` says."""
    verbs = PROJECT / "commands"
    found = {path for path in verbs.rglob("*.py") if REACHING.search(path.read_text())}
    assert {str(path.relative_to(verbs).with_suffix("")) for path in found} == TOLD_OF | HARMLESS


def _marks(folder: Path, file: str = "") -> dict[str, str]:
    """What is known of a context by which it is told from others."""
    outside = Outside()

    def read() -> None:
        with contexts.opened(Asked(str(folder), file, b"FROM a\n"), Allowances(files=(folder,)), outside) as context:
            context.pass_over()

    return dict(outside.bound(read))


def test_two_contexts_have_two_fingerprints(tmp_path: Path) -> None:
    """Whatever their files are called and lead to; and one has the same each time, whatever its files' times are."""
    (tmp_path / "a").write_text("FROM a\n")
    (tmp_path / "ba").write_text("x")
    (tmp_path / "link").symlink_to("a")
    for file in ("a", "-", "link"):
        seen = [_marks(tmp_path, file)]
        os.utime(tmp_path / "a", (1, 1))
        assert _marks(tmp_path, file) == seen[0]
        for old, new in (("ba", "bDockerfile"), ("bDockerfile", "b-")):
            (tmp_path / old).rename(tmp_path / new)
            seen.append(_marks(tmp_path, file))
        (tmp_path / "link").unlink()
        (tmp_path / "link").symlink_to("Dockerfile" if file != "link" else "b-")
        seen.append(_marks(tmp_path, file))
        assert len({str(each) for each in seen}) == len(seen), file
        (tmp_path / "link").unlink()
        (tmp_path / "link").symlink_to("a")
        (tmp_path / "b-").rename(tmp_path / "ba")
    (tmp_path / ".dockerignore").write_text("link\n")  # the same is sent, and another one is the Dockerfile
    (tmp_path / "b").write_text("FROM a\n")
    first = _marks(tmp_path, "link")
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("b")
    assert _marks(tmp_path, "link") != first


def test_what_is_not_among_what_was_bound_is_not_had() -> None:
    """Neither another thing, nor another content."""
    outside = Outside()
    assert list(outside.bound(lambda: outside.take("the file a", b"1"))) == ["the file a"]
    outside.take("the file a", b"1")
    for what, content in (("the file a", b"2"), ("the file b", b"1")):
        with pytest.raises(Refusal, match=f"T{what[1:]} is not what it was"):
            outside.take(what, content)


def test_an_image_that_goes_meanwhile_is_not_fetched_anew(office: Office, api: APIClient) -> None:
    """It is not there, then; and what would be pulled is judged so, by an id too."""
    name = "127.0.0.1:1/app:1"
    dev = office(CONSENT)
    for verb in ("create", "run -d"):
        api.tag("busybox:latest", "127.0.0.1:1/app", "1")
        done = _agreed(dev, f"{verb} --name bound {name} true", late=lambda: api.remove_image(name))
        assert (done.status, f"No such image: {name}" in told(done)) == (Status.FAILED, True), told(done)
        assert "Unable to find" not in told(done)
        assert not _is_made(api)
    dev = office('[[deny]]\nverbs = ["pull"]\non = ["*"]\n')
    for line in (f"create {name} true", f"create --pull always {api.inspect_image('busybox')['Id']} true"):
        assert dev.say(line, DEV).status is Status.DENIED, line
    said = told(dev.say(f"create --pull always {'a' * 64} true", DEV))
    assert "cannot specify 64-byte hexadecimal strings" in said
    with pytest.raises(NotFound):
        api.inspect_image(name)


def test_a_volume_that_is_made_anew_meanwhile_is_not_the_one_that_was_agreed_to(office: Office, api: APIClient) -> None:
    """By its labels; by its time alone where the engine dates it by its making."""
    dev, made = office(CONSENT), int(time.time())

    def anew(labels: dict[str, str]) -> None:
        api.remove_volume("bound-data")
        eventually(lambda: int(time.time()) > made + 1)  # engines tell of seconds
        api.create_volume("bound-data", labels=labels)

    line = "create --name bound -v bound-data:/d busybox true"
    words = "bound-data is not any more what this line was judged by"
    for labels in ({"other": "yes"}, *([{}] if seen.is_dated(api.api_version) else [])):
        api.create_volume("bound-data")
        done = _agreed(dev, line, late=lambda labels=labels: anew(labels))
        assert (done.status, words in told(done), _is_made(api)) == (Status.FAILED, True, False), told(done)
        done = _agreed(dev, line, before=lambda: anew({"another": "yes"}))
        assert (done.status, "bound-data has changed" in told(done)) == (Status.SUPERSEDED, True), told(done)
        api.remove_volume("bound-data")


@pytest.mark.parametrize(("spoken", "same"), [("1.41", True), ("1.42", False)])
def test_when_a_volume_was_made_tells_it_from_others_where_engines_know(spoken: str, *, same: bool) -> None:
    """All else does so everywhere."""
    was = {"Name": "v", "Driver": "local", "Options": None, "Labels": {"a": "1"}, "CreatedAt": "2026-01-01T00:00:00Z"}
    assert (seen.lasting({**was, "CreatedAt": "2026-01-01T00:00:09Z"}, spoken) == seen.lasting(was, spoken)) is same
    for other in ({"Driver": "nfs"}, {"Options": {"o": "bind"}}, {"Labels": None}):
        assert seen.lasting({**was, **other}, spoken) != seen.lasting(was, spoken)


def test_a_volume_stays_the_one_that_was_agreed_to_whatever_is_written_into_it(office: Office, api: APIClient) -> None:
    """Its first container copies the image's content into it, and others may write to it meanwhile."""
    api.create_volume("bound-data")
    made = int(time.time())
    eventually(lambda: int(time.time()) > made)  # engines tell of seconds
    done = office("").say("create --name bound -v bound-data:/etc busybox true", DEV)
    assert (done.status, _is_made(api)) == (Status.DONE, True), told(done)
    api.remove_container("bound")

    def written() -> None:
        since = int(time.time())
        eventually(lambda: int(time.time()) > since)
        host = api.create_host_config(binds=["bound-data:/d"])
        writer = api.create_container("busybox", ["touch", f"/d/{since}"], host_config=host)
        api.start(writer)
        api.wait(writer)
        api.remove_container(writer)

    dev = office(CONSENT)
    for when in ("before", "late"):
        done = _agreed(dev, "create --name bound -v bound-data:/d busybox true", **{when: written})
        assert done.status is Status.DONE, (when, told(done))
        api.remove_container("bound")
    api.remove_volume("bound-data")


def test_a_commit_pauses_nothing_that_may_not_be_paused(office: Office) -> None:
    """Nor lets go on what may not be; one that does not run, or is not to stand still, is not concerned."""
    for verb in ("pause", "unpause"):
        dev = office(f'[[deny]]\nverbs = ["{verb}"]\non = ["name:web", "name:idle"]\n')
        said = dev.say("commit web bound", DEV)
        assert (said.status, f"`container {verb}`" in told(said)) == (Status.DENIED, True), told(said)
        for line in ("commit --pause=false web", "commit idle"):
            assert dev.say(line, DEV).status is Status.DONE, line
    dev = office('[[require]]\nverbs = ["pause"]\non = ["name:web"]\napprove = "second"\n')
    assert dev.say("commit web bound", DEV).status is Status.HELD
