"""Answers to commands and clicks: through a response_url or in the acknowledgement itself."""

from collections.abc import Mapping
from typing import Any

from bot.workspace.chat import check
from bot.workspace.errors import SlackError
from bot.workspace.message import Message
from bot.workspace.people import BOT_USER
from bot.workspace.state import State, with_ids
from bot.workspace.tickets import ResponseUrl


class Responses:
    """Puts an answer where its command or click was made, joined channel or not."""

    def __init__(self, state: State) -> None:
        self.state = state

    def answer(self, place: ResponseUrl, body: Mapping[str, Any]) -> None:
        """Post, replace or delete; raises what Slack would answer."""
        original = self._original(place)
        if body.get("delete_original") and original:
            self.state.remove(original)
            return
        check(body)
        if body.get("replace_original") and original:
            self._replace(original, body)
        else:
            self.state.add(self._message(place, body))

    def _replace(self, original: Message, body: Mapping[str, Any]) -> None:
        self.state.change(
            original,
            text=body.get("text") or "",
            blocks=with_ids(body.get("blocks") or ()),
            edited_ts=self.state.next_ts(),
        )

    def _message(self, place: ResponseUrl, body: Mapping[str, Any]) -> Message:
        public = body.get("response_type") == "in_channel"
        return Message(
            channel=place.channel,
            ts=self.state.next_ts(),
            user=BOT_USER,
            text=body.get("text") or "",
            blocks=with_ids(body.get("blocks") or ()),
            thread_ts=body.get("thread_ts") or place.thread_ts,
            only_for=None if public else place.user,
        )

    def _original(self, place: ResponseUrl) -> Message | None:
        if place.message_ts is None:
            return None
        try:
            return self.state.message(place.channel, place.message_ts)
        except SlackError:
            return None
