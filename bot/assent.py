"""Deciding what waits for consent: who may agree, refuse, withdraw, break the glass, and when it is enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot import answers, policy_reason
from bot.approvals import Approvals
from bot.consent import Approvers, Clauses, Vote, Voter, may_vote, met
from bot.held import ALONE, APPROVE, Held, State
from bot.policy import Asker, Rules
from bot.request import TRUSTED, Actor, Directory, Member
from bot.rule import Needs
from commands.attempts import Refusal

GONE = "No request waits under the number {}. `approval ls` lists those that do."
NOT_OPEN = "Number {} is {} already{}. Nothing was done."
OWN = "You asked for number {} yourself: other people have to agree. `approval cancel {}` takes it back."
NOT_YOURS = "Number {} is for {} to decide. You are not among them. Whoever keeps {} can change that."
_UNLISTED = "Number {} is for {} to decide, of those who stand under [people]. Whoever keeps {} can list you there."
OTHER = "That is not what number {} asks for: its digest is {}. Look at it with `approval show {}` before you agree."
_NO_GLASS = "Nobody may break the glass here: {} has no [break_glass]."
_OUTLASTING = {"role request", "schedule add"}  # what it would give outlasts the emergency, and nobody agreed to it
_LASTS = "Breaking the glass never gives a role, nor consent that lasts. Number {} has to be agreed to."
_ALONE = "Breaking the glass never does what takes somebody else's consent. Number {} has to be agreed to."
_REVIEWED = "Number {} has nothing to be reviewed now."
_UNSAID = "Slack does not say just now whether {} may still agree to this. Nothing was done; try again in a minute."
_ROOT = "Breaking the glass never gives root on a host. Number {} has to be agreed to."


@dataclass(frozen=True)
class Assent:
    """The rules of deciding, over what is written down; a decision that is not a person's to make raises Refusal."""

    policy: Rules
    approvals: Approvals

    def clauses(self, needs: Needs) -> Clauses:
        """What the policy's words for these needs are now, in order of name."""
        known = self.policy.current().terms.approvals
        found = [tuple(known[name] for name in sorted(names) if name in known) for names in needs]
        return tuple(sorted(found, key=lambda clause: [each.name for each in clause]))

    def voter(self, asker: Asker) -> Voter:
        """A person as one who may decide; roles that they have for a time do not make them one."""
        people = self.policy.current().people
        return Voter(people.person(asker.id) or "", frozenset(people.roles(asker.id, asker.groups)), asker.groups)

    def check(self, word: str, number: int, asker: Asker) -> None:
        """See that the person may say this word about it now; raises Refusal."""
        match word:
            case "approve" | "reject":
                self._decidable(number, asker)
            case "cancel":
                self._own(number, asker)
            case "break-glass":
                self._breakable(number, asker)
            case "review":
                self._reviewable(number, asker)

    def approve(self, number: int, asker: Asker, action: Vote, digest: str) -> Held:
        """Agree to what has this digest; raises Refusal."""
        held = self._decidable(number, asker)
        if digest != held.digest:
            raise Refusal(OTHER.format(number, held.digest, number))
        after = self.approvals.vote(number, action, lambda now: self.enough(now, self._voters(now)))
        return self._told(after, action)

    def reject(self, number: int, asker: Asker, action: Vote) -> Held:
        """Refuse it, which ends it; raises Refusal."""
        self._decidable(number, asker)
        return self._told(self.approvals.vote(number, action, lambda _: False), action)

    def cancel(self, number: int, asker: Asker) -> Held:
        """Take one's own request back, before it runs; raises Refusal."""
        self._own(number, asker)
        person = self.voter(asker).person or asker.id
        if not self.approvals.settle(number, (State.PENDING, State.APPROVED), State.CANCELLED, person, "taken back"):
            raise Refusal(self._closed(self.found(number)))
        self.approvals.tell(number)
        return self.found(number)

    def break_glass(self, number: int, asker: Asker, reason: str) -> Held:
        """Let one's own request go on without consent; raises Refusal."""
        self._breakable(number, asker)
        if not self.approvals.break_glass(number, self.voter(asker).person, reason):
            raise Refusal(self._closed(self.found(number)))
        return self.found(number)

    def review(self, number: int, asker: Asker) -> Held:
        """Say that one has looked at a broken glass; raises Refusal."""
        self._reviewable(number, asker)
        if not self.approvals.review(number, self.voter(asker).person):
            raise Refusal(_REVIEWED.format(number))
        return self.found(number)

    def found(self, number: int) -> Held:
        """The request; raises Refusal where there is none."""
        held = self.approvals.get(number)
        if held is None:
            raise Refusal(GONE.format(number))
        return held

    def may_decide(self, held: Held, asker: Asker) -> bool:
        """Whether the person is among those who may agree or refuse."""
        voter = self.voter(asker)
        return not self.is_own(held, asker) and may_vote(held.clauses, held.person, voter, waited=held.waited)

    def enough(self, held: Held, voters: Iterable[Voter], now: Clauses | None = None) -> bool:
        """Whether these people are enough, by what was asked then and, where it is given, by what is asked now."""
        agreed = list(voters)
        return all(
            met(clauses, held.person, agreed, waited=held.waited)
            for clauses in (held.clauses, now)
            if clauses is not None
        )

    def standing(self, held: Held, directory: Directory) -> list[Voter]:
        """Those who agreed and still may: looked at afresh, in Slack and in the policy.

        Raises End where they are not enough as far as Slack says, and it does not say so of all just now.
        """
        found, unsaid = [], ""
        for vote in (each for each in held.votes if each.verdict == APPROVE):
            member = self._afresh(vote, held.team, directory)
            voter = self._counted(held, vote, member.groups)
            if member.unsaid:
                unsaid = _UNSAID.format(vote.person)
            elif member.refused is None and voter is not None and voter.person == vote.person:
                found.append(voter)
        if unsaid and not self.enough(held, found):
            raise answers.unsaid(unsaid)
        return found

    def _afresh(self, vote: Vote, team: str, directory: Directory) -> Member:
        if vote.origin in TRUSTED:
            return Member()
        member = directory.member(Actor(vote.actor, team), fresh=True)
        return self.policy.current().people.known(vote.actor, member, deciding=True)

    def whom(self, held: Held) -> str:
        """Who may decide, in words."""
        return _listed(*_all(held))

    def _decidable(self, number: int, asker: Asker) -> Held:
        held = self.found(number)
        if self.is_own(held, asker):
            raise Refusal(OWN.format(number, number))
        if not self.may_decide(held, asker):
            words = NOT_YOURS if self.voter(asker).person else _UNLISTED
            raise Refusal(words.format(number, self.whom(held), self.policy.current().source))
        if held.state is not State.PENDING:
            raise Refusal(self._closed(held))
        return held

    def _own(self, number: int, asker: Asker) -> None:
        held = self.found(number)
        if not self.is_own(held, asker):
            raise Refusal(f"Number {number} is {held.person}'s, who alone can take it back.")
        if held.state not in {State.PENDING, State.APPROVED}:
            raise Refusal(self._closed(held))

    def _breakable(self, number: int, asker: Asker) -> None:
        held, policy = self.found(number), self.policy.current()
        glass, voter = policy.terms.glass, self.voter(asker)
        if glass is None:
            raise Refusal(_NO_GLASS.format(policy.source))
        if not self.is_own(held, asker):
            raise Refusal(f"Number {number} is {held.person}'s: only who asked may break the glass for it.")
        if glass.roles.isdisjoint(voter.roles):
            line = policy.terms.lines.get("break_glass", 0)
            raise Refusal(policy_reason.no_glass(glass.roles, policy.source, line))
        if held.bound.get("what gives root"):
            raise Refusal(_ROOT.format(number))
        if held.bound.get(ALONE):
            raise Refusal(_ALONE.format(number))
        if held.plan["verb"] in _OUTLASTING:
            raise Refusal(_LASTS.format(number))
        if held.state is not State.PENDING:
            raise Refusal(self._closed(held))

    def _reviewable(self, number: int, asker: Asker) -> None:
        held, policy = self.found(number), self.policy.current()
        voter = self.voter(asker)
        reviewers = Approvers() if policy.terms.glass is None else policy.terms.glass.reviewers
        if self.is_own(held, asker) or not voter.person or not reviewers.have(voter.roles, voter.groups):
            raise Refusal(NOT_YOURS.format(number, _listed(reviewers), policy.source))
        if not held.glass or held.reviewed:
            raise Refusal(_REVIEWED.format(number))

    def _voters(self, held: Held) -> Iterator[Voter]:
        for vote in held.votes:
            voter = self._counted(held, vote, vote.groups)
            if vote.verdict == APPROVE and voter is not None:
                yield voter

    def _counted(self, held: Held, vote: Vote, groups: frozenset[str]) -> Voter | None:
        """Who said it; None where that is whoever asked, as the policy knows their accounts now."""
        asker = Asker(vote.actor, groups, accounts=self.policy.current().people.accounts(vote.actor))
        return None if self.is_own(held, asker) else self.voter(asker)

    def _told(self, held: Held, vote: Vote) -> Held:
        """The request after a vote of this action; raises Refusal where it did not count."""
        mine = next((each for each in held.votes if each.person == vote.person), None)
        if mine is None:
            raise Refusal(self._closed(held))
        if mine.action != vote.action:
            said = "agreed" if mine.verdict == APPROVE else "refused"
            raise Refusal(f"You {said} already, as number {mine.action}. Nothing was done.")
        return held

    def _closed(self, held: Held) -> str:
        state = held.state if held.state is not State.PENDING else State.EXPIRED
        by = held.by or ", ".join(vote.person for vote in held.votes if vote.verdict == APPROVE)
        return NOT_OPEN.format(held.number, state, f", by {by}" if by and state is not State.EXPIRED else "")

    def is_own(self, held: Held, asker: Asker) -> bool:
        """Whether the person asked for it, by whichever account."""
        person = self.voter(asker).person
        return asker.id == held.actor or held.actor in asker.accounts or (person != "" and person == held.person)


def _all(held: Held) -> Iterator[Approvers]:
    for each in held.approvals():
        yield from each.among(held.waited)


def _listed(*approvers: Approvers) -> str:
    names = {name for each in approvers for name in (*each.roles, *each.groups)}
    return ", ".join(sorted(names)) or "nobody"
