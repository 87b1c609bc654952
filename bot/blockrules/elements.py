"""Elements: buttons, menus, inputs, images."""

from bot.blockrules.checks import (
    Check,
    anything,
    boolean,
    either,
    enum,
    every,
    mapping,
    number,
    shape,
    string,
    web_address,
)
from bot.blockrules.limits import (
    ALT_TEXT,
    BUTTON_TEXT,
    BUTTON_VALUE,
    FEW_OPTIONS,
    OPTION_TEXT,
    OPTIONS,
    OVERFLOW_OPTIONS,
    PLACEHOLDER,
)
from bot.blockrules.objects import confirm, identifier, option, plain

_common: dict[str, Check] = {"action_id": identifier, "confirm": confirm, "focus_on_load": boolean}
image = either(
    "image_url",
    "slack_file",
    shape({"alt_text": string(ALT_TEXT)}, image_url=web_address, slack_file=mapping),
)
_button = shape(
    {"text": plain(BUTTON_TEXT)},
    action_id=identifier,
    confirm=confirm,
    value=string(BUTTON_VALUE),
    url=web_address,
    style=enum("primary", "danger"),
    accessibility_label=string(BUTTON_TEXT),
)
overflow = shape({"options": every(option, OVERFLOW_OPTIONS)}, action_id=identifier, confirm=confirm)


def _choices(limit: int) -> Check:
    return shape(
        {"options": every(option, limit)}, **_common, initial_option=option, initial_options=every(option, limit)
    )


def _select(**more: Check) -> Check:
    return shape({}, **_common, placeholder=plain(PLACEHOLDER), max_selected_items=number, **more)


_group = shape({"label": plain(OPTION_TEXT), "options": every(option, OPTIONS)})
_static = {
    "options": every(option, OPTIONS),
    "option_groups": every(_group, OPTIONS),
    "initial_option": option,
    "initial_options": every(option, OPTIONS),
}
_picked = {
    "initial_user": identifier,
    "initial_users": every(identifier, OPTIONS),
    "initial_channel": identifier,
    "initial_channels": every(identifier, OPTIONS),
    "initial_conversation": identifier,
    "initial_conversations": every(identifier, OPTIONS),
    "default_to_current_conversation": boolean,
    "response_url_enabled": boolean,
    "filter": mapping,
}
_external = {"initial_option": option, "initial_options": every(option, OPTIONS), "min_query_length": number}
_typed = {"placeholder": plain(PLACEHOLDER), "initial_value": string(minimum=0), "dispatch_action_config": mapping}
_line = shape(
    {},
    action_id=identifier,
    focus_on_load=boolean,
    multiline=boolean,
    min_length=number,
    max_length=number,
    **_typed,
)
_number_input = shape(
    {"is_decimal_allowed": boolean},
    action_id=identifier,
    focus_on_load=boolean,
    min_value=anything,
    max_value=anything,
    **_typed,
)
_moment = shape(
    {},
    **_common,
    placeholder=plain(PLACEHOLDER),
    initial_date=string(),
    initial_time=string(),
    initial_date_time=number,
    timezone=string(),
)

SINGLE: dict[str, Check] = {
    "button": _button,
    "overflow": overflow,
    "checkboxes": _choices(FEW_OPTIONS),
    "radio_buttons": _choices(FEW_OPTIONS),
    "static_select": either("options", "option_groups", _select(**_static)),
    "external_select": _select(**_external),
    "users_select": _select(**_picked),
    "channels_select": _select(**_picked),
    "conversations_select": _select(**_picked),
    "datepicker": _moment,
    "timepicker": _moment,
    "datetimepicker": _moment,
}
MULTI: dict[str, Check] = {
    "multi_static_select": either("options", "option_groups", _select(**_static)),
    "multi_external_select": _select(**_external),
    "multi_users_select": _select(**_picked),
    "multi_channels_select": _select(**_picked),
    "multi_conversations_select": _select(**_picked),
}
TYPED: dict[str, Check] = {
    "plain_text_input": _line,
    "email_text_input": _line,
    "url_text_input": _line,
    "number_input": _number_input,
}
NOT_AN_INPUT = ("button", "overflow")
