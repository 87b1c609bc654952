"""What the verbs about maintenance may ask of the bot, for the one who asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from commands.reply import Reply


class Upkeep(Protocol):
    """The maintenance of hosts; what changes it raises Refusal."""

    def windows(self) -> list[Mapping[str, Any]]:
        """What lasts: host, person, reason, number, since and until in epoch seconds."""

    def check(self, verb: str, host: str) -> None:
        """See that the asker may do this about a host now."""

    def begin(self, host: str, seconds: float, reason: str) -> Reply:
        """Begin the maintenance of a host, for so long."""

    def finish(self, host: str) -> Reply:
        """End it."""
