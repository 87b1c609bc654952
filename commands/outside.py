"""What a line reads of slashdock's own machine, or fetches from an address: what people agreed to, and nothing else.

Whatever reads such a thing tells of it here, so that a verb which does not say before what it reads has nothing of it
where people have to agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from commands.attempts import Refusal

_CHANGED = "{} is not what it was when this line was judged. Nothing was done; send it again."


class Outside:
    """What one line has read: the SHA-256 of each, by what it is."""

    def __init__(self) -> None:
        self._read: dict[str, str] = {}
        self._is_whole = False

    def bound(self, read: Callable[[], None]) -> Mapping[str, str]:
        """All that this reads; from now on nothing else is to be had. Raises what it raises."""
        read()
        self._is_whole = True
        return dict(self._read)

    def take(self, what: str, content: bytes) -> None:
        """Tell of something that was read; see note."""
        self.note(what, hashlib.sha256(content).hexdigest())

    def note(self, what: str, mark: str) -> None:
        """The same by its SHA-256; raises Refusal where it is not what it was, or was not among what was bound."""
        if not self._is_whole:
            self._read.setdefault(what, mark)
        if self._read.get(what) != mark:
            raise Refusal(_CHANGED.format(what[:1].upper() + what[1:]))
