"""docker pull."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import requests
from docker.errors import APIError

from commands import naming, wire
from commands.aftermath import Fate, Past, untold
from commands.attempts import Cancelled, refused, unanswered
from commands.command import Command, arg, flag
from commands.context import Context
from commands.engine_errors import daemon
from commands.image import fates, repository, transfer
from commands.image.transfer import DEFAULT_TAG
from commands.intent import Intent, told
from commands.reply import Reply, failure, lines
from commands.spec import Permission
from commands.target import Found, Target

NO_TRUST = "Signatures of images are not checked here. Leave --disable-content-trust=false away."
ONE_TAG = "tag can't be used with --all-tags/-a"
_NOT_YOURS = "{} has a tag here that is not yours to move. Pull the tags that you want one by one."
_MOVED = "{} has another tag here, or one that stands for another image, than when you asked. Send the line again."
_LOOK = "docker images"
_ALL = "which tags the registry has is not known here"


class Pull(Command, name="image pull", alias="pull", permission=Permission.CHANGE):
    """Fetch an image from a registry.

    An image here that has the name so far loses it. Who is logged in there is said by `login`.
    """

    attended = True

    image: str = arg("NAME[:TAG|@DIGEST]")
    all_tags: bool = flag("-a", default=False, help="All images of the repository")
    disable_content_trust: bool = flag(default=True, shown="true", help="Always so: signatures are not checked here")
    platform: str = flag(default="", help="For which system and machine, such as linux/arm64")
    quiet: bool = flag("-q", default=False, help="Only the name in the end")

    def problem(self) -> str | None:
        """Docker's refusals of names, and ours of signatures; a platform is for the engine to refuse."""
        try:
            found = naming.normalized(self.image)
            if self.all_tags and (found.tag or found.digest):
                return ONE_TAG
        except ValueError as error:
            return str(error)
        return None if self.disable_content_trust else NO_TRUST

    def targets(self) -> tuple[Target, ...]:
        """The image that has the name so far; for --all-tags the repository."""
        found = naming.normalized(self.image)
        if found.digest:
            return (Target("image", f"{found.familiar}@{found.digest}", made=True),)
        tag = f"{found.familiar}:{found.tag or DEFAULT_TAG}"
        return (Target("image", tag, made=True, repository=self.all_tags),)

    def unforeseen(self) -> str:
        """What comes."""
        if self.all_tags:
            return f"every tag that the registry will have of {self.image} then: it is made here, or moves"
        return f"what the registry will have as {self.image} then"

    def became(self, past: Past) -> Iterable[Fate]:
        """What the name stands for; what else comes with --all-tags nobody can tell."""
        return untold(_ALL) if self.all_tags else fates.fetched(past, [self.targets()[0].ref])

    def intent(self, ctx: Context) -> Intent:
        """For --all-tags the images of all tags that are here, any of which may move."""
        if not self.all_tags:
            return Intent((), lambda: self.run(ctx))
        images = repository.moving(ctx, naming.normalized(self.image))
        if images is None:
            return told(failure(_NOT_YOURS.format(self._repository)), barred=True)
        return Intent(images, lambda: self._run_all(ctx, images))

    def run(self, ctx: Context) -> Reply:
        """Pull it, and show layer by layer how far that is."""
        found = naming.normalized(self.image)
        plain = not (self.all_tags or found.tag or found.digest)
        before = lines([f"Using default tag: {DEFAULT_TAG}"]) if plain and not self.quiet else Reply()
        try:
            with ctx.bringing():
                done = transfer.pull(ctx, found, all_tags=self.all_tags, platform=self.platform)
            if not (done.error or self.all_tags):
                ctx.docker.inspect_image(self.targets()[0].ref)
        except Cancelled as error:
            return before + refused(error)
        except (APIError, requests.RequestException) as error:
            if not isinstance(error, APIError) or wire.lost(error):
                return before + unanswered(f"the pull of {self.image}", _LOOK)
            return before + failure(daemon(error))
        shown = before + lines(() if self.quiet else done.lines)
        if done.error:
            return shown + failure(done.error)
        tail = "" if self.all_tags else f"@{found.digest}" if found.digest else f":{found.tag or DEFAULT_TAG}"
        if found.digest and found.tag:
            tail = f":{found.tag}@{found.digest}"
        whole = shown + lines([f"{found.domain}/{found.path}{tail}"])
        return replace(whole, ids=repository.ids(ctx, self.targets()))

    def _run_all(self, ctx: Context, images: Iterable[Found]) -> Reply:
        """The pull of all tags, where those that are here are the ones that were judged."""
        judged, there = {_stands(each) for each in images}, repository.moving(ctx, naming.normalized(self.image))
        if there is None or not judged.issuperset(map(_stands, there)):
            return failure(_MOVED.format(self._repository))
        return self.run(ctx)

    @property
    def _repository(self) -> str:
        return naming.normalized(self.image).familiar


def _stands(image: Found) -> tuple[str, str]:
    """A tag, and the image that it stands for."""
    return image.name, image.id
