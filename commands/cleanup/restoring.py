"""What a cleanup took, back where that can be: names that were only lost, and images that a registry has by digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import requests
from docker.errors import APIError, DockerException, NotFound

from commands import reference, wire
from commands.attempts import Cancelled
from commands.cleanup.memory import Taken
from commands.context import Context
from commands.engine_errors import daemon
from commands.image import transfer
from commands.listing import short
from commands.reply import Errors, Part, Reply, Table
from commands.seen import Seen
from commands.target import Found, Target

HEADER = ("ID", "KIND", "NAME", "WHAT")
_CANNOT: Mapping[str, str] = {
    "container": "cannot be undone: what it wrote is gone; make it anew from its image",
    "network": "cannot be undone: make it anew with `network create`",
    "builder": "cannot be undone: the next build makes it again",
}
_BARRED = "cannot be undone by you: a rule keeps you from it"
_NOWHERE = "cannot be undone: no registry is known that has it; build or load it again"
_THERE = "is there, with all its names that are free"
_OTHER = "cannot be undone: {} has another image by that digest now"
_LOST = "No answer about {}: it may have been done, or not. `docker images` shows how it is now."

Row = tuple[str, ...]


@dataclass(frozen=True)
class Back:
    """How one object comes back: by this pull where it is gone, then by these names; why is why it cannot."""

    taken: Taken
    pull: str = ""
    tags: tuple[str, ...] = ()
    why: str = ""

    @property
    def found(self) -> Found:
        """The image as it was, for the record and the rules."""
        each = self.taken
        called = {"RepoTags": [*each.tags], "RepoDigests": [*each.digests]}
        return Found(Target("image", each.id), "image", each.id, each.name, each.labels, called)

    def row(self, fate: str) -> Row:
        """A row of the table."""
        return short(self.taken.id), self.taken.kind, self.taken.name, fate

    @property
    def told(self) -> str:
        """What will be done, or why nothing is."""
        done = [f"be pulled by {self.pull}"] if self.pull else []
        done += [f"be called {', '.join(self.tags)} again"] if self.tags else []
        return self.why or f"would {', then '.join(done)}"


def shown(ctx: Context, taken: Taken) -> bool:
    """Whether the asker may know of it, by all that it was called."""
    return all(map(ctx.sees, _seen(taken)))


def _seen(taken: Taken) -> list[Seen]:
    names = (*taken.tags, *taken.digests) or (taken.name,)
    return [Seen(taken.kind, name, taken.labels, taken.id) for name in names]


def planned(ctx: Context, taken: Taken) -> Back:
    """How it comes back, as the engine is now."""
    if taken.kind != "image":
        return Back(taken, why=_CANNOT[taken.kind])
    if not all(map(ctx.visible, _seen(taken))):
        return Back(taken, why=_BARRED)
    there = _id(ctx, taken.id) is not None
    free = tuple(tag for tag in taken.tags if _id(ctx, tag) is None)  # a name that stands for something is left to it
    if there:
        return Back(taken, tags=free, why="" if free else _THERE)
    return Back(taken, taken.digests[0], free) if taken.digests else Back(taken, why=_NOWHERE)


def restore(ctx: Context, backs: list[Back]) -> Reply:
    """Do it, one after the other; after a lost answer nothing more is begun."""
    rows, ids, broken, ended = list[Row](), list[str](), "", False
    for back in backs:
        if back.why or broken:
            rows.append(back.row(back.why or "not reached"))
            continue
        try:
            fate = _restored(ctx, back)
            ids.append(back.taken.id)
        except Cancelled as error:
            fate, broken, ended = "cancelled", str(error), True
        except APIError as error:
            fate = f"failed: {daemon(error)}"
            broken = _LOST.format(back.taken.name) if wire.lost(error) else ""
        except (requests.RequestException, DockerException):
            fate, broken = "not known: the engine did not answer", _LOST.format(back.taken.name)
        rows.append(back.row(fate))
    parts: tuple[Part, ...] = (Table((HEADER, *rows), caption="What came back"),)
    if not broken:
        return Reply(parts, ids=tuple(ids))
    told = (*parts, Errors(f"{broken}\n"))
    return Reply(told, failed=True, error=broken, unknown=not ended, cancelled=ended, ids=tuple(ids))


def _restored(ctx: Context, back: Back) -> str:
    """What became of it; raises what the client does."""
    if back.pull:
        wanted = reference.parse(back.pull)
        if wanted is None:
            return _NOWHERE
        pulled = transfer.fetched(ctx, wanted)
        if pulled.error:
            return f"failed: {pulled.error}"
        if _id(ctx, back.pull) != back.taken.id:
            return _OTHER.format(wanted.domain)
    given = list[str]()
    for tag in back.tags:
        name, stands = reference.parse(tag), _id(ctx, tag)
        if name is not None and stands is None:
            params: wire.Params = {"repo": f"{name.domain}/{name.path}", "tag": name.tag}
            wire.post(ctx.patient, "/images/{0}/tag", back.taken.id, params=params)
        given += [tag] if stands in {None, back.taken.id} else []  # else something else got it meanwhile
    return f"is back{', as ' if given else ''}{', '.join(given)}"


def _id(ctx: Context, ref: str) -> str | None:
    """The id of the image that is called so, None where nothing is."""
    try:
        return str(ctx.docker.inspect_image(ref)["Id"])
    except NotFound:
        return None
