"""The key of this installation, in a file outside the data folder: whoever copies or writes the data has not got it."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from bot.database import Unwritable

SIZE = 32  # bytes
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def load(path: Path, record: Path) -> bytes:
    """The key, made where there is no record yet; raises Unwritable where it cannot be read, made or kept secret."""
    try:
        if not path.exists():
            _make(path, record)
        if path.stat().st_mode & OTHERS:
            raise Unwritable(f"The key {path} can be read by others. Take that away: chmod 600 {path}")
        key = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as error:
        told = f"The key {path} cannot be used: {error.strerror}. Check the folder, or set SLASHDOCK_KEY_FILE."
        raise Unwritable(told) from error
    except ValueError as error:
        raise Unwritable(_spoilt(path)) from error
    if len(key) != SIZE:
        raise Unwritable(_spoilt(path))
    return key


def _make(path: Path, record: Path) -> None:
    """Put a whole key in place; of two processes at once the first one's stays."""
    if record.exists() and not path.exists():
        raise Unwritable(
            f"The key {path} is gone, and {record} was sealed with it. Put it back, or set {record} aside."
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(f"{secrets.token_hex(SIZE)}\n")
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink()


def _spoilt(path: Path) -> str:
    return f"The key {path} is not one of slashdock's (64 hex digits). Put back the one that sealed the record."
