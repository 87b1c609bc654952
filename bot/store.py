"""One file for all: the record of every action, and beside it the little that the bot must not forget."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from math import inf
from pathlib import Path

from bot import migrations
from bot.actions import Actions
from bot.approvals import Approvals
from bot.archive import Archive
from bot.buttons import Buttons
from bot.cleanups import Cleanups
from bot.clock import Clock
from bot.database import Sqlite, Unwritable
from bot.doubts import Doubts
from bot.emergency import Emergency
from bot.files import FILES, Files
from bot.grants import Grants
from bot.heads import Heads
from bot.journal import Journal
from bot.lasting import Lasting
from bot.locks import AlreadyRunning, Instance, Owner
from bot.makers import Makers
from bot.metrics import Metrics
from bot.painted import Painted
from bot.record import Record
from bot.rooms import Rooms
from bot.runs import Runs
from bot.seal import Seal
from bot.sights import Sights
from bot.spool import SPOOL, Spool
from bot.tide import Tide
from bot.timetable import Timetable
from bot.turns import Turns
from bot.undelivered import Undelivered
from bot.vault import Vault
from bot.windows import Windows
from bot.withheld import Withheld
from commands.credentials import Credential

__all__ = ["AlreadyRunning", "Instance", "Store", "Unwritable"]

FILE = "slashdock.db"
TURNS = "turns"  # the folder of the lock files of hosts
HELD = b"slashdock: lines that wait for consent, 1"  # what the seal of what is kept for later is made for


class Store:
    """The database in the data folder; every method that writes raises Unwritable where it cannot.

    record writes down every action, actions reads that back, archive takes what is old out of it, heads of it are
    published; spool is what was answered, files what goes with that, undelivered what of that Slack has still to take;
    buttons, sights, cleanups, runs, the timetable, windows, what is withheld, what lasts, what is painted and makers
    are what is remembered beside it, turns says whose turn it is at a host, vault has the registries' logins. metrics
    is a file of its own, which is opened where it is needed.

    key is what the chain of hashes is made with, so that it takes more than the data folder to make another one; what
    the vault holds is sealed with another one, made of it. logins are those that the settings name, kept
    says for how many seconds answers are kept, which the policy knows: for ever where nobody has read that.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        key: bytes,
        logins: Iterable[Credential] = (),
        kept: Callable[[], float] = lambda: inf,
    ) -> None:
        self._clock = clock
        self._key = key
        self._file = Sqlite(folder / FILE)
        self.journal = Journal(self._file, clock, key, Emergency(folder, key))
        self.actions = Actions(self._file.reading, key)
        self.heads = Heads(self._file, clock)
        self.archive = Archive(folder, self._file, key, clock)
        self.buttons = Buttons(self._file, clock)
        self.sights = Sights(self._file, clock)
        self.cleanups = Cleanups(self._file, clock)
        self.turns = Turns(folder / TURNS)
        self.runs = Runs(self._file, clock)
        self.makers = Makers(self._file)
        self.doubts = Doubts(self._file)
        self.tide = Tide(self._file, clock)
        self.approvals = Approvals(self._file.reading, clock, self.journal, self.tide.now)
        self.grants = Grants(self._file.reading, self.tide.now, self.journal)
        self.timetable = Timetable(self._file.reading, self.journal, clock.now, key, self.archive)
        self.windows = Windows(self._file.reading, self.tide.now, self.journal)
        self.withheld = Withheld(self._file)
        self.lasting = Lasting(self._file, key)
        self.painted = Painted(self._file)
        self.rooms = Rooms(self._file)
        self.seal = Seal(key, HELD)
        self.undelivered = Undelivered(self._file)
        self.vault = Vault(self._file, clock, key, logins)
        self.metrics = Metrics(folder, clock)
        try:
            self._migrate()
            self._owner = Owner(folder / "owners")
            self.spool = Spool(folder / SPOOL, kept)
            self.files = Files(folder / FILES, kept)
            self.record = Record(self._file, clock, self.journal, self.actions, self._owner, self.spool, self.tide.now)
            self.journal.recover()
            self.undelivered.open()
        except OSError as error:
            self._file.close()
            raise Unwritable(f"{folder} cannot be written: {error.strerror}.") from error
        except Unwritable:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file, with what is owed if it can be written; what was begun and not ended counts as abandoned."""
        with suppress(Unwritable):
            if self.journal.wrong:
                self.journal.catch_up()
            self.tide.keep()
        self._owner.close()
        self.metrics.close()
        self._file.close()

    def unwritable(self) -> str | None:
        """What keeps anything from being written down now; None where nothing does."""
        try:
            self._file.hold_back()
            with self._file.writing() as db:
                db.execute("UPDATE tide SET mark = mark")
        except Unwritable as error:
            return str(error)
        return None

    def _migrate(self) -> None:
        with self._file.writing() as db:
            if migrations.version(db) > len(migrations.MIGRATIONS):
                raise Unwritable(f"{FILE} was written by a newer slashdock. Install that one, or use another folder.")
            wrong = migrations.migrate(db)
            if wrong:
                raise Unwritable(
                    f"{FILE} was altered by something else: {wrong}, so what it shows may not be what was done. Put"
                    " the file of before in its place, or a backup (slashdock restore FILE)."
                )
