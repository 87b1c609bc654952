"""The containers that a build's steps run in: whoever builds made them, as long as they are there."""

from __future__ import annotations

from commands.attempts import Refusal
from commands.context import Context

MOST = 1000  # containers that one build may tell of: many more than an image may have layers
_BY_ID = "sha256:"
_TOO_MANY = "The steps print the ids of more containers than any build has. It was broken off."


class Running:
    """Those of one build, which has not begun yet."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._before = {each["Id"] for each in ctx.docker.containers(all=True)}
        self._told: set[str] = set()

    def claim(self, short: str) -> None:
        """Write down that the asker made it, for its labels are those of the Dockerfile; raises Refusal.

        A step can print the id of any container. So one counts only where it was not there before the build, and is
        made as the engine makes those of steps: of an image by its id.
        """
        if short in self._told:
            return
        self._told.add(short)
        if len(self._told) > MOST:
            raise Refusal(_TOO_MANY)
        for each in self._ctx.docker.containers(all=True, filters={"id": short}):
            if each["Id"] not in self._before and each["Image"].startswith(_BY_ID):
                self._ctx.claim([each["Id"]])
