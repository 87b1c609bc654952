"""Go's html, js and urlquery."""

from __future__ import annotations

import re
from urllib.parse import quote_plus

from commands.golang.value import octets

_HTML = {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
_HTML_SPECIAL = re.compile("[\0\"'&<>]")
_SCRIPT = {"\\": "\\\\", "'": "\\'", '"': '\\"'}
_SCRIPT_SPECIAL = re.compile(r"[\x00-\x1f\\'\"<>&=]|[^\x00-\x7f]")


def html(text: str) -> str:
    """Text that HTML shows as it is."""
    return _HTML_SPECIAL.sub(lambda found: _HTML[found[0]], text)


def script(text: str) -> str:
    """Text that fits between the quotes of a JavaScript string."""
    return _SCRIPT_SPECIAL.sub(lambda found: _script(found[0]), text)


def _script(char: str) -> str:
    if not char.isascii() and (char.isprintable() or "\udc80" <= char <= "\udcff"):
        return char
    return _SCRIPT.get(char) or f"\\u{ord(char):04X}"


def query(text: str) -> str:
    """Text that fits into a URL's query."""
    return quote_plus(octets(text))
