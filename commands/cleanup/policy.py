"""A cleanup's policy: what may go, how old it has to be, what is kept whatever its age, and how much one run takes."""

from __future__ import annotations

import re
from dataclasses import dataclass

DEFAULT = "default"
DAY = 86_400.0  # seconds
SLACK = 60.0  # seconds; two runs of a nightly job are never quite a day apart
GRACE = DAY  # seconds for which what was just seen is left alone, whatever the age says: a pull may be under way
MOST, PERCENT = 20, 20  # objects, and of a hundred, that one run takes where nobody else agreed to more
DANGLING, IMAGES, CONTAINERS, NETWORKS, CACHE = WHAT = ("dangling", "images", "containers", "networks", "cache")
_SECONDS = {"h": 3600.0, "d": DAY, "w": 7 * DAY}
_DURATION = re.compile(r"(\d{1,5})([hdw])")


@dataclass(frozen=True)
class Policy:
    """What a cleanup may take, by whole words of WHAT; age is in seconds since the first sight or the last use.

    keep_labels are KEY or KEY=VALUE, keep are globs on names; newest images of each repository stay. One run takes most
    objects, and no more than percent of all that it looked at. Its runs only show until it is on. With a disk, a run
    takes something only where so many of a hundred bytes there are not free, and only until fewer than until are; 0: it
    does not go by the disk. hosts are the only ones that it is for; none: it is for all.
    """

    name: str
    what: tuple[str, ...]
    age: float = 0.0
    keep_labels: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    newest: int = 0
    most: int = MOST
    percent: int = PERCENT
    on: bool = False
    disk: int = 0
    until: int = 0
    hosts: tuple[str, ...] = ()

    @property
    def counting(self) -> float:
        """The age that counts: nothing goes before its grace is over."""
        return max(self.age, GRACE)

    @property
    def youngest(self) -> float:
        """The seconds since the first sight that it takes to go at least."""
        return self.counting - SLACK

    def cap(self, whole: int) -> int:
        """How many objects one run takes of so many that it looked at; one at least, or few would never go."""
        return min(self.most, max(1, whole * self.percent // 100))


BUILT_IN = Policy(DEFAULT, (DANGLING,), most=50, percent=100, on=True)


def seconds(text: str) -> float | None:
    """The seconds of an age such as 36h, 14d or 2w; None where the text is none."""
    found = _DURATION.fullmatch(text)
    return None if found is None else int(found[1]) * _SECONDS[found[2]]


def duration(span: float) -> str:
    """An age of whole hours as it is typed: the largest unit that leaves no rest."""
    unit = next(each for each in "wdh" if each == "h" or span % _SECONDS[each] == 0)
    return f"{span / _SECONDS[unit]:.0f}{unit}"
