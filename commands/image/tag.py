"""docker tag."""

from __future__ import annotations

from collections.abc import Iterable

from commands import naming, wire
from commands.aftermath import Fate, Past
from commands.attempts import unanswered
from commands.command import Command, arg
from commands.context import Context
from commands.creation import images
from commands.image import fates
from commands.image.looking import look
from commands.image.transfer import DEFAULT_TAG
from commands.reply import Reply
from commands.spec import Permission
from commands.target import Target

_NO_NAME = 'Error parsing reference: "{}" is not a valid repository/tag: {}'
_DIGEST = "refusing to create a tag with a digest reference"
_LOOK = "docker images"


class Tag(Command, name="image tag", alias="tag", permission=Permission.CHANGE, interspersed=False, optional=False):
    """Give an image another name.

    Where another image has the name, that loses it.
    """

    image: str = arg("SOURCE_IMAGE[:TAG]")
    name: str = arg("TARGET_IMAGE[:TAG]")

    def problem(self) -> str | None:
        """Docker's refusals of names that no image can have."""
        for text, is_id in ((self.image, images.is_id(self.image)), (self.name, False)):
            try:
                digest = "" if is_id else naming.normalized(text).digest
            except ValueError as error:
                return _NO_NAME.format(text, error)
        return _DIGEST if digest else None

    def targets(self) -> tuple[Target, ...]:
        """The image, and the one that has the name so far."""
        found = naming.normalized(self.name)
        return Target("image", self.image), Target("image", f"{found.familiar}:{found.tag or DEFAULT_TAG}", made=True)

    def became(self, past: Past) -> Iterable[Fate]:
        """What the name stands for."""
        return [fates.named(past, self.targets()[1].ref, each.id) for each in past.there("image")[:1]]

    def run(self, ctx: Context) -> Reply:
        """Name it by its id."""
        found = naming.normalized(self.name)
        params: wire.Params = {"repo": f"{found.domain}/{found.path}", "tag": found.tag or DEFAULT_TAG}
        identity = look(ctx, self.targets()[0]).id
        try:
            wire.post(ctx.patient, "/images/{0}/tag", identity, params=params)
        except Exception as error:
            if not wire.lost(error):
                raise
            return unanswered(f"the name {self.name}", _LOOK)
        return Reply()
