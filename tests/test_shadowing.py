"""A name that another's short id begins with is told as ambiguous: neither of the two is touched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from docker.api.client import APIClient
from harness import VIEWER, Bench

from bot.request import Status

SHORT = 12


@pytest.fixture
def api(fresh_world: str) -> Iterator[APIClient]:
    """A client of the engine with a fresh world."""
    client = APIClient(fresh_world, version="1.41")
    yield client
    client.close()


def test_a_container_named_like_anothers_id_is_ambiguous(inhabited: Bench, api: APIClient) -> None:
    """Both are named, and the longer id still reaches its own."""
    victim = api.inspect_container("worker")["Id"]
    shadow = api.create_container("busybox", "true", name=victim[:SHORT])["Id"]
    outcome = inhabited.say(f"stop {victim[:SHORT]}")
    assert outcome.status is Status.FAILED
    assert outcome.reply.error is not None
    assert shadow[:20] in outcome.reply.error
    assert f"{victim[:20]} (worker)" in outcome.reply.error
    assert api.inspect_container(victim)["State"]["Running"]
    api.remove_container(shadow)
    assert inhabited.say(f"inspect --format '{{{{.Name}}}}' {victim[:SHORT]}", VIEWER).status is Status.DONE


def test_an_image_named_like_anothers_id_is_ambiguous(inhabited: Bench, api: APIClient) -> None:
    """A tag may look like a short id."""
    victim = api.inspect_image("busybox")["Id"].removeprefix("sha256:")
    api.tag("app:2.0", victim[:SHORT])
    outcome = inhabited.say(f"image inspect {victim[:SHORT]}")
    api.remove_image(f"{victim[:SHORT]}:latest")
    assert "is ambiguous" in (outcome.reply.error or "")


def test_a_network_named_like_anothers_id_is_ambiguous(inhabited: Bench, api: APIClient) -> None:
    """Two networks may even share one name."""
    victim = api.inspect_network("front")["Id"]
    shadow = api.create_network(victim[:SHORT])["Id"]
    outcome = inhabited.say(f"network inspect {victim[:SHORT]}")
    api.remove_network(shadow)
    assert "is ambiguous" in (outcome.reply.error or "")


def test_a_name_of_hexadecimal_digits_that_shadows_nothing_is_found(inhabited: Bench, api: APIClient) -> None:
    """Not every such name is a trap."""
    made = api.create_container("busybox", "true", name="decade")["Id"]
    assert inhabited.say("inspect --format '{{.Id}}' decade").reply.parts
    assert inhabited.say("container inspect decade").status is Status.DONE
    api.remove_container(made)
