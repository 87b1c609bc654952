"""docker import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace

import requests
from docker.errors import APIError

from commands import naming, wire
from commands.aftermath import Fate, Past, untold
from commands.archives import checking, incoming
from commands.archives.checking import Bounds
from commands.archives.moving import Moving
from commands.attempts import Refusal, refused, unanswered
from commands.command import Also, Command, arg, args, flag
from commands.context import Context
from commands.engine_errors import daemon
from commands.image import fates
from commands.image.transfer import DEFAULT_TAG
from commands.reference import Reference
from commands.reply import Reply, failure, lines
from commands.spec import Permission
from commands.target import Found, Missing, Target

LOOK = "docker images"  # shows whether it was made where the answer was lost
_WEB = ("http://", "https://", "ftp://")
_NO_URL = "The engine would fetch {} from within its own network, so it does not. Attach the archive to the line."
_NOTHING = "Nothing comes by - from a chat. Attach the archive to the line, and say `import attached NAME`."
_CANCELLED = "No image was made."
_NAMELESS = "an image without a name cannot be told from others"


class Import(Command, name="image import", alias="import", permission=Permission.ENTER):
    """Make an image of the files in an archive, as `export` gives it.

    The archive is attached to the line (say `attached`), shared in the channel or yours (say its id or link), or lies
    below a folder that the settings allow. The image's id is the answer.
    """

    source: str = arg("file|URL|-")
    names: tuple[str, ...] = args("[REPOSITORY[:TAG]]", required=False)  # of which docker reads the first
    change: tuple[str, ...] = flag("-c", default=(), help="An instruction of a Dockerfile to apply, such as CMD or ENV")
    message: str = flag("-m", default="", help="What to note about it in the image's history")
    platform: str = flag(default="", help="For which system and machine it is, such as linux/arm64")

    def problem(self) -> str | None:
        """Docker's refusal of a name, and ours of what is no file here."""
        if self.source == "-":
            return _NOTHING
        if self.source.startswith(_WEB) and not incoming.upload(self.source):
            return _NO_URL.format(self.source)
        try:
            name = self._name()
        except ValueError as error:
            return str(error)
        return "cannot import digest reference" if name is not None and name.digest else None

    def targets(self) -> tuple[Target, ...]:
        """The image that has the new name so far."""
        name = self._name()
        return () if name is None else (Target("image", f"{name.familiar}:{name.tag or DEFAULT_TAG}", made=True),)

    def also(self, found: Mapping[Target, Found | Missing]) -> Iterable[Also]:
        """It gives the image a name."""
        del found
        return (Also("image tag", self.targets()),)

    def acts_anyway(self) -> bool:
        """It makes an image, named or not."""
        return True

    def reads(self, ctx: Context) -> None:
        """The archive."""
        incoming.pass_over(ctx, self.source)

    def became(self, past: Past) -> Iterable[Fate]:
        """What the name of the line stands for."""
        return [fates.made(past, each.ref) for each in self.targets()] or untold(_NAMELESS)

    def run(self, ctx: Context) -> Reply:
        """Look at all of the archive, then send it."""
        try:
            with ctx.draft() as draft, Moving(ctx, self.source, _CANCELLED).lasting() as moving:
                incoming.take(ctx, self.source, draft)
                bounds = Bounds(packed=draft.size, rooted=True)
                with moving.looked(draft) as file:
                    checking.passed(file, bounds)
                with draft.opened() as file, ctx.bringing(), moving.sending():
                    return self._made(ctx, moving.sent(checking.anew(file, bounds), file))
        except (ValueError, Refusal) as error:
            return refused(error)
        except (APIError, requests.RequestException) as error:
            if not isinstance(error, APIError) or wire.lost(error):
                return unanswered(f"the import of {self.source}", LOOK)
            return failure(daemon(error))

    def _made(self, ctx: Context, body: Iterable[bytes]) -> Reply:
        said: list[str] = []
        with closing(wire.pour(ctx.patient, "/images/create", params=self._params(), body=body)) as answer:
            for message in wire.messages(answer):
                if message.get("error"):
                    return failure(str(message["error"]))
                said.append(str(message.get("status") or ""))
        return replace(lines(said), ids=tuple(said[-1:]), made=tuple(said[-1:]))

    def _params(self) -> wire.Params:
        name = self._name()
        params: wire.Params = {"fromSrc": "-", "message": self.message}
        if name is not None:
            params |= {"repo": f"{name.domain}/{name.path}", "tag": name.tag or DEFAULT_TAG}
        if self.platform:
            params["platform"] = self.platform.lower()
        return params | ({"changes": list(self.change)} if self.change else {})

    def _name(self) -> Reference | None:
        return naming.normalized(self.names[0]) if self.names and self.names[0] else None
