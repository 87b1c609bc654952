"""What Slack delivers, read into requests: slash commands, clicks and modals; what people write is beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.request import Actor, Origin, Request
from bot.slack import unslack
from bot.slack.connection import Identity
from bot.slack.place import Place

EMPTY_LINE = "help"  # what the command alone, or a mention without words, means
UNREADABLE = (LookupError, TypeError, AttributeError, ValueError)  # what a payload that is not of Slack's shape raises

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request, and where its answer goes."""

    request: Request
    place: Place
    trigger: str = ""  # what opens one modal within three seconds


@dataclass(frozen=True)
class Original:
    """The message that a button stands in; Slack does not send what an ephemeral one says."""

    ts: str
    ephemeral: bool = False
    text: str = ""
    blocks: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Pressed:
    """A button that somebody pressed: its opaque value, and the request that it becomes once its line is known."""

    button: str
    asked: Asked
    original: Original


@dataclass(frozen=True)
class Chosen:
    """A shortcut that somebody chose on a message: its files, by id and name."""

    asked: Asked
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Submitted:
    """A modal of ours that somebody sent: the opaque id in it, what was filled in, and the request that it becomes."""

    dialog: str
    request: Request
    values: Mapping[str, str] = field(repr=False)


def foreign(payload: Payload, identity: Identity) -> str | None:
    """Why a payload is not to be obeyed: another workspace, organisation or app; None where it is ours."""
    teams = set(_named(payload, "team_id", "team", ("team", "id"), ("user", "team_id"), *_IN_EVENT))
    enterprises = set(_named(payload, "enterprise_id", "enterprise", ("enterprise", "id")))
    if teams != {identity.team}:
        return "another workspace"
    if enterprises - {identity.enterprise}:
        return "another organisation"
    if identity.app and set(_named(payload, "api_app_id")) - {identity.app}:
        return "another app"
    if payload.get("is_ext_shared_channel"):
        return "a channel shared with another organisation"
    return None


def slash(payload: Payload, now: float) -> Asked:
    """A slash command; Slack never says in which thread it was given."""
    place = Place(
        id_of(payload, "channel_id"),
        id_of(payload, "user_id"),
        response_url=maybe_id(payload, "response_url"),
    )
    request = Request(
        line=unslack.text(payload.get("text") or "") or EMPTY_LINE,
        actor=Actor(place.user, id_of(payload, "team_id")),
        origin=Origin.SLASH,
        channel=place.channel,
        delivery=id_of(payload, "trigger_id"),
        received=now,
    )
    return Asked(request, place, id_of(payload, "trigger_id"))


def is_direct(channel: str) -> bool:
    """Whether it is direct messages with one person."""
    return channel.startswith("D")


def pressed(payload: Payload, now: float) -> Pressed | None:
    """A click on one of our buttons in a message; None for anything else."""
    action = (payload.get("actions") or [{}])[0]
    container = payload.get("container") or {}
    if payload.get("type") != "block_actions" or not action.get("value") or container.get("type") != "message":
        return None
    user, place = payload["user"], _place_of_click(payload)
    request = Request(
        line="",
        actor=Actor(place.user, user.get("team_id") or id_of(payload["team"], "id")),
        origin=Origin.BUTTON,
        channel=place.channel,
        thread=place.thread,
        delivery=id_of(payload, "trigger_id"),
        received=earlier(action.get("action_ts"), now),
    )
    return Pressed(id_of(action, "value"), Asked(request, place, id_of(payload, "trigger_id")), _original(payload))


def shortcut(payload: Payload, now: float) -> Chosen:
    """A shortcut of ours on a message, which may have files."""
    message, user, channel = payload["message"], payload["user"], id_of(payload["channel"], "id")
    thread, direct = maybe_id(message, "thread_ts"), is_direct(channel)
    beneath = thread if direct else thread or id_of(message, "ts")
    place = Place(channel, id_of(user, "id"), thread, beneath, maybe_id(payload, "response_url"), direct)
    request = Request(
        line="",
        actor=Actor(place.user, user.get("team_id") or id_of(payload["team"], "id")),
        origin=Origin.BUTTON,
        channel=channel,
        thread=thread,
        delivery=id_of(payload, "trigger_id"),
        received=now,
    )
    files = tuple((id_of(each, "id"), str(each.get("name") or "")) for each in message.get("files") or ())
    return Chosen(Asked(request, place, id_of(payload, "trigger_id")), files)


def submitted(payload: Payload, now: float) -> Submitted:
    """A modal of ours; it counts once, however often Slack delivers it. Where it was asked for only we know."""
    view, user = payload["view"], payload["user"]
    request = Request(
        line="",
        actor=Actor(id_of(user, "id"), user.get("team_id") or id_of(payload["team"], "id")),
        origin=Origin.BUTTON,
        delivery=id_of(view, "id"),
        received=now,
    )
    return Submitted(id_of(view, "private_metadata"), request, _values(view["state"]["values"]))


def _values(state: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, str]:
    """What stands in each field, by its block; empty where nothing was typed."""
    found = {block: actions[block].get("value") or "" for block, actions in state.items()}
    if not all(isinstance(value, str) for value in found.values()):
        raise ValueError("values")
    return found


def _original(payload: Payload) -> Original:
    container, message = payload["container"], payload.get("message") or {}
    blocks = tuple(dict(block) for block in message.get("blocks") or ())
    return Original(
        id_of(container, "message_ts"),
        bool(container.get("is_ephemeral")),
        str(message.get("text") or ""),
        blocks,
    )


def _place_of_click(payload: Payload) -> Place:
    container = payload["container"]
    channel, thread = id_of(container, "channel_id"), maybe_id(container, "thread_ts")
    direct = is_direct(channel)
    threadless = "" if direct or container.get("is_ephemeral") else id_of(container, "message_ts")
    response_url = maybe_id(payload, "response_url")
    return Place(channel, id_of(payload["user"], "id"), thread, thread or threadless, response_url, direct)


def id_of(payload: Payload, name: str) -> str:
    """What stands there, as an id of Slack's; raises one of UNREADABLE where it is none."""
    found = payload[name]
    if not (isinstance(found, str) and found and found.isascii()):
        raise ValueError(name)
    return found


def maybe_id(payload: Payload, name: str) -> str:
    """The same, which may be absent; then empty."""
    return id_of(payload, name) if payload.get(name) else ""


_OBJECTS = frozenset({"team", "enterprise"})  # with an id in each; Bolt takes the id alone for one, too
_IN_EVENT = (("event", "user_team"), ("event", "source_team"), ("event", "team"))


def _named(payload: Payload, *paths: str | tuple[str, str]) -> Iterator[str]:
    """The ids that stand at these places, those that are absent or empty left out."""
    for path in paths:
        held: Any = payload
        for key in (path,) if isinstance(path, str) else path:
            held = held.get(key) if isinstance(held, Mapping) else None
        if held and not (path in _OBJECTS and isinstance(held, Mapping)):
            yield str(held)


def earlier(sent: Any, now: float) -> float:
    """When it was sent, in epoch seconds, where Slack says so; a second delivery is as old as the first."""
    try:
        moment = float(sent)
    except (TypeError, ValueError, OverflowError):
        return now
    return min(now, moment) if math.isfinite(moment) else now
