"""Secrets in what people read: found by a telling name or by their form, and hidden in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from commands import forms, legible, programs
from commands.chance import MASK
from commands.programs import Watch
from commands.telling import FRAGMENTS, for_sure, telling

__all__ = ["MASK", "mask_object", "mask_text"]

SHORT, KNOWN = 80, 8192  # characters of a word that is remembered as one without a secret, and how many such are
_open: set[str] = set()
BLOCK = 65536  # characters that are searched at once: no thread waits longer than that for its turn
AROUND, _CUTS = 2048, 16  # characters before and after a cut in a long line, and how many places are tried
_APART = "\n;\n"  # no form of a secret, nor of what is none, goes on behind it
_GAP = re.compile(r"[ ,;&]")
_NAME_LIMIT = 128  # characters of a name that are looked at
_SPOKEN_LENGTH = 6  # characters from which a word with a digit is a secret in "the password is ..."
_NAME_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"
_NAME = re.compile(r"[A-Za-z0-9_.-]*+")
_ASSIGNS = re.compile(
    r"\\?[\"']?[ \t]{0,8}+(?:(?:is|was)[ \t]{0,8}+)?(:?={1,2}+>?|:)[ \t]{0,8}+"
    r"|[ \t]{1,8}+(is|was)[ \t]{1,8}+"
    r"|()(?:[ \t]++(?!-)|\\?[\"'][ \t]{0,8}+,[ \t]{0,8}+(?=\\?[\"'][^-]))"  # after a flag: a blank, or a list's comma
)
_VALUE = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*(?:\"|$)|'[^'\n]*+(?:'|$)"
    r"|\\\"(?:[^\"\\\n]|\\[^\"\n])*(?:\\\"|$)"  # JSON within JSON
    r"|[^\s,;&\"')\]}]++",
    re.MULTILINE,
)
ASSIGNMENT = re.compile(r"([\"']?(?:--?[\w-]++=)?[\"']?([\w.-]++)=)(.++)", re.DOTALL)
_QUOTE = re.compile(r"\\?[\"']|")
PLAIN_VALUES = frozenset(
    {"", "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "and", "{}", "[]"}
)


def mask_text(text: str) -> str:
    """The text with every secret in it hidden, all else as it was; masking it again changes nothing.

    A secret that only the eye puts together, past colours and what cannot be seen, is shown without any of these.
    """
    if text in _open:
        return text
    shown = _masked(text)
    read = legible.bare(shown)
    if read != shown:
        masked = _masked(read)
        return shown if masked == read else masked
    if shown == text and len(text) <= SHORT:
        _remember(text)
    return shown


def _remember(text: str) -> None:
    """Short words come again and again; those without a secret are known then. For any thread."""
    if len(_open) >= KNOWN:
        _open.clear()
    _open.add(text)


def are_open(texts: Iterable[str]) -> bool:
    """Whether none of these holds a secret, as all of them together do not: to look at each takes much longer."""
    whole = _APART.join(texts)
    return mask_text(whole) == whole


def mask_object(thing: Any) -> Any:
    """What the engine told, such as an inspect, with the secrets in environments, labels and arguments hidden."""
    match thing:
        case dict():
            return {key: _entry(key, value, _words_before(key, thing)) for key, value in thing.items()}
        case list():
            return _mask_items(thing)
        case str():
            return mask_text(thing)
        case _:
            return thing


def _masked(text: str) -> str:
    return "".join(map(_hide, _blocks(forms.hide_blocks(text))))


def _hide(block: str) -> str:
    return _hide_named(programs.hide(forms.hide(block)))


def awaits_value(word: str) -> bool:
    """Whether a word is a flag whose value, a secret, is the next word."""
    return word.startswith("-") and "=" not in word and telling(word)


def _entry(key: str, value: Any, before: list[str]) -> Any:
    if isinstance(value, str) and telling(key):
        return _hidden(value)
    return _mask_items(value, before) if isinstance(value, list) else mask_object(value)


def _words_before(key: str, thing: dict[str, Any]) -> list[str]:
    """The words of a command that stand in another place of an inspect than those of this key."""
    told = thing.get({"Args": "Path", "Cmd": "Entrypoint"}.get(key, ""))
    words = [told] if isinstance(told, str) else told
    return [word for word in words or () if isinstance(word, str)]


def _mask_items(items: list[Any], before: Iterable[str] = ()) -> list[Any]:
    shown, hide, watch = [], False, Watch()
    for word in before:
        watch.masked(word)
    for thing in _without_keys(items):
        item = watch.masked(thing) if isinstance(thing, str) else thing
        if not isinstance(item, str):
            shown.append(mask_object(item))
            hide = False
        elif hide and not item.startswith("-"):
            shown.append(_hidden(item))
            hide = False
        else:
            found = ASSIGNMENT.fullmatch(item)
            known = found is not None and telling(found[2])
            shown.append(found[1] + _hidden(found[3]) if found and known else mask_text(item))
            hide = awaits_value(item)
    return shown


def _without_keys(items: list[Any]) -> list[Any]:
    """The words of a command without the private key that no quotes held together."""
    return forms.hide_split(items) if all(isinstance(item, str) for item in items) else items


def _hidden(value: str) -> str:
    return value if value.lower() in PLAIN_VALUES else MASK


def _blocks(text: str) -> Iterator[str]:
    """The text in blocks that end at a line's end, or else where no secret is cut as far as can be seen around it."""
    start = 0
    while len(text) - start > BLOCK:
        limit = start + BLOCK
        end = text.rfind("\n", start, limit) + 1 or cut(text, limit)
        yield text[start:end]
        start = end
    yield text[start:]


def cut(text: str, limit: int) -> int:
    """Where a long line is cut, close before the limit: what surrounds that is hidden in two parts as it is at once."""
    gaps = [found.end() for found in _GAP.finditer(text, limit - AROUND, limit)][-_CUTS:]
    places = (*reversed(gaps), *range(limit, limit - AROUND, -AROUND // _CUTS))
    return next((place for place in places if _is_apart(text, place)), limit)


def _is_apart(text: str, place: int) -> bool:
    before, after = text[place - AROUND : place], text[place : place + AROUND]
    return _hide(before + after) == _hide(before) + _hide(after)


def _hide_named(text: str) -> str:
    """With the values of telling names hidden: NAME=value, "name": "value", --name value."""
    parts, at = [], 0
    for place in _places(text):
        if place < at:
            continue
        name, end = _name_at(text, place)
        sign = _ASSIGNS.match(text, end) if telling(name) else None
        value = _VALUE.match(text, sign.end()) if sign else None
        if sign and value and _is_value(name, sign[1] or sign[2] or "", value[0]):
            parts += [text[at : sign.end()], _quoted(value[0])]
            at = value.end()
        else:
            parts.append(text[at:end])
            at = end
    return "".join(parts) + text[at:]


def _places(text: str) -> list[int]:
    """Where a telling name may stand, in order."""
    small = text.lower()
    if len(small) != len(text):  # a letter that becomes two
        small = "".join(char.lower() if char.isascii() else char for char in text)
    found = set()
    for fragment in FRAGMENTS:
        place = small.find(fragment)
        while place >= 0:
            found.add(place)
            place = small.find(fragment, place + 1)
    return sorted(found)


def _name_at(text: str, place: int) -> tuple[str, int]:
    """The name that holds this place, and where it ends."""
    before = text[max(0, place - _NAME_LIMIT) : place]
    start = place - len(before) + len(before.rstrip(_NAME_CHARS))
    run = _NAME.match(text, place)
    end = run.end() if run else place
    return text[start : min(end, start + 2 * _NAME_LIMIT)], end


def _is_value(name: str, sign: str, value: str) -> bool:
    """Whether what follows is the name's value and no prose."""
    if not sign:
        return name.startswith("-")
    if sign in {"is", "was"}:
        return len(value) >= _SPOKEN_LENGTH and (forms.looks_random(value) or any(char.isdigit() for char in value))
    return "=" in sign or value[0] in "\"'\\" or for_sure(name) or forms.looks_random(value)


def _quoted(value: str) -> str:
    found = _QUOTE.match(value)
    mark = found[0] if found else ""
    inner = value[len(mark) :]
    closing = mark if inner.endswith(mark) else ""
    return value if inner.removesuffix(closing).lower() in PLAIN_VALUES else mark + MASK + closing
