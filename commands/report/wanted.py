"""What the verbs share by which a report is asked for."""

from __future__ import annotations

from commands.command import Command, flag


class Wanted(Command):
    """As which files."""

    pdf: bool = flag(default=False, help="As a PDF file with every row, which Slack shows")
    html: bool = flag(default=False, help="As a file for a browser: a page with every row")
