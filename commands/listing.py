"""A list as docker's CLI prints it: rows put through a template, and a header above them where it is a table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping

from commands.context import Context
from commands.reply import Reply, Table, failure, output
from commands.tabwriter import align, width
from commands.target import Missing, Target
from commands.template import Header, Row, Template, TemplateError

SHORT_ID = 12  # characters of an id that docker's tables show
FORMAT = "How to print it: json, or a Go template, with a header where it begins with table"
_TABLE = "table"
_JSON = "{{json .}}"
_WHERE = re.compile(r"template: [^:]*:(\d+):(\d+): ")  # how Go says the line and the byte of an action
DEPTH = 4  # blocks around a failing action that are still closed; deeper ones print nothing

Headers = Mapping[str, str]


def listed(rows: Iterable[Row], source: str, headers: Headers) -> Reply:
    """The rows through the template that --format names; a template that fails is docker's error."""
    final = _final(source)
    try:
        template = Template(final)
        lines = [template.execute(row) for row in rows]
    except TemplateError as error:
        return failure(f"template parsing error: {error}")
    if not source.startswith(_TABLE):
        return output("".join(f"{line}\n" for line in lines))
    return _table([_header(final, template, headers), *lines])


def short(identity: str) -> str:
    """The first characters of an id, without the name of its digest."""
    return identity.partition(":")[2][:SHORT_ID] if ":" in identity else identity[:SHORT_ID]


def labels(held: Mapping[str, str] | None) -> str:
    """Labels as one text, in order."""
    return ",".join(sorted(f"{name}={value}" for name, value in (held or {}).items()))


def label(held: Mapping[str, str] | None) -> Callable[[str], str]:
    """What gives one label's value by its name, empty where it is not set."""
    known_labels = held or {}

    def value(name: str) -> str:
        return known_labels.get(name, "")

    return value


def known(ctx: Context, target: Target) -> str:
    """The id of what a filter names; a name that nothing has goes to the engine, which says so in its own words."""
    found = ctx.found[target]
    return found.word() if isinstance(found, Missing) else found.id


def filters(given: Iterable[str]) -> dict[str, list[str]]:
    """The values of --filter by their names, as the engine takes them."""
    found: dict[str, list[str]] = {}
    for name, value in (each.split("=", 1) for each in given if each):
        found.setdefault(name, []).append(value)
    return found


def query(given: Mapping[str, list[str]]) -> dict[str, str | int | list[str]]:
    """Filters as the parameter of a request."""
    return {"filters": json.dumps(given)} if given else {}


def _final(source: str) -> str:
    text = _JSON if source == "json" else source.removeprefix(_TABLE)
    return text.strip(" ").replace(r"\t", "\t").replace(r"\n", "\n")


def begun(source: str, error: TemplateError, value: object) -> str:
    """What docker has printed of a template by the time that it fails: all that stands before the failing action."""
    where = _WHERE.match(str(error))
    if where is None:
        return ""
    octets = source.encode()
    above = sum(len(line) for line in octets.splitlines(keepends=True)[: int(where[1]) - 1])
    before = octets[: octets.rfind(b"{{", 0, above + int(where[2]))].decode()
    for depth in range(DEPTH):
        try:
            return Template(before + "{{end}}" * depth).execute(value)
        except TemplateError:
            continue
    return ""


def _header(source: str, template: Template, headers: Headers) -> str:
    try:
        return template.execute(Header(headers))
    except TemplateError as error:
        return begun(source, error, Header(headers))


def _table(lines: list[str]) -> Reply:
    rows = tuple(tuple(line.split("\t")) for line in lines)
    cells = [cell for row in rows for cell in row]
    if len({len(row) for row in rows}) == 1 and (_plain("".join(cells)) or all(map(_plain, cells))):
        return Reply((Table(rows),))
    return output(align("".join(f"{line}\n" for line in lines)))


def _plain(cell: str) -> bool:
    return "\n" not in cell and width(cell) == len(cell)
