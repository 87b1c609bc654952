"""Pruning containers, networks and volumes: the engine's own prune is never asked.

What goes is planned, shown, and removed one by one by its id, each after another look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import requests
from docker.errors import APIError, DockerException, NotFound

from commands import grammar, kinds, units, vanished, wire
from commands.aftermath import Fate, Past
from commands.attempts import lost_sentence
from commands.command import Command, Risk, flag
from commands.context import Context
from commands.engine_errors import answered, daemon
from commands.intent import Intent, told
from commands.live import Ending
from commands.reply import Errors, Note, Part, Reply, failure, output
from commands.tabwriter import ellipsis
from commands.target import Found, Target
from commands.timestamps import epoch

KEPT = "the engine kept it"
SURE = "Are you sure you want to continue? [y/N]"
_TOLD = 9  # objects that the answer says the reason of
_TOLD_WIDTH = 150  # characters of each
_SIZE_DIGITS = 4  # significant digits, as docker prints what was reclaimed

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Selection:
    """Which objects are meant: made until (epoch seconds), with all of these labels (KEY[=VALUE]) and none of those."""

    until: float | None = None
    labels: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def takes(self, labels: Labels, created: float | None) -> bool:
        """Whether it means what has these labels and was made then, in epoch seconds; None where nobody knows."""
        young = self.until is not None and (created is None or created > self.until)
        carried = all(_carries(labels, each) for each in self.labels)
        return not young and carried and not any(_carries(labels, each) for each in self.without)


@dataclass(frozen=True)
class Going:
    """One object that is to go: how it is shown, how many bytes it frees, and what is looked at before it goes.

    stays looks once more and says why the object stays after all, empty where it does not; it raises NotFound where the
    object is gone. remove says the same of an object that the engine was asked to remove and did not.
    """

    found: Found
    row: tuple[str, ...]
    shown: str
    size: int
    stays: Callable[[], str]
    remove: Callable[[], str]


@dataclass(frozen=True)
class Ended:
    """What became of a plan: what is gone, what stayed and why, the sentence about what nobody knows."""

    gone: tuple[Going, ...]
    kept: tuple[tuple[Going, str], ...]
    broken: str = ""
    unknown: bool = False
    cancelled: bool = False

    @property
    def size(self) -> int:
        """The bytes that were freed."""
        return sum(each.size for each in self.gone)

    def reply(self, title: str, *, reclaimed: bool) -> Reply:
        """The answer as docker words it, its title such as "Deleted Volumes:", and what slashdock adds."""
        names = "".join(f"{each.shown}\n" for each in self.gone)
        text = f"{title}\n{names}\n" if names else ""
        text += total(self.size) if reclaimed else ""
        parts: tuple[Part, ...] = output(text).parts
        if self.kept:
            parts += (Note(_stays(self.kept)),)
        if self.broken:
            parts += (Errors(f"{self.broken}\n"),)
        ids = tuple(each.found.id for each in self.gone)
        reply = Reply(parts, failed=bool(self.broken), error=self.broken or None, unknown=self.unknown, ids=ids)
        return replace(reply, cancelled=self.cancelled)


class Pruning(Command):
    """A prune of one kind of objects."""

    force: bool = flag("-f", default=False, help="Do it without asking first")
    filter: tuple[str, ...] = flag(
        default=(), kind=kinds.FILTER, help='Narrow it down: "until=TIME or age", "label=KEY[=VALUE]", "label!=KEY"'
    )

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each object that was to go is gone."""
        return vanished.each(past)

    def warning(self) -> str:
        """Docker's words before its question."""
        raise NotImplementedError

    def risk(self) -> Risk:
        """Docker's question."""
        line = grammar.canonical(replace(self, force=True))
        return Risk(f"WARNING! {self.warning()}\n{SURE}", line, forced=self.force)


def selection(filters: Iterable[str], now: float, known: Iterable[str]) -> Selection:
    """The selection that filters (NAME=VALUE) make; raises ValueError in the engine's words. known are their names."""
    values: dict[str, list[str]] = {}
    for each in filter(None, filters):
        name, _, value = each.partition("=")
        if name not in known:
            raise ValueError(f"Invalid filter '{name}'")
        values.setdefault(name, []).append(value)
    untils = set(values.get("until", ()))
    if len(untils) > 1:
        raise ValueError("more than one until filter specified")
    until = epoch(untils.pop(), now) if untils else None
    return Selection(until, tuple(values.get("label", ())), tuple(values.get("label!", ())))


def intent(  # noqa: PLR0913 - what is planned, and how that is told
    ctx: Context, planned: Iterable[Going], header: tuple[str, ...], look: str, title: str, *, reclaimed: bool
) -> Intent:
    """What will go, shown as rows below the header; look is the line that shows what came of a lost answer."""
    going = tuple(planned)
    table = (header, *(each.row for each in going))
    return Intent(
        tuple(each.found for each in going), lambda: remove(ctx, going, look).reply(title, reclaimed=reclaimed), table
    )


def refused(error: ValueError) -> Intent:
    """Nothing is done; the engine's words say why."""
    return told(failure(f"Error response from daemon: {error}"))


def found(kind: str, identity: str, name: str, labels: Labels) -> Found:
    """An object of a list, for the record."""
    return Found(Target(kind, identity), kind, identity, name, labels, {})


def remove(ctx: Context, going: Iterable[Going], look: str) -> Ended:
    """Remove what is planned, one by one; after a lost answer, or once it is cancelled, nothing more is begun."""
    with ctx.work() as work:
        return _removed(ctx, list(going), look, work)


def _removed(ctx: Context, left: list[Going], look: str, work: Ending) -> Ended:
    every = len(left)
    gone: list[Going] = []
    kept: list[tuple[Going, str]] = []
    while left:
        ctx.progress(f"{every - len(left)} of {every} looked at, {len(gone)} removed")
        if work.ended:
            told_ = f"Cancelled: {work.ended} {plural(len(left), 'object')} of {every} not tried."
            return Ended(tuple(gone), tuple(kept), told_, cancelled=True)
        each = left.pop(0)
        changing = False
        try:
            reason = each.stays()
            if reason:
                kept.append((each, reason))
                continue
            changing = True
            if reason := each.remove():
                kept.append((each, reason))
            else:
                gone.append(each)
        except NotFound:
            continue  # somebody else removed it
        except (requests.RequestException, DockerException) as error:
            if isinstance(error, APIError) and not wire.lost(error):
                kept.append((each, answered(error) if wire.message(error) else daemon(error)))
                continue
            unknown = changing and wire.lost(error)
            return Ended(tuple(gone), tuple(kept), _broken(each, left, look, error, unknown=unknown), unknown=unknown)
    return Ended(tuple(gone), tuple(kept))


def total(freed: int) -> str:
    """Docker's line about what was had back, in bytes."""
    return f"Total reclaimed space: {units.size(freed, _SIZE_DIGITS)}\n"


def plural(count: int, word: str) -> str:
    """A number of things in words."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _broken(each: Going, left: Iterable[Going], look: str, error: Exception, *, unknown: bool) -> str:
    rest = [other.shown for other in left]
    if unknown:
        return lost_sentence([each.shown], rest, look)
    return f"The engine did not answer any more ({error}). Not tried: {', '.join([each.shown, *rest])}."


def _stays(kept: Iterable[tuple[Going, str]]) -> str:
    told_ = [ellipsis(f"{going.shown} stays: {reason}.", _TOLD_WIDTH) for going, reason in kept]
    more = len(told_) - _TOLD
    return "\n".join([*told_[:_TOLD], f"{plural(more, 'more')} too."] if more > 0 else told_)


def _carries(labels: Labels, wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in labels and (not equals or labels[key] == value)
