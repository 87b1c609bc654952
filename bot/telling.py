"""A request that waits for consent, as it is told: plain values for the verbs and for the messages that show it."""

from __future__ import annotations

from typing import Any

from bot import policy_reason
from bot.approvals import Held
from bot.consent import Clauses


def needs(clauses: Clauses) -> str:
    """What it takes, in words."""
    return " and ".join(" or ".join(map(policy_reason.agreeing, clause)) for clause in clauses) or "nobody"


def told(held: Held) -> dict[str, Any]:
    """All that people may know of a request."""
    return {
        "number": held.number,
        "state": str(held.state),
        "person": held.person,
        "actor": held.actor,
        "host": held.host,
        "line": held.line,
        "verb": held.plan["verb"],
        "plan": held.plan["text"],
        "around": tuple(held.plan["around"]),
        "digest": held.digest,
        "needs": needs(held.clauses),
        "reason": held.reason,
        "asked": held.asked,
        "expires": held.expires,
        "by": held.by,
        "why": held.why,
        "glass": held.glass,
        "reviewed": held.reviewed,
        "votes": [
            {"person": each.person, "actor": each.actor, "verdict": each.verdict, "reason": each.reason,
             "at": each.at, "action": each.action}
            for each in held.votes
        ],
    }  # fmt: skip
