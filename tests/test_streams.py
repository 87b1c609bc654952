"""Streams of an engine that say something which is no message: they are broken, and the outcome is not known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import ADMIN, bench
from proxy import Proxy, answer
from test_build import POLICY

from bot import text
from bot.policy import Policy
from bot.request import Actor, Origin, Request, Status
from commands import catalog
from commands.enduring import wires

BODIES = [
    "1\n",
    '"x"\n',
    "null\n",
    "[]\n",
    '{"errorDetail": "x"}\n',
    '{"aux": 5}\n',
    '{"progressDetail": []}\n[1]\n',
    "{\n",
]


@pytest.mark.parametrize(
    ("line", "request_"),
    [("pull busybox:latest", "/images/create"), ("push busybox:latest", "/push"), ("build -", "/build")],
)
@pytest.mark.parametrize("body", BODIES)
def test_a_stream_that_says_what_is_no_message_is_broken(
    fresh_world: str, tmp_path: Path, line: str, request_: str, body: str
) -> None:
    """Without a traceback, and without a word that it went well or badly."""
    policy = Policy.parse(POLICY, "policy.toml", [verb.spec for verb in catalog.load()])
    proxy = Proxy(fresh_world, refuse=request_, answer=answer("200 OK", body, "application/json"))
    with proxy.serve(tmp_path) as address:
        spoken = bench(address, tmp_path / "data", policy)
        given = {"dockerfile": "FROM busybox\n"}
        outcome = spoken.pipeline.submit(Request(line, Actor(ADMIN), Origin.BUTTON, given=given))
        spoken.close()
    assert outcome.status is Status.UNKNOWN
    assert "No answer about the " in text.docker(outcome.reply)


@pytest.mark.parametrize("body", ["1", "null", "[]", '{"StatusCode": "x"}', '{"StatusCode": 0, "Error": 1}'])
def test_an_end_that_is_told_in_no_words_is_not_known(fresh_world: str, tmp_path: Path, body: str) -> None:
    """What it printed is shown."""
    with Proxy(fresh_world, replace="/wait", answer=answer("200 OK", body, "application/json")).serve(
        tmp_path
    ) as address:
        spoken = bench(address, tmp_path / "data")
        outcome = spoken.say("run busybox echo printed")
        spoken.close()
    assert outcome.status is Status.UNKNOWN
    assert text.docker(outcome.reply).startswith("printed\nHow ")


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ("logs worker", "/_ping"),
        ("events --since 1h", "/_ping"),
        ("compose -p shop logs", "/_ping"),
        ("wait web", "/wait"),
    ],
)
@pytest.mark.usefixtures("furnished")
def test_what_an_engine_was_sending_when_it_was_stopped_is_no_success(
    engine: str, tmp_path: Path, line: str, lost: str
) -> None:
    """It ends such a stream as if it were whole: the engine is asked once more whether it is still there."""
    with Proxy(engine, lose=lost).serve(tmp_path) as address:
        spoken = bench(address, tmp_path / "data")
        outcome = spoken.say(line)
        spoken.close()
    assert outcome.status is Status.FAILED
    assert re.search(r"stopped sending in the middle|stopped answering", str(outcome.reply))


def test_a_pull_is_done_when_the_image_is_there(fresh_world: str, tmp_path: Path) -> None:
    """The engine's last line says so, and then it has no such image."""
    body = '{"status": "Status: Downloaded newer image for ghost:1"}\n'
    with Proxy(fresh_world, refuse="/images/create", answer=answer("200 OK", body, "application/json")).serve(
        tmp_path
    ) as address:
        spoken = bench(address, tmp_path / "data")
        outcome = spoken.say("pull ghost:1")
        spoken.close()
    assert outcome.status is Status.FAILED
    assert "No such image: ghost:1" in text.docker(outcome.reply)


def test_a_push_of_all_tags_is_done_when_the_last_one_is(fresh_world: str, tmp_path: Path) -> None:
    """The first of them has its digest, and then the stream ends while the second is under way."""
    said = ["1: digest: sha256:00 size: 5", "The push refers to repository [registry.example:5000/team/app]"]
    body = "".join(f'{{"status": "{each}"}}\n' for each in said)
    with Proxy(fresh_world, refuse="/push", answer=answer("200 OK", body, "application/json")).serve(
        tmp_path
    ) as address:
        spoken = bench(address, tmp_path / "data")
        outcome = spoken.say("push -a registry.example:5000/team/app")
        spoken.close()
    assert outcome.status is Status.UNKNOWN


def test_who_cuts_a_connection_too_late_cuts_nothing() -> None:
    """It ended by itself just before, and what is asked next must not be refused; what is around it stays cut."""
    client = APIClient(base_url="unix:///nothing-is-asked-of-it", version="1.41")
    own = wires(client)
    with own.cuttable() as cut:
        cut()
        assert own.are_cut
    cut()
    assert not own.are_cut
    with own.cuttable() as outer:
        with own.cuttable():
            outer()
        assert own.are_cut
    assert not own.are_cut
    client.close()
