"""docker image inspect."""

from __future__ import annotations

import json
from typing import Any

from commands import inspecting, wire
from commands.command import Command, args, flag
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Found, Target


class Inspect(Command, name="image inspect", permission=Permission.SEE):
    """Show everything that the engine knows of one or more images.

    Values that look like secrets are hidden in place.
    """

    images: tuple[str, ...] = args("IMAGE")
    format: str = flag("-f", default="", help="Show it as one line of 'json', or by a Go template")
    platform: str = flag(
        default="", since="1.49", help="Of an image for several platforms, show this one: os[/arch[/variant]]"
    )

    def targets(self) -> tuple[Target, ...]:
        """The images of the line."""
        return tuple(Target("image", ref) for ref in self.images)

    def unlooked(self, sentence: str) -> Reply:
        """Nothing to show, and the sentence for each."""
        return inspecting.unanswered(self.targets(), self.format, sentence)

    def run(self, ctx: Context) -> Reply:
        """Show each."""
        if not self.platform:
            return inspecting.inspect(ctx, self.targets(), self.format)
        words = self.platform.split("/")
        return inspecting.inspect(ctx, self.targets(), self.format, lambda found: _of_platform(ctx, found, words))


def _of_platform(ctx: Context, found: Found, words: list[str]) -> Any:
    asked = dict(zip(("os", "architecture", "variant"), words, strict=False))
    return wire.get(ctx.docker, "/images/{0}/json", found.id, params={"platform": json.dumps(asked)})
