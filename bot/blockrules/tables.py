"""Cells and columns of tables, and charts."""

from collections.abc import Iterator
from typing import Any

from bot.blockrules.checks import at, boolean, enum, every, number, of_type, shape, string, unique
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


def _more_than_nothing(value: Any, pointer: str) -> Iterator[str]:
    yield from number(value, pointer)
    if isinstance(value, int | float) and value <= 0:
        yield at("must be greater than 0", pointer)


def _plotted(value: Any, pointer: str) -> Iterator[str]:
    """Each series has a point for each category, in their order, and no category is there twice."""
    yield from (found := list(_drawn(value, pointer)))
    if found:
        return
    categories = value["axis_config"]["categories"]
    if len(set(categories)) < len(categories):
        yield at("must not have duplicates", f"{pointer}/axis_config/categories")
    for i, series in enumerate(value["series"]):
        if [point["label"] for point in series["data"]] != categories:
            yield at("labels must match the categories", f"{pointer}/series/{i}/data")


_slice = shape({"label": string(CHART_LABEL), "value": _more_than_nothing})
_point = shape({"label": string(CHART_LABEL), "value": number})
_series = shape({"name": string(CHART_LABEL), "data": every(_point, CHART_POINTS)})
_axis = shape(
    {"categories": every(string(CHART_LABEL), CHART_POINTS)}, x_label=string(CHART_TITLE), y_label=string(CHART_TITLE)
)
_drawn = shape({"series": unique("name", every(_series, CHART_SERIES)), "axis_config": _axis})
chart = of_type(
    {
        "pie": shape({"segments": every(_slice, CHART_SERIES)}),
        "bar": _plotted,
        "line": _plotted,
        "area": _plotted,
    }
)
