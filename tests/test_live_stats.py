"""Figures that are looked at again and again: the whole bot in the workspace, and real containers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bot_process import BotProcess, by_socket, started
from docker.api.client import APIClient
from eventually import eventually
from painted import painted

from bot.slack import charts
from bot.workspace import Workspace
from bot.workspace.people import ADMIN, OPS
from commands.container.sampling import Sample
from commands.container.trends import CHARTED, POINTS, SPAN, Trends


@pytest.fixture
def bot(workspace: Workspace, fresh_world: str, tmp_path: Path) -> Iterator[BotProcess]:
    """The bot, joined to the workspace."""
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))) as running:
        yield running


def _sample(name: str, processor: float) -> Sample:
    return Sample(name, name, processor, 2.0**20, 2.0**30, 0, 0, 0, 0, 1)


@pytest.mark.usefixtures("bot", "fresh_world")
def test_look_after_look_is_painted_with_charts_and_stopped(workspace: Workspace) -> None:
    """The table is docker's; the end tells the mean and the most of each, with the charts once more."""
    workspace.slash(ADMIN, OPS, "stats --public")

    def charted() -> list[str]:
        shown = painted(workspace, OPS, "NAME")
        blocks = shown.blocks if shown else ()
        return [block["title"] for block in blocks if block["type"] == "data_visualization"]

    assert eventually(charted) == ["CPU (%)", "Memory (MiB)"]
    shown = painted(workspace, OPS, "NAME")
    assert shown is not None
    assert "web" in shown.plain()
    assert "worker" in shown.plain()
    workspace.click(ADMIN, OPS, shown.ts, "Stop")
    told = eventually(lambda: painted(workspace, OPS, "stopped it"))
    assert "CPU % (MOST)" in told.plain()
    assert len([block for block in told.blocks if block["type"] == "data_visualization"]) == charts.CHARTS


@pytest.mark.usefixtures("bot")
def test_it_ends_when_none_of_them_runs(workspace: Workspace, api: APIClient) -> None:
    """Of those that the line names."""
    workspace.slash(ADMIN, OPS, "stats --public worker")
    eventually(lambda: painted(workspace, OPS, "NAME"))
    api.kill("worker")
    assert eventually(lambda: painted(workspace, OPS, "None of them runs any more"))


@pytest.mark.usefixtures("bot", "fresh_world")
def test_what_is_not_there_is_docker_s_error_at_once(workspace: Workspace) -> None:
    """And nothing lives on."""
    workspace.slash(ADMIN, OPS, "stats --public web nothere")
    assert eventually(lambda: painted(workspace, OPS, "No such container: nothere"))
    workspace.slash(ADMIN, OPS, "stream ls --public")
    assert "stats" not in eventually(lambda: painted(workspace, OPS, "PERSON")).plain().partition("PERSON")[2]


@pytest.mark.usefixtures("bot")
def test_processes_are_shown_anew_until_the_container_ends(workspace: Workspace, api: APIClient) -> None:
    """What begins meanwhile is in the next look; how it looked last is in the message."""
    workspace.slash(ADMIN, OPS, "top --public --refresh worker -o pid,args")
    first = eventually(lambda: painted(workspace, OPS, "COMMAND"))
    process = api.exec_create("worker", ["sleep", "4321"])
    api.exec_start(process["Id"], detach=True)
    assert eventually(lambda: painted(workspace, OPS, "sleep 4321")).ts == first.ts
    api.kill("worker")
    assert eventually(lambda: painted(workspace, OPS, "The container ended"))


@pytest.mark.parametrize("containers", [1, CHARTED, CHARTED + 3])
def test_both_charts_have_room_however_long_it_goes_on(containers: int) -> None:
    """Of six containers at most, those that use most, with so many points that Slack takes both."""
    trends = Trends()
    for look in range(int(SPAN)):
        trends.add(look * 2.0, [_sample(f"container-with-a-name-{at}", 10.123 * at) for at in range(containers)])
    made = trends.charts()
    assert len(charts.fitting(made)) == charts.CHARTS
    assert len(made[0].series) == min(containers, CHARTED)
    assert made[0].series[-1].name.endswith(str(containers - 1))
    assert 10 < len(made[0].labels) <= POINTS
    assert made[0].labels[-1] == "now"
    assert len(set(made[0].labels)) == len(made[0].labels)


def test_one_that_comes_later_is_nothing_before() -> None:
    """Each line has a value at each point; what is told of it at the end is of its own looks."""
    trends = Trends()
    trends.add(0.0, [_sample("a", 10)])
    trends.add(2.0, [_sample("a", 20), _sample("b", 30)])
    processors, _ = trends.charts()
    assert [each.values for each in processors.series] == [(10.0, 20.0), (0.0, 30.0)]
    table = trends.table()
    assert table is not None
    assert table.rows[1:] == (("a", "15.00%", "20.00%", "1MiB", "1MiB"), ("b", "30.00%", "30.00%", "1MiB", "1MiB"))


@pytest.mark.usefixtures("bot")
def test_one_that_is_removed_ends_nothing_for_the_others(workspace: Workspace, api: APIClient) -> None:
    """It has no figures any more, and is told of at the end as well."""
    job = api.create_container("busybox:latest", ["sleep", "1000"], name="job")["Id"]
    api.start(job)
    workspace.slash(ADMIN, OPS, "stats --public job web")
    eventually(lambda: painted(workspace, OPS, "NAME"))
    api.remove_container(job, force=True)
    shown = eventually(lambda: painted(workspace, OPS, "-- / --"))
    workspace.click(ADMIN, OPS, shown.ts, "Stop")
    told = eventually(lambda: painted(workspace, OPS, "stopped it"))
    assert [row.split()[0] for row in told.text.splitlines() if row.startswith(("job ", "web "))] == ["job", "web"]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("line", "told"), [("top --public --refresh job", "It restarts."), ("stats --public job", "--")]
)
def test_it_outlasts_a_restart(workspace: Workspace, api: APIClient, line: str, told: str) -> None:
    """Of a container that its policy starts again, sooner or later."""
    often = "[ -e /often ] && exit 1; touch /often; sleep 5; exit 1"
    always = api.create_host_config(restart_policy={"Name": "always"})
    job = api.create_container("busybox:latest", ["sh", "-c", often], name="job", host_config=always)["Id"]
    api.start(job)
    workspace.slash(ADMIN, OPS, line)
    eventually(lambda: painted(workspace, OPS, "sleep 5" if line.startswith("top") else "NAME"))
    eventually(lambda: api.inspect_container(job)["RestartCount"] > 4)
    assert eventually(lambda: painted(workspace, OPS, told))
    workspace.slash(ADMIN, OPS, "stream stop 1")
    assert eventually(lambda: painted(workspace, OPS, "stopped it"))
    api.remove_container(job, force=True)


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("line", "header", "rows"),
    [("stats --public", "CONTAINER ID", 23), ("top --public --refresh many -o pid,args", "PID", 61)],
)
def test_what_has_no_room_is_counted_below_the_header(
    workspace: Workspace, api: APIClient, line: str, header: str, rows: int
) -> None:
    """The first rows are shown, and how many more there are of all."""
    many = "i=0; while [ $i -lt 60 ]; do sleep 5432 & i=$((i + 1)); done; wait"
    jobs = [api.create_container("busybox:latest", ["sh", "-c", many], name="many")["Id"]]
    names = (f"storefront-production-payment-reconciler-{at:02}" for at in range(20))
    jobs += [api.create_container("busybox:latest", ["sleep", "5432"], name=name)["Id"] for name in names]
    for job in jobs:
        api.start(job)
    assert len(api.containers()) == 23
    workspace.slash(ADMIN, OPS, line)

    def counted() -> bool:
        shown = painted(workspace, OPS, header)
        _, *some, last = shown.text.partition(header)[2].splitlines() if shown else ("", "")
        return bool(some) and last == f"… {rows - len(some)} more rows"

    assert eventually(counted)
    for job in jobs:
        api.remove_container(job, force=True)
