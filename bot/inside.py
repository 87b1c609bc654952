"""What the bot's own verbs (help, audit, schedule, cleanup) may ask of the bot, for the one who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.policy import Asker, Object, Policy, Reloading
from bot.store import Store
from commands.catalog import Catalog
from commands.command import Permission, Spec


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
        return self.policy.current().usable(self.asker, tuple(verb.spec for verb in self.catalog))

    def audit(self, *, number: int | None, filters: Mapping[str, tuple[str, ...]], limit: int) -> list[dict[str, Any]]:
        """Recorded actions, newest first; the one of that number with its events where a number is given."""
        if number is not None:
            action = self.store.action(number)
            return [action] if action is not None and self._may_read(action) else []
        asked, found = limit, self.store.actions(filters, limit)
        shown = [action for action in found if self._may_read(action)]
        while len(shown) < limit and len(found) == asked:
            asked *= 2
            found = self.store.actions(filters, asked)
            shown = [action for action in found if self._may_read(action)][:limit]
        return shown

    def _may_read(self, action: Mapping[str, Any]) -> bool:
        """One's own actions, and those whose objects one may see."""
        return action["actor"] == self.asker.id or all(self._may_see(each) for each in action["targets"])

    def _may_see(self, target: Mapping[str, Any]) -> bool:
        """Whether the policy shows an object of the record; one whose labels are cut, to who sees everything."""
        if target.get("cut") and not self.policy.current().sees_all(self.asker):
            return False
        return all(
            self.policy.current().visible(self.asker, Permission.SEE, Object(target["kind"], target["name"], labels))
            for labels in (target.get("labels", {}), *target.get("inherited", ()))
        )

    def schedules(self) -> list[Mapping[str, Any]]:
        """The scheduled jobs."""
        return self.jobs()

    def first_seen(self, ids: Iterable[str]) -> Mapping[str, float]:
        """When the bot first saw each image id at the asker's host, in epoch seconds."""
        return self.store.images.first_seen(self.asker.host, ids)
