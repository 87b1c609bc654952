"""A local Slack workspace: the embedded default, and Slack's double in the tests."""

from bot.workspace.delivery import Delivery
from bot.workspace.keys import Keys
from bot.workspace.message import Message
from bot.workspace.workspace import Workspace

__all__ = ["Delivery", "Keys", "Message", "Workspace"]
