"""What Slack delivers, read into requests: slash commands, mentions, direct messages, clicks and modals."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.request import Actor, Origin, Request
from bot.slack import unslack
from bot.slack.connection import Identity
from bot.slack.place import Place
from commands.archives.incoming import ATTACHED

WITH_FILES = "file_share"  # the subtype of a message that has files
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


@dataclass(frozen=True)
class Typed:
    """What a person wrote in a thread; said as it was meant to be typed, at when that was, sent when Slack told."""

    channel: str
    thread: str
    user: str
    said: str | None = field(
        repr=False
    )  # None where it is nothing to be typed: it has files, or went elsewhere as well
    delivery: str
    at: float
    sent: float


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
    place = Place(_id(payload, "channel_id"), _id(payload, "user_id"), response_url=_maybe(payload, "response_url"))
    request = Request(
        line=unslack.text(payload.get("text") or "") or EMPTY_LINE,
        actor=Actor(place.user, _id(payload, "team_id")),
        origin=Origin.SLASH,
        channel=place.channel,
        delivery=_id(payload, "trigger_id"),
        received=now,
    )
    return Asked(request, place, _id(payload, "trigger_id"))


def spoken(payload: Payload, identity: Identity, now: float) -> Asked | None:
    """A mention or a direct message of a person; None for anything else, as our own messages, edits and joins."""
    event = payload.get("event") or {}
    origin = _spoken_origin(event)
    if origin is None or event.get("subtype", WITH_FILES) != WITH_FILES or event.get("bot_id") or not event.get("user"):
        return None
    direct, thread = origin is Origin.DIRECT, _maybe(event, "thread_ts")
    beneath = thread if direct else thread or _id(event, "ts")
    place = Place(_id(event, "channel"), _id(event, "user"), thread, beneath, direct=direct)
    request = Request(
        line=_with_files(unslack.text(_after_mention(event.get("text") or "", identity.user)), event) or EMPTY_LINE,
        actor=Actor(place.user, _id(payload, "team_id")),
        origin=origin,
        channel=place.channel,
        thread=thread,
        delivery=_id(payload, "event_id"),
        received=_earlier(payload.get("event_time"), now),
    )
    return Asked(request, place)


def is_direct(channel: str) -> bool:
    """Whether it is direct messages with one person."""
    return channel.startswith("D")


def thread(payload: Payload) -> tuple[str, str] | None:
    """The channel and the thread in which something was written; None where it is no message in a thread.

    One that names us comes twice: as a message, and as a mention.
    """
    event = payload.get("event") or {}
    if event.get("type") not in _WRITTEN or not event.get("thread_ts"):
        return None
    return _id(event, "channel"), _id(event, "thread_ts")


def names(payload: Payload, identity: Identity) -> bool:
    """Whether what was written begins with our name, so that it is a line for us wherever it stands."""
    return (payload["event"].get("text") or "").lstrip().startswith(f"<@{identity.user}>")


def typed(payload: Payload, now: float) -> Typed | None:
    """What a person wrote in a thread; None for edits, and what a bot or an app posts.

    And for a mention, which comes as a message, too.
    """
    event, text = payload["event"], payload["event"].get("text") or ""
    odd = any(event.get(name) for name in ("bot_id", "app_id", "edited", "hidden"))
    if odd or not event.get("user") or event["type"] != "message" or event.get("subtype") not in _GIVEN:
        return None
    given = event.get("subtype") or event.get("files")
    return Typed(
        _id(event, "channel"),
        _id(event, "thread_ts"),
        _id(event, "user"),
        None if given else unslack.typed(text),
        _id(payload, "event_id"),
        float(event["ts"]),
        _earlier(payload.get("event_time"), now),
    )


def pressed(payload: Payload, now: float) -> Pressed | None:
    """A click on one of our buttons in a message; None for anything else."""
    action = (payload.get("actions") or [{}])[0]
    container = payload.get("container") or {}
    if payload.get("type") != "block_actions" or not action.get("value") or container.get("type") != "message":
        return None
    user, place = payload["user"], _place_of_click(payload)
    request = Request(
        line="",
        actor=Actor(place.user, user.get("team_id") or _id(payload["team"], "id")),
        origin=Origin.BUTTON,
        channel=place.channel,
        thread=place.thread,
        delivery=_id(payload, "trigger_id"),
        received=_earlier(action.get("action_ts"), now),
    )
    return Pressed(_id(action, "value"), Asked(request, place, _id(payload, "trigger_id")), _original(payload))


def shortcut(payload: Payload, now: float) -> Chosen:
    """A shortcut of ours on a message, which may have files."""
    message, user, channel = payload["message"], payload["user"], _id(payload["channel"], "id")
    thread, direct = _maybe(message, "thread_ts"), is_direct(channel)
    beneath = thread if direct else thread or _id(message, "ts")
    place = Place(channel, _id(user, "id"), thread, beneath, _maybe(payload, "response_url"), direct)
    request = Request(
        line="",
        actor=Actor(place.user, user.get("team_id") or _id(payload["team"], "id")),
        origin=Origin.BUTTON,
        channel=channel,
        thread=thread,
        delivery=_id(payload, "trigger_id"),
        received=now,
    )
    files = tuple((_id(each, "id"), str(each.get("name") or "")) for each in message.get("files") or ())
    return Chosen(Asked(request, place, _id(payload, "trigger_id")), files)


def submitted(payload: Payload, now: float) -> Submitted:
    """A modal of ours; it counts once, however often Slack delivers it. Where it was asked for only we know."""
    view, user = payload["view"], payload["user"]
    request = Request(
        line="",
        actor=Actor(_id(user, "id"), user.get("team_id") or _id(payload["team"], "id")),
        origin=Origin.BUTTON,
        delivery=_id(view, "id"),
        received=now,
    )
    return Submitted(_id(view, "private_metadata"), request, _values(view["state"]["values"]))


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
        _id(container, "message_ts"), bool(container.get("is_ephemeral")), str(message.get("text") or ""), blocks
    )


def _place_of_click(payload: Payload) -> Place:
    container = payload["container"]
    channel, thread = _id(container, "channel_id"), _maybe(container, "thread_ts")
    direct = is_direct(channel)
    threadless = "" if direct or container.get("is_ephemeral") else _id(container, "message_ts")
    response_url = _maybe(payload, "response_url")
    return Place(channel, _id(payload["user"], "id"), thread, thread or threadless, response_url, direct)


def _id(payload: Payload, name: str) -> str:
    """What stands there, as an id of Slack's; raises one of UNREADABLE where it is none."""
    found = payload[name]
    if not (isinstance(found, str) and found and found.isascii()):
        raise ValueError(name)
    return found


def _maybe(payload: Payload, name: str) -> str:
    """The same, which may be absent; then empty."""
    return _id(payload, name) if payload.get(name) else ""


_ATTACHED = re.compile(rf"(?<!\S){ATTACHED}(?!\S)")
_GIVEN = frozenset({None, WITH_FILES, "thread_broadcast"})  # subtypes of what a person writes; none: text alone
_WRITTEN = frozenset({"message", "app_mention"})
_TAKES_FILES = re.compile(r"(?<!\S)(?:cp|load|import|build)(?!\S)")  # verbs: to all others it is a word like any
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


def _spoken_origin(event: Mapping[str, Any]) -> Origin | None:
    if event.get("type") == "app_mention":
        return Origin.MENTION
    return Origin.DIRECT if event.get("type") == "message" and event.get("channel_type") == "im" else None


def _after_mention(text: str, bot: str) -> str:
    """What follows the first mention of the bot; what is before it where nothing follows; all where there is none."""
    before, mention, after = text.partition(f"<@{bot}>")
    return (after.strip() or before.strip()) if mention else text


def _with_files(line: str, event: Mapping[str, Any]) -> str:
    """The line with the ids of the message's files, one after the other, where it says that they are attached."""
    verb = _TAKES_FILES.search(line)
    if verb is None:
        return line
    ids = iter([_id(each, "id") for each in event.get("files") or ()])
    return _ATTACHED.sub(lambda found: next(ids, found[0]), line)


def _earlier(sent: Any, now: float) -> float:
    """When it was sent, in epoch seconds, where Slack says so; a second delivery is as old as the first."""
    try:
        moment = float(sent)
    except (TypeError, ValueError, OverflowError):
        return now
    return min(now, moment) if math.isfinite(moment) else now
