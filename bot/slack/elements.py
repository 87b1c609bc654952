"""The elements of a message, as Slack takes them; whatever came from outside is only text in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.slack.characters import cut, escaped, visible
from commands.reply import Button

WHEN = "{date_short_pretty} {time_secs}"  # Slack writes it in the reader's own zone
BUTTON_LIMIT = 75  # characters; Slack, button text
CONFIRM_LIMIT = 300  # characters; Slack, text of a confirmation
CONFIRM_BUTTON_LIMIT = 30  # characters; Slack, buttons of a confirmation

_PERSON = re.compile(r"[UW][A-Z0-9]{2,}")

Json = dict[str, Any]


def date(at: float) -> Json:
    """A point in time, which Slack writes in the reader's own zone; seconds since the epoch."""
    fallback = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"
    return {"type": "date", "timestamp": int(at), "format": WHEN, "fallback": fallback}


def typed(line: str) -> str:
    """The line as at a terminal; empty where none was understood."""
    line = one_line(line)
    return line if not line or line.split()[0] == "docker" else f"docker {line}"


def one_line(text: str) -> str:
    """The text on one line, nothing in it invisible."""
    return " ".join(visible(text)[0].split())


def who(asker: str) -> list[Json]:
    """A person as Slack names them; whoever is no Slack user by their name."""
    return [{"type": "user", "user_id": asker}] if _PERSON.fullmatch(asker) else [span(one_line(asker))]


def group(group_id: str) -> list[Json]:
    """A user group as Slack names it, which tells all who are in it."""
    return [{"type": "usergroup", "usergroup_id": group_id}]


def mention(asker: str) -> str:
    """The same in a message's text."""
    return f"<@{asker}>" if _PERSON.fullmatch(asker) else escaped(one_line(asker))


def span(text: str, *, code: bool = False) -> Json:
    """A piece of text."""
    return {"type": "text", "text": text, **({"style": {"code": True}} if code else {})}


def section(*spans: Mapping[str, Any]) -> Json:
    """A line of pieces."""
    return {"type": "rich_text_section", "elements": list(spans)}


def preformatted(text: str) -> Json:
    """Text in columns, as docker printed it."""
    return {"type": "rich_text_preformatted", "elements": [span(text.removesuffix("\n") or text)]}


def _plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": cut(one_line(text), limit), "emoji": False}


def button(button: Button, index: int, value: str) -> Json:
    """A button that carries an opaque id; one that destroys something asks first."""
    element = {
        "type": "button",
        "action_id": f"run-{index}",
        "text": _plain(button.label, BUTTON_LIMIT),
        "value": value,
    }
    if button.danger:
        return element | {"style": "danger", "confirm": _confirm(button)}
    return element | ({"style": "primary"} if button.primary else {})


def _confirm(button: Button) -> Json:
    return {
        "title": _plain("Are you sure?", CONFIRM_LIMIT),
        "text": _plain(f"This runs: {typed(button.line)}", CONFIRM_LIMIT),
        "confirm": _plain(button.label, CONFIRM_BUTTON_LIMIT),
        "deny": _plain("Cancel", CONFIRM_BUTTON_LIMIT),
        "style": "danger",
    }
