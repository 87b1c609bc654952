"""`make bench`: how fast slashdock acknowledges and lists, beside docker's own CLI where there is one."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path[:0] = [str(PROJECT / "scripts"), str(PROJECT / "tests")]

import harness  # noqa: E402 - the line above says where they are
from bot_process import BotProcess, by_socket, started  # noqa: E402
from docker.api.client import APIClient  # noqa: E402
from engine import Engine  # noqa: E402
from proxy import Proxy  # noqa: E402
from samples import busybox_image  # noqa: E402

from bench import ack, approving, living, planning, reporting, verdict  # noqa: E402
from bot.workspace import Workspace  # noqa: E402
from bot.workspace.people import ADMIN, OPS  # noqa: E402

SLOW = 50  # commands in flight at the stopped engine
ACKS = 100
SIZES = (10, 100, 300)  # containers
RUNS = 15
STUBBORN = ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]
FEW, MANY = 3, 30  # containers to be looked at
GIGABYTE = 10**9
STREAMS = (1, 5, 10)
STOPPED = 5  # of these, each with GRACE
GRACE = 2  # seconds


def main() -> None:
    """Everything, a line a figure."""
    _told(f"a verdict, {verdict.PEOPLE} people, {verdict.ROLES} roles, {verdict.RULES} rules", verdict.verdicts(), "µs")
    with tempfile.TemporaryDirectory(prefix="slashdock-bench-") as folder, Engine(Path(folder) / "engine") as engine:
        busybox_image(engine.host)
        acknowledgements(Path(folder), engine)
        about = f"a cleanup's plan, {planning.IMAGES} images, {planning.CONTAINERS} containers, beyond its lists"
        _told(about, planning.plans(Path(folder) / "planning"), "ms")
        _told("from a click on Approve to running", approving.clicks(Path(folder) / "approving", engine.host), "ms")
        lists(Path(folder), engine)
        stops(Path(folder), engine)
        figures(Path(folder), engine)
        end_of_a_log(Path(folder), engine)
        times, size = reporting.reports(Path(folder) / "reporting", engine.host)
        _told("a weekly report of 50 containers, from the database", times, "ms")
        _told("a week of samples of 50 containers", [size], "MB")
        start(Path(folder), engine)
        streams(Path(folder), engine)
    ack.main()


def streams(folder: Path, engine: Engine) -> None:
    """How soon a line of a log is seen, how soon a stop has freed all, and what a gigabyte takes of memory."""
    for count in STREAMS:
        delays = [seconds * 1000 for seconds in living.delays(folder / f"delays-{count}", engine.host, count)]
        _told(f"from printed to painted, {count} {'stream' if count == 1 else 'streams'}", delays, "ms")
    _told("from Stop to all freed", living.stops(folder / "freed", engine.host), "ms")
    for what, more in living.memory(folder / "memory", engine.host).items():
        _told(f"a gigabyte through {what}: memory", [more], "MB")


def acknowledgements(folder: Path, engine: Engine) -> None:
    """Milliseconds from a slash command to its acknowledgement, with the engine stopped and slow ones in flight."""
    with _bot(folder / "ack", engine) as workspace:
        quiet = [workspace.slash(ADMIN, OPS, "ps").wait().ack_ms for _ in range(ACKS)]
        engine.pause()
        try:
            for _ in range(SLOW):
                workspace.slash(ADMIN, OPS, "ps").wait()
            busy = [workspace.slash(ADMIN, OPS, "ps").wait().ack_ms for _ in range(ACKS // 4)]
        finally:
            engine.resume()
    _told("acknowledged, engine well", [ms for ms in quiet if ms is not None], "ms")
    _told(f"acknowledged, engine stopped, {SLOW} in flight", [ms for ms in busy if ms is not None], "ms")


def lists(folder: Path, engine: Engine) -> None:
    """Engine requests and milliseconds of `ps -a` over so many containers, and docker's own CLI beside it."""
    api, docker = APIClient(base_url=engine.host, version="1.41"), shutil.which("docker")
    proxy = Proxy(engine.host)
    with proxy.serve(folder) as host:
        bench = harness.bench(host, folder / "lists")
        for size in SIZES:
            while len(api.containers(all=True)) < size:
                api.create_container("busybox:latest", ["true"])
            bench.say("ps -a")
            proxy.requests.clear()
            ours = _times(lambda: bench.say("ps -a"))
            asked = len(proxy.requests) / RUNS
            print(f"{f'ps -a of {size}: engine requests':55} {asked:8.1f}")
            _told(f"ps -a of {size}: through the pipeline, recorded", ours, "ms")
            if docker is not None:
                _told(f"ps -a of {size}: docker's own CLI", _times(lambda: _docker(docker, engine, "ps", "-a")), "ms")
        bench.close()
    api.close()


def stops(folder: Path, engine: Engine) -> None:
    """Milliseconds until one line has stopped containers that ignore TERM, and docker's own CLI beside it."""
    api, docker = APIClient(base_url=engine.host, version="1.41"), shutil.which("docker")
    bench = harness.bench(engine.host, folder / "stops")
    names = [api.create_container("busybox:latest", STUBBORN)["Id"] for _ in range(STOPPED)]
    line = ["stop", "-t", str(GRACE), *names]
    what = f"stop -t {GRACE} of {STOPPED} that ignore TERM"
    _told(f"{what}: through the pipeline", [_stopped(api, names, lambda: bench.say(" ".join(line)))], "ms")
    if docker is not None:
        _told(f"{what}: docker's own CLI", [_stopped(api, names, lambda: _docker(docker, engine, *line))], "ms")
    bench.close()
    api.close()


def figures(folder: Path, engine: Engine) -> None:
    """Milliseconds of one look at what so many containers use, and docker's own CLI beside it."""
    api, docker = APIClient(base_url=engine.host, version="1.41"), shutil.which("docker")
    bench = harness.bench(engine.host, folder / "figures")
    names = [api.create_container("busybox:latest", ["sleep", "100000"])["Id"] for _ in range(MANY)]
    for name in names:
        api.start(name)
    for size in (FEW, MANY):
        line = ["stats", "--no-stream", *names[:size]]
        times = [_timed(lambda line=line: bench.say(" ".join(line))) for _ in range(3)]  # type: ignore[misc]
        _told(f"stats of {size}: through the pipeline", times, "ms")
        if docker is not None:
            own = [_timed(lambda line=line: _docker(docker, engine, *line)) for _ in range(3)]  # type: ignore[misc]
            _told(f"stats of {size}: docker's own CLI", own, "ms")
    for name in names:
        api.remove_container(name, force=True)
    bench.close()
    api.close()


def end_of_a_log(folder: Path, engine: Engine) -> None:
    """Milliseconds and megabytes that it takes to show the last lines of a log of a gigabyte."""
    api = APIClient(base_url=engine.host, version="1.41", timeout=600)
    bench = harness.bench(engine.host, folder / "log")
    words = f"yes {'x' * 400} | head -c {GIGABYTE * 9 // 10}"  # JSON adds the rest
    box = api.create_container("busybox:latest", ["sh", "-c", words])["Id"]
    api.start(box)
    api.wait(box)
    size = Path(api.inspect_container(box)["LogPath"]).stat().st_size
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
    before = _highest()
    took = _timed(lambda: bench.say(f"logs --tail 50 {box}"))
    _told(f"logs --tail 50 of {size / 10**9:.1f} GB", [took], "ms")
    _told(f"logs --tail 50 of {size / 10**9:.1f} GB: more memory", [(_highest() - before) / 1000], "MB")
    api.remove_container(box)
    bench.close()
    api.close()


def _highest() -> int:
    """The most memory that this process has held, in kilobytes."""
    told = Path("/proc/self/status").read_text()
    return int(told.partition("VmHWM:")[2].split()[0])


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def _stopped(api: APIClient, names: list[str], stop: Callable[[], object]) -> float:
    for name in names:
        api.start(name)
    began = time.perf_counter()
    stop()
    return (time.perf_counter() - began) * 1000


def start(folder: Path, engine: Engine) -> None:
    """Milliseconds from the process to the sentence that it is there."""
    with Workspace().serve():
        times = []
        for at in range(3):
            began = time.perf_counter()
            with _bot(folder / f"start{at}", engine):
                times.append((time.perf_counter() - began) * 1000)
    _told("start", times, "ms")


@contextmanager
def _bot(folder: Path, engine: Engine) -> Iterator[Workspace]:
    folder.mkdir()
    workspace = Workspace()
    with workspace.serve(), started(BotProcess(folder, engine.host, by_socket(workspace))):
        yield workspace


def _times(run: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        run()
        times.append((time.perf_counter() - began) * 1000)
    return times


def _docker(docker: str, engine: Engine, *words: str) -> None:
    subprocess.run([docker, "-H", engine.host, *words], capture_output=True, check=True)


def _told(what: str, values: list[float], unit: str) -> None:
    least, middle, most = min(values), statistics.median(values), max(values)
    print(f"{what:55} {middle:8.1f} {unit}   ({least:.1f} to {most:.1f})")


if __name__ == "__main__":
    main()
