"""What somebody's line about a cleanup may ask of the bot, at the host that the line is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from bot.store import Store, Unwritable
from commands.attempts import Refusal, Untouched
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

    def policies(self) -> dict[str, Policy | None]:
        """All policies in order of name, the built-in one first; None for one that cannot be read."""
        return {DEFAULT: BUILT_IN, **self.store.cleanups.policies()}

    def policy(self, name: str) -> Policy:
        """The policy of this name; raises Refusal where there is none, or it cannot be read."""
        known = self.policies()
        found = known.get(name)
        if found is None:
            raise Untouched((_UNREADABLE if name in known else _NONE).format(name))
        return found

    def keep(self, policy: Policy) -> None:
        """Keep a policy, in the place of one of its name; raises Refusal for the built-in one."""
        self._see_that_it_is_ours(policy.name)
        self.store.cleanups.keep(policy, self.person)

    def turn_on(self, policy: Policy) -> None:
        """Let its runs remove what it takes; raises Refusal where it is not what it was, or is the built-in one."""
        self._see_that_it_is_ours(policy.name)
        if not self.store.cleanups.turn_on(policy, self.person):
            raise Refusal(_CHANGED.format(policy.name))

    def drop(self, name: str) -> None:
        """Forget a policy; raises Refusal where there is none, or it is the built-in one."""
        self._see_that_it_is_ours(name)
        if not self.store.cleanups.drop(name):
            raise Untouched(_NONE.format(name))

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

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """The host's turn to remove one object while it lasts; False where images are on their way there now.

        Raises Refusal where nobody can say whose turn it is.
        """
        with ExitStack() as stack:
            try:
                ours = stack.enter_context(self.store.turns.clearing(self.host))
            except OSError as error:
                raise Refusal(_NO_TURN.format(error.strerror)) from error
            yield ours

    def begin(self, policy: str) -> int:
        """Note that the run begins that this action is; its number. Raises Refusal where it cannot be written down."""
        try:
            self._note(Ran(policy, ended=False))
        except Unwritable as error:
            raise Refusal(f"That it begins could not be written down, so nothing was done: {error}") from error
        return self.number

    def taking(self, place: int, taken: Taken | None) -> None:
        """Note what it takes in this place; raises Refusal where that cannot be written down."""
        try:
            self.store.cleanups.taking(self.number, place, taken)
        except Unwritable as error:
            raise Refusal(f"What it takes could not be written down, so it went no further: {error}") from error

    def ended(self, ran: Ran) -> None:
        """Note how it ended; raises Refusal where that cannot be written down."""
        try:
            self._note(ran)
        except Unwritable as error:
            raise Refusal(f"How it ended could not be written down for cleanup history: {error}") from error

    def _note(self, ran: Ran) -> None:
        self.store.cleanups.note(replace(ran, number=self.number, host=self.host, person=self.person))

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
            raise Untouched(f"The policy {DEFAULT} is built in: it stays as it is. Set one with a name of its own.")


_UNREADABLE = (
    "The policy {0} cannot be read: it was damaged, or a newer slashdock kept it. Nothing was done. `cleanup rm {0}`"
    " forgets it, `cleanup set {0}` says it anew."
)
_NO_TURN = "Whether images are on their way to this host could not be found out, so it went no further: {}"
_CHANGED = "The policy {} is not what it was when this line was judged. Nothing was done; send it again."
_NONE = "There is no cleanup policy {}. `cleanup ls` shows which there are."
