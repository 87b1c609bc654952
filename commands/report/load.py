"""What a report says of containers: how they are, how often they were restarted, and what they used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

from commands.chart import Chart, Series, Shape
from commands.report.facts import Container, Facts
from commands.report.report import Section, many
from commands.samples import Past, Span
from commands.units import binary_size

TOP = 5  # containers of a chart
_MIB = 2**20  # bytes
_WHOLE = 0.95  # part of the minutes that were looked at, from which on nothing is said of the others
_MINUTE = 60  # seconds
STATE = ("NAME", "STATE", "RESTARTS", "UNHEALTHY")
USED = ("NAME", "CPU MEAN", "CPU MOST", "MEMORY MEAN", "MEMORY MOST", "OF LIMIT")
UNTOLD = "How many there are cannot be told."
NONE = "No container was seen to run in this time."
UNSAMPLED = "How often they were restarted was not sampled in this time."
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
    held = facts.containers or ()
    there = {each.name for each in held}
    status = "not known" if facts.containers is None else "gone"
    gone = [Container(name, "", status) for name in used if name not in there]
    troubled = [each for each in (*held, *gone) if _is_troubled(each, used.get(each.name))]
    rows = sorted(
        (_state(each, used.get(each.name), facts.past) for each in troubled),
        key=lambda row: (-int(row[2] or 0), row[0]),
    )
    told = UNTOLD if facts.containers is None else counted(facts.containers)
    return Section(
        "Containers", (told, _restarts(used.values()) if facts.past.looks else UNSAMPLED), STATE, tuple(rows)
    )


def counted(containers: Iterable[Container]) -> str:
    """How many there are, in which state."""
    held = list(containers)
    failed = sum(each.has_failed for each in held)
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
        none = NONE if facts.past.looks else NOTHING
        return Section("What they used", () if facts.past.why else (none, *_left_out(facts)))
    hungry = sorted(used, key=lambda each: -(each.whole.processor or 0.0))
    large = sorted(used, key=lambda each: -(each.whole.memory or 0))
    charts = [
        _chart("CPU", "% of one processor", facts, hungry, lambda span: span.processor),
        _chart("Memory", "MiB", facts, large, lambda span: None if span.memory is None else span.memory / _MIB),
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
    both = (one, other)
    memory = _mean((each.memory, each.weighed) for each in both)
    return Span(
        min(one.at, other.at),
        one.looks + other.looks,
        one.up + other.up,
        one.unhealthy + other.unhealthy,
        one.restarting + other.restarting,
        one.restarts + other.restarts,
        _mean((each.processor, each.timed) for each in both),
        max((each.processor_most for each in both if each.processor_most is not None), default=None),
        None if memory is None else round(memory),
        max((each.memory_most for each in both if each.memory_most is not None), default=None),
        one.timed + other.timed,
        one.weighed + other.weighed,
    )


def _mean(measured: Iterable[tuple[float | None, int]]) -> float | None:
    """The mean of numbers by how often each was measured; None where none was."""
    known = [(value, times) for value, times in measured if value is not None]
    times = sum(each for _, each in known)
    return sum(value * each for value, each in known) / times if times else None


def _is_troubled(container: Container, used: Used | None) -> bool:
    now = container.is_unhealthy or container.state in {"restarting", "paused", "dead"} or container.has_failed
    return now or (used is not None and bool(used.whole.restarts or used.whole.unhealthy))


def _state(container: Container, used: Used | None, past: Past) -> tuple[str, ...]:
    ill = used.whole.unhealthy if used else 0
    status = f"{container.status}, out of memory" if container.was_killed else container.status
    restarts = str(used.whole.restarts if used else 0) if past.looks else ""
    return (container.name, status, restarts, f"{ill:,} min" if ill else "")


def _restarts(used: Iterable[Used]) -> str:
    counts = {each.name: each.whole.restarts for each in used if each.whole.restarts}
    if not counts:
        return "None was restarted by its policy."
    most = max(counts, key=lambda name: counts[name])
    return f"{many(sum(counts.values()), 'restart')} by their policies, of {most} {counts[most]:,}."


def _chart(title: str, unit: str, facts: Facts, used: Sequence[Used], value: Callable[[Span], float | None]) -> Chart:
    """The first few of them, in all spans; who did not run used nothing, and of what was not looked at nobody knows."""
    top = sorted(used[:TOP], key=lambda each: each.name)  # two charts of the same ones have the same colours
    times, idle = facts.period.spans, dict.fromkeys(facts.past.sure, 0.0)
    lines = (
        Series(each.name, tuple(value(each.spans[at]) if at in each.spans else idle.get(at) for at in times))
        for each in top
    )
    return Chart(title, Shape.LINE, unit, tuple(map(facts.period.label, times)), tuple(lines))


def _most(hungry: Sequence[Used], large: Sequence[Used], facts: Facts) -> Iterator[str]:
    first, biggest = hungry[0], large[0]
    if first.whole.processor is not None:
        yield f"The most CPU was used by {first.name}: {first.whole.processor:.1f}% of one processor on average."
    if biggest.whole.memory is not None:
        yield f"The most memory was used by {biggest.name}: {binary_size(biggest.whole.memory)} on average."
    yield from _left_out(facts)
    minutes = (facts.period.until - facts.period.since) // _MINUTE
    if facts.past.looks < minutes * _WHOLE:
        yield f"The engine was looked at in {facts.past.looks:,} of {minutes:,} minutes."


def _left_out(facts: Facts) -> Iterator[str]:
    """Of the whole host, whichever containers the report is about: nobody knows which these were."""
    if facts.past.left_out:
        yield f"Of up to {many(facts.past.left_out, 'container')} more on this host in a minute nothing was kept."


def _figures(used: Used) -> tuple[str, ...]:
    whole = used.whole
    share = f"{whole.memory_most / used.limit:.0%}" if used.limit and whole.memory_most is not None else ""
    return (
        used.name,
        _percent(whole.processor),
        _percent(whole.processor_most),
        _size(whole.memory),
        _size(whole.memory_most),
        share,
    )


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}%"


def _size(octets: int | None) -> str:
    return "" if octets is None else binary_size(octets)


def _alternately(one: Sequence[Used], other: Sequence[Used]) -> Iterator[Used]:
    """Each once: the first of the one, the first of the other, the second of the one, ..."""
    both = (each for pair in zip(one, other, strict=True) for each in pair)
    yield from {each.name: each for each in both}.values()
