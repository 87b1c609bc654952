"""Names that a person gives to an image: read, or refused in docker's words."""

from __future__ import annotations

import re

from commands import reference
from commands.reference import HUB, NAME_LIMIT, OFFICIAL, Reference

_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}  # hexadecimal digits; the OCI image specification
_ID = re.compile(r"[a-f0-9]{64}")


def normalized(text: str) -> Reference:
    """The reference in full; raises ValueError with docker's sentence where it is none."""
    found = reference.parse(text)
    if found is None:
        raise ValueError(_refusal(text))
    if found.digest:
        _check_digest(found.digest)
    return found


def _refusal(text: str) -> str:
    if _ID.fullmatch(text):
        return f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
    name = _path(text).partition(":")[0]
    if name != name.lower():
        return f"invalid reference format: repository name ({name}) must be lowercase"
    lower = reference.parse(text.lower())
    if lower is not None:
        return "invalid reference format: repository name must be lowercase"
    if re.fullmatch(r"[a-z0-9/._-]*", name) and len(name) > NAME_LIMIT:
        return f"repository name must not be more than {NAME_LIMIT} characters"
    return "invalid reference format"


def _path(text: str) -> str:
    """What follows the registry, with the folder that goes without saying."""
    first, slash, rest = text.partition("/")
    registry = slash and (first == "localhost" or "." in first or ":" in first or first != first.lower())
    if not registry:
        return text if slash else f"{OFFICIAL}/{text}"
    return f"{OFFICIAL}/{rest}" if first in {HUB, f"index.{HUB}"} and "/" not in rest else rest


def _check_digest(digest: str) -> None:
    algorithm, _, digits = digest.partition(":")
    if algorithm not in _DIGEST_LENGTHS:
        raise ValueError("unsupported digest algorithm")
    if len(digits) != _DIGEST_LENGTHS[algorithm]:
        raise ValueError("invalid checksum digest length")
    if digits != digits.lower():
        raise ValueError("invalid checksum digest format")
