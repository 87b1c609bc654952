"""Images and containers as files: of what was judged, by the names that were asked for, to where it may go."""

from __future__ import annotations

import io
import json
import tarfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docker.api.client import APIClient
from eventually import LIMIT, eventually
from harness import ROOT, Bench, bench
from offices import DEV, Office, told
from proxy import Proxy

from bot.policy import Policy
from bot.request import Outcome, Status
from commands import catalog
from commands.allowances import Allowances
from commands.archives import saved
from commands.attempts import Refusal
from commands.image import save
from commands.reply import Document

MB = 1024 * 1024


@pytest.fixture
def root(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline for an administrator who may enter, and write to a folder."""
    with _rooted(fresh_world, tmp_path) as made:
        yield made


@contextmanager
def _rooted(engine: str, tmp_path: Path) -> Iterator[Bench]:
    (tmp_path / "allowed").mkdir()
    policy = Policy.parse(ROOT, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    made = bench(engine, tmp_path / "data", policy)
    yield replace(made, pipeline=replace(made.pipeline, allowances=Allowances(files=(tmp_path / "allowed",))))
    made.close()


def _archive(outcome: Outcome) -> tarfile.TarFile:
    part, _ = outcome.reply.parts
    assert isinstance(part, Document), told(outcome)
    assert isinstance(part.content, Path)
    return tarfile.open(fileobj=io.BytesIO(part.content.read_bytes()))


def _tags(archive: tarfile.TarFile) -> list[str]:
    listed = json.load(archive.extractfile("manifest.json") or io.BytesIO())
    return sorted(tag for each in listed for tag in each["RepoTags"] or ["<none>"])


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("save app:1.0", ["app:1.0"]),
        ("save app", ["app:1.0", "app:2.0"]),
        ("save app:1.0 busybox:latest", ["app:1.0", "busybox:latest"]),
        ("save docker.io/library/app:1.0", ["app:1.0"]),
        ("save {id}", ["<none>"]),
        ("save {short}", ["<none>"]),
    ],
)
def test_an_archive_has_the_names_that_were_asked_for(root: Bench, api: APIClient, line: str, tags: list[str]) -> None:
    """And no other name of the same image; an id has none."""
    full = api.inspect_image("app:1.0")["Id"]
    done = root.say(line.format(id=full, short=full.removeprefix("sha256:")[:9]))
    assert (done.status, _tags(_archive(done))) == (Status.DONE, tags)


def test_all_tags_are_those_that_may_be_had(office: Office) -> None:
    """What is protected, denied or hidden is left out of a name without a tag, and refused by its own."""
    for rules in (
        '[protect]\nimages = ["app:2*"]\n',
        '[[deny]]\nverbs = ["save"]\non = ["label:stage=prod"]\n',
        '[[deny]]\nverbs = ["see", "read", "enter"]\non = ["label:stage=prod"]\n',
    ):
        dev = office(rules)
        assert _tags(_archive(dev.say("save app", DEV))) == ["app:1.0"], rules
        assert dev.say("save app:2.0", DEV).status is not Status.DONE, rules
        assert "No such image: nothere" in told(dev.say("save nothere", DEV))
    dev = office('[[deny]]\nverbs = ["enter"]\non = ["name:web"]\n')
    assert dev.say("export web", DEV).status is Status.DENIED


def _packed(tmp_path: Path, **lists: Any) -> Any:
    """A draft that is an archive with these lists."""
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        for name, said in lists.items():
            content = json.dumps(said).encode()
            entry = tarfile.TarInfo(f"{name}.json")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))

    class Draft:
        def opened(self) -> Any:
            return path.open("rb")

    return Draft()


def test_a_name_that_stands_for_another_image_by_then_is_not_given(tmp_path: Path) -> None:
    """Whatever the engine keeps images in; nor is an image beside, or a name."""
    one, other = "a" * 64, "b" * 64
    good = [{"Config": f"{one}.json", "RepoTags": ["app:1"]}]
    saved.holds(_packed(tmp_path, manifest=good), [f"sha256:{one}"], {"app:1": f"sha256:{one}"})
    blobs = [{"Config": f"blobs/sha256/{other}", "RepoTags": ["app:1"]}]
    index = {"manifests": [{"digest": f"sha256:{one}"}]}
    saved.holds(_packed(tmp_path, manifest=blobs, index=index), [f"sha256:{one}"], {"app:1": f"sha256:{one}"})
    for lists, names in (
        ({"manifest": good}, {"app:1": other}),
        ({"manifest": good}, {}),
        ({"manifest": [*good, *blobs]}, {"app:1": one}),
        ({"manifest": blobs}, {"app:1": one}),
        ({}, {}),
    ):
        with pytest.raises(Refusal, match="other images"):
            saved.holds(_packed(tmp_path, **lists), names.values() or [one], names)


@pytest.fixture
def heavy(api: APIClient) -> Iterator[tuple[str, ...]]:
    """Three names of two images that are made of busybox, and have its layers."""
    box = api.create_container("busybox:latest", ["true"])["Id"]
    for tag in ("1", "2"):
        api.commit(box, "heavy", tag, changes=f"LABEL tag={tag}")
    api.tag("heavy:2", "heavy", "3")
    api.remove_container(box)
    yield tuple(f"heavy:{tag}" for tag in "123")
    for tag in "123":
        api.remove_image(f"heavy:{tag}")


@pytest.mark.parametrize("line", ["save heavy:1", "save heavy", "save {id}", "save -o x.tar app:1.0 heavy:2"])
def test_images_that_are_surely_too_large_are_not_asked_for(
    api: APIClient, fresh_world: str, heavy: tuple[str, ...], tmp_path: Path, line: str
) -> None:
    """An engine makes the whole archive before it sends the first byte of it."""
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as address, _rooted(address, tmp_path) as spoken:
        spoken.store.files.largest = MB
        done = spoken.say(line.format(id=api.inspect_image(heavy[0])["Id"]))
    assert (done.status, "a file may have 1.05MB here" in told(done)) == (Status.FAILED, True), told(done)
    assert not [request for request in proxy.requests if "/images/get" in request]


def test_what_images_share_is_not_taken_for_more_than_it_is(
    root: Bench, api: APIClient, heavy: tuple[str, ...]
) -> None:
    """Each has the layers of busybox, and the archive has them once."""
    root.store.files.largest = int(api.inspect_image("busybox:latest")["Size"] * 1.5)
    done = root.say("save busybox:latest heavy")
    assert (done.status, _tags(_archive(done))) == (Status.DONE, ["busybox:latest", *heavy])


def test_an_archive_is_no_smaller_than_what_is_expected_of_it(api: APIClient, heavy: tuple[str, ...]) -> None:
    """Of images that have layers in common the largest counts, and none that has the same layer twice."""
    for names in ([heavy[0]], ["app:1.0"], ["app:1.0", "app:2.0", "busybox:latest", *heavy]):
        answer = api._get(api._url("/images/get"), params={"names": names})
        assert 0 < save._least(map(api.inspect_image, names)) <= len(answer.content), names

    def made(size: int, *layers: str) -> dict[str, Any]:
        return {"Size": size, "RootFS": {"Layers": layers}}

    assert save._least([made(5, "a", "b"), made(7, "a", "c"), made(2, "d"), made(2, "d"), made(9, "e", "e")]) == 9
    assert save._least([made(9), {"Size": 9}]) == 0


@pytest.mark.parametrize(("line", "asked"), [("save busybox", "/images/get"), ("export web", "/export")])
def test_what_an_engine_is_still_making_is_cancelled(fresh_world: str, tmp_path: Path, line: str, asked: str) -> None:
    """Before it says a word of it."""
    proxy = Proxy(fresh_world, hold=asked, together=2)
    with (
        proxy.serve(tmp_path) as address,
        _rooted(address, tmp_path) as spoken,
        ThreadPoolExecutor(1) as pool,
    ):
        saying = pool.submit(spoken.say, line)
        eventually(lambda: any(asked in request for request in proxy.requests))
        (work,) = spoken.pipeline.streams.listed()
        spoken.say(f"stream stop {work.number}")
        done = saying.result(LIMIT)
        assert not proxy.is_broken
        proxy.let_go()
    assert done.status is Status.CANCELLED, told(done)
    assert "Nothing of it was kept." in told(done)
    assert not list((tmp_path / "data" / "files").iterdir())


def test_all_files_of_a_container_are_given(root: Bench, api: APIClient) -> None:
    """Those of volumes are none of its own."""
    names = set(_archive(root.say("export web")).getnames())
    assert {"bin/busybox", "etc"} <= names
    assert "Could not find" not in told(root.say("export idle"))
    with tarfile.open(fileobj=io.BytesIO(b"".join(api.export("web")))) as archive:
        assert set(archive.getnames()) == names


@pytest.mark.attack("S32")
def test_what_is_written_is_new_and_in_a_folder_that_is_allowed(root: Bench, tmp_path: Path) -> None:
    """No link leads out of it, nothing that is there is overwritten, and nothing is left of what fails."""
    folder = tmp_path / "allowed"
    (folder / "sub").mkdir()
    (folder / "old").write_text("old")
    (folder / "out").symlink_to(tmp_path)
    (folder / "dangling").symlink_to(tmp_path / "new")
    for path in ("a.tar", "sub/a.tar", f"{folder}/b.tar"):
        assert "was written to" in told(root.say(f"save -o {path} app:1.0"))
        with tarfile.open(folder / path) as archive:
            assert _tags(archive) == ["app:1.0"]
        assert (folder / path).stat().st_mode & 0o777 == 0o600
    for path, words in (
        ("old", "is there already"),
        ("a.tar", "is there already"),
        ("dangling", "is there already"),
        ("out/x", "in none of the folders"),
        ("../x", "in none of the folders"),
        (f"{tmp_path}/x", "in none of the folders"),
        ("/etc/x", "in none of the folders"),
        ("sub", "cannot write to a directory"),
        ("nothere/x", "failed to save image: invalid output path: stat nothere: no such file or directory"),
    ):
        done = root.say(f"save -o {path} app:1.0")
        assert (done.status, words in told(done)) == (Status.FAILED, True), (path, told(done))
    assert (folder / "old").read_text() == "old"
    assert root.say("export -o c.tar nothere").status is Status.FAILED
    assert _names(folder) == ["a.tar", "b.tar", "dangling", "old", "out", "sub"]
    assert _names(tmp_path) == ["allowed", "data"]
    assert not list((tmp_path / "data" / "files").iterdir())


def _names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def _peak() -> int:
    """The most memory that this process had since it was last told to count anew, in bytes."""
    return 1024 * int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])


def test_a_large_file_is_never_whole_in_memory(root: Bench, api: APIClient) -> None:
    """200 MB out of one container and into another, and the whole container as a file."""
    api.start(api.create_container("busybox", ["sleep", "1000"], name="large")["Id"])
    made = api.exec_create("large", ["dd", "if=/dev/zero", "of=/zeros", "bs=1000000", "count=200"])
    api.exec_start(made)
    for line in ("cp large:/zeros -", "cp large:/zeros idle:/", "export large"):
        Path("/proc/self/clear_refs").write_text("5")
        before, threads = _peak(), threading.active_count()
        done = root.say(line)
        assert done.status is Status.DONE, told(done)
        assert _peak() - before < 60 * MB, line
        eventually(lambda threads=threads: threading.active_count() <= threads)  # type: ignore[misc]
    api.remove_container("large", force=True)
