"""What the bot painted in the workspace."""

from __future__ import annotations

from bot.workspace import Message, Workspace
from bot.workspace.people import ADMIN

DIRECT = "D" + ADMIN[1:]


def painted(workspace: Workspace, channel: str, text: str) -> Message | None:
    """The newest message of the bot's there that has this text, as the administrator sees it."""
    found = [each for each in workspace.messages(channel, ADMIN) if each.by_bot and text in each.plain()]
    return found[-1] if found else None
