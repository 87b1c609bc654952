"""A report as a page that stands by itself: one file of HTML, which a browser shows offline and prints to PDF."""

from __future__ import annotations

from html import escape

from commands.chart import Chart
from commands.legible import shown
from commands.report import drawing
from commands.report.report import Report, Section
from commands.secrets import mask_text

# Nothing is loaded and nothing is run, whatever a container is called.
_SAFE = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; --text: #1d1c1d; --soft: #616061; --line: #dddddf; --ground: #fff; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e4e6; --soft: #a2a4a8; --line: #3a3d42; --ground: #1a1d21; } }
body { max-width: 800px; margin: 24px auto; padding: 0 16px; color: var(--text); background: var(--ground);
  font: 15px/1.46 system-ui, "Liberation Sans", sans-serif; }
h1 { font-size: 22px; } h2 { font-size: 17px; margin: 28px 0 4px; }
.headline { font-weight: 700; } p { margin: 4px 0; }
table { border-collapse: collapse; margin: 8px 0; font-size: 13.5px; }
th, td { border: 1px solid var(--line); padding: 3px 9px; text-align: left; overflow-wrap: anywhere; }
figure { margin: 12px 0; break-inside: avoid; } figcaption { font-weight: 700; }
svg text { fill: var(--soft); font-size: 11px; } svg .grid { stroke: var(--line); }
.legend { list-style: none; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: 2px 14px; font-size: 12.5px; }
@media print { :root { --text: #000; --ground: #fff; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
"""


def page(report: Report) -> str:
    """The whole page; secrets in names are masked in it, and characters that cannot be seen are shown."""
    title = _text(report.title)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_SAFE}">\n<style>{_STYLE}</style>\n</head>\n<body>\n'
        f'<h1>{title}</h1>\n<p class="headline">{_text(report.headline)}</p>\n'
        f"{''.join(map(_section, report.sections))}</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    words = "".join(f"<p>{_text(each)}</p>\n" for each in section.words)
    charts = "".join(map(_figure, section.charts))
    return f"<h2>{_text(section.title)}</h2>\n{words}{charts}{_table(section)}"


def _figure(chart: Chart) -> str:
    drawn = f"{drawing.svg(chart)}\n{drawing.legend(chart)}\n<p>{_text(chart.words())}</p>"
    return f"<figure>\n<figcaption>{_text(chart.heading)}</figcaption>\n{drawn}\n</figure>\n"


def _table(section: Section) -> str:
    if not section.rows:
        return ""
    head = "".join(f"<th>{_text(each)}</th>" for each in section.header)
    rows = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>\n" for row in section.rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"


def _text(text: str) -> str:
    return escape(shown(mask_text(text)), quote=True)
