"""What the bot's own verbs (help, audit, schedule, cleanup) may ask of the bot, for the one who asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from bot import placing, standing
from bot.actions import TooLong
from bot.assent import GONE, Assent
from bot.consent import Vote
from bot.heads import Head
from bot.held import APPROVE, REJECT, Held, State
from bot.policy import Allow, Asker, Rules
from bot.reader import Reader
from bot.store import Store
from bot.telling import needs
from commands.attempts import Refusal
from commands.catalog import Catalog
from commands.context import Standing, Verdict
from commands.reply import Moment, Reply, note
from commands.secrets import mask_text
from commands.spec import Spec

RECENT = 50  # actions among which why looks for one that is not about another
REQUESTS = 2_000  # among which those are looked for that the asker may know of
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
    jobs: Callable[[], list[Mapping[str, Any]]]
    assent: Assent
    number: int  # of the action that asks
    origin: str
    decided: Callable[[int], None]  # hears of every request about which something was decided
    ask: Callable[[str], Verdict]  # what would become of a line of the asker's, at this engine

    def specs(self) -> tuple[Spec, ...]:
        """Every verb that the asker may use, in order of name."""
        return self.policy.current().usable(self.asker, tuple(verb.spec for verb in self.catalog))

    def audit(self, *, number: int | None, filters: Mapping[str, tuple[str, ...]], limit: int) -> list[dict[str, Any]]:
        """Recorded actions, newest first; the one of that number with its events where a number is given."""
        if number is not None:
            action = self.store.actions.get(number)
            if action is None or not self._reader.may_read(action):
                return []
            return [self._reader.shown(action) | {"answer": self.store.undelivered.state(number)}]
        reader, words = self._reader, filters.get("text", ())

        def matches(action: Mapping[str, Any]) -> bool:
            return reader.may_read(action) and (not words or reader.finds(action, words))

        try:
            return [reader.shown(each) for each in self.store.actions.searched(filters, limit, matches)]
        except TooLong:
            raise Refusal(_TOO_LONG) from None

    def counted(self, filters: Mapping[str, tuple[str, ...]], limit: int) -> list[dict[str, Any]]:
        """The newest actions, of each what is counted: judged one by one only where any may be hidden."""
        if self._reader.sees_all(""):
            try:
                found = self.store.actions.counted(filters, limit)
            except TooLong:
                raise Refusal(_TOO_LONG) from None
            if all(map(self._reader.sees_all, {each["host"] or "" for each in found})):
                return found
        return self.audit(number=None, filters=filters, limit=limit)

    def archived(self, number: int) -> str:
        """The archive that an old action was moved to; empty where it was not, or the asker may not know."""
        return (self.store.archive.archived_in(number) or "") if self.policy.current().sees_host(self.asker) else ""

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
        if last is None or not (self._reader.is_own(last) or self._was_shown(last)):
            return None
        reply = self.store.kept(last)
        return None if reply is None else (last["number"], reply)

    def _was_shown(self, action: Mapping[str, Any]) -> bool:
        """Whether everybody in the channel in which the asker asks could see its answer."""
        here = bool(action["channel"]) and action["channel"] == self.asker.channel
        return here and self.store.undelivered.was_public(action["number"])

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.asker, self.policy, self.store)

    def _reads_record(self) -> bool:
        """Whether the asker may use `audit show`."""
        verb = self.catalog.find(("audit", "show"))
        return verb is not None and isinstance(self.policy.current().judge(self.asker, verb.spec, ()), Allow)

    def ended(self, number: int | None) -> Mapping[str, Any] | None:
        """One action that the asker may read; without a number the last of their own that was not simply done."""
        if number is not None:
            found = self.audit(number=number, filters={}, limit=1)
            return next((each for each in found if self._reader.is_own(each) or self._reads_record()), None)
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

    def schedules(self) -> list[Mapping[str, Any]]:
        """The scheduled jobs, each with what the asker may know of its last run."""
        return [self._reader.run(each) for each in self.jobs()]

    def first_seen(self, ids: Iterable[str]) -> Mapping[str, float]:
        """When the bot first saw each image id at the asker's host, in epoch seconds."""
        return self.store.images.first_seen(self.asker.host, ids)

    # What waits for consent --------------------------------------------------------------------------------------

    def requests(self, states: tuple[str, ...], most: int) -> list[dict[str, Any]]:
        """The requests for consent that the asker may know of, newest first, and no more than most."""
        approvals = self.store.approvals
        found = map(approvals.get, approvals.numbers(map(State, states), REQUESTS))
        known = (held for held in found if held is not None and self._may_know(held))
        return [self._shown(held) for held in islice(known, most)]

    def request(self, number: int) -> dict[str, Any]:
        """One of them; raises Refusal where there is none."""
        return self._shown(self._known(number))

    def check(self, word: str, number: int) -> None:
        """See that the asker may say this about it now; raises Refusal."""
        self._known(number)
        self.assent.check(word, number, self.asker)

    def approve(self, number: int, digest: str, reason: str) -> Reply:
        """Agree to what has this digest; raises Refusal."""
        self._known(number)
        held = self.assent.approve(number, self.asker, self._vote(APPROVE, reason), digest)
        self.decided(number)
        if held.state is State.APPROVED:
            return note(f"You agreed to number {number}. That is enough: it begins now.")
        return note(f"You agreed to number {number}. That is not enough yet: it takes that {needs(held)}.")

    def reject(self, number: int, reason: str) -> Reply:
        """Refuse it; raises Refusal."""
        self._known(number)
        self.assent.reject(number, self.asker, self._vote(REJECT, reason))
        self.decided(number)
        return note(f"You refused number {number}. Nothing of it is done.")

    def cancel(self, number: int) -> Reply:
        """Take it back; raises Refusal."""
        self._known(number)
        self.assent.cancel(number, self.asker)
        self.decided(number)
        return note(f"Number {number} is taken back. Nothing of it is done.")

    def break_glass(self, number: int, reason: str) -> Reply:
        """Go on without consent; raises Refusal."""
        self._known(number)
        self.assent.break_glass(number, self.asker, mask_text(reason))
        glass = self.policy.current().terms.glass
        if glass is not None and glass.channel:
            self.store.approvals.posts.add(number, glass.channel)
        self.decided(number)
        return note(f"The glass is broken for number {number}: it begins now, and somebody else has to review it.")

    def review(self, number: int) -> Reply:
        """Say that one has looked at what was done so; raises Refusal."""
        self._known(number)
        self.assent.review(number, self.asker)
        self.decided(number)
        return note(f"You have reviewed number {number}.")

    def hand_over(self, number: int, to: str) -> Reply:
        """Have it shown in another place; raises Refusal."""
        held, allowed = self._known(number), self.policy.current().terms.channels
        if not (self.assent.is_own(held, self.asker) or self.assent.may_decide(held, self.asker)):
            raise Refusal(f"Number {number} is neither yours nor yours to decide. Nothing was done.")
        if held.state is not State.PENDING:
            raise Refusal(f"Number {number} is {held.state} already. Nothing was done.")
        place = _place(to) or self.policy.current().people.actor(to.removeprefix("@")) or ""
        if place.startswith(("U", "W")) and self.policy.current().people.person(place) is None:
            raise Refusal(
                f"'{to}' is nobody in {self.policy.current().source}: only people whom it lists are shown that."
            )
        if not place:
            raise Refusal(f"'{to}' is no channel (C...) and nobody in {self.policy.current().source}.")
        if allowed is not None and place.startswith(("C", "G")) and place not in allowed:
            raise Refusal(f"slashdock does not listen in '{to}' ([channels] of {self.policy.current().source}).")
        if not self.store.approvals.posts.of(number):
            placing.place(self.store.approvals, self.policy, held)
        if not self.store.approvals.posts.add(number, place):
            raise Refusal(f"Number {number} is shown there already.")
        self.decided(number)
        return note(
            f"Slack is asked to show number {number} to {to} as well. What is shared with another organisation is never"
            " shown it."
        )

    def grant(self, role: str, seconds: float) -> Reply:
        """Give the asker a role for so long."""
        person = self.policy.current().people.person(self.asker.id)
        if person is None:
            raise Refusal("Only people whom the policy names can have a role for a time.")
        given = self.store.grants.give(self.number, person, role, seconds)
        told = note(f"{person} has the role {role} now. `role revoke {self.number}` ends it sooner.")
        return told + Reply((Moment("It ends", given.until),))

    def revoke(self, number: int) -> Reply:
        """End a role that was given so; raises Refusal."""
        grant = next((each for each in self.store.grants.lasting() if each.number == number), None)
        held = self.store.approvals.get(number)
        person = self.policy.current().people.person(self.asker.id) or ""
        mine = grant is not None and grant.person == person
        if grant is None or not (mine or (held is not None and self.assent.may_decide(held, self.asker))):
            raise Refusal(f"No role that you may end was given as number {number}.")
        if not self.store.grants.revoke(number, person):
            raise Refusal(f"The role that was given as number {number} has ended already.")
        return note(f"{grant.person} has the role {grant.role} no more.")

    def _known(self, number: int) -> Held:
        held = self.assent.found(number)
        if not self._may_know(held):
            raise Refusal(GONE.format(number))
        return held

    def _may_know(self, held: Held) -> bool:
        """Whoever asked, whoever may decide, and whoever may read the action."""
        action = self.store.actions.get(held.number)
        return self.assent.may_decide(held, self.asker) or (action is not None and self._reader.may_read(action))

    def _vote(self, verdict: str, reason: str) -> Vote:
        person = self.policy.current().people.person(self.asker.id) or ""
        return Vote(
            person, self.asker.id, self.origin, self.asker.groups, verdict, mask_text(reason), action=self.number
        )

    def _shown(self, held: Held) -> dict[str, Any]:
        own = self.assent.is_own(held, self.asker)
        may_decide = self.assent.may_decide(held, self.asker)
        return self._reader.request(held, own=own) | {"own": own, "may_decide": may_decide}


def _place(to: str) -> str:
    """The id of a channel or of an account, as Slack sends what is typed as #name or @name; empty where it is none."""
    found = _ID.fullmatch(to)
    return found[1] if found else ""


_ID = re.compile(r"(?:<[#@])?([CGUW][A-Z0-9]{6,})(?:\|[^>]*)?>?")
