"""What was kept of an engine, read back: samples of every age put together to spans of one length."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlite_utils import Database

from bot import thinning
from commands.samples import Disk, Past, Series, Span
from commands.seen import Seen


def past(db: Database, asked: dict[str, Any]) -> Past:
    """All between since and until at the engine host, in spans of step: what is asked has these names."""
    known = {row["key"]: row for row in db.query(_KNOWN, asked)}
    spans = {key: tuple(map(_span, rows)) for key, rows in groupby(db.query(_SPANS, asked), _container)}
    absences = [(int(row[0]), int(row[1])) for row in db.execute(_ABSENCES, asked)]
    looks, left_out = map(int, db.execute(_LOOKS, asked).fetchone())
    sure = frozenset(int(row[0]) for row in db.execute(_SURE, asked))
    series = [_series(known[key], each) for key, each in spans.items()]
    return Past(series, absences, looks, left_out=left_out, sure=sure)


def disks(db: Database, asked: dict[str, Any]) -> list[Disk]:
    """What was on the disk between since and until at the engine host."""
    return [Disk(**row) for row in db.query(_DISKS, asked)]


def _container(row: Mapping[str, Any]) -> int:
    return int(row["container"])


def _series(row: Mapping[str, Any], spans: tuple[Span, ...]) -> Series:
    labels = _labels(row["labels"])
    names = {"name": row["name"], "id": row["id"], "image": row["image"], "image_id": row["image_id"]}
    seen = Seen("container", labels=labels or {}, untold=labels is None, **names)
    return Series(replace(seen, unnamed=seen.is_by_id), row["memory_limit"], spans)


def _labels(text: object) -> dict[str, str] | None:
    """The labels that were kept, None where they were not, or are damaged."""
    try:
        labels = json.loads(str(text))
    except (ValueError, RecursionError):
        return None
    return {str(key): str(value) for key, value in labels.items()} if isinstance(labels, dict) else None


def _span(row: Mapping[str, Any]) -> Span:
    told = {name: value for name, value in row.items() if name != "container"}
    return Span(**told)


_AT_HOST = "(SELECT key FROM hosts WHERE name = :host)"
_KNOWN = f"SELECT * FROM containers WHERE host = {_AT_HOST}"  # noqa: S608 - our words
_PARTS = " UNION ALL ".join(
    f"SELECT * FROM {name} WHERE at >= :since AND at < :until"  # noqa: S608 - our words
    for name in thinning.CONTAINERS.tables()
)
_SPANS = f"""
SELECT container, :since + (at - :since) / :step * :step AS at, sum(looks) AS looks, sum(up) AS up,
    sum(unhealthy) AS unhealthy, sum(restarting) AS restarting, sum(restarts) AS restarts,
    sum(processor * timed) / sum(timed) / 100.0 AS processor, max(processor_most) / 100.0 AS processor_most,
    sum(memory * weighed) / sum(weighed) AS memory, max(memory_most) AS memory_most,
    sum(timed) AS timed, sum(weighed) AS weighed
FROM ({_PARTS}) WHERE container IN (SELECT key FROM containers WHERE host = {_AT_HOST})
GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608 - our words
_DISKS = f"""
SELECT at, images, containers, volumes, cache, free, size FROM disks
WHERE host = {_AT_HOST} AND at >= :since AND at < :until ORDER BY at
"""  # noqa: S608 - our words
_ABSENCES = f"""
SELECT max(since, :since), min(until, :until) FROM absences
WHERE host = {_AT_HOST} AND until > :since AND since < :until ORDER BY since
"""  # noqa: S608 - our words
_MINUTES = " UNION ALL ".join(f"SELECT at, host, looks, left_out FROM {name}" for name in thinning.ENGINES.tables())  # noqa: S608 - our words
_LOOKS = f"""
SELECT coalesce(sum(looks), 0), coalesce(max(left_out), 0) FROM ({_MINUTES})
WHERE host = {_AT_HOST} AND at >= :since AND at < :until
"""  # noqa: S608 - our words
_SURE = f"""
SELECT :since + (at - :since) / :step * :step FROM ({_MINUTES})
WHERE host = {_AT_HOST} AND at >= :since AND at < :until GROUP BY 1 HAVING sum(looks) > 0 AND max(left_out) = 0
"""  # noqa: S608 - our words
