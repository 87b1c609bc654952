"""Cases that are kept: one a line in seeds/NAME.jsonl, as a text or, where it is JSON, as what it says."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from fuzz.target import case, text

FOLDER = Path(__file__).parent / "seeds"


def kept(name: str) -> list[bytes]:
    """The cases of a target, in their order."""
    return [_read(line) for line in _file(name).read_text().splitlines()]


def keep(name: str, cases: Iterable[bytes]) -> None:
    """Have exactly these cases kept, each once."""
    _file(name).write_text("".join(f"{_written(each)}\n" for each in dict.fromkeys(cases)))


def _read(line: str) -> bytes:
    said = json.loads(line)
    return case(said) if isinstance(said, str) else line.encode()


def _written(kept: bytes) -> str:
    try:
        said = json.loads(kept)
        if isinstance(said, dict) and json.dumps(said).encode() == kept:
            return kept.decode()
    except (ValueError, RecursionError):
        pass
    return json.dumps(text(kept))


def _file(name: str) -> Path:
    return FOLDER / f"{name}.jsonl"
