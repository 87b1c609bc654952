"""docker system prune."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from commands import prunes, vanished
from commands.aftermath import Fate, Past
from commands.attempts import cancelled
from commands.builder import cache
from commands.command import Risk, flag
from commands.container import prune as containers
from commands.context import Context
from commands.image import prune as images
from commands.image import pruning, removing, using
from commands.intent import Intent
from commands.network import prune as networks
from commands.prunes import SURE, Going, Pruning, Selection
from commands.reply import Errors, Output, Reply, output
from commands.seen import Seen
from commands.spec import Permission
from commands.target import Found
from commands.units import natural
from commands.volume import prune as volumes

_FILTERS = ("until", "label", "label!")
_HEADER = ("KIND", "NAME", "ID", "SIZE OR AGE")
_NO_UNTIL = 'ERROR: The "until" filter is not supported with "--volumes"'
_SHORT = 12  # characters of an id
_NOT_TRIED = "Not tried: {}."
_WORDS = {"builder": "build cache record"}


@dataclass(frozen=True)
class _Part:
    """One kind of objects: what goes of it, how it is shown, and the doing, which gives back the bytes freed, too."""

    objects: tuple[Found, ...]
    rows: tuple[tuple[str, ...], ...]
    do: Callable[[], tuple[Reply, int]]


class Prune(
    Pruning,
    name="system prune",
    permission=Permission.CHANGE,
    does="container rm, container prune, image rm, image prune, network rm, network prune, volume rm, volume prune,"
    " builder prune",
):
    """Remove what nothing uses: stopped containers, networks, dangling images and what builds keep.

    With --volumes also the volumes that were made without a name. What goes is shown before.
    """

    all: bool = flag("-a", default=False, help="Take all images that no container uses, and all that builds keep")
    volumes: bool = flag(default=False, help="Take volumes without a name, too")

    def problem(self) -> str | None:
        """Docker's refusal of ages for volumes, which have none."""
        return _NO_UNTIL if self.volumes and any(each.startswith("until=") for each in self.filter) else None

    def risk(self) -> Risk:
        """Docker's question."""
        return replace(super().risk(), question=f"WARNING! {self.warning()}{SURE}")

    def warning(self) -> str:
        """Docker's words."""
        kinds = ["all stopped containers", "all networks not used by at least one container"]
        kinds += ["all anonymous volumes not used by at least one container"] if self.volumes else []
        unused = "all images without at least one container associated to them"
        kinds += [unused, "all build cache"] if self.all else ["all dangling images", "unused build cache"]
        listed = "".join(f"\n  - {each}" for each in kinds)
        chosen = sorted((each for each in self.filter if each.partition("=")[0] in _FILTERS), key=natural)
        filtered = "".join(f"\n  - {each}" for each in chosen)
        more = f"\n  Items to be pruned will be filtered with:{filtered}\n" if filtered else ""
        return f"This will remove:{listed}\n{more}\n"

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each object that was to go is gone."""
        return vanished.each(past)

    def intent(self, ctx: Context) -> Intent:
        """All that goes, each kind after those that may use it."""
        try:
            chosen = prunes.selection(self.filter, ctx.now, _FILTERS)
            parts = tuple(self._parts(ctx, chosen))
        except ValueError as error:
            return prunes.refused(error)
        objects = tuple(each for part in parts for each in part.objects)
        rows = tuple(row for part in parts for row in part.rows)
        return Intent(objects, lambda: _done(ctx, parts), (_HEADER, *rows))

    def _parts(self, ctx: Context, chosen: Selection) -> list[_Part]:
        going = list(containers.plan(ctx, chosen))
        gone = frozenset(each.found.id for each in going)
        parts = [
            _part(ctx, going, containers.LOOK, containers.TITLE),
            _part(ctx, list(networks.plan(ctx, chosen, gone)), networks.LOOK, networks.TITLE),
        ]
        if self.volumes:
            nameless = [each for each in volumes.plan(ctx, chosen, gone) if volumes.is_anonymous(each)]
            parts.append(_part(ctx, nameless, volumes.LOOK, volumes.TITLE))
        parts.append(self._images(ctx, chosen, gone))
        ages = tuple(each for each in self.filter if each.startswith("until="))
        cleared = ctx.visible(Seen("builder", "")) and not (chosen.labels or chosen.without)
        cached = cache.plan(ctx, cache.chosen(ages, all_=self.all)) if cleared else []
        parts.append(_part(ctx, cached, cache.LOOK, cache.TITLE))
        return parts

    def _images(self, ctx: Context, chosen: Selection, gone: frozenset[str]) -> _Part:
        meant = pruning.Selection(all=self.all, until=chosen.until, labels=chosen.labels, without=chosen.without)
        listed = pruning.shown_to(ctx.visible, pruning.images(ctx.docker))
        planned = pruning.plan(listed, using.uses(ctx.docker, ctx.visible, gone), meant)

        def do() -> tuple[Reply, int]:
            removed = removing.remove(ctx, planned)
            return images.outcome(replace(removed, reclaimed=None)), removed.reclaimed or 0

        rows = tuple(
            ("image", name, shortened, size)
            for name, shortened, _, size in (images.row(each, ctx.now) for each in planned.remove)
        )
        return _Part(planned.objects(), rows, do)


def _part(ctx: Context, going: list[Going], look: str, title: str) -> _Part:
    def do() -> tuple[Reply, int]:
        ended = prunes.remove(ctx, going, look)
        return ended.reply(title, reclaimed=False), ended.size

    rows = tuple((each.found.kind, each.found.name, each.found.id[:_SHORT], each.row[-1]) for each in going)
    return _Part(tuple(each.found for each in going), rows, do)


def _done(ctx: Context, parts: tuple[_Part, ...]) -> Reply:
    """One kind after the other; after a lost answer, or once it is cancelled, no other kind is begun."""
    reply, freed = Reply(), 0
    with ctx.work() as work:
        for at, part in enumerate(parts):
            if work.ended and (left := _not_tried(parts[at:])):
                return _joined(reply + cancelled(work.ended, left))
            told, size = part.do()
            reply, freed = reply + told, freed + size
            if told.unknown or told.failed:
                left = _not_tried(parts[at + 1 :])
                return _joined(reply + Reply((Errors(f"{left}\n"),) if left else ()))
    return _joined(reply + output(prunes.total(freed)))


def _not_tried(parts: tuple[_Part, ...]) -> str:
    """How many objects of each kind these are, as a sentence; empty where there are none."""
    kinds = Counter(each.kind for part in parts for each in part.objects)
    counted = [prunes.plural(count, _WORDS.get(kind, kind)) for kind, count in kinds.items()]
    return _NOT_TRIED.format(", ".join(counted)) if counted else ""


def _joined(reply: Reply) -> Reply:
    """The output of all in one, and below it what is added."""
    text = "".join(part.text for part in reply.parts if isinstance(part, Output))
    return replace(reply, parts=(*output(text).parts, *(p for p in reply.parts if not isinstance(p, Output))))
