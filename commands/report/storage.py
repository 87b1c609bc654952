"""What a report says of the disk and of images: how much there is, where that is heading, and what nobody uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from commands.chart import Chart, Series, Shape
from commands.report.facts import Facts, Image
from commands.report.report import DAY, Period, Section, many
from commands.report.trend import trend
from commands.samples import Disk
from commands.units import size

_GB = 10**9  # bytes
_FAR = 365  # days from which on nothing is said of a full disk
_STEADY = 10**7  # bytes a day up to which the disk counts as one that stays as it is
_LATE = 7_200  # seconds after which it is told when the disk was weighed last
UNTOLD = "Which there are cannot be told."
NEWEST = "No container was made by a name that another image has now."
NOT_ALL = "What is on the disk is told to those who see everything on this host."
UNMEASURED = "The disk was not weighed in this time."
NO_TREND = "Where it is heading cannot be told: it went up and down, or was weighed for less than a day."
HEADER = ("IMAGE", "SIZE")
BEHIND = ("NAME", "IMAGE")


def disk(facts: Facts) -> Section:
    """What takes how much, how much room is left, and until when."""
    if facts.disks is None:
        return Section("Disk", (NOT_ALL,))
    if facts.unread:
        return Section("Disk", (f"What was on it cannot be read: {facts.unread}",))
    within = [each for each in facts.disks if each.at >= facts.period.since]
    if not within:
        return Section("Disk", (UNMEASURED,))
    last = within[-1]
    is_late = facts.period.until - last.at > _LATE
    when = (f"It was weighed last at {facts.period.moment(last.at)} {facts.period.zone}.",) if is_late else ()
    words = (*sizes(last), *when, _heading(facts, facts.disks))
    return Section("Disk", words, charts=(chart(facts.period, within),))


def sizes(last: Disk) -> Iterator[str]:
    """A sentence on what takes how much, and one on how much is free where that is known."""
    parts = {"images": last.images, "containers": last.containers, "volumes": last.volumes, "build cache": last.cache}
    told = ", ".join(f"{name} {size(octets)}" for name, octets in parts.items())
    yield f"Docker takes {size(last.taken)}: {told}."
    if last.free is not None and last.size:
        yield f"{size(last.free)} of {size(last.size)} are free ({last.free / last.size:.0%})."


def chart(period: Period, disks: Sequence[Disk]) -> Chart:
    """What takes how much, in each span as it was weighed last; of one in which it was not nobody knows."""
    last = {period.begin(each.at): each for each in disks}
    kinds: dict[str, Callable[[Disk], int]] = {
        "images": lambda each: each.images,
        "containers": lambda each: each.containers,
        "volumes": lambda each: each.volumes,
        "build cache": lambda each: each.cache,
    }
    lines = (
        Series(name, tuple(of(last[at]) / _GB if at in last else None for at in period.spans))
        for name, of in kinds.items()
    )
    return Chart("Disk", Shape.LINE, "GB", tuple(map(period.label, period.spans)), tuple(lines))


def full(facts: Facts, within: float = _FAR) -> str:
    """When the disk is full, from the end of the report on; empty where not within so many days, or nobody can tell."""
    free = _free(facts.disks or ())
    if not free:
        return ""
    at, left = free[-1]
    if not left:
        return "full now"
    line = trend(free, _STEADY)
    until = None if line is None else line.days_until(left, 0.0)
    days = within if until is None else until - (facts.period.until - at) / DAY
    if days >= within:
        return ""
    return "full within a day" if days < 1 else f"full in {many(round(days), 'day')}"


def images(facts: Facts) -> Section:
    """Those that no container was made from, the largest first."""
    if facts.images is None:
        return Section("Images", (UNTOLD,))
    unused = sorted((each for each in facts.images if not each.is_used), key=lambda each: (-each.size, each.name))
    rows = tuple((each.name, size(each.size)) for each in unused)
    words = f"{many(len(facts.images), 'image')}, {len(unused):,} of them without a container{_at_most(unused)}."
    return Section("Images", (words,), HEADER if rows else (), rows)


def behind(facts: Facts) -> Section:
    """Containers that were made by a name which is another image's now."""
    if facts.behind is None:
        return Section("Behind", (UNTOLD,))
    count = len(facts.behind)
    if not count:
        return Section("Behind", (NEWEST,))
    words = f"{many(count, 'container')} {'was' if count == 1 else 'were'} made by a name that another image has now."
    return Section("Behind", (words,), BEHIND, tuple(facts.behind))


def _at_most(unused: Sequence[Image]) -> str:
    total = sum(each.size for each in unused)
    return f" ({size(total)} at most: images share layers)" if total else ""


def _heading(facts: Facts, disks: Sequence[Disk]) -> str:
    """Where it is heading, by what is free where that is known, else by what docker takes."""
    free = _free(disks)
    line = trend(free or [(float(each.at), float(each.taken)) for each in disks], _STEADY)
    until = full(facts)
    if line is None:
        return f"It is {until}." if until else NO_TREND
    grows = -line.daily if free else line.daily
    way = f"takes {size(abs(grows))} {'more' if grows > 0 else 'less'} each day" if grows else "stays as it is"
    return f"It {way}{f': {until}' if until else ''}."


def _free(disks: Iterable[Disk]) -> list[tuple[float, float]]:
    return [(float(each.at), float(each.free)) for each in disks if each.free is not None]
