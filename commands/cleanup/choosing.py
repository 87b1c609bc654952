"""Which policy a run or a plan goes by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from commands.attempts import Refusal
from commands.cleanup.policy import DEFAULT, Policy
from commands.context import Context

_ELSEWHERE = "The policy {} is for {} alone, and this is {}. Nothing was done."


def policy(ctx: Context, name: str) -> Policy:
    """The one of this name, or the built-in one; raises Refusal where there is none, or it is not for this host."""
    found = ctx.bot.cleanups.policy(name or DEFAULT)
    if found.hosts and ctx.host not in found.hosts:
        raise Refusal(_ELSEWHERE.format(found.name, ", ".join(found.hosts), ctx.host))
    return found


def bound(policy: Policy) -> Mapping[str, str]:
    """The SHA-256 of all that it says: what people agree to once they were shown what it takes."""
    return {f"the policy {policy.name}": hashlib.sha256(repr(policy).encode()).hexdigest()}
