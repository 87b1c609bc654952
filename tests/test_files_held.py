"""Files under attack: what is agreed to is what comes, and nothing is left of what did not."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docker.api.client import APIClient
from harness import Bench
from offices import DEV, SAM, Office, told
from oracle import DOCKER, needs_docker28
from test_archives import entry, packed
from test_load import _reading, root

from bot.files import Files
from bot.request import Actor, Origin, Request, Status
from bot.settings import Mode
from bot.slack import Access, Connection
from bot.slack.uploads import SlackUploads
from bot.workspace import Workspace
from bot.workspace.people import OPERATOR, OPS
from commands.archives import fetching
from commands.container.diff import DEEP, drawn
from commands.live import uncancelled

__all__ = ["root"]
MB = 1024 * 1024
SECOND = '[[require]]\nverbs = ["change", "enter"]\napprove = "second"\n'


@contextmanager
def _small(folder: Path, octets: int) -> Iterator[None]:
    """A disk with so many bytes at a folder."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={octets}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.attack("S32")
def test_a_file_is_called_what_was_agreed_to(office: Office, api: APIClient, workspace: Workspace) -> None:
    """Slack lets whoever gave a file rename it; the name is where it lies in the container."""
    access = Access(Mode.SOCKET, workspace.bot_token, workspace.app_token, workspace.signing_secret, workspace.api_url)
    made, connection = office(SECOND), Connection(access)
    dev = replace(made, pipeline=replace(made.pipeline, uploads=lambda asked: SlackUploads(connection, asked)))
    file = workspace.say(OPERATOR, OPS, "look", files={"motd": b"root::0:0::/:/bin/sh\n"}).files[0]["id"]
    held = dev.pipeline.submit(Request(f"cp {file} web:/etc", Actor(DEV), Origin.MENTION, channel=OPS))
    waiting = dev.store.approvals.get(held.number)
    assert f'the file {file} ("motd", 21 bytes)' in waiting.plan["text"]
    assert dev.say(f"approval approve {waiting.number} --digest {waiting.digest}", SAM).status is Status.DONE
    workspace.files.kept[file].name = "passwd"
    before = _listed(api)
    done = dev.pipeline.resume(waiting.number)
    assert done is not None
    assert done.status is not Status.DONE, told(done)
    assert _listed(api) == before


def _listed(api: APIClient) -> bytes:
    listed: bytes = api.exec_start(api.exec_create("web", ["ls", "-a", "/etc"]))
    return listed


def test_whoever_agrees_to_a_load_sees_the_names_that_are_new(office: Office, api: APIClient, tmp_path: Path) -> None:
    """Beside those of images that are there."""
    dev = _reading(office(SECOND), tmp_path / "allowed")
    lists = [{"Config": "c.json", "RepoTags": ["mine:1", "app:2.0"], "Layers": []}]
    (tmp_path / "allowed" / "x.tar").write_bytes(packed((entry("manifest.json"), json.dumps(lists).encode())))
    held = dev.say("load -i x.tar", DEV)
    text = dev.store.approvals.get(held.number).plan["text"]
    assert "Names:   mine:1\n" in text
    assert api.inspect_image("app:2.0")["Id"].removeprefix("sha256:")[:12] in text


@pytest.mark.attack("S32")
def test_a_deep_archive_leaves_no_folder(root: Bench, tmp_path: Path) -> None:
    """It is refused in words, before so much is made that it cannot be removed again."""
    dockerfile = (entry("Dockerfile"), b"FROM busybox\n")
    deep = packed(dockerfile, *(entry("a/" * depth + "f") for depth in (50, 99, 400)))
    (tmp_path / "allowed" / "x.tgz").write_bytes(gzip.compress(deep))
    done = _built(root, tmp_path / "allowed" / "x.tgz")
    assert (done.status, "more than 100 folders" in told(done)) == (Status.FAILED, True), told(done)
    assert not list((root.folder / "files").iterdir())


def _built(root: Bench, file: Path) -> Any:
    """A build from what Slack would give of this file."""

    def fetch(_file: str, draft: Any, _moved: Any, _work: Any) -> str:
        draft.write(file.read_bytes())
        return file.name

    given: Any = SimpleNamespace(fetch=fetch)
    made = replace(root, pipeline=replace(root.pipeline, uploads=lambda _asked: given))
    return made.say("build -t deep:1 F0123ABCDEF")


def test_a_folder_goes_with_its_draft(tmp_path: Path) -> None:
    """Also where the process ended meanwhile: the next one finds nobody who holds it."""
    files = Files(tmp_path / "files")
    with files.draft() as draft:
        made = draft.folder()
        (made / "below").mkdir()
        _aged(*made.parent.iterdir())
        files.trim()
        assert (made / "below").is_dir()
    assert not list((tmp_path / "files").iterdir())
    left = tmp_path / "files" / f".gone{made.name[-len('-folder') :]}"
    (left / "below").mkdir(parents=True)
    _aged(left)
    Files(tmp_path / "files")
    assert not left.exists()


def _aged(*paths: Path) -> None:
    for path in paths:
        os.utime(path, (1, 1))


def test_an_archive_that_breaks_off_within_zeros_is_not_whole(tmp_path: Path) -> None:
    """An archive ends with zeros, and so may half of a file."""
    whole = packed((entry("f"), bytes(MB)), (entry("g"), b"lost"))
    after_f = tarfile.BLOCKSIZE + MB
    for length, is_whole in ((MB // 2, False), (after_f, False), (after_f + 512, False), (len(whole), True)):
        ctx: Any = SimpleNamespace(progress=lambda _text: None, patient=SimpleNamespace(), work=uncancelled)
        answer: Any = SimpleNamespace(iter_content=lambda _size, end=length: iter([whole[:end]]), close=lambda: None)
        with Files(tmp_path / "files").draft() as draft:
            if is_whole:
                fetching.archive(ctx, answer, draft, "x")
            else:
                with pytest.raises(fetching.Refusal, match="stopped talking"):
                    fetching.archive(ctx, answer, draft, "x")


def test_a_full_disk_is_said_and_nothing_is_left(root: Bench, api: APIClient, tmp_path: Path) -> None:
    """Also where the last bytes of a small file do not fit."""
    api.exec_start(api.exec_create("web", ["sh", "-c", "head -c 3000000 /dev/urandom >/big; echo hi >/small"]))
    folder = root.folder / "files"
    with _small(folder, 2 * MB):
        for line in ("cp web:/big -", "cp web:/big idle:/x", "export web", "save busybox"):
            done = root.say(line)
            assert (done.status, "No space left on device" in told(done)) == (Status.FAILED, True), (line, told(done))
            assert not list(folder.iterdir()), line
        (tmp_path / "one").write_bytes(bytes(2 * MB))
        subprocess.run(["cp", tmp_path / "one", folder / "full"], check=False, capture_output=True)
        done = root.say("cp web:/small -")
        assert (done.status, "No space left on device" in told(done)) == (Status.FAILED, True), told(done)
        assert [each.name for each in folder.iterdir()] == ["full"]


@needs_docker28
def test_a_name_that_reads_as_an_id_is_a_name_first(root: Bench, api: APIClient) -> None:
    """As at the engine: all of its tags; where there is none, the image whose id begins like that."""
    for tag in ("1", "2"):
        api.tag("busybox:latest", "cafe", tag)
    try:
        done = root.say("save cafe")
        assert _names(done) == {"cafe:1", "cafe:2"}, told(done)
        short = api.inspect_image("busybox:latest")["Id"].removeprefix("sha256:")[:12]
        assert _names(root.say(f"save {short}")) == set()
    finally:
        for tag in ("1", "2"):
            api.remove_image(f"cafe:{tag}")


def _names(done: Any) -> set[str]:
    content = done.reply.parts[0].content
    assert isinstance(content, Path), told(done)
    with tarfile.open(content) as archive:
        listed = archive.extractfile("manifest.json")
        assert listed is not None
        return {name for each in json.load(listed) for name in each["RepoTags"] or ()}


@needs_docker28
def test_a_file_takes_the_place_of_a_pipe(root: Bench, api: APIClient, tmp_path: Path) -> None:
    """As docker's cp has it; in that of a device nothing is put."""
    (tmp_path / "allowed" / "one").write_text("content\n")
    for name in ("ours", "theirs"):
        api.start(api.create_container("busybox", ["sleep", "1000"], name=name))
        api.exec_start(api.exec_create(name, ["sh", "-c", "mkfifo /pipe; mknod /device c 1 3"]))
    env = {"DOCKER_HOST": f"unix://{root.pipeline.hosts.sockets()[0]}", "HOME": "/nonexistent"}
    for at in ("/pipe", "/device"):
        words = [DOCKER, "cp", str(tmp_path / "allowed" / "one"), f"theirs:{at}"]
        ran = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
        done = root.say(f"cp one ours:{at}")
        assert (done.status is Status.DONE) == (ran.returncode == 0), (told(done), ran.stderr)
        kinds = {api.exec_start(api.exec_create(name, ["stat", "-c", "%F", at])) for name in ("ours", "theirs")}
        assert len(kinds) == 1, kinds
    for name in ("ours", "theirs"):
        api.remove_container(name, force=True)


def test_a_deep_tree_is_counted() -> None:
    """However deep it goes."""
    path = "/d" * 3_000
    shown = list(drawn([{"Path": f"{path}/f{n}", "Kind": 1} for n in range(2)]))
    assert len(shown) == DEEP + 1
    assert "2 added" in shown[-1]
