"""What a line takes from its signed request to its rendered answer, beside whoever else asks the same engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bench.figures import Figure, Scale, Times, interleaved
from bench.place import Asked, Place, asked

RAW, CLI, SDK = "raw", "docker", "docker-py"
RUNNING = 30
WAY = "signed HTTP request, answer by response_url; no rate limit in the way"
PUBLIC = "signed HTTP request, answer by chat.postMessage, not sooner than Slack's one message a second in a channel"
PACE = 1.0  # seconds
SOCKET = "Socket Mode, answer by response_url; no rate limit in the way"
SIZES = (10, 100, 300, 1_000)
LOG = 1_000_000  # lines
Run = Callable[[], object]


def figures(folder: Path, place: Place, scale: Scale) -> Iterator[Figure]:
    """Every line of the table that is about one line at a time."""
    running = place.running(scale.of(RUNNING, 5))
    with asked(folder / "lines", place.engine) as ours:
        yield from _lists(ours, place, running, scale)
        yield from _logs(ours, place, scale)
        yield from _deeds(ours, place, running[0], scale)
        yield from _sizes(ours, place, scale)
    with asked(folder / "socket", place.engine, socket_mode=True) as ours:
        ways: Mapping[str, Run] = {"": lambda: ours.answer("ps"), CLI: lambda: place.cli("ps")}
        yield _figure("lines", "ps, Socket Mode", ways, scale.of(40, 5), SOCKET, Times(1, CLI))


def _figure(  # noqa: PLR0913 - the facts of a figure
    part: str, what: str, ways: Mapping[str, Run], runs: int, way: str, *bounds: Times, rest: float = 0.0
) -> Figure:
    """Once unmeasured, then by turns; rest are seconds before each turn."""
    for run in ways.values():
        run()
    found = interleaved(runs, ways, rest)
    return Figure(part, what, "ms", found.pop(""), found, bounds, way)


def _lists(ours: Asked, place: Place, running: list[str], scale: Scale) -> Iterator[Figure]:
    """Those whose answer is short, or of 500 images."""
    place.images(scale.of(500, 50))
    box = running[0][:12]
    raw, cli, high = place.raw.get, place.cli, place.high
    for line, path, sdk in (
        ("images", "/images/json", high.images.list),
        ("network ls", "/networks", high.networks.list),
        ("volume ls", "/volumes", high.volumes.list),
        (f"inspect {box}", f"/containers/{box}/json", lambda: high.containers.get(box).attrs),
    ):
        ways: dict[str, Run] = {
            "": lambda line=line: ours.answer(line),
            RAW: lambda path=path: raw(path),
            CLI: lambda line=line: cli(*line.split()),
            SDK: sdk,
        }
        yield _figure("lines", line.split(box)[0].strip(), ways, scale.of(40, 5), WAY, Times(0.6, CLI))


def _logs(ours: Asked, place: Place, scale: Scale) -> Iterator[Figure]:
    for lines in (1_000, scale.of(LOG, 20_000)):
        box = place.log(lines)
        path = f"/containers/{box}/logs?stdout=1&stderr=1&tail=50"
        ways: Mapping[str, Run] = {
            "": lambda box=box: ours.answer(f"logs --tail 50 {box}"),
            RAW: lambda path=path: place.raw.read("GET", path),
            CLI: lambda box=box: place.cli("logs", "--tail", "50", box),
            SDK: lambda box=box: place.high.containers.get(box).logs(tail=50),
        }
        yield _figure("lines", f"logs --tail 50 of {lines:,} lines", ways, scale.of(40, 5), WAY, Times(0.6, CLI))
        place.low.remove_container(box)


def _deeds(ours: Asked, place: Place, box: str, scale: Scale) -> Iterator[Figure]:
    """What changes something, or starts a process: mostly the engine's own time."""
    name = box[:12]
    runs = scale.of(15, 2)

    def raw_exec() -> None:
        made = place.raw.read("POST", f"/containers/{name}/exec", {"Cmd": ["true"], "AttachStdout": True})
        number = made.decode().split('"')[3]
        place.raw.post(f"/exec/{number}/start", {"Detach": False, "Tty": False})
        place.raw.get(f"/exec/{number}/json")

    def raw_commit() -> None:
        place.raw.post(f"/commit?container={name}&repo=committed&tag=raw", {})

    container = place.high.containers.get(name)
    for line, raw, cli, sdk in (
        (
            f"restart -t 0 {name}",
            lambda: place.raw.post(f"/containers/{name}/restart?t=0"),
            ("restart", "-t", "0", name),
            lambda: container.restart(timeout=0),
        ),
        (f"exec {name} true", raw_exec, ("exec", name, "true"), lambda: container.exec_run(["true"])),
        (
            f"commit {name} committed:ours",
            raw_commit,
            ("commit", name, "committed:docker"),
            lambda: container.commit("committed", "sdk"),
        ),
    ):
        ways: dict[str, Run] = {
            "": lambda line=line: ours.result(line),
            RAW: raw,
            CLI: lambda cli=cli: place.cli(*cli),
            SDK: sdk,
        }
        yield _figure("lines", line.split()[0], ways, runs, PUBLIC, Times(1.1, RAW), rest=PACE)


def _sizes(ours: Asked, place: Place, scale: Scale) -> Iterator[Figure]:
    """`ps -a` against the number of containers."""
    for size in SIZES[: scale.of(len(SIZES), 2)]:
        place.created(size)
        ways: Mapping[str, Run] = {
            "": lambda: ours.answer("ps -a"),
            RAW: lambda: place.raw.get("/containers/json?all=1"),
            CLI: lambda: place.cli("ps", "-a"),
        }
        for run in ways.values():
            run()
        found = interleaved(scale.of(25, 5), ways)
        found[SDK] = interleaved(scale.of(3, 1), {SDK: lambda: place.high.containers.list(all=True)})[SDK]
        bounds = (Times(1, CLI), Times(1.3, RAW, plus=8))
        yield Figure("sizes", "ps -a", "ms", found.pop(""), found, bounds, WAY, size=size)
