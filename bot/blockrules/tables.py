"""Cells and columns of tables, and charts."""

from bot.blockrules.checks import boolean, enum, every, number, of_type, shape, string, unique
from bot.blockrules.limits import CHART_LABEL, CHART_POINTS, CHART_SERIES, CHART_TITLE
from bot.blockrules.rich_text import rich_text

_raw_text = shape({"text": string()}, emoji=boolean)
cell = of_type({"raw_text": _raw_text, "rich_text": rich_text})
column = shape({}, align=enum("left", "center", "right"), is_wrapped=boolean)
data_cell = of_type(
    {
        "raw_text": _raw_text,
        "rich_text": rich_text,
        "raw_number": shape({"value": number, "text": string()}),
    }
)
_point = shape({"label": string(CHART_LABEL), "value": number})
_series = shape({"name": string(CHART_LABEL), "data": every(_point, CHART_POINTS)})
_axis = shape(
    {"categories": every(string(CHART_LABEL), CHART_POINTS)}, x_label=string(CHART_TITLE), y_label=string(CHART_TITLE)
)
_plotted = shape({"series": unique("name", every(_series, CHART_SERIES)), "axis_config": _axis})
chart = of_type(
    {
        "pie": shape({"segments": every(_point, CHART_SERIES)}),
        "bar": _plotted,
        "line": _plotted,
        "area": _plotted,
    }
)
