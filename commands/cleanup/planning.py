"""What a cleanup takes and why the rest stays: facts in, plan out, and nothing is asked."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from commands import reference
from commands.cleanup.facts import Thing
from commands.cleanup.policy import CONTAINERS, DANGLING, DAY, IMAGES, Policy
from commands.target import Found
from commands.units import ago

_LOOP = "it and others live in each other"
ANCIENT = 10 * 365 * DAY  # seconds; what is older says more of a clock, or of a build without one, than of its age


@dataclass(frozen=True)
class Plan:
    """What goes, in this order; what would go beyond what one run takes; and what stays, each with the reason."""

    remove: tuple[Thing, ...]
    later: tuple[Thing, ...] = ()
    keep: tuple[tuple[Thing, str], ...] = ()

    def objects(self) -> tuple[Found, ...]:
        """What goes, for the record."""
        return tuple(thing.found for thing in self.remove)


def plan(things: Iterable[Thing], policy: Policy, now: float, *, all_: bool = False) -> Plan:
    """What the policy takes of these, what was used least recently first; with all_ as much as there is.

    What was made of another, or lives in it, goes before it, and what holds something that stays, stays.
    """
    known = tuple(things)
    meant = [each for each in known if not each.step and _takes(policy, each)]
    newest = _newest(meant, policy.newest)
    reasons = {each.id: _reason(each, policy, now) or newest.get(each.id, "") for each in meant}
    steps = {each.id: each for each in known if each.step and not _reason(each, policy, now)}
    going = steps | {each.id: each for each in meant if not reasons[each.id]}
    for thing in _holding(going):
        reasons[thing.id] = f"what {'lives in or is linked to' if thing.word == CONTAINERS else 'was made of'} it stays"
    order = tuple(_ordered(going))
    ordered = {each.id for each in order}
    reasons |= {each.id: _LOOP for each in meant if each.id in going.keys() - ordered}
    cap = len(order) if all_ else policy.cap(len(meant) + sum(each.step for each in order))
    keep = tuple((each, reasons[each.id]) for each in meant if reasons[each.id])
    return Plan(order[:cap], order[cap:], keep)


def _takes(policy: Policy, thing: Thing) -> bool:
    return thing.word in policy.what or (thing.word == DANGLING and IMAGES in policy.what)


def _reason(thing: Thing, policy: Policy, now: float) -> str:
    """Why it stays by itself, empty where it does not."""
    return thing.stays or _dated(thing, now) or _young(thing, policy, now) or _kept(thing, policy)


def _dated(thing: Thing, now: float) -> str:
    if thing.created > now:
        return "it is dated in the future"
    return "it is dated more than ten years ago" if thing.created < now - ANCIENT else ""


def _young(thing: Thing, policy: Policy, now: float) -> str:
    if now - thing.seen < policy.youngest:
        return f"it was first seen {ago(now - thing.seen).lower()}"
    return f"it was last used {ago(now - thing.used).lower()}" if now - thing.used < policy.youngest else ""


def _kept(thing: Thing, policy: Policy) -> str:
    label = next((each for each in policy.keep_labels if _carries(thing.found.labels, each)), "")
    if label:
        return f"it has the label {label}"
    called = frozenset(_called(thing)) if policy.keep else ()
    glob = next((each for each in policy.keep if any(fnmatchcase(name, _plain(each)) for name in called)), "")
    return f"{glob} is kept" if glob else ""


def _called(thing: Thing) -> Iterator[str]:
    """What patterns are held against: of images each name, as it is listed and in full, and its repository."""
    yield from thing.names
    for name in thing.names if thing.word in {DANGLING, IMAGES} else thing.images:
        for each in (name, *reference.fulls(name)):
            yield from (each, _repository(each))


def _plain(glob: str) -> str:
    """The pattern with * and ? alone: a bracket is a bracket."""
    return glob.replace("[", "[[]")


def _newest(meant: Iterable[Thing], number: int) -> Mapping[str, str]:
    """Why the newest images of each repository stay, by their ids: those that came last, of those the last built."""
    repositories: defaultdict[str, dict[str, Thing]] = defaultdict(dict)
    for thing in meant:
        for name in thing.names if number and thing.word == IMAGES else ():
            repositories[_repository(name)][thing.id] = thing
    kept: dict[str, str] = {}
    for repository, images in repositories.items():
        last = sorted(images.values(), key=lambda each: (each.seen, each.created, each.id), reverse=True)
        kept |= {each.id: f"it is one of the newest {number} of {repository}" for each in last[:number]}
    return kept


def _holding(going: dict[str, Thing]) -> Iterator[Thing]:
    """Take out, one after the other, what was the origin of something that stays."""
    below: defaultdict[str, list[str]] = defaultdict(list)
    for thing in going.values():
        for identity in thing.above:
            below[identity].append(thing.id)
    waiting = [thing for thing in going.values() if not thing.above <= going.keys()]
    while waiting:
        thing = waiting.pop()
        if going.pop(thing.id, None) is not None:
            yield thing
            waiting += [going[identity] for identity in below[thing.id] if identity in going]


def _ordered(going: Mapping[str, Thing]) -> Iterator[Thing]:
    """Each after what was made of it; of those that are free to go first steps, then what was used least recently."""
    waits = {identity: len(thing.above) for identity, thing in going.items()}
    below: defaultdict[str, list[str]] = defaultdict(list)
    for identity, thing in going.items():
        for each in thing.above:
            below[each].append(identity)
    free = [_rank(thing) for thing in going.values() if not waits[thing.id]]
    heapq.heapify(free)
    while free:
        thing = going[heapq.heappop(free)[-1]]
        yield thing
        for identity in below[thing.id]:
            waits[identity] -= 1
            if not waits[identity]:
                heapq.heappush(free, _rank(going[identity]))


def _rank(thing: Thing) -> tuple[bool, float, float, str]:
    return not thing.step, thing.used or thing.seen, thing.created, thing.id


def _repository(name: str) -> str:
    """What a name of an image says without its tag or digest."""
    bare = name.partition("@")[0]
    return bare[: -len(tag) - 1] if (tag := bare.rpartition("/")[2].partition(":")[2]) else bare


def _carries(labels: Mapping[str, str], wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in labels and (not equals or labels[key] == value)
