"""The messages that show requests for consent: where each is, and which version of the request it shows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlite_utils import Database

IN_DOUBT = "?"  # in place of a time: Slack did not say whether it took the message

Session = Callable[[], AbstractContextManager[Database]]


@dataclass(frozen=True)
class Post:
    """A message that shows a request: its channel (or a person, before it was sent), its time, the version it shows."""

    number: int
    channel: str
    ts: str
    shown: int

    @property
    def is_there(self) -> bool:
        """Whether it is known to be there, so that it can be painted anew."""
        return self.ts not in {"", IN_DOUBT}


class Posts:
    """Where requests are shown, in the database; every method that writes raises Unwritable where it cannot."""

    def __init__(self, reading: Session, writing: Session) -> None:
        self._reading = reading
        self._writing = writing
        self._unwritten: dict[tuple[int, str], Post] = {}  # messages that stand in Slack, and not yet in the database

    def of(self, number: int) -> list[Post]:
        """Where a request is shown, or is to be."""
        with self._reading() as db:
            rows = db.execute("SELECT number, channel, ts, shown FROM posts WHERE number = ?", (number,)).fetchall()
        found = (Post(*row) for row in rows)
        return [self._unwritten.get((each.number, each.channel), each) for each in found]

    def stale(self) -> list[int]:
        """The requests that some message does not show as they are."""
        self._catch_up()
        with self._reading() as db:
            rows = db.execute(
                "SELECT DISTINCT number FROM posts JOIN approvals USING (number) WHERE shown < version ORDER BY number"
            ).fetchall()
        return [int(row[0]) for row in rows]

    def lacking(self) -> list[int]:
        """The pending requests that no message shows, or is to show."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT number FROM approvals WHERE state = 'pending'"
                " AND NOT EXISTS (SELECT 1 FROM posts WHERE posts.number = approvals.number) ORDER BY number"
            ).fetchall()
        return [int(row[0]) for row in rows]

    def add(self, number: int, channel: str) -> bool:
        """Note that a request is to be shown there; False where it is already."""
        with self._writing() as db:
            done = db.execute("INSERT INTO posts VALUES (?, ?, '', 0) ON CONFLICT DO NOTHING", (number, channel))
            return done.rowcount == 1

    def sent(self, post: Post) -> None:
        """Note the time of a message, and the version that it shows.

        What cannot be written is known until the end of the process even so, and is written at the next look.
        """
        self._unwritten[post.number, post.channel] = post
        self._catch_up()

    def _catch_up(self) -> None:
        unwritten = tuple(self._unwritten.items())
        if not unwritten:
            return
        with self._writing() as db:
            for _, each in unwritten:
                db.execute(
                    "UPDATE posts SET ts = ?, shown = max(shown, ?) WHERE number = ? AND channel = ?",
                    (each.ts, each.shown, each.number, each.channel),
                )
        for key, each in unwritten:
            if self._unwritten.get(key) is each:
                self._unwritten.pop(key)

    def drop(self, number: int, channel: str) -> None:
        """Forget a message that could not be sent."""
        with self._writing() as db:
            db.execute("DELETE FROM posts WHERE number = ? AND channel = ?", (number, channel))
        self._unwritten.pop((number, channel), None)
