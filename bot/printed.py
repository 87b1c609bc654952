"""What a process printed, masked: a secret may go on in the next piece, or past what the other stream says."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from commands.secrets import mask_text

Pieces = tuple[tuple[str, bool], ...]  # text, and whether it is of standard error


def masked(pieces: Pieces) -> Pieces:
    """The pieces in their order, those of one stream that follow each other in one.

    Where a secret goes on past the other stream, the streams come one after the other; where it begins in one and ends
    in the other, they are not told apart any more.
    """
    joined = _joined(pieces)
    shown = _masked(joined)
    if all(text.endswith("\n") for text, _ in joined[:-1]):
        return shown  # no secret goes beyond its line but a key, which is looked for in all of its stream before
    streams = _joined(sorted(joined, key=itemgetter(1)))
    apart = _masked(streams)
    if _joined(sorted(shown, key=itemgetter(1))) != apart:
        shown, joined = apart, streams
    text = mask_text(_text(joined))
    return shown if text == _text(shown) else ((text, joined[0][1]),)


def _joined(pieces: Iterable[tuple[str, bool]]) -> Pieces:
    return tuple(("".join(map(itemgetter(0), each)), error) for error, each in groupby(pieces, key=itemgetter(1)))


def _masked(pieces: Pieces) -> Pieces:
    return tuple((mask_text(text), error) for text, error in pieces)


def _text(pieces: Pieces) -> str:
    return "".join(map(itemgetter(0), pieces))
