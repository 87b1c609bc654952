"""A request that waits for consent, as it is told: plain values for the verbs and for the messages that show it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import policy_reason
from bot.discretion import veiled
from bot.held import Asking, Held, State

NEW = "is new"  # what is said of an object that the request did not name when it was made
_BEGUN = {State.DONE, State.FAILED, State.UNKNOWN}  # whose reason the engine gave, or we; of all others a person may
_REFUSED = "it may not be done any more, and whoever asked was told why"
_UNKNOWN = re.compile(rf"(?<=[:;] )[^;]+ {NEW}(?=[;.])")


def needs(asking: Asking) -> str:
    """What it takes, in words."""
    waited = asking.waited if isinstance(asking, Held) else -1.0
    return policy_reason.asked(asking.clauses, waited) or "nobody"


@dataclass(frozen=True)
class Aside:
    """A sentence of what stands around it, and what that names; None where it was not kept.

    is_open: everybody whom the policy named could see all of that.
    """

    text: str
    named: Sequence[Mapping[str, Any]] | None = None
    is_open: bool = False


def around(held: Held) -> list[Aside]:
    """What stands around a request."""
    said = held.plan["around"]
    return [
        Aside(each) if isinstance(each, str) else Aside(each["text"], each["objects"], each["open"]) for each in said
    ]


def heard(held: Held) -> str:
    """Why it stands as it does, for everybody: without what was told to the asker of others than the request names."""
    if held.state in _BEGUN:
        return veiled(held.why, " ".join((held.line, *held.bound.values())))
    if held.by or not held.why:  # a person's own words
        return held.why
    if held.state is State.DENIED:
        return _REFUSED
    return _UNKNOWN.sub("more is concerned", held.why) if held.state is State.SUPERSEDED else held.why


def told(held: Held) -> dict[str, Any]:
    """All that everybody may know of a request, but for what stands around it."""
    return {
        "number": held.number,
        "state": str(held.state),
        "person": held.person,
        "actor": held.actor,
        "host": held.host,
        "line": held.line,
        "verb": held.plan["verb"],
        "plan": held.plan["text"],
        "digest": held.digest,
        "needs": needs(held),
        "reason": held.reason,
        "asked": held.asked,
        "expires": held.expires,
        "by": held.by,
        "why": heard(held),
        "glass": held.glass,
        "reviewed": held.reviewed,
        "votes": [
            {"person": each.person, "actor": each.actor, "verdict": each.verdict, "reason": each.reason,
             "at": each.at, "action": each.action}
            for each in held.votes
        ],
    }  # fmt: skip
