"""The images that a build begins with: whether the asker may build on them, and what opens their registries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import requests
from docker.errors import APIError, NotFound

from commands import naming, wire
from commands.attempts import Refusal
from commands.building import added, bases, dockerfile, flags, workdirs
from commands.building.bases import Base
from commands.context import Context
from commands.creation import images, machine
from commands.engine_errors import answered
from commands.image import transfer
from commands.seen import Seen

MOST = 100  # images that a Dockerfile may name
_MANY = f"This Dockerfile names more than {MOST} images, which is the most that slashdock looks at."
_NOT_YOURS = "{}: you may not build on {}. {}"
_NOT_FETCHED = "{}: {} is not here, and a rule of the policy keeps you from pulling it."
_NONE = "{}: No such image: {}"
_NO_WORD = (
    "{}: the engine gave no answer about the pull of {}: it may be here now, or not. Nothing was built. `docker images`"
    " shows how it is now."
)
_SYSTEM = 2  # words of a platform that have to fit: the system and the machine
_MISMATCH = """
WARNING: Pulled image with specified platform ({}), but the resulting image's configured platform ({}) does not match.
This is most likely caused by a bug in the build system that created the fetched image ({}).
Please notify the image author to correct the configuration."""  # the engine's
_COPIED = "invalid from flag value {}: {}"  # docker's


class Unfetched(Refusal):
    """An image cannot be had, which docker says at its step; printed is what it prints there before.

    lost: whether it came is not known.
    """

    def __init__(self, why: str, base: Base, printed: Mapping[int, list[str]], *, lost: bool = False) -> None:
        super().__init__(why)
        self.base = base
        self.printed = printed
        self.lost = lost


@dataclass
class Fetching:
    """What is fetched before a build, as the engine would within it; then what a base asks for is known before.

    stages are names of the Dockerfile's own; readable says whether the engine can read the Dockerfile at all, so that
    it would fetch anything; printed gathers what docker prints of it, by the line of the step.
    """

    newer: bool
    platform: str
    stages: frozenset[str]
    readable: Callable[[], bool]
    printed: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))


def unhidden(ctx: Context, refs: Iterable[str]) -> Iterator[str]:
    """Those that are not images of which the asker may not know: what nobody has changes nothing in a build."""
    for ref in refs:
        details = _local(ctx, ref) if _is_name(ref) else {}
        if not details or all(map(ctx.sees, _called(ref, details))):
            yield ref


def check(ctx: Context, found: Iterable[Base], fetching: Fetching) -> None:
    """See that the asker may use each, fetching what is not here.

    Raises Refusal where one may not be used or fetched, or where building on it would reach what the policy forbids.
    """
    named = tuple(found)
    if len(named) > MOST:
        raise Refusal(_MANY)
    for base in named:
        _check(ctx, base, fetching)


def _check(ctx: Context, base: Base, fetching: Fetching | None) -> None:
    """See one, before it is fetched and after, and then what its triggers take."""
    if not _is_name(base.ref):
        return
    details = _seen(ctx, base)
    if base.line and fetching and _to_fetch(ctx, base, newer=fetching.newer) and fetching.readable():
        _fetch(ctx, base, fetching)
        details = _seen(ctx, base)
    if not base.copied:
        workdirs.inherited(base.where, str((details.get("Config") or {}).get("WorkingDir") or ""))
    triggers = () if base.copied else (details.get("Config") or {}).get("OnBuild") or ()
    for ref in sorted(set(_put_off(ctx, base, triggers))):
        is_stage = fetching is not None and ref.lower() in fetching.stages
        _check(ctx, Base(base.line, ref, copied=True), None if is_stage else fetching)


def _to_fetch(ctx: Context, base: Base, *, newer: bool) -> bool:
    return not images.is_id(base.ref) and (newer or not _local(ctx, base.ref))


def _fetch(ctx: Context, base: Base, fetching: Fetching) -> None:
    """Fetch the image; raises Unfetched, and Refusal where that is not the asker's to do."""
    if ctx.barred("image pull", Seen("image", images.told(base.ref))):
        raise Refusal(_NOT_FETCHED.format(base.where, base.ref))
    platform = base.platform or fetching.platform
    try:
        done = transfer.fetched(ctx, naming.normalized(base.ref), platform=platform)
    except requests.RequestException as error:
        if not isinstance(error, APIError) or wire.lost(error):
            raise Unfetched(_NO_WORD.format(base.where, base.ref), base, fetching.printed, lost=True) from None
        raise Unfetched(_worded(base, answered(error)), base, fetching.printed) from None
    fetching.printed[base.line] += done.lines
    if done.error:
        raise Unfetched(_worded(base, done.error), base, fetching.printed)
    fetching.printed[base.line] += _mismatch(base.ref, platform, _local(ctx, base.ref))


def _mismatch(ref: str, wanted: str, details: Mapping[str, Any]) -> list[str]:
    """The lines in which the engine's builder warns of an image for another machine; none where it is the right one."""
    asked = machine.specified(wanted) if wanted else ""
    came = "/".join(filter(None, (details.get(key) for key in ("Os", "Architecture", "Variant"))))
    same = asked.split("/")[:_SYSTEM] == came.split("/")[:_SYSTEM]
    return [] if same or not asked or not details else _MISMATCH.format(asked, came, ref).split("\n")


def _worded(base: Base, error: str) -> str:
    return _COPIED.format(base.ref, error) if base.copied else error


def _is_name(ref: str) -> bool:
    """Whether it can be an image; the engine says what is wrong with another word."""
    try:
        images.check(ref)
    except ValueError:
        return False
    return True


def _local(ctx: Context, ref: str) -> Mapping[str, Any]:
    """The engine's inspect, empty where the image is not there."""
    try:
        found: Mapping[str, Any] = ctx.docker.inspect_image(ref)
    except NotFound:
        return {}
    return found


def _seen(ctx: Context, base: Base) -> Mapping[str, Any]:
    """The engine's inspect of it as it is here now; raises Refusal where the asker may not build on that."""
    details = _local(ctx, base.ref)
    called = _called(base.ref, details)
    beyond = next((each for each in called if not ctx.reaches(each)), None)
    if beyond is not None:
        known = details and all(map(ctx.sees, called))
        raise Refusal((_NOT_YOURS if known else _NONE).format(base.where, base.ref, ctx.why(beyond)))
    return details


def _called(ref: str, details: Mapping[str, Any]) -> list[Seen]:
    """The image by each of its names."""
    labels = (details.get("Config") or {}).get("Labels") or {}
    names = dict.fromkeys((ref, *(details.get("RepoTags") or ())))
    return [Seen("image", name, labels, details.get("Id") or "") for name in names]


def _put_off(ctx: Context, base: Base, triggers: Iterable[str]) -> Iterator[str]:
    """The images that triggers copy from; raises Refusal where one reaches what the policy forbids."""
    for trigger in triggers:
        for reading in dockerfile.readings(trigger):
            put_off = [replace(each, line=base.line) for each in reading]
            flags.check(put_off)
            added.check(put_off, ctx.allowances.remotes)
            workdirs.check(put_off)
            yield from (ref for each in put_off for ref in bases.copied(each.inner()))
