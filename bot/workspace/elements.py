"""What a person did to an element, in the words of payloads."""

from collections.abc import Iterable, Mapping
from typing import Any

Element = Mapping[str, Any]
PICKED = {
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
CHOSEN_ONE = ("static_select", "external_select", "radio_buttons", "overflow")
CHOSEN_MANY = ("checkboxes", "multi_static_select", "multi_external_select")
TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input")


def value_of(element: Element, given: Any = None) -> dict[str, Any]:
    """The element's entry in `state.values`: what was given, else its initial value."""
    kind = element["type"]
    if kind in TYPED:
        return {"type": kind, "value": element.get("initial_value") if given is None else given}
    if kind in CHOSEN_ONE:
        chosen = element.get("initial_option") if given is None else _option(element, given)
        return {"type": kind, "selected_option": chosen}
    if kind in CHOSEN_MANY:
        many = element.get("initial_options", []) if given is None else [_option(element, v) for v in given]
        return {"type": kind, "selected_options": many}
    if kind in PICKED:
        name, initial = PICKED[kind]
        return {"type": kind, name: element.get(initial) if given is None else given}
    return {"type": kind}


def action(block: Element, element: Element, given: Any, at: str) -> dict[str, Any]:
    """The entry in `actions` for a click or a choice."""
    done: dict[str, Any] = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": at,
    }
    if element["type"] == "button":
        kept = ("text", "value", "style", "url")
        return done | {key: element[key] for key in kept if key in element}
    return done | value_of(element, given)


def values(held: Iterable[tuple[Element, Element]], given: Mapping[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """`state.values` of all stateful elements; `given` is by action_id."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for block, element in held:
        if element["type"] not in {"button", "overflow"}:
            entry = value_of(element, given.get(element["action_id"]))
            found.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return found


def _option(element: Element, value: str) -> Mapping[str, Any]:
    groups = element.get("option_groups") or ()
    options = [*element.get("options", ()), *(each for group in groups for each in group["options"])]
    for option in options:
        if option["value"] == value:
            return dict(option)
    raise LookupError(f"no option has the value {value!r}")
