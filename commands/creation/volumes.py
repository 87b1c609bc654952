"""One --volume: SOURCE:TARGET:OPTIONS as docker's CLI reads it."""

from __future__ import annotations

from dataclasses import dataclass

_SHORT = 2  # characters of a spec that is taken for a target, whatever is in it
_PLACES = 2  # a source and a target; what follows is options


@dataclass(frozen=True)
class Volume:
    """What is mounted: the spec as typed, and its source, empty where a volume without a name is made."""

    spec: str
    source: str

    @property
    def is_path(self) -> bool:
        """Whether the source is a path of the host rather than the name of a volume."""
        source = self.source
        drive = len(source) > 1 and source[0].isalpha() and source[1] == ":"
        return source.startswith((".", "/", "~", "\\\\")) or drive

    @property
    def is_relative(self) -> bool:
        """Whether the path only means something where docker's CLI runs."""
        return self.source.startswith(".")


def volume(spec: str) -> Volume:
    """The volume that a spec says; raises ValueError in docker's words."""
    if not spec:
        raise ValueError("invalid empty volume spec")
    if len(spec.encode("utf-8", "surrogateescape")) <= _SHORT:
        return Volume(spec, "")
    sections = _sections(spec)
    for at, section in enumerate(sections):
        if not section:
            raise ValueError(f"invalid spec: {spec}: empty section between colons")
        if at >= _PLACES and at < len(sections) - 1:
            raise ValueError(f"invalid spec: {spec}: too many colons")
    return Volume(spec, sections[0] if len(sections) > 1 else "")


def _sections(spec: str) -> list[str]:
    """What stands between the colons; the colon after a single letter is that of a drive."""
    sections = [""]
    for char in spec:
        if char == ":" and not (len(sections[-1]) == 1 and sections[-1].isalpha()):
            sections.append("")
        else:
            sections[-1] += char
    return sections
