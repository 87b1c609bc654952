"""Images that are built of what people attach: a tar or zip archive, or a Dockerfile alone."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import ROOT, Bench, bench
from offices import told
from test_archives import entry, packed

from bot.policy import Policy
from bot.request import Actor, Origin, Outcome, Request, Status
from bot.slack import Connection
from bot.slack.uploads import SlackUploads
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS
from commands import catalog

DOCKERFILE = b"FROM busybox\nCOPY site/a /a\nLABEL built=yes\n"


@pytest.fixture
def build(
    fresh_world: str, tmp_path: Path, connection: Connection, workspace: Workspace
) -> Iterator[Callable[..., Outcome]]:
    """Says the line in the channel that it is about an attached file with this content."""
    policy = Policy.parse(ROOT, "p", tuple(verb.spec for verb in catalog.load()))
    made: Bench = bench(fresh_world, tmp_path / "data", policy)
    pipeline = replace(made.pipeline, uploads=lambda request: SlackUploads(connection, request))

    def say(line: str, content: bytes) -> Outcome:
        file = workspace.say(ADMIN, OPS, "x", files={"x": content}).files[0]["id"]
        return pipeline.submit(Request(line.replace("FILE", file), Actor(ADMIN), Origin.MENTION, channel=OPS))

    yield say
    made.close()


def _zip(*files: tuple[str, bytes], mode: int = 0) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


TAR = packed((entry("Dockerfile"), DOCKERFILE), (entry("site/a"), b"a"))


@pytest.mark.parametrize(
    "content", [TAR, gzip.compress(TAR), _zip(("Dockerfile", DOCKERFILE), ("site/", b""), ("site/a", b"a"))]
)
def test_an_archive_is_a_context(build: Callable[..., Outcome], api: APIClient, content: bytes) -> None:
    """Whichever of the usual ones it is; nothing of it stays."""
    before = set(Path(tempfile.gettempdir()).glob("slashdock-*"))
    done = build("build -t made:1 FILE", content)
    assert (done.status, "Successfully tagged made:1" in told(done)) == (Status.DONE, True), told(done)
    assert api.inspect_image("made:1")["Config"]["Labels"]["built"] == "yes"
    assert set(Path(tempfile.gettempdir()).glob("slashdock-*")) == before
    api.remove_image("made:1")


def test_another_dockerfile_of_it_is_named(build: Callable[..., Outcome], api: APIClient) -> None:
    """As of a folder."""
    content = packed((entry("deploy/D"), DOCKERFILE), (entry("site/a"), b"a"))
    assert build("build -t made:1 -f deploy/D FILE", content).status is Status.DONE
    api.remove_image("made:1")
    assert "Dockerfile" in told(build("build FILE", content))


def test_a_dockerfile_alone_needs_no_other_file(build: Callable[..., Outcome], api: APIClient) -> None:
    """What is no archive is taken for one."""
    assert build("build -t made:1 FILE", b"FROM busybox\nLABEL a=b\n").status is Status.DONE
    api.remove_image("made:1")
    assert "ambiguous" in told(build("build -f other FILE", b"FROM busybox\n"))
    assert "too large for a Dockerfile" in told(build("build FILE", b"FROM busybox\n" * 100_000))


def test_a_folder_around_all_is_told_of_and_no_path_of_the_bot(build: Callable[..., Outcome]) -> None:
    """Most programs that make archives put one there."""
    done = told(build("build FILE", _zip(("site/Dockerfile", DOCKERFILE), ("site/a", b"a"))))
    assert "lstat Dockerfile: no such file or directory. All that is there lies in the folder site:" in done
    assert "lstat other: no such file or directory" in told(build("build -f other FILE", TAR))


LINK = stat.S_IFLNK | 0o777


@pytest.mark.attack("S32")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (packed((entry("Dockerfile"), DOCKERFILE), entry("../x")), "leads above"),
        (packed((entry("Dockerfile"), b""), entry("site", tarfile.SYMTYPE, "/etc")), "leads out"),
        (packed(entry("Dockerfile", tarfile.SYMTYPE, "/etc/passwd")), "leads out"),
        (packed((entry("Dockerfile"), DOCKERFILE), entry("p", tarfile.FIFOTYPE)), "is a pipe"),
        (packed((entry("a"), b""), entry("a/b")), "cannot be made"),
        (packed(entry("a", tarfile.LNKTYPE, "nothere")), "cannot be made"),
        (_zip(("../x", b"")), "leads above"),
        (_zip(("/x", b"")), "begins with /"),
        (_zip(("..\\x", b"")), "leads above"),
        (_zip(("l", b"/etc/passwd"), mode=LINK), "leads out"),
        (_zip(("l", b"x"), ("l/y", b""), mode=LINK), "lies below the link"),
        (_zip(("a", b"\0" * 50_000_000)), "times as large"),
        (_zip(("a", b"a"), ("./a", b"b")), "it has a twice"),
        (_zip(("a", b"a"))[:40], "no zip archive"),
    ],
)
def test_an_archive_that_leads_out_is_not_built(build: Callable[..., Outcome], content: bytes, words: str) -> None:
    """Nothing of it reaches the engine."""
    done = build("build -t made:1 FILE", content)
    assert (done.status, words in told(done)) == (Status.FAILED, True), told(done)
