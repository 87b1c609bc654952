"""Somebody else who does something to the engine at the worst moment."""

from __future__ import annotations

from collections.abc import Callable

from proxy import Proxy


class Meddling(Proxy):
    """Does something to the engine just before a request with the text in it reaches it, once, after so many others."""

    def __init__(self, engine: str, when: str, meddle: Callable[[], object], after: int = 0) -> None:
        super().__init__(engine)
        self._when = when
        self._after = after
        self._meddle: Callable[[], object] | None = meddle

    def note(self, request: str) -> None:
        """Keep it, after meddling."""
        super().note(request)
        if self._meddle is None or self._when not in request:
            return
        self._after -= 1
        if self._after < 0:
            meddle, self._meddle = self._meddle, None
            meddle()
