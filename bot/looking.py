"""What became of an action whose end nobody heard of: its line, read again, is asked what the engine shows of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from docker.errors import APIError, DockerException

from bot.hosts import EngineDown, Hosts
from bot.request import Status
from commands import catalog, wire
from commands.aftermath import End, Fate, Meant, Past
from commands.line import UsageError
from commands.secrets import mask_text

SHOWN = 10  # objects that are told of: a prune may have meant hundreds
_UNREAD = "its line cannot be read again, as something in it is kept nowhere"
_NOTHING = "nothing that it names was there"
_NO_HOST = "the engine {} is not configured any more"
_BUG = "slashdock could not make out what the engine shows; its log says why"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """What was found of an action: how it ended, the sentences, and the exit code of what it ran.

    wait is for how many seconds a container may still be given to end; DONE is final at once.
    """

    status: Status
    told: str
    wait: float = 0.0
    exit_code: int | None = None


def look(hosts: Hosts, action: Mapping[str, Any], made: tuple[str, ...], now: float) -> Finding:
    """Look at the engine; action is one of the record with its events, made what it is known to have made.

    now is epoch seconds. Raises EngineDown where the engine does not answer.
    """
    host = hosts.get(action["host"])
    if host is None:
        return Finding(Status.UNKNOWN, _NO_HOST.format(action["host"]))
    intended = _event(action, "intended")
    past = Past(
        number=action["number"],
        at=float(intended.get("at", action["at"])),
        now=now,
        objects=tuple(_meant(target) for target in action["targets"]),
        quick=host.quick,
        made=made,
        noted={key: str(value) for key, value in _event(action, "noted").items()},
    )
    try:
        return _found(catalog.load().parse(action["line"]).command.became(past))
    except UsageError:
        return Finding(Status.UNKNOWN, _UNREAD)
    except EngineDown:
        raise
    except APIError as error:
        if wire.lost(error):
            raise host.down(error) from error
        return Finding(Status.UNKNOWN, mask_text(str(error.explanation)))
    except (requests.RequestException, DockerException) as error:
        raise host.down(error) from error
    except Exception:
        log.exception("what became of action %s could not be made out", action["number"])
        return Finding(Status.UNKNOWN, _BUG)


def _found(fates: Iterable[Fate]) -> Finding:
    """All of them in one: done where each is, failed where some are certainly not, unknown where one is."""
    told = tuple(fates)
    if not told:
        return Finding(Status.FAILED, _NOTHING)
    ends = {fate.end for fate in told}
    status = Status.UNKNOWN if End.UNKNOWN in ends else Status.FAILED if End.UNDONE in ends else Status.DONE
    code = told[0].code if len(told) == 1 else None
    return Finding(status, _sentences(told), max(fate.wait for fate in told), code)


def _sentences(fates: tuple[Fate, ...]) -> str:
    """The first few, what is not done before what is."""
    ordered = sorted(fates, key=lambda fate: fate.end is End.DONE)
    more = len(fates) - SHOWN
    shown = [mask_text(fate.told) for fate in ordered[:SHOWN]]
    return "; ".join([*shown, f"and {more} more"] if more > 0 else shown)


def _meant(target: Mapping[str, Any]) -> Meant:
    return Meant(target["kind"], target["name"], target["id"], target.get("was") or {})


def _event(action: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """The last event of this kind, empty where there is none."""
    return next((event for event in reversed(action["events"]) if event["kind"] == kind), {})
