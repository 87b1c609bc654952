"""Files out of containers and from one into another: what docker makes of it, bounded, and round no rule."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docker.api.client import APIClient
from harness import ROOT, Bench, bench
from offices import DEV, Office, told
from offices import ROOT as OFFICE_ROOT
from oracle import DOCKER, needs_docker28

from bot.files import Files
from bot.policy import Policy
from bot.request import Outcome, Status
from commands import catalog
from commands.archives import fetching
from commands.live import uncancelled
from commands.reply import Document

MB = 1024 * 1024


@pytest.fixture
def root(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline for an administrator who may enter."""
    policy = Policy.parse(ROOT, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    made = bench(fresh_world, tmp_path / "data", policy)
    yield made
    made.close()


def _file(outcome: Outcome) -> tuple[str, bytes]:
    """The name and the content of the file of an answer."""
    part, _ = outcome.reply.parts
    assert isinstance(part, Document), told(outcome)
    assert isinstance(part.content, Path)
    return part.name, part.content.read_bytes()


def _tree(api: APIClient, container: str, path: str) -> dict[str, Any]:
    """What lies at a path of a container: its names, types, modes, targets and contents."""
    chunks, _ = api.get_archive(container, path)
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        return {each.name: (each.type, each.mode, each.linkname, _content(archive, each)) for each in archive}


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    opened = archive.extractfile(entry) if entry.isreg() else None
    return opened.read() if opened else b""


def _put(api: APIClient, container: str, folder: str, *entries: tuple[tarfile.TarInfo, bytes]) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for entry, content in entries:
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    api.put_archive(container, folder, packed.getvalue())


def _entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, link
    entry.mode = 0o755 if kind == tarfile.DIRTYPE else 0o640
    return entry


def test_a_file_comes_as_it_is_and_all_else_as_an_archive(root: Bench, api: APIClient) -> None:
    """Each by its own name."""
    _put(api, "web", "/", (_entry("f.bin"), b"\0\xff" * 9), (_entry("l", tarfile.SYMTYPE, "f.bin"), b""))
    assert _file(root.say("cp web:/f.bin -")) == ("f.bin", b"\0\xff" * 9)
    assert _file(root.say("cp -L web:/l -")) == ("f.bin", b"\0\xff" * 9)
    for path, name in (("/etc", "etc.tar"), ("/l", "l.tar"), ("/", "web.tar")):
        given, content = _file(root.say(f"cp web:{path} -"))
        assert given == name
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            assert {each.name for each in archive} == set(_tree(api, "web", path)), path


TWO = ("ours", "theirs")
CASES = [
    ("/f", "/x"), ("/f", "/there"), ("/f", "/there/"), ("/f", "/old"), ("/f", "/nothere/"), ("/f", "/no/x"),
    ("/f", "/link"), ("/f", "/old/x"), ("/d", "/x"), ("/d", "/there"), ("/d", "/old"), ("/d/.", "/x"),
    ("/d/.", "/there"), ("/d/", "/there"), ("/d", "/no/x"), ("/d", "/x/"), ("/d", "/link"),
]  # fmt: skip


@pytest.fixture
def two(api: APIClient) -> Iterator[APIClient]:
    """The same with two containers that hold the same, and a file and a folder in web."""
    for name in TWO:
        api.create_container("busybox", ["true"], name=name)
        folders = (_entry("there", tarfile.DIRTYPE), _entry("there/d", tarfile.DIRTYPE))
        _put(api, name, "/", *((each, b"") for each in (*folders, _entry("link", tarfile.SYMTYPE, "there"))))
        _put(api, name, "/", (_entry("old"), b"old"))
    _put(api, "web", "/", (_entry("f"), b"file"), (_entry("d", tarfile.DIRTYPE), b""), (_entry("d/a b"), b"1"))
    _put(api, "web", "/d", (_entry("l", tarfile.SYMTYPE, "/etc/x"), b""), (_entry("é" * 120), b"2" * 600))
    yield api
    for name in TWO:
        api.remove_container(name)


@needs_docker28
@pytest.mark.parametrize("case", CASES)
def test_between_containers_it_is_what_two_copies_of_docker_are(
    root: Bench, two: APIClient, tmp_path: Path, case: tuple[str, str]
) -> None:
    """Out of the one and into the other: the same files, or the same refusal."""
    source, destination = case
    (tmp_path / "host").mkdir()
    local = f"{tmp_path}/host{source}"
    for words in (["-a", f"web:{source}", local.removesuffix("/.")], ["-a", local, f"theirs:{destination}"]):
        env = {"DOCKER_HOST": f"unix://{root.pipeline.hosts.sockets()[0]}", "HOME": "/nonexistent"}
        ran = subprocess.run([DOCKER, "cp", *words], env=env, capture_output=True, text=True, check=False)
    done = root.say(f"cp -a web:{source} ours:{destination}")
    assert (done.status is Status.DONE) == (ran.returncode == 0), (told(done), ran.stderr)
    if ran.returncode:
        assert done.reply.error == ran.stderr.splitlines()[-1].replace("theirs", "ours")
    else:
        assert "Successfully copied" in told(done)
    assert _tree(two, "ours", "/") == _tree(two, "theirs", "/")


def test_what_is_too_large_is_refused_before_anything_of_it_moves(root: Bench, api: APIClient) -> None:
    """A file by what the engine says of it, a folder once it is; nothing is left of either, nor comes anywhere."""
    _put(api, "web", "/", (_entry("large", tarfile.DIRTYPE), b""), (_entry("large/f"), b"x" * 3 * MB))
    root.store.files.largest = 2 * MB
    before = _tree(api, "idle", "/")
    for line in ("cp web:/large/f -", "cp web:/large -", "cp web:/large idle:/", "cp web:/large/f idle:/"):
        done = root.say(line)
        assert (done.status, "a file may have 2.1MB here" in told(done)) == (Status.FAILED, True), told(done)
        assert not list((root.folder / "files").iterdir()), line
    assert _tree(api, "idle", "/") == before


def test_what_breaks_off_is_not_given(tmp_path: Path) -> None:
    """An engine that is stopped ends what it sends as if it were whole."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        entry = _entry("f")
        entry.size = MB
        archive.addfile(entry, io.BytesIO(b"x" * MB))
    ctx: Any = SimpleNamespace(progress=lambda _text: None, patient=SimpleNamespace(), work=uncancelled)
    half = whole.getvalue()[: MB // 2]
    for take in (fetching.first, fetching.archive):
        answer: Any = SimpleNamespace(iter_content=lambda _size: iter([half]), close=lambda: None)
        with Files(tmp_path / "files").draft() as draft, pytest.raises(fetching.Refusal, match="stopped talking"):
            take(ctx, answer, draft, "x")
        assert not list((tmp_path / "files").iterdir())


@pytest.mark.attack("S32")
def test_nothing_is_copied_round_a_rule(office: Office, api: APIClient) -> None:
    """Both ends are entered, with what they mount."""
    for rules in (
        '[[deny]]\nverbs = ["cp"]\non = ["name:web"]\n',
        '[[deny]]\nverbs = ["enter"]\non = ["name:web"]\n',
        '[protect]\ncontainers = ["web"]\n',
    ):
        dev = office(rules)
        for line in ("cp web:/etc/hostname -", "cp web:/etc/hostname worker:/", "cp worker:/etc/hostname web:/"):
            assert dev.say(line, DEV).status is Status.DENIED, (rules, line)
        assert dev.say("cp worker:/etc/hostname -", DEV).status is Status.DONE
    dev = office('[protect]\nvolumes = ["pgdata"]\n')
    for line in ("cp idle:/data -", "cp idle:/etc -", "cp worker:/etc idle:/data/x"):
        assert dev.say(line, DEV).status is Status.DENIED, line
    api.create_container("busybox", ["true"], name="rooted", host_config=api.create_host_config(binds=["/:/host"]))
    dev = office("")
    for line in ("cp rooted:/host/etc/shadow -", "cp web:/etc/hostname rooted:/host/"):
        done = dev.say(line, DEV)
        assert (done.status, "root" in told(done)) == (Status.DENIED, True), told(done)
    api.remove_container("rooted")


def test_what_is_put_beside_hidden_processes_reaches_them(office: Office, api: APIClient) -> None:
    """As exec would; what is only read there does not."""
    shared = api.create_host_config(pid_mode="container:web")
    api.start(api.create_container("busybox", ["sleep", "1000"], name="joined", host_config=shared)["Id"])
    dev = office(f'[[deny]]\nverbs = ["enter"]\non = ["name:web"]\n{OFFICE_ROOT}')
    assert dev.say("cp worker:/etc/hostname joined:/", DEV).status is Status.DENIED
    api.remove_container("joined", force=True)


@pytest.mark.parametrize("path", ["/proc/1/environ", "proc/self", "/./proc//x", "/dev/../proc/1", "/dev/fd/3"])
def test_nothing_is_copied_from_or_to_what_is_the_kernels(root: Bench, path: str) -> None:
    """However it is written."""
    for line in (f"cp web:{path} -", f"cp web:/etc worker:{path}", f"cp web:{path} worker:/"):
        done = root.say(line)
        assert "the kernel's" in told(done), line
    assert "the kernel's" in told(root.say("cp -L web:/etc/mtab -"))


@pytest.mark.parametrize("line", ["cp web:/etc /tmp/x", "cp web:/etc .", "cp /etc/passwd web:/x", "cp ./web:x web:/x"])
def test_the_bots_own_machine_is_neither_read_nor_written(root: Bench, line: str) -> None:
    """The answer says what to do instead."""
    done = root.say(line)
    assert done.status in {Status.USAGE, Status.FAILED}
    assert "of yours here" in told(done) or "slashdock may not read" in told(done), told(done)
