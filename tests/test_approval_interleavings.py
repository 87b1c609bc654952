"""Approvals under any interleaving: votes, refusals, expiry, restarts, another policy, a clock that steps."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from harness import KEY, Everyone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from set_clock import SetClock

from bot.clerk import Clerk
from bot.held import Held, State
from bot.hosts import Host, Hosts
from bot.pipeline import Pipeline
from bot.policy import Reloading
from bot.posts import Post
from bot.request import Actor, Origin, Request, Status
from bot.store import Store
from commands import catalog

ASKER = "U0ASKER001"
SECOND = "U0ASKER002"  # the asker's other account
APPROVERS = tuple(f"U0APPROV{number}" for number in range(5))
SELDOM = st.sampled_from((False, False, True))
VERBS = catalog.load()
SPECS = tuple(verb.spec for verb in VERBS)


def policy(need: int, without: frozenset[int]) -> str:
    """The file: so many have to agree; some of the approvers have lost their role."""
    people = "".join(
        f'p{number} = {{ slack = ["{actor}"], roles = [{"" if number in without else chr(34) + "sre" + chr(34)}] }}\n'
        for number, actor in enumerate(APPROVERS)
    )
    return f"""
version = 1
[people]
asker = {{ slack = ["{ASKER}", "{SECOND}"], roles = ["sre"] }}
{people}
[limits]
changes = 100000
reads = 100000
burst = 100000
all_reads = 100000
all_changes = 100000
all_burst = 100000
waiting = 100000
[approvals.some]
need = {need}
from = ["sre"]
expires = "10m"
within = "5m"
[[roles.sre.allow]]
verbs = ["see"]
on = ["*"]
[roles.oncall]
elevate = "some"
[[roles.oncall.allow]]
verbs = ["act"]
on = ["*"]
"""


class Blank:
    """A board on which nothing is shown."""

    def show(self, held: Held, post: Post) -> None:
        """Nothing."""

    def remind(self, held: Held, post: Post, people: Iterable[str]) -> None:
        """Nothing."""

    def tell(self, held: Held) -> None:
        """Nothing."""


class Office(RuleBasedStateMachine):
    """One request after the other, and whatever may happen to it."""

    @initialize(need=st.integers(1, 3))
    def begin(self, need: int) -> None:
        """A new record, and a policy."""
        self.folder = Path(tempfile.mkdtemp())
        self.clock = SetClock(1_000_000.0)
        self.latest = self.clock.now()
        self.need, self.without = need, frozenset[int]()
        self.number = 0
        self.agreed: dict[int, set[str]] = {}
        self.needed: dict[int, int] = {}
        self.closed: set[int] = set()
        self.deadline: dict[int, float] = {}
        self.done: set[int] = set()
        self.write()
        self.open()

    def write(self) -> None:
        """The policy's file, as it is to be from now on."""
        new = self.folder / "policy.new"
        new.write_text(policy(self.need, self.without))
        new.replace(self.folder / "policy.toml")

    def open(self) -> None:
        """The bot, as after a start."""
        self.store = Store(self.folder, self.clock, KEY)
        self.pipeline = Pipeline(
            catalog=VERBS,
            policy=Reloading(self.folder / "policy.toml", SPECS),
            store=self.store,
            hosts=Hosts([Host("local", f"unix://{self.folder}/nothing.sock")]),
            directory=Everyone(),
            clock=self.clock,
            jobs=list,
        )

    def say(self, line: str, person: str) -> Status:
        """One line of a person's."""
        return self.pipeline.submit(Request(line, Actor(person), Origin.SLASH)).status

    def held(self) -> Held:
        """The newest request."""
        found = self.store.approvals.get(self.number)
        assert found is not None
        return found

    @rule(does=SELDOM)
    def ask(self, *, does: bool) -> None:
        """The asker wants a role for a time, which needs no engine."""
        if self.number and not does and self.number not in self.done | self.closed:
            return
        request = Request("role request oncall --for 1h", Actor(ASKER), Origin.SLASH)
        outcome = self.pipeline.submit(request)
        if len(APPROVERS) - len(self.without) < self.need:  # nobody could ever agree to it
            assert outcome.status is Status.DENIED
            return
        assert outcome.status is Status.HELD
        self.number = outcome.number or 0
        self.agreed[self.number] = set()
        self.needed[self.number] = self.need
        self.deadline[self.number] = self.held().expires

    @precondition(lambda self: self.number)
    @rule(whose=st.lists(st.sampled_from(range(5)), min_size=1, max_size=4))
    def approve(self, whose: list[int]) -> None:
        """Some of the approvers agree, one after the other."""
        for who in whose:
            self.approve_by(who)

    @precondition(lambda self: self.number)
    @rule(whose=st.permutations(range(5)), seconds=st.sampled_from((0.0, 299.0, 301.0)))
    def approve_all(self, whose: list[int], seconds: float) -> None:
        """All of them agree, and it is begun sooner or later."""
        for who in whose:
            self.approve_by(who)
        self.clock.at += seconds
        self.latest = max(self.latest, self.clock.now())
        self.run(self.number)

    @precondition(lambda self: self.number)
    @rule(
        whose=st.permutations(range(5)),
        need=st.integers(1, 3),
        without=st.frozensets(st.sampled_from(range(5)), max_size=3),
        does=SELDOM,
    )
    def approve_all_in_vain(self, whose: list[int], need: int, without: frozenset[int], *, does: bool) -> None:
        """All of them agree, and before it is begun the policy may ask for more, or for others."""
        if not does:
            return
        for who in whose:
            self.approve_by(who)
        self.need, self.without = need, without
        self.write()
        self.run(self.number)

    @rule(does=st.booleans())
    def forget(self, *, does: bool) -> None:
        """Nobody says anything until it is too late."""
        if does:
            self.step(700.0)
            self.look()

    def approve_by(self, who: int) -> None:
        """One of the approvers agrees, if they still are one."""
        held = self.held()
        said = self.say(f"approval approve {self.number} --digest {held.digest}", APPROVERS[who])
        if said is Status.DONE:
            assert who not in self.without
            assert self.number not in self.closed
            assert self.latest < self.deadline[self.number]
            self.agreed[self.number].add(APPROVERS[who])

    @precondition(lambda self: self.number)
    @rule(account=st.sampled_from((ASKER, SECOND)))
    def approve_oneself(self, account: str) -> None:
        """The asker tries, by either account."""
        held = self.held()
        assert self.say(f"approval approve {self.number} --digest {held.digest}", account) is not Status.DONE

    @precondition(lambda self: self.number)
    @rule(who=st.sampled_from(range(5)), does=st.booleans())
    def reject(self, who: int, *, does: bool) -> None:
        """One of the approvers refuses."""
        if does and self.say(f"approval reject {self.number}", APPROVERS[who]) is Status.DONE:
            self.closed.add(self.number)

    @precondition(lambda self: self.number)
    @rule(does=st.booleans())
    def cancel(self, *, does: bool) -> None:
        """The asker takes it back."""
        if does and self.say(f"approval cancel {self.number}", ASKER) is Status.DONE:
            assert self.number not in self.done
            self.closed.add(self.number)

    @rule(seconds=st.sampled_from((1.0, 100.0, 299.0, 700.0, 1300.0, -500.0)))
    def step(self, seconds: float) -> None:
        """Time goes on, or the clock is put back."""
        self.clock.at += seconds
        self.latest = max(self.latest, self.clock.now())

    @rule(does=st.booleans(), need=st.integers(1, 3), without=st.frozensets(st.sampled_from(range(5)), max_size=3))
    def reload(self, need: int, without: frozenset[int], *, does: bool) -> None:
        """Another policy, which the bot that runs has to find."""
        if does:
            self.need, self.without = need, without
            self.write()

    @rule()
    def restart(self) -> None:
        """The bot ends, and starts again."""
        self.latest = max(self.latest, self.clock.now())
        self.store.close()
        self.open()

    @rule()
    def look(self) -> None:
        """The clerk looks."""
        rules = self.pipeline.policy
        Clerk(self.store.approvals, rules, self.clock, Blank(), lambda held: self.run(held.number)).look()

    @precondition(lambda self: self.number)
    @rule()
    def resume(self) -> None:
        """Somebody tries to begin it."""
        self.run(self.number)

    def run(self, number: int) -> bool:
        """Begin it, and hold what came of it against what was said."""
        outcome = self.pipeline.resume(number)
        if outcome is not None and outcome.status is Status.DONE:
            assert number not in self.done
            assert number not in self.closed
            still = {actor for actor in self.agreed[number] if APPROVERS.index(actor) not in self.without}
            assert len(still) >= max(self.need, self.needed[number])
            self.done.add(number)
        if outcome is not None:
            SEEN[outcome.status] += 1
        return True

    @invariant()
    def nothing_ran_twice(self) -> None:
        """The record agrees: an intent at most for each, and none for what was refused."""
        if not hasattr(self, "store"):
            return
        for number in self.agreed:
            action = self.store.actions.get(number)
            assert action is not None
            intents = [event for event in action["events"] if event["kind"] == "intended"]
            assert len(intents) == (number in self.done)
            held = self.store.approvals.get(number)
            assert held is not None
            assert (held.state is State.DONE) == (number in self.done)
            assert held.state in {State.PENDING, State.APPROVED} or held.sealed == b""

    def teardown(self) -> None:
        """Take the record away."""
        if hasattr(self, "store"):
            SEEN.update(str(held.state) for held in self.store.approvals.listed())
            self.store.close()
            self.pipeline.hosts.close()
            shutil.rmtree(self.folder)


SEEN: Counter[str] = Counter()  # how requests ended, over all examples
MANY = settings(
    max_examples=130, stateful_step_count=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def test_no_interleaving_runs_a_request_twice_or_after_a_no() -> None:
    """Nor after its time, nor with the asker counted; and every end is met on the way."""
    run_state_machine_as_test(Office, settings=MANY)
    assert {"done", "denied", "cancelled", "expired", "superseded", "pending"} <= set(SEEN), SEEN
    assert SEEN["done"] >= 10, SEEN
