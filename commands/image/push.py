"""docker push."""

from __future__ import annotations

import json
from collections.abc import Iterable

import requests
from docker.errors import APIError, NotFound

from commands import naming, wire
from commands.aftermath import Fate, Past, untold
from commands.attempts import unanswered
from commands.command import Command, arg, flag
from commands.context import Context
from commands.creation import machine
from commands.engine_errors import daemon
from commands.image import repository, transfer
from commands.image.pull import NO_TRUST, ONE_TAG
from commands.image.transfer import DEFAULT_TAG, Transferred
from commands.reference import Reference
from commands.reply import Reply, failure, lines
from commands.spec import Permission
from commands.target import Target

_NOT_YOURS = "{} has the tag {} here, which you may not push. Push the tags that you may one by one."
_MOVED = "{} stands for another image now than when you asked. Nothing was pushed; send the line again."
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
        """The image of the tag; for --all-tags its repository is judged, and each tag before any is pushed."""
        found = naming.normalized(self.image)
        return (Target("image", f"{found.familiar}:{found.tag or DEFAULT_TAG}", made=self.all_tags),)

    def became(self, past: Past) -> Iterable[Fate]:
        """Only the registry knows."""
        del past
        return untold(_ABROAD)

    def run(self, ctx: Context) -> Reply:
        """Push it, and show layer by layer how far that is."""
        found = naming.normalized(self.image)
        told = lines([] if self.quiet or self.all_tags or found.tag else [f"Using default tag: {DEFAULT_TAG}"])
        wrong = repository.barred(ctx, found) if self.all_tags else ""
        if wrong:
            return told + failure(_NOT_YOURS.format(found.familiar, wrong))
        try:
            stands = self.all_tags or self._stands(ctx)
            done = (
                transfer.push(ctx, found, self._params(found)) if stands else Transferred((), _MOVED.format(self.image))
            )
        except NotFound:
            return told + self._absent(ctx, found)
        except (APIError, requests.RequestException) as error:
            if not isinstance(error, APIError) or wire.lost(error):
                return told + unanswered(f"the push of {self.image}")
            return told + failure(daemon(error))
        told += lines(() if self.quiet else done.lines)
        if done.error:
            return told + failure(done.error)
        return told + lines([f"{found.domain}/{found.path}{self._tail(found)}"] if self.quiet else [])

    def _stands(self, ctx: Context) -> bool:
        """Whether the name still stands for what was judged; raises NotFound where it stands for nothing."""
        target = self.targets()[0]
        identity = ctx.id(target)
        return bool(ctx.docker.inspect_image(target.ref)["Id"] == identity)

    def _absent(self, ctx: Context, found: Reference) -> Reply:
        """What the engine says of an image that is not there."""
        first = lines([] if self.quiet else [f"The push refers to repository [{found.domain}/{found.path}]"])
        if not self.all_tags and repository.known(ctx, found):
            return first + failure(_NO_TAG.format(found.familiar, found.tag or DEFAULT_TAG))
        return first + failure(_ABSENT.format(found.familiar))

    def _params(self, found: Reference) -> dict[str, str]:
        params = {} if self.all_tags else {"tag": found.tag or DEFAULT_TAG}
        if self.platform:
            words = machine.specified(self.platform).split("/")
            params["platform"] = json.dumps(dict(zip(("os", "architecture", "variant"), words, strict=False)))
        return params

    def _tail(self, found: Reference) -> str:
        return "" if self.all_tags else f":{found.tag or DEFAULT_TAG}"
