"""What the bot's own verbs (help, audit, schedule, cleanup) may ask of the bot, for the one who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot import standing
from bot.policy import Allow, Asker, Object, Policy, Reloading
from bot.store import Store
from commands.catalog import Catalog
from commands.command import Permission, Spec
from commands.context import Standing, Verdict

RECENT = 50  # actions among which why looks for one that is not about another
ENDED = ("denied", "held", "failed", "unknown", "usage")  # what why explains without a number


@dataclass(frozen=True)
class Inside:
    """The Bot that a command's context holds."""

    asker: Asker
    catalog: Catalog
    policy: Policy | Reloading
    store: Store
    jobs: Callable[[], list[Mapping[str, Any]]]
    ask: Callable[[str], Verdict]  # what would become of a line of the asker's, at this engine

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
        return self._is_own(action) or all(self._may_see(each) for each in action["targets"])

    def _is_own(self, action: Mapping[str, Any]) -> bool:
        return action["actor"] == self.asker.id or action["actor"] in self.asker.accounts

    def _reads_record(self) -> bool:
        """Whether the asker may use `audit show`."""
        verb = self.catalog.find(("audit", "show"))
        return verb is not None and isinstance(self.policy.current().judge(self.asker, verb.spec, ()), Allow)

    def _may_see(self, target: Mapping[str, Any]) -> bool:
        """Whether the policy shows an object of the record; one whose labels are cut, to who sees everything."""
        if target.get("cut") and not self.policy.current().sees_all(self.asker):
            return False
        return all(
            self.policy.current().visible(self.asker, Permission.SEE, Object(target["kind"], target["name"], labels))
            for labels in (target.get("labels", {}), *target.get("inherited", ()))
        )

    def ended(self, number: int | None) -> Mapping[str, Any] | None:
        """One action that the asker may read; without a number the last of their own that was not simply done."""
        if number is not None:
            found = self.audit(number=number, filters={}, limit=1)
            return next((each for each in found if self._is_own(each) or self._reads_record()), None)
        filters = {"person": (self.asker.id, *self.asker.accounts), "status": ENDED}
        return next((each for each in self.store.actions(filters, RECENT) if each["verb"] != "why"), None)

    def verdict(self, line: str) -> Verdict:
        """What would become of this line if the asker sent it now; nothing is run."""
        return self.ask(line)

    def standing(self) -> Standing:
        """Who the asker is to the policy."""
        return standing.standing(self.policy.current(), self.asker, tuple(verb.spec for verb in self.catalog))

    def roles(self) -> list[Mapping[str, Any]]:
        """The rules of the roles that the asker may know of."""
        return standing.roles(self.policy.current(), self.asker)

    def schedules(self) -> list[Mapping[str, Any]]:
        """The scheduled jobs."""
        return self.jobs()

    def first_seen(self, ids: Iterable[str]) -> Mapping[str, float]:
        """When the bot first saw each image id at the asker's host, in epoch seconds."""
        return self.store.images.first_seen(self.asker.host, ids)
