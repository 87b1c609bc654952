"""Cleanups by a policy on a real engine: how they are set, what they take, and what keeps them from the wrong thing."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import world
from cleaning import DAY, EVERYTHING, UNUSED, Cleaners, agreed, boxed, fate, images, said, told
from docker.api.client import APIClient
from harness import PROJECT
from meddling import Meddling
from proxy import Proxy, answer

from bot.request import Status
from bot.turns import Turns
from commands.samples import Disk

AGREED = '[[require]]\nverbs = ["cleanup sweep"]\non = ["*"]\napprove = "second"\n'


# setting --------------------------------------------------------------------------------------------------------------


def test_a_policy_is_set_shown_turned_on_and_forgotten(cleaners: Cleaners) -> None:
    """It is dry at first, and again whenever it is set anew."""
    spoken = cleaners()
    assert "is set, and dry" in said(spoken, "cleanup set weekly --what images,containers --age 14d --newest 3")
    assert said(spoken, "cleanup ls -q") == "default\nweekly\n"
    row = said(spoken, "cleanup ls").splitlines()[2]
    assert re.split(r"\s{2,}", row) == [
        "weekly", "dry", "images, containers", "2w", "the newest 3 of each repository", "20 or 20 %", "any", "all",
    ]  # fmt: skip
    said(spoken, "cleanup on weekly")
    assert "State:       on\n" in said(spoken, "cleanup show weekly")
    said(spoken, "cleanup set weekly --what images --keep-label keep --keep 'registry/*' --most 7 --most-percent 9")
    shown = said(spoken, "cleanup show weekly")
    assert "State:       dry\n" in shown
    assert "Keeps:       label keep, registry/*\n" in shown
    assert "A run takes: 7 or 9 %\n" in shown
    assert said(spoken, "cleanup rm weekly") == "weekly\n"
    for line in ("show", "on", "rm", "plan", "run"):
        outcome = spoken.say(f"cleanup {line} weekly")
        assert "There is no cleanup policy weekly" in told(outcome), line
        assert outcome.status is Status.FAILED


def test_a_policy_of_some_hosts_is_of_no_other(cleaners: Cleaners) -> None:
    """Neither planned nor run there, though it is known everywhere."""
    spoken = cleaners()
    said(spoken, "cleanup set far --what images --hosts prod,db --hosts stage,db")
    assert "Hosts:       prod, db, stage\n" in said(spoken, "cleanup show far")
    said(spoken, "cleanup on far")
    for verb in ("plan", "run", "sweep"):
        refused = spoken.say(f"cleanup {verb} far")
        assert refused.status is not Status.DONE
        assert "for prod, db, stage alone, and this is local" in told(refused)
    said(spoken, "cleanup set near --hosts local,db")
    said(spoken, "cleanup plan near")


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        ("x --what volumes", "volumes are never part of a cleanup"),
        ("x --what images,volumes", "docker volume rm NAME"),
        ("x --what logs", "'logs' is nothing that a cleanup takes: that is dangling, images"),
        ("x --age soon", "expected 36h, 14d or 2w"),
        ("x --most 0", "expected 1 or more"),
        ("x --most-percent 101", "expected a number from 1 to 100"),
        ("x --hosts prod,", "expected names of hosts"),
        ("x --newest -1", "expected 0 or more"),
        ("x --keep ''", "expected a pattern"),
        ("x --keep-label =v", "expected KEY or KEY=VALUE"),
        ("../x", "cannot be a policy's name"),
        ("default --what images", "The policy default is built in"),
    ],
)
def test_what_cannot_be_a_policy_is_refused(cleaners: Cleaners, flags: str, why: str) -> None:
    """With what can be done instead; volumes above all, on whose contents nobody can agree (docker.md)."""
    spoken = cleaners()
    assert why in told(spoken.say(f"cleanup set {flags}"))
    assert said(spoken, "cleanup ls -q") == "default\n"


def test_a_dry_run_only_shows_and_says_so(api: APIClient, cleaners: Cleaners) -> None:
    """Until somebody turns the policy on."""
    spoken = cleaners.later(cleaners())
    said(spoken, f"cleanup set all {EVERYTHING}")
    before = images(api)
    answered = said(spoken, "cleanup run all")
    assert fate(answered, "app:2.0").startswith(UNUSED)
    assert "The policy all is dry: nothing was removed. `cleanup on all` turns it on." in answered
    assert images(api) == before
    assert "No cleanup has run here yet" in said(spoken, "cleanup history")


# what goes ------------------------------------------------------------------------------------------------------------


def test_a_run_takes_each_kind_and_says_of_each_object_what_became_of_it(api: APIClient, cleaners: Cleaners) -> None:
    """Stopped containers, images that none uses, networks that none names; every container that stays still starts."""
    api.create_network("spare")
    volumes = {each["Name"] for each in api.volumes()["Volumes"]}
    spoken = cleaners.later(cleaners())
    answered = said(spoken, "cleanup run all")
    for name in ("crash", "done", "idle", "app:2.0", "app:1.0", "spare"):
        assert fate(answered, name).startswith("removed"), name
    assert (fate(answered, "web"), fate(answered, "worker")) == ("stays: it is running", "stays: it is running")
    assert "is on it" in fate(answered, "front")
    assert "uses it" in fate(answered, "busybox:latest")
    assert {each["Names"][0] for each in api.containers(all=True)} == {"/web", "/worker"}
    assert images(api) == {"busybox:latest"}
    assert {each["Name"] for each in api.volumes()["Volumes"]} == volumes
    (row,) = said(spoken, "cleanup history all").splitlines()[1:]
    assert re.split(r"\s{2,}", row)[1:7] == ["all", "Less than a second ago", "ada", "7", "4", "0"]


def test_what_ended_a_moment_ago_stays_however_long_it_was_there(api: APIClient, cleaners: Cleaners) -> None:
    """Somebody may have stopped it to start it again: a container is as old as its last run."""
    spoken = cleaners.later(cleaners())
    cleaners.clock.at -= 39.5 * DAY
    with spoken.store._file.writing() as db:
        db.execute("UPDATE sights SET at = at - ?", (30 * DAY,))
    answered = said(spoken, "cleanup run all")
    assert fate(answered, "done") == "stays: it was last used 12 hours ago"
    assert api.inspect_container("done")


def test_dangling_is_what_the_engine_calls_so(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """And never inferred from an image that has no name: the two image stores of engines differ (docker.md)."""
    proxy = Proxy(fresh_world, replace="dangling", answer=answer("200 OK", "[]", "application/json"))
    with proxy.serve(tmp_path) as address:
        spoken = cleaners.later(cleaners("", address), flags="--what dangling")
        assert said(spoken, "cleanup run all") == "There are no dangling images.\n"
    assert len(api.images(filters={"dangling": True})) == 1


def test_a_build_of_long_ago_that_was_loaded_now_stays(api: APIClient, cleaners: Cleaners) -> None:
    """`until=` goes by the date of the build, and would take it (docker.md): the first sight counts."""
    spoken = cleaners.later(cleaners())
    world.load(api, "2020-01-01", ["old:1"], {})
    answered = said(spoken, "cleanup run all")
    assert fate(answered, "old:1").startswith("stays: it was first seen ")
    assert "old:1" in images(api)


def test_a_tag_that_a_container_names_stays_whatever_it_stands_for(api: APIClient, cleaners: Cleaners) -> None:
    """Docker's own prune took away the very tag that a running container was made by (docker.md)."""
    api.tag("busybox:latest", "moved", "1")
    api.start(api.create_container("moved:1", ["sleep", "1000"], name="user"))
    api.tag("app:2.0", "moved", "1", force=True)
    spoken = cleaners.later(cleaners())
    assert fate(said(spoken, "cleanup run all"), "app:2.0") == "stays: container user names moved:1"
    assert {"app:2.0", "moved:1"} <= images(api)


@pytest.mark.parametrize("spec", ["Spec", "PreviousSpec"])
def test_what_a_service_names_or_would_go_back_to_stays(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path, spec: str
) -> None:
    """A rollback makes its containers of the spec of before."""
    del api
    specs = {each: _service("other:1") for each in ("Spec", "PreviousSpec")} | {spec: _service("app:2.0")}
    told_ = "".join(f'"{name}": {body},' for name, body in specs.items())
    services = answer("200 OK", f'[{{{told_} "ID": "0123456789abcdefghijklmno"}}]', "application/json")
    proxy = Proxy(fresh_world, replace="/services", answer=services)
    with proxy.serve(tmp_path) as address:
        spoken = cleaners.later(cleaners("", address))
        assert fate(said(spoken, "cleanup plan all"), "app:2.0") == "stays: service shop names app:2.0"


@pytest.mark.parametrize(
    ("refusal", "done"),
    [
        (("503 Service Unavailable", "This node is not a swarm manager. Use docker swarm init"), True),
        (("500 Internal Server Error", "rpc error: code = Unknown desc = The swarm does not have a leader."), False),
        (("403 Forbidden", "forbidden by the proxy"), True),
    ],
)
def test_a_swarm_that_cannot_tell_its_services_is_not_cleaned(
    cleaners: Cleaners, fresh_world: str, tmp_path: Path, refusal: tuple[str, str], *, done: bool
) -> None:
    """A manager without a leader has some all the same; where there is no swarm there are none."""
    status, why = refusal
    refused = answer(status, json.dumps({"message": why}), "application/json")
    with Proxy(fresh_world, refuse="/services", answer=refused).serve(tmp_path) as address:
        outcome = cleaners("", address).say("cleanup plan")
        assert outcome.status is (Status.DONE if done else Status.FAILED)
        assert done or why in told(outcome)
        cleaners.close()


def _service(image: str) -> str:
    return f'{{"Name": "shop", "TaskTemplate": {{"ContainerSpec": {{"Image": "{image}"}}}}}}'


@pytest.mark.parametrize("state", ["created", "exited", "running"])
def test_a_network_that_a_container_in_any_state_names_stays(api: APIClient, cleaners: Cleaners, state: str) -> None:
    """Docker's own prune takes those of stopped containers, which then cannot start again (docker.md)."""
    api.create_network("lan")
    host = api.create_host_config(network_mode="lan")
    words = ["true"] if state == "exited" else ["sleep", "1000"]
    user = api.create_container("busybox:latest", words, name="user", host_config=host)["Id"]
    if state != "created":
        api.start(user)
    if state == "exited":
        api.wait(user)
    spoken = cleaners.later(cleaners(), flags="--what networks --most-percent 100")
    assert fate(said(spoken, "cleanup run all"), "lan") == "stays: container user is on it"
    api.start(user)


def test_labels_and_patterns_keep_containers_and_networks_too(api: APIClient, cleaners: Cleaners) -> None:
    """Each label by itself, and globs on any name."""
    api.create_network("spare", labels={"keep": "yes"})
    api.create_container("busybox:latest", ["true"], name="db-1")
    kept = "--keep-label keep --keep-label stage --keep 'db-*' --keep 'app:1.*'"
    spoken = cleaners.later(cleaners(), flags=f"{EVERYTHING} {kept}")
    answered = said(spoken, "cleanup run all")
    assert (fate(answered, "spare"), fate(answered, "db-1")) == ("stays: it has the label keep", "stays: db-* is kept")
    assert (fate(answered, "app:2.0"), fate(answered, "app:1.0")) == (
        "stays: it has the label stage", "stays: app:1.* is kept",
    )  # fmt: skip


def test_what_is_hidden_or_protected_is_not_taken(api: APIClient, cleaners: Cleaners) -> None:
    """By the rules of whoever asks, plan and run alike: what they may know of is told, what is hidden is not."""
    for name, paths in (("mighty", ["/:/host"]), ("secret", [])):
        host = api.create_host_config(binds=paths)
        api.create_container("busybox:latest", ["true"], host_config=host, name=name)
    api.create_network("lan")
    rules = """
[protect]
images = ["app:2*"]
[[deny]]
verbs = ["change"]
on = ["name:crash", "network:lan"]
[[deny]]
verbs = ["see", "change"]
on = ["name:secret"]
"""
    spoken = cleaners.later(cleaners(rules))
    for line in ("cleanup plan all", "cleanup run all"):
        answered = said(spoken, line)
        assert "secret" not in answered
        assert {fate(answered, name) for name in ("mighty", "app:2.0", "crash", "lan")} == {
            "stays: no rule lets you remove it"
        }, answered
    assert "app:2.0" in images(api)
    assert api.inspect_container("crash")
    assert api.inspect_container("secret")
    assert api.inspect_network("lan")
    assert api.inspect_container("mighty")


def test_the_last_use_of_an_image_is_known_from_starts(api: APIClient, cleaners: Cleaners) -> None:
    """Of a container that is gone by now, too, for as long as the engine remembers; the used image goes last."""
    for name in ("tool:1", "tool:2"):
        box = api.create_container("busybox:latest", ["true"])["Id"]
        api.commit(box, *name.split(":"), changes=[f"LABEL name={name}"])
        api.remove_container(box)
    spoken = cleaners()
    said(spoken, "cleanup plan")
    box = api.create_container("tool:1", ["true"])["Id"]
    api.start(box)
    api.wait(box)
    api.remove_container(box)
    cleaners.clock.at = time.time()
    answered = said(cleaners.later(spoken, flags="--what images --most-percent 100"), "cleanup plan all")
    assert answered.index(" tool:2 ") < answered.index(" tool:1 ")


class Builds(Proxy):
    """Before an engine whose builds keep these records, and which gives up those of these ids alone."""

    def __init__(self, engine: str, records: list[dict[str, Any]], free: set[str]) -> None:
        super().__init__(engine, replace="/system/df", refuse="/build/prune")
        self.records = records
        self.free = free

    def note(self, request: str) -> None:
        """Keep it, and answer by it."""
        super().note(request)
        told: dict[str, Any] = {"LayersSize": 0, "BuildCache": self.records}
        if "/build/prune" in request:
            asked = {each["ID"] for each in self.records if f'"{each["ID"]}"' in unquote(request)}
            told = {"CachesDeleted": sorted(asked & self.free) or None, "SpaceReclaimed": 0}
        self._answer = answer("200 OK", json.dumps(told), "application/json")


def test_what_the_engine_keeps_of_builds_after_all_is_not_told_as_removed(
    cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """As where a build came to use it since: it answers then that it removed nothing, by a cleanup and by a prune."""
    made = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(cleaners.clock.at - 90 * DAY))
    records = [{"ID": name, "Type": "regular", "Size": 10, "CreatedAt": made} for name in ("busy", "free")]
    with Builds(fresh_world, records, {"free"}).serve(tmp_path) as address:
        spoken = cleaners.later(cleaners("", address), flags="--what cache --most-percent 100")
        answered = said(spoken, "cleanup run all")
        pruned = said(spoken, "builder prune -f")
    assert {name: fate(answered, name) for name in ("busy", "free")} == {
        "busy": "stays: the engine kept it", "free": "removed",
    }  # fmt: skip
    assert "busy stays: the engine kept it." in pruned


def test_what_builds_keep_goes_one_by_one_by_its_id(cleaners: Cleaners, fresh_world: str, tmp_path: Path) -> None:
    """What was made of it first; what a build uses stays, and what that was made of, and what an image shares."""
    made = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(cleaners.clock.at - 90 * DAY))
    records = [
        {"ID": "base", "Type": "regular", "Size": 10, "CreatedAt": made},
        {"ID": "step", "Parent": "base", "Type": "regular", "Size": 20, "CreatedAt": made, "LastUsedAt": made},
        {"ID": "root", "Type": "regular", "Size": 10, "CreatedAt": made},
        {"ID": "busy", "Parent": "root", "Type": "regular", "Size": 10, "CreatedAt": made, "InUse": True},
        {"ID": "both", "Type": "regular", "Size": 10, "CreatedAt": made, "Shared": True},
    ]
    proxy = Builds(fresh_world, records, {"base", "step"})
    with proxy.serve(tmp_path) as address:
        spoken = cleaners.later(cleaners("", address), flags="--what cache --most-percent 100")
        answered = said(spoken, "cleanup run all")
    assert {name: fate(answered, name) for name in ("step", "base", "root", "busy", "both")} == {
        "step": "removed",
        "base": "removed",
        "root": "stays: what was made of it stays",
        "busy": "stays: a build uses it",
        "both": "stays: an image has the same layer",
    }
    asked = [unquote(each.partition("?")[2]) for each in proxy.changes()]
    assert asked == [f'all=1&filters={{"id":+["{each}"]}}' for each in ("step", "base")]


# what keeps a run from the wrong thing --------------------------------------------------------------------------------


@pytest.mark.attack("F30")
@pytest.mark.parametrize("when", ["GET /v1.41/containers/{}/json", "DELETE /v1.41/containers/{}"])
def test_f30_a_container_that_was_started_in_the_gap_is_kept(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path, when: str
) -> None:
    """Between the plan and the last look, and between that and the removal, which is never forced."""
    done = api.create_container("busybox:latest", ["sleep", "1000"], name="late")["Id"]
    cleaners.later(cleaners(), flags="--what containers --most-percent 100")
    request = when.format(done)
    proxy = Meddling(fresh_world, request, lambda: None)
    with proxy.serve(tmp_path) as address:
        spoken = cleaners("", address)
        looks = iter((lambda: setattr(proxy, "_meddle", lambda: api.start(done)), None))
        proxy._meddle = next(looks) if request.startswith("GET") else lambda: api.start(done)
        answered = said(spoken, "cleanup run all")
    assert re.match("stays: (it is running again|.*running)", fate(answered, "late"))
    assert api.inspect_container(done)["State"]["Running"]
    assert not any("force" in each for each in proxy.changes())


@pytest.mark.attack("F30")
@pytest.mark.parametrize(
    ("when", "after", "why"),
    [
        ("/containers/json", 1, "container late uses it"),
        ("GET /v1.41/images/sha256", 0, "conflict: .*used by stopped.*"),
    ],
)
def test_f30_an_image_that_got_a_container_in_the_gap_is_kept(  # noqa: PLR0913, PLR0917 - fixtures and three facts
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path, when: str, after: int, why: str
) -> None:
    """A stopped one, which the engine itself would let lose its image by force; after the last list it minds."""
    boxed(api, "own:1")
    cleaners.later(cleaners(), flags="--what images --most-percent 100 --keep app,busybox --keep-label stage")
    made = lambda: api.create_container("own:1", ["true"], name="late")  # noqa: E731 - what happens in the gap
    with Meddling(fresh_world, when, made, after).serve(tmp_path) as address:
        answered = said(cleaners("", address), "cleanup run all")
    assert re.fullmatch(f"stays: {why}", fate(answered, "own:1")), answered
    assert "own:1" in images(api)


def test_a_409_is_a_result(api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path) -> None:
    """What the engine will not give up stays with its words, and the run goes on (docker.md)."""
    cleaners.later(cleaners(), flags="--what images --most-percent 100")
    refused = answer("409 Conflict", '{"message": "conflict: it is needed"}', "application/json")
    proxy = Proxy(fresh_world, refuse="DELETE", answer=refused)
    with proxy.serve(tmp_path) as address:
        spoken = cleaners("", address)
        answered = said(spoken, "cleanup run all")
    assert fate(answered, "app:2.0") == "stays: conflict: it is needed"
    assert "0 removed; " in answered
    assert "app:2.0" in images(api)


@pytest.mark.attack("F31")
def test_f31_a_policy_that_means_everything_is_capped(api: APIClient, cleaners: Cleaners) -> None:
    """As many as one run takes go, and the rest is told of with the way to take it."""
    for number in range(12):
        api.create_container("busybox:latest", ["true"], name=f"stray-{number}")
    spoken = cleaners.later(cleaners(), flags="--what containers --age 1h")
    answered = said(spoken, "cleanup run all")
    assert answered.count("one run removes 3 at most, the next goes on") == 12
    assert "`cleanup sweep all` removes all 15 at once, where somebody else agrees." in answered
    assert len(api.containers(all=True)) == 14


@pytest.mark.attack("F31")
def test_f31_more_than_that_is_never_done_alone(api: APIClient, cleaners: Cleaners) -> None:
    """Where no rule asks somebody else it is refused; where one does it waits, and is done once they agree."""
    alone = cleaners.later(cleaners()).say("cleanup sweep all")
    assert alone.status is Status.DENIED
    assert "never done without somebody else's consent" in told(alone)
    assert "[[require]]" in told(alone)
    spoken = cleaners(AGREED)
    held = spoken.say("cleanup sweep all")
    assert held.status is Status.HELD
    assert "app:2.0" in images(api)
    resumed = agreed(spoken, held)
    assert resumed.status is Status.DONE, told(resumed)
    assert images(api) == {"busybox:latest"}


@pytest.mark.attack("F31")
def test_f31_a_clock_that_is_wrong_makes_nothing_old(api: APIClient, cleaners: Cleaners) -> None:
    """What is dated in the future, or more than ten years ago, is skipped and says so."""
    world.load(api, "2199-01-01", ["ahead:1"], {})
    world.load(api, "1970-01-01", ["undated:1"], {})
    answered = said(cleaners.later(cleaners()), "cleanup run all")
    assert fate(answered, "ahead:1") == "stays: it is dated in the future"
    assert fate(answered, "undated:1") == "stays: it is dated more than ten years ago"


@pytest.mark.attack("F32")
def test_f32_no_prune_of_the_engine_is_ever_asked(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """One DELETE by a full id for each object, none of them forced."""
    api.create_network("spare")
    cleaners.later(cleaners())
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as address:
        said(cleaners("", address), "cleanup run all")
    changes = proxy.changes()
    assert all(
        re.match(r"DELETE /v1\.\d\d/(containers|networks)/[0-9a-f]{64}$|DELETE /v1\.\d\d/images/", each)
        for each in changes
    )
    assert not any(re.search("prune(?!=1)|force|v=1", each) for each in changes)


@pytest.mark.attack("F32")
def test_f32_nowhere_in_the_code_is_one_asked() -> None:
    """But of what builds keep, for which engines have no other way: by one id, in one place."""
    found = {
        f"{path.relative_to(PROJECT)}: {node.value}"
        for folder in ("bot", "commands")
        for path in (PROJECT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith("/prune")
    }
    assert found == {"commands/builder/cache.py: /build/prune"}
    calls = {
        f"{path.name}: {node.attr}"
        for folder in ("bot", "commands")
        for path in (PROJECT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr.startswith("prune_")
    }
    assert not calls


HOLDER = (
    "import sys; from bot.turns import Turns; from pathlib import Path\n"
    "with Turns(Path(sys.argv[1])).bringing('local'): print('held', flush=True); sys.stdin.read()"
)


def test_nothing_is_cleaned_up_while_images_are_on_their_way(
    api: APIClient, cleaners: Cleaners, tmp_path: Path
) -> None:
    """Also by another process on the same record; the run says so, and the next one goes on (docker.md)."""
    spoken = cleaners.later(cleaners())
    pulling = [sys.executable, "-c", HOLDER, str(tmp_path / "data" / "turns")]
    with subprocess.Popen(pulling, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        answered = said(spoken, "cleanup run all")
        assert "images are on their way to this host" in fate(answered, "app:2.0")
        assert "0 removed; " in answered
        assert other.stdin is not None
        other.stdin.close()
    assert "app:2.0" in images(api)
    assert fate(said(spoken, "cleanup run all"), "app:2.0") == "removed"


def test_a_pull_waits_for_a_removal_and_pulls_for_each_other_never(tmp_path: Path) -> None:
    """Many images may come at once; each object is removed in a turn of its own."""
    turns = Turns(tmp_path / "turns")
    with (
        turns.bringing("local"),
        turns.bringing("local"),
        turns.clearing("local") as ours,
        turns.clearing("other") as its,
    ):
        assert (ours, its) == (False, True)
    with turns.clearing("local") as ours, turns.clearing("local") as again:
        assert (ours, again) == (True, False)


def test_where_nothing_helped_what_is_large_is_told(api: APIClient, cleaners: Cleaners) -> None:
    """Volumes, what containers wrote, and their log files, where this machine has them."""
    host = api.create_host_config(binds=["pgdata:/data"])
    words = ["sh", "-c", "head -c 100000 /dev/zero > /data/f; head -c 50000 /dev/zero > /g; yes | head -n 20000"]
    box = api.create_container("busybox:latest", words, name="big", host_config=host)["Id"]
    api.start(box)
    api.wait(box)
    spoken = cleaners.later(cleaners(), flags="--what images --keep-label stage --keep '*'")
    answered = said(spoken, "cleanup run all")
    assert re.search(r"Nothing was freed\. Volumes hold 10\dkB: pgdata 100kB", answered)
    assert re.search(r"Containers wrote \S+: .*big 50kB", answered)
    assert re.search(r"Their log files hold \S+: big \d", answered)


def test_a_run_shows_the_disk_over_the_last_week_to_whoever_sees_all_of_it(cleaners: Cleaners) -> None:
    """As a chart and in words; not where a rule hides anything, and not where nothing was weighed."""
    rules = '[[deny]]\nverbs = ["see"]\non = ["label:hidden=yes"]\n'
    spoken = cleaners.later(cleaners(), flags="--what images --keep '*'")
    assert "Docker takes" not in said(spoken, "cleanup run all")
    for days in (9, 6, 3, 1):
        spoken.store.metrics.weigh(
            "local", Disk(int(cleaners.clock.at - days * DAY), days * 10**9, 0, 0, 0, 10**10, 4 * 10**10)
        )
    answered = said(spoken, "cleanup run all")
    assert "Weighed 24 hours ago: Docker takes 1GB: images 1GB" in answered
    assert "10GB of 40GB are free (25%)." in answered
    assert "Disk (GB): images 1 to 6, last 1; containers 0 throughout" in answered
    assert "Docker takes" not in said(cleaners(rules), "cleanup run all")


def test_a_lost_answer_ends_the_run(cleaners: Cleaners, fresh_world: str, tmp_path: Path) -> None:
    """What was under way is not known, the rest was not reached, and the history says so."""
    cleaners.later(cleaners())
    proxy = Proxy(fresh_world, lose="DELETE")
    with proxy.serve(tmp_path) as address:
        spoken = cleaners("", address)
        outcome = spoken.say("cleanup run all")
        history = said(spoken, "cleanup history")
    assert outcome.status is Status.UNKNOWN
    assert told(outcome).count("not known: the engine did not answer") == 1
    assert told(outcome).count("not reached") > 1
    assert "not measured" in history
    assert len([each for each in proxy.changes() if "DELETE" in each]) == 1
