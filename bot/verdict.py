"""What a policy says of a line: yes, yes once others agree, or no."""

from __future__ import annotations

from dataclasses import dataclass

from bot.rule import Needs


@dataclass(frozen=True)
class Allow:
    """Yes; the reason names the rules that say so."""

    reason: str


@dataclass(frozen=True)
class Hold:
    """Yes, once others agree: of each set of approvals one is needed; the reason names the rules that say so."""

    reason: str
    needs: Needs


@dataclass(frozen=True)
class Deny:
    """No; the reason says what is missing and who can change it.

    hidden: the asker may not even know that the object is there, so the answer is the one for a name that is not.
    """

    reason: str
    hidden: bool = False
