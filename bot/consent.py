"""Who must agree before something is done, as the policy file says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


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
