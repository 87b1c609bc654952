"""Disk usage, and the prunes of the whole system and of what builds keep: planned, shown, confirmed, then done."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from docker.api.client import APIClient
from engine import Engine
from eventually import eventually
from harness import ADMIN, ROOT, VIEWER, Bench, bench
from offices import BASE, DEV, EVE, Office, told
from proxy import Proxy

from bot import text
from bot.policy import Policy
from bot.request import Outcome, Status
from commands import catalog
from commands.builder import cache
from commands.reply import Buttons, Table

HIDDEN = """
[[deny]]
verbs = ["see", "read", "act", "change"]
on = ["label:hidden=yes"]
"""
PORT = 5005


@pytest.fixture
def half_blind(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A bot for one who may do everything but know of what is hidden."""
    policy = Policy.parse(ROOT + HIDDEN, "policy.toml", [verb.spec for verb in catalog.load()])
    made = bench(fresh_world, tmp_path / "data", policy)
    yield made
    made.close()


@pytest.fixture
def built(own_engine: Engine, api: APIClient, tmp_path: Path) -> Iterator[APIClient]:
    """An engine whose BuildKit keeps something of a build."""
    folder = tmp_path / "context"
    folder.mkdir()
    with tarfile.open(folder / "context.tar", "w") as archive:
        for name, content in (("Dockerfile", b"FROM scratch\nCOPY a /a\nCOPY b /b\n"), ("a", b"1"), ("b", b"2")):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    beside = ["nsenter", f"--net=/proc/{own_engine.pid}/ns/net", sys.executable]
    look = [*beside, "-c", f"import socket; socket.create_connection(('127.0.0.1', {PORT}))"]
    serve = [*beside, "-m", "http.server", str(PORT), "--bind", "127.0.0.1", "--directory", str(folder)]
    with subprocess.Popen(serve, stderr=subprocess.DEVNULL) as served:
        eventually(lambda: subprocess.run(look, capture_output=True, check=False).returncode == 0)
        remote = quote(f"http://127.0.0.1:{PORT}/context.tar", safe="")
        answer = api._post(api._url(f"/build?version=2&remote={remote}&t=kept:1"))
        served.terminate()
    assert b"errorDetail" not in answer.content
    assert len(records(api)) > 2
    yield api
    api.remove_image("kept:1")
    api._post(api._url("/build/prune?all=1"))


def records(api: APIClient) -> list[str]:
    """The ids of what builds keep."""
    return [each["ID"] for each in api.df().get("BuildCache") or []]


def say(spoken: Bench, line: str) -> Outcome:
    """The line, and yes to what is asked first."""
    outcome = spoken.say(line)
    if outcome.status is Status.HELD:
        buttons = next(part for part in outcome.reply.parts if isinstance(part, Buttons)).buttons
        outcome = spoken.say(line, confirmed=buttons[0].confirms)
    return outcome


def rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """What was shown to be agreed to."""
    return [row for part in outcome.reply.parts if isinstance(part, Table) for row in part.rows[1:]]


def test_disk_usage_counts_only_what_is_seen(half_blind: Bench, api: APIClient) -> None:
    """What is hidden is in no row and in no sum."""
    before = text.docker(half_blind.say("system df").reply)
    api.create_volume("hidden-volume", labels={"hidden": "yes"})
    box = api.create_container("busybox:latest", ["true"], name="hidden-box", labels={"hidden": "yes"})["Id"]
    api.commit(box, "hidden-image", "1", changes="LABEL hidden=yes")
    after = text.docker(half_blind.say("system df").reply)
    detailed = text.docker(half_blind.say("system df -v").reply)
    api.remove_container(box)
    api.remove_image("hidden-image:1")
    api.remove_volume("hidden-volume", force=True)
    assert [line.split()[:4] for line in after.splitlines()] == [line.split()[:4] for line in before.splitlines()]
    assert "hidden" not in detailed


def test_disk_usage_counts_only_the_containers_that_are_seen(half_blind: Bench, bench: Bench, api: APIClient) -> None:
    """Where a hidden one uses an image or a volume, that is not told; whoever sees everything is told of it."""
    lines = ("system df", "system df -v")
    host = api.create_host_config(binds=["used:/a", "used:/b"])
    api.create_volume("used")
    before = [used(spoken, line) for spoken in (half_blind, bench) for line in lines]
    boxes = [
        api.create_container("busybox:latest", ["true"], labels={"hidden": hidden}, host_config=host)["Id"]
        for hidden in ("yes", "yes", "no")
    ]
    one = [used(half_blind, line) for line in lines]
    api.remove_container(boxes.pop())
    none = [used(half_blind, line) for line in lines]
    both = [used(bench, line) for line in lines]
    for box in boxes:
        api.remove_container(box)
    api.remove_volume("used")
    assert none == before[:2]
    assert one[1]["used"] == "1"
    assert both[1]["used"] == "2"
    assert int(both[0]["Volumes"]) == int(before[2]["Volumes"]) + 1


def used(spoken: Bench, line: str) -> dict[str, str]:
    """How many containers use each kind, or with -v how many use the volume "used" and the image busybox."""
    formats = {
        "system df": "{{.Type}} {{.Active}}",
        "system df -v": r"{{range .Volumes}}{{.Name}} {{.Links}}\n{{end}}"
        r"{{range .Images}}{{.Repository}} {{.Containers}}\n{{end}}",
    }
    said = text.docker(spoken.say(f"{line} --format '{formats[line]}'").reply)
    return {each[0]: each[-1] for each in map(str.split, said.replace("Local ", "").splitlines()) if each}


def test_a_system_prune_shows_what_goes_and_takes_what_it_showed(bench: Bench, api: APIClient) -> None:
    """Containers, the networks and images that only they use, and volumes that nobody named."""
    box = api.create_container("busybox:latest", ["true"], name="gone", volumes=["/data"])["Id"]
    api.start(box)
    api.wait(box)
    network = api.create_network("gone-net")["Id"]
    api.connect_container_to_network(box, network)
    (volume,) = [mount["Name"] for mount in api.inspect_container(box)["Mounts"]]
    asked = bench.say("system prune --volumes")
    shown = {(row[0], row[1]) for row in rows(asked)}
    assert {("container", "gone"), ("network", "gone-net"), ("volume", volume)} <= shown
    assert ("volume", "pgdata") not in shown
    done = say(bench, "system prune --volumes")
    assert done.status is Status.DONE
    assert {each["Name"] for each in api.volumes()["Volumes"]} >= {"pgdata", "scratch"}
    assert volume not in {each["Name"] for each in api.volumes()["Volumes"]}
    assert "gone-net" not in {each["Name"] for each in api.networks()}
    assert "gone" not in {name for each in api.containers(all=True) for name in each["Names"]}


def test_what_changed_since_it_was_shown_is_asked_again(bench: Bench, api: APIClient) -> None:
    """Agreement is to a list."""
    asked = bench.say("system prune")
    api.create_container("busybox:latest", ["true"], name="late")
    buttons = next(part for part in asked.reply.parts if isinstance(part, Buttons)).buttons
    again = bench.say("system prune", confirmed=buttons[0].confirms)
    assert again.status is Status.HELD
    assert ("container", "late") in {(row[0], row[1]) for row in rows(again)}
    api.remove_container("late")


def test_nothing_hidden_goes(half_blind: Bench, api: APIClient) -> None:
    """What the asker may not know of is neither shown nor taken, and neither is what it uses."""
    network = api.create_network("used-net")["Id"]
    box = api.create_container("busybox:latest", ["true"], name="hidden-box", labels={"hidden": "yes"})["Id"]
    api.connect_container_to_network(box, network)
    done = say(half_blind, "system prune -a --volumes -f")
    assert done.status is Status.DONE
    assert api.inspect_container(box)["Id"] == box
    assert api.inspect_network(network)["Id"] == network
    assert "hidden-box" not in text.docker(done.reply) + text.added(done.reply)
    api.remove_container(box)
    api.remove_network(network)


def test_who_may_not_change_may_not_prune(bench: Bench) -> None:
    """By the class of the verbs."""
    for line in ("system prune -f", "builder prune -f"):
        assert bench.say(line, VIEWER).status is Status.DENIED
    assert bench.say("system df", ADMIN).status is Status.DONE


def test_a_lost_answer_ends_a_system_prune(fresh_world: str, tmp_path: Path, api: APIClient) -> None:
    """No other kind is begun, and what is not known is told."""
    network = api.create_network("gone-net")["Id"]
    policy = Policy.parse(ROOT, "policy.toml", [verb.spec for verb in catalog.load()])
    proxy = Proxy(fresh_world, lose="DELETE /v1.41/containers")
    with proxy.serve(tmp_path) as host:
        made = bench(host, tmp_path / "data", policy)
        done = say(made, "system prune -f")
        made.close()
    assert done.status is Status.UNKNOWN
    assert api.inspect_network(network)["Id"] == network
    api.remove_network(network)


def test_what_builds_keep_goes_one_by_one(built: APIClient, bench: Bench) -> None:
    """By its id, what was made of it first; the engine is asked for nothing more."""
    asked = bench.say("builder prune -a")
    assert {row[0] for row in rows(asked)} == set(records(built))
    done = say(bench, "builder prune -a")
    assert done.status is Status.DONE
    assert text.docker(done.reply).startswith("Deleted build cache objects:\n")
    assert records(built) == []


def test_without_all_what_an_image_shares_stays(built: APIClient, bench: Bench) -> None:
    """As docker's own prune leaves it; --keep-storage and filters leave more."""
    shared = [each["ID"] for each in built.df()["BuildCache"] if each["Shared"]]
    assert say(bench, "builder prune -a -f --filter until=24h").status is Status.DONE
    assert say(bench, "builder prune -a -f --keep-storage 1gb").status is Status.DONE
    assert len(records(built)) > len(shared)
    assert say(bench, "builder prune -f").status is Status.DONE
    assert sorted(records(built)) == sorted(shared)


def test_children_go_before_what_they_were_made_of() -> None:
    """What holds something that stays, stays; a circle stays as well."""
    chain = [
        {"ID": "a", "Parent": ""}, {"ID": "b", "Parent": "a"}, {"ID": "c", "Parents": ["b"]},
        {"ID": "x", "Parent": "y"}, {"ID": "y", "Parent": "x"},
    ]  # fmt: skip
    assert [each["ID"] for each in cache.ordered(chain, {"a", "b", "c", "x", "y"})] == ["c", "b", "a"]
    assert [each["ID"] for each in cache.ordered(chain, {"a", "b"})] == []


@pytest.mark.parametrize("filters", [["until=1h", "until=2h"], ["id=a", "id=b"], ["nothing=1"], ["until=soon"]])
def test_what_the_engine_would_refuse_is_refused(filters: list[str]) -> None:
    """In its words."""
    with pytest.raises(ValueError, match="failed to prune build cache"):
        cache.chosen(filters, all_=False)


def test_the_cache_of_builds_is_for_whoever_sees_all(built: APIClient, office: Office) -> None:
    """What it holds is of no container and has no name: nobody could say whose step it was."""
    (kept, *_) = records(built)
    narrow = BASE.replace('verbs = ["see", "read"]\non = ["*"]', 'verbs = ["see", "read"]\non = ["name:web"]')
    spoken = office("", narrow)
    assert kept[:12] in told(spoken.say("system df -v", DEV))
    assert kept[:12] not in told(spoken.say("system df -v", EVE))
    assert '"Type":"Build Cache"' in told(spoken.say("system df --format json", EVE)).replace(": ", ":")
    assert re.search(r"Build Cache +0 +0 +0B +0B", told(spoken.say("system df", EVE)))
