"""Secrets in what people read: found by a telling name or by their form, and hidden in place.

Every pattern is linear in the length of the text: runs are possessive and begin only where a run can begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

MASK = "••••"
_BLOCK = 65536  # characters that are searched at once: no thread waits longer than that for its turn

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ENDINGS = ("password", "passwd", "passphrase", "secret", "token", "apikey", "credential", "credentials", "pwd")
_LONELY = frozenset({"pw", "pat"})  # telling on their own
_PAIRED = frozenset({"pass", "auth"})  # telling at the end of a longer name: DB_PASS
_KEY_OF = frozenset({
    "access", "account", "admin", "api", "app", "application", "auth", "client", "consumer", "crypt", "deploy",
    "encryption", "encrypt", "fernet", "hmac", "jwt", "license", "master", "private", "secret", "server",
    "service", "session", "shared", "sign", "signing", "ssh", "storage", "subscription", "webhook",
})  # fmt: skip
_OPEN_KEY = frozenset({
    "cache", "foreign", "gpg", "idempotency", "object", "partition", "primary", "public", "routing", "sort",
    "translation",
})  # fmt: skip
_ABOUT = frozenset({
    "algorithm", "arn", "audience", "count", "days", "dir", "driver", "enabled", "endpoint", "expiration",
    "expires", "expiry", "field", "file", "format", "header", "host", "id", "ids", "issuer", "length",
    "lifetime", "limit", "manager", "max", "min", "name", "names", "path", "policy", "port", "prefix",
    "provider", "ref", "required", "rotation", "seconds", "server", "service", "size", "store", "timeout",
    "ttl", "type", "uri", "url", "user", "username", "version",
})  # fmt: skip
_WORKING_FOLDERS = frozenset({"PWD", "OLDPWD"})
_PLAIN_VALUES = frozenset(
    {"", "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "{}", "[]"}
)


@lru_cache(maxsize=4096)
def telling(name: str) -> bool:
    """Whether a name, such as DB_PASSWORD, --api-key or accessToken, says that its value is a secret."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words or name in _WORKING_FOLDERS or words[-1] in _ABOUT:
        return False
    if any(word.endswith(_ENDINGS) or word in _LONELY for word in words):
        return True
    if len(words) > 1 and words[-1] in _PAIRED:
        return True
    return _names_key(name, words)


def _names_key(name: str, words: list[str]) -> bool:
    before = {words[at - 1] for at, word in enumerate(words) if word == "key" and at}
    if before & _KEY_OF:
        return True
    return name.isupper() and words[-1] == "key" and bool(before - _OPEN_KEY)


# Secrets by their form. Group 1 stays, the rest of the match is hidden.
_FORMS = re.compile(
    r"(?<![A-Za-z0-9_-])()(?:"
    r"(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])"
    r"|xox[a-z](?:\.xox[a-z])?-[0-9A-Za-z-]{10,}+"
    r"|xapp-[0-9A-Za-z-]{10,}+"
    r"|gh[pousr]_[0-9A-Za-z]{20,}+"
    r"|github_pat_[0-9A-Za-z_]{20,}+"
    r"|glpat-[0-9A-Za-z_-]{16,}+"
    r"|dckr_pat_[0-9A-Za-z_-]{16,}+"
    r"|npm_[0-9A-Za-z]{30,}+"
    r"|[rs]k_(?:live|test)_[0-9A-Za-z]{16,}+"
    r"|sk-[0-9A-Za-z_-]{20,}+"
    r"|AIza[0-9A-Za-z_-]{35}"
    r"|eyJ[0-9A-Za-z_-]{8,}+\.[0-9A-Za-z_-]{8,}+(?:\.[0-9A-Za-z_-]++)?"
    r")"
    r"|(hooks\.slack\.com/[a-z]{1,12}/)[0-9A-Za-z/_-]++"
    r"|()\$(?:2[aby]|apr1|[156]|y)\$[0-9A-Za-z./$=,]{8,}+"
)
_HEADER = re.compile(r"(\b(?:bearer|authorization[\"']?[:=] ?[\"']?\w{1,20}) )([0-9A-Za-z._~+/=-]{8,}+)", re.IGNORECASE)
_URL = re.compile(r"(://[^\s/:@\"']*+:)([^\s/\"']+)(?=@)")
_VALUE = r"\"(?:[^\"\\\n]|\\.)*+(?:\"|$)|'[^'\n]*+(?:'|$)|[^\s,;&\"')\]}]++"
_ASSIGNED = re.compile(rf"(?<![\w.-])([\w.-]++)([\"']?[ \t]{{0,8}}+[=:][ \t]{{0,8}}+)({_VALUE})", re.MULTILINE)
_FLAGGED = re.compile(rf"(?<![\w.-])(--?[A-Za-z][\w.-]*+)([ \t]++)((?!-){_VALUE})", re.MULTILINE)
_PEM_BEGIN, _PEM_END = re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----"), "-----END "
_PEM_BODY = re.compile(r"(?:[0-9A-Za-z+/=\\:,\s]|-(?!----))*+")
# Where none of these occurs, no pattern above can match.
_SIGNS = (
    *_ENDINGS, "pw", "pat", "pass", "auth", "key", "akia", "asia", "xox", "xapp", "gh", "npm_", "sk-", "k_", "aiza",
    "eyj", "hooks.", "$", "bearer", "://",
)  # fmt: skip
_RANDOM_LENGTH, _LONG = 8, 20  # characters from which a value with a digit, or any, is no ordinary word


def mask_text(text: str) -> str:
    """The text with every secret in it hidden, all else as it was; masking it again changes nothing."""
    return "".join(_mask_block(block) for block in _blocks(_mask_pem(text)))


def mask_object(thing: Any) -> Any:
    """What the engine told, such as an inspect, with the secrets in environments, labels and arguments hidden."""
    match thing:
        case dict():
            return {key: _entry(key, value) for key, value in thing.items()}
        case list():
            return _mask_items(thing)
        case str():
            return mask_text(thing)
        case _:
            return thing


def mask_line(line: str) -> str:
    """A command line, which need not even parse, with the secrets in it hidden."""
    shown, hide, login = [], False, False
    for piece in _SHELL_WORDS.findall(line):
        if piece.isspace():
            shown.append(piece)
            continue
        word = piece.strip("\"'")
        shown.append(MASK if hide and not word.startswith("-") else _mask_word(piece, login=login))
        hide = _awaits_value(word) or (login and word == "-p")
        login = login or word == "login"
    return "".join(shown)


# A word as a shell sees it, or the space between two; an open quote reaches to the end.
_SHELL_WORDS = re.compile(r"\s++|(?:[^\s\"'\\]|\\.|\"(?:[^\"\\]|\\.)*+(?:\"|\\?$)|'[^']*+(?:'|$)|\\$)++", re.DOTALL)
_ASSIGNMENT = re.compile(r"([\"']?-{0,2}[\"']?([\w.-]++)=)(.++)", re.DOTALL)


def _mask_word(piece: str, *, login: bool) -> str:
    found = _ASSIGNMENT.fullmatch(piece)
    if found and telling(found[2]) and found[3].strip("\"'").lower() not in _PLAIN_VALUES:
        return found[1] + MASK + (piece[-1] if piece[0] in "\"'" and piece[-1] == piece[0] else "")
    if login and piece.startswith("-p") and len(piece) > len("-p"):
        return "-p" + MASK
    return mask_text(piece)


def _awaits_value(word: str) -> bool:
    return word.startswith("-") and "=" not in word and telling(word)


def _entry(key: str, value: Any) -> Any:
    if isinstance(value, str) and telling(key):
        return _hidden(value)
    return mask_object(value)


def _mask_items(items: list[Any]) -> list[Any]:
    shown, hide = [], False
    for item in items:
        if not isinstance(item, str):
            shown.append(mask_object(item))
            hide = False
        elif hide and not item.startswith("-"):
            shown.append(_hidden(item))
            hide = False
        else:
            found = _ASSIGNMENT.fullmatch(item)
            known = found is not None and telling(found[2])
            shown.append(found[1] + _hidden(found[3]) if found and known else mask_text(item))
            hide = _awaits_value(item)
    return shown


def _hidden(value: str) -> str:
    return value if value.lower() in _PLAIN_VALUES else MASK


def _blocks(text: str) -> Iterator[str]:
    """The text in blocks that end at a line's end, or else where hardly any secret is cut."""
    start = 0
    while len(text) - start > _BLOCK:
        end = start + _BLOCK
        cuts = (text.rfind(mark, start, end) for mark in ("\n", ",", ";", "&", " "))
        cut = next((cut for cut in cuts if cut >= start), end - 1) + 1
        yield text[start:cut]
        start = cut
    yield text[start:]


def _mask_pem(text: str) -> str:
    parts, at = [], 0
    while found := _PEM_BEGIN.search(text, at) if "PRIVATE KEY" in text else None:
        body = _PEM_BODY.match(text, found.end())
        end = body.end() if body else found.end()
        closed = text.startswith(_PEM_END, end)
        parts += [text[at : found.end()], MASK if end > found.end() else "", "" if closed else "\n"]
        at = end
    return "".join(parts) + text[at:]


def _mask_block(text: str) -> str:
    small = text.lower()
    if not any(sign in small for sign in _SIGNS):
        return text
    text = _FORMS.sub(lambda found: (found[1] or found[2] or found[3] or "") + MASK, text)
    text = _URL.sub(lambda found: found[1] + MASK, text)
    text = _HEADER.sub(lambda found: found[1] + (MASK if _random(found[2]) else found[2]), text)
    text = _FLAGGED.sub(_mask_flagged, text)
    return _ASSIGNED.sub(_mask_assigned, text)


def _mask_flagged(found: re.Match[str]) -> str:
    return found[1] + found[2] + _quoted(found[3]) if telling(found[1]) else found[0]


def _mask_assigned(found: re.Match[str]) -> str:
    name, sign, value = found.groups()
    if not telling(name):
        return found[0]
    sure = "=" in sign or value[0] in "\"'" or _WORDS.findall(name)[-1].lower().endswith(("password", "passwd", "pwd"))
    return name + sign + _quoted(value) if sure or _random(value) else found[0]


def _quoted(value: str) -> str:
    mark = value[0] if value[0] in "\"'" else ""
    inner = value[len(mark) :].removesuffix(mark) if mark else value
    return value if inner.lower() in _PLAIN_VALUES else mark + MASK + (mark if value.endswith(mark) else "")


def _random(value: str) -> bool:
    return len(value) >= _LONG or (len(value) >= _RANDOM_LENGTH and any(char.isdigit() for char in value))
