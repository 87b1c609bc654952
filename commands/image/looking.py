"""The image behind a name, for the verbs whose engine says of a missing one less than its inspect does."""

from __future__ import annotations

from docker.errors import APIError

from commands.context import Context
from commands.target import Found, Target

_WRAPPED = "no such image: {}: "  # what engines before 23 put before the reason when an image is inspected


def look(ctx: Context, target: Target) -> Found:
    """What the target is; raises the engine's APIError in the words that it has where something is done to an image."""
    try:
        return ctx.look(target)
    except APIError as error:
        told = str(error.explanation or "").removeprefix(_WRAPPED.format(target.ref))
        raise type(error)(str(error), error.response, told) from None
