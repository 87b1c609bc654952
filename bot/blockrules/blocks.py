"""Blocks, and on which surface each may stand."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.blockrules.checks import (
    Check,
    boolean,
    either,
    enum,
    every,
    mapping,
    number,
    of_type,
    shape,
    string,
    unique,
    web_address,
)
from bot.blockrules.elements import MULTI, NOT_AN_INPUT, SINGLE, TYPED, image
from bot.blockrules.limits import (
    ACTIONS_ELEMENTS,
    ALERT_TEXT,
    ALT_TEXT,
    CHART_TITLE,
    CONTAINED_BLOCKS,
    CONTAINER_TITLE,
    CONTEXT_ELEMENTS,
    DATA_TABLE_ROWS,
    FIELD_TEXT,
    HEADER_TEXT,
    LABEL,
    MARKDOWN_CHARACTERS,
    SECTION_FIELDS,
    SECTION_TEXT,
    TABLE_COLUMNS,
    TABLE_ROWS,
)
from bot.blockrules.objects import identifier, plain, text
from bot.blockrules.rich_text import rich_text
from bot.blockrules.tables import cell, chart, column, data_cell


def _block(required: Mapping[str, Check], **optional: Check) -> Check:
    return shape(required, block_id=identifier, **optional)


def _container(value: Any, pointer: str) -> Iterator[str]:
    children = every(of_type({name: BLOCKS[name] for name in CONTAINED}), CONTAINED_BLOCKS)
    rule = _block(
        {"child_blocks": children},
        title=plain(CONTAINER_TITLE),
        rich_text_title=rich_text,
        subtitle=text(CONTAINER_TITLE),
        width=enum("narrow", "standard", "wide", "full"),
        icon=image,
        is_collapsible=boolean,
        default_collapsed=boolean,
        has_header_divider=boolean,
    )
    yield from either("title", "rich_text_title", rule)(value, pointer)


_context_image = {"image": image}
_texts: dict[str, Check] = {
    "plain_text": shape({"text": string(SECTION_TEXT)}, emoji=boolean),
    "mrkdwn": shape({"text": string(SECTION_TEXT)}, verbatim=boolean),
}
BLOCKS: dict[str, Check] = {
    "actions": _block(
        {"elements": unique("action_id", every(of_type(SINGLE), ACTIONS_ELEMENTS))},
    ),
    "alert": _block({"text": text(ALERT_TEXT)}, level=enum("default", "info", "warning", "error", "success")),
    "container": _container,
    "context": _block({"elements": every(of_type(_texts | _context_image), CONTEXT_ELEMENTS)}),
    "data_table": _block(
        {
            "caption": string(),
            "rows": every(every(data_cell, TABLE_COLUMNS), DATA_TABLE_ROWS, minimum=2),
        },
        page_size=number,
        row_header_column_index=number,
    ),
    "data_visualization": _block({"title": string(CHART_TITLE), "chart": chart}),
    "divider": _block({}),
    "file": _block({"external_id": string(), "source": enum("remote")}),
    "header": _block({"text": plain(HEADER_TEXT)}),
    "image": either(
        "image_url",
        "slack_file",
        _block({"alt_text": string(ALT_TEXT)}, title=plain(ALT_TEXT), image_url=web_address, slack_file=mapping),
    ),
    "input": _block(
        {
            "label": plain(LABEL),
            "element": of_type(
                {name: rule for name, rule in (SINGLE | MULTI | TYPED).items() if name not in NOT_AN_INPUT}
            ),
        },
        hint=plain(LABEL),
        optional=boolean,
        dispatch_action=boolean,
    ),
    "markdown": _block({"text": string(MARKDOWN_CHARACTERS)}),
    "rich_text": rich_text,
    "section": either(
        "text",
        "fields",
        _block(
            {},
            text=text(SECTION_TEXT),
            fields=every(text(FIELD_TEXT), SECTION_FIELDS),
            accessory=of_type(SINGLE | MULTI | _context_image),
            expand=boolean,
        ),
    ),
    "table": _block(
        {"rows": every(every(cell, TABLE_COLUMNS), TABLE_ROWS)},
        column_settings=every(column, TABLE_COLUMNS),
    ),
}
EVERYWHERE = ("actions", "context", "divider", "header", "image", "input", "rich_text", "section")
CONTAINED = (*EVERYWHERE, "file", "table")
HOME_TYPES = (*EVERYWHERE, "container", "data_table", "data_visualization", "table")
MESSAGE_TYPES = (*HOME_TYPES, "file", "markdown")
MODAL_TYPES = (*EVERYWHERE, "alert")
