"""`slashdock archive`, `backup` and `restore`: what they did to the record, told at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot import backup as backups
from bot import key, restore
from bot.clock import Clock
from bot.copies import Unusable
from bot.database import Unwritable
from bot.locks import Instance
from bot.request import ExitCode
from bot.restore import Present
from bot.settings import Settings
from bot.store import FILE, Store
from commands.audit.actions import time

DAY = 86_400  # seconds


def archive(settings: Settings) -> str:
    """Move what is older than the settings say, and say what was moved; raises Unwritable and AlreadyRunning."""
    if not settings.retention:
        return "SLASHDOCK_RETENTION is 0: nothing is ever archived.\n"
    sealing, clock = _key(settings), Clock()
    with Instance(settings.data), closing(Store(settings.data, clock, sealing)) as store:
        moved = store.archive.move(clock.now() - settings.retention * DAY)
        if not moved.events:
            return f"Nothing that has ended is older than {settings.retention} days.\n"
        told = f"{_counted(moved.events, 'event')} moved to {', '.join(moved.files)} in {settings.data}.\n"
        try:
            store.archive.shrink()
        except Unwritable as error:
            told += f"{FILE} is as large as before: {error}\n"
    return told


def backup(settings: Settings, to: Path) -> tuple[str, int]:
    """What was copied and what else to keep, with the exit code; raises Unwritable and Unusable."""
    made = backups.backup(settings.data / FILE, _key(settings), to)
    return "".join(f"{line}\n" for line in _backed_up(settings, to, made)), 1 if made.lacking else 0


def _backed_up(settings: Settings, to: Path, made: backups.Backup) -> Iterator[str]:
    yield f"{to}: {_counted(made.contents.actions, 'action')}{_newest(made.contents.at)}; whole."
    if made.archives:
        yield f"Beside it, and part of it: {', '.join(made.archives)}."
    yield from (f"NOT copied: {wrong}" for wrong in made.lacking)
    yield f"Not in it: the key {settings.key_file}. Without that the backup is of no use; keep a copy somewhere else."


def restored(settings: Settings, file: Path, *, sure: bool) -> tuple[str, int]:
    """What was replaced, or would be where nobody is sure yet, with the exit code; raises what ready() does."""
    if not file.is_file():
        raise Unusable(f"{file} is not there.")
    with restore.ready(settings.data / FILE, key.load(settings.key_file, file), file) as ready:
        lines = [f"{file}: {_counted(ready.contents.actions, 'action')}{_newest(ready.contents.at)}; whole."]
        lines += [f"NOT whole: {wrong}" for wrong in ready.lacking]
        if ready.present is not None:
            lines.append(f"{settings.data / FILE} {_lost(ready.present)}.")
        if ready.present is None or sure:
            lines += [f"Kept as {path}." for path in ready.put_in_place(Clock().now())]
            code = ExitCode.FAILED if ready.lacking else ExitCode.DONE
            lines.append(f"It is the record in {settings.data} now.")
        else:
            code = ExitCode.HELD
            lines.append("Nothing was replaced. To go on, add --yes; what is there now is kept beside it.")
    return "".join(f"{line}\n" for line in lines), int(code)


def _lost(present: Present) -> str:
    if present.actions is None:
        return "cannot be read, so nobody knows what it has that the backup has not"
    more = f"{_counted(present.actions, 'action')} and {_counted(present.events, 'event')}"
    if not present.earlier:
        return f"is no later state of it: there are {more}{_newest(present.at)}"
    return f"has {more} more{_newest(present.at)}" if present.events else "has nothing that is newer"


def _key(settings: Settings) -> bytes:
    """The key of a record that is there; raises Unwritable."""
    record = settings.data / FILE
    if not record.is_file():
        raise Unwritable(f"There is no record in {settings.data} yet.")
    return key.load(settings.key_file, record)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _newest(at: float | None) -> str:
    return "" if at is None else f", the newest of {time(at)}"
