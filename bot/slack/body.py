"""The body of an HTTP request, read into what Bolt takes; only what is signed is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

SSL_CHECK_LIMIT = 1_000  # bytes; Slack's check of the certificate has some fifty


class Malformed(Exception):  # noqa: N818 - what it is, not a fault of ours
    """Nothing that Slack sends looks like this."""


def ssl_check(body: bytes) -> bool:
    """Whether it is Slack's check of the certificate, which may come without a signature."""
    return len(body) <= SSL_CHECK_LIMIT and b"ssl_check=1" in body.split(b"&")


def read(body: bytes, content_type: str) -> dict[str, Any]:
    """A form, JSON, or JSON inside of a form; raises Malformed.

    Bolt's own reader is left out: it takes a slash command whose text holds the word payload for nothing.
    """
    try:
        found = _parsed(body.decode(), content_type)
    except (ValueError, RecursionError):
        raise Malformed("a body that cannot be read") from None
    check(found)
    return dict(found)


def check(payload: Any) -> None:
    """Raise Malformed where Bolt would trip over a payload."""
    try:
        sound = isinstance(payload, dict) and not _null(payload) and _sound(payload)
    except RecursionError:
        sound = False
    if not sound:
        raise Malformed("a body of another shape than Slack's")


def _parsed(text: str, content_type: str) -> Any:
    if content_type.partition(";")[0].strip() == "application/json" or text.startswith("{"):
        return json.loads(text)
    form = dict(parse_qsl(text, keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else form


_SHAPES: Mapping[str, type | tuple[type, ...]] = {  # of what Bolt looks into without looking first
    "event": dict,
    "authorizations": list,
    "actions": list,
    "view": dict,
    "state": dict,
    "response_urls": list,
    "team": (str, dict),
    "user": (str, dict),
    "enterprise": (str, dict),
    "channel": (str, dict),
    "type": str,
    "action_id": str,
    "callback_id": str,
    "message": dict,
    "previous_message": dict,
    "workflow_step": dict,
}
_NEVER_NULL = ("event", "response_urls", "view")  # of what may be absent
_DUE: Mapping[str, tuple[str, str]] = {  # by type, what Bolt looks up without asking for it, and what in each of it
    "block_actions": ("actions", "action_id"),
    "interactive_message": ("actions", ""),
    "view_submission": ("view", "type"),
    "view_closed": ("view", "type"),
    "workflow_step_edit": ("workflow_step", ""),
    "workflow_step_execute": ("workflow_step", ""),
}


def _null(payload: Mapping[str, Any]) -> bool:
    return any(name in payload and payload[name] is None for name in _NEVER_NULL)


def _sound(found: Mapping[str, Any]) -> bool:
    """Whether each field that is there is of its kind, in what is nested too."""
    for name, shape in _SHAPES.items():
        value = found.get(name)
        if value is not None and not isinstance(value, shape):
            return False
        nested = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
        if not all(isinstance(each, dict) and _sound(each) for each in nested):
            return False
    return _complete(found)


def _complete(found: Mapping[str, Any]) -> bool:
    """Whether that is there which is due to its type."""
    due = _DUE.get(found.get("type") or "")
    if due is None:
        return True
    name, within = due
    held = found.get(name) or []
    things = held if isinstance(held, list) else [held]
    return bool(things) and all(not within or within in each for each in things)
