"""Which containers a report is about, where it is not about all of them: by labels and by names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from commands.listing import filters
from commands.seen import Seen

NAMES = ("label", "name")  # of filters


@dataclass(frozen=True)
class Choice:
    """What --filter says, each as NAME=VALUE; nothing chooses all.

    As with docker, a container has each of the labels, KEY or KEY=VALUE, and one of the names, which are globs here.
    """

    given: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is chosen."""
        return any(self.given)

    def __str__(self) -> str:
        """As it is written."""
        return " ".join(filter(None, self.given))

    def problem(self) -> str | None:
        """A filter that there is not."""
        wrong = next((name for name in filters(self.given) if name not in NAMES), None)
        return None if wrong is None else f"invalid filter '{wrong}': expected label=KEY, label=KEY=VALUE or name=GLOB"

    def takes(self, seen: Seen) -> bool:
        """Whether this container is one of them; one whose labels are not known has none of them."""
        return self._has_name(seen.name) and all(_has(seen.labels, each) for each in self._labels)

    def cannot_tell(self, seen: Seen) -> bool:
        """Whether that cannot be said of it, since its labels are not known."""
        return seen.untold and bool(self._labels) and self._has_name(seen.name)

    def takes_told(self, told: Mapping[str, Any]) -> bool:
        """Whether an object of the record is one of them, by what was written down of it."""
        return told["kind"] == "container" and self.takes(Seen("container", told["name"], told.get("labels", {})))

    @property
    def _labels(self) -> list[str]:
        return filters(self.given).get("label", [])

    def _has_name(self, name: str) -> bool:
        globs = filters(self.given).get("name", [])
        return not globs or any(fnmatchcase(name, each) for each in globs)


def _has(labels: Mapping[str, str], wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in labels and (not equals or labels[key] == value)
