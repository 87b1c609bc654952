"""docker push."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import requests
from docker.errors import APIError, NotFound

from commands import naming, wire
from commands.aftermath import Fate, Past, untold
from commands.attempts import Cancelled, refused, unanswered
from commands.command import Command, arg, flag
from commands.context import Context
from commands.creation import machine
from commands.engine_errors import daemon
from commands.image import repository, transfer
from commands.image.pull import NO_TRUST, ONE_TAG
from commands.image.transfer import DEFAULT_TAG, Transferred
from commands.intent import Intent, told
from commands.reference import Reference
from commands.reply import Reply, failure, lines, note
from commands.spec import Permission
from commands.target import Found, Target

_LEFT_OUT = "Not pushed: {}. The same image has a name besides that you may not see."
_MOVED = "{} stands for another image now than when you asked. It was not pushed; send the line again."
_ABROAD = "what the registry has is not known here"
_DIGEST = "cannot push a digest reference"
_NO_TAG = "tag does not exist: {}:{}"  # where others of its repository do
_ABSENT = "An image does not exist locally with the tag: {}"


class Push(Command, name="image push", alias="push", permission=Permission.CHANGE):
    """Send an image to the registry that its name begins with.

    Who is logged in there is said by `login`.
    """

    attended = True

    image: str = arg("NAME[:TAG]")
    all_tags: bool = flag("-a", default=False, help="All tags of the repository that are here")
    disable_content_trust: bool = flag(default=True, shown="true", help="Always so: nothing is signed here")
    platform: str = flag(default="", since="1.46", help="Of an image for several platforms, this one: linux/arm64")
    quiet: bool = flag("-q", default=False, help="Only the name in the end")

    def problem(self) -> str | None:
        """Docker's refusals of names and platforms, and ours of signatures."""
        try:
            machine.specified(self.platform or "linux")
            found = naming.normalized(self.image)
        except ValueError as error:
            return str(error)
        if self.all_tags and (found.tag or found.digest):
            return ONE_TAG
        if found.digest:
            return _DIGEST
        return None if self.disable_content_trust else NO_TRUST

    def targets(self) -> tuple[Target, ...]:
        """The image of the tag; for --all-tags the repository."""
        found = naming.normalized(self.image)
        return (Target("image", f"{found.familiar}:{found.tag or DEFAULT_TAG}", repository=self.all_tags),)

    def became(self, past: Past) -> Iterable[Fate]:
        """Only the registry knows."""
        del past
        return untold(_ABROAD)

    def intent(self, ctx: Context) -> Intent:
        """For --all-tags the images of all tags that are here, as far as the asker may know of them."""
        if not self.all_tags:
            return Intent((), lambda: self.run(ctx))
        found = naming.normalized(self.image)
        images, left_out = repository.tagged(ctx, found)
        rest = note(_LEFT_OUT.format(", ".join(left_out))) if left_out else Reply()
        if not images:
            return told(self._absent(ctx, found) + rest)
        return Intent(images, lambda: self._push(ctx, found, images) + rest)

    def run(self, ctx: Context) -> Reply:
        """Push it, and show layer by layer how far that is."""
        found = naming.normalized(self.image)
        before = lines([] if self.quiet or found.tag else [f"Using default tag: {DEFAULT_TAG}"])
        try:
            image = ctx.look(self.targets()[0])
        except NotFound:
            return before + self._absent(ctx, found)
        return before + self._push(ctx, found, [image])

    def _push(self, ctx: Context, found: Reference, images: Sequence[Found]) -> Reply:
        """One after the other, until one is refused."""
        printed: list[str] = []
        for image in images:
            try:
                done = self._pushed(ctx, found, image)
            except Cancelled as error:
                return lines(printed) + refused(error)
            except NotFound:
                return lines(printed) + self._absent(ctx, found)
            except (APIError, requests.RequestException) as error:
                if not isinstance(error, APIError) or wire.lost(error):
                    return lines(printed) + unanswered(f"the push of {image.target.ref}")
                return lines(printed) + failure(daemon(error))
            first = 1 if printed else 0  # the registry is named once
            printed += () if self.quiet else done.lines[first:]
            if done.error:
                return lines(printed) + failure(done.error)
        tail = "" if self.all_tags else f":{found.tag or DEFAULT_TAG}"
        return lines([f"{found.domain}/{found.path}{tail}"] if self.quiet else printed)

    def _pushed(self, ctx: Context, found: Reference, image: Found) -> Transferred:
        """The push of one tag, if it still stands for what was judged; raises NotFound where it stands for nothing."""
        name = image.target.ref
        if ctx.docker.inspect_image(name)["Id"] != image.id:
            return Transferred((), _MOVED.format(name))
        with ctx.bringing():
            return transfer.push(ctx, found, {"tag": name.rpartition(":")[2], **self._platform()})

    def _absent(self, ctx: Context, found: Reference) -> Reply:
        """What the engine says of an image that is not there."""
        first = lines([] if self.quiet else [f"The push refers to repository [{found.domain}/{found.path}]"])
        if not self.all_tags and repository.known(ctx, found):
            return first + failure(_NO_TAG.format(found.familiar, found.tag or DEFAULT_TAG))
        return first + failure(_ABSENT.format(found.familiar))

    def _platform(self) -> dict[str, str]:
        if not self.platform:
            return {}
        words = machine.specified(self.platform).split("/")
        return {"platform": json.dumps(dict(zip(("os", "architecture", "variant"), words, strict=False)))}
