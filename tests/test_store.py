"""The record: what is written is numbered, joined, found again and never altered."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlite_utils
from harness import KEY
from recording import WEB, asked, begin, receive
from set_clock import SetClock

from bot.actions import FILTERS
from bot.chain import Link
from bot.migrations import MIGRATIONS
from bot.store import FILE, Store

DAY = 86_400.0


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands still."""
    return SetClock(1_000_000.0)


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Iterator[Store]:
    """A new record."""
    made = Store(tmp_path, clock, KEY)
    yield made
    made.close()


def _sql(store_folder: Path, *statements: str) -> None:
    db = sqlite3.connect(store_folder / FILE)
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


def test_an_action_is_told_from_its_receipt_to_its_outcome(store: Store, clock: SetClock) -> None:
    """One row holds who, from where, what, on which objects, whether it was allowed and how it ended."""
    number = begin(store)
    clock.at += 2
    store.record.outcome(number, status="failed", error="no such thing", duration_ms=2000, exit_code=7)
    assert store.actions.listed({}, 10) == [
        {
            "number": 1, "at": 1_000_000.0, "actor": "U0ADMIN001", "team": "T1", "person": "alice", "origin": "slash",
            "channel": "C0OPS", "thread": "", "host": "local", "line": "container restart web",
            "verb": "container restart", "permission": "act", "targets": [WEB], "verdict": "allow",
            "reason": "role admin", "status": "failed", "error": "no such thing", "duration_ms": 2000, "exit_code": 7,
            "owner": store.actions.listed({}, 1)[0]["owner"], "objects": [],
        }
    ]  # fmt: skip


def test_the_events_of_an_action_keep_their_order_and_time(store: Store, clock: SetClock) -> None:
    """received, judged, intended and outcome stand in the order in which they were written."""
    number = begin(store)
    clock.at += 5
    store.record.outcome(number, status="done", details={"removed": ["a"]})
    action = store.actions.get(number)
    assert action is not None
    events = action["events"]
    assert [(event["kind"], event["at"]) for event in events] == [
        ("received", 1_000_000.0), ("judged", 1_000_000.0), ("intended", 1_000_000.0), ("outcome", 1_000_005.0),
    ]  # fmt: skip
    assert events[3]["details"] == {"removed": ["a"]}


def test_an_exit_code_and_a_duration_of_zero_are_kept(store: Store) -> None:
    """Zero is an answer, not the lack of one."""
    number = begin(store)
    store.record.outcome(number, status="done", duration_ms=0, exit_code=0)
    assert [(row["duration_ms"], row["exit_code"]) for row in store.actions.listed({}, 1)] == [(0, 0)]


def test_a_refusal_is_recorded_with_its_reason(store: Store) -> None:
    """What was not done is told like what was."""
    store.record.refuse(
        receive(store, "rm web"), status="denied", reason="no rule", line="rm web", verb="", person="bob"
    )
    row = store.actions.listed({}, 1)[0]
    assert (row["verdict"], row["status"], row["reason"], row["person"]) == ("denied", "denied", "no rule", "bob")
    assert store.record.unfinished() == []


def test_an_action_under_way_says_so(store: Store) -> None:
    """Before its outcome an action is received, then running."""
    receive(store)
    assert store.actions.listed({}, 1)[0]["status"] == "received"
    begin(store)
    assert store.actions.listed({}, 1)[0]["status"] == "running"


def test_a_later_outcome_counts_and_the_first_stays(store: Store) -> None:
    """What was unknown can become known; both are in the record."""
    number = begin(store)
    store.record.outcome(number, status="unknown")
    store.record.outcome(number, status="done")
    action = store.actions.get(number)
    assert action is not None
    assert action["status"] == "done"
    assert [event.get("status") for event in action["events"][3:]] == ["unknown", "done"]


def test_there_is_no_action_of_an_unknown_number(store: Store) -> None:
    """A number that was never given has no action."""
    assert store.actions.get(1) is None


def test_the_same_delivery_is_written_once(store: Store) -> None:
    """A second delivery points to the first and writes nothing."""
    first = store.record.receive(asked(delivery="d1"), "restart web")
    again = store.record.receive(asked(delivery="d1"), "restart web")
    assert (again.duplicate, again.first, again.number) == (True, first.number, first.number)
    assert len(store.actions.listed({}, 10)) == 1


@pytest.mark.attack("S2")
def test_a_delivery_is_known_whatever_the_clock_does(store: Store, clock: SetClock) -> None:
    """Slack gives an id once, so it is remembered as long as its action is in the record."""
    store.record.receive(asked(delivery="d1"), "x")
    for jump in (25 * 3600.0, -2 * DAY):
        clock.at += jump
        assert store.record.receive(asked(delivery="d1"), "x").first == 1


def test_requests_without_a_delivery_are_never_duplicates(store: Store) -> None:
    """A terminal delivers everything once."""
    assert [store.record.receive(asked(), "x").duplicate for _ in range(3)] == [False] * 3


@pytest.mark.parametrize(
    ("name", "values", "numbers"),
    [
        ("person", ("alice",), [2, 1]),
        ("person", ("U0ADMIN001",), [3, 2, 1]),
        ("person", ("alice", "bob"), [3, 2, 1]),
        ("verb", ("container restart",), [2, 1]),
        ("status", ("done",), [1]),
        ("status", ("denied", "running"), [3, 2]),
        ("host", ("other",), []),
        ("origin", ("slash",), [3, 2, 1]),
        ("origin", ("exec",), []),
        ("target", ("web",), [1]),
        ("target", ("ab" * 32,), [1]),
        ("target", ("abababababab",), [1]),
        ("target", ("ababab",), []),
        ("target", ("we%",), []),
        ("target", ("cd" * 32,), [2]),
        ("target", ("cdcdcdcdcdcd",), [2]),
        ("since", ("1000010",), [3, 2]),
        ("until", ("1000010",), [2, 1]),
    ],
)
def test_filters_choose_actions(
    store: Store, clock: SetClock, name: str, values: tuple[str, ...], numbers: list[int]
) -> None:
    """Any value of a filter is enough; a target is found by its name, its id, or the first twelve digits of that."""
    store.record.outcome(begin(store), status="done")
    clock.at += 10
    begin(store, target={"kind": "image", "id": f"sha256:{'cd' * 32}", "name": "app"})
    clock.at += 10
    store.record.refuse(receive(store), status="denied", reason="", line="rm x", verb="container rm", person="bob")
    assert [row["number"] for row in store.actions.listed({name: values}, 10)] == numbers


def test_all_filters_must_match(store: Store) -> None:
    """Two filters narrow each other, and the newest come first up to the limit."""
    for status in ("done", "failed", "done", "done"):
        store.record.outcome(begin(store), status=status)
    wanted = {"status": ("done",), "person": ("alice",)}
    assert [row["number"] for row in store.actions.listed(wanted, 2)] == [4, 3]
    assert store.actions.listed({**wanted, "host": ("other",)}, 2) == []


def test_a_value_of_a_filter_is_never_sql(store: Store) -> None:
    """Quotes and keywords in a value are only letters."""
    begin(store)
    for name in FILTERS:
        assert store.actions.listed({name: ("x' OR '1'='1",)}, 10) == (
            [] if name != "since" else store.actions.listed({}, 10)
        )


@pytest.mark.parametrize("text", ["\x00 nul", "\ud800 lone", "🐳 “—”", "'; DROP TABLE events; --", "x" * 200_000])
def test_any_text_can_be_written_down(store: Store, text: str) -> None:
    """No line keeps itself out of the record."""
    store.record.refuse(receive(store, text), status="usage", reason=text, line=text, verb="", person="")
    assert store.actions.verify() is None
    assert store.actions.listed({}, 1)[0]["status"] == "usage"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET body = '{}' WHERE id = 2",
        "DELETE FROM events WHERE id = 2",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT * FROM events WHERE id = 2",
        "REPLACE INTO events SELECT id, number, kind, at, '{}', prev, hash FROM events WHERE id = 4",
        "INSERT INTO events SELECT 9, number, kind, at, body, prev, hash FROM events WHERE id = 4",
    ],
)
def test_the_database_refuses_to_alter_the_record(store: Store, tmp_path: Path, statement: str) -> None:
    """Whoever opens the file and does not take its triggers away can only append."""
    store.record.outcome(begin(store), status="done")
    with pytest.raises(sqlite3.IntegrityError, match="events are"):
        _sql(tmp_path, statement)
    assert store.actions.verify() is None


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE events SET body = '{}' WHERE id = 2", "event 2 of action 1 was altered"),
        ("UPDATE events SET at = at + 1 WHERE id = 3", "event 3 of action 1 was altered"),
        ("UPDATE events SET hash = prev WHERE id = 1", "event 1 of action 1 was altered"),
        ("DELETE FROM events WHERE id = 1", "event 1 is missing"),
        ("DELETE FROM events WHERE id IN (2, 3)", "events 2 to 3 are missing"),
        ("DELETE FROM events WHERE id = 8", "event 8 is missing at the end"),
        ("DELETE FROM events", "events 1 to 8 are missing at the end"),
        (
            "UPDATE events SET prev = (SELECT hash FROM events WHERE id = 2) WHERE id = 5",
            "event 5 of action 2 does not follow the event before it",
        ),
    ],
)
def test_verify_finds_what_was_done_past_the_triggers(store: Store, tmp_path: Path, statement: str, told: str) -> None:
    """An edit, a removal, a change of order: the first place where the chain breaks is named."""
    for _ in range(2):
        store.record.outcome(begin(store), status="done")
    assert store.actions.verify() is None
    kinds = ("altered", "removed")
    _sql(tmp_path, *(f"DROP TRIGGER events_are_not_{kind}" for kind in kinds), statement)
    assert store.actions.verify() == told


def test_a_record_is_continued_when_it_is_opened_again(tmp_path: Path, clock: SetClock) -> None:
    """Numbers and the chain go on where the last process stopped."""
    for _ in range(3):
        store = Store(tmp_path, clock, KEY)
        store.record.outcome(begin(store), status="done")
        store.close()
    store = Store(tmp_path, clock, KEY)
    assert [row["number"] for row in store.actions.listed({}, 10)] == [3, 2, 1]
    assert store.actions.verify() is None
    store.close()


def test_only_its_owner_may_read_the_record(store: Store, tmp_path: Path) -> None:
    """Lines may hold what is nobody else's business."""
    begin(store)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {FILE, f"{FILE}-wal", "reserve"}
    assert {oct(path.stat().st_mode & 0o077) for path in files} == {"0o0"}


def test_a_record_of_before_is_taken_over_whole(tmp_path: Path, clock: SetClock) -> None:
    """The table of events is made anew with more kinds: ids, hashes and the count of all events ever stay."""
    db = sqlite_utils.Database(tmp_path / FILE)
    for number, statements in enumerate(MIGRATIONS[:5], start=1):
        for statement in statements:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {number}")
    prev = ""
    for number in (1, 2, 3):
        link = Link(number, number, "received", 1.0, '{"line": "restart web"}', prev)
        prev = link.hash(KEY)
        db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", (*dataclasses.astuple(link), prev))
    (guard,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'events_are_not_removed'").fetchone()
    db.execute("DROP TRIGGER events_are_not_removed")
    db.execute("DELETE FROM events WHERE id = 3")
    db.execute(guard)
    db.conn.commit()
    db.close()
    taken = Store(tmp_path, clock, KEY)
    assert taken.actions.verify() == "event 3 is missing at the end"
    assert [row["number"] for row in taken.actions.listed({"text": ("web",)}, 9)] == [2, 1]
    with pytest.raises(sqlite3.IntegrityError, match="never removed"):
        _sql(tmp_path, "DELETE FROM events WHERE id = 1")
    taken.close()


def test_heads_are_published_once_and_found_in_their_places(store: Store, tmp_path: Path) -> None:
    """Who cuts the record short and hides it from SQLite's own count is found out by what was published."""
    assert store.heads.unpublished() is None
    begin(store)
    head = store.heads.unpublished()
    assert head is not None
    store.heads.publish(head)
    assert (head.event, store.heads.unpublished(), store.heads.published()) == (3, None, [head])
    assert store.actions.verify() is None
    with store._file.reading() as db:
        (guard,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'events_are_not_removed'").fetchone()
    _sql(
        tmp_path,
        "DROP TRIGGER events_are_not_removed",
        "DELETE FROM events WHERE id > 1",
        "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'events'",
        guard,
    )
    assert store.actions.verify() == "events 2 to 3 are missing at the end"
    _sql(tmp_path, "DELETE FROM heads")
    assert store.actions.verify() is None
    assert store.actions.verify([head]) == "events 2 to 3 are missing at the end"


def test_a_record_begun_anew_has_other_heads(store: Store, tmp_path: Path) -> None:
    """Somebody with the key makes another chain that holds: it is not the one whose head was published."""
    begin(store)
    head = store.heads.last()
    assert head is not None
    other = Store(tmp_path / "other", SetClock(2.0), KEY)
    begin(other)
    assert other.actions.verify() is None
    assert "another one than the head that was published" in str(other.actions.verify([head]))
    other.close()


def test_what_need_not_be_flushed_leaves_nothing_else_unflushed(store: Store) -> None:
    """The same connection writes the next line to the disk."""
    levels = []
    for flushed in (False, True, False, True):
        with store._file.writing(flushed=flushed) as db:
            levels.append(db.execute("PRAGMA synchronous").fetchone()[0])
    assert levels == [1, 2, 1, 2]  # NORMAL, FULL


def test_the_index_of_names_chooses_what_looking_at_each_would(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few at a time, the newest first; by person and object, which the record's own words have to hold for."""
    monkeypatch.setattr("bot.actions.SPAN", 2)
    for person in ("alice", "bob") * 20:
        begin(store, person=person)
        begin(store, person=person, target={"kind": "image", "id": f"sha256:{'cd' * 32}", "name": "app"})
    for filters, numbers in (
        ({"person": ("bob",), "target": ("web",)}, list(range(79, 0, -4))),
        ({"person": ("alice",), "target": ("cd" * 7,)}, list(range(78, 0, -4))),
        ({"text": ("restart",)}, list(range(80, 0, -1))),
        ({"text": ("restart",), "before": ("3",)}, [2, 1]),
        ({"target": ("nothing",)}, []),
        ({"status": ("denied",)}, []),
    ):
        found = [row["number"] for row in store.actions.searched(filters, 100, lambda _action: True)]
        assert found == numbers, filters


def test_a_name_that_somebody_took_from_the_index_is_missed(store: Store, tmp_path: Path) -> None:
    """Else a filter by person or object would hide an action of a record that is told to be whole."""
    begin(store)
    begin(store)
    _sql(tmp_path, "DELETE FROM named WHERE word = 'web' AND number = 2")
    assert store.actions.verify() == "event 6 is missing in the index of names"
