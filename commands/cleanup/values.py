"""The kinds of values that only the flags of a cleanup's policy have."""

from __future__ import annotations

from collections.abc import Iterable

from commands.cleanup.policy import WHAT, seconds
from commands.kinds import INT, Kind

_VOLUMES = (
    "volumes are never part of a cleanup, as what is in them exists nowhere else: look with `docker volume ls -f"
    " dangling=true`, and remove by hand with `docker volume rm NAME`"
)


def words(text: str) -> tuple[str, ...]:
    """Words of WHAT with commas between them; raises ValueError, as all of these do."""
    found = tuple(word.strip() for word in text.split(","))
    unknown = [each for each in found if each not in WHAT]
    if "volumes" in unknown:
        raise ValueError(_VOLUMES)
    if unknown:
        raise ValueError(f"'{unknown[0]}' is nothing that a cleanup takes: that is {', '.join(WHAT)}")
    return found


def several(texts: Iterable[str]) -> tuple[str, ...]:
    """All that texts name with commas between them, each once."""
    return tuple(dict.fromkeys(word.strip() for text in texts for word in text.split(",")))


def _hosts(text: str) -> str:
    if not all(several([text])):
        raise ValueError("expected names of hosts such as prod,db")
    return text


def _words(text: str) -> str:
    words(text)
    return text


def _age(text: str) -> str:
    if seconds(text) is None:
        raise ValueError("expected 36h, 14d or 2w")
    return text


def _keys(text: str) -> str:
    if not all(word.partition("=")[0] for word in several([text])):
        raise ValueError("expected KEY or KEY=VALUE")
    return text


def _globs(text: str) -> str:
    if not all(several([text])):
        raise ValueError("expected a pattern such as 'registry.example/*'")
    return text


def _count(text: str, least: int, most: int, told: str) -> int:
    number = int(INT.parse(text))
    if not least <= number <= most:
        raise ValueError(f"expected {told}")
    return number


_MANY = 100_000  # objects; more than an engine has
SHARE = Kind(
    "percent", lambda text: _count(text.removesuffix("%"), 1, 100, "a share from 1% to 100%"), samples=("85%", "70")
)
WORDS = Kind("list", _words, repeats=True, samples=("images", "containers,networks"))
AGE = Kind("duration", _age, samples=("36h", "14d"))
HOSTS = Kind("list", _hosts, repeats=True, samples=("prod", "prod,db"))
LABELS = Kind("list", _keys, repeats=True, samples=("keep", "keep,stage=prod"))
GLOBS = Kind("list", _globs, repeats=True, samples=("registry/*", "db-?,app:2*"))
NONE_OR_MORE = Kind("int", lambda text: _count(text, 0, _MANY, "0 or more"), samples=("0", "3"))
ONE_OR_MORE = Kind("int", lambda text: _count(text, 1, _MANY, "1 or more"), samples=("1", "20"))
PERCENT = Kind("int", lambda text: _count(text, 1, 100, "a number from 1 to 100"), samples=("1", "100"))
