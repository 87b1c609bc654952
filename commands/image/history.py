"""docker history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from commands import secrets, wire
from commands.command import Command, arg, flag
from commands.context import Context
from commands.creation import machine
from commands.image.looking import look
from commands.listing import FORMAT, listed, short
from commands.reply import Reply
from commands.spec import Permission
from commands.tabwriter import ellipsis
from commands.target import Target
from commands.template import Row
from commands.units import ago, size

HEADERS = {
    "ID": "IMAGE",
    "CreatedSince": "CREATED",
    "CreatedAt": "CREATED AT",
    "CreatedBy": "CREATED BY",
    "Size": "SIZE",
    "Comment": "COMMENT",
}
TABLE = r"table {{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"
EXACT_TABLE = r"table {{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"
_WIDTH = 45  # columns that docker leaves of what a step did
_TOO_OLD = 946_684_800  # epoch seconds, 2000-01-01: what is older says no age


class History(Command, name="image history", alias="history", permission=Permission.READ):
    """Show the steps that an image was made in.

    Values that look like secrets are hidden in place.
    """

    image: str = arg("IMAGE")
    format: str = flag(default="", help=f"{FORMAT} (.ID .CreatedSince .CreatedAt .CreatedBy .Size .Comment)")
    human: bool = flag("-H", default=True, shown="true", help="Ages and sizes for people; else exact times and bytes")
    no_trunc: bool = flag(default=False, help="Nothing cut short")
    platform: str = flag(default="", since="1.48", help="Of an image for several platforms, this one: linux/arm64")
    quiet: bool = flag("-q", default=False, help="Only the ids")

    def problem(self) -> str | None:
        """Docker's refusal of a platform that is none."""
        try:
            machine.specified(self.platform or "linux")
        except ValueError as error:
            return str(error)
        return None

    def targets(self) -> tuple[Target, ...]:
        """The image."""
        return (Target("image", self.image),)

    def run(self, ctx: Context) -> Reply:
        """One request."""
        params: wire.Params = {"platform": json.dumps(self._platform())} if self.platform else {}
        steps = wire.get(ctx.docker, "/images/{0}/history", look(ctx, self.targets()[0]).id, params=params)
        return listed([self._row(each, ctx.now) for each in steps], self._source(), HEADERS)

    def _platform(self) -> dict[str, str]:
        words = machine.specified(self.platform).split("/")
        return dict(zip(("os", "architecture", "variant"), words, strict=False))

    def _source(self) -> str:
        if self.format not in {"", "table"}:
            return self.format
        if self.quiet:
            return "{{.ID}}"
        return TABLE if self.human else EXACT_TABLE

    def _row(self, step: Mapping[str, Any], now: float) -> Row:
        made = secrets.mask_text(step.get("CreatedBy") or "").replace("\t", " ")
        created = int(step.get("Created") or 0)
        at = f"{datetime.fromtimestamp(created, UTC):%Y-%m-%dT%H:%M:%SZ}"
        age = "" if created <= _TOO_OLD else ago(now - created)
        octets = int(step.get("Size") or 0)
        methods = {
            "ID": step["Id"] if self.no_trunc else short(step["Id"]),
            "CreatedAt": at,
            "CreatedSince": age if self.human else at,
            "CreatedBy": made if self.no_trunc else ellipsis(made, _WIDTH),
            "Size": size(octets) if self.human else str(octets),
            "Comment": secrets.mask_text(step.get("Comment") or ""),
        }
        return Row("*image.historyContext", methods)
