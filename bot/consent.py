"""Who must agree before something is done, as the policy file says it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Approvers:
    """Who may decide: people with one of these roles, or in one of these Slack user groups."""

    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def have(self, roles: Iterable[str], groups: Iterable[str]) -> bool:
        """Whether somebody with these roles, in these groups, is among them."""
        return not self.roles.isdisjoint(roles) or not self.groups.isdisjoint(groups)


@dataclass(frozen=True)
class Escalation:
    """Who may decide as well once nobody did for so many seconds, and the channel where they are told."""

    after: float
    approvers: Approvers
    channel: str = ""


@dataclass(frozen=True)
class Approval:
    """One [approvals.NAME]: how many people beside the asker have to agree, and who they may be.

    expires and within are seconds: until it has to be decided, and from then on until it has to be begun. remind is
    when the approvers are told again, None for never; channel is where they are asked, empty for where it was asked.
    """

    name: str
    need: int
    approvers: Approvers
    channel: str = ""
    expires: float = 3600.0
    within: float = 900.0
    reason: bool = False
    remind: float | None = None
    escalation: Escalation | None = None

    def among(self, waited: float) -> tuple[Approvers, ...]:
        """Who may decide once it has waited so many seconds, as far as that was told to those it escalates to."""
        more = self.escalation
        return (self.approvers,) if more is None or waited < more.after else (self.approvers, more.approvers)


@dataclass(frozen=True)
class Elevation:
    """What it takes to get a role for a time: the approval, and the seconds that it lasts at most."""

    approve: str
    longest: float


@dataclass(frozen=True)
class Glass:
    """Who may break the glass, with which roles; who may review that afterwards, and the channel that hears it."""

    roles: frozenset[str]
    reviewers: Approvers
    channel: str = ""


# Each clause needs one of its approvals; all clauses have to be met.
Clauses = tuple[tuple[Approval, ...], ...]


@dataclass(frozen=True)
class Vote:
    """What one person said of a request: who, by which account and way in, as a member of which user groups, when.

    verdict is approve or reject; action is the number under which it stands in the record.
    """

    person: str
    actor: str
    origin: str
    groups: frozenset[str]
    verdict: str
    reason: str = ""
    at: float = 0.0
    action: int = 0


@dataclass(frozen=True)
class Voter:
    """A person as the policy and Slack know them now: the name, and the roles and groups that they have."""

    person: str
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


def may_vote(clauses: Clauses, asker: str, voter: Voter, *, waited: float) -> bool:
    """Whether this person is among those who may decide; nobody decides what they asked for themselves.

    waited is for how many seconds it had waited when it was escalated last, less than 0 where it never was.
    """
    everyone = (each for clause in clauses for each in clause)
    return voter.person not in {"", asker} and any(_counts(each, voter, waited=waited) for each in everyone)


def met(clauses: Clauses, asker: str, voters: Iterable[Voter], *, waited: float) -> bool:
    """Whether those who agreed are enough: people are counted, each once, and the asker never."""
    agreed = {voter.person: voter for voter in voters if voter.person not in {"", asker}}.values()
    return all(any(_is_met(each, agreed, waited=waited) for each in clause) for clause in clauses)


def _is_met(approval: Approval, agreed: Iterable[Voter], *, waited: float) -> bool:
    return sum(_counts(approval, voter, waited=waited) for voter in agreed) >= approval.need


def _counts(approval: Approval, voter: Voter, *, waited: float) -> bool:
    return any(each.have(voter.roles, voter.groups) for each in approval.among(waited))


def written(clauses: Clauses) -> str:
    """The clauses as JSON."""
    return json.dumps([[dataclasses.asdict(each) for each in clause] for clause in clauses], default=sorted)


def read(text: str) -> Clauses:
    """The clauses that were written so."""
    return tuple(tuple(_read(each) for each in clause) for clause in json.loads(text))


def _read(told: Mapping[str, Any]) -> Approval:
    escalation = told["escalation"]
    return Approval(
        **{
            **told,
            "approvers": _approvers(told["approvers"]),
            "escalation": escalation and Escalation(**{**escalation, "approvers": _approvers(escalation["approvers"])}),
        }
    )


def _approvers(told: Mapping[str, Any]) -> Approvers:
    return Approvers(frozenset(told["roles"]), frozenset(told["groups"]))
