"""The image of a create request: an id, or a name with the tag that goes without saying."""

from __future__ import annotations

import functools
import re

from commands import naming
from commands.image.transfer import DEFAULT_TAG

_ID = re.compile(r"[a-f0-9]{64}|sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}")


def is_id(text: str) -> bool:
    """Whether it is an id in full, by which nothing can be pulled."""
    return _ID.fullmatch(text) is not None


def check(text: str) -> None:
    """Raise ValueError with docker's sentence where it can be no image."""
    if not is_id(text):
        naming.normalized(text)


@functools.lru_cache(maxsize=4096)
def called(text: str) -> str:
    """How a rule calls an image: as docker tells of it, or as it is where it can be no name."""
    try:
        return text if is_id(text) else told(text)
    except ValueError:
        return text


def told(text: str) -> str:
    """The name as docker tells of it: without what goes without saying, but with a tag or digest."""
    found = naming.normalized(text)
    tag = f":{found.tag}" if found.tag else "" if found.digest else f":{DEFAULT_TAG}"
    return f"{found.familiar}{tag}{f'@{found.digest}' if found.digest else ''}"
