"""docker load."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace

import requests
from docker.errors import APIError, ImageNotFound

from commands import wire
from commands.aftermath import Fate, Past, untold
from commands.archives import checking, incoming, loading
from commands.archives.checking import Bounds
from commands.archives.moving import Moving
from commands.attempts import Refusal, refused, unanswered
from commands.command import Command, flag
from commands.context import Context
from commands.creation import machine
from commands.engine_errors import daemon
from commands.intent import Intent, told
from commands.reply import Reply, failure, output
from commands.seen import Seen
from commands.spec import Permission
from commands.target import Found, Target

LOOK = "docker images"  # shows whether it was loaded where the answer was lost
_NOTHING = "Nothing comes by itself from a chat. Attach the archive to the line, and say `load -i attached`."
_TAKEN = "The name {} in this archive is not yours to give. Nothing was loaded."
_CANCELLED = "Nothing was loaded."
_UNTOLD = "nothing at the engine tells whether all of the archive was loaded"


class Load(Command, name="image load", alias="load", permission=Permission.ENTER, does="image tag"):
    """Make images of an archive, as `save` gives it.

    It is attached to the line (say `-i attached`), shared in the channel or yours (say its id or link), or lies below a
    folder that the settings allow. The names that it brings are judged like those of `tag`, before anything is sent.
    """

    input: str = flag("-i", default="", help="The archive")
    platform: str = flag(default="", since="1.48", help="Of an image for several platforms, this one: linux/arm64")
    quiet: bool = flag("-q", default=False, help="Accepted and without effect: no progress is printed")

    def problem(self) -> str | None:
        """What a chat has not, and docker's refusal of a platform."""
        try:
            machine.specified(self.platform or "linux")
        except ValueError as error:
            return str(error)
        return None if self.input and self.input != "-" else _NOTHING

    def reads(self, ctx: Context) -> None:
        """The archive."""
        incoming.pass_over(ctx, self.input)

    def became(self, past: Past) -> Iterable[Fate]:
        """Which names it brought nobody knows any more."""
        del past
        return untold(_UNTOLD)

    def intent(self, ctx: Context) -> Intent:
        """With the images whose names it takes; a name that is new must not be barred."""
        try:
            with ctx.draft() as draft, Moving(ctx, self.input, _CANCELLED).lasting() as moving:
                incoming.take(ctx, self.input, draft)
                names = loading.names(draft, moving)
        except (ValueError, Refusal) as error:
            return told(refused(error))
        taken = tuple(_there(ctx, names))
        there = {each.name for each in taken}
        for name in names:
            seen = Seen("image", name)
            if name not in there and (not ctx.visible(seen) or ctx.barred("image tag", seen)):
                return told(failure(_TAKEN.format(name)), barred=True)
        brought = tuple(f"Names:   {name}" for name in names if name not in there)
        return Intent(taken, lambda: self._loaded(ctx, names), also={"image tag": taken}, told=brought)

    def _loaded(self, ctx: Context, names: tuple[str, ...]) -> Reply:
        try:
            with ctx.draft() as draft, Moving(ctx, self.input, _CANCELLED).lasting() as moving:
                incoming.take(ctx, self.input, draft)
                if loading.names(draft, moving) != names:
                    raise AssertionError("an archive that is the same to the last byte brings the same names")
                with draft.opened() as file, ctx.bringing(), moving.sending():
                    reply = self._sent(ctx, moving.sent(checking.anew(file, Bounds(packed=draft.size)), file))
        except (ValueError, Refusal) as error:
            return refused(error)
        except (APIError, requests.RequestException) as error:
            if not isinstance(error, APIError) or wire.lost(error):
                return unanswered(f"the load of {self.input}", LOOK)
            return failure(daemon(error))
        ids = tuple(dict.fromkeys(each.id for each in _there(ctx, names)))
        return replace(reply, ids=ids)

    def _sent(self, ctx: Context, body: Iterable[bytes]) -> Reply:
        params: wire.Params = {"quiet": "1"}
        if self.platform:
            params["platform"] = machine.encoded(self.platform)
        said, wrong = "", ""
        with closing(wire.pour(ctx.patient, "/images/load", params=params, body=body)) as answer:
            for message in wire.messages(answer):
                said += str(message.get("stream") or "")
                wrong = str(message.get("error") or wrong)
        return output(said) + (failure(wrong) if wrong else Reply())


def _there(ctx: Context, names: Iterable[str]) -> Iterable[Found]:
    """The images that have these names."""
    for name in names:
        try:
            details = ctx.docker.inspect_image(name)
        except ImageNotFound:
            continue
        labels = (details.get("Config") or {}).get("Labels") or {}
        yield Found(Target("image", name, made=True), "image", details["Id"], name, labels, details)
