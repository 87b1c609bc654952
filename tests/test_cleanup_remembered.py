"""What a cleanup knows of each object on a real engine: since when it is there, when it was used, who needs it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import registry as registry_
from cleaning import DAY, UNUSED, Cleaners, fate, images, said, told
from docker.api.client import APIClient
from engine import Engine
from eventually import eventually
from harness import bench as bench_on
from proxy import Proxy, answer
from test_cleanup_policies import Meddling
from test_cleanup_undo import last_run

from bot.request import Status
from commands.cleanup import starts
from commands.cleanup.starts import Event
from commands.image import pruning

IMAGES = "--what images --most-percent 100"
CONTAINERS = "--what containers --most-percent 100"
NETWORKS = "--what networks --most-percent 100"
NEW = "stays: it was first seen Less than a second ago".lower()
FORBIDDEN = answer("403 Forbidden", "<html>no</html>")
ABSENT = answer("404 Not Found", '{"message": "No such container"}', "application/json")
FAILED = answer("500 Internal Server Error", '{"message": "out of order"}', "application/json")


@pytest.fixture(scope="module")
def registry(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real registry."""
    with registry_.serve(own_engine.pid, tmp_path_factory.mktemp("registry"), 5007, locked=False) as address:
        yield address


def boxed(api: APIClient, name: str) -> str:
    """The id of an image of this name with a label of its own, which no container was made of."""
    box = api.create_container("busybox:latest", ["true"])["Id"]
    identity = str(api.commit(box, *name.rsplit(":", 1), changes=[f"LABEL name={name}"])["Id"])
    api.remove_container(box)
    return identity


def used(api: APIClient, image: str) -> None:
    """Let a container of this image come and go."""
    box = api.create_container(image, ["true"])["Id"]
    api.start(box)
    api.wait(box)
    api.remove_container(box)


# what came back -------------------------------------------------------------------------------------------------------


def test_what_a_cleanup_took_and_somebody_brought_back_is_new(
    api: APIClient, cleaners: Cleaners, registry: str
) -> None:
    """By undo and by a pull, or the next run would take it at once."""
    name = f"{registry}/team/tool:1"
    boxed(api, name)
    api.push(name)
    spoken = cleaners.later(cleaners(), flags=IMAGES)
    assert fate(said(spoken, "cleanup run all"), name) == "removed"
    said(spoken, f"cleanup undo {last_run(spoken)}")
    assert fate(said(spoken, "cleanup run all"), name).lower() == NEW
    cleaners.clock.at += 20 * DAY
    said(spoken, f"rmi {name}")
    said(spoken, f"pull {name}")
    assert fate(said(spoken, "cleanup run all"), name).lower() == NEW
    cleaners.clock.at += 20 * DAY
    assert fate(said(spoken, "cleanup run all"), name) == "removed"


def test_what_was_pulled_is_new_where_events_cannot_be_read(
    api: APIClient, cleaners: Cleaners, registry: str, fresh_world: str, tmp_path: Path
) -> None:
    """Somebody removed it at a terminal, and slashdock brought it back."""
    name = f"{registry}/team/other:1"
    boxed(api, name)
    api.push(name)
    with Proxy(fresh_world, refuse="/events", answer=FORBIDDEN).serve(tmp_path) as address:
        spoken = cleaners.later(cleaners("", address), flags=IMAGES)
        api.remove_image(name)
        said(spoken, f"pull {name}")
        assert fate(said(spoken, "cleanup run all"), name).lower() == NEW
        cleaners.close()


def test_what_went_and_came_at_a_terminal_between_two_looks_is_new(api: APIClient, cleaners: Cleaners) -> None:
    """The engine tells of it; what stayed all the time is as old as ever."""
    boxed(api, "tool:1")
    data = b"".join(api.get_image("tool:1"))
    spoken = cleaners.later(cleaners(), flags=IMAGES)
    api.remove_image("tool:1")
    api.load_image(data)
    answered = said(spoken, "cleanup run all")
    assert (fate(answered, "tool:1").lower(), fate(answered, "app:1.0")) == (NEW, "removed")


@pytest.mark.parametrize("line", ["rmi tool:1", "image prune -af", "cleanup run all"])
def test_what_slashdock_removed_is_forgotten_at_once(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path, line: str
) -> None:
    """By whatever line: a proxy keeps away what the engine would tell of it."""
    boxed(api, "tool:1")
    data = b"".join(api.get_image("tool:1"))
    with Proxy(fresh_world, refuse="/events", answer=FORBIDDEN).serve(tmp_path) as address:
        spoken = cleaners.later(cleaners("", address), flags=IMAGES)
        said(spoken, line)
        assert "tool:1" not in images(api)
        api.load_image(data)
        assert fate(said(spoken, "cleanup run all"), "tool:1").lower() == NEW
        cleaners.close()


def test_another_engine_at_the_same_address_is_new_with_all_that_it_has(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """Its images have the ids of those that were seen elsewhere."""
    del api
    cleaners.later(cleaners(), flags=IMAGES)
    other = answer("200 OK", json.dumps({"ID": "another"}), "application/json")
    with Proxy(fresh_world, replace="/info", answer=other).serve(tmp_path) as address:
        assert fate(said(cleaners("", address), "cleanup run all"), "app:1.0").lower() == NEW
        cleaners.close()


# when it was used -----------------------------------------------------------------------------------------------------


def test_a_use_is_known_by_whatever_name_the_line_had(api: APIClient, cleaners: Cleaners) -> None:
    """In full, by the beginning of an id, by a whole one; what nobody used goes."""
    ids = {name: boxed(api, name) for name in ("tool:1", "tool:2", "tool:3", "tool:4", "tool:latest")}
    spoken = cleaners.later(cleaners(), flags=IMAGES)
    cleaners.clock.at = time.time()
    for ref in ("docker.io/library/tool:1", ids["tool:2"][7:19], ids["tool:3"], "tool"):
        used(api, ref)
    cleaners.clock.at = time.time() + DAY
    with spoken.store._file.writing() as db:
        db.execute("UPDATE sights SET at = at - ?", (40 * DAY,))
    answered = said(spoken, "cleanup plan all")
    for name in ("tool:1", "tool:2", "tool:3", "tool:latest"):
        assert fate(answered, name).startswith("stays: it was last used"), name
    assert fate(answered, "tool:4").startswith(UNUSED)


def test_a_use_by_a_digest_is_known() -> None:
    """With a tag beside it as without; what is of no image that is there is left out."""
    digest = f"sha256:{'d' * 64}"
    image = pruning.Image(f"sha256:{'a' * 64}", ("app:1",), (f"host:5000/app@{digest}",), {}, 0, dangling=False)
    names = (
        f"host:5000/app@{digest}",
        f"host:5000/app:9@{digest}",
        "index.docker.io/library/app:1",
        "a" * 12,
        image.id,
    )
    for name in names:
        assert starts.told([Event(name, 5.0, "gone")], [], [image], 9.0).uses == {image.id: 5.0}, name
        assert starts.told([Event(name, 5.0)], [], [image], 9.0).moved == {image.id}, name
    for name in ("app", "host:5000/app:1", "b" * 12, ""):
        assert not starts.told([Event(name, 5.0, "gone")], [], [image], 9.0).uses, name
    listed = [{"Id": "there", "ImageID": "sha256:1"}]
    assert starts.told([Event("app:1", 5.0, "there")], listed, [image], 9.0).uses == {"sha256:1": 5.0}
    assert starts.told([Event("sha256:2", 5.0)], [], [image], 9.0).moved == {"sha256:2"}


def test_a_container_that_ran_between_two_looks_used_its_image_until_it_ended(
    api: APIClient, cleaners: Cleaners
) -> None:
    """It was started before the first of them, and is gone at the second."""
    boxed(api, "svc:1")
    user = api.create_container("svc:1", ["sleep", "1000"])["Id"]
    api.start(user)
    spoken = cleaners()
    for line in (f"cleanup set all {IMAGES} --age 3d", "cleanup on all", "cleanup plan all"):
        said(spoken, line)
    with spoken.store._file.writing() as db:
        for table in ("sights", "uses"):
            db.execute(f"UPDATE {table} SET at = at - ?", (40 * DAY,))
    cleaners.clock.at = time.time() + DAY
    api.kill(user)
    api.wait(user)
    api.remove_container(user)
    assert fate(said(spoken, "cleanup run all"), "svc:1").startswith("stays: it was last used")


def test_where_events_are_forbidden_containers_count_and_where_they_fail_nothing_is_cleaned(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """A refusal of what stands before the engine is for good; any other may be over in a minute."""
    del api
    cleaners.later(cleaners(), flags=IMAGES)
    proxy = Proxy(fresh_world, refuse="/events", answer=FORBIDDEN)
    with proxy.serve(tmp_path) as address:
        spoken = cleaners("", address)
        heard = spoken.store.sights.heard("local")
        assert fate(said(spoken, "cleanup plan all"), "app:1.0").startswith(UNUSED)
        assert spoken.store.sights.heard("local") == heard
        proxy._answer = FAILED
        assert spoken.say("cleanup run all").status is Status.FAILED
        cleaners.close()


def test_a_network_counts_from_when_a_container_was_on_it_last(api: APIClient, cleaners: Cleaners) -> None:
    """In whatever state it was; a network has no other use."""
    api.create_network("lan")
    host = api.create_host_config(network_mode="lan")
    user = api.create_container("busybox:latest", ["true"], host_config=host)["Id"]
    spoken = cleaners.later(cleaners(), flags=NETWORKS)
    assert fate(said(spoken, "cleanup plan all"), "lan").endswith("is on it")
    api.remove_container(user)
    cleaners.clock.at += 13 * DAY
    assert fate(said(spoken, "cleanup run all"), "lan") == "stays: it was last used 13 days ago"
    cleaners.clock.at += DAY
    assert fate(said(spoken, "cleanup run all"), "lan") == "removed"


# who needs it ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("refusal", "done"), [(FAILED, False), (FORBIDDEN, False), (ABSENT, True)])
def test_what_a_container_names_has_to_be_known(  # noqa: PLR0913 - an engine and its refusal
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path, refusal: bytes, *, done: bool
) -> None:
    """Its name's image was moved, so it has to be looked at: only one that went away meanwhile needs nothing."""
    api.tag("busybox:latest", "moved", "1")
    user = api.create_container("moved:1", ["true"], name="user")["Id"]
    api.tag("app:2.0", "moved", "1", force=True)
    cleaners.later(cleaners(), flags=IMAGES)
    with Proxy(fresh_world, refuse=f"/containers/{user}/json", answer=refusal).serve(tmp_path) as address:
        assert cleaners("", address).say("cleanup plan all").status is (Status.DONE if done else Status.FAILED)
        cleaners.close()


def test_a_container_that_goes_while_a_plan_is_made_is_left_out(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """The list still had it."""
    gone = api.create_container("busybox:latest", ["true"], name="going")["Id"]
    cleaners.later(cleaners(), flags=CONTAINERS)
    proxy = Meddling(fresh_world, f"GET /v1.41/containers/{gone}/json", lambda: api.remove_container(gone))
    with proxy.serve(tmp_path) as address:
        answered = said(cleaners("", address), "cleanup plan all")
        assert " going " not in answered
        assert fate(answered, "done").startswith("would be removed: it does not run, first seen ")
        cleaners.close()


class Nameless(Proxy):
    """Before an engine that tells another id of its own at each request."""

    def note(self, request: str) -> None:
        """Keep it, and have another id ready."""
        super().note(request)
        self._answer = answer("200 OK", json.dumps({"ID": str(len(self.requests))}), "application/json")


def test_what_is_there_stays_known_where_the_engine_makes_up_its_id(
    cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """As podman does: nothing there would ever go."""
    with Nameless(fresh_world, replace="/info").serve(tmp_path) as address:
        spoken = cleaners.later(cleaners("", address), flags=IMAGES)
        assert fate(said(spoken, "cleanup plan all"), "app:2.0").startswith(UNUSED)
        cleaners.close()


@pytest.mark.parametrize("mode", ["network_mode", "ipc_mode", "pid_mode"])
def test_a_container_that_another_one_lives_in_stays(api: APIClient, cleaners: Cleaners, mode: str) -> None:
    """Both have ended, and the other is kept: it could never be started again."""
    host = {"ipc_mode": "shareable"} if mode == "ipc_mode" else {}
    pause = api.create_container(
        "busybox:latest", ["true"], name="pausebox", host_config=api.create_host_config(**host)
    )
    joined = api.create_host_config(**{mode: f"container:{pause['Id']}"})
    api.create_container("busybox:latest", ["true"], name="side", host_config=joined, labels={"keep": "1"})
    spoken = cleaners.later(cleaners(), flags=f"{CONTAINERS} --keep-label keep")
    assert fate(said(spoken, "cleanup run all"), "pausebox") == "stays: what lives in or is linked to it stays"
    assert f"{pause['Id']} stays: another container lives in it" in said(spoken, "container prune -f")
    assert api.inspect_container("pausebox")


def test_a_container_that_another_one_is_linked_to_stays_by_whatever_name(api: APIClient, cleaners: Cleaners) -> None:
    """The other one is kept: without it, that could never be started again."""
    db = api.create_container("busybox:latest", ["sleep", "1000"], name="db")["Id"]
    api.start(db)
    host = api.create_host_config(links={"db": "db"})
    api.create_container("busybox:latest", ["true"], name="user", host_config=host, labels={"keep": "1"})
    api.kill(db)
    spoken = cleaners.later(cleaners(), flags=f"{CONTAINERS} --keep-label keep")
    api.rename(db, "other")
    assert fate(said(spoken, "cleanup run all"), "other") == "stays: what lives in or is linked to it stays"
    pruned = said(spoken, "container prune -f --filter label!=keep")
    assert f"{db} stays: another container lives in it or is linked to it" in pruned
    api.start(db)
    api.start("user")


def test_whatever_is_left_starts_once_nothing_goes_any_more(api: APIClient, cleaners: Cleaners) -> None:
    """A chain of namespaces, a link and a network of its own, whose last ones are kept; the rest goes."""
    lan = api.create_network("own")["Id"]
    hosts: dict[str, dict[str, Any]] = {
        "pod": {},
        "side": {"network_mode": "container:pod"},
        "beyond": {"network_mode": "container:pod", "pid_mode": "container:kin", "ipc_mode": "container:kin"},
        "db": {},
        "user": {"links": {"db": "db"}},
        "settled": {"network_mode": lan},
        "free": {},
    }
    kept = {"beyond", "user", "settled"}
    api.start(api.create_container("busybox:latest", ["sleep", "9"], name="kin", host_config=_host(api, "shareable")))
    for name, modes in hosts.items():
        labels = {"keep": "1"} if name in kept else {}
        host = api.create_host_config(**modes)
        box = api.create_container("busybox:latest", ["sleep", "1000"], name=name, labels=labels, host_config=host)
        api.start(box)
    for name in (*hosts, "kin"):
        api.kill(name)
    root = '[[roles.all.allow]]\nverbs = ["root"]\non = ["*"]\napprove = "second"\n'
    what = "--what images,containers,networks --most-percent 50 --keep-label keep"
    spoken = cleaners.later(cleaners(root), flags=what)
    while " removed\n" in said(spoken, "cleanup run all"):
        pass
    left = {each["Names"][0].removeprefix("/") for each in api.containers(all=True)}
    assert left & {*hosts, "kin"} == {"pod", "kin", "db", *kept}
    for name in ("kin", "pod", "db", *kept):
        api.start(name)


def _host(api: APIClient, ipc: str) -> dict[str, object]:
    return dict(api.create_host_config(ipc_mode=ipc))


def test_containers_that_live_in_each_other_stay_and_are_told(api: APIClient, cleaners: Cleaners) -> None:
    """None of them can go before the other; in the plan as in the run."""
    for name, other in (("left", "right"), ("right", "left")):
        host = api.create_host_config(network_mode=f"container:{other}")
        api.create_container("busybox:latest", ["true"], name=name, host_config=host)
    root = '[[roles.all.allow]]\nverbs = ["root"]\non = ["*"]\napprove = "second"\n'
    spoken = cleaners.later(cleaners(root), flags=CONTAINERS)
    for line in ("cleanup plan all", "cleanup run all"):
        answered = said(spoken, line)
        fates = {fate(answered, name) for name in ("left", "right")}
        assert fates == {"stays: it and others live in each other"}


def test_a_container_that_another_one_came_to_live_in_since_the_plan_stays(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """It is looked at once more just before."""
    pause = api.create_container("busybox:latest", ["true"], name="pausebox")["Id"]
    host = api.create_host_config(network_mode=f"container:{pause}")
    cleaners.later(cleaners(), flags=CONTAINERS)
    join = lambda: api.create_container("busybox", ["true"], name="side", host_config=host)  # noqa: E731 - what happens in the gap
    proxy = Meddling(fresh_world, f"/containers/{pause}/json", lambda: None)
    with proxy.serve(tmp_path) as address:
        spoken = cleaners("", address)
        said(spoken, "cleanup plan all")
        proxy._meddle = lambda: setattr(proxy, "_meddle", join)  # from the look of the plan on
        answered = said(spoken, "cleanup run all")
        cleaners.close()
    assert fate(answered, "pausebox").startswith("stays: another container lives in it")
    api.start(pause)


def test_a_pattern_keeps_a_container_by_its_image_though_the_name_was_moved(api: APIClient, cleaners: Cleaners) -> None:
    """The list tells of an id alone then."""
    boxed(api, "pg:1")
    api.create_container("pg:1", ["true"], name="db")
    spoken = cleaners.later(cleaners(), flags=f"{CONTAINERS} --keep 'pg:*'")
    api.tag("busybox:latest", "pg", "1", force=True)
    assert fate(said(spoken, "cleanup run all"), "db") == "stays: pg:* is kept"


@pytest.mark.parametrize("state", ["paused", "restarting"])
def test_what_does_not_run_just_now_stays_with_its_image(api: APIClient, cleaners: Cleaners, state: str) -> None:
    """It is paused, or the engine starts it again and again."""
    boxed(api, "busy:1")
    again = api.create_host_config(restart_policy={"Name": "always"})
    host, words = (again, ["false"]) if state == "restarting" else (None, ["sleep", "1000"])
    user = api.create_container("busy:1", words, name="user", host_config=host)["Id"]
    api.start(user)
    if state == "paused":
        api.pause(user)
    eventually(lambda: api.inspect_container(user)["State"]["Status"] == state)
    spoken = cleaners.later(cleaners(), flags="--what images,containers --most-percent 100")
    answered = said(spoken, "cleanup run all")
    api.remove_container(user, force=True)
    assert fate(answered, "busy:1") == "stays: container user uses it"
    assert fate(answered, "user") in {f"stays: it is {state}", "stays: it is running"}


# clocks ---------------------------------------------------------------------------------------------------------------


def test_f31_with_a_clock_that_is_wrong_nothing_is_cleaned(api: APIClient, cleaners: Cleaners) -> None:
    """It was put ahead by three years, so that a minute seemed an age; nothing that is seen then counts later."""
    spoken = cleaners()
    said(spoken, f"cleanup set all {IMAGES}")
    said(spoken, "cleanup on all")
    boxed(api, "minute-old:1")
    said(spoken, "cleanup plan all")
    cleaners.clock.at += 3 * 365 * DAY
    cleaners.clock.wrong = 3 * 365 * DAY
    for line in ("cleanup plan all", "cleanup run all", "cleanup plan", "cleanup run"):
        outcome = spoken.say(line)
        assert outcome.status is Status.FAILED
        assert "more than an hour apart" in told(outcome)
    assert "minute-old:1" in images(api)


@pytest.mark.parametrize(("seconds", "ends"), [(-7200, Status.FAILED), (7200, Status.FAILED), (-1800, Status.DONE)])
def test_f31_the_clock_is_held_against_the_engines(
    fresh_world: str, tmp_path: Path, seconds: float, ends: Status
) -> None:
    """Whichever of the two goes wrong; the engine tells its own with each answer."""
    date = formatdate(time.time() + seconds, usegmt=True)
    pong = f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK".encode()
    with Proxy(fresh_world, replace="_ping", answer=pong).serve(tmp_path) as address:
        spoken = bench_on(address, tmp_path / "data")
        assert spoken.say("cleanup plan").status is ends
        spoken.close()


@pytest.mark.parametrize("made", ["2199-01-01", "1970-01-02"])
def test_f31_a_network_or_container_of_no_possible_date_stays(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path, made: str
) -> None:
    """Like an image: the engine's clock was wrong when it was made."""
    why = "it is dated in the future" if made > "2000" else "it is dated more than ten years ago"
    network = {"Name": "odd", "Id": "f" * 64, "Created": f"{made}T00:00:00Z", "Scope": "local", "Driver": "bridge"}
    stopped = [each for each in api.containers(all=True) if each["Names"] == ["/done"]]
    stopped[0]["Created"] = int(time.mktime(time.strptime(made, "%Y-%m-%d")))
    for path, listed, flags, name in (
        ("/networks", [network], NETWORKS, "odd"),
        ("/containers/json", stopped, CONTAINERS, "done"),
    ):
        dated = answer("200 OK", json.dumps(listed), "application/json")
        folder = tmp_path / name
        folder.mkdir()
        with Proxy(fresh_world, replace=path, answer=dated).serve(folder) as address:
            spoken = cleaners.later(cleaners("", address), flags=flags)
            assert fate(said(spoken, "cleanup plan all"), name) == f"stays: {why}"
            cleaners.close()


# how it is said -------------------------------------------------------------------------------------------------------


def test_the_age_that_counts_is_shown_and_minutes_are_none(cleaners: Cleaners) -> None:
    """Nothing goes before a day is over, so that an hour would be a lie; minutes are said nowhere."""
    spoken = cleaners()
    assert "expected 36h, 14d or 2w" in told(spoken.say("cleanup set all --age 3m"))
    said(spoken, "cleanup set all --age 1h")
    assert "Age:         1d\n" in said(spoken, "cleanup show all")
    said(spoken, "cleanup set all --age 36h")
    assert "Age:         36h\n" in said(spoken, "cleanup show all")


def test_what_is_kept_may_be_said_with_commas(api: APIClient, cleaners: Cleaners) -> None:
    """As what may go; names in full and repositories keep as well, and brackets are brackets."""
    for name in ("mine:1", "yours:1", "labelled:1"):
        boxed(api, name)
    for name in ("db-1", "lan[1]"):
        api.create_network(name)
    kept = "--keep 'db-*,docker.io/library/mine:*' --keep 'yours, lan[1]' --keep-label stage,name=labelled:1"
    spoken = cleaners.later(cleaners(), flags=f"--what images,networks --most-percent 100 {kept}")
    answered = said(spoken, "cleanup run all")
    assert {
        name: fate(answered, name) for name in ("mine:1", "yours:1", "labelled:1", "db-1", "lan[1]", "app:2.0")
    } == {
        "mine:1": "stays: docker.io/library/mine:* is kept",
        "yours:1": "stays: yours is kept",
        "labelled:1": "stays: it has the label name=labelled:1",
        "db-1": "stays: db-* is kept",
        "lan[1]": "stays: lan[1] is kept",
        "app:2.0": "stays: it has the label stage",
    }
    for flags in ("--keep a,", "--keep-label keep,=v"):
        assert "expected" in told(spoken.say(f"cleanup set other {flags}"))
