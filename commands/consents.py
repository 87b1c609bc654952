"""What the verbs about consent and roles may ask of the bot, for the one who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from commands.reply import Reply


class Consents(Protocol):
    """What waits for consent, and roles for a time; every method but requests raises Refusal."""

    @property
    def number(self) -> int:
        """That of the action that asks."""

    def requests(self, states: tuple[str, ...], most: int, host: str = "", since: float = 0.0) -> list[dict[str, Any]]:
        """The newest requests for consent in these states, or in all, that the asker may know of; newest first.

        Those about this host, where one is named, that were asked since then, in epoch seconds.
        """

    def request(self, number: int) -> dict[str, Any]:
        """One of them; raises Refusal where there is none."""

    def check(self, word: str, number: int) -> None:
        """See that the asker may say this about it now: the last word of a verb that decides; raises Refusal."""

    def approve(self, number: int, digest: str, reason: str) -> Reply:
        """Agree to what has this digest; raises Refusal, as all of the following do."""

    def reject(self, number: int, reason: str) -> Reply:
        """Refuse it."""

    def cancel(self, number: int) -> Reply:
        """Take it back."""

    def break_glass(self, number: int, reason: str) -> Reply:
        """Go on without consent."""

    def review(self, number: int) -> Reply:
        """Say that one has looked at what was done so."""

    def hand_over(self, number: int, to: str) -> Reply:
        """Have it shown in another place."""

    def grant(self, role: str, seconds: float) -> Reply:
        """Give the asker a role for so long."""

    def revoke(self, number: int) -> Reply:
        """End a role that was given so."""
