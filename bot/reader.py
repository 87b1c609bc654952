"""What somebody may read of the record: which actions, and what of that which engines said of them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot import description, discretion
from bot.held import Held
from bot.objects import MadeBy
from bot.policy import Asker, Object, Rules
from bot.store import Store
from bot.telling import around, heard, told
from commands.spec import Permission

_NOT_ALL = "More stands around this, of what you may not see."
_SAID = ("error", "reason")  # texts of an action, and of each of its events, that may name others

Action = Mapping[str, Any]


@dataclass(frozen=True)
class Reader:
    """Every object is judged as it is written down, by the rules of its own host and of now."""

    asker: Asker
    rules: Rules
    store: Store

    def is_own(self, action: Action) -> bool:
        """Whether the reader asked for it."""
        return self.asker.has(action["actor"])

    def sees_all(self, host: str) -> bool:
        """Whether nothing at this host is hidden from the reader."""
        return self.rules.current().sight.sees_all(self._at(host))

    def may_read(self, action: Action) -> bool:
        """One's own actions, and those whose objects one may see; those about none, who sees all of the host.

        For whatever was never looked up, as the line of a schedule, may stand in the line of those.
        """
        if self.is_own(action):
            return True
        host = action["host"]
        if not action["targets"] and not self.sees_all(host):
            return False
        return all(self._may_see(each, host) for each in (*action["targets"], *action["objects"]))

    def shown(self, action: Action) -> dict[str, Any]:
        """The action without ids and names that engines told of others, unless nothing is hidden from the reader."""
        if self._is_whole(action):
            return dict(action)
        named = _named(action)
        hidden = {**action, **_veiled(action, named)}
        if "events" in action:
            hidden["events"] = [{**each, **_veiled(each, named)} for each in action["events"]]
        return hidden

    def finds(self, action: Action, words: Iterable[str]) -> bool:
        """Whether a search for any of these may find it: not by what it does not show."""
        if self._is_whole(action):
            return True
        text = " ".join(_texts(self.shown(self.store.actions.get(action["number"]) or action))).casefold()
        return any(all(word in text for word in each.casefold().split()) for each in words)

    def request(self, held: Held, *, own: bool) -> dict[str, Any]:
        """A request for consent, and what stands around it as far as the reader may see what that names."""
        why = held.why if own or self.sees_all(held.host) else heard(held)
        return told(held) | {"why": why, "around": self._around(held)}

    def run(self, number: int | None, summary: str) -> str:
        """What came of a run by the clock: by its action, as far as the reader may know of it, else what was noted."""
        action = None if number is None else self.store.actions.get(number)
        if action is None:
            return summary
        error = self.shown(action)["error"] if self.may_read(action) else ""
        return ": ".join(filter(None, (str(action["status"]), error)))

    def _around(self, held: Held) -> tuple[str, ...]:
        said, sees_all = around(held), self.sees_all(held.host)
        shown = tuple(
            each.text
            for each in said
            if (sees_all if each.named is None else all(self._may_see(one, held.host) for one in each.named))
        )
        return shown if len(shown) == len(said) else (*shown, _NOT_ALL)

    def _may_see(self, target: Mapping[str, Any], host: str) -> bool:
        """The same object stands in many actions, and is judged once."""
        told = (host, json.dumps(target))
        if told not in self._judged:
            self._judged[told] = self._is_seen(target, host)
        return self._judged[told]

    def _is_seen(self, target: Mapping[str, Any], host: str) -> bool:
        """Whether the policy shows an object of the record; one that is not told of whole, to who sees everything."""
        policy, asker, kind, image = self.rules.current(), self._at(host), target["kind"], target.get("image")
        is_whole = not target.get("cut") and (image is not None or kind != "container" or not policy.bars.go_by_image)
        maker = self._made_by(host).of(description.identity(target), target.get("labels", {}))
        return (is_whole or policy.sight.sees_all(asker)) and all(
            policy.sight.visible(asker, Permission.SEE, Object(kind, name, labels, image=image or "", maker=maker))
            for name in (target["name"], *target.get("names", ()))
            for labels in (target.get("labels", {}), *target.get("inherited", ()))
        )

    def _is_whole(self, action: Action) -> bool:
        return self.is_own(action) or self.sees_all(action["host"])

    def _at(self, host: str) -> Asker:
        return replace(self.asker, host=host or self.asker.host)

    def _made_by(self, host: str) -> MadeBy:
        return MadeBy(lambda identity: self._makers(host or self.asker.host).get(identity, ""))

    @functools.cached_property
    def _judged(self) -> dict[tuple[str, str], bool]:
        return {}

    @functools.cached_property
    def _makers(self) -> Callable[[str], Mapping[str, str]]:
        """Who made what at each host, each asked for once."""
        return functools.cache(self.store.makers.of)


def _named(action: Action) -> str:
    """All that an action names by itself, in one text."""
    objects = (str(each[name]) for each in (*action["targets"], *action["objects"]) for name in ("id", "name"))
    ids = (each for event in action.get("events", ()) for each in (event.get("details") or {}).get("ids", ()))
    return " ".join((action["line"], *objects, *ids))


def _veiled(told_of: Mapping[str, Any], named: str) -> dict[str, str]:
    return {name: discretion.veiled(told_of[name], named) for name in _SAID if told_of.get(name)}


def _texts(action: Action) -> Iterable[str]:
    for each in (action, *action.get("events", ())):
        yield from (str(each.get(name) or "") for name in ("line", *_SAID))
