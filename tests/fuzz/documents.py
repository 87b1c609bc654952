"""JSON changed as a whole: a value is put in another's place, so that it stays JSON and comes further than noise."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from fuzz.target import Mutate

Path = tuple[str | int, ...]

BYTES = 0.2  # of the cases have any byte of theirs changed
CHANGES = 3  # at most, in one case
STRANGERS = ("T0FOREIGN1", "E0FOREIGN1", "A0FOREIGN1")  # another workspace, organisation and app
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.5, 10**400, float("inf"), float("-inf"), float("nan"), "", "x", "1.1", "-inf", "nan",
    "\ud800", "\0", "\u20ac", "\u202e", "a" * 300, [], [1], [[]], [None], {}, {"id": 1}, {"id": "\ud800"}, {"": ""},
    *STRANGERS, {"id": "T0FOREIGN1"}, {"id": "E0FOREIGN1"},
)  # fmt: skip


def mutated(case: bytes, longest: int, number: int, mutate: Mutate) -> bytes:
    """The case with a few of its values changed; what is no JSON, and now and then what is, by its bytes."""
    chance = random.Random(number)
    if chance.random() < BYTES:
        return mutate(case, longest)
    try:
        document = json.loads(case)
        for _ in range(chance.randint(1, CHANGES)):
            document = _changed(document, chance)
        made = json.dumps(document).encode()
    except (ValueError, RecursionError):
        return mutate(case, longest)
    return made if len(made) <= longest else mutate(case, longest)


def smaller(case: bytes) -> Iterator[bytes]:
    """The case without one of its values, in turn; nothing where it is no JSON."""
    try:
        document = json.loads(case)
        paths = list(_paths(document))
    except (ValueError, RecursionError):
        return
    for path in paths[1:]:
        less = copy.deepcopy(document)
        del _at(less, path[:-1])[path[-1]]
        yield json.dumps(less).encode()


def _changed(document: Any, chance: random.Random) -> Any:
    paths = list(_paths(document))
    path = chance.choice(paths)
    if not path:
        return document
    other = copy.deepcopy(_at(document, chance.choice(paths)))
    holder, last = _at(document, path[:-1]), path[-1]
    match chance.randrange(6):
        case 0:
            del holder[last]
        case 1:
            holder[last] = other
        case 2:
            holder[last] = [holder[last]]
        case 3 if isinstance(holder, dict):
            holder[chance.choice([key for path in paths for key in path if isinstance(key, str)])] = holder[last]
        case _:
            holder[last] = copy.deepcopy(chance.choice(ODD))
    return document


def _paths(document: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    for key in range(len(document)) if isinstance(document, list) else document if isinstance(document, dict) else ():
        yield from _paths(document[key], (*path, key))


def _at(document: Any, path: Path) -> Any:
    for key in path:
        document = document[key]
    return document
