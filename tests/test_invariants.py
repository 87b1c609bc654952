"""The invariants of the record and of consent, each whole in one place, over every verb where it is about any.

Those about the engine are in test_invariants_engine.py, those about Slack and a bot that is killed in
test_invariants_bot.py.
"""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from docker.api.client import APIClient
from eventually import eventually
from every_verb import EVERY, IDLE, Line, furnish
from harness import Bench, Everyone, bench
from proxy import Proxy
from set_clock import SetClock

from bot import plan, text
from bot.held import Held, State
from bot.policy import Allow, Asker, Deny, Hold, Object, Policy
from bot.request import Actor, Member, Origin, Outcome, Request, Status
from bot.rule import Rule, Selector
from bot.store import FILE
from commands import catalog
from commands.reply import Output
from commands.spec import Permission

ADA, BOB, CAROL, EVE, ZOE = "U0ADA00001", "U0BOB00001", "U0CAROL001", "U0EVE00001", "U0ZOE00001"
ADA2, BOB2 = "U0ADA00002", "U0BOB00002"
VERBS = catalog.load()
SPECS = tuple(verb.spec for verb in VERBS)
ALL = '"see", "read", "act", "change", "enter"'
PEOPLE = f"""
version = 1
[people]
ada = {{ slack = ["{ADA}", "{ADA2}"], roles = ["dev", "sre"] }}
bob = {{ slack = ["{BOB}", "{BOB2}"], roles = ["sre"] }}
carol = {{ slack = ["{CAROL}"], roles = ["sre"] }}
eve = {{ slack = ["{EVE}"], roles = ["look"] }}
zoe = {{ slack = ["{ZOE}"], roles = [] }}
[limits]
reads = 10000
changes = 10000
burst = 10000
all_reads = 10000
all_changes = 10000
all_burst = 10000
[approvals.one]
from = ["sre"]
[approvals.two]
need = 2
from = ["sre"]
expires = "15m"
within = "10m"
[break_glass]
roles = ["dev"]
review = ["sre"]
[roles.dev]
[[roles.sre.allow]]
verbs = ["see"]
on = ["*"]
[[roles.look.allow]]
verbs = ["see"]
on = ["*"]
[roles.oncall]
elevate = "one"
[[roles.oncall.allow]]
verbs = ["act"]
on = ["*"]
"""
FREE = f'{PEOPLE}[[roles.dev.allow]]\nverbs = [{ALL}]\non = ["*"]\n'
HELD = f'{FREE}[[require]]\nverbs = [{ALL}]\napprove = "one"\n'
TWO = f'{FREE}[[require]]\nverbs = ["act", "change", "enter"]\napprove = "two"\n'


def policy(text: str = TWO, **changes: str) -> Policy:
    """The rules of these tests, some words changed."""
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return Policy.parse(text, "policy.toml", SPECS)


def say(office: Bench, line: Line | str, person: str = ADA) -> Outcome:
    """What comes of a line."""
    asked = Line(line) if isinstance(line, str) else line
    return office.pipeline.submit(Request(asked.text, Actor(person), Origin.SLASH, given=asked.given))


def waiting(office: Bench, outcome: Outcome) -> Held:
    """The request that waits."""
    found = office.store.approvals.get(outcome.number or 0)
    assert found is not None, text.added(outcome.reply)
    return found


def now(office: Bench, held: Held) -> Held:
    """The request as it stands."""
    found = office.store.approvals.get(held.number)
    assert found is not None
    return found


def agree(office: Bench, held: Held, *people: str) -> list[Status]:
    """What becomes of each one's word for what was shown."""
    return [say(office, f"approval approve {held.number} --digest {held.digest}", each).status for each in people]


# 1 --------------------------------------------------------------------------------------------------------------------

INTENDED = """
SELECT count(*) FROM unsettled AS u WHERE EXISTS (
    SELECT 1 FROM events AS i WHERE i.number = u.number AND i.kind = 'intended'
    AND i.id > (SELECT max(id) FROM events WHERE number = u.number AND kind = 'judged'))
"""


class Witness(Proxy):
    """Looks into the record by a connection of its own whenever a change is about to reach the engine."""

    def __init__(self, engine: str, record: Path) -> None:
        super().__init__(engine)
        self._record = record
        self.early: list[str] = []

    def note(self, request: str) -> None:
        """Hold it against what is committed by now."""
        super().note(request)
        if request in self.changes()[-1:] and not self._is_intended():
            self.early.append(request)

    def _is_intended(self) -> bool:
        db = sqlite3.connect(f"file:{self._record}?mode=ro", uri=True)
        (count,) = db.execute(INTENDED).fetchone()
        db.close()
        return bool(count == 1)


@pytest.mark.parametrize("rules", [FREE, HELD], ids=["alone", "with consent"])
def test_invariant_1_nothing_is_changed_before_its_intent_is_on_the_disk(
    api: APIClient, fresh_world: str, tmp_path: Path, rules: str
) -> None:
    """One line of every verb, done for real; what waits for consent changes nothing until it is agreed to."""
    furnish(api)
    witness, changed = Witness(fresh_world, tmp_path / "data" / FILE), set()
    with witness.serve(tmp_path) as address:
        office = bench(address, tmp_path / "data", policy(rules))
        for name, line in EVERY.items():
            before = len(witness.changes())
            outcome = say(office, line)
            if outcome.status is Status.HELD:
                assert len(witness.changes()) == before, name
                agree(office, waiting(office, outcome), BOB)
                resumed = office.pipeline.resume(outcome.number or 0)
                assert resumed is not None
                assert resumed.status is not Status.SUPERSEDED, (name, text.added(resumed.reply))
            if len(witness.changes()) > before:
                changed.add(name)
        with office.store._file.writing() as db:
            assert db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        office.close()
    assert witness.early == []
    looking = {"login", "container wait"}  # by POST, too
    assert changed == {spec.name for spec in SPECS if spec.permission.changes} - IDLE | looking
    assert EVERY.keys() == {spec.name for spec in SPECS}


# 2 --------------------------------------------------------------------------------------------------------------------

LOOKS = ("/version", "/json", "/networks", "/volumes", "/info", "/system/df")


class Thief(Everyone):
    """Takes the record away between a receipt and what comes after it."""

    def __init__(self, record: Path) -> None:
        self.record = record

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:
        """Somebody in good standing, and no record any more."""
        take(self.record)
        return super().member(actor, fresh=fresh, channel=channel)


def take(record: Path) -> None:
    """Put the record where slashdock does not find it."""
    with suppress(FileNotFoundError):
        record.rename(record.with_name("taken"))


def give_back(record: Path) -> None:
    """Put it where it was."""
    with suppress(FileNotFoundError):
        record.with_name("taken").rename(record)


@contextmanager
def full_disk(folder: Path) -> Iterator[Path]:
    """A small disk, to be filled by fill()."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> None:
    """Take the last byte of it, and what was held back."""
    (disk / "reserve").unlink(missing_ok=True)
    block = 65_536
    with (disk / "filler").open("ab", buffering=0) as filler:
        while block:
            try:
                if filler.write(b"x" * block) < block:
                    block //= 2
            except OSError:
                block //= 2


def refused(office: Bench, proxy: Proxy, name: str) -> None:
    """See that one line of a verb is not done, is told so, and asks nothing of the engine but what its names are."""
    line = EVERY[name]
    proxy.requests.clear()
    outcome = say(office, line)
    host = office.pipeline.hosts.get("")
    assert host is not None
    eventually(lambda: not host._beside._pending)  # who looked beside it when the line was given up
    assert outcome.status is Status.FAILED, name
    assert "Nothing was done" in text.added(outcome.reply), name
    paths = [each.split()[1].partition("?")[0] for each in proxy.requests]
    command = VERBS.parse(line.text).command
    assert proxy.changes() == [], name
    assert all(path.endswith(LOOKS) or "/networks/" in path or "/volumes/" in path for path in paths), (name, paths)
    if not command.spec.permission.changes and not command.targets():
        assert [path for path in paths if not path.endswith("/version")] == [], name


@pytest.mark.parametrize("rules", [FREE, HELD], ids=["alone", "with consent"])
@pytest.mark.parametrize("after_receipt", [False, True], ids=["at once", "after the receipt"])
def test_invariant_2_what_cannot_be_written_down_is_not_done(
    fresh_world: str, tmp_path: Path, rules: str, *, after_receipt: bool
) -> None:
    """A line of any verb, reading ones too, whether its receipt can still be written or not even that."""
    record, proxy = tmp_path / "data" / FILE, Proxy(fresh_world)
    with proxy.serve(tmp_path) as address:
        office = bench(address, tmp_path / "data", policy(rules), Thief(record) if after_receipt else None)
        for name in EVERY:
            if not after_receipt:
                take(record)
            refused(office, proxy, name)
            give_back(record)
        office.close()


def test_invariant_2_a_full_disk_is_told_and_nothing_is_done(fresh_world: str, tmp_path: Path) -> None:
    """The same of a real disk without a byte left; looking at the engine goes no further than names."""
    proxy = Proxy(fresh_world)
    with full_disk(tmp_path / "disk") as disk, proxy.serve(tmp_path) as address:
        office = bench(address, disk, policy(FREE))
        say(office, "version")
        fill(disk)
        for name in EVERY:
            refused(office, proxy, name)
        (disk / "filler").unlink()
        assert say(office, "version").status is Status.DONE
        office.close()


# 3 --------------------------------------------------------------------------------------------------------------------

OBJECTS = (
    (),
    (Object("container", "web-1", {"tier": "front"}),),
    (Object("image", "app"), Object("volume", "pgdata")),
    (Object("container", "db", root="privileged"),),
)
RANK = {Deny: 0, Hold: 1, Allow: 2}


def some_rule(chance: Random, role: str, approvals: tuple[str, ...]) -> Rule:
    """Any rule."""
    words = ("see", "read", "act", "change", "enter", "root", *(spec.name for spec in SPECS))
    selectors = ("*", "name:web-*", "image:app", "label:tier", "volume:*", "host:local", "by:me")
    return Rule(
        role,
        frozenset(chance.sample(words, 12)),
        tuple(map(Selector, chance.sample(selectors, 2))),
        approve=chance.choice(approvals),
    )


def ranks(rules: Policy) -> list[int]:
    """How much each person may do with each verb to each set of objects."""
    askers = [Asker(each, channel="C0OPS00001", host="local") for each in (ADA, EVE, "U0MALLORY1")]
    return [RANK[type(rules.judge(asker, spec, objects))] for asker in askers for spec in SPECS for objects in OBJECTS]


def test_invariant_3_what_no_rule_allows_is_denied_whatever_the_order() -> None:
    """Every verb, under many sets of rules: shuffled, and with one more rule of each kind."""
    chance, bare = Random(3), policy(FREE)
    for spec in SPECS:
        unruled, stranger = (bare.judge(Asker(each, host="local"), spec, OBJECTS[1]) for each in (ZOE, "U0MALLORY1"))
        assert isinstance(unruled, Allow if spec.permission is Permission.LISTED else Deny), spec.name
        assert isinstance(stranger, Deny), spec.name
    for _ in range(10):
        allows = tuple(some_rule(chance, chance.choice(("dev", "look")), ("", "one", "two")) for _ in range(5))
        denies = tuple(some_rule(chance, "", ("",)) for _ in range(chance.randrange(3)))
        requires = tuple(some_rule(chance, "", ("one", "two")) for _ in range(chance.randrange(3)))
        terms = replace(bare.terms, allows=allows, denies=denies, requires=requires)
        now = ranks(replace(bare, terms=terms))
        mixed = {
            name: tuple(chance.sample(each, len(each)))
            for name, each in (("allows", allows), ("denies", denies), ("requires", requires))
        }
        assert ranks(replace(bare, terms=replace(terms, **mixed))) == now
        more = replace(terms, allows=(*allows, some_rule(chance, "look", ("", "one"))))
        assert all(new >= old for new, old in zip(ranks(replace(bare, terms=more)), now, strict=True))
        for name, approvals in (("denies", ("",)), ("requires", ("one", "two"))):
            less = replace(terms, **{name: (*getattr(terms, name), some_rule(chance, "", approvals))})
            assert all(new <= old for new, old in zip(ranks(replace(bare, terms=less)), now, strict=True))


# 7 --------------------------------------------------------------------------------------------------------------------


@contextmanager
def office_on(
    engine: str, folder: Path, rules: Policy | None = None, directory: Standing | None = None
) -> Iterator[tuple[Bench, Proxy]]:
    """An office where two have to agree to any change, and what it asks of the engine."""
    proxy = Proxy(engine)
    with proxy.serve(folder) as address:
        office = bench(address, folder / "data", rules or policy(), directory)
        try:
            yield office, proxy
        finally:
            office.close()


def shown_whole(office: Bench, held: Held, person: str) -> None:
    """See that a person is shown all of it, and the digest of just that."""
    reply = say(office, f"approval show {held.number}", person).reply
    assert held.plan["text"] in [part.text for part in reply.parts if isinstance(part, Output)]
    assert f"Its digest is {held.digest}." in text.added(reply)
    assert plan.digest(held.bound) == held.digest


def swap_names(api: APIClient) -> None:
    """Two containers change their names."""
    for old, new in (("web", "was-web"), ("worker", "web"), ("was-web", "worker")):
        api.rename(old, new)


def move_tag(api: APIClient) -> None:
    """The name stands for another image."""
    api.tag("app:2.0", "app", "1.0", force=True)


def recreate(api: APIClient) -> None:
    """A container of the same name and image, with another environment."""
    api.remove_container("idle")
    api.create_container("busybox", ["sleep", "1000"], name="idle", environment={"A": "2"})


def reconfigure(api: APIClient) -> None:
    """The same container, with other bounds."""
    api.update_container("web", cpu_shares=77)


def connect(api: APIClient) -> None:
    """The same container, on one more network."""
    api.connect_container_to_network("web", "front")


def add_one(api: APIClient) -> None:
    """One more that a prune would take."""
    api.create_container("busybox", "true", name="one-more")


def remake_network(api: APIClient) -> None:
    """A network of the same name."""
    api.remove_network("spare")
    api.create_network("spare")


@pytest.mark.attack("S13")
@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("restart -t 0 web", swap_names),
        ("create --name mine app:1.0 true", move_tag),
        ("start idle", recreate),
        ("exec web true", reconfigure),
        ("exec web true", connect),
        ("container prune -f", add_one),
        ("network rm spare", remake_network),
    ],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_invariant_7_what_is_not_what_everybody_saw_is_not_done(
    api: APIClient, fresh_world: str, tmp_path: Path, line: str, change: Callable[[APIClient], None]
) -> None:
    """Both saw it whole and agreed; it became another thing before it could begin."""
    furnish(api)
    with office_on(fresh_world, tmp_path) as (office, proxy):
        held = waiting(office, say(office, line))
        for each in (BOB, CAROL):
            shown_whole(office, held, each)
        assert agree(office, held, BOB, CAROL) == [Status.DONE, Status.DONE]
        change(api)
        outcome = office.pipeline.resume(held.number)
        assert outcome is not None
        assert outcome.status is Status.SUPERSEDED, text.added(outcome.reply)
        assert proxy.changes() == []
        assert now(office, held).state is State.SUPERSEDED


TAMPERED = {
    "the line that is done": "sealed = (SELECT sealed FROM approvals WHERE number <> :number)",
    "the plan that is shown": """plan = json_set(plan, '$.text', 'Line:    docker container restart idle\n')""",
    "what is bound": """bound = json_set(bound, '$."the host"', 'other')""",
    "the digest": "digest = '00000000000000000000000000000000'",
    "who asked": f"actor = '{BOB}', person = 'bob'",
    "who has to agree": "clauses = '[]', state = 'approved', begin_by = 9e9",
    "where it stands": "state = 'approved', begin_by = 9e9",
}


@pytest.mark.parametrize("agreed", [False, True], ids=["before they agree", "afterwards"])
@pytest.mark.parametrize("what", TAMPERED)
def test_invariant_7_what_was_altered_in_the_database_is_not_done(
    fresh_world: str, tmp_path: Path, what: str, *, agreed: bool
) -> None:
    """Whoever may write the file and has no key gets nothing done by it that nobody agreed to."""
    with office_on(fresh_world, tmp_path) as (office, proxy):
        held = waiting(office, say(office, "restart -t 0 web"))
        waiting(office, say(office, "stop -t 0 web"))
        voters = (BOB, CAROL) if agreed and what not in {"who has to agree", "where it stands"} else ()
        agree(office, held, *voters)
        db = sqlite3.connect(office.folder / FILE)
        db.execute(f"UPDATE approvals SET {TAMPERED[what]} WHERE number = :number", {"number": held.number})
        db.commit()
        db.close()
        if not agreed:
            agree(office, now(office, held), BOB, CAROL)
        outcome = office.pipeline.resume(held.number)
        assert proxy.changes() == []
        assert outcome is None or outcome.status in {Status.SUPERSEDED, Status.FAILED, Status.DENIED}


# 8 --------------------------------------------------------------------------------------------------------------------

DAY = 86_400.0


def denied(office: Bench, held: Held, _api: APIClient, _clock: SetClock) -> None:
    """One agrees, the other refuses."""
    agree(office, held, BOB)
    assert say(office, f"approval reject {held.number}", CAROL).status is Status.DONE


def undecided(office: Bench, held: Held, _api: APIClient, clock: SetClock) -> None:
    """The second comes too late."""
    agree(office, held, BOB)
    clock.at = held.expires + 1
    assert agree(office, held, CAROL) == [Status.FAILED]


def unbegun(office: Bench, held: Held, _api: APIClient, clock: SetClock) -> None:
    """It is agreed to, and nobody begins it in time."""
    agree(office, held, BOB, CAROL)
    clock.at += 601
    assert office.pipeline.resume(held.number) is None


def taken_back(office: Bench, held: Held, _api: APIClient, _clock: SetClock) -> None:
    """The asker does not want it any more, although it was agreed to."""
    agree(office, held, BOB, CAROL)
    assert say(office, f"approval cancel {held.number}").status is Status.DONE


def invalidated(office: Bench, held: Held, api: APIClient, _clock: SetClock) -> None:
    """It became another thing."""
    agree(office, held, BOB, CAROL)
    swap_names(api)
    office.pipeline.resume(held.number)
    swap_names(api)


def done(office: Bench, held: Held, _api: APIClient, _clock: SetClock) -> None:
    """It was done."""
    agree(office, held, BOB, CAROL)
    outcome = office.pipeline.resume(held.number)
    assert outcome is not None
    assert outcome.status is Status.DONE


@pytest.mark.attack("S12")
@pytest.mark.parametrize(
    "end", [denied, undecided, unbegun, taken_back, invalidated, done], ids=lambda each: each.__name__
)
def test_invariant_8_what_has_ended_is_not_done_again(
    api: APIClient, fresh_world: str, tmp_path: Path, end: Callable[[Bench, Held, APIClient, SetClock], None]
) -> None:
    """Whatever the clock does, whoever says what, and after a restart."""
    clock, proxy = SetClock(1_000_000.0), Proxy(fresh_world)
    with proxy.serve(tmp_path) as address:
        office = bench(address, tmp_path / "data", policy(), clock=clock)
        held = waiting(office, say(office, "restart -t 0 web"))
        end(office, held, api, clock)
        asked = len(proxy.changes())
        assert asked == (end is done)
        for step in (0.0, -DAY, 300.0, 365 * DAY):
            clock.at += step
            agree(office, held, BOB, CAROL)
            say(office, f"approval break-glass {held.number} --reason fire")
            office.pipeline.resume(held.number)
            office.close()
            office = bench(address, tmp_path / "data", policy(), clock=clock)
        office.close()
    assert len(proxy.changes()) == asked


# 9 --------------------------------------------------------------------------------------------------------------------


class Standing(Everyone):
    """Slack's word on everybody: in good standing, but for those who are gone."""

    def __init__(self) -> None:
        self.gone: set[str] = set()

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:
        """Refused where they are gone."""
        return Member("gone") if actor.id in self.gone else super().member(actor, fresh=fresh, channel=channel)


@pytest.mark.attack("S9")
@pytest.mark.parametrize("second", [ADA, ADA2, BOB, BOB2, EVE, ZOE, "U0MALLORY1"])
def test_invariant_9_nobody_agrees_to_their_own_or_counts_twice(fresh_world: str, tmp_path: Path, second: str) -> None:
    """By whichever account, though the asker is an approver of others; nor do people who may not."""
    with office_on(fresh_world, tmp_path) as (office, proxy):
        held = waiting(office, say(office, "restart -t 0 web"))
        assert agree(office, held, BOB) == [Status.DONE]
        assert agree(office, held, second)[0] in {Status.FAILED, Status.DENIED}
        assert office.pipeline.resume(held.number) is None
        assert now(office, held).state is State.PENDING
        assert proxy.changes() == []


def test_invariant_9_a_role_for_a_time_makes_nobody_an_approver(fresh_world: str, tmp_path: Path) -> None:
    """Who got the approvers' own role for an hour is not counted."""
    rules = policy(TWO + '[roles.sre]\nelevate = "one"\n')
    with office_on(fresh_world, tmp_path, rules) as (office, proxy):
        asked = waiting(office, say(office, "role request sre --for 1h", EVE))
        agree(office, asked, BOB)
        given = office.pipeline.resume(asked.number)
        assert given is not None
        assert given.status is Status.DONE
        held = waiting(office, say(office, "restart -t 0 web"))
        assert agree(office, held, BOB, EVE) == [Status.DONE, Status.FAILED]
        assert office.pipeline.resume(held.number) is None
        assert proxy.changes() == []


@pytest.mark.attack("S10")
@pytest.mark.parametrize(
    ("roles", "gone"),
    [
        ({f'"{BOB2}"], roles = ["sre"]': f'"{BOB2}"], roles = ["look"]'}, set()),
        ({f'bob = {{ slack = ["{BOB}", "{BOB2}"]': f'bob = {{ slack = ["{BOB2}"]'}, set()),
        ({f'"{ADA2}"], roles = ["dev", "sre"]': f'"{ADA2}"], roles = ["sre"]'}, set()),
        ({"need = 2": "need = 3"}, set()),
        ({}, {BOB}),
        ({}, {CAROL}),
        ({}, {ADA}),
    ],
    ids=[
        "approver's role",
        "approver's account",
        "asker's role",
        "more needed",
        "bob gone",
        "carol gone",
        "asker gone",
    ],
)
def test_invariant_9_everybody_still_has_the_right_when_it_runs(
    fresh_world: str, tmp_path: Path, roles: dict[str, str], gone: set[str]
) -> None:
    """By the policy of that moment, and by what Slack says then."""
    standing = Standing()
    with office_on(fresh_world, tmp_path, directory=standing) as (office, proxy):
        held = waiting(office, say(office, "restart -t 0 web"))
        assert agree(office, held, BOB, CAROL) == [Status.DONE, Status.DONE]
        standing.gone = gone
        outcome = replace(office.pipeline, policy=policy(TWO, **roles)).resume(held.number)
        assert outcome is not None
        assert outcome.status in {Status.SUPERSEDED, Status.DENIED}
        assert proxy.changes() == []


# 15 -------------------------------------------------------------------------------------------------------------------

UNGUARDED = "SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'"
EDITS = {
    "an edit": "UPDATE events SET body = json_set(body, '$.line', 'ps') WHERE id = 3",
    "another time": "UPDATE events SET at = at - 3600 WHERE id = 5",
    "another verdict": "UPDATE events SET body = replace(body, 'hold', 'allow') WHERE kind = 'judged'",
    "another action": "UPDATE events SET number = 2 WHERE id = 3",
    "a removal": "DELETE FROM events WHERE id = 4",
    "a removal whose gap is closed": "DELETE FROM events WHERE id = 4; UPDATE events SET id = id - 1 WHERE id > 4",
    "an insertion": "UPDATE events SET id = id + 100 WHERE id > 3; UPDATE events SET id = id - 99 WHERE id > 100;"
    " INSERT INTO events SELECT 4, number, kind, at, body, hash, hash FROM events WHERE id = 3",
    "another order": "UPDATE events SET id = 99 WHERE id = 3; UPDATE events SET id = 3 WHERE id = 4;"
    " UPDATE events SET id = 4 WHERE id = 99",
    "a truncation": "DELETE FROM events WHERE id > 6",
    "the loss of all": "DELETE FROM events",
}


@pytest.mark.parametrize("what", EDITS)
def test_invariant_15_whatever_is_done_to_the_record_is_found(fresh_world: str, tmp_path: Path, what: str) -> None:
    """Past the triggers, without the key; through them nothing can be done at all.

    Whoever has the key, or cuts off the end and makes the file forget how long it was, is found by a head that was
    published elsewhere alone: this version publishes none yet.
    """
    with office_on(fresh_world, tmp_path) as (office, _):
        held = waiting(office, say(office, "restart -t 0 web"))
        agree(office, held, BOB, CAROL)
        assert office.pipeline.resume(held.number) is not None
        assert office.store.actions.verify() is None
        db = sqlite3.connect(office.folder / FILE)
        with pytest.raises(sqlite3.IntegrityError, match="events are"):
            db.executescript(EDITS[what])
        for (statement,) in db.execute(UNGUARDED).fetchall():
            db.execute(statement)
        db.executescript(EDITS[what])
        db.close()
        assert office.store.actions.verify() is not None
