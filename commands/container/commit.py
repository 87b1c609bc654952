"""docker commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import requests

from commands import naming, wire
from commands.aftermath import Fate, Past, untold
from commands.attempts import unanswered
from commands.command import Also, Command, arg, flag
from commands.container import parts
from commands.container.several import nameless
from commands.context import Context
from commands.image import fates
from commands.reference import Reference
from commands.reply import Reply, lines
from commands.spec import Permission
from commands.target import Found, Missing, Target

DEFAULT_TAG = "latest"
_NAMELESS = "an image without a name cannot be told from others"
LOOK = "docker images"  # shows whether it was made where the answer was lost


class Commit(Command, name="container commit", alias="commit", permission=Permission.CHANGE, interspersed=False):
    """Make an image of what a container's files are now.

    The container stands still meanwhile unless you say --pause=false. Volumes are not part of the image.
    """

    container: str = arg("CONTAINER")
    repository: str = arg("REPOSITORY[:TAG]", default="")
    author: str = flag("-a", default="", help="Who made the image, such as Ada <ada@example.com>")
    change: tuple[str, ...] = flag("-c", default=(), help="An instruction of a Dockerfile to apply, such as CMD or ENV")
    message: str = flag("-m", default="", help="What to note about it in the image's history")
    pause: bool = flag("-p", default=True, shown="true", help="Let the container stand still while it is copied")

    def problem(self) -> str | None:
        """Docker's refusals of an empty container and of a name that no image can have."""
        try:
            name = self._name()
        except ValueError as error:
            return nameless([self.container]) or str(error)
        if name is not None and name.digest:
            return nameless([self.container]) or "refusing to create a tag with a digest reference"
        return nameless([self.container])

    def targets(self) -> tuple[Target, ...]:
        """The container, and the image that has the new name so far."""
        container, name = Target("container", self.container), self._name()
        if name is None:
            return (container,)
        return container, Target("image", f"{name.familiar}:{name.tag or DEFAULT_TAG}", made=True)

    def also(self, found: Mapping[Target, Found | Missing]) -> Iterable[Also]:
        """It gives the image a name, and lets the container stand still meanwhile."""
        yield Also("image tag", self.targets()[1:])
        yield from parts.of(parts.PAUSING if self.pause else {}, found.values())

    def became(self, past: Past) -> Iterable[Fate]:
        """What the name of the line stands for."""
        return [fates.made(past, each.ref) for each in self.targets()[1:]] or untold(_NAMELESS)

    def run(self, ctx: Context) -> Reply:
        """Make the image; the answer is its id."""
        params, client = self._params(ctx.id(self.targets()[0])), ctx.patient
        try:
            with ctx.bringing():
                made = wire.post(client, "/commit", params=params).json()
        except requests.RequestException as error:
            if not wire.lost(error):
                raise
            return unanswered(f"the commit of {self.container}", LOOK)
        return replace(lines([made["Id"]]), ids=(made["Id"],), made=(made["Id"],))

    def _params(self, container: str) -> wire.Params:
        name = self._name()
        params: wire.Params = {
            "author": self.author,
            "comment": self.message,
            "container": container,
            "repo": f"{name.domain}/{name.path}" if name else "",
            "tag": (name.tag or DEFAULT_TAG) if name else "",
        }
        if self.change:
            params["changes"] = list(self.change)
        return params if self.pause else params | {"pause": "0"}

    def _name(self) -> Reference | None:
        return naming.normalized(self.repository) if self.repository else None
