"""Long words that look drawn at random, as keys and tokens do: letters, capitals and digits change places too often.

What people have to read is not so: ids and digests (hexadecimal), UUIDs, names, paths, versions, hosts, numbers, words
of any language. Only what follows what is counted, so that the work is linear in the length of the text.
"""

from __future__ import annotations

import binascii
import re

MASK = "••••"
_SHORTEST = 18  # letters and digits of such a word, of 20 characters
_LOOKED_AT = 256  # characters of a word that decide about it; a longer one goes whole
# Of random words in the shapes of tokens 95 to 99 in 100 are known so; in docker's dialogs and a system's logs is none.
_RATE, _RATE_OF_ONE = 5, 4  # characters a change, at most: with small letters and capitals, and with one of them
_APART = 8  # characters between two signs such as - and /, at least; one more is let through
_RUN = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{20,}+={0,2}")
# No digest is a secret, nor a public key of ssh; a symbol of C++ and a host in Punycode only look like one.
_OPEN = re.compile(r"(?:sha|SHA)\d{1,3}[:=]\Z")
_OPEN_WIDTH = 8  # characters before a word that can say that it is a digest
_OPEN_STARTS = ("AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNh", "_Z", "xn--", "sha256-", "sha384-", "sha512-")
_PUBLIC_STARTS = ("MBMxETAPBgNVBAM", "MFkwEwYHKoZIzj0C")  # of a swarm's root, the name and the public key
# What everybody may read, though it is in base64.
_PUBLIC = re.compile(r"(-----BEGIN [A-Z ]{0,20}(?:CERTIFICATE|PUBLIC KEY(?: BLOCK)?)-----[A-Za-z0-9+/=\\\s]*+)")
_SIGN = re.compile(r"[+/_-]")
_ID = re.compile(r"(?:0x)?[0-9a-f-]++|[0-9A-F-]++|[0-9a-z]{25}")  # the last are BuildKit's and those of swarms
_CHANGE = re.compile(r"[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])")  # but for a capital that begins a word
_WORD = re.compile(r"[A-Z]?[a-z]{3,}")
_DIGIT = re.compile(r"[0-9]")
_FOLDER = re.compile(r"(?:/*[a-z]+/)*")


def hide(text: str) -> str:
    """The text with each such word hidden; one before a gap of a table keeps its width. Twice changes nothing."""
    if "-----BEGIN" not in text:
        return _RUN.sub(_hidden, text)
    return "".join(part if at % 2 else _RUN.sub(_hidden, part) for at, part in enumerate(_PUBLIC.split(text)))


def drawn(word: str) -> bool:
    """Whether a word looks as if it was drawn at random."""
    one_case = word in {word.lower(), word.upper()}
    rate = _RATE_OF_ONE if one_case else _RATE
    if _ID.fullmatch(word) or rate * len(_CHANGE.findall(word)) < _SHORTEST or not _DIGIT.search(word):
        return False
    parts = [part for part in _SIGN.split(word.rstrip("=")) if not _ID.fullmatch(part)]
    length = sum(map(len, parts))
    if length < _SHORTEST or (len(parts) - 2) * _APART > length:
        return False
    spoken = 0 if one_case else sum(map(len, _WORD.findall(word)))
    return 3 * spoken < 2 * length and rate * sum(len(_CHANGE.findall(part)) for part in parts) >= length


def _hidden(found: re.Match[str]) -> str:
    folder = _FOLDER.match(found[0][:_LOOKED_AT])
    kept = folder[0] if folder else ""
    word = found[0][len(kept) :]
    if not drawn(word[:_LOOKED_AT]) or word.startswith((*_OPEN_STARTS, *_PUBLIC_STARTS)):
        return found[0]
    if _is_digest(found) or _is_prose(found[0]):
        return found[0]
    gap = found.string.startswith("  ", found.end())
    return kept + MASK + " " * (len(word) - len(MASK) if gap else 0)


def _is_prose(word: str) -> bool:
    """Whether it is words in base64, as a swarm has its configs."""
    try:
        said = binascii.a2b_base64(word, strict_mode=True).decode()
    except ValueError:
        return False
    words = said.split()
    return len(said) > len("".join(words)) and "".join(words).isprintable()


def _is_digest(found: re.Match[str]) -> bool:
    return _OPEN.search(found.string, max(0, found.start() - _OPEN_WIDTH), found.start()) is not None
