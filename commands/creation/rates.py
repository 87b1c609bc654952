"""What a container gets of a disk: weights of devices and limits of their rates."""

from __future__ import annotations

from collections.abc import Iterable

from commands.creation.numbers import decimal_unsigned
from commands.creation.sizes import octets
from commands.creation.values import checked

_LEAST, _MOST = 10, 1000  # of a weight; 0 is none
_UINT16, _UINT64 = 1 << 16, 1 << 64
_RATE = "invalid rate for device: {}. The correct format is <device-path>:<number>"
_POSITIVE = "Number must be a positive integer"
_UNITS = "Unit is optional and can be kb, mb, or gb"

Rated = dict[str, str | int]


def weight(text: str) -> Rated:
    """A device and its weight; raises ValueError in docker's words."""
    path, value = _split(text)
    try:
        found = decimal_unsigned(value, _UINT16)
    except ValueError:
        found = _MOST + 1
    if found > _MOST or 0 < found < _LEAST:
        raise ValueError(f"invalid weight for device: {text}")
    return {"Path": path, "Weight": found}


def octet_rate(text: str) -> Rated:
    """A device and its bytes a second; raises ValueError in docker's words."""
    path, value = _split(text)
    try:
        return {"Path": path, "Rate": octets(value)}
    except ValueError:
        raise ValueError(f"{_RATE.format(text)}[<unit>]. {_POSITIVE}. {_UNITS}") from None


def turn_rate(text: str) -> Rated:
    """A device and its operations a second; raises ValueError in docker's words."""
    path, value = _split(text)
    try:
        return {"Path": path, "Rate": decimal_unsigned(value, _UINT64)}
    except ValueError:
        raise ValueError(f"{_RATE.format(text)}. {_POSITIVE}") from None


def weights(texts: Iterable[str]) -> list[Rated]:
    """The devices with their weights."""
    return [weight(text) for text in texts]


def octet_rates(texts: Iterable[str]) -> list[Rated]:
    """The devices with their bytes a second."""
    return [octet_rate(text) for text in texts]


def turn_rates(texts: Iterable[str]) -> list[Rated]:
    """The devices with their operations a second."""
    return [turn_rate(text) for text in texts]


def _split(text: str) -> tuple[str, str]:
    path, colon, value = text.partition(":")
    if not colon or not path:
        raise ValueError(f"bad format: {text}")
    if not path.startswith("/dev/"):
        raise ValueError(f"bad format for device path: {text}")
    return path, value


WEIGHTS = checked("list", weight, "/dev/sda:500", "/dev/sdb:0")
OCTET_RATES = checked("list", octet_rate, "/dev/sda:1mb")
TURN_RATES = checked("list", turn_rate, "/dev/sda:100")
