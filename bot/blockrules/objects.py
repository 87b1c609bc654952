"""Composition objects: texts, confirmations, options."""

from bot.blockrules.checks import Check, boolean, enum, of_type, shape, string, web_address
from bot.blockrules.limits import CONFIRM_BUTTON, CONFIRM_TEXT, CONFIRM_TITLE, IDENTIFIER, OPTION_TEXT, OPTION_VALUE

identifier = string(IDENTIFIER)


def plain(limit: int) -> Check:
    """A plain_text object."""
    return of_type({"plain_text": shape({"text": string(limit)}, emoji=boolean)})


def text(limit: int) -> Check:
    """A plain_text or mrkdwn object."""
    mrkdwn = shape({"text": string(limit)}, verbatim=boolean)
    return of_type({"plain_text": shape({"text": string(limit)}, emoji=boolean), "mrkdwn": mrkdwn})


confirm = shape(
    {
        "title": plain(CONFIRM_TITLE),
        "text": text(CONFIRM_TEXT),
        "confirm": plain(CONFIRM_BUTTON),
        "deny": plain(CONFIRM_BUTTON),
    },
    style=enum("primary", "danger"),
)
option = shape(
    {"text": text(OPTION_TEXT), "value": string(OPTION_VALUE)},
    description=text(OPTION_TEXT),
    url=web_address,
)
