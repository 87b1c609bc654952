"""What a line takes from its signed request to its rendered answer, beside whoever else asks the same engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import whys
from bench.figures import Bound, Figure, Scale, Times, Values, interleaved
from bench.place import Asked, Place, asked

RAW, CLI, SDK = "raw", "docker", "docker-py"
RUNNING = 30
WAY = "signed HTTP request, answer by response_url; no rate limit in the way"
PUBLIC = "signed HTTP request, answer by chat.postMessage, not sooner than Slack's one message a second in a channel"
PACE = 1.0  # seconds
SOCKET = "Socket Mode, answer by response_url; no rate limit in the way"
SIZES = (10, 100, 300, 1_000)
IMAGES = 500
LOG = 1_000_000  # lines
Run = Callable[[], object]


def figures(folder: Path, place: Place, scale: Scale) -> Iterator[Figure]:
    """Every line of the table that is about one line at a time."""
    running = place.running(scale.of(RUNNING, 5))
    place.images(scale.of(IMAGES, 50))
    shares = whys.traced(folder / "traced", place.engine)
    with asked(folder / "lines", place.engine) as ours:
        measured = _Measured(ours, place, scale, shares, running[0][:12])
        for part in (measured.lists, measured.logs, measured.deeds, measured.sizes):
            yield from part()
    with asked(folder / "socket", place.engine, socket_mode=True) as ours:
        ways: Mapping[str, Run] = {"": lambda: ours.answer("ps"), CLI: lambda: place.cli("ps")}
        yield _figure("ps, Socket Mode", ways, scale.of(40, 5), SOCKET, Times(1, CLI), why=shares)


def _figure(  # noqa: PLR0913 - the facts of a figure
    what: str, ways: Mapping[str, Run], runs: int, way: str, *bounds: Bound, why: str, rest: float = 0.0
) -> Figure:
    """Once unmeasured, then by turns; rest are seconds before each turn."""
    for run in ways.values():
        run()
    found = interleaved(runs, ways, rest)
    return Figure("lines", what, "ms", found.pop(""), found, bounds, way, why=why)


@dataclass(frozen=True)
class _Measured:
    """A bot and its rivals at one engine; box is the short id of a container that runs."""

    ours: Asked
    place: Place
    scale: Scale
    shares: str  # where the time of a line goes
    box: str

    def lists(self) -> Iterator[Figure]:
        """Those whose answer is short, or of many images."""
        raw, high = self.place.raw.get, self.place.high
        for line, path, sdk in (
            ("images", "/images/json", high.images.list),
            ("network ls", "/networks", high.networks.list),
            ("volume ls", "/volumes", high.volumes.list),
            (f"inspect {self.box}", f"/containers/{self.box}/json", lambda: high.containers.get(self.box).attrs),
        ):
            ways = self._ways(line, lambda path=path: raw(path), sdk)
            what = line.partition(self.box)[0].strip()
            figure = _figure(what, ways, self.scale.of(40, 5), WAY, Times(0.6, CLI), why=self.shares)
            yield whys.by_the_engine(figure, RAW, CLI) if what == "images" else figure

    def logs(self) -> Iterator[Figure]:
        """The end of a log, whatever its length."""
        for lines in (1_000, self.scale.of(LOG, 20_000)):
            box = self.place.log(lines)
            path = f"/containers/{box}/logs?stdout=1&stderr=1&tail=50"
            ways = self._ways(
                f"logs --tail 50 {box}",
                lambda path=path: self.place.raw.read("GET", path),
                lambda box=box: self.place.high.containers.get(box).logs(tail=50),
            )
            what = f"logs --tail 50 of {lines:,} lines"
            yield _figure(what, ways, self.scale.of(40, 5), WAY, Times(0.6, CLI), why=self.shares)
            self.place.low.remove_container(box)

    def deeds(self) -> Iterator[Figure]:
        """What changes something, or starts a process: mostly the engine's own time."""
        container = self.place.high.containers.get(self.box)
        post = self.place.raw.post
        for line, raw, sdk in (
            (f"restart -t 0 {self.box}", lambda: post(f"/containers/{self.box}/restart?t=0"), _restarts(container)),
            (f"exec {self.box} true", self._raw_exec, lambda: container.exec_run(["true"])),
            (
                f"commit {self.box} committed:it",
                lambda: post(f"/commit?container={self.box}&repo=committed&tag=raw", {}),
                lambda: container.commit("committed", "sdk"),
            ),
        ):
            ways = {**self._ways(line, raw, sdk), "": lambda line=line: self.ours.result(line)}
            runs = self.scale.of(15, 1)
            yield _figure(line.split()[0], ways, runs, PUBLIC, Times(1.1, RAW), why=whys.DEEDS, rest=PACE)

    def sizes(self) -> Iterator[Figure]:
        """`ps -a` against the number of containers, and what one more of them costs."""
        found: dict[int, dict[str, Values]] = {}
        for size in SIZES[: self.scale.of(len(SIZES), 2)]:
            self.place.created(size)
            ways: Mapping[str, Run] = {
                "": lambda: self.ours.answer("ps -a"),
                RAW: lambda: self.place.raw.get("/containers/json?all=1"),
                CLI: lambda: self.place.cli("ps", "-a"),
            }
            for run in ways.values():
                run()
            values = found[size] = interleaved(self.scale.of(25, 5), ways)
            listed = lambda: self.place.high.containers.list(all=True)  # noqa: E731 - measured seldom, as it is slow
            values |= interleaved(self.scale.of(3, 1), {SDK: listed})
            bounds = (Times(1, CLI), Times(1.3, RAW, plus=8))
            rivals = {name: each for name, each in values.items() if name}
            yield Figure("sizes", "ps -a", "ms", values[""], rivals, bounds, WAY, size=size, why=whys.ROWS)
        least, most = min(found), max(found)
        slopes = {
            name: Values([(found[most][name].median - found[least][name].median) / (most - least) * 1000])
            for name in ("", RAW, CLI)
        }
        what = f"ps -a: each container more, from {least} to {most:,}"
        yield Figure("sizes", what, "µs", slopes.pop(""), slopes, [Times(1.2, RAW)], WAY, why=whys.ROWS)

    def _ways(self, line: str, raw: Run, sdk: Run) -> dict[str, Run]:
        return {
            "": lambda: self.ours.answer(line),
            RAW: raw,
            CLI: lambda: self.place.cli(*line.split()),
            SDK: sdk,
        }

    def _raw_exec(self) -> None:
        raw = self.place.raw
        made = raw.read("POST", f"/containers/{self.box}/exec", {"Cmd": ["true"], "AttachStdout": True})
        number = made.decode().split('"')[3]
        raw.post(f"/exec/{number}/start", {"Detach": False, "Tty": False})
        raw.get(f"/exec/{number}/json")


def _restarts(container: object) -> Run:
    return lambda: container.restart(timeout=0)  # type: ignore[attr-defined]
