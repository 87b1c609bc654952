"""Everything that knows Slack: how lines come in from it, and how answers go out to it."""

from bot.slack.connection import Access, CannotConnect, Connection
from bot.slack.directory import SlackDirectory
from bot.slack.side import SlackSide

__all__ = ["Access", "CannotConnect", "Connection", "SlackDirectory", "SlackSide"]
