"""What people write, as Slack delivers it: mentions and direct messages, and what is typed in a thread."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.request import Actor, Origin, Request
from bot.slack import unslack
from bot.slack.connection import Identity
from bot.slack.payload import EMPTY_LINE, Asked, Payload, earlier, id_of, maybe_id
from bot.slack.place import Place
from commands.archives.incoming import ATTACHED

WITH_FILES = "file_share"  # the subtype of a message that has files
_ATTACHED = re.compile(rf"(?<!\S){ATTACHED}(?!\S)")
_GIVEN = frozenset({None, WITH_FILES, "thread_broadcast"})  # subtypes of what a person writes; none: text alone
_WRITTEN = frozenset({"message", "app_mention"})
_TAKES_FILES = re.compile(r"(?<!\S)(?:cp|load|import|build)(?!\S)")  # verbs: to all others it is a word like any


@dataclass(frozen=True)
class Typed:
    """What a person wrote in a thread; at when that was, sent when Slack told.

    said as it was meant to be typed; None where it is not to be: it has files, or went to the channel as well.
    """

    channel: str
    thread: str
    user: str
    said: str | None = field(repr=False)
    delivery: str
    at: float
    sent: float


def spoken(payload: Payload, identity: Identity, now: float) -> Asked | None:
    """A mention or a direct message of a person; None for anything else, as our own messages, edits and joins."""
    event = payload.get("event") or {}
    origin = _spoken_origin(event)
    if origin is None or event.get("subtype") not in _GIVEN or event.get("bot_id") or not event.get("user"):
        return None
    direct, thread = origin is Origin.DIRECT, maybe_id(event, "thread_ts")
    beneath = thread if direct else thread or id_of(event, "ts")
    place = Place(id_of(event, "channel"), id_of(event, "user"), thread, beneath, direct=direct)
    request = Request(
        line=_with_files(unslack.text(_after_mention(event.get("text") or "", identity.user)), event) or EMPTY_LINE,
        actor=Actor(place.user, id_of(payload, "team_id")),
        origin=origin,
        channel=place.channel,
        thread=thread,
        delivery=id_of(payload, "event_id"),
        received=earlier(payload.get("event_time"), now),
    )
    return Asked(request, place)


def thread(payload: Payload) -> tuple[str, str] | None:
    """The channel and the thread in which something was written; None where it is no message in a thread.

    One that names us comes twice: as a message, and as a mention.
    """
    event = payload.get("event") or {}
    if event.get("type") not in _WRITTEN or not event.get("thread_ts"):
        return None
    return id_of(event, "channel"), id_of(event, "thread_ts")


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
        id_of(event, "channel"),
        id_of(event, "thread_ts"),
        id_of(event, "user"),
        None if given else unslack.typed(text),
        id_of(payload, "event_id"),
        float(event["ts"]),
        earlier(payload.get("event_time"), now),
    )


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
    ids = iter([id_of(each, "id") for each in event.get("files") or ()])
    return _ATTACHED.sub(lambda found: next(ids, found[0]), line)
