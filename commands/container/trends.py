"""What containers used over the last minutes: charts of it, and the mean and the most of each at the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from commands.chart import Chart, Series, Shape
from commands.container.sampling import Sample
from commands.reply import Table
from commands.units import binary_size

SPAN = 300.0  # seconds that a chart shows
CHARTED = 6  # containers of a chart; Slack, series of a chart
POINTS = 20  # of a line of a chart; Slack
DOTS = 84  # points of all lines of a chart, so that two of them have room in a message
TOLD = 50  # containers that are told of at the end
_HEADER = ("NAME", "CPU %", "CPU % (MOST)", "MEM USAGE", "MEM USAGE (MOST)")
_UNITS = {"GiB": 2.0**30, "MiB": 2.0**20}

Used = tuple[float, float]  # percent of a processor, and bytes of memory


@dataclass
class _Sum:
    looks: int = 0
    total: Used = (0.0, 0.0)
    most: Used = (0.0, 0.0)

    def add(self, used: Used) -> None:
        self.looks += 1
        self.total = (self.total[0] + used[0], self.total[1] + used[1])
        self.most = (max(self.most[0], used[0]), max(self.most[1], used[1]))

    @property
    def mean(self) -> Used:
        return self.total[0] / self.looks, self.total[1] / self.looks


@dataclass
class Trends:
    """The looks of the last minutes, each with its time in seconds, and sums over all of them."""

    _looks: deque[tuple[float, Mapping[str, Used]]] = field(default_factory=deque)
    _sums: dict[str, _Sum] = field(default_factory=dict)

    def add(self, at: float, samples: Iterable[Sample]) -> None:
        """Take in a look at those that run."""
        look = {each.name: (each.processor, each.memory) for each in samples}
        self._looks.append((at, look))
        while self._looks[0][0] < at - SPAN:
            self._looks.popleft()
        for name, used in look.items():
            self._sums.setdefault(name, _Sum()).add(used)

    def charts(self) -> tuple[Chart, ...]:
        """Processors and memory of those that use most of a processor; none of a single look, or of nothing."""
        names = self._busiest()
        if len(self._looks) < 2 or not names:  # noqa: PLR2004 - a line has two ends
            return ()
        groups = _groups(list(self._looks), max(2, min(POINTS, DOTS // len(names))))
        last = self._looks[-1][0]
        labels = tuple(_ago(last - group[-1][0]) for group in groups)
        lines = {name: [_mean(group, name) for group in groups] for name in names}
        highest = max(used[1] for line in lines.values() for used in line)
        unit, scale = next(((unit, scale) for unit, scale in _UNITS.items() if highest >= scale), ("MiB", 2.0**20))
        processors = tuple(Series(name, tuple(used[0] for used in line)) for name, line in lines.items())
        memory = tuple(Series(name, tuple(used[1] / scale for used in line)) for name, line in lines.items())
        return (
            Chart("CPU", Shape.LINE, "%", labels, processors),
            Chart("Memory", Shape.LINE, unit, labels, memory),
        )

    def table(self) -> Table | None:
        """The mean and the most of each; None where there was nothing."""
        rows = [(name, *_cells(told)) for name, told in sorted(self._sums.items())[:TOLD]]
        return Table((_HEADER, *rows), ours=True, caption="What they used") if rows else None

    def _busiest(self) -> list[str]:
        there = {name for _, look in self._looks for name in look}
        spent = {name: sum(look.get(name, (0.0, 0.0))[0] for _, look in self._looks) for name in there}
        return sorted(sorted(there, key=lambda name: (-spent[name], name))[:CHARTED])


def _groups(
    looks: Sequence[tuple[float, Mapping[str, Used]]], most: int
) -> list[list[tuple[float, Mapping[str, Used]]]]:
    """The looks in so many groups at most, of equal size as far as that goes, oldest first."""
    count = min(most, len(looks))
    ends = [len(looks) * each // count for each in range(count + 1)]
    return [list(looks[first:end]) for first, end in pairwise(ends)]


def _mean(group: Sequence[tuple[float, Mapping[str, Used]]], name: str) -> Used:
    """What it used at the mean of these looks; nothing while it did not run."""
    told = [look.get(name, (0.0, 0.0)) for _, look in group]
    return sum(each[0] for each in told) / len(told), sum(each[1] for each in told) / len(told)


def _ago(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"-{minutes}:{rest:02}" if seconds else "now"


def _cells(told: _Sum) -> tuple[str, str, str, str]:
    mean, most = told.mean, told.most
    return f"{mean[0]:.2f}%", f"{most[0]:.2f}%", binary_size(mean[1]), binary_size(most[1])
