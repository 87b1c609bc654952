"""Go's quoted strings and characters, written and read."""

from __future__ import annotations

from commands.golang.value import from_octets, octets

MAX_RUNE = 0x10FFFF  # the last code point of Unicode
REPLACEMENT = "\ufffd"
FIRST_SURROGATE, LAST_SURROGATE = 0xD800, 0xDFFF
_FIRST_STRAY, _LAST_STRAY = "\udc80", "\udcff"  # how surrogateescape holds a byte that is no UTF-8
_ASCII_END, _BMP_END, _DELETE = 0x80, 0x10000, 0x7F
_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
_PLAIN_ESCAPES = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}
_HEX_WIDTHS = {"x": 2, "u": 4, "U": 8}
_OCTAL_WIDTH, _BYTE_END = 3, 256


class QuoteError(ValueError):
    """A quoted string or character that Go does not accept."""

    def __init__(self) -> None:
        super().__init__("invalid syntax")


def quote(text: str, mark: str = '"', *, ascii_only: bool = False) -> str:
    """A Go literal of the text."""
    if text.isascii() and text.isprintable() and mark not in text and "\\" not in text:
        return mark + text + mark
    return mark + "".join(_escaped(each, mark, ascii_only) for each in text) + mark


def quote_rune(code: int, *, ascii_only: bool = False) -> str:
    """A Go character literal, of U+FFFD for what is no character."""
    return quote(rune(code), "'", ascii_only=ascii_only)


def rune(code: int) -> str:
    """The character of this code, U+FFFD if there is none."""
    if not 0 <= code <= MAX_RUNE or FIRST_SURROGATE <= code <= LAST_SURROGATE:
        return REPLACEMENT
    return chr(code)


def can_backquote(text: str) -> bool:
    """Whether a raw literal can hold the text."""
    return not any((each < " " and each != "\t") or each in "`\x7f\ufeff" or _stray(each) for each in text)


def _stray(char: str) -> bool:
    return _FIRST_STRAY <= char <= _LAST_STRAY


def _escaped(char: str, mark: str, ascii_only: bool) -> str:
    code = ord(char)
    if char in (mark, "\\"):
        return "\\" + char
    if _stray(char):
        return f"\\x{code - FIRST_SURROGATE - 0x400:02x}"
    if char.isprintable() and (code < _ASCII_END or not ascii_only):
        return char
    return _ESCAPES.get(code) or _numbered(code)


def _numbered(code: int) -> str:
    if code < ord(" ") or code == _DELETE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _BMP_END else f"\\U{code:08x}"


def unquote(literal: str) -> str:
    """The text of a string literal with its quotes; QuoteError if Go does not accept it."""
    body = literal[1:-1]
    if literal[0] == "`":
        return body.replace("\r", "")
    out = bytearray()
    while body:
        raw, body = _unquoted(body, '"')
        out += raw
    return from_octets(bytes(out))


def unquote_char(literal: str) -> int | None:
    """The code of a character literal; None if more than one character stands between the quotes."""
    raw, tail = _unquoted(literal[1:], "'")
    if tail != "'":
        return None
    text = from_octets(raw)
    return raw[0] if _stray(text) and literal[1] == "\\" else ord(REPLACEMENT if _stray(text) else text)


def _unquoted(body: str, mark: str) -> tuple[bytes, str]:
    if body[:1] in ("", mark):
        raise QuoteError
    if body[0] != "\\":
        return octets(body[0]), body[1:]
    name, rest = body[1:2], body[2:]
    if name in _PLAIN_ESCAPES:
        return bytes([_PLAIN_ESCAPES[name]]), rest
    if name and name in "'\"" and name == mark:
        return name.encode(), rest
    if name in _HEX_WIDTHS:
        return _hexadecimal(name, rest)
    return _octal(body[1:])


def _hexadecimal(name: str, rest: str) -> tuple[bytes, str]:
    digits, tail = rest[: _HEX_WIDTHS[name]], rest[_HEX_WIDTHS[name] :]
    code = _digits(digits, 16, _HEX_WIDTHS[name])
    if name == "x":
        return bytes([code]), tail
    if code > MAX_RUNE or FIRST_SURROGATE <= code <= LAST_SURROGATE:
        raise QuoteError
    return chr(code).encode(), tail


def _octal(rest: str) -> tuple[bytes, str]:
    code = _digits(rest[:_OCTAL_WIDTH], 8, _OCTAL_WIDTH)
    if code >= _BYTE_END:
        raise QuoteError
    return bytes([code]), rest[_OCTAL_WIDTH:]


def _digits(digits: str, base: int, width: int) -> int:
    if len(digits) != width or not digits.isascii() or not digits.isalnum():
        raise QuoteError
    try:
        return int(digits, base)
    except ValueError:
        raise QuoteError from None
