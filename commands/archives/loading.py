"""An archive of images that comes in: the names that it brings, known before any of it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from commands import naming
from commands.archives import checking
from commands.archives.checking import Bounds
from commands.archives.moving import Moving
from commands.attempts import Cancelled, Refusal
from commands.filing import Draft

LARGEST = 16 * 1024 * 1024  # bytes of a list in it
_LISTS = {"manifest.json", "index.json"}
_NAME = "io.containerd.image.name"  # an annotation, by which engines that keep images as containerd does call them
_KEYS = frozenset({"Config", "RepoTags", "Layers", "Parent", "LayerSources"}) | {
    "manifests",
    "annotations",
    "config",
    "layers",
}
_FOLDED = frozenset(key.casefold() for key in _KEYS)
_NONE = "This is no archive of images: it has no manifest.json, as `docker save` of 1.10 and later writes it."
_FILES = "If it has the files of a container, `import` makes an image of them."
_ODD = "This archive of images is not taken: what it says of its names cannot be read."
_BESIDE = "This archive of images is not taken: its index.json names images that its manifest.json does not."


def names(draft: Draft, moving: Moving) -> tuple[str, ...]:
    """What its images will be called, in order, each with a tag. All of it is looked through; raises Refusal."""
    lists: dict[str, Any] = {}
    try:
        with moving.looked(draft) as file:
            lists.update(_lists(checking.entries(file, Bounds(packed=draft.size))))
    except Cancelled:
        raise
    except Refusal as refusal:
        raise refusal if lists else Refusal(f"{refusal} {_FILES}") from None
    if "manifest.json" not in lists:
        raise Refusal(f"{_NONE} {_FILES}")
    try:
        tags = [str(tag) for each in lists["manifest.json"] for tag in each.get("RepoTags") or ()]
        index = (lists.get("index.json") or {}).get("manifests") or ()
        beside = {name for each in index if (name := (each.get("annotations") or {}).get(_NAME))}
        named = sorted({_read(tag) for tag in tags})
        if not {_read(each) for each in beside} <= set(named):
            raise Refusal(_BESIDE)
    except (ValueError, TypeError, AttributeError) as error:
        raise Refusal(_ODD) from error
    return tuple(named)


def _lists(entries: Iterator[tuple[Any, Iterator[bytes]]]) -> Iterator[tuple[str, Any]]:
    for entry, content in entries:
        name = checking.clean(entry.name)
        kept = b""
        for chunk in content:
            kept += chunk if name in _LISTS else b""
            if len(kept) > LARGEST:
                raise Refusal(_ODD)
        if name in _LISTS:
            yield name, _json(kept)


def _json(content: bytes) -> list[Mapping[str, Any]] | Mapping[str, Any]:
    try:
        read: list[Mapping[str, Any]] | Mapping[str, Any] = json.loads(content, object_pairs_hook=_plain)
    except (ValueError, RecursionError) as error:
        raise Refusal(_ODD) from error
    return read


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that every reader reads as the same: Go takes a key in any case, and the last of several."""
    if len({key.casefold() for key, _ in pairs}) != len(pairs):
        raise ValueError("two keys are the same to Go")
    if any(key not in _KEYS and key.casefold() in _FOLDED for key, _ in pairs):
        raise ValueError("a key is another one to Go")
    return dict(pairs)


def _read(name: str) -> str:
    """A name as the engine will list it; raises ValueError where it is none, or has no tag."""
    found = naming.normalized(name)
    if not found.tag or found.digest:
        raise ValueError(name)
    return f"{found.familiar}:{found.tag}"
