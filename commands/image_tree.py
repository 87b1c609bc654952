"""Images as a tree: below each its platforms, as `docker images --tree` prints it, without the colours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from commands.listing import short
from commands.platforms import described
from commands.tabwriter import ellipsis, width
from commands.units import size

SCREEN = 80  # columns; what docker's CLI assumes where there is no terminal
ID, USAGE, CONTENT, EXTRA, GAP = 12, 10, 12, 5, 3  # columns
NAMES = SCREEN - (ID + USAGE + CONTENT + EXTRA + 4 * GAP)
WARNING = "WARNING: This is an experimental feature. The output may change and shouldn't be depended on."
LEGEND = "Info ->  U In Use "
UNTAGGED = "<untagged>"
BRANCH, LAST = "├─ ", "└─ "


@dataclass(frozen=True)
class Leaf:
    """A line of the tree: a name or a platform, the id, bytes on disk and to download, and whether one uses it."""

    label: str
    id: str
    usage: int
    content: int
    used: bool

    def line(self, columns: int) -> str:
        """The line with a first column so wide."""
        label = ellipsis(self.label, columns)
        numbers = f"{size(self.usage):>{USAGE}}{'':{GAP}}{size(self.content):>{CONTENT}}"
        start = f"{label}{' ' * (columns - width(label) + GAP)}{short(self.id) or self.id:{ID}}{'':{GAP}}"
        return f"{start}{numbers}{'':{GAP}}{'U' if self.used else '':{EXTRA}}"


@dataclass(frozen=True)
class Tree:
    """An image: the names that stand above its own line, that line, and its platforms."""

    names: tuple[str, ...]
    top: Leaf
    platforms: tuple[Leaf, ...]


def tree(image: Mapping[str, Any], names: Iterable[str]) -> Tree:
    """The tree of an image of the engine's list under these of its names."""
    *above, last = sorted(names, key=len, reverse=True) or [UNTAGGED]
    manifests = image.get("Manifests") or ()
    kinds = [each for each in manifests if each.get("Kind") == "image"]
    platforms = tuple(_platform(each, last=each is kinds[-1]) for each in kinds)
    content = sum(each["Size"]["Content"] for each in manifests)
    used = any(each.used for each in platforms)
    return Tree(tuple(above), Leaf(last, image["Id"], image.get("Size", 0), content, used), platforms)


def _platform(manifest: Mapping[str, Any], *, last: bool) -> Leaf:
    held = manifest.get("ImageData") or {}
    label = (LAST if last else BRANCH) + described(held.get("Platform") or {})
    sizes = manifest["Size"]
    return Leaf(label, manifest["ID"], sizes["Total"], sizes["Content"], bool(held.get("Containers")))


def page(trees: list[Tree]) -> Iterator[str]:
    """The lines of the whole answer."""
    columns = min(NAMES, max([len("IMAGE"), *(_taken(label) for each in trees for label in _labels(each))]))
    yield WARNING
    yield f"{LEGEND:>{SCREEN}}"
    yield ""
    heads = (
        f"{'ID':{ID}}{'':{GAP}}{'DISK USAGE':{USAGE}}{'':{GAP}}{'CONTENT SIZE':{CONTENT}}{'':{GAP}}{'EXTRA':{EXTRA}}"
    )
    yield f"{'IMAGE':{columns}}{'':{GAP}}{heads}"
    apart = any(each.platforms for each in trees)
    for each in trees:
        yield from each.names
        yield from (leaf.line(columns) for leaf in (each.top, *each.platforms))
        if apart:
            yield ""


def _labels(each: Tree) -> Iterator[str]:
    yield from (*each.names, each.top.label, *(leaf.label for leaf in each.platforms))


def _taken(label: str) -> int:
    return len(label.encode())  # docker counts bytes here, and the branches have some more
