"""What became of a container: what its inspect says now, against its times from before the line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from commands.aftermath import Fate, Meant, Past

_GONE = "is gone"

Details = Mapping[str, Any]
Judge = Callable[[Past, Meant, Details], Fate]


def of(past: Past, meant: Meant, judge: Judge, *, gone: Callable[[Meant, str], Fate] = Meant.untold) -> Fate:
    """What became of one container by this judge; gone is for one that is not there any more."""
    details = past.inspect(meant.kind, meant.id)
    return gone(meant, _GONE) if details is None else judge(past, meant, details)


def each(past: Past, judge: Judge, *, gone: Callable[[Meant, str], Fate] = Meant.untold) -> list[Fate]:
    """The same of every container that was there."""
    return [of(past, meant, judge, gone=gone) for meant in past.there("container")]


def removed(_past: Past, meant: Meant, details: Details) -> Fate:
    """It is still there, perhaps on its way."""
    going = _state(details)["Status"] == "removing"
    return meant.untold(found(details)) if going else meant.undone(found(details))


def stopped(wait: Callable[[Details], float]) -> Judge:
    """Whether it was stopped; wait gives the seconds of its grace."""

    def judge(past: Past, meant: Meant, details: Details) -> Fate:
        if not _state(details)["Running"]:
            return meant.done(found(details))
        if _began(past, meant, details) is False:
            return meant.undone(_still(details), wait(details))
        return meant.untold(found(details))

    return judge


def killed(*, surely: bool) -> Judge:
    """Whether it was sent a signal; surely says that this one ends whatever gets it."""

    def judge(past: Past, meant: Meant, details: Details) -> Fate:
        if _state(details)["Running"]:
            if surely and _began(past, meant, details) is False:
                return meant.undone(_still(details))
            return meant.untold(f"{found(details)}, which tells nothing of the signal")
        ended = _ended(past, meant, details)
        if ended is None:
            return meant.untold(found(details))
        return meant.done(found(details)) if ended else meant.undone(found(details))

    return judge


def started(past: Past, meant: Meant, details: Details) -> Fate:
    """Whether it was started; one that ran already counts as done."""
    if _state(details)["Running"]:
        return meant.done(found(details))
    return _begun(past, meant, details)


def restarted(wait: Callable[[Details], float]) -> Judge:
    """Whether it was started anew; wait gives the seconds of its grace."""

    def judge(past: Past, meant: Meant, details: Details) -> Fate:
        if _state(details)["Running"] and _began(past, meant, details) is False:
            return meant.undone(_still(details), wait(details))
        return _begun(past, meant, details)

    return judge


def paused(_past: Past, meant: Meant, details: Details) -> Fate:
    """Whether it stands still."""
    state = _state(details)
    if state["Paused"]:
        return meant.done(found(details))
    return meant.undone(found(details)) if state["Running"] else meant.untold(found(details))


def unpaused(_past: Past, meant: Meant, details: Details) -> Fate:
    """Whether it goes on."""
    state = _state(details)
    if state["Paused"]:
        return meant.undone(found(details))
    return meant.done(found(details)) if state["Running"] else meant.untold(found(details))


def renamed(name: str) -> Judge:
    """Whether it has this name."""

    def judge(_past: Past, meant: Meant, details: Details) -> Fate:
        now = str(details["Name"]).removeprefix("/")
        called = f"is called {now}"
        if now == name:
            return meant.done(called)
        return meant.undone(called) if now == meant.name else meant.untold(called)

    return judge


def joined(past: Past, *, wanted: bool) -> list[Fate]:
    """Whether the container that a line names is on the network that it names, or off it, as wanted."""
    judge = [_on(network, wanted=wanted) for network in past.there("network")[:1]]
    return [of(past, meant, each) for each in judge for meant in past.there("container")[:1]]


def _on(network: Meant, *, wanted: bool) -> Judge:
    def judge(_past: Past, meant: Meant, details: Details) -> Fate:
        networks: Mapping[str, Mapping[str, Any]] = details["NetworkSettings"]["Networks"] or {}
        on = network.name in networks or any(each.get("NetworkID") == network.id for each in networks.values())
        told = f"is {'on' if on else 'not on'} the network {network.name}"
        return meant.done(told) if on is wanted else meant.undone(told)

    return judge


def limited(said: Mapping[str, Any]) -> Judge:
    """Whether it has these limits, each by its name in the HostConfig; the engine may write some in another way."""

    def judge(_past: Past, meant: Meant, details: Details) -> Fate:
        held: Mapping[str, Any] = details["HostConfig"]
        other = sorted(name for name, value in said.items() if held.get(name) != value)
        if not other:
            return meant.done("has what the line says")
        told = f"has another {', '.join(other)} than the line says"
        plain = all(isinstance(held.get(name), dict | str) or (held.get(name) or 0) > 0 for name in said)
        return meant.undone(told) if plain and len(other) == len(said) else meant.untold(told)

    return judge


def ran(_past: Past, meant: Meant, details: Details) -> Fate:
    """Whether a new one was started, and how it ended if it did."""
    state = _state(details)
    if state["Status"] == "created":
        return meant.undone("was made and not started")
    return meant.done(found(details), None if state["Running"] else int(state["ExitCode"]))


def found(details: Details) -> str:
    """How it is, as docker says it: "is running since 2026-05-04T10:00:00Z"."""
    state = _state(details)
    status = str(state["Status"])
    if status == "created":
        return "is created"
    if state["Running"]:
        return f"is {status} since {_moment(state['StartedAt'])}"
    return f"is {status} since {_moment(state['FinishedAt'])}, with exit code {state['ExitCode']}"


def _begun(past: Past, meant: Meant, details: Details) -> Fate:
    """Whether it was started since, running or ended by now."""
    began = _began(past, meant, details)
    if began is None:
        return meant.untold(found(details))
    return meant.done(found(details)) if began else meant.undone(found(details))


def _still(details: Details) -> str:
    return f"{found(details)}, as it was before"


def _began(past: Past, meant: Meant, details: Details) -> bool | None:
    return past.changed(_state(details)["StartedAt"], meant.was.get("StartedAt", ""))


def _ended(past: Past, meant: Meant, details: Details) -> bool | None:
    return past.changed(_state(details)["FinishedAt"], meant.was.get("FinishedAt", ""))


def _state(details: Details) -> Mapping[str, Any]:
    state: Mapping[str, Any] = details["State"]
    return state


def _moment(text: str) -> str:
    """A time of the engine to the second."""
    return f"{text.partition('.')[0].removesuffix('Z')}Z"
