"""conversations.*: channels, who is in them and what was said."""

from dataclasses import replace

from bot.workspace.chat import Answer, Arguments
from bot.workspace.errors import SlackError
from bot.workspace.listing import page, true
from bot.workspace.message import Message
from bot.workspace.people import BOT_USER, Channel
from bot.workspace.state import State

KINDS = {"public_channel": "public", "private_channel": "private", "im": "im"}


class Conversations:
    """The conversation methods on one state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.methods = {
            "conversations.info": self.info,
            "conversations.list": self.listed,
            "conversations.open": self.open,
            "conversations.join": self.join,
            "conversations.members": self.members,
            "conversations.history": self.history,
            "conversations.replies": self.replies,
        }

    def info(self, args: Arguments) -> Answer:
        """conversations.info."""
        return {"channel": self._channel(args).as_slack()}

    def listed(self, args: Arguments) -> Answer:
        """conversations.list."""
        kinds = {KINDS.get(each.strip()) for each in (args.get("types") or "public_channel").split(",")}
        channels = [
            each.as_slack()
            for each in self.state.channels.values()
            if each.kind in kinds
            and (each.kind == "public" or BOT_USER in each.members)
            and not (each.is_archived and true(args.get("exclude_archived")))
        ]
        return page("channels", channels, args)

    def open(self, args: Arguments) -> Answer:
        """conversations.open, with one person."""
        users = str(args.get("users") or "").split(",")
        if len(users) != 1:
            raise SlackError("method_not_supported_for_channel_type")
        channel = self.state.direct(users[0])
        return {"channel": channel.as_slack() if true(args.get("return_im")) else {"id": channel.id}}

    def join(self, args: Arguments) -> Answer:
        """conversations.join: the bot joins a public channel."""
        channel = self._channel(args)
        with self.state.changed:
            joined = replace(channel, members=channel.members | {BOT_USER})
            self.state.channels[channel.id] = joined
            self.state.touch()
        return {"channel": joined.as_slack()}

    def members(self, args: Arguments) -> Answer:
        """conversations.members."""
        return page("members", sorted(self._channel(args).members), args)

    def history(self, args: Arguments) -> Answer:
        """conversations.history: newest first, without replies."""
        said = [each for each in self._said(args) if each.thread_ts in {None, each.ts}]
        oldest, latest = str(args.get("oldest") or "0"), str(args.get("latest") or "9999999999.999999")
        edge = true(args.get("inclusive"))
        chosen = [
            each.as_slack()
            for each in reversed(said)
            if oldest < each.ts < latest or (edge and each.ts in {oldest, latest})
        ]
        return page("messages", chosen, args) | {"has_more": False}

    def replies(self, args: Arguments) -> Answer:
        """conversations.replies: the thread, oldest first."""
        parent = str(args.get("ts") or "")
        thread = [each.as_slack() for each in self._said(args) if parent in {each.ts, each.thread_ts}]
        if not thread:
            raise SlackError("thread_not_found")
        return page("messages", thread, args) | {"has_more": False}

    def _channel(self, args: Arguments) -> Channel:
        return self.state.channel_of_bot(str(args.get("channel") or ""))

    def _said(self, args: Arguments) -> list[Message]:
        channel = self._channel(args)
        if BOT_USER not in channel.members:
            raise SlackError("not_in_channel")
        return [each for each in self.state.messages(channel.id) if each.only_for is None]
