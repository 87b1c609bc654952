"""chat.*: messages of the bot."""

from collections.abc import Mapping
from typing import Any

from bot import blockrules
from bot.workspace.errors import SlackError
from bot.workspace.message import Message
from bot.workspace.people import BOT_USER, Channel
from bot.workspace.state import State, with_ids

Arguments = Mapping[str, Any]
Answer = dict[str, Any]


def check(message: Arguments, text_limit: int = blockrules.TEXT_LIMIT) -> None:
    """Refuse what Slack refuses."""
    found = blockrules.problems(message, text_limit=text_limit)
    whole = [each for each in found if each in blockrules.WHOLE_MESSAGE_ERRORS]
    if found:
        raise SlackError(whole[0] if whole else "invalid_blocks", () if whole else found)


class Chat:
    """The chat methods on one state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.methods = {
            "chat.postMessage": self.post,
            "chat.postEphemeral": self.post_ephemeral,
            "chat.update": self.update,
            "chat.delete": self.delete,
        }

    def post(self, args: Arguments) -> Answer:
        """chat.postMessage."""
        channel = self._writable(args)
        check(args)
        message = self._message(channel, args)
        self.state.add(message)
        return {"channel": channel.id, "ts": message.ts, "message": message.as_slack()}

    def post_ephemeral(self, args: Arguments) -> Answer:
        """chat.postEphemeral."""
        channel = self._writable(args)
        if args.get("user") not in channel.members:
            raise SlackError("user_not_in_channel")
        check(args)
        message = self.state.add(self._message(channel, args, only_for=args["user"]))
        return {"message_ts": message.ts}

    def update(self, args: Arguments) -> Answer:
        """chat.update; without `blocks` the old ones stay."""
        old = self._own(args, "cant_update_message")
        check({"blocks": old.blocks and list(old.blocks), **args}, blockrules.UPDATE_TEXT_LIMIT)
        blocks = with_ids(args["blocks"] or ()) if "blocks" in args else old.blocks
        new = self.state.change(old, text=args.get("text") or "", blocks=blocks, edited_ts=self.state.next_ts())
        return {"channel": new.channel, "ts": new.ts, "text": new.text, "message": new.as_slack()}

    def delete(self, args: Arguments) -> Answer:
        """chat.delete."""
        message = self._own(args, "cant_delete_message")
        self.state.remove(message)
        return {"channel": message.channel, "ts": message.ts}

    def _writable(self, args: Arguments) -> Channel:
        channel = self._named(str(args.get("channel") or ""))
        if channel.is_archived:
            raise SlackError("is_archived")
        if BOT_USER not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def _named(self, name: str) -> Channel:
        if name in self.state.people:
            return self.state.direct(name)
        for channel in self.state.channels.values():
            if channel.name and name.removeprefix("#") == channel.name:
                return self.state.channel_of_bot(channel.id)
        return self.state.channel_of_bot(name)

    def _message(self, channel: Channel, args: Arguments, only_for: str | None = None) -> Message:
        return Message(
            channel=channel.id,
            ts=self.state.next_ts(),
            user=BOT_USER,
            text=args.get("text") or "",
            blocks=with_ids(args.get("blocks") or ()),
            thread_ts=args.get("thread_ts"),
            only_for=only_for,
            metadata=args.get("metadata"),
        )

    def _own(self, args: Arguments, refusal: str) -> Message:
        channel = self.state.channel_of_bot(str(args.get("channel") or ""))
        message = self.state.message(channel.id, str(args.get("ts") or ""))
        if message.only_for is not None:
            raise SlackError("message_not_found")
        if not message.by_bot:
            raise SlackError(refusal)
        return message
