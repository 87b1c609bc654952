"""What a person typed in Slack, as it was before keyboards and Slack changed it."""

from __future__ import annotations

import re

from bot import keyboard

_FENCES = ("```", "`")
# No pattern begins with a run of blanks: looked for from each of its blanks, a long run would take minutes.
_CONTINUED = re.compile(r"\\[ \t]*(?:\r\n|[\r\n])[ \t]*")
_SPACE = re.compile(r"\s+")
_LINE_BREAK = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_LINK = re.compile(r"<([@#!]?)([^<>|\s]+)(?:\|([^<>]*))?>")
_ADDRESS = re.compile(r"(?:https?|ftp|mailto|tel|ssh|slack):")
_ENTITY = re.compile(r"&(lt|gt|amp);")
_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&"}


def text(given: str) -> str:
    """The line that was meant, on one line; a line that nothing has changed comes back as it is."""
    return keyboard.mended(_unlinked(_unwrapped(given))).strip()


def typed(given: str) -> str:
    """What was meant to be typed into a process, line by line as it was written, without the marks of code."""
    return "\n".join(keyboard.mended(line) for line in _LINE_BREAK.split(_unlinked(_unmarked(given))))


def _unmarked(given: str) -> str:
    for fence in _FENCES:
        inner = given.removeprefix(fence).removesuffix(fence)
        if len(given) - len(inner) == 2 * len(fence) and fence not in inner:
            return inner.strip("\n") if fence == _FENCES[0] else inner
    return given


def _unwrapped(given: str) -> str:
    line = _unmarked(given.strip()).strip()
    *parts, last = _CONTINUED.split(line)
    joined = " ".join([*(part.rstrip(" \t") for part in parts), last])
    return _SPACE.sub(lambda found: " " if _LINE_BREAK.search(found[0]) else found[0], joined)


def _unlinked(line: str) -> str:
    """Links, mentions and entities as they were typed; a person, channel or group becomes its id."""
    typed = _LINK.sub(_typed, line)
    return _ENTITY.sub(lambda found: _CHARACTERS[found[1]], typed)


def _typed(found: re.Match[str]) -> str:
    sign, target, label = found.groups()
    if sign in {"@", "#"}:
        return target
    if sign == "!":
        return _special(target, label)
    if not _ADDRESS.match(target):
        return found[0]
    return label or target.removeprefix("mailto:")


def _special(target: str, label: str | None) -> str:
    name, _, rest = target.partition("^")
    if name == "subteam":
        return rest
    return label if name == "date" and label else f"@{name}"
