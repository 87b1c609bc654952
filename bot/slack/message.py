"""A message as Slack takes it, with the files that go with it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

QUIET = {"unfurl_links": False, "unfurl_media": False}  # no address in a log line is fetched for a preview


@dataclass(frozen=True)
class File:
    """What is too long to be shown, or nothing to be shown; title is what people see above it."""

    name: str
    title: str
    content: str | bytes | Path

    def told(self) -> dict[str, str]:
        """The same as JSON may hold it."""
        named = {"file": self.name, "title": self.title}
        if isinstance(self.content, Path):
            return named | {"path": str(self.content)}
        if isinstance(self.content, str):
            return named | {"content": self.content}
        return named | {"base64": b64encode(self.content).decode()}


@dataclass(frozen=True)
class Message:
    """text says all that a screen reader should read, escaped; blocks say the same to the eye."""

    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()
    files: tuple[File, ...] = ()

    def payload(self) -> dict[str, Any]:
        """What is sent."""
        return {"text": self.text, "blocks": list(self.blocks), **QUIET}

    def plain(self) -> dict[str, Any]:
        """What is sent where Slack does not take the blocks: the text alone, without formatting."""
        return {"text": self.text, "mrkdwn": False, **QUIET}
