"""What the cleanup's verbs may ask of the bot: the policies, what was seen and used when, and what came of runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from commands.cleanup.policy import Policy

if TYPE_CHECKING:
    from commands.cleanup.starts import Heard


@dataclass(frozen=True)
class Ran:
    """A run: the policy and what came of it; the action's number, the host, who asked, and when it ended.

    at is in epoch seconds. freed are the bytes that were had back, None where nobody could say; told is what the engine
    listed for all that went. Of one that has not ended, or was ended by force, at is when it began and removed how many
    objects it took at most; the rest is not known.
    """

    policy: str
    removed: int = 0
    skipped: int = 0
    failed: int = 0
    freed: int | None = None
    told: int = 0
    number: int = 0
    host: str = ""
    person: str = ""
    at: float = 0.0
    ended: bool = True


@dataclass(frozen=True)
class Taken:
    """What a run took: an object with all that it was called, or only these names of one that stayed."""

    kind: str
    id: str
    name: str
    labels: Mapping[str, str]
    tags: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()


class Cleanups(Protocol):
    """The memory of cleanups at the host that the line is about; what changes it raises Refusal where it cannot."""

    def policies(self) -> Mapping[str, Policy | None]:
        """All policies in order of name, the built-in one first; None for one that cannot be read."""

    def policy(self, name: str) -> Policy:
        """The policy of this name; raises Refusal where there is none, or it cannot be read."""

    def keep(self, policy: Policy) -> None:
        """Keep a policy, in the place of one of its name."""

    def turn_on(self, policy: Policy) -> None:
        """Let its runs remove what it takes; raises Refusal where it is not what it was."""

    def drop(self, name: str) -> None:
        """Forget a policy; raises Refusal where there is none."""

    def first_seen(self, kind: str, ids: Iterable[str]) -> Mapping[str, float]:
        """Since when the bot has seen each of all objects of this kind, in epoch seconds; a new id is noted now."""

    def heard(self) -> float:
        """Up to when events were read, in epoch seconds of the engine; 0 where never."""

    def hear(self, heard: Heard) -> None:
        """Forget the images that came or went, and note the last uses of others."""

    def used(self, kind: str, uses: Mapping[str, float], ids: Iterable[str]) -> Mapping[str, float]:
        """When each of all objects of this kind was used last as far as is known, with these uses, which are noted."""

    def came(self, images: Iterable[str]) -> None:
        """Note that these images came just now, so that they are new to the next look."""

    def at_engine(self, engine: str) -> None:
        """Forget all that was seen and used here where this is the id of another engine than before."""

    def apart(self, clock: float) -> float:
        """The seconds between the bot's clock and one that shows this now."""

    def turn(self) -> AbstractContextManager[bool]:
        """The host's turn to remove something while it lasts; False where images are on their way there now.

        Raises Refusal where nobody can say.
        """

    def begin(self, policy: str) -> int:
        """Note that a run of this policy begins; its number."""

    def taking(self, place: int, taken: Taken | None) -> None:
        """Note what the run takes in this place, just before it does and again as it was; None: nothing."""

    def ended(self, ran: Ran) -> None:
        """Note how a run ended; its number, host, person and time are filled in."""

    def taken(self, number: int) -> list[Taken]:
        """What a run at this host took, in its order; raises Refusal where no run has this number."""

    def history(self, name: str, most: int) -> list[Ran]:
        """The latest runs of a policy at this host, newest first; of all of them where no name is given."""
