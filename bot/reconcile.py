"""After a death: every action without an end gets one, with what the engine shows now; none is repeated."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import requests
from docker.api.client import APIClient
from docker.errors import APIError, DockerException

from bot.hosts import EngineDown, Hosts
from bot.request import Status
from bot.store import Store, Unfinished

NOT_DONE = "slashdock ended before anything was done."
MAYBE = "slashdock ended between the intent and the outcome: it may have been done."

SHOWN = 10  # objects that are looked at: a prune may have meant hundreds

log = logging.getLogger(__name__)


def settle(store: Store, hosts: Hosts) -> list[Unfinished]:
    """End what the dead left unfinished; returns those that may have been done."""
    left = store.unfinished()
    for action in left:
        if action.intended:
            now = _all_now(hosts, action)
            error = f"{MAYBE} Now: {now}." if now else MAYBE
            store.outcome(action.number, status=Status.UNKNOWN, error=error)
            log.warning("action %s (%s by %s): %s", action.number, action.line, action.person, error)
        else:
            store.outcome(action.number, status=Status.FAILED, error=NOT_DONE)
    return [action for action in left if action.intended]


def _all_now(hosts: Hosts, action: Unfinished) -> str:
    """The first few of its objects as they are now: a sentence for each."""
    shown, more = action.targets[:SHOWN], len(action.targets) - SHOWN
    told = [_now(hosts, action, target) for target in shown]
    return "; ".join([*told, f"{more} more were meant"] if more > 0 else told)


def _now(hosts: Hosts, action: Unfinished, target: Mapping[str, str]) -> str:
    called = f"{target['kind']} {target['name']}"
    host = hosts.get(action.host)
    if host is None or target["kind"] not in _STATES or not target["name"]:
        return f"{called} was meant"
    try:
        return f"{called} {_STATES[target['kind']](host.quick(), target['id'] or target['name'])}"
    except APIError:
        return f"{called} is {'gone' if target['id'] else 'not there'}"
    except (EngineDown, requests.RequestException, DockerException):
        return f"{called} cannot be looked at"


def _container(engine: APIClient, identity: str) -> str:
    state = engine.inspect_container(identity)["State"]
    since = state["StartedAt"] if state["Running"] else state["FinishedAt"]
    return f"is {state['Status']} since {since}"


def _image(engine: APIClient, identity: str) -> str:
    engine.inspect_image(identity)
    return "is still there"


_STATES = {"container": _container, "image": _image}
