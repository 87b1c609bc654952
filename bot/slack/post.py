"""The ways by which a message reaches people."""

from __future__ import annotations

import contextlib
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.slack import channels
from bot.slack.channels import Channels, Reach
from bot.slack.characters import escaped
from bot.slack.connection import Connection
from bot.slack.elements import mention
from bot.slack.message import File
from bot.slack.payload import Original
from bot.slack.place import Place
from bot.slack.said import FIRST_ERROR, TAKEN, UNREACHED_WAIT, Gone, NotNow, Refused, Unsure, judge, told
from bot.slack.tempo import Tempo

OPEN = "conversations.open"
UPDATE = "chat.update"
PLACE = "files.getUploadURLExternal"
_ARCHIVED = "is_archived"
BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]
Way = Callable[[Payload], None]
FileWay = Callable[[File], None]


class Canvas:
    """One message that is painted again and again."""

    def __init__(self, post: Post, place: Place) -> None:
        self._post = post
        self._place = place
        self._ts = ""

    @property
    def painted(self) -> bool:
        """Whether it is there."""
        return bool(self._ts)

    @property
    def thread(self) -> tuple[str, str]:
        """The channel and the time of the message, which is the id of the thread beneath it."""
        return self._post.channel(self._place), self._ts

    def beneath(self) -> Canvas:
        """Another one, in the thread beneath this one."""
        return Canvas(self._post, replace(self._place, thread=self._ts, beneath=self._ts))

    def paint(self, payload: Payload) -> None:
        """Put this in it; raises what Slack says, as every way does."""
        there = self._ts
        self._ts = self._post.paint(self._place, payload, there)
        if there:
            self._post.tempo.painted()


class Post:
    """Ways to people, in the order in which they should be tried.

    What everybody in a channel would see is sent only where those are people of this organisation; the look-up is
    part of the way, so that it happens as late as it can and holds up nobody but the letters behind it.
    """

    def __init__(self, connection: Connection, channels: Channels) -> None:
        self._connection = connection
        self._client = connection.client
        self._channels = channels
        self.tempo = Tempo()
        self._direct: dict[str, str] = {}
        self._limited: dict[str, float] = {}  # method -> when Slack takes it again, of the monotonic clock

    def ways(self, place: Place, *, public: bool) -> Iterator[Way]:
        """How an answer gets to this place: for everybody there, or where that cannot be for the asker alone."""
        refused = ""

        def tell_all(payload: Payload) -> None:
            nonlocal refused
            try:
                self._tell_all(place, payload)
            except Refused as refusal:
                refused = refusal.code
                self._channels.forget(place.channel)
                raise

        if public:
            yield tell_all
        if refused != _ARCHIVED:  # nobody looks there any more, whatever Slack still takes
            if public and place.response_url:
                yield lambda payload: self._respond_to_all(place, payload)
            if place.direct:
                yield lambda payload: self._post(place.channel, place.beneath, payload)
            if place.response_url and not place.thread:
                yield lambda payload: self._respond(place, payload, "ephemeral")
            if place.user and not place.direct:
                yield lambda payload: self._whisper(place, payload)
        if place.user:
            yield lambda payload: self._post(place.user, "", payload)

    def file_ways(self, place: Place, *, public: bool) -> Iterator[FileWay]:
        """How a file gets there: beside the message where everybody may see it, else to the asker."""
        if public or place.direct:
            yield lambda file: self._show_all(place, file)
        if place.user:
            yield lambda file: self._hand(place, file, instead=public and not place.direct)

    def ways_instead(self, place: Place, original: Original) -> Iterator[Way]:
        """How a message that a button stands in is replaced."""
        if place.response_url:
            kind = "ephemeral" if original.ephemeral else "in_channel"
            yield lambda payload: self._respond(place, {**payload, "replace_original": True}, kind)
        if not original.ephemeral:
            where = {"channel": place.channel, "ts": original.ts}
            yield lambda payload: self._call(UPDATE, {**where, "blocks": [], **payload})

    def canvas(self, place: Place) -> Canvas:
        """A message that everybody there sees and that can be painted anew."""
        return Canvas(self, place)

    def open(self, trigger: str, view: Payload) -> None:
        """Open a modal for whoever did what has this trigger id, within three seconds."""
        self._call("views.open", {"trigger_id": trigger, "view": dict(view)})

    def paint(self, place: Place, payload: Payload, ts: str = "") -> str:
        """Make such a message, or paint the one of that time anew; gives its time."""
        channel = self.channel(place)
        if ts:
            self._call(UPDATE, {"channel": channel, "ts": ts, "blocks": [], **payload})
            return ts
        if not place.direct:
            self._stays_here(channel)
        return str(self._post(channel, place.beneath, payload))

    def channel(self, place: Place) -> str:
        """The id of the channel that a place is in."""
        return self.conversation(place.user) if place.direct and place.channel == place.user else place.channel

    def _tell_all(self, place: Place, payload: Payload) -> None:
        self._stays_here(place.channel)
        self._post(place.channel, place.beneath, payload)

    def _respond_to_all(self, place: Place, payload: Payload) -> None:
        self._stays_here(place.channel)
        self._respond(place, payload, "in_channel")

    def _hand(self, place: Place, file: File, *, instead: bool) -> None:
        """Give the file to the asker; instead: it was promised to everybody in a channel, who are told."""
        why = (
            f" It could not be shown in <#{place.channel}>, where slashdock has to be invited for that."
            if instead
            else ""
        )
        self._upload(self.conversation(place.user), "", file, why)
        if instead:
            has = f"{mention(place.user)} has it, in direct messages"
            told = f"The file {escaped(file.name)} could not be shown here: {has}."
            with contextlib.suppress(Refused, NotNow, Unsure):
                self._respond_to_all(place, {"text": told})

    def _show_all(self, place: Place, file: File) -> None:
        channel = self.channel(place)
        if not place.direct:
            self._stays_here(channel)
        self._upload(channel, place.beneath, file)

    def _stays_here(self, channel: str) -> None:
        """Refused where others may read along or the bot cannot look; NotNow where Slack does not say yet."""
        with self._limits(channels.METHOD):
            try:
                reach = self._channels.reach(channel)
            except Unsure as error:
                raise NotNow(UNREACHED_WAIT, channels.METHOD) from error
        if reach is Reach.CLOSED:
            raise Refused(_ARCHIVED)
        if reach is not Reach.OWN:
            log.warning("nothing is shown to everybody in %s: it is read by %s", channel, reach.value)
            raise Refused(reach.name)

    def _post(self, channel: str, thread: str, payload: Payload) -> Any:
        """The time of the message."""
        return self._call("chat.postMessage", {"channel": channel, **_in_thread(thread), **payload}, "ts")

    def _whisper(self, place: Place, payload: Payload) -> None:
        where = {"channel": place.channel, "user": place.user, **_in_thread(place.thread)}
        self._call("chat.postEphemeral", {**where, **payload})

    def _respond(self, place: Place, payload: Payload, kind: str) -> None:
        if not self._connection.trusts(place.response_url):
            raise Refused("untrusted_response_url")
        with told("response_url"):
            body = {"response_type": kind, "replace_original": False, **payload}
            answer = self._connection.replying.post(place.response_url, body)
            judge("response_url", answer.status, _code(answer.status, answer.data.decode()), answer.headers)

    def _upload(self, channel: str, thread: str, file: File, why: str = "") -> None:
        comment = f"{escaped(f'{file.name}: {file.title}')}{why and '.'}{why}"
        with self._limits("files.upload"), told("files.upload"):
            if isinstance(file.content, Path):
                self._carry(channel, thread, file, file.content, comment)
                return
            self._client.files_upload_v2(
                channel=channel,
                filename=file.name,
                title=file.title,
                content=file.content,
                initial_comment=comment,
                thread_ts=thread or None,
            )

    def _carry(self, channel: str, thread: str, file: File, path: Path, comment: str) -> None:
        """Upload what lies on the disk, without ever having all of it in memory."""
        try:
            length = path.stat().st_size
        except OSError as error:
            raise Gone from error
        place = self._place_for(file, length)
        self._connection.upload(str(place["upload_url"]), path)
        shown = [{"id": place["file_id"], "title": file.title}]
        self._client.files_completeUploadExternal(
            files=shown, channel_id=channel, initial_comment=comment, thread_ts=thread or None
        )

    def _place_for(self, file: File, length: int) -> Any:
        """Where a file is to be uploaded to; to ask for that again does no harm."""
        try:
            with told(PLACE):
                return self._client.files_getUploadURLExternal(filename=file.name, length=length).data
        except Unsure as error:
            raise NotNow(UNREACHED_WAIT, PLACE) from error

    def conversation(self, user: str) -> str:
        """The id of the direct messages with a person; to ask for it again does no harm."""
        if user not in self._direct:
            try:
                with told(OPEN):
                    self._direct[user] = str(self._call(OPEN, {"users": user}, "channel")["id"])
            except Unsure as error:
                raise NotNow(UNREACHED_WAIT, OPEN) from error
        return self._direct[user]

    def _call(self, method: str, arguments: Payload, wanted: str = TAKEN) -> Any:
        """What an answer that Slack took it with says of this."""
        with self._limits(method), told(method):
            if method == UPDATE:
                self.tempo.changes()
            said: Any = self._client.api_call(method, json=dict(arguments)).data
            return said[wanted]

    @contextlib.contextmanager
    def _limits(self, method: str) -> Iterator[None]:
        """Do not even ask before Slack takes the method again."""
        left = self._limited.get(method, 0) - time.monotonic()
        if left > 0:
            raise NotNow(left, method)
        try:
            yield
        except NotNow as later:
            self._limited[method] = time.monotonic() + later.seconds
            raise


def _code(status: int, body: str) -> str:
    """What a response URL answers: words of its own, or JSON; empty where it is neither, or what is left of it."""
    with contextlib.suppress(ValueError):
        answer = json.loads(body)
        return str(answer.get("error") or (TAKEN if answer.get("ok") else "")) if isinstance(answer, dict) else ""
    return body.strip() if status >= FIRST_ERROR or body == TAKEN else ""


def _in_thread(thread: str) -> dict[str, str]:
    return {"thread_ts": thread} if thread else {}
