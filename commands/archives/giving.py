"""What is taken out of an engine as one file: put into the answer, or into a folder that the settings allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import requests

from commands.aftermath import UNCHANGED, Fate, Past
from commands.archives import fetching, keeping
from commands.attempts import Refusal, refused
from commands.command import Command, flag
from commands.context import Context
from commands.filing import Draft
from commands.reply import Document, Reply, failure, note
from commands.units import size

AS_IS = "It is given as it is: no secret in it is hidden."
_WRITTEN = "{} was written to {}."


class Giving(Command):
    """The flag that says where to."""

    output: str = flag("-o", default="", help="Write it into a folder that the settings allow, not into the answer")

    def became(self, past: Past) -> Iterable[Fate]:
        """Nothing is changed at the engine."""
        del past
        return UNCHANGED

    def given(  # noqa: PLR0913, PLR0917 - what it is put together of
        self,
        ctx: Context,
        ask: Callable[[], requests.Response],
        name: str,
        check: Callable[[Draft], None],
        fails: str,
        whole: int = 0,
        least: int = 0,
    ) -> Reply:
        """The archive that an answer of the engine is, by this name; fails begins what is said of a path.

        whole is about how many bytes it has, least how many it surely has; 0 where nobody knows.

        check looks at all of it before anybody has it; it and ask may raise Refusal and APIError.
        """
        try:
            kept = keeping.place(self.output, ctx.allowances.files) if self.output else None
        except ValueError as error:
            return failure(f"{fails}: {error}")
        except Refusal as refusal:
            return failure(str(refusal))
        try:
            with ctx.draft() as draft:
                draft.expect(least)
                fetching.asked(ctx, ask, draft, name, whole)
                check(draft)
                if kept is None:
                    return Reply((Document(draft.finish(), name, name.removesuffix(".tar")),)) + note(AS_IS)
                kept.write(draft)
                return note(_WRITTEN.format(size(draft.size), self.output))
        except Refusal as refusal:
            return refused(refusal)
