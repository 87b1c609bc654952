"""What an archive of images says that it has: looked at before anybody is given it."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from commands.archives.fetching import BROKEN
from commands.attempts import Refusal
from commands.filing import Draft

LARGEST = 16 * 1024 * 1024  # bytes of a list in it
_OTHERS = "The names stand for other images now than when you asked. Nothing was given; send the line again."


def holds(draft: Draft, ids: Iterable[str], names: Mapping[str, str]) -> None:
    """Raise Refusal unless these are the images in it, and its names stand for what they are to stand for.

    ids are those of all images as the engine calls them, names which of them each name stands for.
    """
    wanted = {each.removeprefix("sha256:") for each in ids}
    with draft.opened() as file:
        try:
            with tarfile.open(fileobj=file, mode="r:") as archive:
                listed = _json(archive, "manifest.json") or []
                index = _json(archive, "index.json") or {}
        except (tarfile.TarError, KeyError, ValueError) as error:
            raise Refusal(BROKEN) from error
    given = [(_digest(str(each["Config"])), each.get("RepoTags") or ()) for each in listed]
    found = {digest for digest, _ in given} | set(_manifests(index))
    by_name = {name: digest for digest, tags in given for name in tags}
    moved = any(by_name[name] in wanted and by_name[name] != _bare(names, name) for name in by_name)
    if not wanted <= found or len(given) > len(wanted) or not by_name.keys() <= names.keys() or moved:
        raise Refusal(_OTHERS)


def _bare(names: Mapping[str, str], name: str) -> str:
    return names.get(name, "").removeprefix("sha256:")


def _json(archive: tarfile.TarFile, name: str) -> Any:
    """What such a file in it says; None where there is none."""
    try:
        entry = archive.getmember(name)
    except KeyError:
        return None
    opened = archive.extractfile(entry) if entry.size <= LARGEST else None
    return None if opened is None else json.load(opened)


def _digest(config: str) -> str:
    """The digest in the name of a file: "HEX.json", or "blobs/sha256/HEX"."""
    return config.rpartition("/")[2].removesuffix(".json")


def _manifests(index: Mapping[str, Any]) -> Iterator[str]:
    """The digests of manifests, which are the ids of images at engines that keep them as containerd does."""
    return (str(each.get("digest", "")).removeprefix("sha256:") for each in index.get("manifests") or ())
