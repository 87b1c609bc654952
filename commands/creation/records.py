"""One line of comma-separated values, read as Go's encoding/csv reads it: --mount, --network and --gpus."""

from __future__ import annotations

_BARE = 'bare " in non-quoted-field'
_OPEN = 'extraneous or missing " in quoted-field'


def fields(text: str) -> list[str]:
    """The fields of the first line that is not empty; raises ValueError with Go's sentence."""
    line = text.lstrip("\r\n")
    if not line:
        raise ValueError("EOF")
    found: list[str] = []
    at, ended = 0, False
    while not ended:
        read = _quoted if line.startswith('"', at) else _plain
        value, at, ended = read(line, at)
        found.append(value)
    return found


def _plain(line: str, at: int) -> tuple[str, int, bool]:
    """The field from here on, where the next one begins, and whether it is the last."""
    end = min((found for mark in ",\n" if (found := line.find(mark, at)) >= 0), default=len(line))
    quote = line.find('"', at, end)
    if quote >= 0:
        raise _wrong(line, quote, _BARE)
    return line[at:end], end + 1, line[end : end + 1] != ","


def _quoted(line: str, at: int) -> tuple[str, int, bool]:
    value, at = "", at + 1
    while True:
        quote = line.find('"', at)
        if quote < 0:
            raise _wrong(line, len(line), _OPEN)
        value += line[at:quote]
        following = line[quote + 1 : quote + 2]
        if following in {",", "\n", ""}:
            return value, quote + 2, following != ","
        if following != '"':
            raise _wrong(line, quote, _OPEN)
        value, at = value + '"', quote + 2


def _wrong(line: str, at: int, what: str) -> ValueError:
    column = len(line[:at].encode("utf-8", "surrogateescape")) + 1  # Go counts bytes
    return ValueError(f"parse error on line 1, column {column}: {what}")
