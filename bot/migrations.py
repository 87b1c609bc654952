"""The schema of the database, as numbered steps: one that was released is never edited, the next is added."""

from __future__ import annotations

from itertools import chain

from sqlite_utils import Database

from bot import schema

_EVENTS = """
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- without gaps: the place in the chain
    number INTEGER NOT NULL,               -- the action that the event belongs to
    kind TEXT NOT NULL CHECK (kind IN ('received', 'judged', 'intended', 'outcome')),
    at REAL NOT NULL,                      -- seconds since the epoch
    body TEXT NOT NULL CHECK (json_valid(body)),
    prev TEXT NOT NULL,                    -- the hash of the event before, empty for the first
    hash TEXT NOT NULL                     -- SHA-256 over all of the above
)
"""

_ACTIONS = """
CREATE VIEW actions AS
SELECT
    r.number, r.at,
    json_extract(r.body, '$.actor') AS actor,
    json_extract(r.body, '$.team') AS team,
    coalesce(json_extract(j.body, '$.person'), '') AS person,
    json_extract(r.body, '$.origin') AS origin,
    json_extract(r.body, '$.channel') AS channel,
    json_extract(r.body, '$.thread') AS thread,
    coalesce(json_extract(j.body, '$.host'), json_extract(r.body, '$.host')) AS host,
    coalesce(json_extract(j.body, '$.line'), json_extract(r.body, '$.line')) AS line,
    coalesce(json_extract(j.body, '$.verb'), '') AS verb,
    coalesce(json_extract(j.body, '$.permission'), '') AS permission,
    coalesce(json_extract(i.body, '$.targets'), json_extract(j.body, '$.targets'), '[]') AS targets,
    coalesce(json_extract(j.body, '$.verdict'), '') AS verdict,
    coalesce(json_extract(j.body, '$.reason'), '') AS reason,
    coalesce(json_extract(o.body, '$.status'), iif(i.id IS NULL, 'received', 'running')) AS status,
    coalesce(json_extract(o.body, '$.error'), '') AS error,
    json_extract(o.body, '$.duration_ms') AS duration_ms,
    json_extract(o.body, '$.exit_code') AS exit_code,
    json_extract(r.body, '$.owner') AS owner
FROM events AS r
LEFT JOIN events AS j ON j.id = (SELECT max(id) FROM events WHERE number = r.number AND kind = 'judged')
LEFT JOIN events AS i ON i.id = (SELECT max(id) FROM events WHERE number = r.number AND kind = 'intended')
LEFT JOIN events AS o ON o.id = (SELECT max(id) FROM events WHERE number = r.number AND kind = 'outcome')
WHERE r.kind = 'received'
"""

# An action that waited for consent has an outcome, "held", before it is begun: what it ended as comes after its intent.
_RESUMED = _ACTIONS.replace(
    "number = r.number AND kind = 'outcome')",
    "number = r.number AND kind = 'outcome') AND (i.id IS NULL OR o.id > i.id)",
)

# Events of two more kinds, in a table made anew, for SQLite alters no CHECK. Ids and hashes stay as they are, and how
# many events were ever written.
_VOTED = _EVENTS.replace("'intended', 'outcome'", "'voted', 'intended', 'noted', 'outcome'").replace(
    "TABLE events", "TABLE events_anew"
)

# What was said in an event, for a search: the line, why it was judged so or decided, and what went wrong.
_SPOKEN = """
CREATE VIEW spoken AS
SELECT id, number, trim(coalesce(json_extract(body, '$.line'), '')
    || ' ' || coalesce(json_extract(body, '$.reason'), '')
    || ' ' || coalesce(json_extract(body, '$.error'), '')) AS text
FROM events
"""
_HEARD = """
CREATE TRIGGER events_are_heard AFTER INSERT ON events
BEGIN INSERT INTO said (rowid, text) SELECT id, text FROM spoken WHERE id = NEW.id; END
"""
_FORGOTTEN = """
CREATE TRIGGER events_are_forgotten BEFORE DELETE ON events
BEGIN INSERT INTO said (said, rowid, text) SELECT 'delete', id, text FROM spoken WHERE id = OLD.id; END
"""

# Words by which actions are looked for: whoever asked, and what they are about, by name and by the beginning of its id.
_NAMES = """
CREATE VIEW names AS
SELECT id, number, json_extract(body, '$.actor') AS word FROM events WHERE kind = 'received'
UNION ALL SELECT id, number, json_extract(body, '$.person') FROM events WHERE kind = 'judged'
UNION ALL SELECT e.id, e.number, json_extract(t.value, '$.name') FROM events AS e, json_each(e.body, '$.targets') AS t
UNION ALL SELECT e.id, e.number, substr(replace(json_extract(t.value, '$.id'), 'sha256:', ''), 1, 12)
FROM events AS e, json_each(e.body, '$.targets') AS t
"""
_NAMED = """
CREATE TABLE named (word TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (word, number)) WITHOUT ROWID
"""
_ARE_NAMED = """
CREATE TRIGGER events_are_named AFTER INSERT ON events WHEN NEW.kind IN ('received', 'judged', 'intended')
BEGIN INSERT OR IGNORE INTO named SELECT word, number FROM names WHERE id = NEW.id AND word IS NOT NULL; END
"""
_UNNAMED = """
CREATE TRIGGER events_are_unnamed BEFORE DELETE ON events
BEGIN DELETE FROM named WHERE number = OLD.number AND word IN (SELECT word FROM names WHERE id = OLD.id); END
"""

_INDICES = (
    "CREATE INDEX events_of_action ON events (number, kind)",
    "CREATE UNIQUE INDEX received ON events (number) WHERE kind = 'received'",
    "CREATE INDEX deliveries ON events (json_extract(body, '$.delivery')) WHERE kind = 'received'",
)
_TRIGGERS = (
    """CREATE TRIGGER events_are_not_altered BEFORE UPDATE ON events
       BEGIN SELECT raise(ABORT, 'events are never altered'); END""",
    """CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events
       BEGIN SELECT raise(ABORT, 'events are never removed'); END""",
    """CREATE TRIGGER events_are_appended BEFORE INSERT ON events
       WHEN NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM events)
       BEGIN SELECT raise(ABORT, 'events are only appended'); END""",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        _EVENTS,
        *_INDICES,
        *_TRIGGERS,
        _ACTIONS,
        "CREATE TABLE unsettled (number INTEGER PRIMARY KEY, owner TEXT NOT NULL)",
        """CREATE TABLE lines (
               id TEXT PRIMARY KEY, line TEXT NOT NULL, host TEXT NOT NULL, label TEXT NOT NULL, at REAL NOT NULL,
               UNIQUE (line, host, label))""",
        """CREATE TABLE seen (host TEXT NOT NULL, image TEXT NOT NULL, at REAL NOT NULL,
               PRIMARY KEY (host, image)) WITHOUT ROWID""",
        "CREATE TABLE jobs (job TEXT PRIMARY KEY, schedule TEXT NOT NULL, since REAL NOT NULL)",
        """CREATE TABLE runs (job TEXT NOT NULL, due REAL NOT NULL, claimed REAL NOT NULL, ended REAL,
               summary TEXT NOT NULL DEFAULT '', UNIQUE (job, due))""",
    ),
    (
        """CREATE TABLE once (
               id TEXT PRIMARY KEY, line TEXT NOT NULL, host TEXT NOT NULL, at REAL NOT NULL,
               number INTEGER)  -- the action that it was pressed for last""",
    ),
    (
        "ALTER TABLE once ADD COLUMN confirms TEXT NOT NULL DEFAULT ''",  # digest of what whoever presses agrees to
        """CREATE TABLE dialogs (
               id TEXT PRIMARY KEY,
               button TEXT NOT NULL,  -- the id of the line that it is asked for
               place TEXT NOT NULL CHECK (json_valid(place)),  -- where the answer goes
               at REAL NOT NULL)""",
        """CREATE TABLE credentials (
               server TEXT PRIMARY KEY,
               sealed BLOB NOT NULL,  -- username, password and token, with a key that is not in here
               person TEXT NOT NULL,  -- who logged in
               at REAL NOT NULL)""",
    ),
    (
        """CREATE TABLE made (
               host TEXT NOT NULL, identity TEXT NOT NULL, actor TEXT NOT NULL, number INTEGER NOT NULL,
               PRIMARY KEY (host, identity)) WITHOUT ROWID""",
        # What has to be asked in a dialog before the line is run, as JSON; empty where nothing has.
        "ALTER TABLE lines ADD COLUMN form TEXT NOT NULL DEFAULT ''",
        """CREATE TABLE approvals (
               number INTEGER PRIMARY KEY,  -- the action that waits
               state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'approved', 'running', 'done',
                   'failed', 'unknown', 'denied', 'cancelled', 'expired', 'superseded')),
               version INTEGER NOT NULL DEFAULT 1,
               actor TEXT NOT NULL, team TEXT NOT NULL, person TEXT NOT NULL, origin TEXT NOT NULL,
               channel TEXT NOT NULL, thread TEXT NOT NULL, host TEXT NOT NULL,
               line TEXT NOT NULL,  -- secrets masked
               reason TEXT NOT NULL,
               plan TEXT NOT NULL CHECK (json_valid(plan)),    -- what is shown
               bound TEXT NOT NULL CHECK (json_valid(bound)),  -- what the digest is over
               digest TEXT NOT NULL,
               clauses TEXT NOT NULL CHECK (json_valid(clauses)),  -- the approvals that it takes, as they were then
               sealed BLOB NOT NULL,  -- what is needed to do it, with a key that is not in here; empty once settled
               asked REAL NOT NULL, expires REAL NOT NULL, begin_by REAL, reminded REAL, escalated REAL,
               glass TEXT NOT NULL DEFAULT '', reviewed TEXT NOT NULL DEFAULT '',
               settled_by TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '',
               told INTEGER NOT NULL DEFAULT 0)  -- whether the asker heard that nothing comes of it""",
        "CREATE INDEX open_approvals ON approvals (state) WHERE state IN ('pending', 'approved', 'running')",
        """CREATE TABLE votes (
               number INTEGER NOT NULL, person TEXT NOT NULL, actor TEXT NOT NULL, origin TEXT NOT NULL,
               member_of TEXT NOT NULL, verdict TEXT NOT NULL CHECK (verdict IN ('approve', 'reject')),
               reason TEXT NOT NULL, at REAL NOT NULL, action INTEGER NOT NULL, PRIMARY KEY (number, person))""",
        """CREATE TABLE posts (
               number INTEGER NOT NULL, channel TEXT NOT NULL, ts TEXT NOT NULL, shown INTEGER NOT NULL,
               PRIMARY KEY (number, channel))""",
        """CREATE TABLE grants (
               number INTEGER PRIMARY KEY,  -- the action that gave it
               person TEXT NOT NULL, role TEXT NOT NULL, since REAL NOT NULL, until REAL NOT NULL,
               revoked REAL, revoked_by TEXT NOT NULL DEFAULT '')""",
    ),
    (
        "DROP VIEW actions",
        _RESUMED,
    ),
    (
        "DROP VIEW actions",
        _VOTED,
        "INSERT INTO events_anew SELECT * FROM events",
        "DELETE FROM sqlite_sequence WHERE name = 'events_anew'",
        "UPDATE sqlite_sequence SET name = 'events_anew' WHERE name = 'events'",
        "DROP TABLE events",
        "ALTER TABLE events_anew RENAME TO events",
        *_INDICES,
        *_TRIGGERS,
        _RESUMED,
        _SPOKEN,
        "CREATE VIRTUAL TABLE said USING fts5 (text, content = 'spoken', content_rowid = 'id')",
        "INSERT INTO said (said) VALUES ('rebuild')",
        _HEARD,
        """CREATE TABLE heads (
               event INTEGER PRIMARY KEY,  -- the newest one when it was published
               hash TEXT NOT NULL, at REAL NOT NULL)""",
        """CREATE TABLE answers (
               number INTEGER PRIMARY KEY, at REAL NOT NULL,  -- when the action ended so
               public INTEGER NOT NULL,                       -- whether everybody in the channel sees it
               state TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'again', 'shown', 'unsure', 'lost')))""",
        "CREATE INDEX due_answers ON answers (state) WHERE state IN ('due', 'again')",
    ),
    (
        """CREATE TABLE seams (
               last INTEGER PRIMARY KEY,  -- the id of the last event that was moved to an archive
               hash TEXT NOT NULL,        -- its hash, which the next event follows
               file TEXT NOT NULL,        -- the archive, in the same folder
               at REAL NOT NULL,          -- when, in seconds since the epoch
               signature TEXT NOT NULL    -- HMAC-SHA256 over all of the above
           )""",
        """CREATE TRIGGER seams_are_appended BEFORE INSERT ON seams
           WHEN NEW.last <= (SELECT coalesce(max(last), 0) FROM seams)
               OR NEW.last >= (SELECT max(id) FROM events)
               OR NEW.hash IS NOT (SELECT hash FROM events WHERE id = NEW.last)
           BEGIN SELECT raise(ABORT, 'seams are only appended, each at an event that has another one after it'); END""",
        """CREATE TRIGGER seams_are_not_altered BEFORE UPDATE ON seams
           BEGIN SELECT raise(ABORT, 'seams are never altered'); END""",
        """CREATE TRIGGER seams_are_not_removed BEFORE DELETE ON seams
           BEGIN SELECT raise(ABORT, 'seams are never removed'); END""",
        "DROP TRIGGER events_are_not_removed",
        """CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events
           WHEN OLD.id > (SELECT coalesce(max(last), 0) FROM seams)
           BEGIN SELECT raise(ABORT, 'events are never removed, only moved to an archive'); END""",
        _FORGOTTEN,
    ),
    (
        "CREATE TABLE tide (mark REAL NOT NULL)  -- what bot/tide.py had reached, in seconds since the epoch",
        "INSERT INTO tide VALUES (0)",
    ),
    (
        """CREATE TABLE sights (
               host TEXT NOT NULL, kind TEXT NOT NULL, identity TEXT NOT NULL, at REAL NOT NULL,
               PRIMARY KEY (host, kind, identity)) WITHOUT ROWID""",
        "INSERT INTO sights SELECT host, 'image', image, at FROM seen",
        "DROP TABLE seen",
        """CREATE TABLE uses (
               host TEXT NOT NULL, image TEXT NOT NULL,
               at REAL NOT NULL,  -- the last start of a container of it that is known
               PRIMARY KEY (host, image)) WITHOUT ROWID""",
        "CREATE TABLE heard (host TEXT PRIMARY KEY, until REAL NOT NULL)",  # up to when starts were read, by its clock
        """CREATE TABLE cleanups (
               name TEXT PRIMARY KEY,
               rules TEXT NOT NULL CHECK (json_valid(rules)),
               person TEXT NOT NULL,  -- who set it so
               at REAL NOT NULL)""",
        """CREATE TABLE cleaned (
               number INTEGER PRIMARY KEY,  -- the action that was the run
               policy TEXT NOT NULL, host TEXT NOT NULL, person TEXT NOT NULL, at REAL NOT NULL,
               removed INTEGER NOT NULL, skipped INTEGER NOT NULL, failed INTEGER NOT NULL,
               freed INTEGER,             -- bytes that the engine has less, NULL where it could not say
               told INTEGER NOT NULL)""",
        """CREATE TABLE taken (
               number INTEGER NOT NULL, place INTEGER NOT NULL,  -- in the order of the run
               kind TEXT NOT NULL, identity TEXT NOT NULL, name TEXT NOT NULL,
               labels TEXT NOT NULL CHECK (json_valid(labels)),
               tags TEXT NOT NULL CHECK (json_valid(tags)), digests TEXT NOT NULL CHECK (json_valid(digests)),
               PRIMARY KEY (number, place)) WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE timetable (
               number INTEGER PRIMARY KEY,  -- the action that added it
               name TEXT NOT NULL,
               actor TEXT NOT NULL, team TEXT NOT NULL, person TEXT NOT NULL,
               channel TEXT NOT NULL, thread TEXT NOT NULL, host TEXT NOT NULL,
               kind TEXT NOT NULL CHECK (kind IN ('cron', 'every', 'once')),
               expression TEXT NOT NULL, zone TEXT NOT NULL,
               line TEXT NOT NULL,  -- secrets masked
               late TEXT NOT NULL CHECK (late IN ('', 'run', 'skip')),
               quiet INTEGER NOT NULL CHECK (quiet IN (0, 1)),  -- whether it is run in quiet hours, too
               since REAL NOT NULL,  -- from when on it is due
               state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
               changed REAL NOT NULL, by TEXT NOT NULL, why TEXT NOT NULL,  -- when it came to be so
               standing TEXT NOT NULL,  -- what people agreed to once for all its runs, as JSON; empty where nothing
               sealed BLOB NOT NULL,  -- the line, with a key that is not in here; empty once it has ended
               mark TEXT NOT NULL)    -- HMAC-SHA256 over all of the above, with that key""",
        """CREATE TABLE windows (
               number INTEGER PRIMARY KEY,  -- the action that began it
               host TEXT NOT NULL, person TEXT NOT NULL, reason TEXT NOT NULL,
               since REAL NOT NULL, until REAL NOT NULL, ended REAL, ended_by TEXT NOT NULL DEFAULT '',
               held TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(held)),  -- what is told once it is over
               told INTEGER NOT NULL DEFAULT 0)  -- whether that was""",
        "CREATE UNIQUE INDEX timetable_names ON timetable (name) WHERE name <> '' AND state <> 'ended'",
        "ALTER TABLE runs ADD COLUMN number INTEGER",  # the action of the run
        "ALTER TABLE runs ADD COLUMN first REAL",  # when the first of those was due for which it stands
        "ALTER TABLE runs ADD COLUMN missed INTEGER NOT NULL DEFAULT 0",  # how many those are besides itself
    ),
    (
        """CREATE TABLE withheld (
               host TEXT PRIMARY KEY,
               texts TEXT NOT NULL CHECK (json_valid(texts)))""",  # what is told of it once its quiet hours are over
    ),
    ("DROP INDEX timetable_names",),  # a name is its person's own: who may not know of a schedule hears nothing of it
    ("ALTER TABLE cleaned ADD COLUMN ended INTEGER NOT NULL DEFAULT 1 CHECK (ended IN (0, 1))",),
    (
        "ALTER TABLE uses RENAME TO uses_of_images",
        """CREATE TABLE uses (
               host TEXT NOT NULL, kind TEXT NOT NULL, identity TEXT NOT NULL,
               at REAL NOT NULL,  -- the last use that is known
               PRIMARY KEY (host, kind, identity)) WITHOUT ROWID""",
        "INSERT INTO uses SELECT host, 'image', image, at FROM uses_of_images",
        "DROP TABLE uses_of_images",
        "CREATE TABLE engines (host TEXT PRIMARY KEY, engine TEXT NOT NULL)",  # the id that the one there had last
    ),
    (
        "CREATE TABLE lasting (number INTEGER PRIMARY KEY, sealed BLOB NOT NULL)",
    ),  # what goes on over an end of slashdock
    (
        """CREATE TABLE painted (  -- messages that have not their last look
               channel TEXT NOT NULL, ts TEXT NOT NULL, person TEXT NOT NULL, line TEXT NOT NULL,
               PRIMARY KEY (channel, ts)) WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE rooms (  -- threads of sessions, also of those that are over
               number INTEGER PRIMARY KEY, channel TEXT NOT NULL, ts TEXT NOT NULL, UNIQUE (channel, ts))""",
    ),
    (
        _NAMES,
        _NAMED,
        "INSERT OR IGNORE INTO named SELECT word, number FROM names WHERE word IS NOT NULL",
        _ARE_NAMED,
        _UNNAMED,
    ),
)


REMADE = 6  # the step that makes anew what the ones before it made in other words, until they were edited for it
ARCHIVED = (_RESUMED,)  # the views of the actions that archives may have: those that records had since there are any


def version(db: Database) -> int:
    """How many of the steps this database has taken."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def altered(db: Database) -> str | None:
    """What of this database is not as the steps that it has taken make it; None where all is."""
    look = schema.lacking if version(db) < REMADE else schema.altered
    return look(db, tuple(chain.from_iterable(MIGRATIONS[: version(db)])))


def migrate(db: Database) -> str | None:
    """Take the steps that are missing, within the transaction that is open; what is altered, and then none of them."""
    missing = MIGRATIONS[version(db) :]
    wrong = altered(db) if missing else None
    if wrong:
        return wrong
    for number, statements in enumerate(missing, start=version(db) + 1):
        for statement in statements:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {number}")
    return altered(db)
