"""Docker 28's own command line: its verbs, their names and flags, as docs/docker-cli-28.tsv has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

REFERENCE = Path(__file__).parent.parent / "docs" / "docker-cli-28.tsv"


@dataclass(frozen=True)
class Flag:
    """One flag: its names with their dashes, and the type of its value."""

    long: str
    short: str
    kind: str


@dataclass
class Verb:
    """One verb: its canonical name, usage line, all its names and its flags but --help, which every verb has."""

    name: str
    usage: str
    names: tuple[str, ...]
    flags: list[Flag] = field(default_factory=list)


def verbs() -> dict[str, Verb]:
    """Every verb of docker 28 by its canonical name."""
    found: dict[str, Verb] = {}
    for row in REFERENCE.read_text().splitlines()[1:]:
        sort, name, *rest = row.split("\t")
        if sort == "V":
            names = tuple(each.strip() for each in rest[1].split(",") if each.strip()) or (name,)
            found[name] = Verb(name, rest[0], names)
        elif rest[0] != "--help":
            found[name].flags.append(Flag(rest[0], rest[1], rest[2]))
    return found
