"""After a death: every action without an end gets one, so that the resolver goes after what may have been done."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from bot.record import Answer
from bot.request import Status, recorded
from bot.store import Store
from commands import catalog
from commands.reply import note

NOT_DONE = "slashdock ended before anything was done. Send the line again if you still want it."
LOOKED = "slashdock ended before this was answered. It changes nothing: send the line again if you still want it."
MAYBE = "slashdock ended between the intent and the outcome: it may have been done. What became of it is looked for."

log = logging.getLogger(__name__)


def settle(store: Store) -> list[dict[str, Any]]:
    """End what the dead left unfinished and does not go on; returns what may have been done, which is left in doubt."""
    lasting = {each.number for each in store.lasting.all()}
    left = [action for action in store.record.unfinished() if action["number"] not in lasting]
    for action in left:
        status, told = _end(action)
        log.warning("action %s (%s by %s): %s", action["number"], action["line"], action["person"], told)
        due = recorded(action).due(action["number"], store.tide.later(), public=False)
        store.record.outcome(action["number"], status=status, error=told, answer=Answer(note(told), due))
    return [action for action in left if _end(action)[0] is Status.UNKNOWN]


def _end(action: Mapping[str, Any]) -> tuple[Status, str]:
    if action["status"] != "running":
        return Status.FAILED, NOT_DONE
    verb = catalog.load().find(tuple(action["verb"].split()))
    return (Status.UNKNOWN, MAYBE) if verb is None or verb.spec.has_effect else (Status.FAILED, LOOKED)
