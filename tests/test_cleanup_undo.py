"""Taking back what a cleanup did: names that were lost, images that a registry has, and why all else cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import registry as registry_
from cleaning import Cleaners, boxed, fate, images, said, told
from docker.api.client import APIClient
from engine import Engine
from harness import Bench
from meddling import Meddling
from proxy import Proxy, answer


@pytest.fixture(scope="module")
def registry(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real registry."""
    with registry_.serve(own_engine.pid, tmp_path_factory.mktemp("registry"), 5006, locked=False) as address:
        yield address


def last_run(spoken: Bench) -> str:
    """The number of the latest run."""
    return said(spoken, "cleanup history --format '{{.Number}}'").split()[0]


def test_an_image_that_a_registry_has_comes_back_by_its_digest_and_its_names(
    api: APIClient, cleaners: Cleaners, registry: str
) -> None:
    """And for each of the others the answer says why it does not."""
    name = f"{registry}/team/tool:1"
    api.create_network("spare")
    box = api.create_container("busybox:latest", ["true"])["Id"]
    identity = api.commit(box, f"{registry}/team/tool", "1")["Id"]
    api.remove_container(box)
    assert "digest: sha256:" in api.push(name)
    api.tag(identity, "also", "1")
    spoken = cleaners.later(cleaners())
    said(spoken, "cleanup run all")
    assert images(api) == {"busybox:latest"}
    number = last_run(spoken)
    answered = said(spoken, f"cleanup undo {number}")
    assert f"is back, as {name}, also:1" in answered or f"is back, as also:1, {name}" in answered
    assert {name, "also:1"} <= images(api)
    assert api.inspect_image("also:1")["Id"] == identity
    assert "no registry is known that has it" in fate(answered, "app:2.0")
    assert "make it anew from its image" in fate(answered, "done")
    assert "`network create`" in fate(answered, "spare")
    (action,) = spoken.store.actions.listed({"verb": ("cleanup undo",)}, 1)
    assert [each["id"] for each in action["targets"]] == [identity]
    assert "is there, with all its names that are free" in said(spoken, f"cleanup undo {number}")


def test_a_name_that_was_lost_by_what_stayed_comes_back(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """Unless something else has it by now."""
    identity = api.inspect_image("app:1.0")["Id"]
    cleaners.later(cleaners(), flags="--what images --most-percent 100")
    refused = answer("409 Conflict", '{"message": "conflict: it is needed"}', "application/json")
    last = "registry.example:5000/team/app:edge"
    proxy = Proxy(fresh_world, refuse=f"DELETE /v1.41/images/{last}", answer=refused)
    with proxy.serve(tmp_path) as address:
        spoken = cleaners("", address)
        assert fate(said(spoken, "cleanup run all"), "app:1.0") == (
            "stays: it lost the name app:1.0, then stayed: conflict: it is needed"
        )
        number = last_run(spoken)
    spoken = cleaners()
    assert "app:1.0" not in images(api)
    assert fate(said(spoken, f"cleanup undo {number}"), "app:1.0") == "is back, as app:1.0"
    assert api.inspect_image("app:1.0")["Id"] == identity
    api.remove_image("app:1.0")
    api.tag("busybox:latest", "app", "1.0")
    assert "is there, with all its names that are free" in said(spoken, f"cleanup undo {number}")
    assert api.inspect_image("app:1.0")["Id"] != identity


def test_a_name_that_something_else_got_while_it_was_pulled_is_left_to_that(
    api: APIClient, cleaners: Cleaners, registry: str, fresh_world: str, tmp_path: Path
) -> None:
    """It was free as the line was judged, and is looked at once more."""
    name = f"{registry}/team/busy:1"
    api.tag(boxed(api, name), "also", "1")
    api.push(name)
    spoken = cleaners.later(cleaners(), flags="--what images --most-percent 100")
    said(spoken, "cleanup run all")
    number = last_run(spoken)
    taken = lambda: api.tag("busybox:latest", "also", "1")  # noqa: E731 - what happens meanwhile
    with Meddling(fresh_world, "POST /v1.41/images/create", taken).serve(tmp_path) as address:
        answered = said(cleaners("", address), f"cleanup undo {number}")
        cleaners.close()
    assert fate(answered, name) == f"is back, as {name}"
    assert api.inspect_image("also:1")["Id"] == api.inspect_image("busybox:latest")["Id"]


def test_where_another_image_came_by_the_digest_it_gets_no_name(
    api: APIClient, cleaners: Cleaners, registry: str, fresh_world: str, tmp_path: Path
) -> None:
    """An engine may take another platform's; here one says that it has another."""
    name = f"{registry}/team/other:1"
    boxed(api, name)
    api.push(name)
    spoken = cleaners.later(cleaners(), flags="--what images --most-percent 100")
    said(spoken, "cleanup run all")
    number = last_run(spoken)
    other = answer("200 OK", f'{{"Id": "sha256:{"f" * 64}"}}', "application/json")
    proxy = Proxy(fresh_world, replace=f"/images/{registry}/team/other%40", answer=other)
    with proxy.serve(tmp_path) as address:
        answered = said(cleaners("", address), f"cleanup undo {number}")
        cleaners.close()
    assert fate(answered, name) == f"cannot be undone: {registry} has another image by that digest now"
    assert not [each for each in proxy.changes() if "/tag" in each]
    assert name not in images(api)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("cleanup undo 4711", "Number 4711 is no run of a cleanup here"),
        ("cleanup undo 1", "Number 1 is no run of a cleanup here"),
        ("cleanup undo x", "invalid number 'x': expected one that `cleanup history` shows"),
    ],
)
def test_what_was_no_run_cannot_be_undone(cleaners: Cleaners, line: str, why: str) -> None:
    """With where the runs are told of."""
    spoken = cleaners()
    said(spoken, "version")
    assert why in told(spoken.say(line))


@pytest.mark.parametrize(
    ("verb", "answered"),
    [
        ("image pull", "cannot be undone by you: a rule keeps you from it"),
        ("image tag", "cannot be undone by you: a rule keeps you from it"),
        ("see", ""),
    ],
)
def test_a_rule_on_what_it_does_holds(
    api: APIClient, cleaners: Cleaners, registry: str, verb: str, answered: str
) -> None:
    """Nobody gets by it what they may not pull or name; of what is hidden from them nothing is told."""
    name = f"{registry}/team/barred:1"
    box = api.create_container("busybox:latest", ["true"])["Id"]
    api.commit(box, *name.rsplit(":", 1))
    api.remove_container(box)
    api.push(name)
    spoken = cleaners.later(cleaners())
    said(spoken, "cleanup run all")
    number = last_run(spoken)
    barred = said(cleaners(f'[[deny]]\nverbs = ["{verb}"]\non = ["image:*team/barred*"]\n'), f"cleanup undo {number}")
    assert (fate(barred, name) if answered else "") == answered
    assert ("barred" in barred) is bool(answered)
    assert images(api) == {"busybox:latest"}
