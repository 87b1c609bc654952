"""More ways round a rule that were found by trying: each leads nowhere."""

from __future__ import annotations

import io
import json
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing

import pytest
from docker.api.client import APIClient
from eventually import eventually
from offices import BASE, DEV, EVE, ROOT, SAM, Office, told
from test_ways_round import SERVICE

from bot import objects, own
from bot.request import Outcome, Status
from bot.slack import sheet
from bot.store import FILE
from commands.reply import Reply

NARROW = BASE.replace(
    """[[roles.eye.allow]]
verbs = ["see", "read"]
on = ["*"]
""",
    """[[roles.eye.allow]]
verbs = ["see", "read"]
on = ["name:web", "name:idle", "network:front", "volume:*"]
""",
)
CONSENT = '[[require]]\nverbs = ["change", "act"]\napprove = "second"\n'
BUILDER = """
[[roles.eye.allow]]
verbs = ["build"]
on = ["*"]
[[roles.eye.allow]]
verbs = ["act", "enter"]
on = ["label:team=shop"]
"""


def test_no_container_of_a_build_is_left(office: Office, api: APIClient) -> None:
    """Nor of one whose step fails; what asks for that is told so."""
    eve, before = office(BUILDER), api.containers(all=True)
    given = {"dockerfile": "FROM busybox\nLABEL team=shop\nRUN false\n"}
    said = eve.say("build --rm=false -", EVE, given=given)
    assert (said.status, "Leave --rm=false away" in told(said)) == (Status.USAGE, True)
    assert eve.say("build -", EVE, given=given).status is Status.FAILED
    assert len(api.containers(all=True)) == len(before)


@pytest.mark.parametrize("quiet", ["", "-q "])
def test_a_step_of_a_build_is_not_entered_by_its_label(office: Office, api: APIClient, quiet: str) -> None:
    """Whoever builds wrote the label; what a step prints makes nothing else theirs."""
    eve, outcomes, worker = office(BUILDER), [], api.inspect_container("worker")["Id"]
    dockerfile = f"FROM busybox\nLABEL team=shop\nRUN echo ' ---> Running in {worker[:12]}'; sleep 60 # {quiet}\n"
    build = threading.Thread(
        target=lambda: outcomes.append(eve.say(f"build {quiet}-", EVE, given={"dockerfile": dockerfile}))
    )
    build.start()
    try:
        step = eventually(lambda: next((each["Id"] for each in api.containers() if "sleep 60" in each["Command"]), ""))
        eventually(lambda: eve.store.makers.of("local").get(step) == EVE)
        for line in (f"exec {step} id", f"stop -t 0 {step}"):
            assert eve.say(line, EVE).status is Status.DENIED, line
        assert worker not in eve.store.makers.of("local")
    finally:
        api.kill(step)
        build.join()
    assert [each.status for each in outcomes] == [Status.FAILED]


def test_what_slashdock_runs_on_is_touched_by_nobody(
    office: Office, api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its image, its volumes and its networks, by whatever name; all that is everybody's stays so."""
    api.create_volume("botdata")
    api.create_network("botnet")
    list(api.build(fileobj=io.BytesIO(b"FROM busybox\nLABEL bot=1\n"), tag="slashdock:latest", rm=True))
    api.tag("slashdock:latest", "other")
    host = api.create_host_config(binds=["botdata:/data"], network_mode="botnet")
    api.create_container("slashdock", ["sleep", "1000"], name="bot", volumes=["/data"], host_config=host)
    api.start("bot")
    api.connect_container_to_network("bot", "bridge")
    own_id = api.inspect_container("bot")["Id"]
    monkeypatch.setattr(objects, "OWN_CONTAINER", own.Own(own_id))
    image, dev = api.inspect_image("slashdock")["Id"], office("")
    for line in (
        "exec bot id", "run --rm -v botdata:/x busybox cat /x/k", "create --mount src=botdata,dst=/x busybox",
        "volume rm botdata", "run -d --network botnet busybox true", "network connect botnet web",
        "network connect --alias bot front bot", "network disconnect botnet bot", "network rm botnet",
        "rmi -f slashdock", f"rmi -f {image}", "rmi other", "tag app:2.0 slashdock:latest", "tag app:2.0 slashdock",
        "commit web slashdock", f"run --rm {image[7:19]} true", "push slashdock", "build -t slashdock -",
    ):  # fmt: skip
        said = dev.say(line, DEV, given={"dockerfile": "FROM busybox\n"})
        assert (said.status, "is protected (slashdock" in told(said)) == (Status.DENIED, True), line
    api.remove_image("slashdock", noprune=True, force=True)
    assert dev.say("tag app:2.0 slashdock", DEV).status is Status.DENIED
    for line in ("inspect botdata", "ps --filter network=botnet", "tag app:2.0 slashdock:2", "run --rm busybox true"):
        assert dev.say(line, DEV).status is Status.DONE, line


PROTECTED = '[protect]\ncontainers = ["prod-db"]\n'
Joins = Callable[..., None]


@pytest.fixture
def joins(office: Office, api: APIClient) -> Joins:  # noqa: ARG001 - the world comes first
    """Makes side, in a namespace of its own, and prod-db, which joins that."""

    def make(mode: str, binds: Sequence[str] = (), **first: str) -> None:
        labels = {f"com.docker.compose.{key}": value for key, value in SERVICE.items()}
        host = api.create_host_config(**first)
        api.create_container("busybox:latest", ["sleep", "99"], name="side", labels=labels, host_config=host)
        api.start("side")
        joined = {mode: f"container:{api.inspect_container('side')['Id']}"}
        host = api.create_host_config(binds=list(binds), **joined)
        api.create_container("busybox:latest", ["sleep", "99"], name="prod-db", volumes=["/h"], host_config=host)
        api.start("prod-db")

    return make


LINES_BY_MODE = [
    ("pid_mode", {}, [
        "exec side id", "kill side", "stop -t 0 side", "restart -t 0 side", "rm -f side", "compose -p auto stop",
        "compose -p auto restart",
    ]),
    ("ipc_mode", {"ipc_mode": "shareable"}, ["exec side cat /dev/shm/s"]),
    ("network_mode", {"network_mode": "front"}, [
        "exec side wget -qO- 127.0.0.1", "network disconnect front side", "network connect spare side", "stop side",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "first", "lines"), LINES_BY_MODE, ids=lambda each: each if isinstance(each, str) else ""
)
def test_who_lives_with_another_is_reached_by_no_line_to_that(
    office: Office, joins: Joins, mode: str, first: dict[str, str], lines: list[str]
) -> None:
    """What is protected, or denied; without its name where that is hidden."""
    joins(mode, **first)
    dev = office(PROTECTED)
    for line in lines:
        said = dev.say(line, DEV)
        assert (said.status, "with prod-db. prod-db is protected" in told(said)) == (Status.DENIED, True), line
        assert told(dev.say(f"can-i {line}", DEV)).startswith("no: side: it shares its "), line
    dev = office('[[deny]]\nverbs = ["see", "read", "act", "change", "enter"]\non = ["name:prod-db"]\n')
    for line in lines:
        said = dev.say(line, DEV)
        assert (said.status, "prod-db" in told(said)) == (Status.DENIED, False), line
        assert "with another container" in told(said), line
    dev = office('[[require]]\nverbs = ["act", "change", "enter"]\non = ["name:prod-db"]\napprove = "second"\n')
    assert [dev.say(line, DEV).status for line in lines] == [Status.HELD for _ in lines]


def test_what_only_shares_a_network_gives_no_root(office: Office, joins: Joins) -> None:
    """To others on it, as all that a sidecar does."""
    joins("network_mode", binds=["/etc:/h"])
    dev = office("")
    for line in ("exec side true", "network connect spare side", "stop -t 0 side"):
        assert dev.say(line, DEV).status is Status.DONE, line


def test_whoever_gets_at_the_processes_of_what_gives_root_needs_that(
    office: Office, joins: Joins, api: APIClient
) -> None:
    """They lead to its files; who agrees is told so, and nobody's word holds for one that joined later."""
    joins("pid_mode", binds=["/etc:/h"])
    said = office("").say("exec side cat /proc/7/environ", DEV)
    assert (said.status, "prod-db gives root on its host" in told(said)) == (Status.DENIED, True)
    dev = office(ROOT)
    held = dev.store.approvals.get(dev.say("exec side id", DEV).number or 0)
    assert held is not None
    assert "Root:    side: it shares its processes with a container that gives root" in held.plan["text"]
    api.remove_container("prod-db", force=True)
    assert dev.say("exec side id", DEV).status is Status.DONE
    digest = f"approval approve {held.number} --digest {held.digest}"
    assert dev.say(digest, SAM).status is Status.DONE
    assert (dev.pipeline.resume(held.number) or pytest.fail("it was not begun")).status is Status.SUPERSEDED


def test_nothing_joins_what_lives_with_the_protected(office: Office, joins: Joins) -> None:
    """By whatever right, nor is what it joined entered through a third."""
    joins("pid_mode")
    dev = office(f"{PROTECTED}{ROOT}")
    for line in ("run --pid container:side busybox ps", "create --pid container:side busybox"):
        assert dev.say(line, DEV).status is Status.DENIED, line
    dev = office(f'[protect]\ncontainers = ["side"]\n{ROOT}')
    assert dev.say("exec prod-db id", DEV).status is Status.DENIED
    assert dev.say("stop -t 0 prod-db", DEV).status is Status.DONE


def found_by(api: APIClient, name: str, alias: str, network: str = "front") -> str:
    """Makes a container that is found by an alias on a network; gives its short id."""
    endpoint = api.create_endpoint_config(aliases=[alias])
    networking = api.create_networking_config({network: endpoint})
    host = api.create_host_config(network_mode=network)
    made = api.create_container(
        "busybox:latest", ["sleep", "99"], name=name, host_config=host, networking_config=networking
    )
    api.start(name)
    return str(made["Id"])[:12]


def test_nobody_takes_a_name_by_which_another_is_found(office: Office, api: APIClient) -> None:
    """An alias, a short id, each with its network's name, in any letters; also where those who ask are on both."""
    identity = found_by(api, "prod-db", "db")
    api.connect_container_to_network("worker", "spare")
    api.connect_container_to_network("idle", "front")
    dev = office(PROTECTED)
    for name in ("db", "DB", identity, "prod-db.front", f"{identity}.Front"):
        for line in (f"create --network front --name {name} busybox true", f"rename worker {name}"):
            assert dev.say(line, DEV).status is Status.DENIED, line
    for alias in ("db.", f"{identity}.", "prod-db.front."):
        assert dev.say(f"network connect --alias {alias} spare web", DEV).status is Status.DENIED, alias
    dev = office('[[deny]]\nverbs = ["change", "see"]\non = ["name:prod-db"]\n')
    for line in (
        "run -d --network front --network-alias db busybox true", "create --network name=spare,alias=db busybox true",
        "network connect --alias db spare web", "rename idle db",
    ):  # fmt: skip
        said = dev.say(line, DEV)
        assert (said.status, "prod-db" in told(said)) == (Status.DENIED, False), line
    assert {each["Names"][0] for each in api.containers(all=True)} >= {"/worker", "/idle"}


def test_a_container_takes_its_own_name_onto_a_network(office: Office, api: APIClient) -> None:
    """Where another is found by it."""
    found_by(api, "prod-db", "web")
    api.create_network("apart")
    dev = office(PROTECTED)
    assert dev.say("network connect front web", DEV).status is Status.DENIED
    assert dev.say("network connect apart web", DEV).status is Status.DONE


def test_a_name_of_another_network_is_free(office: Office, api: APIClient) -> None:
    """Where nobody who asks is on both; so are those of whom one may change."""
    found_by(api, "prod-db", "db")
    found_by(api, "mine", "cache")
    api.create_network("apart")
    dev = office(PROTECTED)
    for line in (
        "create --network apart --network-alias db busybox true", "create --network apart --name db busybox true",
        "create --network front --network-alias cache busybox true", "rename web db2", "create --name db3 busybox true",
    ):  # fmt: skip
        assert dev.say(line, DEV).status is Status.DONE, line


def test_what_stands_around_a_request_is_told_as_far_as_it_may_be_seen(office: Office, api: APIClient) -> None:
    """To each who reads it; where all can, as far as everybody may."""
    api.connect_container_to_network("idle", "front")
    api.start("idle")
    dev = office(CONSENT, NARROW)
    number = dev.say("network rm front", DEV).number
    held = dev.store.approvals.get(number or 0)
    assert held is not None
    for who, sees_worker in ((DEV, True), (SAM, True), (EVE, False)):
        said = told(dev.say(f"approval show {number}", who))
        assert ("idle (running) is on it" in said, "worker (running) is on it" in said) == (True, sees_worker), who
        assert ("of what you may not see" in said) != sees_worker, who
    posted = told(Outcome(Status.HELD, Reply(tuple(sheet.parts(held)))))
    assert ("idle (running)" in posted, "worker" in posted, "And 1 more" in posted) == (True, False, True)
    assert told(office(CONSENT).say(f"approval show {number}", EVE)).count("worker (running) is on it") == 1


def test_what_stood_around_a_request_of_old_is_told_to_who_sees_all(office: Office) -> None:
    """It was kept without the objects that it names."""
    dev = office(CONSENT, NARROW)
    number = dev.say("restart web", DEV).number
    plan = {"text": "", "verb": "", "around": ["worker depends on web."]}
    with closing(sqlite3.connect(dev.folder / FILE)) as db, db:
        db.execute("UPDATE approvals SET plan = ? WHERE number = ?", (json.dumps(plan), number))
    for who, told_of in ((SAM, True), (EVE, False)):
        assert ("worker depends" in told(dev.say(f"approval show {number}", who))) == told_of
