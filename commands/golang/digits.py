"""Numbers and texts as fmt's verbs write them, padded by flags, width and precision."""

from __future__ import annotations

import math
from dataclasses import dataclass

from commands.golang.quote import MAX_RUNE, can_backquote, quote, quote_rune, rune
from commands.golang.value import octets

SHORTEST = -1  # as many digits as tell the float from its neighbours
_BASES = {"b": 2, "o": 8, "O": 8, "x": 16, "X": 16}
_PLAIN_EXPONENTS = range(-4, 6)  # strconv: %g beyond these writes an exponent
_UNICODE_DIGITS = 4
_MANTISSA_BITS, _HEX_DIGITS = 52, 13


@dataclass(frozen=True)
class Flags:
    """What stands between the percent sign and the verb."""

    minus: bool = False
    plus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    plus_v: bool = False
    sharp_v: bool = False
    width: int | None = None
    precision: int | None = None


PLAIN = Flags()


def pad(text: str, flags: Flags, *, zero: bool = True) -> str:
    """The text filled up to the width."""
    width = flags.width or 0
    if flags.minus:
        return text.ljust(width)
    return text.rjust(width, "0" if zero and flags.zero else " ")


def clipped(text: str, flags: Flags) -> str:
    """The text cut to the precision."""
    return text if flags.precision is None else text[: flags.precision]


def quoted(text: str, flags: Flags) -> str:
    """%q of a string."""
    text = clipped(text, flags)
    if flags.sharp and can_backquote(text):
        return pad(f"`{text}`", flags)
    return pad(quote(text, ascii_only=flags.plus), flags)


def quoted_rune(code: int, flags: Flags) -> str:
    """%q of an integer."""
    return pad(quote_rune(code, ascii_only=flags.plus), flags)


def char(code: int, flags: Flags) -> str:
    """%c of an integer."""
    return pad(rune(code), flags)


def unicode(code: int, flags: Flags) -> str:
    """%U of an integer."""
    code %= 2**64
    text = f"U+{code:0{max(_UNICODE_DIGITS, flags.precision or 0)}X}"
    if flags.sharp and code <= MAX_RUNE and rune(code).isprintable():
        text += f" '{rune(code)}'"
    return pad(text, flags, zero=False)


def hexadecimal(text: str, flags: Flags, *, upper: bool) -> str:
    """%x or %X of a string's bytes."""
    raw = octets(text)[: flags.precision]
    mark = ("0X" if upper else "0x") if flags.sharp and raw else ""
    pairs = [f"{each:02X}" if upper else f"{each:02x}" for each in raw]
    return pad(mark + (f" {mark}" if flags.space else "").join(pairs), flags)


def integer(number: int, verb: str, flags: Flags) -> str:
    """An integer in the verb's base."""
    if flags.precision == 0 and number == 0:
        return " " * (flags.width or 0)
    digits = _in_base(abs(number), verb)
    signed = number < 0 or flags.plus or flags.space
    digits = digits.rjust(_digit_count(flags, signed=signed), "0")
    if flags.sharp:
        digits = _marked(digits, verb)
    if verb == "O":
        digits = "0o" + digits
    return pad(_sign(number < 0, flags) + digits, flags, zero=False)


def _in_base(magnitude: int, verb: str) -> str:
    return format(magnitude, {"b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}.get(verb, "d"))


def _digit_count(flags: Flags, *, signed: bool) -> int:
    if flags.precision is not None:
        return flags.precision
    if flags.zero and not flags.minus and flags.width is not None:
        return flags.width - signed
    return 0


def _marked(digits: str, verb: str) -> str:
    match _BASES.get(verb):
        case 2:
            return "0b" + digits
        case 8:
            return digits if digits.startswith("0") else "0" + digits
        case 16:
            return ("0X" if verb == "X" else "0x") + digits
        case _:
            return digits


def _sign(negative: bool, flags: Flags) -> str:
    if negative:
        return "-"
    if flags.plus:
        return "+"
    return " " if flags.space else ""


def real(number: float, verb: str, precision: int, flags: Flags) -> str:
    """A float; SHORTEST as precision writes what reads back as the same float."""
    precision = precision if flags.precision is None else flags.precision
    digits = _unsigned(abs(number), verb, precision, sharp=flags.sharp)
    sign = _sign(math.copysign(1, number) < 0, flags)
    if flags.zero and not flags.minus and flags.width is not None:
        digits = digits.rjust(flags.width - len(sign), "0")
    return pad(sign + digits, flags)


def _unsigned(number: float, verb: str, precision: int, *, sharp: bool) -> str:
    match verb:
        case "b":
            return _binary(number)
        case "x" | "X":
            text = _hex_float(number, precision)
            return text.upper() if verb == "X" else text
        case "g" | "G" if precision == SHORTEST and not sharp:
            text = shortest(number)
            return text.upper() if verb == "G" else text
        case _:
            places = 6 if precision == SHORTEST else precision
            return format(number, f"{'#' if sharp else ''}.{places}{verb}")


def shortest(number: float) -> str:
    """The shortest %g of a float that is not negative."""
    digits, exponent = _shortest_digits(number)
    if exponent in _PLAIN_EXPONENTS:
        return _plain(digits, exponent)
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{tail}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def plain(number: float) -> str:
    """The shortest %f of a float that is not negative."""
    return _plain(*_shortest_digits(number))


def _shortest_digits(number: float) -> tuple[str, int]:
    mantissa, _, exponent = f"{number!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    lead = len(whole) if whole != "0" else -(len(fraction) - len(fraction.lstrip("0")))
    power = int(exponent or 0) + lead - 1
    return digits.rstrip("0") or "0", power if digits else 0


def _plain(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    rest = digits[exponent + 1 :]
    return f"{whole}.{rest}" if rest else whole


def _binary(number: float) -> str:
    mantissa, exponent = math.frexp(number)
    return f"{int(mantissa * 2 ** (_MANTISSA_BITS + 1))}p{exponent - _MANTISSA_BITS - 1:+d}"


def _hex_float(number: float, precision: int) -> str:
    if number == 0:
        return "0x0" + ("." + "0" * precision if precision > 0 else "") + "p+00"
    mantissa, exponent = math.frexp(number)
    places = _HEX_DIGITS if precision == SHORTEST else min(precision, _HEX_DIGITS)
    scaled = round(mantissa * 2 * 16**places)
    if scaled >= 2 * 16**places:
        scaled, exponent = scaled // 2, exponent + 1
    digits = f"{scaled:x}"
    rest = digits[1:].rstrip("0") if precision == SHORTEST else digits[1:].ljust(precision, "0")
    power = exponent - 1
    return f"0x{digits[0]}{'.' if rest else ''}{rest}p{'-' if power < 0 else '+'}{abs(power):02d}"
