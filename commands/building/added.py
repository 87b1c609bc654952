"""What the ADDs of a Dockerfile let the engine fetch: from its host's own network, whatever --network says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from commands.attempts import Refusal
from commands.building import flags, remotes
from commands.building.dockerfile import SPACES, Instruction

_SCHEMES = ("http://", "https://")
_UNQUOTED = str.maketrans("", "", "\"'\\`")
_OUTSIDE = (
    "Line {}: the engine would fetch {}, which the policy does not allow ([build] remotes)."
    " Let a RUN fetch it, or COPY it from the context."
)
_HIDDEN = (
    "Line {}: what ADD takes is in a variable, and may be an address that the settings do not allow"
    " ([build] remotes). Begin it with ./ where it is a file of the context."
)


def check(instructions: Iterable[Instruction], globs: tuple[str, ...]) -> None:
    """Raise Refusal where one may let the engine fetch what no glob allows."""
    for each in instructions:
        inner = each.inner()
        if inner.name == "ADD":
            for source in _sources(inner.rest):
                _check(each.line, source, globs)


def _check(line: int, source: str, globs: tuple[str, ...]) -> None:
    plain = source.translate(_UNQUOTED)
    before, variable, _ = plain.partition("$")
    lower = before.lower()
    if not lower.startswith(_SCHEMES) and not (variable and any(each.startswith(lower) for each in _SCHEMES)):
        return
    if variable and not remotes.allows_all_below(before, globs):
        raise Refusal(_HIDDEN.format(line))
    if not variable and not remotes.allows(remotes.fetched(plain), globs):
        raise Refusal(_OUTSIDE.format(line, plain))


def _sources(rest: str) -> Iterator[str]:
    """All words but the last one, which is where it is put; what may be a list of JSON is read in both ways."""
    words = flags.split(rest)[1]
    yield from _listed(words)[:-1]
    yield from SPACES.split(words)[:-1]


def _listed(words: str) -> list[str]:
    """The words of an instruction that begins as a list of JSON, whatever comes after that; empty where it does not."""
    try:
        found = json.JSONDecoder().raw_decode(words)[0] if words.startswith("[") else []
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) and all(isinstance(each, str) for each in found) else []
