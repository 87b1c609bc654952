"""The chain of hashes that makes an edit, a removal or an insertion in the record visible."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

NOTHING: Mapping[int, str] = MappingProxyType({})
START = ""  # what the first event holds in place of an earlier event's hash


@dataclass(frozen=True)
class Link:
    """One event as the record keeps it; body is JSON text, prev the hash of the event before.

    What somebody altered may be of any type that SQLite has.
    """

    id: int
    number: int
    kind: str
    at: float
    body: str
    prev: str

    def hash(self, key: bytes) -> str:
        """The HMAC-SHA256 of the event and of everything before it, as 64 hex digits."""
        parts = [self.id, self.number, self.kind, self.at, self.body, self.prev]
        told = json.dumps(parts, ensure_ascii=True, default=repr)
        return hmac.digest(key, told.encode(), "sha256").hex()


def broken(
    links: Iterable[tuple[Link, str]],
    last: int,
    key: bytes,
    after: tuple[int, str] = (0, START),
    heads: Mapping[int, str] = NOTHING,
) -> str | None:
    """What is wrong with these events and the hashes that stand beside them, None where the chain is whole.

    last is the id of the newest event that was ever written, heads the hashes of events that were published; after is
    the id and the hash of the one before the first.
    """
    before, prev = after
    last = max(last, *heads, 0)
    for link, written in links:
        if link.id <= before:
            return f"event {link.id} of action {link.number} is none of this chain"
        if link.id != before + 1:
            return f"{_events(before + 1, link.id - 1)} missing"
        if link.prev != prev:
            return f"event {link.id} of action {link.number} does not follow the event before it"
        if link.hash(key) != written:
            return f"event {link.id} of action {link.number} was altered"
        if heads.get(link.id, written) != written:
            return f"event {link.id} of action {link.number} is another one than the head that was published"
        before, prev = link.id, written
    return f"{_events(before + 1, last)} missing at the end" if before < last else None


def _events(first: int, last: int) -> str:
    return f"event {first} is" if first == last else f"events {first} to {last} are"
