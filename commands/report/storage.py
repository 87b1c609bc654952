"""What a report says of the disk and of images: how much there is, where that is heading, and what nobody uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from commands.chart import Chart, Series, Shape
from commands.report.facts import Facts, Image
from commands.report.report import Period, Section, many
from commands.report.trend import trend
from commands.samples import Disk
from commands.units import size

NAMED = 5  # images that a sentence names
_GB = 10**9  # bytes
_FAR = 365  # days from which on nothing is said of a full disk
_STEADY = 10**7  # bytes a day up to which the disk counts as one that stays as it is
NOT_ALL = "What is on the disk is told to those who see everything on this host."
UNMEASURED = "The disk was not weighed in this time."
NO_TREND = "Where it is heading cannot be told: it went up and down, or was weighed for less than a day."
NEWEST = "None runs by a name that is another image's now."
HEADER = ("IMAGE", "SIZE")


def disk(facts: Facts) -> Section:
    """What takes how much, how much room is left, and until when."""
    if facts.disks is None:
        return Section("Disk", (NOT_ALL,))
    within = [each for each in facts.disks if each.at >= facts.period.since]
    if not within:
        return Section("Disk", (UNMEASURED,))
    words = (*sizes(within[-1]), _heading(facts, facts.disks))
    return Section("Disk", words, charts=(chart(facts.period, within),))


def sizes(last: Disk) -> Iterator[str]:
    """A sentence on what takes how much, and one on how much is free where that is known."""
    parts = {"images": last.images, "containers": last.containers, "volumes": last.volumes, "build cache": last.cache}
    told = ", ".join(f"{name} {size(octets)}" for name, octets in parts.items())
    yield f"Docker takes {size(last.taken)}: {told}."
    if last.free is not None and last.size:
        yield f"{size(last.free)} of {size(last.size)} are free ({last.free / last.size:.0%})."


def chart(period: Period, disks: Sequence[Disk]) -> Chart:
    """What takes how much, in each span of the period as it was weighed last; of these there is one at least."""
    last = {each.at // period.step * period.step: each for each in disks}
    kinds = {
        "images": [each.images for each in last.values()],
        "containers": [each.containers for each in last.values()],
        "volumes": [each.volumes for each in last.values()],
        "build cache": [each.cache for each in last.values()],
    }
    lines = tuple(Series(name, tuple(octets / _GB for octets in values)) for name, values in kinds.items())
    return Chart("Disk", Shape.LINE, "GB", tuple(map(period.label, last)), lines)


def days_left(facts: Facts) -> int | None:
    """In how many days the disk is full; None where that is far off, or cannot be told."""
    disks = [each for each in facts.disks or () if each.free is not None]
    line = trend(_free(disks))
    days = line.days_until(disks[-1].free or 0, 0.0) if line is not None and line.daily < -_STEADY else None
    return round(days) if days is not None and days < _FAR else None


def images(facts: Facts) -> Section:
    """Those that no container was made from, the largest first, and containers whose image has a newer one."""
    unused = sorted((each for each in facts.images if not each.is_used), key=lambda each: (-each.size, each.name))
    rows = tuple((each.name, size(each.size)) for each in unused)
    count = f"{many(len(facts.images), 'image')}, {len(unused):,} of them without a container{_at_most(unused)}."
    return Section("Images", (count, *_behind(facts)), HEADER if rows else (), rows)


def behind(facts: Facts) -> Section:
    """The containers whose image has a newer one, alone."""
    return Section("Images", tuple(_behind(facts)) or (NEWEST,))


def _behind(facts: Facts) -> Iterator[str]:
    if facts.behind:
        named = ", ".join(f"{name} ({image})" for name, image in facts.behind[:NAMED])
        more = f" and {len(facts.behind) - NAMED:,} more" if len(facts.behind) > NAMED else ""
        yield f"A newer image has the name that these run by: {named}{more}."


def _at_most(unused: Sequence[Image]) -> str:
    total = sum(each.size for each in unused)
    return f" ({size(total)} at most: images share layers)" if total else ""


def _heading(facts: Facts, disks: Sequence[Disk]) -> str:
    """Where it is heading, by what is free where that is known, else by what docker takes."""
    free = _free(disks)
    line = trend(free) if free else trend([(float(each.at), float(each.taken)) for each in disks])
    if line is None:
        return NO_TREND
    grows = -line.daily if free else line.daily
    if abs(grows) < _STEADY:
        return "It stays as it is."
    way = f"{size(abs(grows))} {'more' if grows > 0 else 'less'} each day"
    days = days_left(facts)
    return f"It takes {way}." if days is None else f"It takes {way}: full in {many(days, 'day')}."


def _free(disks: Iterable[Disk]) -> list[tuple[float, float]]:
    return [(float(each.at), float(each.free)) for each in disks if each.free is not None]
