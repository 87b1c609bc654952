"""What the bot's own verbs (help, audit, schedule, cleanup) may ask of the bot, for the one who asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot import standing
from bot.actions import TooLong
from bot.assent import Assent
from bot.cleaning import Cleaning
from bot.consents import Consents
from bot.heads import Head
from bot.namespaces import Joined
from bot.policy import Allow, Asker, Rules
from bot.reader import Reader
from bot.samples import HostSamples
from bot.store import Store
from commands.attempts import Refusal
from commands.catalog import Catalog
from commands.context import Standing, Verdict
from commands.live import Streaming
from commands.reply import Reply
from commands.spec import Spec
from commands.timetable import Timetable
from commands.upkeep import Upkeep

RECENT = 50  # actions among which why looks for one that is not about another
ENDED = ("denied", "held", "failed", "unknown", "usage", "cancelled", "expired", "superseded")  # what why explains
_TOO_LONG = (
    "The record has too much to search for this, so it was given up. Say since when (since=24h), or name a person, a"
    " verb or a status that fewer lines have."
)


@dataclass(frozen=True)
class Inside:
    """The Bot that a command's context holds."""

    asker: Asker
    catalog: Catalog
    policy: Rules
    store: Store
    assent: Assent
    number: int  # of the action that asks
    origin: str
    decided: Callable[[int], None]  # hears of every request about which something was decided
    ask: Callable[[str], Verdict]  # what would become of a line of the asker's, at this engine
    schedule: Callable[[Inside], Timetable]
    maintain: Callable[[], Upkeep]
    stream: Callable[[Inside], Streaming]
    joined: Callable[[], Mapping[str, Joined]]  # what each container needs of others, at this engine

    def specs(self) -> tuple[Spec, ...]:
        """Every verb that the asker may use, in order of name."""
        return self.policy.current().usable(self.asker, tuple(verb.spec for verb in self.catalog))

    def audit(self, *, number: int | None, filters: Mapping[str, tuple[str, ...]], limit: int) -> list[dict[str, Any]]:
        """Recorded actions, newest first; the one of that number with its events where a number is given."""
        if number is not None:
            action = self.store.actions.get(number)
            if action is None or not self.reader.may_read(action):
                return []
            return [self.reader.shown(action) | {"answer": self.store.undelivered.state(number)}]
        reader, words = self.reader, filters.get("text", ())

        def matches(action: Mapping[str, Any]) -> bool:
            return reader.may_read(action) and (not words or reader.finds(action, words))

        try:
            return [reader.shown(each) for each in self.store.actions.searched(filters, limit, matches)]
        except TooLong:
            raise Refusal(_TOO_LONG) from None

    def counted(self, filters: Mapping[str, tuple[str, ...]], limit: int) -> list[dict[str, Any]]:
        """The newest actions, of each what is counted: judged one by one only where any may be hidden."""
        if self.reader.sees_all(""):
            try:
                found = self.store.actions.counted(filters, limit)
            except TooLong:
                raise Refusal(_TOO_LONG) from None
            if all(map(self.reader.sees_all, {each["host"] or "" for each in found})):
                return found
        return self.audit(number=None, filters=filters, limit=limit)

    def archived(self, number: int) -> str:
        """The archive that an old action was moved to; empty where it was not, or the asker may not know."""
        sees = self.policy.current().sight.sees_host(self.asker)
        return (self.store.archive.archived_in(number) or "") if sees else ""

    def verified(self, heads: tuple[str, ...]) -> dict[str, Any]:
        """The whole record checked, with these published heads beside those that it knows of; raises Refusal."""
        read = [Head.read(each) for each in heads]
        if None in read:
            raise Refusal(
                f"'{heads[read.index(None)]}' is no head of the record: it is EVENT:HASH, as it was published."
            )
        known = self.store.heads.published()
        told = [each for each in read if each is not None]
        wrong = self.store.actions.verify(told) or self.store.archive.verify(
            {head.event: head.hash for head in (*known, *told)}
        )
        last = self.store.heads.last()
        count = 0 if last is None else last.event
        return {"wrong": wrong, "events": count, "heads": len({*known, *read}), "head": str(last)}

    def output(self, number: int | None) -> tuple[int, Reply] | None:
        """What was answered under a number, or to the asker's own last line; None where they cannot be shown it."""
        if number is None:
            own = self.store.actions.listed({"person": (self.asker.id, *self.asker.accounts)}, RECENT)
            numbers = (each["number"] for each in own if each["number"] != self.number and each["verb"] != "output")
            number = next(numbers, None)
        last = None if number is None else self.store.actions.get(number)
        if last is None or not (self.reader.is_own(last) or self._was_shown(last)):
            return None
        reply = self.store.record.kept(last)
        return None if reply is None else (last["number"], reply)

    def _was_shown(self, action: Mapping[str, Any]) -> bool:
        """Whether everybody in the channel in which the asker asks could see its answer."""
        here = bool(action["channel"]) and action["channel"] == self.asker.channel
        return here and self.store.undelivered.was_public(action["number"])

    @cached_property
    def reader(self) -> Reader:
        """What the asker may read of the record."""
        return Reader(self.asker, self.policy, self.store)

    def _reads_record(self) -> bool:
        """Whether the asker may use `audit show`."""
        verb = self.catalog.find(("audit", "show"))
        return verb is not None and isinstance(self.policy.current().judge(self.asker, verb.spec, ()), Allow)

    def ended(self, number: int | None) -> Mapping[str, Any] | None:
        """One action that the asker may read; without a number the last of their own that was not simply done."""
        if number is not None:
            found = self.audit(number=number, filters={}, limit=1)
            return next((each for each in found if self.reader.is_own(each) or self._reads_record()), None)
        filters = {"person": (self.asker.id, *self.asker.accounts), "status": ENDED}
        return next((each for each in self.store.actions.listed(filters, RECENT) if each["verb"] != "why"), None)

    def verdict(self, line: str) -> Verdict:
        """What would become of this line if the asker sent it now; nothing is run."""
        return self.ask(line)

    def standing(self) -> Standing:
        """Who the asker is to the policy."""
        return standing.standing(self.policy.current(), self.asker, tuple(verb.spec for verb in self.catalog))

    def roles(self) -> list[Mapping[str, Any]]:
        """The rules of the roles that the asker may know of."""
        policy = self.policy.current()
        return standing.roles(policy, self.asker, self.store.grants.counting(policy.terms.longest))

    def living_in(self) -> Mapping[str, frozenset[str]]:
        """The containers that live in each one in which some do, or are linked to it, by their full ids."""
        living: defaultdict[str, set[str]] = defaultdict(set)
        for identity, by in self.joined().items():
            for other in by.values():
                living[other].add(identity)
        return {identity: frozenset(others) for identity, others in living.items()}

    @property
    def upkeep(self) -> Upkeep:
        """The maintenance of hosts."""
        return self.maintain()

    @property
    def streams(self) -> Streaming:
        """The lines that live on."""
        return self.stream(self)

    @property
    def timetable(self) -> Timetable:
        """What runs by the clock."""
        return self.schedule(self)

    @property
    def cleanups(self) -> Cleaning:
        """The policies of cleanups, and what is remembered for them at the asker's host."""
        person = self.policy.current().people.person(self.asker.id) or self.asker.id
        return Cleaning(self.store, self.asker.host, person, self.number)

    @property
    def samples(self) -> HostSamples:
        """What was kept of the asker's engine over time."""
        return HostSamples(self.store.metrics, self.asker.host)

    @property
    def consents(self) -> Consents:
        """What waits for consent, and roles for a time."""
        facts = (self.asker, self.policy, self.store, self.assent, self.reader, self.number, self.origin, self.decided)
        return Consents(*facts)
