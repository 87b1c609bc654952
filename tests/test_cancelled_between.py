"""A work of several steps that is cancelled between two of them: no other is begun, and none is deaf to Cancel."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docker.api.client import APIClient
from harness import ADMIN, ROOT, Bench, bench
from offices import told
from proxy import Proxy
from test_archives import MB, entry, packed

from bot.files import Files
from bot.policy import Policy
from bot.request import Actor, Origin, Outcome, Request, Status
from bot.streams import WORKS, Streams
from commands import catalog
from commands.archives.moving import Moving
from commands.attempts import Cancelled
from commands.live import View

FILE = "F0123ABCDEF"
CONTAINERS, NETWORKS, IMAGES = "/containers/", "/networks/", "/images/"
KNOWN = "Nothing was loaded."


class Deleted(Proxy):
    """One that has number 1 stopped as the engine is asked for the last of so many removals of a kind."""

    def __init__(self, engine: str, kind: str, count: int) -> None:
        super().__init__(engine)
        self._kind, self._left = kind, count
        self.bench: Bench | None = None

    def note(self, request: str) -> None:
        """Have it stopped before the engine hears of it."""
        super().note(request)
        if request.startswith("DELETE ") and self._kind in request and self.bench is not None:
            self._left -= 1
            if not self._left:
                self.bench.say("stream stop 1")


def _all_may() -> Policy:
    return Policy.parse(ROOT, "policy.toml", tuple(verb.spec for verb in catalog.load()))


@pytest.fixture
def old(api: APIClient) -> Iterator[APIClient]:
    """Two containers, a network and three images that have the label old; whatever is left of them goes."""
    boxes = [api.create_container("busybox", ["true"], labels={"old": "1"})["Id"] for _ in range(2)]
    network = api.create_network("oldnet", labels={"old": "1"})["Id"]
    for number in range(3):
        api.commit(boxes[0], changes=f"LABEL old={number}")
    yield api
    for each in api.containers(all=True, filters={"id": boxes}):
        api.remove_container(each["Id"])
    for each in api.networks(ids=[network]):
        api.remove_network(each["Id"])
    for each in api.images(filters={"label": "old"}):
        api.remove_image(each["Id"])


def _left(api: APIClient) -> tuple[int, int, int]:
    """How many containers, networks and images have the label old."""
    chosen = {"label": "old"}
    networks, images = api.networks(filters=chosen), api.images(filters=chosen)
    return len(api.containers(all=True, filters=chosen)), len(networks), len(images)


@pytest.mark.parametrize(
    ("kind", "count", "left", "words"),
    [
        (CONTAINERS, 1, (1, 1, 3), "1 object of 2 not tried.\nNot tried: 1 network, 3 images.\n"),
        (CONTAINERS, 2, (0, 1, 3), "Not tried: 1 network, 3 images.\n"),
        (NETWORKS, 1, (0, 0, 3), "Not tried: 3 images.\n"),
        (IMAGES, 1, (0, 0, 2), "2 images of 3 not tried.\n"),
    ],
)
def test_a_prune_of_all_is_cancelled_between_two_kinds(  # noqa: PLR0913, PLR0917 - a table's columns
    fresh_world: str,
    tmp_path: Path,
    old: APIClient,
    kind: str,
    count: int,
    left: tuple[int, int, int],
    words: str,
) -> None:
    """As between two objects of one kind; the answer says what went, and how much of each kind was not tried."""
    proxy = Deleted(fresh_world, kind, count)
    with proxy.serve(tmp_path) as address:
        proxy.bench = made = bench(address, tmp_path / "data", _all_may())
        done = made.say("system prune -f --filter label=old")
        made.close()
    assert (done.status, _left(old)) == (Status.CANCELLED, left), told(done)
    assert f"Cancelled: admin stopped it. {words}" in told(done)
    assert "Deleted Containers:" in told(done)


def test_a_prune_that_is_cancelled_at_its_last_object_is_done(fresh_world: str, tmp_path: Path, old: APIClient) -> None:
    """There is nothing left that it could have ended."""
    proxy = Deleted(fresh_world, IMAGES, 3)
    with proxy.serve(tmp_path) as address:
        proxy.bench = made = bench(address, tmp_path / "data", _all_may())
        done = made.say("system prune -f --filter label=old")
        made.close()
    assert (done.status, _left(old)) == (Status.DONE, (0, 0, 0)), told(done)


class Slack:
    """What people gave to the chat: this, whatever is asked for."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def fetch(self, _file: str, draft: Any, _moved: Any, _work: Any) -> str:
        """All of it, and what it is called."""
        draft.write(self._content)
        return "x.tgz"


@pytest.fixture
def root(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline for an administrator who may do all."""
    made = bench(fresh_world, tmp_path / "data", _all_may())
    yield made
    made.close()


def _given(root: Bench, content: bytes) -> Bench:
    """The same with a file in Slack."""
    return replace(root, pipeline=replace(root.pipeline, uploads=lambda _asked: Slack(content)))


def _cancelled_at(made: Bench, line: str, words: str) -> tuple[Outcome, list[View]]:
    """What comes of a line whose button Cancel is pressed as soon as these words are shown, and all that was shown."""
    shown: list[View] = []

    def watch(view: View) -> None:
        shown.append(view)
        if words in view.text:
            (cancel,) = view.buttons
            made.say(cancel.line)

    return made.pipeline.submit(Request(line, Actor(ADMIN), Origin.SLASH), watch), shown


LISTS = [{"Config": "c.json", "RepoTags": ["brought:1"], "Layers": []}]
ARCHIVE = gzip.compress(
    packed(
        (entry("manifest.json"), json.dumps(LISTS).encode()),
        (entry("Dockerfile"), b"FROM busybox\nLABEL brought=yes\n"),
    )
)


@pytest.mark.parametrize(
    ("line", "known"),
    [
        (f"cp --unpack {FILE} idle:/etc", "Nothing was copied."),
        ("cp web:/etc idle:/etc", "Nothing was copied."),
        (f"import {FILE} brought:1", "No image was made."),
        (f"load -i {FILE}", KNOWN),
        (f"build -t brought:1 {FILE}", "Nothing was built."),
    ],
)
def test_what_is_looked_through_before_it_is_sent_is_cancelled(
    root: Bench, api: APIClient, line: str, known: str
) -> None:
    """Nothing of it gets to the engine, and nothing is kept."""
    before = {each["Id"] for each in api.images(all=True)}
    done, shown = _cancelled_at(_given(root, ARCHIVE), line, ", looked through: begins.")
    assert (done.status, done.reply.error) == (Status.CANCELLED, f"Cancelled: admin stopped it. {known}"), told(done)
    assert ", looked through: begins." in shown[-1].text
    assert {each["Id"] for each in api.images(all=True)} == before
    assert not [each["Path"] for each in api.diff("idle") or () if each["Path"].startswith("/etc/")]
    assert not list((root.folder / "files").iterdir())


@pytest.mark.parametrize("line", [f"cp --unpack {FILE} idle:/etc", f"cp {FILE} idle:/etc", "cp web:/etc idle:/etc"])
def test_what_is_with_the_engine_has_no_button(root: Bench, line: str) -> None:
    """Though the same work is all that went before: each step has it until then."""
    done, shown = _cancelled_at(_given(root, ARCHIVE), line, "no such words")
    *before, sent = shown
    assert done.status is Status.DONE, told(done)
    assert sent.text.endswith("all of it is with the engine, which makes something of it.")
    assert not sent.buttons
    assert [len(each.buttons) for each in before] == [1] * len(before)


def test_a_look_is_cancelled_at_any_piece(tmp_path: Path) -> None:
    """However much is left of it: what was read before is no reason to read on."""
    with (
        Streams().open(1, "U1", "ada", "local", "load -i x", terms=WORKS) as stream,
        Files(tmp_path / "files").draft() as draft,
    ):
        draft.write(bytes(MB))
        ctx: Any = SimpleNamespace(work=lambda: nullcontext(stream), progress=lambda _text: None)
        read: list[bytes] = []

        def look() -> None:
            with Moving(ctx, "x", KNOWN).lasting() as moving, moving.looked(draft) as file:
                while chunk := file.read(1024):
                    read.append(chunk)
                    stream.end("ada stopped it.")

        with pytest.raises(Cancelled, match=KNOWN):
            look()
    assert 0 < sum(map(len, read)) < MB
