"""Cleanups that go by a disk, on a real engine that says its data is on a small one: measured while they remove."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cleaning import EVERYTHING, UNUSED, Cleaners, fate, images, said, told
from docker.api.client import APIClient
from harness import Bench
from nights import OPS
from proxy import Proxy, answer

from bot.request import Origin, Status

PERCENT = 25 * 4096  # bytes of a hundredth of the disk, in whole pages
FLAGS = f"{EVERYTHING} --disk 85% --until 70"
ELSEWHERE = "How full the disk is cannot be read: the engine's data is not on the machine of slashdock."


@dataclass
class Disk:
    """A small disk, which is as full as it is told to be."""

    folder: Path

    def fill(self, percent: int) -> None:
        """So many of a hundred bytes are not free."""
        (self.folder / "filler").write_bytes(bytes(percent * PERCENT))


class Emptying(Proxy):
    """Each removal that the engine is asked for makes room for a tenth of the disk."""

    def __init__(self, engine: str, disk: Disk, answered: bytes) -> None:
        super().__init__(engine, replace="/info", answer=answered)
        self.full = 90
        self._disk = disk

    def note(self, request: str) -> None:
        """Keep it, after the engine has made room."""
        super().note(request)
        if request.startswith("DELETE "):
            self.full -= 10
            self._disk.fill(self.full)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """One that is empty."""
    (folder := tmp_path / "disk").mkdir()
    size = f"size={100 * PERCENT}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", str(folder)], check=True)
    yield Disk(folder)
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _info(api: APIClient, **other: object) -> bytes:
    return answer("200 OK", json.dumps({**api.info(), **other}), "application/json")


@contextlib.contextmanager
def _on(disk: Disk, cleaners: Cleaners, api: APIClient, folder: Path) -> Iterator[tuple[Bench, Emptying]]:
    """A pipeline at an engine whose data is on that disk."""
    proxy = Emptying(cleaners.engine, disk, _info(api, DockerRootDir=str(disk.folder)))
    with proxy.serve(folder) as address:
        yield cleaners("", address), proxy
        cleaners.close()


def test_a_disk_with_room_is_left_alone_and_what_is_there_is_seen_all_the_same(
    api: APIClient, cleaners: Cleaners, disk: Disk, tmp_path: Path
) -> None:
    """A run below the limit does nothing and says so; since when something is there is noted by it."""
    with _on(disk, cleaners, api, tmp_path) as (spoken, proxy):
        disk.fill(60)
        for line in (f"cleanup set all {FLAGS}", "cleanup on all"):
            said(spoken, line)
        answered = said(spoken, "cleanup run all")
        assert re.search(r"The disk is 60\.0 % full: the policy all removes nothing below 85 %\.", answered)
        assert "No cleanup has run here yet" in said(spoken, "cleanup history")
        clocked = spoken.say("cleanup run all", origin=Origin.SCHEDULE, channel=OPS)
        assert (clocked.status, clocked.due, told(clocked)) == (Status.DONE, None, answered)
        cleaners.clock.at += 40 * 86_400
        disk.fill(90)
        assert fate(said(spoken, "cleanup plan all"), "app:2.0").startswith(UNUSED)
        assert not proxy.changes()


def test_a_run_takes_what_was_used_least_recently_until_the_disk_has_room(
    api: APIClient, cleaners: Cleaners, disk: Disk, tmp_path: Path
) -> None:
    """As it is measured before each object; the rest stays, and says why."""
    with _on(disk, cleaners, api, tmp_path) as (spoken, proxy):
        cleaners.later(spoken, flags=FLAGS)
        disk.fill(proxy.full)
        plan = said(spoken, "cleanup plan all")
        answered = said(spoken, "cleanup run all")
    order = [line.split()[0] for line in plan.splitlines() if "would be removed: " in line]
    ends = {words[0]: words[-1] for line in answered.splitlines() if (words := re.split(r"\s{2,}", line))}
    fates = [ends[each] for each in order]
    taken = fates.count("removed")
    assert 0 < taken < len(order)
    assert fates == ["removed"] * taken + [f"stays: the disk is {proxy.full}.0 % full, under 70 %"] * (
        len(order) - taken
    )
    assert proxy.full in {50, 60}  # what has two names is asked to go twice
    assert f"The disk is {proxy.full}.0 % full now." in answered


def test_a_run_that_does_not_reach_its_end_says_so(
    api: APIClient, cleaners: Cleaners, disk: Disk, tmp_path: Path
) -> None:
    """Where all that may go has gone, and the disk is as full as before."""
    with _on(disk, cleaners, api, tmp_path) as (spoken, _):
        cleaners.later(spoken, flags="--what containers --keep '*' --disk 85% --until 70%")
        disk.fill(90)
        answered = said(spoken, "cleanup run all")
    assert re.search(r"The disk is 90\.0 % full now, which is not under 70 %\.", answered)


def test_a_plan_tells_how_full_the_disk_is_and_that_what_it_lists_is_the_most(
    api: APIClient, cleaners: Cleaners, disk: Disk, tmp_path: Path
) -> None:
    """Below the limit, too; so does a run of a dry policy, and the lists tell of both numbers."""
    with _on(disk, cleaners, api, tmp_path) as (spoken, _):
        cleaners.later(spoken, flags=FLAGS)
        said(spoken, f"cleanup set all {FLAGS}")
        listed = r"full\. A run removes what is listed here only until it is under 70 %"
        disk.fill(90)
        assert re.search(rf"The disk is 90\.0 % {listed}\.", said(spoken, "cleanup plan all"))
        disk.fill(60)
        for line in ("cleanup plan all", "cleanup run all"):
            answered = said(spoken, line)
            assert re.search(rf"The disk is 60\.0 % {listed}, so nothing now, as it takes 85 %\.", answered), line
            assert fate(answered, "app:2.0").startswith(UNUSED)
        assert "Disk:        85 % until 70 %\n" in said(spoken, "cleanup show all")
        assert said(spoken, "cleanup ls").splitlines()[2].endswith("85 % until 70 %   all")
    assert "app:2.0" in images(api)


def test_a_disk_that_cannot_be_read_is_refused_with_the_reason(
    api: APIClient, cleaners: Cleaners, disk: Disk, tmp_path: Path
) -> None:
    """When it is set, and by each run and plan: of an engine elsewhere, and of a folder that this machine has not."""
    with _on(disk, cleaners, api, tmp_path) as (spoken, proxy):
        cleaners.later(spoken, flags=FLAGS)
        for facts, why in (
            ({"Name": "elsewhere"}, ELSEWHERE),
            ({"DockerRootDir": "/is/not/there"}, "/is/not/there: No such file or directory"),
        ):
            proxy.misbehave(replace="/info", answer=_info(api, **facts))
            for line in ("run all", "plan all", f"set other {FLAGS}"):
                outcome = spoken.say(f"cleanup {line}")
                assert outcome.status is Status.FAILED, line
                assert why in told(outcome), line
                assert "without --disk and --until" in told(outcome), line
        assert said(spoken, "cleanup ls -q") == "default\nall\n"
        said(spoken, "cleanup run default")
    assert "app:2.0" in images(api)


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        ("--disk 85%", "--disk and --until go together: --disk 85% --until 70%"),
        ("--until 70%", "--disk and --until go together"),
        ("--disk 70% --until 70%", "--until has to be less than --disk"),
        ("--disk 101% --until 70%", "expected a share from 1% to 100%"),
        ("--disk 85% --until 0", "expected a share from 1% to 100%"),
        ("--disk full --until 70%", "invalid syntax"),
    ],
)
def test_a_disk_that_would_never_be_so_is_refused(cleaners: Cleaners, flags: str, why: str) -> None:
    """Both numbers are needed, and the second is the lower one."""
    spoken = cleaners()
    assert why in told(spoken.say(f"cleanup set x {flags}"))
    assert said(spoken, "cleanup ls -q") == "default\n"
