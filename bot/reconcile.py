"""After a death: every action without an end gets one, with what the engine shows now; none is repeated."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import requests
from docker.errors import APIError, DockerException

from bot.hosts import EngineDown, Hosts
from bot.request import Status
from bot.store import Store, Unfinished

NOT_DONE = "slashdock ended before anything was done."
MAYBE = "slashdock ended between the intent and the outcome: it may have been done."

log = logging.getLogger(__name__)


def settle(store: Store, hosts: Hosts) -> list[Unfinished]:
    """End what the dead left unfinished; returns those that may have been done."""
    left = store.unfinished()
    for action in left:
        if action.intended:
            now = "; ".join(_now(hosts, action, target) for target in action.targets)
            error = f"{MAYBE} Now: {now}." if now else MAYBE
            store.outcome(action.number, status=Status.UNKNOWN, error=error)
            log.warning("action %s (%s by %s): %s", action.number, action.line, action.person, error)
        else:
            store.outcome(action.number, status=Status.FAILED, error=NOT_DONE)
    return [action for action in left if action.intended]


def _now(hosts: Hosts, action: Unfinished, target: Mapping[str, str]) -> str:
    host = hosts.get(action.host)
    if host is None or target["kind"] != "container":
        return f"{target['kind']} {target['name']} was meant"
    try:
        state = host.quick().inspect_container(target["id"])["State"]
    except APIError:
        return f"container {target['name']} is gone"
    except (EngineDown, requests.RequestException, DockerException):
        return f"container {target['name']} cannot be looked at"
    since = state["StartedAt"] if state["Running"] else state["FinishedAt"]
    return f"container {target['name']} is {state['Status']} since {since}"
