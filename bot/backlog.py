"""Sentences that are told later in one message: the newest ones, and how many there were before."""

from __future__ import annotations

import json
from dataclasses import dataclass

MOST = 100  # sentences that are kept


@dataclass(frozen=True)
class Backlog:
    """dropped is how many were let go for those that came after."""

    texts: tuple[str, ...] = ()
    dropped: int = 0

    @classmethod
    def read(cls, written: str) -> Backlog:
        """One that was written as JSON."""
        dropped, *texts = json.loads(written) or [0]
        return cls(tuple(map(str, texts)), int(dropped))

    def written(self) -> str:
        """It as JSON."""
        return json.dumps([self.dropped, *self.texts])

    def with_(self, text: str) -> Backlog:
        """The same with one more."""
        texts = (*self.texts, text)
        return Backlog(texts[-MOST:], self.dropped + max(0, len(texts) - MOST))

    def without(self, told: Backlog) -> Backlog:
        """What came after that was told, and is to be told still."""
        later = self.dropped + len(self.texts) - told.dropped - len(told.texts)
        return Backlog(self.texts[max(0, len(self.texts) - later) :], max(0, later - len(self.texts)))

    def __str__(self) -> str:
        """In one paragraph."""
        before = f"(And {self.dropped} before that, which were not kept.) " if self.dropped else ""
        return before + " ".join(self.texts)
