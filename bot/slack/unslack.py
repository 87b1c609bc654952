"""What a person typed, as it was before keyboards and Slack changed it.

Quoted text is no exception: a keyboard that turns `--all` into `—all` does so inside of quotes too. Only a dash
that stands alone is left as it is inside of quotes, because there it is prose more often than docker's `--`.
"""

from __future__ import annotations

import re
import unicodedata

_FENCES = ("```", "`")
_CONTINUED = re.compile(r"[ \t]*\\[ \t]*(?:\r\n|[\r\n])[ \t]*")
_LINE_BREAKS = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
_LINK = re.compile(r"<([@#!]?)([^<>|\s]+)(?:\|([^<>]*))?>")
_ADDRESS = re.compile(r"(?:https?|ftp|mailto|tel|ssh|slack):")
_ENTITY = re.compile(r"&(lt|gt|amp);")
_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&"}
_DOUBLE = "\u201c\u201d\u201e\u201f"
_SINGLE = "\u2018\u2019\u201a\u201b"
_QUOTES = str.maketrans(dict.fromkeys(_DOUBLE, '"') | dict.fromkeys(_SINGLE, "'"))
_EN_DASH = "\u2013"
_DASHES = f"\u2010\u2011\u2012{_EN_DASH}\u2014\u2015\u2212"
_WORD_DASH = re.compile(rf"(?<![^\s\"'])-*[{_DASHES}][-{_DASHES}]*(?=(\w)([\w-]?))")
_LONE_DASH = re.compile(rf"(\"(?:\\.|[^\"\\])*\"|'[^']*')|(?<!\S)([{_DASHES}]+)(?!\S)")


def text(given: str) -> str:
    """The line that was meant, on one line; a line that nothing has changed comes back as it is."""
    line = _unlinked(_unwrapped(given))
    line = "".join(_character(each) for each in line).translate(_QUOTES)
    return _dashes(line).strip()


def _unwrapped(given: str) -> str:
    line = given.strip()
    for fence in _FENCES:
        inner = line.removeprefix(fence).removesuffix(fence)
        if len(line) - len(inner) == 2 * len(fence) and "`" not in inner:
            line = inner.strip()
            break
    return _LINE_BREAKS.sub(" ", _CONTINUED.sub(" ", line))


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


def _character(each: str) -> str:
    if each.isascii():
        return each
    match unicodedata.category(each):
        case "Zs":
            return " "
        case "Cf" | "Cs":
            return ""
        case _:
            return each


def _dashes(line: str) -> str:
    line = _LONE_DASH.sub(_lone, line)
    return _WORD_DASH.sub(_leading, line)


def _leading(found: re.Match[str]) -> str:
    """Two dashes before a word, one before a single letter or a number."""
    first, second = found.groups()
    return "--" if second and not first.isdigit() else "-"


def _lone(found: re.Match[str]) -> str:
    quoted, dash = found.groups()
    return quoted or ("-" if dash == _EN_DASH else "--")
