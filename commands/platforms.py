"""The platform of a container's image, as docker's lists show it: linux/arm64/v8."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from commands.golang.value import STRING, STRINGS, Field, GoType, Kind, Value, pointer_to

UNKNOWN = "unknown"


def described(told: Mapping[str, Any]) -> str:
    """A platform of the engine's answer as one word, without the system's version."""
    return _text((told.get("architecture", ""), told.get("os", ""), "", (), told.get("variant", "")))


def platform(container: Mapping[str, Any]) -> Value:
    """The platform as a template sees it: a nil pointer where the engine says none."""
    told = (container.get("ImageManifestDescriptor") or {}).get("platform")
    if not told:
        return Value(_POINTER, None)
    return Value(_POINTER, tuple(told.get(field.key, [] if field.type is STRINGS else "") for field in _FIELDS))


def _text(parts: Sequence[Any]) -> str:
    architecture, system, version, _features, variant = parts
    if not system:
        return UNKNOWN
    shown = f"{system}({version})" if version else system
    return "/".join(part for part in (shown, architecture, variant) if part)


_FIELDS = (
    Field("Architecture", STRING, "architecture"),
    Field("OS", STRING, "os"),
    Field("OSVersion", STRING, "os.version", omitempty=True),
    Field("OSFeatures", STRINGS, "os.features", omitempty=True),
    Field("Variant", STRING, "variant", omitempty=True),
)
_POINTER = pointer_to(GoType("formatter.Platform", Kind.STRUCT, fields=_FIELDS, text=_text))
