"""The invariants of the record and of consent, each whole in one place, over every verb where it is about any.

Those about the engine's paths and bounds are in test_invariants_engine.py, those about Slack and a bot that is killed in
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
from every_verb import EVERY, IDLE, Line, furnish
from harness import Bench, Everyone, bench
from proxy import Proxy
from set_clock import SetClock

from bot import plan, text
from bot.approvals import Held, State
from bot.policy import Allow, Asker, Deny, Hold, Object, Policy
from bot.request import Actor, Member, Origin, Outcome, Request, Status
from bot.rule import Rule, Selector
from bot.store import FILE, Store
from commands import catalog
from commands.command import Permission
from commands.reply import Output

ADA, BOB, CAROL, EVE = "U0ADA00001", "U0BOB00001", "U0CAROL001", "U0EVE00001"
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


@pytest.fixture
def api(fresh_world: str) -> Iterator[APIClient]:
    """The engine by itself, with all that a line of every verb needs."""
    client = APIClient(fresh_world, version="1.41", timeout=60)
    yield client
    client.close()


def say(office: Bench, line: Line | str, person: str = ADA) -> Outcome:
    """What comes of a line."""
    asked = Line(line) if isinstance(line, str) else line
    return office.pipeline.submit(Request(asked.text, Actor(person), Origin.SLASH, given=asked.given))


def waiting(office: Bench, outcome: Outcome) -> Held:
    """The request that waits."""
    found = office.store.approvals.get(outcome.number or 0)
    assert found is not None, text.added(outcome.reply)
    return found


def agree(office: Bench, held: Held, *people: str) -> list[Status]:
    """What becomes of each one's word for what was shown."""
    return [say(office, f"approval approve {held.number} --digest {held.digest}", each).status for each in people]


# 1 ---------------------------------------------------------------------------------------------------------------------

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
                assert office.pipeline.resume(outcome.number or 0) is not None
            if len(witness.changes()) > before:
                changed.add(name)
        with office.store._file.writing() as db:
            assert db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        office.close()
    assert witness.early == []
    assert changed == {spec.name for spec in SPECS if spec.permission.changes} - IDLE | {"login"}
    assert EVERY.keys() == {spec.name for spec in SPECS}


# 2 ---------------------------------------------------------------------------------------------------------------------

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


# 3 ---------------------------------------------------------------------------------------------------------------------

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
    chance, bare = Random(3), policy(PEOPLE)
    for spec in SPECS:
        for asker in (Asker(ADA, host="local"), Asker("U0MALLORY1", host="local")):
            verdict = bare.judge(asker, spec, OBJECTS[1])
            listed = spec.permission is Permission.LISTED and asker.id == ADA
            assert isinstance(verdict, Allow if listed or spec.permission is Permission.SEE and listed else Deny) or (
                spec.permission is Permission.SEE and asker.id == ADA
            )
    for _ in range(25):
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
