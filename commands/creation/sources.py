"""What a create request needs beside its line: ids for the containers that it names, files, the API's version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from commands.api import NEWEST
from commands.context import Context
from commands.creation import files
from commands.target import Missing, Target


@dataclass(frozen=True)
class Sources:
    """container gives what is sent for a container that the line names, file the bytes of one that it names.

    file raises ValueError with docker's sentence, Refusal where the settings do not allow it; None where no files are
    read yet, so that what stands in them is left out.
    """

    container: Callable[[str], str]
    file: Callable[[str], bytes] | None
    api: str


TYPED = Sources(container=str, file=None, api=NEWEST)  # what the line says by itself


def found(ctx: Context) -> Sources:
    """The ids that were judged; for what the asker may not know of, a word that nothing has for a name."""
    return Sources(
        container=lambda ref: sent(ctx, Target("container", ref)),
        file=lambda path: _file(ctx, path),
        api=str(ctx.docker.api_version),
    )


def _file(ctx: Context, path: str) -> bytes:
    content = files.read(path, ctx.allowances.files)
    ctx.outside.take(f"the file {path}", content)
    return content


def sent(ctx: Context, target: Target) -> str:
    """What is sent for a target: the full id that was judged, else what is told of as missing; raises APIError."""
    looked = ctx.found.get(target)
    if looked is None:
        return target.ref
    return looked.word() if isinstance(looked, Missing) else looked.id
