"""One message as the workspace keeps it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.workspace.people import APP, BOT, BOT_USER, TEAM

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    """A message; `only_for` names the one person who sees an ephemeral one."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: tuple[Block, ...] = ()
    thread_ts: str | None = None
    only_for: str | None = None
    files: tuple[Mapping[str, Any], ...] = ()
    metadata: Mapping[str, Any] | None = None
    edited_ts: str | None = None

    @property
    def by_bot(self) -> bool:
        """Whether the bot wrote it."""
        return self.user == BOT_USER

    def seen_by(self, person: str | None) -> bool:
        """Whether this person sees it; None sees all."""
        return person is None or self.only_for in {None, person}

    def plain(self) -> str:
        """All that can be read in it, the fallback text included, a line a part."""
        return "\n".join([self.text, *(text for block in self.blocks for text in _texts(block))])

    def body(self) -> str:
        """What its blocks say; the text of a message without blocks."""
        return "\n".join(text for block in self.blocks for text in _texts(block)) or self.text

    def elements(self) -> Iterator[tuple[Block, Mapping[str, Any]]]:
        """Each interactive element with the block that holds it."""
        for block in self.blocks:
            held = [block.get("accessory"), block.get("element")]
            if block["type"] == "actions":
                held += block["elements"]
            yield from ((block, element) for element in held if element and "action_id" in element)

    def as_slack(self) -> dict[str, Any]:
        """The message object of the Web API and of payloads."""
        message: dict[str, Any] = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts}
        message |= {"team": TEAM, "blocks": list(self.blocks)} if self.blocks else {"team": TEAM}
        if self.by_bot:
            message |= {"bot_id": BOT, "app_id": APP}
        optional = {"thread_ts": self.thread_ts, "metadata": self.metadata, "files": list(self.files)}
        message |= {name: value for name, value in optional.items() if value}
        if self.edited_ts:
            message["edited"] = {"user": self.user, "ts": self.edited_ts}
        return message


def _texts(node: Any) -> Iterator[str]:
    """The strings that a person reads, in order: the spans of one rich text line are joined."""
    if isinstance(node, list | tuple):
        for each in node:
            yield from _texts(each)
    elif isinstance(node, Mapping):
        if str(node.get("type", "")).startswith("rich_text_") and node["type"] != "rich_text_list":
            yield "".join(_span(span) for span in node["elements"])
        elif isinstance(node.get("text"), str):
            yield node["text"]
        else:
            yield from _texts([node[key] for key in _READ if key in node])


_READ = ("title", "text", "fields", "elements", "accessory", "rows", "label", "element", "caption")
_SPAN_KEYS = ("text", "fallback", "user_id", "channel_id", "usergroup_id", "name", "url", "range")


def _span(span: Mapping[str, Any]) -> str:
    return next((str(span[key]) for key in _SPAN_KEYS if key in span), "")
