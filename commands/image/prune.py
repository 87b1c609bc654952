"""docker image prune."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from commands import grammar, kinds, listing, units, vanished
from commands.aftermath import Fate, Past
from commands.command import Command, Risk, flag
from commands.context import Context
from commands.image import pruning, removing, using
from commands.image.pruning import Image
from commands.image.removing import Removed
from commands.intent import Intent, told
from commands.reply import Note, Output, Part, Reply, failure
from commands.spec import Permission
from commands.tabwriter import ellipsis

_DANGLING = "WARNING! This will remove all dangling images."
_UNUSED = "WARNING! This will remove all images without at least one container associated to them."
_SURE = "Are you sure you want to continue? [y/N]"
_TOLD = 9  # images that the answer says the reason of; Slack cuts a note of many more short
_TOLD_WIDTH = 150  # characters of each
_HEADER = ("IMAGE", "IMAGE ID", "CREATED", "SIZE")
_SIZE_DIGITS = 4  # significant digits, as docker prints what was reclaimed


class Prune(Command, name="image prune", permission=Permission.CHANGE, does="image rm"):
    """Remove images that nothing uses.

    Only dangling ones, which have no name and are no part of another image, unless you say --all.
    An image stays if a container in any state is made of it, or names one of its tags.
    """

    all: bool = flag("-a", default=False, help="Take images with a name, too, if no container uses them")
    filter: tuple[str, ...] = flag(
        default=(), kind=kinds.FILTER, help='Narrow it down: "until=TIME or age", "label=KEY[=VALUE]", "label!=KEY"'
    )
    force: bool = flag("-f", default=False, help="Do it without asking first")

    def risk(self) -> Risk | None:
        """Docker's question."""
        question = f"{_UNUSED if self.all else _DANGLING}\n{_SURE}"
        return Risk(question, grammar.canonical(replace(self, force=True)), forced=self.force)

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each image that was to go is gone."""
        return vanished.each(past, "image")

    def intent(self, ctx: Context) -> Intent:
        """The images that go, to be removed one by one and the bytes measured."""
        try:
            chosen = pruning.selection(self.filter, all_=self.all, now=ctx.now)
        except ValueError as error:
            return told(failure(f"Error response from daemon: {error}"))
        listed = pruning.shown_to(ctx.visible, pruning.images(ctx.docker))
        planned = pruning.plan(listed, using.uses(ctx.docker, ctx.visible), chosen)
        table = (_HEADER, *(row(each, ctx.now) for each in planned.remove))
        return Intent(planned.objects(), lambda: outcome(removing.remove(ctx, planned)), table)


def row(image: Image, now: float) -> tuple[str, ...]:
    """An image that goes, as it is shown: its names, its id, its age and its size."""
    return image.shown, listing.short(image.id), units.ago(now - image.created), units.size(image.size)


def outcome(removed: Removed) -> Reply:
    """What came of the plan, as docker words it."""
    deleted = "".join(f"{line}\n" for line in removed.lines)
    text = f"Deleted Images:\n{deleted}\n" if deleted else ""
    if removed.reclaimed is not None:
        text += f"Total reclaimed space: {units.size(removed.reclaimed, _SIZE_DIGITS)}\n"
    parts: list[Part] = [Output(text)] if text else []
    parts += [Note(_stays(removed.kept))] if removed.kept else []
    return removed.reply(*parts)


def _stays(kept: list[tuple[Image, str]]) -> str:
    """What stayed after all, and why: one sentence each of the first few."""
    told = [ellipsis(f"{image.shown} stays: {reason}.", _TOLD_WIDTH) for image, reason in kept[:_TOLD]]
    more = len(kept) - len(told)
    return "\n".join([*told, f"So do {more} more images."] if more else told)
