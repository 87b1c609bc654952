"""Whole messages and views."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slackblocks import Block
from slackblocks.errors import InvalidUsageError

from bot.blockrules.blocks import BLOCKS, HOME_TYPES, MESSAGE_TYPES, MODAL_TYPES
from bot.blockrules.checks import Check, anything, at, boolean, of_type, repeated, shape, string
from bot.blockrules.limits import (
    BLOCKS_LIMIT,
    CHARTS,
    DATA_TABLE_CHARACTERS,
    IDENTIFIER,
    MARKDOWN_CHARACTERS,
    MESSAGE_BLOCKS,
    PRIVATE_METADATA,
    TABLE_CHARACTERS,
    TEXT_LIMIT,
    VIEW_BLOCKS,
    VIEW_TITLE,
)
from bot.blockrules.objects import plain

NO_TEXT = "no_text"
TEXT_TOO_LONG = "msg_too_long"
BLOCKS_TOO_LONG = "msg_blocks_too_long"
WHOLE_MESSAGE_ERRORS = (NO_TEXT, TEXT_TOO_LONG, BLOCKS_TOO_LONG)


def problems(message: Mapping[str, Any], *, text_limit: int = TEXT_LIMIT) -> tuple[str, ...]:
    """What Slack would refuse in this message (`text`, `blocks`); empty when it takes it.

    A fault of the whole message is Slack's bare error code (see WHOLE_MESSAGE_ERRORS); any other is a
    sentence with a JSON pointer, and Slack's code for it is `invalid_blocks`.
    """
    text, blocks = message.get("text") or "", message.get("blocks") or []
    if not isinstance(text, str):
        return (at("must provide a string", "/text"),)
    if len(text) > text_limit:
        return (TEXT_TOO_LONG,)
    if not blocks:
        return () if text.strip() else (NO_TEXT,)
    found = tuple(_blocks(blocks, "/blocks", MESSAGE_TYPES, MESSAGE_BLOCKS))
    return found or ((BLOCKS_TOO_LONG,) if _size(blocks) > BLOCKS_LIMIT else ())


def view_problems(view: Mapping[str, Any]) -> tuple[str, ...]:
    """What Slack would refuse in this modal or home view; its code for it is `invalid_arguments`."""
    kind = view.get("type")
    if not isinstance(kind, str) or kind not in _VIEWS:
        return (at("must be a valid enum value", "/view/type"),)
    rule, types = _VIEWS[kind]
    found = tuple(rule(view, "/view")) + tuple(_blocks(view.get("blocks"), "/view/blocks", types, VIEW_BLOCKS))
    if kind == "modal" and not view.get("submit") and _has_input(view.get("blocks")):
        found += (at("missing required field: submit", "/view"),)
    return found


def _size(blocks: Sequence[Mapping[str, Any]]) -> int:
    counted = [block for block in blocks if block["type"] not in {"table", "data_table"}]
    return len(json.dumps(counted, separators=(",", ":"), ensure_ascii=False))


def _has_input(blocks: object) -> bool:
    return isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )


def _blocks(blocks: Any, pointer: str, types: Sequence[str], limit: int) -> Iterator[str]:
    if not isinstance(blocks, list):
        yield at("must provide an array", pointer)
        return
    if len(blocks) > limit:
        yield at(f"no more than {limit} items allowed", pointer)
    known = {name: BLOCKS[name] for name in types}
    found = [words for i, block in enumerate(blocks) for words in of_type(known)(block, f"{pointer}/{i}")]
    yield from found or _together(blocks, pointer)


def _together(blocks: Sequence[Mapping[str, Any]], pointer: str) -> Iterator[str]:
    """Faults that show only when all blocks are seen together."""
    yield from repeated(blocks, "block_id", pointer)
    kinds = Counter(block["type"] for block in blocks)
    if kinds["table"] > 1:
        yield at("only_one_table_allowed", pointer)
    if kinds["data_visualization"] > CHARTS:
        yield at(f"no more than {CHARTS} data_visualization blocks allowed", pointer)
    for kind, limit in _TOTALS.items():
        total = sum(_characters(block) for block in blocks if block["type"] == kind)
        if total > limit:
            yield at(f"{kind} content must be less than {limit + 1} characters", pointer)
    for i, block in enumerate(blocks):
        yield from _slackblocks(block, f"{pointer}/{i}")


def _characters(value: Any) -> int:
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(_characters(each) for each in value.values())
    return sum(map(_characters, value)) if isinstance(value, list) else 0


def _slackblocks(block: Mapping[str, Any], pointer: str) -> Iterator[str]:
    """A second opinion, on the blocks that slackblocks 3.0 can read back."""
    try:
        Block.from_dict(dict(block))
    except InvalidUsageError as refusal:
        yield at(str(refusal), pointer)
    except (NotImplementedError, KeyError):
        return


_TOTALS = {
    "table": TABLE_CHARACTERS,
    "data_table": DATA_TABLE_CHARACTERS,
    "markdown": MARKDOWN_CHARACTERS,
}

_view_fields: dict[str, Check] = {
    "private_metadata": string(PRIVATE_METADATA, minimum=0),
    "callback_id": string(IDENTIFIER, minimum=0),
    "external_id": string(IDENTIFIER, minimum=0),
}
_VIEWS: dict[str, tuple[Check, Sequence[str]]] = {
    "modal": (
        shape(
            {"title": plain(VIEW_TITLE), "blocks": anything},
            submit=plain(VIEW_TITLE),
            close=plain(VIEW_TITLE),
            clear_on_close=boolean,
            notify_on_close=boolean,
            **_view_fields,
        ),
        MODAL_TYPES,
    ),
    "home": (shape({"blocks": anything}, **_view_fields), HOME_TYPES),
}
