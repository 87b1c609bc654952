"""Images out of archives: the names that they bring are judged before anything is sent, and nothing leads out."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docker.api.client import APIClient
from docker.errors import ImageNotFound
from harness import ROOT, Bench, bench
from offices import DEV, Office, told
from test_archives import entry, packed

from bot.policy import Policy
from bot.request import Status
from commands import catalog
from commands.allowances import Allowances


def _reading(made: Bench, folder: Path) -> Bench:
    folder.mkdir(exist_ok=True)
    return replace(made, pipeline=replace(made.pipeline, allowances=Allowances(files=(folder,))))


@pytest.fixture
def root(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline for an administrator who may enter, and read from a folder."""
    policy = Policy.parse(ROOT, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    made = bench(fresh_world, tmp_path / "data", policy)
    yield _reading(made, tmp_path / "allowed")
    made.close()


def _saved(api: APIClient, *names: str) -> bytes:
    """An archive of images; afterwards their names are gone."""
    made = packed()
    for name in names:
        made = b"".join(api.get_image(name))
        api.remove_image(name, force=True)
    return made


def _is_there(api: APIClient, name: str) -> bool:
    try:
        api.inspect_image(name)
    except ImageNotFound:
        return False
    return True


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_images_that_were_saved_are_loaded(root: Bench, api: APIClient, tmp_path: Path, pack: Any) -> None:
    """With their names, however the archive is packed; said as docker says it."""
    before = api.inspect_image("app:2.0")["Id"]
    (tmp_path / "allowed" / "x.tar").write_bytes(pack(_saved(api, "app:2.0")))
    assert not _is_there(api, "app:2.0")
    done = root.say("load -i x.tar")
    assert (done.status, done.reply.ids, "Loaded image: app:2.0\n" in told(done)) == (Status.DONE, (before,), True)
    assert api.inspect_image("app:2.0")["Id"] == before


def _named(*names: str, index: Any = None) -> bytes:
    """An archive that says that it brings these."""
    lists = {"manifest.json": [{"Config": "c.json", "RepoTags": list(names), "Layers": []}]}
    if index is not None:
        lists["index.json"] = index
    return packed(*((entry(name), json.dumps(said).encode()) for name, said in lists.items()))


@pytest.mark.attack("S32")
def test_a_name_that_is_not_the_askers_to_give_is_not_loaded(office: Office, api: APIClient, tmp_path: Path) -> None:
    """Whether an image has it already or not; and nothing of the archive is loaded then."""
    archive = _saved(api, "app:2.0")
    for rules in (
        '[protect]\nimages = ["app:2*"]\n',
        '[[deny]]\nverbs = ["tag"]\non = ["image:app:2.0"]\n',
        '[[deny]]\nverbs = ["image tag"]\non = ["*"]\n',
        '[[deny]]\nverbs = ["load"]\non = ["*"]\n',
    ):
        dev = _reading(office(rules), tmp_path / "allowed")
        (tmp_path / "allowed" / "x.tar").write_bytes(archive)
        done = dev.say("load -i x.tar", DEV)
        assert (done.status is Status.DONE, _is_there(api, "app:2.0")) == (False, False), (rules, told(done))
    api.tag("app:1.0", "app", "2.0")
    before = api.inspect_image("app:2.0")["Id"]
    for rules in ('[protect]\nimages = ["app:2*"]\n', '[[deny]]\nverbs = ["tag"]\non = ["image:app:2.0"]\n'):
        dev = _reading(office(rules), tmp_path / "allowed")
        assert dev.say("load -i x.tar", DEV).status is not Status.DONE
        assert api.inspect_image("app:2.0")["Id"] == before
    held = office('[[require]]\nverbs = ["tag"]\non = ["image:app:2.0"]\napprove = "second"\n')
    dev = _reading(held, tmp_path / "allowed")
    assert dev.say("load -i x.tar", DEV).status is Status.HELD


BESIDE = {"manifests": [{"annotations": {"io.containerd.image.name": "docker.io/library/evil:1"}}]}


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        (b"no archive", "no tar archive"),
        (packed(entry("layer.tar")), "it has no manifest.json"),
        (packed((entry("manifest.json"), b"[")), "cannot be read"),
        (packed((entry("manifest.json"), b'{"a": 1}')), "cannot be read"),
        (packed((entry("manifest.json"), b"[1]")), "cannot be read"),
        (_named("Bad Name"), "cannot be read"),
        (_named("app"), "cannot be read"),
        (packed((entry("manifest.json"), b"[]"), (entry("./manifest.json"), b"[]")), "it has manifest.json twice"),
        (_named("good:1", index=BESIDE), "index.json names images"),
        (packed((entry("manifest.json"), b"[]"), entry("../x")), "leads above"),
        (packed((entry("manifest.json"), b"[]"), entry("x", tarfile.CHRTYPE)), "is a device"),
    ],
)
def test_an_archive_of_images_that_is_odd_is_refused(root: Bench, tmp_path: Path, archive: bytes, words: str) -> None:
    """Before anything of it is sent."""
    (tmp_path / "allowed" / "x.tar").write_bytes(archive)
    done = root.say("load -i x.tar")
    assert (done.status, words in told(done)) == (Status.FAILED, True), told(done)


def test_the_files_of_a_container_become_an_image(root: Bench, api: APIClient, tmp_path: Path) -> None:
    """With the name that the line gives it, and what it says of it."""
    (tmp_path / "allowed" / "x.tar").write_bytes(b"".join(api.export("web")))
    done = root.say("import -m why -c 'ENV A=1' x.tar made:1")
    made = api.inspect_image("made:1")
    assert (done.status, done.reply.made) == (Status.DONE, (made["Id"],)), told(done)
    assert (made["Comment"], "A=1" in made["Config"]["Env"]) == ("why", True)
    ran = api.create_container("made:1", ["/bin/busybox", "true"])
    api.start(ran)
    assert api.wait(ran)["StatusCode"] == 0
    api.remove_container(ran)
    api.remove_image("made:1")


@pytest.mark.attack("S32")
def test_an_import_takes_no_name_and_no_archive_that_it_may_not(office: Office, api: APIClient, tmp_path: Path) -> None:
    """Nor fetches anything from the network of the engine."""
    dev = _reading(office('[protect]\nimages = ["app:2*"]\n'), tmp_path / "allowed")
    (tmp_path / "allowed" / "x.tar").write_bytes(packed((entry("a"), b"a")))
    before = api.inspect_image("app:2.0")["Id"]
    assert dev.say("import x.tar app:2.0", DEV).status is Status.DENIED
    assert api.inspect_image("app:2.0")["Id"] == before
    assert "Attach the archive" in told(dev.say("import http://127.0.0.1/x made:1", DEV))
    for bad in (entry("../x"), entry("/x"), entry("x", tarfile.BLKTYPE), entry("x", tarfile.SYMTYPE, "../../x")):
        (tmp_path / "allowed" / "x.tar").write_bytes(packed((entry("a"), b"a"), bad))
        assert dev.say("import x.tar made:1", DEV).status is Status.FAILED
    assert not _is_there(api, "made:1")
    for path in ("/etc/passwd", "../data/slashdock.db"):
        assert "slashdock may not read" in told(dev.say(f"import {path} made:1", DEV))


def test_nothing_of_a_link_or_a_device_of_the_bots_machine_is_read(root: Bench, tmp_path: Path) -> None:
    """Where a path is allowed, but is no file, or leads elsewhere."""
    (tmp_path / "secret").write_bytes(io.BytesIO(packed(entry("a"))).getvalue())
    (tmp_path / "allowed" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "allowed" / "folder").mkdir()
    assert "slashdock may not read" in told(root.say("import link made:1"))
    assert "is a directory" in told(root.say("import folder made:1"))
    assert "open nothere: no such file or directory" in told(root.say("import nothere made:1"))
