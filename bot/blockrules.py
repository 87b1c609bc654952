"""Is this message, or this view, one that Slack takes? Pure; the words are those of Slack's own validator.

Every limit comes from Slack's Block Kit reference unless its comment names another source. Block types that
slashdock never sends (cards, carousels, plans, task cards) are refused as unsupported: model them before use.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from slackblocks import Block
from slackblocks.errors import InvalidUsageError

TEXT_LIMIT = 40_000  # characters of a message's top-level text; chat.postMessage
UPDATE_TEXT_LIMIT = 4_000  # characters; chat.update answers msg_too_long above it
BLOCKS_LIMIT = 13_200  # characters of all blocks as compact JSON, tables apart; bolt-js issues 2509 and 2867
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
TABLE_CHARACTERS = 10_000  # of all cells together
DATA_TABLE_CHARACTERS = 20_000  # of all cells of all data tables together
MARKDOWN_CHARACTERS = 12_000  # of all markdown blocks together
CHARTS = 2  # a message
CONTEXT_ELEMENTS = 10
ACTIONS_ELEMENTS = 25
SECTION_TEXT = 3_000
SECTION_FIELDS = 10
FIELD_TEXT = 2_000
HEADER_TEXT = 150
IDENTIFIER = 255  # block_id, action_id, callback_id
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
URL = 3_000
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
PLACEHOLDER = 150
TABLE_ROWS = 100
TABLE_COLUMNS = 20
DATA_TABLE_ROWS = 201  # header included
VIEW_TITLE = 24
PRIVATE_METADATA = 3_000
PLAIN_INPUT = 3_000

NO_TEXT = "no_text"
TEXT_TOO_LONG = "msg_too_long"
BLOCKS_TOO_LONG = "msg_blocks_too_long"
WHOLE_MESSAGE_ERRORS = (NO_TEXT, TEXT_TOO_LONG, BLOCKS_TOO_LONG)

Check = Callable[[Any, str], Iterator[str]]


def problems(message: Mapping[str, Any], *, text_limit: int = TEXT_LIMIT) -> tuple[str, ...]:
    """What Slack would refuse in this message (`text`, `blocks`); empty when it takes it.

    A fault of the whole message is Slack's bare error code (see WHOLE_MESSAGE_ERRORS); any other is a
    sentence with a JSON pointer, and Slack's code for it is `invalid_blocks`.
    """
    text, blocks = message.get("text") or "", message.get("blocks") or []
    if not isinstance(text, str):
        return (_at("must provide a string", "/text"),)
    if len(text) > text_limit:
        return (TEXT_TOO_LONG,)
    if not blocks:
        return () if text.strip() or message.get("attachments") else (NO_TEXT,)
    found = tuple(_blocks(blocks, "/blocks", _MESSAGE_TYPES, MESSAGE_BLOCKS))
    return found or ((BLOCKS_TOO_LONG,) if _size(blocks) > BLOCKS_LIMIT else ())


def view_problems(view: Mapping[str, Any]) -> tuple[str, ...]:
    """What Slack would refuse in this modal or home view; its code for it is `invalid_arguments`."""
    kind = view.get("type")
    if kind not in _VIEWS:
        return (_at("must be a valid enum value", "/view/type"),)
    shape, types = _VIEWS[kind]
    found = tuple(shape(view, "/view")) + tuple(_blocks(view.get("blocks"), "/view/blocks", types, VIEW_BLOCKS))
    if kind == "modal" and not view.get("submit") and _has_input(view.get("blocks")):
        found += (_at("missing required field: submit", "/view"),)
    return found


def _at(words: str, pointer: str) -> str:
    return f"{words} [json-pointer:{pointer}]"


def _size(blocks: Sequence[Mapping[str, Any]]) -> int:
    counted = [block for block in blocks if block["type"] not in {"table", "data_table"}]
    return len(json.dumps(counted, separators=(",", ":"), ensure_ascii=False))


def _has_input(blocks: object) -> bool:
    return isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )


# --- The blocks of one surface ------------------------------------------------------------------------


def _blocks(blocks: Any, pointer: str, types: Sequence[str], limit: int) -> Iterator[str]:
    if not isinstance(blocks, list):
        yield _at("must provide an array", pointer)
        return
    if len(blocks) > limit:
        yield _at(f"no more than {limit} items allowed", pointer)
    known = {name: _BLOCKS[name] for name in types}
    found = [words for i, block in enumerate(blocks) for words in _of_type(known)(block, f"{pointer}/{i}")]
    yield from found or _together(blocks, pointer)


def _together(blocks: Sequence[Mapping[str, Any]], pointer: str) -> Iterator[str]:
    """Faults that show only when all blocks are seen together."""
    yield from _repeated(blocks, "block_id", pointer)
    kinds = Counter(block["type"] for block in blocks)
    if kinds["table"] > 1:
        yield _at("only_one_table_allowed", pointer)
    if kinds["data_visualization"] > CHARTS:
        yield _at(f"no more than {CHARTS} data_visualization blocks allowed", pointer)
    for kind, limit in _TOTALS.items():
        total = sum(_characters(block) for block in blocks if block["type"] == kind)
        if total > limit:
            yield _at(f"{kind} content must be less than {limit + 1} characters", pointer)
    for i, block in enumerate(blocks):
        yield from _slackblocks(block, f"{pointer}/{i}")


def _repeated(things: Sequence[Any], key: str, pointer: str) -> Iterator[str]:
    seen = set()
    for i, thing in enumerate(things):
        name = thing.get(key) if isinstance(thing, dict) else None
        if name is not None and name in seen:
            yield _at(f'"{name}" is a duplicate {key}', f"{pointer}/{i}/{key}")
        seen.add(name)


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
        yield _at(str(refusal), pointer)
    except (NotImplementedError, KeyError):
        return


_TOTALS = {
    "table": TABLE_CHARACTERS,
    "data_table": DATA_TABLE_CHARACTERS,
    "markdown": MARKDOWN_CHARACTERS,
}


# --- Small checks, each a function of a value and its JSON pointer ---------------------------------------


def _string(limit: int = 0, minimum: int = 1) -> Check:
    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield _at("must provide a string", pointer)
        elif len(value) < minimum:
            yield _at(f"must be more than {minimum - 1} characters", pointer)
        elif limit and len(value) > limit:
            yield _at(f"must be less than {limit + 1} characters", pointer)

    return check


def _enum(*words: str) -> Check:
    def check(value: Any, pointer: str) -> Iterator[str]:
        if value not in words:
            yield _at("must be a valid enum value", pointer)

    return check


def _boolean(value: Any, pointer: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield _at("must provide a boolean", pointer)


def _number(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield _at("must provide a number", pointer)


def _mapping(value: Any, pointer: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _at("must provide an object", pointer)


def _anything(_value: Any, _pointer: str) -> Iterator[str]:
    return iter(())


def _web_address(value: Any, pointer: str) -> Iterator[str]:
    yield from _string(URL)(value, pointer)
    if isinstance(value, str) and value and not value.startswith(("http://", "https://")):
        yield _at("must be a valid URL", pointer)


def _list(check: Check, limit: int, minimum: int = 1) -> Check:
    def each(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield _at("must provide an array", pointer)
            return
        if len(value) < minimum:
            yield _at(f"no less than {minimum} items allowed", pointer)
        if len(value) > limit:
            yield _at(f"no more than {limit} items allowed", pointer)
        for i, item in enumerate(value):
            yield from check(item, f"{pointer}/{i}")

    return each


def _unique(key: str, check: Check) -> Check:
    def each(value: Any, pointer: str) -> Iterator[str]:
        found = list(check(value, pointer))
        yield from found or _repeated(value, key, pointer)

    return each


def _shape(required: Mapping[str, Check], **optional: Check) -> Check:
    """An object that has all of these fields, may have those, and no other."""
    fields = {"type": _anything, **required, **optional}

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _at("must provide an object", pointer)
            return
        for name in required:
            if value.get(name) is None:
                yield _at(f"missing required field: {name}", pointer)
        for name, each in value.items():
            if name not in fields:
                yield _at(f"invalid additional property: {name}", pointer)
            elif each is not None:
                yield from fields[name](each, f"{pointer}/{name}")

    return check


def _of_type(checks: Mapping[str, Check]) -> Check:
    """An object judged by its `type`."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _at("must provide an object", pointer)
        elif "type" not in value:
            yield _at("missing required field: type", pointer)
        elif value["type"] not in checks:
            yield _at(f"unsupported type: {value['type']}", f"{pointer}/type")
        else:
            yield from checks[value["type"]](value, pointer)

    return check


def _either(first: str, second: str, check: Check) -> Check:
    """An object that needs at least one of the two fields."""

    def each(value: Any, pointer: str) -> Iterator[str]:
        yield from check(value, pointer)
        if isinstance(value, dict) and value.get(first) is None and value.get(second) is None:
            yield _at(f"missing required field: {first}", pointer)

    return each


# --- Composition objects ---------------------------------------------------------------------------------

_identifier = _string(IDENTIFIER)


def _plain(limit: int) -> Check:
    return _of_type({"plain_text": _shape({"text": _string(limit)}, emoji=_boolean)})


def _text(limit: int) -> Check:
    mrkdwn = _shape({"text": _string(limit)}, verbatim=_boolean)
    return _of_type({"plain_text": _shape({"text": _string(limit)}, emoji=_boolean), "mrkdwn": mrkdwn})


_confirm = _shape(
    {"title": _plain(100), "text": _text(300), "confirm": _plain(30), "deny": _plain(30)},
    style=_enum("primary", "danger"),
)
_option = _shape(
    {"text": _text(OPTION_TEXT), "value": _string(OPTION_VALUE)},
    description=_text(OPTION_TEXT),
    url=_web_address,
)


# --- Elements --------------------------------------------------------------------------------------------

_common: dict[str, Check] = {"action_id": _identifier, "confirm": _confirm, "focus_on_load": _boolean}
_image = _either(
    "image_url",
    "slack_file",
    _shape({"alt_text": _string(2_000)}, image_url=_web_address, slack_file=_mapping),
)
_button = _shape(
    {"text": _plain(BUTTON_TEXT)},
    action_id=_identifier,
    confirm=_confirm,
    value=_string(BUTTON_VALUE),
    url=_web_address,
    style=_enum("primary", "danger"),
    accessibility_label=_string(BUTTON_TEXT),
)
_overflow = _shape({"options": _list(_option, 5)}, action_id=_identifier, confirm=_confirm)


def _choices(limit: int) -> Check:
    return _shape(
        {"options": _list(_option, limit)}, **_common, initial_option=_option, initial_options=_list(_option, limit)
    )


def _select(**more: Check) -> Check:
    return _shape({}, **_common, placeholder=_plain(PLACEHOLDER), max_selected_items=_number, **more)


_group = _shape({"label": _plain(75), "options": _list(_option, OPTIONS)})
_static = {
    "options": _list(_option, OPTIONS),
    "option_groups": _list(_group, OPTIONS),
    "initial_option": _option,
    "initial_options": _list(_option, OPTIONS),
}
_picked = {
    "initial_user": _identifier,
    "initial_users": _list(_identifier, OPTIONS),
    "initial_channel": _identifier,
    "initial_channels": _list(_identifier, OPTIONS),
    "initial_conversation": _identifier,
    "initial_conversations": _list(_identifier, OPTIONS),
    "default_to_current_conversation": _boolean,
    "response_url_enabled": _boolean,
    "filter": _mapping,
}
_external = {"initial_option": _option, "initial_options": _list(_option, OPTIONS), "min_query_length": _number}
_typed = {"placeholder": _plain(PLACEHOLDER), "initial_value": _string(minimum=0), "dispatch_action_config": _mapping}
_line = _shape(
    {},
    action_id=_identifier,
    focus_on_load=_boolean,
    multiline=_boolean,
    min_length=_number,
    max_length=_number,
    **_typed,
)
_number_input = _shape(
    {"is_decimal_allowed": _boolean},
    action_id=_identifier,
    focus_on_load=_boolean,
    min_value=_anything,
    max_value=_anything,
    **_typed,
)
_moment = _shape(
    {},
    **_common,
    placeholder=_plain(PLACEHOLDER),
    initial_date=_string(),
    initial_time=_string(),
    initial_date_time=_number,
    timezone=_string(),
)

_SINGLE: dict[str, Check] = {
    "button": _button,
    "overflow": _overflow,
    "checkboxes": _choices(10),
    "radio_buttons": _choices(10),
    "static_select": _either("options", "option_groups", _select(**_static)),
    "external_select": _select(**_external),
    "users_select": _select(**_picked),
    "channels_select": _select(**_picked),
    "conversations_select": _select(**_picked),
    "datepicker": _moment,
    "timepicker": _moment,
    "datetimepicker": _moment,
}
_MULTI: dict[str, Check] = {
    "multi_static_select": _either("options", "option_groups", _select(**_static)),
    "multi_external_select": _select(**_external),
    "multi_users_select": _select(**_picked),
    "multi_channels_select": _select(**_picked),
    "multi_conversations_select": _select(**_picked),
}
_TYPED: dict[str, Check] = {
    "plain_text_input": _line,
    "email_text_input": _line,
    "url_text_input": _line,
    "number_input": _number_input,
}
_NOT_AN_INPUT = ("button", "overflow")


# --- Rich text -------------------------------------------------------------------------------------------

_plain_style = _shape({}, bold=_boolean, italic=_boolean, strike=_boolean, underline=_boolean)
_style = _shape({}, bold=_boolean, italic=_boolean, strike=_boolean, underline=_boolean, code=_boolean)
_who_style = _shape(
    {},
    bold=_boolean,
    italic=_boolean,
    strike=_boolean,
    highlight=_boolean,
    client_highlight=_boolean,
    unlink=_boolean,
)
_spans = _of_type(
    {
        "text": _shape({"text": _string()}, style=_style),
        "link": _shape({"url": _string()}, text=_string(), unsafe=_boolean, style=_style),
        "emoji": _shape({"name": _string()}, unicode=_string(), skin_tone=_number, style=_anything),
        "user": _shape({"user_id": _string()}, style=_who_style),
        "usergroup": _shape({"usergroup_id": _string()}, style=_who_style),
        "channel": _shape({"channel_id": _string()}, style=_who_style),
        "broadcast": _shape({"range": _enum("here", "channel", "everyone")}, style=_who_style),
        "date": _shape(
            {"timestamp": _number, "format": _string()}, url=_string(), fallback=_string(), style=_plain_style
        ),
        "color": _shape({"value": _string()}, style=_plain_style),
    }
)
_written = _of_type(
    {
        "text": _shape({"text": _string()}, style=_style),
        "link": _shape({"url": _string()}, text=_string(), unsafe=_boolean, style=_style),
    }
)
_section_of_spans = _shape({"elements": _list(_spans, 10_000)})
_rich = _of_type(
    {
        "rich_text_section": _section_of_spans,
        "rich_text_quote": _shape({"elements": _list(_spans, 10_000)}, border=_number),
        "rich_text_preformatted": _shape({"elements": _list(_written, 10_000)}, border=_number, language=_string()),
        "rich_text_list": _shape(
            {
                "style": _enum("bullet", "ordered"),
                "elements": _list(_of_type({"rich_text_section": _section_of_spans}), 10_000),
            },
            indent=_number,
            offset=_number,
            border=_number,
        ),
    }
)
_rich_text = _shape({"elements": _list(_rich, 1_000)}, block_id=_identifier)


# --- Tables and charts -----------------------------------------------------------------------------------

_raw_text = _shape({"text": _string()}, emoji=_boolean)
_cell = _of_type({"raw_text": _raw_text, "rich_text": _rich_text})
_column = _shape({}, align=_enum("left", "center", "right"), is_wrapped=_boolean)
_data_cell = _of_type(
    {
        "raw_text": _raw_text,
        "rich_text": _rich_text,
        "raw_number": _shape({"value": _number, "text": _string()}),
    }
)
_point = _shape({"label": _string(20), "value": _number})
_series = _shape({"name": _string(20), "data": _list(_point, 20)})
_axis = _shape({"categories": _list(_string(20), 20)}, x_label=_string(50), y_label=_string(50))
_plotted = _shape({"series": _unique("name", _list(_series, 12)), "axis_config": _axis})
_chart = _of_type(
    {
        "pie": _shape({"segments": _list(_point, 12)}),
        "bar": _plotted,
        "line": _plotted,
        "area": _plotted,
    }
)


# --- Blocks and surfaces ---------------------------------------------------------------------------------


def _block(required: Mapping[str, Check], **optional: Check) -> Check:
    return _shape(required, block_id=_identifier, **optional)


def _container(value: Any, pointer: str) -> Iterator[str]:
    children = _list(_of_type({name: _BLOCKS[name] for name in _CONTAINED}), 10)
    shape = _block(
        {"child_blocks": children},
        title=_plain(150),
        rich_text_title=_rich_text,
        subtitle=_text(150),
        width=_enum("narrow", "standard", "wide", "full"),
        icon=_image,
        is_collapsible=_boolean,
        default_collapsed=_boolean,
        has_header_divider=_boolean,
    )
    yield from _either("title", "rich_text_title", shape)(value, pointer)


_context_image = {"image": _image}
_texts: dict[str, Check] = {
    "plain_text": _shape({"text": _string(SECTION_TEXT)}, emoji=_boolean),
    "mrkdwn": _shape({"text": _string(SECTION_TEXT)}, verbatim=_boolean),
}
_BLOCKS: dict[str, Check] = {
    "actions": _block(
        {"elements": _unique("action_id", _list(_of_type(_SINGLE), ACTIONS_ELEMENTS))},
    ),
    "alert": _block({"text": _text(200)}, level=_enum("default", "info", "warning", "error", "success")),
    "container": _container,
    "context": _block({"elements": _list(_of_type(_texts | _context_image), CONTEXT_ELEMENTS)}),
    "data_table": _block(
        {
            "caption": _string(),
            "rows": _list(_list(_data_cell, TABLE_COLUMNS), DATA_TABLE_ROWS, minimum=2),
        },
        page_size=_number,
        row_header_column_index=_number,
    ),
    "data_visualization": _block({"title": _string(50), "chart": _chart}),
    "divider": _block({}),
    "file": _block({"external_id": _string(), "source": _enum("remote")}),
    "header": _block({"text": _plain(HEADER_TEXT)}),
    "image": _either(
        "image_url",
        "slack_file",
        _block({"alt_text": _string(2_000)}, title=_plain(2_000), image_url=_web_address, slack_file=_mapping),
    ),
    "input": _block(
        {
            "label": _plain(2_000),
            "element": _of_type(
                {name: rule for name, rule in (_SINGLE | _MULTI | _TYPED).items() if name not in _NOT_AN_INPUT}
            ),
        },
        hint=_plain(2_000),
        optional=_boolean,
        dispatch_action=_boolean,
    ),
    "markdown": _block({"text": _string(MARKDOWN_CHARACTERS)}),
    "rich_text": _rich_text,
    "section": _either(
        "text",
        "fields",
        _block(
            {},
            text=_text(SECTION_TEXT),
            fields=_list(_text(FIELD_TEXT), SECTION_FIELDS),
            accessory=_of_type(_SINGLE | _MULTI | _context_image),
            expand=_boolean,
        ),
    ),
    "table": _block(
        {"rows": _list(_list(_cell, TABLE_COLUMNS), TABLE_ROWS)},
        column_settings=_list(_column, TABLE_COLUMNS),
    ),
}
_EVERYWHERE = ("actions", "context", "divider", "header", "image", "input", "rich_text", "section")
_CONTAINED = (*_EVERYWHERE, "file", "table")
_HOME_TYPES = (*_EVERYWHERE, "container", "data_table", "data_visualization", "table")
_MESSAGE_TYPES = (*_HOME_TYPES, "file", "markdown")
_MODAL_TYPES = (*_EVERYWHERE, "alert")

_view_fields: dict[str, Check] = {
    "private_metadata": _string(PRIVATE_METADATA, minimum=0),
    "callback_id": _string(IDENTIFIER, minimum=0),
    "external_id": _string(IDENTIFIER, minimum=0),
}
_VIEWS: dict[str, tuple[Check, Sequence[str]]] = {
    "modal": (
        _shape(
            {"title": _plain(VIEW_TITLE), "blocks": _anything},
            submit=_plain(VIEW_TITLE),
            close=_plain(VIEW_TITLE),
            clear_on_close=_boolean,
            notify_on_close=_boolean,
            **_view_fields,
        ),
        _MODAL_TYPES,
    ),
    "home": (_shape({"blocks": _anything}, **_view_fields), _HOME_TYPES),
}
