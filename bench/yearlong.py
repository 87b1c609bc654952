"""A record of very many actions, spread over a year, of many people, containers, hosts and verbs: SQLite makes it."""

from __future__ import annotations

from sqlite_utils import Database

PEOPLE, CONTAINERS, HOSTS = 200, 5_000, 20
YEAR = 365 * 86_400  # seconds
VERBS = ("container ls", "container logs", "container restart", "container stop", "image pull", "container inspect")
EVENTS = 4  # of each action
WORD = 997  # one in so many lines says a word of its own


def fill(db: Database, first: int, last: int, most: int, now: float) -> None:
    """Actions of these numbers, within the transaction that is open, as the record writes them.

    most is how many there will be in the year before now. The hashes are none: whoever wants a chain has it written.
    """
    verbs = " ".join(f"WHEN {at} THEN '{verb}'" for at, verb in enumerate(VERBS))
    given = {
        "first": first, "last": last, "most": most, "now": now, "year": YEAR, "people": PEOPLE,
        "containers": CONTAINERS, "hosts": HOSTS, "word": WORD,
    }  # fmt: skip
    db.execute(_EVENTS.format(verbs=verbs, count=len(VERBS)), given)


def of(number: int) -> tuple[str, str, str]:
    """The Slack id of the person, the name of the container and what was done to it, of an action."""
    verb = VERBS[number * 13 // 5 % len(VERBS)].split()[1]
    return f"U{number * 7919 % PEOPLE:08}", f"app-{number * 104729 // 3 % CONTAINERS:05}", verb


# The multipliers are prime to the numbers of people and things, so that each meets each.
_EVENTS = """
WITH RECURSIVE numbers (n) AS (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n < :last),
facts AS (
    SELECT n, :now - :year + CAST(n AS REAL) * :year / :most AS at,
        n * 7919 % :people AS who, n * 104729 / 3 % :containers AS what, n * 31 % :hosts AS host,
        CASE n * 13 / 5 % {count} {verbs} END AS verb,
        iif(n % :word = 0, ' --label rare' || (n / :word % 50), '') AS said
    FROM numbers),
kinds (place, kind) AS (VALUES (0, 'received'), (1, 'judged'), (2, 'intended'), (3, 'outcome'))
INSERT INTO events
SELECT (n - 1) * 4 + place + 1, n, kind, at + place / 1000.0,
    CASE place
    WHEN 0 THEN printf(
        '{{"actor": "U%08d", "channel": "C0OPS00001", "delivery": "Ev%012d", "host": "host-%02d",'
        || ' "line": "%s app-%05d%s", "origin": "slash", "owner": "b7c1", "team": "T0TEAM0001"}}',
        who, n, host, verb, what, said)
    WHEN 1 THEN printf(
        '{{"host": "host-%02d", "line": "%s app-%05d%s", "permission": "act", "person": "person-%03d",'
        || ' "reason": "Rule %d of the role sre allows it.", "verb": "%s", "verdict": "allow"}}',
        host, verb, what, said, who, who % 7, verb)
    WHEN 2 THEN printf(
        '{{"targets": [{{"id": "%064x", "image": "shop/app-%d:1.0", "kind": "container", "labels": {{"team": "shop"}},'
        || ' "name": "app-%05d", "state": "running"}}]}}',
        what, what, what)
    ELSE printf(
        '{{"answer": {{"bytes": %d, "sha256": "%064x"}}, "duration_ms": %d, "error": "%s", "status": "%s"}}',
        n % 9000, n, n % 700, iif(n % 40 = 0, printf('no such container: app-%05d', what), ''),
        iif(n % 40 = 0, 'failed', 'done'))
    END, printf('%064x', n * 4 + place), printf('%064x', n * 4 + place + 1)
FROM facts CROSS JOIN kinds ORDER BY n, place
"""
