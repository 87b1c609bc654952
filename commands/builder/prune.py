"""docker builder prune."""

from __future__ import annotations

from dataclasses import replace

from commands import kinds, prunes
from commands.builder import cache
from commands.command import Risk, flag
from commands.context import Context
from commands.creation.values import BYTES, size
from commands.intent import Intent
from commands.prunes import SURE, Pruning
from commands.spec import Permission

_DANGLING = "This will remove all dangling build cache."
_ALL = "This will remove all build cache."


class Prune(Pruning, name="builder prune", permission=Permission.CHANGE, optional=False):
    """Remove what builds keep for later ones.

    What a build uses at the moment stays. The classic builder keeps its steps as images: image prune takes those.
    """

    all: bool = flag("-a", default=False, help="All that no build uses at the moment")
    filter: tuple[str, ...] = flag(
        default=(), kind=kinds.FILTER, help='Narrow it down: "until=24h" (unused for so long), "type=regular", "id=ID"'
    )
    keep_storage: str = flag(default="", kind=BYTES, help="Leave so much of it, what was used last, such as 10gb")

    def warning(self) -> str:
        """Docker's words."""
        return _ALL if self.all else _DANGLING

    def risk(self) -> Risk:
        """Docker's question, on one line here."""
        return replace(super().risk(), question=f"WARNING! {self.warning()} {SURE}")

    def intent(self, ctx: Context) -> Intent:
        """What goes."""
        try:
            meant = cache.chosen(self.filter, all_=self.all, keep=size(self.keep_storage))
        except ValueError as error:
            return prunes.refused(error)
        return prunes.intent(ctx, cache.plan(ctx, meant), cache.HEADER, cache.LOOK, cache.TITLE, reclaimed=True)
