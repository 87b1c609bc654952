"""Actions whose end was told as unknown, and which nobody has looked after yet."""

from __future__ import annotations

from bot.database import Sqlite

LOOKED = "looked"  # what the details of an outcome have where it was found by looking; the query below says it, too


class Doubts:
    """What of the record is in doubt, in the database."""

    def __init__(self, file: Sqlite) -> None:
        self._file = file

    def after(self, event: int, since: float) -> tuple[int, list[int]]:
        """The id of the last event, and the numbers of those that were left unknown after that event.

        since, in epoch seconds, leaves out what is older.
        """
        with self._file.reading() as db:
            last = int(db.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0])
            rows = db.execute(_UNKNOWN, {"after": event, "last": last, "since": since}).fetchall()
        return last, [int(row[0]) for row in rows]


_UNKNOWN = """
SELECT DISTINCT number FROM events
WHERE id > :after AND id <= :last AND at >= :since AND kind = 'outcome'
AND json_extract(body, '$.status') = 'unknown' AND json_extract(body, '$.details.looked') IS NULL
ORDER BY number
"""
