"""What is kept of cleanups: policies that cannot be read, runs that were killed, what was freed, and who is told."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from cleaning import Cleaners, boxed, fate, images, said, told
from docker.api.client import APIClient
from meddling import Meddling

from bot.request import Status
from commands.cleanup import space

HIDDEN = '[[deny]]\nverbs = ["see"]\non = ["{}"]\n'
CONTAINERS = "--what containers --most-percent 100"
LOUD = ["sh", "-c", "yes 0123456789012345678901234567890123456789 | head -n 100000"]
LOGGED = 4_000_000  # bytes at least


# what was freed -------------------------------------------------------------------------------------------------------


def logger(api: APIClient) -> Path:
    """The log file of a container that has printed much and ended."""
    box = api.create_container("busybox:latest", LOUD, name="loud")["Id"]
    api.start(box)
    api.wait(box)
    return Path(api.inspect_container(box)["LogPath"])


def test_a_log_that_went_with_its_container_was_freed(api: APIClient, cleaners: Cleaners) -> None:
    """As large as it was; the engine's own account knows nothing of it."""
    path = logger(api)
    size = path.stat().st_size
    assert size > LOGGED
    spoken = cleaners.later(cleaners(), flags=CONTAINERS)
    answered = said(spoken, "cleanup run all")
    assert not path.exists()
    assert "Nothing was freed" not in answered
    freed = re.search(r"Total reclaimed space: ([\d.]+)MB", answered)
    assert freed is not None
    assert float(freed[1]) * 1e6 >= LOGGED
    with spoken.store._file.reading() as db:
        ((kept,),) = db.execute("SELECT freed FROM cleaned").fetchall()
    assert kept >= size


def test_where_a_log_cannot_be_read_it_is_not_told_that_nothing_was_freed(api: APIClient, cleaners: Cleaners) -> None:
    """But that it was not measured: nobody is told where this driver has its files."""
    host = api.create_host_config(log_config={"Type": "local"})
    box = api.create_container("busybox:latest", ["true"], name="elsewhere", host_config=host)["Id"]
    api.start(box)
    api.wait(box)
    answered = said(cleaners.later(cleaners(), flags=f"{CONTAINERS} --keep done --keep crash"), "cleanup run all")
    assert fate(answered, "elsewhere") == "removed"
    assert "Nothing was freed" not in answered
    assert "Total reclaimed space: not measured" in answered
    assert "cannot be read here" in answered


def test_where_something_else_came_meanwhile_it_is_not_told_that_nothing_was_freed(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """Another image of more bytes than all that went."""
    box = api.create_container("busybox:latest", ["sh", "-c", "head -c 3000000 /dev/urandom > /big"])["Id"]
    api.start(box)
    api.wait(box)
    cleaners.later(cleaners(), flags="--what images --most-percent 100")
    with Meddling(fresh_world, "DELETE ", lambda: api.commit(box, "more", "1")).serve(tmp_path) as address:
        answered = said(cleaners("", address), "cleanup run all")
        cleaners.close()
    assert "Total reclaimed space: not measured" in answered
    assert "something else came meanwhile" in answered
    assert "Nothing was freed" not in answered


def test_what_an_image_shares_with_what_builds_keep_is_counted_once() -> None:
    """The engine lists the same layer with both."""
    records = [{"Size": 10, "Shared": True}, {"Size": 7, "Shared": False}, {"Size": 5}]
    assert space.held({"LayersSize": 100, "Containers": [{"SizeRw": 3}, {}], "BuildCache": records}) == 115


# policies -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    ["json_set(rules, '$.newer', 1)", "json_set(rules, '$.most', 'all')", "json_remove(rules, '$.what')", "'[]'"],
)
def test_a_policy_that_cannot_be_read_is_listed_not_run_and_in_nobodys_way(cleaners: Cleaners, damage: str) -> None:
    """Damaged, or kept by a newer slashdock: everything else works, and it can be forgotten or said anew."""
    spoken = cleaners.later(cleaners())
    with spoken.store._file.writing() as db:
        db.execute(f"UPDATE cleanups SET rules = {damage}")
    (row,) = (each for each in said(spoken, "cleanup ls").splitlines() if each.startswith("all"))
    assert re.split(r"\s{2,}", row.strip()) == ["all", "UNREADABLE"]
    for verb in ("run", "sweep", "plan", "show", "on"):
        refused = spoken.say(f"cleanup {verb} all")
        assert refused.status is Status.FAILED, verb
        assert "The policy all cannot be read" in told(refused), verb
    for line in ("cleanup run", "cleanup set other --what images", "cleanup on other", "cleanup plan other"):
        said(spoken, line)
    assert said(spoken, "cleanup rm all") == "all\n"
    assert said(spoken, "cleanup ls -q") == "default\nother\n"


# runs -----------------------------------------------------------------------------------------------------------------


def test_a_run_that_is_killed_is_known_and_what_it_took_comes_back(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """By the record as it is between two names of an image: each object is in it before it goes."""
    identity = boxed(api, "multi:a")
    api.tag(identity, "multi", "b")
    cleaners.later(cleaners(), flags="--what images --keep 'app:*' --most-percent 100")
    killed = Cleaners(fresh_world, tmp_path / "killed", cleaners.clock)

    def kill() -> None:
        shutil.copytree(cleaners.folder, killed.folder)
        api.create_container("multi:b", ["true"])  # so that the engine, too, is as it would be then

    with Meddling(fresh_world, "/images/multi:b/json", kill).serve(tmp_path) as address:
        said(cleaners("", address), "cleanup run all")
        cleaners.close()
    assert "multi:a" not in images(api)
    spoken = killed()
    (row,) = said(spoken, "cleanup history").splitlines()[1:]
    number, name, _, who, removed, freed = re.split(r"\s{2,}", row.strip())
    assert (name, who, removed[1:], freed) == ("all", "ada", " at most", "not ended")
    assert fate(said(spoken, f"cleanup undo {number}"), "multi:a") == "is back, as multi:a"
    killed.close()
    assert api.inspect_image("multi:a")["Id"] == identity
    assert "at most" not in said(cleaners(), "cleanup history")


def test_what_stayed_after_all_is_not_among_what_a_run_took(
    api: APIClient, cleaners: Cleaners, fresh_world: str, tmp_path: Path
) -> None:
    """Though it was written down before."""
    boxed(api, "kept:1")
    cleaners.later(cleaners(), flags="--what images --most-percent 100")
    late = lambda: api.create_container("kept:1", ["true"], name="late")  # noqa: E731 - what happens in the gap
    with Meddling(fresh_world, "/containers/json", late, after=1).serve(tmp_path) as address:
        spoken = cleaners("", address)
        assert fate(said(spoken, "cleanup run all"), "kept:1") == "stays: container late uses it"
        number = said(spoken, "cleanup history --format '{{.Number}}'").split()[0]
        answered = said(spoken, f"cleanup undo {number}")
        cleaners.close()
    assert "kept:1" not in answered
    assert "app:2.0" in answered


@pytest.mark.parametrize("what", ["image:*", "name:crash", "network:*"])
def test_how_much_runs_took_is_for_those_who_see_all_of_that(api: APIClient, cleaners: Cleaners, what: str) -> None:
    """To others a run is told of, without its numbers."""
    spoken = cleaners.later(cleaners())
    said(spoken, "cleanup run all")
    shown = said(spoken, "cleanup history --format '{{.Removed}} {{.Listed}}'")
    assert int(shown.split()[0]) > 1
    hidden = said(cleaners(HIDDEN.format(what)), "cleanup history")
    assert re.split(r"\s{2,}", hidden.splitlines()[1].strip())[4:] == ["hidden"] * 5
    assert re.split(r"\s{2,}", hidden.splitlines()[1].strip())[1] == "all"
    assert "app:2.0" not in images(api)
