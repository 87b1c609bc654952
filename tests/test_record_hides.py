"""The record tells a reader of nothing that is hidden from them: not by its labels, its ids, its errors, its ends."""

from __future__ import annotations

import time

import pytest
from docker.api.client import APIClient
from eventually import eventually
from harness import Bench
from offices import BASE, DEV, EVE, SAM, Office, told

from bot.policy import Asker
from bot.reader import Reader
from bot.request import Status
from bot.resolving import Resolver

EYE = """[[roles.eye.allow]]
verbs = ["see", "read"]
on = ["*"]
"""
RECORD = '[[roles.eye.allow]]\nverbs = ["audit ls", "audit show", "audit export", "audit stats"]\non = ["*"]\n'
HIDE = '[[deny]]\nverbs = ["see", "read"]\non = ["label:secret=yes"]\n'
HELD = '[[require]]\nverbs = [{}]\napprove = "second"\n'


def narrow(*on: str) -> str:
    """The usual rules, by which Eve sees no more than this."""
    return BASE.replace(EYE, EYE.replace('"*"', ", ".join(f'"{each}"' for each in on)))


def read(bench: Bench, began: float) -> dict[str, str]:
    """All that Eve is told by each reader of the record and of the engine's events."""
    lines = [
        "audit ls --no-trunc",
        "audit export --format json",
        "approval ls -a --no-trunc",
        f"events --since {began}",
    ]
    for action in bench.store.actions.listed({}, 100):
        verbs = ("audit show", "audit show --format json", "why", "approval show", "output")
        lines += [f"{verb} {action['number']}" for verb in verbs]
    return {line: told(bench.say(line, EVE)) for line in lines}


def met(said: dict[str, str], word: str) -> list[str]:
    """The lines whose answers have this word."""
    return [line for line, answer in said.items() if word in answer]


def decided(bench: Bench, line: str) -> int:
    """The number of a line that waits and has been agreed to."""
    number = bench.say(line, DEV).number or 0
    waits = bench.store.approvals.get(number) or pytest.fail(f"{line} does not wait")
    bench.say(f"approval approve {number} --digest {waits.digest}", SAM)
    return number


def test_no_label_gives_a_right_to_read_of_what_was_made_from_chat(office: Office) -> None:
    """Nor to its events, whether it is there, is gone, or is only asked for; of what was made elsewhere it does."""
    began = time.time() - 1
    rules = RECORD + HELD.format('"restart", "network create"')
    dev = office(rules, narrow("label:team=shop", "label:tier=front"))
    for line in (
        "volume create --label team=shop chat-volume",
        "run -d --label team=shop --name chat-box -v chat-volume:/x busybox sleep 99",
    ):
        said = dev.say(line, DEV)
        assert said.status is Status.DONE, told(said)
    for line in ("restart chat-box", "network create --label team=shop chat-net", "restart web"):
        assert dev.say(line, DEV).status is Status.HELD, line
    for line in ("volume inspect chat-volume", "rename chat-box chat-new", "rm -f chat-new", "volume rm chat-volume"):
        assert dev.say(line, DEV).status is Status.DONE, line
    said = read(dev, began)
    assert met(said, "chat-") == []
    assert {line.split()[0] for line in met(said, "restart web")} == {"audit", "approval", "why"}


def test_a_volume_that_was_written_into_is_still_one_that_was_made_from_chat(office: Office) -> None:
    """Its labels give no right, in the record and at the engine, though older engines give it another date then."""
    began = time.time() - 1
    dev = office(RECORD, narrow("label:team=shop"))
    assert dev.say("volume create --label team=shop chat-volume", DEV).status is Status.DONE
    made = int(time.time())
    eventually(lambda: int(time.time()) > made)  # engines tell of seconds
    lines = (
        "run --rm -v chat-volume:/x busybox touch /x/a",
        "volume inspect chat-volume",
        "run --rm -v chat-volume:/x busybox ls /x",
    )
    for line in lines:
        assert dev.say(line, DEV).status is Status.DONE, line
    assert met(read(dev, began) | {"volume ls": told(dev.say("volume ls", EVE))}, "chat-") == []
    assert dev.say("volume inspect chat-volume", EVE).status is Status.DENIED
    assert dev.say("volume rm chat-volume", EVE).status is Status.DENIED
    assert dev.say("volume rm chat-volume", DEV).status is Status.DONE


def test_what_a_line_makes_is_hidden_by_its_labels(office: Office, api: APIClient) -> None:
    """Those of the line, of a Dockerfile, and of what the engine gave a name; held, done, and no longer as agreed."""
    began = time.time() - 1
    dev = office(HIDE + HELD.format('"network create", "container prune"'))
    lines = (
        ("create --name hush1 --label secret=yes busybox sleep 99", ""),
        ("create --name box --mount type=volume,src=hush2,dst=/x,volume-label=secret=yes busybox true", ""),
        ("volume create --label secret=yes hush3", ""),
        ("build --label secret=yes -t hush4:1 -", "FROM busybox\nRUN true\n"),
        ("build -t hush5:1 -", "FROM busybox\nLABEL secret=yes\n"),
        ("commit --change 'LABEL secret=yes' worker hush6:1", ""),
        ("tag hush5:1 hush0:1", ""),
    )
    for line, dockerfile in lines:
        said = dev.say(line, DEV, given={"dockerfile": dockerfile} if dockerfile else {})
        assert said.status is Status.DONE, told(said)
    assert dev.say("network create --label secret=yes hush7", DEV).status is Status.HELD
    api.remove_container("hush1")
    pruned = decided(dev, "container prune -f")
    api.create_container("busybox", ["true"], name="hush8", labels={"secret": "yes"})
    ended = dev.pipeline.resume(pruned)
    assert ended is not None
    assert (ended.status, "hush8" in told(ended)) == (Status.SUPERSEDED, True)
    assert met(read(dev, began), "hush") == []
    for each in ("hush8", "box"):
        api.remove_container(each)


def test_an_end_that_is_found_later_knows_of_the_image_too(office: Office, api: APIClient) -> None:
    """What slashdock did not hear of is looked at as well as what it did."""
    dev, heard = office(""), list[int]()
    number = dev.say("build -t late:1 -", DEV, given={"dockerfile": "FROM busybox\nLABEL secret=yes\n"}).number or 0
    dev.store.record.outcome(number, status="unknown")
    Resolver(dev.store, dev.pipeline.hosts, dev.pipeline.clock, heard.append).look()
    action = dev.store.actions.get(number) or pytest.fail("it is not there")
    assert (heard, action["status"]) == ([number], "done")
    assert [each["id"] for each in action["objects"]] == [api.inspect_image("late:1")["Id"]] * 2


def test_the_labels_that_a_mount_gives_a_volume_are_judged(office: Office) -> None:
    """As those of `volume create` are."""
    dev = office('[[deny]]\nverbs = ["volume create"]\non = ["label:secret"]\n')
    line = "create --mount type=volume,src=hush,dst=/x,volume-label=secret=yes busybox"
    assert dev.say(line, DEV).status is Status.DENIED


def test_errors_in_the_record_tell_nobody_of_what_they_may_not_see(office: Office, api: APIClient) -> None:
    """By no id and no name, in no search and no request; whoever sees everything is told."""
    hidden = api.inspect_container("idle")["Id"]
    dev = office('[[deny]]\nverbs = ["exec"]\non = ["volume:pgdata"]\n' + RECORD, narrow("name:idle"))
    denied = dev.say("exec idle true", DEV)
    assert (denied.status, "pgdata" in told(denied)) == (Status.DENIED, True)
    assert met(read(dev, time.time()), "pgdata") == []
    dev = office(HELD.format('"volume rm"') + RECORD, narrow("volume:*"))
    failed = dev.pipeline.resume(decided(dev, "volume rm pgdata"))
    assert failed is not None
    assert (failed.status, hidden in told(failed)) == (Status.FAILED, True)
    said = read(dev, time.time())
    assert {line.split()[0] for line in met(said, "volume rm pgdata")} == {"audit", "approval", "why"}
    assert met(said, hidden[:12]) == []
    for person, found in ((EVE, False), (DEV, True)):
        assert ("pgdata" in told(dev.say(f"audit ls -f text={hidden[:9]}", person))) == found
    reader = Reader(Asker(EVE, host="local"), dev.pipeline.policy, dev.store)
    assert hidden not in reader.run(failed.number, hidden)
