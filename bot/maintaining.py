"""What somebody may do about the maintenance of hosts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.clock import Clock
from bot.policy import Allow, Asker, Rules
from bot.store import Store
from bot.windows import Window
from commands.attempts import Refusal
from commands.catalog import Catalog
from commands.reply import Moment, Reply, note
from commands.secrets import mask_text

START = "maintenance start"
_NO_HOST = "No engine is named '{}' here. Its names: {}. Nothing was done."
_ELSEWHERE = "Your rules let you do this on {} alone. Nothing was done."


@dataclass(frozen=True)
class Maintaining:
    """The Upkeep that a command's context holds; number is the action that asks, woken hears that one has ended."""

    asker: Asker
    person: str
    number: int
    hosts: tuple[str, ...]
    catalog: Catalog
    policy: Rules
    store: Store
    clock: Clock
    woken: Callable[[], None]

    def windows(self) -> list[Mapping[str, Any]]:
        """The windows that last, of hosts that the asker may look at."""
        sight, ahead = self.policy.current().sight, self.store.tide.now() - self.clock.now()
        seen = (each for each in self.store.windows.lasting() if sight.sees_host(replace(self.asker, host=each.host)))
        return [vars(each) | {"since": each.since - ahead, "until": each.until - ahead} for each in seen]

    def check(self, verb: str, host: str) -> None:
        """See that the asker may do this about a host now; raises Refusal."""
        if host not in self.hosts:
            raise Refusal(_NO_HOST.format(mask_text(host), ", ".join(self.hosts)))
        cls, there = self.catalog.find(tuple(verb.split())), replace(self.asker, host=host)
        assert cls is not None, verb  # noqa: S101 - a verb of ours
        if host != self.asker.host and not isinstance(self.policy.current().judge(there, cls.spec, ()), Allow):
            raise Refusal(_ELSEWHERE.format(self.asker.host))
        lasting = self._lasting(host)
        if verb == START and lasting is not None:
            told = f"{host} is maintained already, by {lasting.person} (number {lasting.number}): {lasting.reason}."
            raise Refusal(f"{told} `maintenance end {host}` ends that.")
        if verb != START and lasting is None:
            raise Refusal(f"{host} is not maintained now. Nothing was done.")

    def begin(self, host: str, seconds: float, reason: str) -> Reply:
        """Begin the maintenance of a host."""
        window = self.store.windows.begin(self.number, host, self.person, mask_text(reason), seconds)
        told = f"{host} is maintained now: what runs there by the clock waits, and so do alerts about it."
        ends = window.until - self.store.tide.now() + self.clock.now()
        return note(f"{told} `maintenance end {host}` ends it.") + Reply((Moment("It ends by itself", ends),))

    def finish(self, host: str) -> Reply:
        """End the maintenance of a host; what has ended meanwhile is told as such."""
        lasting = self._lasting(host)
        if lasting is None or not self.store.windows.finish(lasting.number, self.person, self.number):
            return note(f"The maintenance of {host} had ended already.")
        self.woken()
        return note(f"The maintenance of {host} is over. What waited is run or skipped, by its rule.")

    def _lasting(self, host: str) -> Window | None:
        return next((each for each in self.store.windows.lasting() if each.host == host), None)
