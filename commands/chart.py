"""A chart as data: a few series of numbers over the same few labels, and what it says in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """How a chart is drawn."""

    AREA = "area"
    BAR = "bar"
    LINE = "line"


@dataclass(frozen=True)
class Series:
    """The numbers under one name, one for each label of the chart, None where nothing was measured."""

    name: str
    values: tuple[float | None, ...]

    @property
    def measured(self) -> tuple[float, ...]:
        """The numbers that there are."""
        return tuple(each for each in self.values if each is not None)


@dataclass(frozen=True)
class Chart:
    """Drawn where it can be, and told in words everywhere; unit is what the numbers count, as GB or %."""

    title: str
    shape: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]

    @property
    def heading(self) -> str:
        """The title with the unit."""
        return f"{self.title} ({self.unit})"

    def words(self) -> str:
        """What the lines do: of each the lowest, the highest and the last number; of bars every number."""
        tell = self._each if self.shape == Shape.BAR else self._range
        return f"{self.heading}: {'; '.join(map(tell, self.series))}."

    def _range(self, each: Series) -> str:
        if not each.measured:
            return f"{each.name} not measured"
        low, high, last = map(number, (min(each.measured), max(each.measured), each.measured[-1]))
        return f"{each.name} {low} to {high}, last {last}" if low != high else f"{each.name} {last} throughout"

    def _each(self, each: Series) -> str:
        values = zip(self.labels, each.values, strict=True)
        told = ", ".join(f"{label} {'not measured' if value is None else number(value)}" for label, value in values)
        return f"{each.name}: {told}" if len(self.series) > 1 else told


def number(value: float) -> str:
    """Three digits of a number, more where it has more before the point."""
    whole = round(value)
    return f"{whole:,}" if abs(value) >= 100 or value == whole else f"{value:.3g}"  # noqa: PLR2004 - three digits
