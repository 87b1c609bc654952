"""docker image inspect."""

from __future__ import annotations

import json
from typing import Any

from docker.utils import version_lt

from commands import inspecting, wire
from commands.command import Command, Permission, args, flag
from commands.context import Context, Found, Target
from commands.reply import Reply, failure

PLATFORM_SINCE = "1.49"  # the API version from which an inspect can ask for one platform
_TOO_OLD = '"--platform" requires API version {}, but the Docker daemon API version is {}'


class Inspect(Command, name="image inspect", permission=Permission.SEE):
    """Show everything that the engine knows of one or more images.

    Values that look like secrets are hidden in place.
    """

    images: tuple[str, ...] = args("IMAGE")
    format: str = flag("-f", default="", help="Show it as one line of 'json', or by a Go template")
    platform: str = flag(default="", help="Of an image for several platforms, show this one: os[/arch[/variant]]")

    def targets(self) -> tuple[Target, ...]:
        """The images of the line."""
        return tuple(Target("image", ref) for ref in self.images)

    def run(self, ctx: Context) -> Reply:
        """Show each."""
        if not self.platform:
            return inspecting.inspect(ctx, self.targets(), self.format)
        spoken = ctx.docker.api_version
        if version_lt(spoken, PLATFORM_SINCE):
            return failure(_TOO_OLD.format(PLATFORM_SINCE, spoken))
        return inspecting.inspect(ctx, self.targets(), self.format, lambda found: self._of_platform(ctx, found))

    def _of_platform(self, ctx: Context, found: Found) -> Any:
        asked = dict(zip(("os", "architecture", "variant"), self.platform.split("/"), strict=False))
        return wire.get(ctx.docker, "/images/{0}/json", found.id, params={"platform": json.dumps(asked)})
