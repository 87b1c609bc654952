"""What somebody may do about what waits for consent, and about roles for a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot import placing
from bot.assent import GONE, Assent
from bot.consent import Vote
from bot.held import APPROVE, REJECT, Held, State
from bot.policy import Asker, Rules
from bot.reader import Reader
from bot.store import Store
from bot.telling import needs
from commands.attempts import Refusal
from commands.reply import Moment, Reply, note
from commands.secrets import mask_text

MOST = 2_000  # requests among which those are looked for that the asker may know of


@dataclass(frozen=True)
class Consents:
    """The Consents that a command's context holds; number is the action that asks, which came by origin.

    decided hears of every request about which something was decided.
    """

    asker: Asker
    policy: Rules
    store: Store
    assent: Assent
    reader: Reader
    number: int
    origin: str
    decided: Callable[[int], None]

    def requests(self, states: tuple[str, ...], most: int, host: str = "", since: float = 0.0) -> list[dict[str, Any]]:
        """The requests for consent that the asker may know of, newest first, and no more than most."""
        approvals = self.store.approvals
        found = map(approvals.get, approvals.numbers(map(State, states), MOST, host, since))
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
        assert person is not None, self.asker.id  # noqa: S101 - it was judged so
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
        return self.assent.may_decide(held, self.asker) or (action is not None and self.reader.may_read(action))

    def _vote(self, verdict: str, reason: str) -> Vote:
        person = self.policy.current().people.person(self.asker.id) or ""
        return Vote(
            person, self.asker.id, self.origin, self.asker.groups, verdict, mask_text(reason), action=self.number
        )

    def _shown(self, held: Held) -> dict[str, Any]:
        own = self.assent.is_own(held, self.asker)
        may_decide = self.assent.may_decide(held, self.asker)
        return self.reader.request(held, own=own) | {"own": own, "may_decide": may_decide}


def _place(to: str) -> str:
    """The id of a channel or of an account, as Slack sends what is typed as #name or @name; empty where it is none."""
    found = _ID.fullmatch(to)
    return found[1] if found else ""


_ID = re.compile(r"(?:<[#@])?([CGUW][A-Z0-9]{6,})(?:\|[^>]*)?>?")
