from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import Bench
from test_approval_interleavings import Blank

from bot import policy_init
from bot.clerk import Clerk
from bot.clock import Clock
from bot.policy import GRACE, Asker, Deny, Policy, PolicyError, Reloading
from commands import catalog
from commands.spec import Spec

SPECS = tuple(verb.spec for verb in catalog.load())
ADA, EVE = Asker("U0ADA00001"), Asker("U0EVE00001")


class Watch:
    """A clock that stands still until it is put forward."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        """Seconds."""
        return self.at


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A policy file with Ada as its administrator."""
    path = tmp_path / "policy.toml"
    policy_init.write(path, ADA.id)
    return path


def spec(name: str) -> Spec:
    """The spec of the verb with this name."""
    return next(each for each in SPECS if each.name == name)


def may(policy: Reloading, asker: Asker, verb: str = "container commit") -> bool:
    """Whether the verb is usable."""
    return policy.current().early(asker, spec(verb)) is None


def test_an_edit_is_in_force_at_the_next_judgement(path: Path) -> None:
    """Whoever is taken out of the file has no right left; whoever is put in has one at once."""
    policy = Reloading(path, SPECS)
    assert (may(policy, ADA), may(policy, EVE)) == (True, False)
    path.write_text(path.read_text().replace(ADA.id, EVE.id))
    assert (may(policy, ADA), may(policy, EVE)) == (False, True)
    now = policy.current().people
    assert (now.person(EVE.id), now.actor("admin"), now.roles(EVE.id)) == ("admin", EVE.id, ("admin",))


def test_a_file_that_is_put_in_the_place_of_the_old_one_is_read(path: Path, tmp_path: Path) -> None:
    """Editors write a new file and rename it."""
    policy = Reloading(path, SPECS)
    policy_init.write(tmp_path / "new", EVE.id)
    (tmp_path / "new").rename(path)
    assert may(policy, EVE)


def test_a_wrong_file_at_the_start_is_refused(path: Path) -> None:
    """There are no last good rules yet."""
    path.write_text("version = 1\npeople = 1\n")
    with pytest.raises(PolicyError, match="line 2: expected people to be a table"):
        Reloading(path, SPECS)
    with pytest.raises(PolicyError, match="cannot be read: No such file or directory"):
        Reloading(path.with_name("nothere"), SPECS)


@pytest.mark.parametrize("spoil", [lambda path: path.write_text("version = "), Path.unlink], ids=["broken", "gone"])
def test_the_last_good_rules_hold_for_a_while_when_the_file_becomes_wrong(
    path: Path, spoil: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    """Every answer says so, and the log once; after GRACE seconds nothing is changed, and looking goes on."""
    watch = Watch()
    policy = Reloading(path, SPECS, monotonic=watch)
    spoil(path)
    with caplog.at_level(logging.ERROR):
        assert may(policy, ADA)
        watch.at += GRACE
        assert may(policy, ADA)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "for changes 15 minutes long" in policy.current().warning
    watch.at += 1
    verdict = policy.current().judge(ADA, spec("container commit"), ())
    assert isinstance(verdict, Deny)
    assert f"until {path} can be read again" in verdict.reason
    assert may(policy, ADA, "container ls")


def test_a_second_fault_does_not_begin_the_grace_anew(path: Path) -> None:
    """Editing a wrong file into another wrong one buys no time."""
    watch = Watch()
    policy = Reloading(path, SPECS, monotonic=watch)
    path.write_text("version = ")
    assert may(policy, ADA)
    watch.at += GRACE
    path.write_text("version = 2")
    assert may(policy, ADA)
    watch.at += 1
    assert not may(policy, ADA)


def test_a_file_that_is_put_right_is_in_force_again(path: Path) -> None:
    """The lock ends with the fault."""
    watch = Watch()
    policy = Reloading(path, SPECS, monotonic=watch)
    good = path.read_text()
    path.write_text("version = ")
    assert may(policy, ADA)
    watch.at += GRACE + 1
    assert not may(policy, ADA)
    assert f"{path} cannot be read" in policy.current().warning
    path.write_text(good)
    assert may(policy, ADA)
    assert not policy.current().warning


def test_a_first_file_is_read_as_soon_as_it_is_there(tmp_path: Path) -> None:
    """`slashdock policy init` needs no restart; until then the policy for no file holds."""
    path = tmp_path / "policy.toml"
    policy = Reloading(path, SPECS, Policy.empty(path))
    assert policy.current().usable(ADA, SPECS) == ()
    policy_init.write(path, ADA.id)
    assert policy.current().usable(ADA, SPECS) == SPECS
    path.unlink()
    assert may(policy, ADA)


def test_hosts_are_checked_at_every_reading(path: Path) -> None:
    """A rule for an engine that there is not is a fault."""
    policy = Reloading(path, SPECS, hosts=frozenset({"local"}))
    path.write_text(path.read_text() + '\n[[deny]]\nverbs = ["act"]\non = ["*"]\nhosts = ["lcoal"]\n')
    assert may(policy, ADA, "container stop")
    with pytest.raises(PolicyError, match="did you mean 'local'"):
        Reloading(path, SPECS, hosts=frozenset({"local"}))


def test_a_file_that_becomes_wrong_is_noticed_though_nobody_asks(
    path: Path, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever sees to what waits looks at it, too, again and again."""
    rules = Reloading(path, SPECS)
    clerk = Clerk(bench.store.approvals, rules, Clock(), Blank(), lambda _held: False)
    path.write_text("version = ")
    with caplog.at_level(logging.ERROR):
        clerk.look()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert str(path) in caplog.text
