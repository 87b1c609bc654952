"""What the verbs share by which a report is asked for."""

from __future__ import annotations

from commands.command import Command, flag
from commands.kinds import FILTER


class Wanted(Command):
    """About which containers, and as which files."""

    filter: tuple[str, ...] = flag(
        "-f",
        default=(),
        kind=FILTER,
        help="Only about the containers that match: label=KEY, label=KEY=VALUE or name=GLOB, as name=web-*",
    )
    pdf: bool = flag(default=False, help="As a PDF file with every row, which Slack shows")
    html: bool = flag(default=False, help="As a file for a browser: a page with every row")
