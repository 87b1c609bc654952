"""What containers used a moment ago, kept so that whoever asks right after is told at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from commands.container.sampling import Sample

FRESH = 5.0  # seconds for which a look is told again


class Recent:
    """The newest look at each container of one engine, for as long as it is fresh. For any thread."""

    def __init__(self) -> None:
        self._kept: dict[str, Sample] = {}
        self._changes = 0
        self._lock = threading.Lock()

    def of(self, ids: Iterable[str]) -> dict[str, Sample] | None:
        """What is known of all of these; None where that is not everything."""
        since = time.monotonic() - FRESH
        with self._lock:
            found = {each: self._kept[each] for each in ids if each in self._kept and self._kept[each].at >= since}
        return found if all(each in found for each in ids) else None

    def looks(self) -> Callable[[Mapping[str, Sample]], None]:
        """Somebody looks from now on; what is returned keeps what was seen, unless something was changed meanwhile."""
        begun = self._changes
        return lambda looked: self._keep(looked, begun)

    def _keep(self, looked: Mapping[str, Sample], begun: int) -> None:
        """Forget what is not fresh any more, too."""
        since = time.monotonic() - FRESH
        with self._lock:
            if begun != self._changes:
                return
            self._kept = {each: held for each, held in {**self._kept, **looked}.items() if held.at >= since}

    def forget(self) -> None:
        """Something was changed: none of it may be so any more."""
        with self._lock:
            self._kept = {}
            self._changes += 1
