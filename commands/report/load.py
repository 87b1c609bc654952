"""What a report says of containers: how they are, how often they were restarted, and what they used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

from commands.chart import Chart, Series, Shape
from commands.report.facts import Container, Facts
from commands.report.report import Period, Section, many
from commands.samples import Span
from commands.units import binary_size

TOP = 5  # containers of a chart
_MIB = 2**20  # bytes
_WHOLE = 0.95  # part of the minutes that were looked at, from which on nothing is said of the others
_MINUTE = 60  # seconds
STATE = ("NAME", "STATE", "RESTARTS", "UNHEALTHY")
USED = ("NAME", "CPU MEAN", "CPU MOST", "MEMORY MEAN", "MEMORY MOST", "OF LIMIT")
NONE = "No container was seen to run in this time."
NOTHING = "Nothing was sampled in this time. SLASHDOCK_METRICS=on keeps what containers use while slashdock runs."


@dataclass(frozen=True)
class Used:
    """All containers that had one name: what they used together in each span, and of the whole time."""

    name: str
    limit: int
    spans: dict[int, Span]
    whole: Span


def state(facts: Facts) -> Section:
    """How many are in which state, and each with which something is the matter."""
    used = {each.name: each for each in by_name(facts)}
    there = {each.name for each in facts.containers}
    gone = [Container(name, "", "gone") for name in used if name not in there]
    troubled = [each for each in (*facts.containers, *gone) if _is_troubled(each, used.get(each.name))]
    rows = sorted((_state(each, used.get(each.name)) for each in troubled), key=lambda row: (-int(row[2]), row[0]))
    return Section("Containers", (counted(facts.containers), _restarts(used.values())), STATE, tuple(rows))


def counted(containers: Iterable[Container]) -> str:
    """How many there are, in which state."""
    held = list(containers)
    failed = sum(bool(each.exit_code) for each in held)
    told = {
        "running": sum(each.state == "running" for each in held),
        "unhealthy": sum(each.is_unhealthy for each in held),
        "restarting": sum(each.state == "restarting" for each in held),
        "paused": sum(each.state == "paused" for each in held),
        "created": sum(each.state == "created" for each in held),
        "exited": sum(each.state in {"exited", "dead"} for each in held),
    }
    states = [f"{count:,} {name}" for name, count in told.items() if count or name == "running"]
    return (
        f"{many(len(held), 'container')}: {', '.join(states)}{f', {failed:,} of them with an error' if failed else ''}."
    )


def figures(facts: Facts) -> Section:
    """What they used: a chart of processors and one of memory, and a row of each."""
    used = by_name(facts)
    if not used:
        return Section("What they used", () if facts.past.why else (NONE if facts.past.looks else NOTHING,))
    hungry = sorted(used, key=lambda each: -(each.whole.processor or 0.0))
    large = sorted(used, key=lambda each: -each.whole.memory)
    charts = [
        _chart("CPU", "% of one processor", facts.period, hungry, lambda span: span.processor or 0.0),
        _chart("Memory", "MiB", facts.period, large, lambda span: span.memory / _MIB),
    ]
    rows = [_figures(each) for each in _alternately(hungry, large)]
    return Section("What they used", tuple(_most(hungry, large, facts)), USED, tuple(rows), tuple(charts))


def by_name(facts: Facts) -> list[Used]:
    """A container that was made anew under its name counts as one with that before it."""
    held: defaultdict[str, list[tuple[int, Span]]] = defaultdict(list)
    for each in facts.past.series:
        held[each.seen.name] += [(each.limit, span) for span in each.spans]
    found = []
    for name, measured in held.items():
        spans: dict[int, Span] = {}
        for _, span in measured:
            spans[span.at] = _both(spans[span.at], span) if span.at in spans else span
        found.append(Used(name, measured[-1][0], spans, reduce(_both, spans.values())))
    return found


def _both(one: Span, other: Span) -> Span:
    looks = one.looks + other.looks
    timed = [each for each in (one, other) if each.processor is not None]
    weight = sum(each.looks for each in timed)
    most = [each.processor_most for each in timed if each.processor_most is not None]
    return Span(
        min(one.at, other.at),
        looks,
        one.up + other.up,
        one.unhealthy + other.unhealthy,
        one.restarting + other.restarting,
        one.restarts + other.restarts,
        sum((each.processor or 0.0) * each.looks for each in timed) / weight if weight else None,
        max(most, default=None),
        (one.memory * one.looks + other.memory * other.looks) // looks,
        max(one.memory_most, other.memory_most),
    )


def _is_troubled(container: Container, used: Used | None) -> bool:
    now = container.is_unhealthy or container.state in {"restarting", "paused", "dead"} or bool(container.exit_code)
    return now or (used is not None and bool(used.whole.restarts or used.whole.unhealthy))


def _state(container: Container, used: Used | None) -> tuple[str, ...]:
    ill = used.whole.unhealthy if used else 0
    return (container.name, container.status, str(used.whole.restarts if used else 0), f"{ill:,} min" if ill else "")


def _restarts(used: Iterable[Used]) -> str:
    counts = {each.name: each.whole.restarts for each in used if each.whole.restarts}
    if not counts:
        return "None was restarted by its policy."
    most = max(counts, key=lambda name: counts[name])
    return f"{many(sum(counts.values()), 'restart')} by their policies, of {most} {counts[most]:,}."


def _chart(title: str, unit: str, period: Period, used: Sequence[Used], value: Callable[[Span], float]) -> Chart:
    """The first few of them; a span in which none was sampled is left out, one that did not run then used nothing."""
    top = sorted(used[:TOP], key=lambda each: each.name)  # two charts of the same ones have the same colours
    times = sorted({at for each in used for at in each.spans})
    lines = (
        Series(each.name, tuple(value(each.spans[at]) if at in each.spans else 0.0 for at in times)) for each in top
    )
    return Chart(title, Shape.LINE, unit, tuple(map(period.label, times)), tuple(lines))


def _most(hungry: Sequence[Used], large: Sequence[Used], facts: Facts) -> Iterator[str]:
    first, biggest = hungry[0], large[0]
    if first.whole.processor is not None:
        yield f"The most CPU was used by {first.name}: {first.whole.processor:.1f}% of one processor on average."
    yield f"The most memory was used by {biggest.name}: {binary_size(biggest.whole.memory)} on average."
    minutes = (facts.period.until - facts.period.since) // _MINUTE
    if facts.past.looks < minutes * _WHOLE:
        yield f"The engine was looked at in {facts.past.looks:,} of {minutes:,} minutes."


def _figures(used: Used) -> tuple[str, ...]:
    whole = used.whole
    share = f"{whole.memory_most / used.limit:.0%}" if used.limit else ""
    return (
        used.name,
        _percent(whole.processor),
        _percent(whole.processor_most),
        binary_size(whole.memory),
        binary_size(whole.memory_most),
        share,
    )


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}%"


def _alternately(one: Sequence[Used], other: Sequence[Used]) -> Iterator[Used]:
    """Each once: the first of the one, the first of the other, the second of the one, ..."""
    both = (each for pair in zip(one, other, strict=True) for each in pair)
    yield from {each.name: each for each in both}.values()
