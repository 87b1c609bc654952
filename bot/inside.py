"""What the bot's own verbs (help, audit, schedule, cleanup) may ask of the bot, for the one who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.policy import Asker, Policy, Reloading
from bot.store import Store
from commands.catalog import Catalog
from commands.command import Spec


@dataclass(frozen=True)
class Inside:
    """The Bot that a command's context holds."""

    asker: Asker
    catalog: Catalog
    policy: Policy | Reloading
    store: Store
    jobs: Callable[[], list[Mapping[str, Any]]]

    def specs(self) -> tuple[Spec, ...]:
        """Every verb that the asker may use, in order of name."""
        return self.policy.usable(self.asker, tuple(verb.spec for verb in self.catalog))

    def audit(self, *, number: int | None, filters: Mapping[str, tuple[str, ...]], limit: int) -> list[dict[str, Any]]:
        """Recorded actions, newest first; the one of that number with its events where a number is given."""
        if number is None:
            return self.store.actions(filters, limit)
        action = self.store.action(number)
        return [] if action is None else [action]

    def schedules(self) -> list[Mapping[str, Any]]:
        """The scheduled jobs."""
        return self.jobs()

    def first_seen(self, ids: Iterable[str]) -> Mapping[str, float]:
        """When the bot first saw each image id at the asker's host, in epoch seconds."""
        return self.store.first_seen(self.asker.host, ids)
