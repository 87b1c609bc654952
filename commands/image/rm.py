"""docker rmi."""

from __future__ import annotations

import json
from collections.abc import Iterable

from docker.errors import APIError, NotFound

from commands import reference, wire
from commands.aftermath import Fate, Past
from commands.attempts import Refusal, Remark, each
from commands.command import Command, args, flag
from commands.context import Context
from commands.creation import machine
from commands.engine_errors import daemon
from commands.image import fates
from commands.image.looking import look
from commands.image.transfer import DEFAULT_TAG
from commands.kinds import Kind
from commands.reply import Output, Reply, output
from commands.spec import Permission
from commands.target import Found, Target

_LOOK = "docker images -a"
_MOVED = "{} stands for another image now than when you asked. Nothing was removed of it; send the line again."
_PLATFORMS = Kind("strings", str, repeats=True)


class Rm(Command, name="image rm", alias="image remove, rmi", permission=Permission.CHANGE):
    """Take a name from an image; with the last of its names the image itself goes.

    One that a container is made of stays, and so does one that others are made of.
    """

    images: tuple[str, ...] = args("IMAGE")
    force: bool = flag("-f", default=False, help="Take all names at once, and do not mind stopped containers")
    no_prune: bool = flag(default=False, help="Leave the images without a name that it was made from")
    platform: tuple[str, ...] = flag(
        default=(), kind=_PLATFORMS, since="1.50", help="Of an image for several platforms, remove this one only"
    )

    def problem(self) -> str | None:
        """Docker's refusal of a platform that is none."""
        try:
            for text in self._platforms():
                machine.specified(text)
        except ValueError as error:
            return str(error)
        return None

    def targets(self) -> tuple[Target, ...]:
        """The images of the line."""
        return tuple(Target("image", ref) for ref in self.images)

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each name is gone, or the image itself."""
        return fates.unnamed(past)

    def run(self, ctx: Context) -> Reply:
        """One after the other; with --force one that is not there is only told of."""
        told: list[str] = []

        def act(target: Target) -> None:
            try:
                told.extend(self._removed(ctx, target))
            except NotFound as error:
                if not self.force:
                    raise
                raise Remark(daemon(error)) from None

        reply = each(self.targets(), act, _LOOK)
        rest = Reply(tuple(part for part in reply.parts if not isinstance(part, Output)))
        shown = output("".join(f"{line}\n" for line in told)) + rest
        return Reply(shown.parts, reply.failed, reply.error, unknown=reply.unknown)

    def _removed(self, ctx: Context, target: Target) -> list[str]:
        found = look(ctx, target)
        handle = _handle(found)
        if handle != found.id and ctx.docker.inspect_image(handle)["Id"] != found.id:
            raise Refusal(_MOVED.format(target.ref))
        try:
            done = wire.delete(ctx.patient, "/images/{0}", handle, params=self._params())
        except APIError as error:
            told = str(error.explanation or "").replace(f'"{handle}"', f'"{target.ref}"')
            raise type(error)(str(error), error.response, told) from None
        return [f"Untagged: {one['Untagged']}" if one.get("Untagged") else f"Deleted: {one['Deleted']}" for one in done]

    def _params(self) -> wire.Params:
        params: wire.Params = {}
        if self.force:
            params["force"] = 1
        if self.no_prune:
            params["noprune"] = 1
        if self.platform:
            params["platforms"] = [json.dumps(_object(text)) for text in self._platforms()]
        return params

    def _platforms(self) -> list[str]:
        return [part for text in self.platform for part in text.split(",")]


def _handle(found: Found) -> str:
    """What is sent for it: the name that the line says, as the engine itself has it; else the id in full."""
    names = [*(found.details.get("RepoTags") or ()), *(found.details.get("RepoDigests") or ())]
    said = reference.parse(found.target.ref)
    if said is None:
        return found.id
    tail = f"@{said.digest}" if said.digest else f":{said.tag or DEFAULT_TAG}"
    return next((name for name in names if name == f"{said.familiar}{tail}"), found.id)


def _object(text: str) -> dict[str, str]:
    words = machine.specified(text).split("/")
    return dict(zip(("os", "architecture", "variant"), words, strict=False))
