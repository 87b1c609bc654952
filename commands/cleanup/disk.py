"""The disk that a policy may go by: from when on a run takes anything, and when it has taken enough."""

from __future__ import annotations

import math
from dataclasses import dataclass

from commands.cleanup.policy import Policy
from commands.context import Context
from commands.system import room
from commands.system.room import Root, Unread

_WITHOUT = "A policy that is set without --disk and --until does not go by it."


@dataclass(frozen=True)
class Gauge:
    """How full the disk is to a policy; root is None for one that does not go by it, which all of this lets take all.

    The sentences are empty where there is nothing to say.
    """

    policy: Policy
    root: Root | None

    def waits(self) -> str:
        """Why a run does nothing at all; raises Unread."""
        if self.root is None or (full := self.root.room().full) >= self.policy.disk:
            return ""
        told = f"the policy {self.policy.name} removes nothing below {self.policy.disk} %"
        return f"The disk is {_percent(full)} full: {told}."

    def enough(self) -> str:
        """Why a run that has begun takes no more, as one that cannot be measured any longer."""
        if self.root is None:
            return ""
        try:
            full = self.root.room().full
        except Unread as error:
            return str(error)
        return f"the disk is {_percent(full)} full, under {self.policy.until} %" if full < self.policy.until else ""

    def most(self) -> str:
        """How full it is before a run, and what that means to what would go; raises Unread."""
        if self.root is None:
            return ""
        full, until = self.root.room().full, f"is under {self.policy.until} %"
        now = "" if full >= self.policy.disk else f", so nothing now, as it takes {self.policy.disk} %"
        return f"The disk is {_percent(full)} full. A run removes what is listed here only until it {until}{now}."

    def left(self) -> str:
        """How full it is after a run, and whether that is enough; raises Unread."""
        if self.root is None:
            return ""
        full = self.root.room().full
        missed = "" if full < self.policy.until else f", which is not under {self.policy.until} %"
        return f"The disk is {_percent(full)} full now{missed}."


def gauge(ctx: Context, policy: Policy) -> Gauge:
    """The one of this policy at the engine; raises Unread where the policy goes by a disk that cannot be read."""
    if not policy.disk:
        return Gauge(policy, None)
    try:
        found = Gauge(policy, room.root(ctx.docker))
        found.waits()
    except Unread as error:
        raise Unread(f"{error} {_WITHOUT}") from None
    return found


def _percent(share: float) -> str:
    """Rounded down, so that what is under a limit is told so."""
    return f"{math.floor(share * 10) / 10:.1f} %"
