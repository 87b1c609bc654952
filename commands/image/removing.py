"""The removal of images that were planned to go, one by one, each after another look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import APIError, DockerException, NotFound
from docker.utils import version_gte

from commands import reference, wire
from commands.attempts import lost_sentence
from commands.context import Context
from commands.engine_errors import answered, daemon
from commands.image.pruning import Image, Plan, in_use, names
from commands.image.using import uses_of
from commands.live import Ending
from commands.prunes import plural
from commands.reply import Errors, Part, Reply
from commands.seen import Visible

IMAGES_ALONE_SINCE = "1.42"  # the API version from which disk usage can be asked of images alone

TOLD = 10  # images that a sentence names
UNTAGGED, DELETED = "untagged: ", "deleted: "
LOOK = "docker images -a"  # shows what is still there where an answer was lost
_FAR = "{} of {} looked at, {} removed"


@dataclass
class Removed:
    """What became of a plan: the engine's words ("untagged: ...", "deleted: ..."), and what stayed after all, and why.

    ids are those of the images that went; reclaimed is in bytes as the engine measures its layers, None where it could
    not say. broken tells of a lost answer, or of who cancelled it, after which nothing more was begun; unknown: what
    was under way then may have happened.
    """

    lines: list[str] = field(default_factory=list)
    kept: list[tuple[Image, str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    reclaimed: int | None = 0
    broken: str | None = None
    unknown: bool = False
    cancelled: bool = False

    def reply(self, *parts: Part) -> Reply:
        """These parts as an answer, which says what is not known."""
        if self.broken is None:
            return Reply(parts, ids=tuple(self.ids))
        told = (*parts, Errors(f"{self.broken}\n"))
        reply = Reply(told, failed=True, error=self.broken, unknown=self.unknown, cancelled=self.cancelled)
        return replace(reply, ids=tuple(self.ids))

    def end(self, image: Image, rest: Iterable[Image], *, changing: bool) -> None:
        """Note that the answer about an image was lost; changing: while it was being removed."""
        left = _few([each.shown for each in rest])
        self.unknown = changing
        self.broken = (
            lost_sentence([image.shown], left, LOOK)
            if changing
            else f"The engine did not answer any more. Not tried: {', '.join([image.shown, *left])}."
        )

    def cancel(self, ended: str, left: int, every: int) -> None:
        """Note that somebody ended it before so many of all were tried."""
        self.cancelled = True
        self.broken = f"Cancelled: {ended} {plural(left, 'image')} of {every} not tried."

    def stay(self, image: Image, reason: str, done: int) -> None:
        """Note that an image stays; done: how many lines there were before it was tried, as it may have lost names."""
        self.kept.append((image, stayed(self.lines[done:], reason)))


def remove(ctx: Context, planned: Plan) -> Removed:
    """Remove what is planned, without force, each after another look at who uses it.

    By its id; by its names, each after another look at what it stands for, where it has several. After a lost answer,
    or once it is cancelled, no other image is begun.
    """
    removed = Removed()
    if planned.remove:
        with ctx.work() as work:
            _removed(ctx, planned.remove, removed, work)
    return removed


def _removed(ctx: Context, images: Sequence[Image], removed: Removed, work: Ending) -> None:
    client, made, gone = ctx.patient, dict[str, str](), 0
    ctx.progress(_FAR.format(0, len(images), gone))
    before = _layers_size(client)
    for at, image in enumerate(images):
        if work.ended:
            removed.cancel(work.ended, len(images) - at, len(images))
            break
        done = len(removed.lines)
        try:
            reason = take(client, image, removed.lines, ctx.visible, made)
            if reason:
                removed.kept.append((image, reason))
        except (requests.RequestException, DockerException) as error:
            _noted(removed, error, images[at:], done)
        if len(removed.lines) > done:
            removed.ids.append(astray(image.id, removed.lines[done:]) or image.id)
        gone += f"{DELETED}{image.id}" in removed.lines[done:]
        if removed.broken:
            break
        ctx.progress(_FAR.format(at + 1, len(images), gone))
    after = _layers_size(client) if removed.cancelled or not removed.broken else None
    removed.reclaimed = None if before is None or after is None else max(0, before - after)


def _noted(removed: Removed, error: Exception, left: Sequence[Image], done: int) -> None:
    """Note why the first of those that are left is not gone, or that nothing more can be done."""
    image, *rest = left
    if not isinstance(error, APIError) or wire.lost(error):
        changing = wire.lost(error) and wire.asked(error)[0] != "GET"
        removed.end(image, rest, changing=changing or len(removed.lines) > done)
    elif error.status_code == requests.codes.forbidden and wire.message(error) is None:
        untried = f" Not tried: {', '.join(_few([each.shown for each in rest]))}." if rest else ""
        removed.broken = f"{daemon(error)}{untried}"
        removed.stay(image, "the proxy forbids it", done)
    elif not isinstance(error, NotFound):  # else somebody else removed it
        removed.stay(image, answered(error), done)


def _few(names: list[str]) -> list[str]:
    return names if len(names) <= TOLD else [*names[:TOLD], f"{len(names) - TOLD} more"]


def take(client: APIClient, image: Image, told: list[str], visible: Visible, made: dict[str, str]) -> str:
    """Remove one image; why it stays after all, empty where the engine was asked for all that it is called.

    Who uses it is asked before each of its handles, and as the last thing before it goes whether it is still called as
    planned: whatever stays then tells which names it lost. told gets the engine's words as they come; made is as in
    uses_of. Raises what the client does, NotFound where the image is gone.
    """
    done = len(told)
    for ref in _handles(image):
        if f"{UNTAGGED}{ref}" in told:  # a digest goes with the last tag of its repository
            continue
        reason = in_use(image, uses_of(client, client.containers(all=True), visible, made))
        if reason := reason or _taken(client, image, ref, told):
            return stayed(told[done:], reason)
        if f"{DELETED}{image.id}" in told:
            break
    return ""


def stayed(told: Iterable[str], reason: str) -> str:
    """Why an image stays of which the engine told this: it may have lost names before."""
    gone = [line.removeprefix(UNTAGGED) for line in told if line.startswith(UNTAGGED)]
    lost = f"the name {gone[0]}" if len(gone) == 1 else f"the names {', '.join(gone)}"
    return f"it lost {lost}, then stayed: {reason}" if gone else reason


def astray(image: str, told: Iterable[str]) -> str:
    """The id of another image than this that the engine tells of as removed; empty where it does not.

    An engine tells of an image first, and of its layers after that.
    """
    deleted = [line.removeprefix(DELETED) for line in told if line.startswith(DELETED)]
    return deleted[0] if deleted and image not in deleted else ""


def _taken(client: APIClient, image: Image, ref: str, told: list[str]) -> str:
    """Remove one handle of the image after a last look at what it stands for; why not, or what it took instead."""
    try:
        if reason := _moved(client.inspect_image(ref), image, ref, told):
            return reason
        done = wire.delete(client, "/images/{0}", ref, params={"noprune": "1"})  # its parents go by a plan, too
    except NotFound:
        client.inspect_image(image.id)  # which is not there either, or only lost this name to somebody else
        return f"somebody else took the name {ref} from it"
    deleted = [f"{DELETED}{each['Deleted']}" for each in done if "Deleted" in each]
    if other := astray(image.id, deleted):
        told += deleted
        return f"{ref} was given to another image at that moment, and that one was removed: {other}"
    told += [f"{UNTAGGED}{each['Untagged']}" for each in done if "Untagged" in each] + deleted
    return ""


def _moved(now: Mapping[str, Any], image: Image, ref: str, told: Iterable[str]) -> str:
    """Why what this handle stands for now is not the image as it was planned, less the names that it lost by us."""
    if now["Id"] != image.id:
        return f"{ref} stands for another image now"
    left = [tuple(name for name in held if f"{UNTAGGED}{name}" not in told) for held in (image.tags, image.digests)]
    same = [names(now.get("RepoTags")), names(now.get("RepoDigests"))] == left
    return "" if same else "it was named anew meanwhile"


def _handles(image: Image) -> tuple[str, ...]:
    """The id; where the image is called by several names, or in several repositories, those.

    The engine removes such an image only one name at a time.
    """
    called = {name: ref for name in (*image.tags, *image.digests) if (ref := reference.parse(name)) is not None}
    several = len(image.tags) > 1 or len(image.digests) > 1
    if several or len({(ref.domain, ref.path) for ref in called.values()}) > 1:
        return tuple(called)
    return (image.id,)


def _layers_size(client: APIClient) -> int | None:
    params: wire.Params = {"type": "image"} if version_gte(client.api_version, IMAGES_ALONE_SINCE) else {}
    try:
        usage = wire.get(client, "/system/df", params=params)
    except (requests.RequestException, DockerException):
        return None  # another disk usage is being added up just now, or it takes too long: no reason to stop
    return int(usage.get("LayersSize") or 0)
