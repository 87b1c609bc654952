"""Cleanups of images that a registry has, whose digests are names of theirs, too: on a real engine and registry."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import registry as registry_
from cleaning import Cleaners, boxed, fate, images, said
from docker.api.client import APIClient
from engine import Engine

IMAGES = "--what images --most-percent 100"
PORT = 5007


@pytest.fixture(scope="module")
def registry(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry without a lock."""
    folder = tmp_path_factory.mktemp("registry")
    with registry_.serve(own_engine.pid, folder, PORT, locked=False) as address:
        yield address


def test_an_image_of_several_names_goes_with_its_digests(api: APIClient, cleaners: Cleaners, registry: str) -> None:
    """A digest goes with the last tag of its repository; another repository has its own."""
    two, left, right = (f"{registry}/team/{name}" for name in ("two", "left", "right"))
    api.tag(boxed(api, f"{two}:1"), two, "2")
    api.tag(boxed(api, f"{left}:1"), right, "1")
    for name in (two, left, right):
        api.push(f"{name}:1")
    assert [len(api.inspect_image(f"{name}:1")["RepoDigests"]) for name in (two, left)] == [1, 2]
    spoken = cleaners.later(cleaners(), flags=IMAGES)
    answered = said(spoken, "cleanup run all")
    assert [fate(answered, f"{name}:1") for name in (two, left)] == ["removed", "removed"]
    assert not [name for name in images(api) if "/team/" in name]
    number = said(spoken, "cleanup history --format '{{.Number}}'").split()[0]
    back = said(spoken, f"cleanup undo {number}")
    assert fate(back, f"{two}:1") == f"is back, as {two}:1, {two}:2"


def test_an_image_by_a_digest_that_has_a_tag_elsewhere_goes(api: APIClient, cleaners: Cleaners, registry: str) -> None:
    """One tag and one digest of two repositories are two names to the engine."""
    name = f"{registry}/team/tool"
    boxed(api, f"{name}:1")
    api.push(f"{name}:1")
    (digest,) = api.inspect_image(f"{name}:1")["RepoDigests"]
    api.remove_image(f"{name}:1")
    api.pull(name, digest.partition("@")[2])
    api.tag(digest, "mine", "1")
    assert fate(said(cleaners.later(cleaners(), flags=IMAGES), "cleanup run all"), "mine:1") == "removed"
    assert "mine:1" not in images(api)
