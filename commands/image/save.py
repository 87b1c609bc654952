"""docker save."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from commands import naming, wire
from commands.archives import fetching, saved
from commands.archives.giving import Giving
from commands.command import args, flag
from commands.context import Context
from commands.creation import machine
from commands.creation.sources import sent
from commands.image import repository
from commands.intent import Intent, told
from commands.reference import Reference
from commands.reply import Reply, failure
from commands.spec import Permission
from commands.target import Found, Missing, Target

_FAILS = "failed to save image"
_ABSENT = "Error response from daemon: No such image: {}"
_REFUSED = "Error response from daemon: {}"
_ID = re.compile(r"[0-9a-f]{4,64}|sha256:[0-9a-f]{64}")  # or the beginning of one
_FULL_ID = re.compile(r"(?:sha256:)?[0-9a-f]{64}")

Details = Mapping[str, Any]


@dataclass(frozen=True)
class _Asked:
    """One image: what the engine is asked for, itself where it is known, and the name that it keeps."""

    word: str
    image: Found | None = None
    name: str = ""

    @property
    def id(self) -> str:
        """Its full id, where it is known."""
        return "" if self.image is None else self.image.id


class Save(Giving, name="image save", alias="save", permission=Permission.ENTER):
    """Give images as a tar archive, which `load` takes.

    A name without a tag means all tags of it that you may know of. Everybody in the channel sees the file.
    """

    images: tuple[str, ...] = args("IMAGE")
    platform: str = flag(default="", since="1.48", help="Of an image for several platforms, this one: linux/arm64")

    def problem(self) -> str | None:
        """What the engine says of names that are none."""
        try:
            machine.specified(self.platform or "linux")
        except ValueError as error:
            return str(error)
        try:
            for image in self.images:
                _read(image)
        except ValueError as error:
            return _REFUSED.format(error)
        return None

    def targets(self) -> tuple[Target, ...]:
        """The images; of a name without a tag all of its repository."""
        return tuple(dict.fromkeys(Target("image", each, repository=_is_repository(each)) for each in self.images))

    def intent(self, ctx: Context) -> Intent:
        """With all tags of the names that have none."""
        images: tuple[Found, ...] = ()
        whole = set()
        for image in self.images:
            tagged = () if _is_tagged(image) else _tagged(ctx, image)
            if tagged:
                images += tagged
                whole.add(image)
            elif not _is_repository(image):
                if isinstance(ctx.found.get(Target("image", image)), Missing):
                    break  # the engine says so, before it comes to those that follow
            else:
                return told(failure(_ABSENT.format(image)))
        return Intent(images, lambda: self._saved(ctx, images, whole))

    def _saved(self, ctx: Context, images: tuple[Found, ...], whole: Container[str]) -> Reply:
        """The archive, where it holds what was judged; whole are the words that mean all tags of a name."""
        asked = tuple(self._asked(ctx, images, whole))
        params: wire.Params = {"names": [each.word for each in asked]}
        if self.platform:
            params["platform"] = [machine.encoded(self.platform)]
        client, names = ctx.patient, {each.name: each.id for each in asked if each.name}
        ids, there = {each.id for each in asked}, {each.id: each.image for each in asked if each.image is not None}
        return self.given(
            ctx,
            lambda: wire.stream(client, "/images/get", params=params, timeout=fetching.SILENCE),
            self._name(),
            lambda draft: saved.holds(draft, ids, names),
            _FAILS,
            sum(map(_octets, there.values())),
            0 if self.platform else _least(_inspected(ctx, each) for each in there.values()),
        )

    def _asked(self, ctx: Context, images: tuple[Found, ...], whole: Container[str]) -> Iterator[_Asked]:
        for image in self.images:
            if image in whole:
                tags = [each for each in images if _same(naming.normalized(image), _read(each.target.ref))]
                yield from (_Asked(each.target.ref, each, each.target.ref) for each in tags)
                continue
            target, read = Target("image", image), _read(image)
            looked = ctx.found.get(target)
            if not isinstance(looked, Found):
                yield _Asked(sent(ctx, target))
            elif read is None or read.digest or not read.tag:
                yield _Asked(looked.id, looked)
            else:
                name = f"{read.familiar}:{read.tag}"
                yield _Asked(name, looked, name)

    def _name(self) -> str:
        if len(self.images) > 1:
            return "images.tar"
        return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', self.images[0])}.tar"


def _read(image: str) -> Reference | None:
    """The name, None where it is an id; raises ValueError."""
    return None if _ID.fullmatch(image) else naming.normalized(image)


def _is_tagged(image: str) -> bool:
    """Whether it can be no name that has all tags meant; the beginning of an id may be one, as at the engine."""
    read = None if _FULL_ID.fullmatch(image) else naming.normalized(image)
    return read is None or bool(read.tag or read.digest)


def _octets(image: Found) -> int:
    return int(image.details.get("Size") or 0)


def _inspected(ctx: Context, image: Found) -> Details:
    """All that the engine tells of it: a list does not tell its layers. Raises APIError."""
    return image.details if "RootFS" in image.details else ctx.docker.inspect_image(image.id)


def _least(images: Iterable[Details]) -> int:
    """How many bytes an archive of these surely has: it has each layer once, as large as the engine says, or larger.

    So of images that share layers the largest alone counts, and one that has a layer twice does not.
    """
    layers: set[str] = set()
    least = 0
    for size, own in sorted(((int(each.get("Size") or 0), _layers(each)) for each in images), reverse=True):
        if len(set(own)) == len(own) and layers.isdisjoint(own):
            layers.update(own)
            least += size if own else 0
    return least


def _layers(image: Details) -> tuple[str, ...]:
    return tuple((image.get("RootFS") or {}).get("Layers") or ())


def _is_repository(image: str) -> bool:
    read = _read(image)
    return read is not None and not read.tag and not read.digest


def _tagged(ctx: Context, image: str) -> tuple[Found, ...]:
    """The images of all tags of a name which the asker may do this to."""
    shown, _ = repository.tagged(ctx, naming.normalized(image))
    return tuple(each for each in shown if ctx.may(each))


def _same(one: Reference | None, other: Reference | None) -> bool:
    return one is not None and other is not None and (one.domain, one.path) == (other.domain, other.path)
