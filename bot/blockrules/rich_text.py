"""Rich text."""

from bot.blockrules.checks import anything, boolean, enum, every, number, of_type, shape, string
from bot.blockrules.limits import RICH_PARTS, SPANS
from bot.blockrules.objects import identifier

_plain_style = shape({}, bold=boolean, italic=boolean, strike=boolean, underline=boolean)
_style = shape({}, bold=boolean, italic=boolean, strike=boolean, underline=boolean, code=boolean)
_who_style = shape(
    {},
    bold=boolean,
    italic=boolean,
    strike=boolean,
    highlight=boolean,
    client_highlight=boolean,
    unlink=boolean,
)
_spans = of_type(
    {
        "text": shape({"text": string()}, style=_style),
        "link": shape({"url": string()}, text=string(), unsafe=boolean, style=_style),
        "emoji": shape({"name": string()}, unicode=string(), skin_tone=number, style=anything),
        "user": shape({"user_id": string()}, style=_who_style),
        "usergroup": shape({"usergroup_id": string()}, style=_who_style),
        "channel": shape({"channel_id": string()}, style=_who_style),
        "broadcast": shape({"range": enum("here", "channel", "everyone")}, style=_who_style),
        "date": shape({"timestamp": number, "format": string()}, url=string(), fallback=string(), style=_plain_style),
        "color": shape({"value": string()}, style=_plain_style),
    }
)
_written = of_type(
    {
        "text": shape({"text": string()}, style=_style),
        "link": shape({"url": string()}, text=string(), unsafe=boolean, style=_style),
    }
)
_section_of_spans = shape({"elements": every(_spans, SPANS)})
_rich = of_type(
    {
        "rich_text_section": _section_of_spans,
        "rich_text_quote": shape({"elements": every(_spans, SPANS)}, border=number),
        "rich_text_preformatted": shape({"elements": every(_written, SPANS)}, border=number, language=string()),
        "rich_text_list": shape(
            {
                "style": enum("bullet", "ordered"),
                "elements": every(of_type({"rich_text_section": _section_of_spans}), SPANS),
            },
            indent=number,
            offset=number,
            border=number,
        ),
    }
)
rich_text = shape({"elements": every(_rich, RICH_PARTS)}, block_id=identifier)
