"""What the sampler asks of a real engine, what becomes of it, and that an engine that hangs delays nobody."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from bot_process import BotProcess, by_socket, started
from docker.api.client import APIClient
from eventually import eventually
from harness import KEY
from proxy import Proxy, answer
from sampled import MIB, NOON
from set_clock import SetClock

from bot.glance import LONG, Glance
from bot.hosts import Host, Hosts
from bot.metrics import FILE, Metrics
from bot.sampler import Sampler
from bot.sights import Sights
from bot.store import Store
from bot.thinning import DAY, MINUTE, QUARTER
from bot.workspace import Workspace
from commands.cleanup import starts
from commands.container import sampling as sampling_of
from commands.samples import Disk, Past

NOBODY = "unix:///nothing/listens/here.sock"


@pytest.fixture
def clock() -> SetClock:
    """It is noon."""
    return SetClock(NOON)


@pytest.fixture
def metrics(tmp_path: Path, clock: SetClock) -> Iterator[Metrics]:
    """A new file."""
    made = Metrics(tmp_path / "data", clock)
    (tmp_path / "data").mkdir()
    yield made
    made.close()


@pytest.fixture
def sights(tmp_path: Path, clock: SetClock) -> Iterator[Sights]:
    """Nothing was seen yet."""
    store = Store(tmp_path / "record", clock, KEY)
    yield store.sights
    store.close()


@pytest.fixture
def sampling(metrics: Metrics, sights: Sights, clock: SetClock) -> Iterator[Callable[..., Sampler]]:
    """Makes a sampler of engines by their names, whose clock the test puts."""
    closing: list[Callable[[], None]] = []

    def make(**engines: str) -> Sampler:
        hosts = Hosts([Host(name, url) for name, url in engines.items()])
        sampler = Sampler(hosts, metrics, sights, clock)
        closing.extend((hosts.close, sampler.close))
        return sampler

    yield make
    while closing:
        closing.pop()()


def _tick(sampler: Sampler) -> None:
    """The next minute, once nothing of the one before is under way: what is would be left alone."""
    for each in sampler._glances:
        eventually(
            lambda each=each: not any(lock.locked() for lock in (each._looking, each._weighing, each._listening))
        )
    sampler.tick()


def _past(metrics: Metrics, host: str = "local") -> Past:
    return metrics.past(host, NOON - DAY, NOON + DAY, 2 * DAY)


def _disks(metrics: Metrics) -> Sequence[Disk]:
    return metrics.disks("local", NOON - DAY, NOON + DAY)


def test_each_container_that_runs_is_sampled(
    sampling: Callable[..., Sampler], metrics: Metrics, clock: SetClock, fresh_world: str
) -> None:
    """What it uses of memory at once, of processors from the second look on; what is stopped has no samples."""
    sampler = sampling(local=fresh_world)
    sampler.tick()
    eventually(lambda: _past(metrics).looks == 1)
    clock.at += MINUTE
    _tick(sampler)
    eventually(lambda: _past(metrics).looks == 2)
    found = {each.seen.name: each for each in _past(metrics).series}
    assert set(found) == {"web", "worker"}
    web = found["web"]
    assert (web.seen.labels["tier"], web.seen.image) == ("front", "busybox:latest")
    assert (web.spans[0].looks, web.spans[0].up, web.spans[0].restarts) == (2, 2, 0)
    assert web.spans[0].memory > 0
    assert web.limit > web.spans[0].memory
    assert web.spans[0].processor is not None


def test_the_disk_is_weighed_once_a_quarter(
    sampling: Callable[..., Sampler], metrics: Metrics, clock: SetClock, fresh_world: str, tmp_path: Path
) -> None:
    """What the engine says of its sizes, and the room that this machine has for it."""
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as host:
        sampler = sampling(local=host)
        for _ in range(3):
            _tick(sampler)
            eventually(lambda: _past(metrics).looks == (clock.at - NOON) // MINUTE + 1)
            clock.at += MINUTE
        (disk,) = eventually(lambda: _disks(metrics))
        clock.at = NOON + QUARTER
        _tick(sampler)
        eventually(lambda: len(_disks(metrics)) == 2)
    assert disk.images > 0
    assert disk.free is not None
    assert disk.size is not None
    assert 0 < disk.free < disk.size
    assert sum("/system/df" in each for each in proxy.requests) == 2


def test_what_came_and_went_is_heard_before_the_engine_forgets_it(
    sampling: Callable[..., Sampler], sights: Sights, clock: SetClock, api: APIClient, fresh_world: str
) -> None:
    """The image of a container that is gone counts as used, though 256 events of other things came after it."""
    sampler = sampling(local=fresh_world)
    image = api.commit(api.create_container("busybox:latest", ["true"])["Id"], "tool", "1")["Id"]
    box = api.create_container("tool:1", ["true"])["Id"]
    api.start(box)
    api.wait(box)
    api.remove_container(box)

    def heard() -> float | None:
        """When it was used last."""
        clock.at += MINUTE
        _tick(sampler)
        eventually(lambda: not sampler._glances[0]._listening.locked())
        return sights.used("local", "image", {}, [image]).get(image)

    at = eventually(heard)
    for _ in range(130):
        api.tag("tool:1", "passing", "by")
        api.remove_image("passing:by")
    assert box not in [each.user for each in starts.events(api, 0, starts.now(api))]
    assert heard() == at


def test_restarts_are_asked_only_where_there_may_be_some(metrics: Metrics, sights: Sights) -> None:
    """One that was asked and has run for an hour cannot have been restarted since the minute before."""
    glance = Glance(Host("local", NOBODY), metrics, sights)
    assert glance._may_be_restarted({"Id": "1", "Status": "Up 3 hours"})
    glance._settled.add("1")
    told = {
        status: glance._may_be_restarted({"Id": "1", "Status": status})
        for status in ("Up 3 hours (healthy)", "Up About an hour", "Up 59 minutes", "Restarting (1) 2 seconds ago")
    }
    assert list(told.values()) == [False, False, True, True]


def test_restarts_by_the_engine_are_counted(
    sampling: Callable[..., Sampler], metrics: Metrics, clock: SetClock, api: APIClient, fresh_world: str
) -> None:
    """One that ends again and again is restarted by its policy, and how often is known."""
    box = api.create_container(
        "busybox:latest",
        ["false"],
        name="looping",
        host_config=api.create_host_config(restart_policy={"Name": "always"}),
    )
    clock.at = NOON - MINUTE
    sampler = sampling(local=fresh_world)
    sampler.tick()
    eventually(lambda: _past(metrics).looks == 1)
    api.start(box)
    eventually(lambda: api.inspect_container(box)["RestartCount"] > 1)
    clock.at = NOON
    _tick(sampler)
    eventually(lambda: _past(metrics).looks == 2)
    assert {each.seen.name: each.spans[0].restarts > 1 for each in _past(metrics).series}["looping"]


def test_restarts_of_one_that_was_given_up_are_counted(
    sampling: Callable[..., Sampler], metrics: Metrics, clock: SetClock, api: APIClient, fresh_world: str
) -> None:
    """It came, was tried again four times and was left between two looks; another ran before."""
    look = _looks(sampling(local=fresh_world), metrics, clock)
    look()
    late = _trying(api, "late", "[ -e /go ] || { touch /go; sleep 8; }; exit 1", 3)
    look()
    tried = _trying(api, "tried", "exit 1", 4)
    for box, count in ((tried, 4), (late, 3)):
        eventually(lambda box=box, count=count: _gave_up(api, box, count))  # type: ignore[misc]
    look()
    look()
    api.remove_container(tried)
    api.remove_container(late)
    found = {each.seen.name: each.spans[0].restarts for each in _past(metrics).series}
    assert (found["tried"], found["late"]) == (4, 3)


def _trying(api: APIClient, name: str, script: str, times: int) -> str:
    policy = {"Name": "on-failure", "MaximumRetryCount": times}
    host_config = api.create_host_config(restart_policy=policy)
    box = api.create_container("busybox:latest", ["sh", "-c", script], name=name, host_config=host_config)
    api.start(box)
    return str(box["Id"])


def _gave_up(api: APIClient, box: str, times: int) -> bool:
    told = api.inspect_container(box)
    return bool(told["State"]["Status"] == "exited" and told["RestartCount"] == times)


def _looks(sampler: Sampler, metrics: Metrics, clock: SetClock) -> Callable[[], None]:
    """Looks once more, a minute later."""
    clock.at -= MINUTE

    def look() -> None:
        clock.at += MINUTE
        before = _past(metrics).looks
        _tick(sampler)
        eventually(lambda: _past(metrics).looks == before + 1 and not sampler._glances[0]._looking.locked())

    return look


def test_what_is_used_is_what_the_engine_itself_reckons(
    sampling: Callable[..., Sampler], metrics: Metrics, clock: SetClock, api: APIClient, fresh_world: str
) -> None:
    """Half a processor, burned on purpose; and the memory, its limit, and that its health check fails."""
    limits = api.create_host_config(nano_cpus=500_000_000, mem_limit="64m")
    ill = {"test": ["CMD", "false"], "interval": 10**9, "retries": 1}
    burn = ["sh", "-c", "dd if=/dev/zero of=/dev/shm/fill bs=1M count=24; while :; do :; done"]
    box = api.create_container("busybox:latest", burn, name="burn", host_config=limits, healthcheck=ill)
    api.start(box)
    eventually(lambda: sampling_of.sample(api.stats(box["Id"], stream=False)).memory > 24 * MIB)
    look = _looks(sampling(local=fresh_world), metrics, clock)
    look()
    eventually(lambda: api.inspect_container(box)["State"]["Health"]["Status"] == "unhealthy")
    told = [api.stats(box["Id"], stream=False) for _ in range(3)]  # each takes the engine a second or two
    look()
    api.remove_container(box, force=True)
    (burned,) = [each for each in _past(metrics).series if each.seen.name == "burn"]
    (span,) = burned.spans
    shares = [sampling_of.percent(each["cpu_stats"], each["precpu_stats"]) for each in told]
    assert span.processor == pytest.approx(sum(shares) / len(shares), rel=0.25)
    assert span.memory == pytest.approx(sampling_of.sample(told[-1]).memory, rel=0.1)
    assert burned.limit == 64 * MIB
    assert span.unhealthy > 0
    assert (span.looks, span.timed, span.weighed) == (2, 1, 2)


def test_what_the_engine_does_not_tell_counts_for_nothing(
    sampling: Callable[..., Sampler], metrics: Metrics, clock: SetClock, fresh_world: str, tmp_path: Path
) -> None:
    """Three looks of four without figures leave the memory and its limit as they are."""
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as host:
        look = _looks(sampling(local=host), metrics, clock)
        look()
        before = {each.seen.name: each for each in _past(metrics).series}["web"]
        proxy.misbehave(replace="/stats", answer=answer("500 Internal Server Error", "{}", "application/json"))
        for _ in range(3):
            look()
    after = {each.seen.name: each for each in _past(metrics).series}["web"]
    assert (after.spans[0].looks, after.spans[0].weighed, after.limit) == (4, 1, before.limit)
    assert after.spans[0].memory == before.spans[0].memory


def test_an_image_is_known_by_what_it_was_called(
    sampling: Callable[..., Sampler], metrics: Metrics, clock: SetClock, api: APIClient, fresh_world: str
) -> None:
    """Though its tag had moved before anybody looked: the engine tells it of a container that is there."""
    api.tag("busybox:latest", "moved", "1")
    box = api.create_container("moved:1", ["sleep", "100"], name="renamed")
    api.start(box)
    api.tag("app:2.0", "moved", "1", force=True)
    _looks(sampling(local=fresh_world), metrics, clock)()
    api.remove_container(box, force=True)
    api.remove_image("moved:1")
    (found,) = [each for each in _past(metrics).series if each.seen.name == "renamed"]
    assert (found.seen.image, found.seen.unnamed) == ("moved:1", False)


def test_whoever_was_asked_for_restarts_is_asked_again_after_a_pause(
    sampling: Callable[..., Sampler], metrics: Metrics, clock: SetClock, fresh_world: str
) -> None:
    """A status that tells hours is no proof of what came before where nobody looked for half an hour."""
    sampler = sampling(local=fresh_world)
    look, glance = _looks(sampler, metrics, clock), sampler._glances[0]
    look()
    glance._settled.add("long gone")
    look()
    assert "long gone" in glance._settled
    clock.at += LONG
    look()
    assert "long gone" not in glance._settled


def test_an_engine_that_hangs_delays_no_other_and_is_asked_once(
    sampling: Callable[..., Sampler], metrics: Metrics, clock: SetClock, fresh_world: str, tmp_path: Path
) -> None:
    """Each minute the other one is sampled; the one that hangs still has the question of the first."""
    proxy = Proxy(fresh_world, hold="/containers/json", together=100)
    with proxy.serve(tmp_path) as hung:
        sampler = sampling(hung=hung, local=fresh_world)
        for looks in (1, 2, 3):
            sampler.tick()
            eventually(lambda looks=looks: _past(metrics).looks == looks)  # type: ignore[misc]
            clock.at += MINUTE
        assert sum("/containers/json" in each for each in proxy.requests) == 2  # how they are, and which were started
    assert _past(metrics, "hung").looks == 0


def test_an_engine_that_is_away_is_written_down_and_told_nowhere(
    sampling: Callable[..., Sampler], metrics: Metrics, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The keeper tells of it; here only the time is kept, minute by minute."""
    sampler = sampling(local=NOBODY)
    with caplog.at_level(logging.INFO):
        for minutes in (1, 2):
            sampler.tick()
            eventually(lambda minutes=minutes: _past(metrics).absences == [(NOON, NOON + minutes * MINUTE)])  # type: ignore[misc]
            clock.at += MINUTE
    assert caplog.messages == []


def test_samples_that_cannot_be_kept_are_told_of_once(
    sampling: Callable[..., Sampler], clock: SetClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says what to do, and looking goes on."""
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / FILE).write_bytes(b"this is no database at all" * 100)
    sampler = sampling(local=NOBODY)
    glance = sampler._glances[0]
    for _ in range(3):
        sampler.tick()
        eventually(lambda: not glance._looking.locked())
        clock.at += MINUTE
    (said,) = caplog.messages
    assert said.startswith("Samples of local are not kept: ")
    assert "is damaged" in said


def test_a_minute_begins_once_whatever_the_clock_does(
    sampling: Callable[..., Sampler], metrics: Metrics, clock: SetClock, fresh_world: str
) -> None:
    """A second look at the clock begins none, and one that is put back doubles none."""
    sampler = sampling(local=fresh_world)
    for at in (NOON, NOON + 59, NOON + MINUTE, NOON + 30):
        clock.at = at
        assert 0 < sampler.tick() <= MINUTE
        eventually(lambda: not sampler._glances[0]._looking.locked())
    assert _past(metrics).looks == 2
    assert {each.spans[0].looks for each in _past(metrics).series} == {2}


def test_a_running_bot_samples_by_itself(workspace: Workspace, fresh_world: str, tmp_path: Path) -> None:
    """From its start on; its end leaves the file whole."""
    ever = ("local", 0, 2**40, 2**40)
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace) | {"SLASHDOCK_METRICS": "on"})):
        eventually((tmp_path / "data" / FILE).exists)
        metrics = Metrics(tmp_path / "data", SetClock(NOON))
        eventually(lambda: metrics.past(*ever).looks)
    assert {each.seen.name for each in metrics.past(*ever).series} == {"web", "worker"}
    metrics.close()


def test_a_bot_that_is_told_so_keeps_no_samples(workspace: Workspace, fresh_world: str, tmp_path: Path) -> None:
    """There is no file of them."""
    with started(BotProcess(tmp_path, fresh_world, by_socket(workspace))) as bot:
        assert bot.environment()["SLASHDOCK_METRICS"] == "off"
        assert "5 containers" in bot.run("exec", "--as", "ada", "report now").stderr
    assert not (tmp_path / "data" / FILE).exists()
