"""What somebody's line about a cleanup may ask of the bot, at the host that the line is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from bot.store import Store, Unwritable
from commands.attempts import Refusal
from commands.cleanup.memory import Ran, Taken
from commands.cleanup.policy import BUILT_IN, DEFAULT, Policy
from commands.cleanup.starts import Heard


@dataclass(frozen=True)
class Cleaning:
    """The Cleanups that a command's context holds; number is the action that asks, person who does."""

    store: Store
    host: str
    person: str
    number: int

    def policies(self) -> list[Policy]:
        """All policies in order of name, the built-in one first."""
        return [BUILT_IN, *self.store.cleanups.policies()]

    def policy(self, name: str) -> Policy:
        """The policy of this name; raises Refusal where there is none."""
        found = next((each for each in self.policies() if each.name == name), None)
        if found is None:
            raise Refusal(_NONE.format(name))
        return found

    def keep(self, policy: Policy) -> None:
        """Keep a policy, in the place of one of its name; raises Refusal for the built-in one."""
        self._see_that_it_is_ours(policy.name)
        self.store.cleanups.keep(policy, self.person)

    def drop(self, name: str) -> None:
        """Forget a policy; raises Refusal where there is none, or it is the built-in one."""
        self._see_that_it_is_ours(name)
        if not self.store.cleanups.drop(name):
            raise Refusal(_NONE.format(name))

    def first_seen(self, kind: str, ids: Iterable[str]) -> Mapping[str, float]:
        """Since when the bot has seen each of all objects of this kind here, in epoch seconds."""
        return self.store.sights.first(self.host, kind, ids)

    def heard(self) -> float:
        """Up to when events were read here."""
        return self.store.sights.heard(self.host)

    def hear(self, heard: Heard) -> None:
        """Note what events said here."""
        self.store.sights.hear(self.host, heard.uses, heard.moved, heard.until)

    def used(self, kind: str, uses: Mapping[str, float], ids: Iterable[str]) -> Mapping[str, float]:
        """When each of all objects of this kind here was used last as far as is known."""
        return self.store.sights.used(self.host, kind, uses, ids)

    def came(self, images: Iterable[str]) -> None:
        """Note that these images came here just now."""
        try:
            self.store.sights.forget(self.host, images)
        except Unwritable as error:
            raise Refusal(f"That it came could not be written down for cleanups: {error}") from error

    def at_engine(self, engine: str) -> None:
        """Start anew where this is not the id of the engine that was here before."""
        self.store.sights.at_engine(self.host, engine)

    def apart(self, clock: float) -> float:
        """The seconds between the bot's clock and one that shows this now."""
        return self.store.sights.apart(clock)

    def turn(self) -> AbstractContextManager[bool]:
        """The host's turn to remove one object while it lasts; False where images are on their way there now."""
        return self.store.turns.clearing(self.host)

    def ended(self, ran: Ran, taken: Iterable[Taken]) -> None:
        """Note how the run ended that this action is; raises Refusal where that cannot be written down."""
        told = replace(ran, number=self.number, host=self.host, person=self.person)
        try:
            self.store.cleanups.ended(told, taken)
        except Unwritable as error:
            raise Refusal(f"How it ended could not be written down for cleanup history: {error}") from error

    def taken(self, number: int) -> list[Taken]:
        """What a run here took, in its order; raises Refusal where no run has this number."""
        if not self.store.cleanups.has(self.host, number):
            raise Refusal(f"Number {number} is no run of a cleanup here. `cleanup history` shows which there are.")
        return self.store.cleanups.taken(number)

    def history(self, name: str, most: int) -> list[Ran]:
        """The latest runs here, newest first."""
        return self.store.cleanups.history(self.host, name, most)

    @staticmethod
    def _see_that_it_is_ours(name: str) -> None:
        if name == DEFAULT:
            raise Refusal(f"The policy {DEFAULT} is built in: it stays as it is. Set one with a name of its own.")


_NONE = "There is no cleanup policy {}. `cleanup ls` shows which there are."
