"""What a person types, as Slack hands it on: escaped, with mentions and links marked."""

import re

from bot.workspace.state import State

LINK = re.compile(r"https?://[^\s<>|]+")
NAME = re.compile(r"(?<![\w<])([@#])([a-z0-9][a-z0-9._-]*)")


def escaped(text: str) -> str:
    """The three characters that Slack escapes, escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def message(text: str, state: State) -> str:
    """A message: `@name` and `#channel` become mentions, web addresses become links."""
    marks = {f"@{person.name}": f"<@{person.id}>" for person in state.people.values()}
    marks |= {f"#{each.name}": f"<#{each.id}|{each.name}>" for each in state.channels.values() if each.name}
    linked = LINK.sub(lambda found: f"<{found[0]}>", escaped(text))
    return NAME.sub(lambda found: marks.get(found[0], found[0]), linked)
