"""Random lines of docker's verbs: right and wrong flags, values and words, in every way to write them."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from reference import Flag, Verb, verbs

from commands import line
from docs import DIFFERENCES

COUNT = 50  # lines of a verb, no two the same; more of those that have many flags, fewer where each takes seconds
MORE = {
    "container run": 360,
    "container create": 260,
    "container ls": 100,
    "container update": 110,
    "container exec": 80,
    "image ls": 60,
    "network create": 100,
    "image build": 120,
    "container stats": 32,
    "container attach": 40,
}
TRIES = 20  # of so many lines for each that is wanted some are the same
# Flags that mean something else here on purpose, of one verb or of all: the lines leave them out.
UNLIKE = {flag for each in DIFFERENCES for flag in each.get("unlike", ())}
# What each line of a verb says, which would go on for ever without it.
ENDING = {
    "container stats": ["--no-stream"],
    "image load": ["--input=nothere"],
    "system events": ["--until=2000-01-01"],
    "login": ["--username=ada", "--password-stdin"],
}
LEFT_OUT = {"info", "builder build"}  # other names of `system info` and `image build`
VERBS = {name: verb for name, verb in verbs().items() if name not in LEFT_OUT}


_VALUES = tomllib.loads((Path(__file__).parent / "random_values.toml").read_text())


def lines(name: str) -> Iterator[str]:
    """The lines of a verb, the same ones every time, each beginning with one of its names."""
    verb = VERBS[name]
    flags = [flag for flag in verb.flags if not {flag.long, f"{name} {flag.long}"} & UNLIKE]
    verb, chance = Verb(verb.name, verb.usage, verb.names, flags), random.Random(name)
    wanted = MORE.get(name, COUNT)
    made = (line.join(_line(verb, chance)) for _ in range(wanted * TRIES))
    yield from islice(dict.fromkeys(made), wanted)


def _line(verb: Verb, chance: random.Random) -> list[str]:
    return [*chance.choice(verb.names).split(), *ENDING.get(verb.name, ()), *_words(verb, chance)]


def _words(verb: Verb, chance: random.Random) -> list[str]:
    flags = [word for _ in range(_how_many(chance)) for word in _flag(verb, chance)]
    positionals = _positionals(verb, chance)
    shape = chance.random()
    if shape < 0.06:
        return [*positionals, *flags]
    if shape < 0.1 and positionals:
        return [*flags, "--", *positionals]
    return [*flags, *positionals]


def _how_many(chance: random.Random) -> int:
    return chance.choices((0, 1, 2, 3, 4), (2, 5, 4, 2, 1))[0]


def _flag(verb: Verb, chance: random.Random) -> list[str]:
    if chance.random() < 0.03 or not verb.flags:
        return (
            chance.choice((["--nothere"], ["-Z"], ["--"], ["---x"], ["--=x"], ["-"])) if chance.random() < 0.5 else []
        )
    flag = chance.choice(verb.flags)
    if flag.kind == "bool":
        return _bool(flag, chance)
    value = _value(verb, flag, chance)
    if flag.short and chance.random() < 0.4:
        return chance.choice(([flag.short, value], [f"{flag.short}{value}"], [f"{flag.short}={value}"]))
    return chance.choice(([flag.long, value], [f"{flag.long}={value}"]))


def _bool(flag: Flag, chance: random.Random) -> list[str]:
    name = flag.short if flag.short and chance.random() < 0.5 else flag.long
    return [name] if chance.random() < 0.8 else [f"{name}={chance.choice(_VALUES['kind']['bool'])}"]


def _value(verb: Verb, flag: Flag, chance: random.Random) -> str:
    if flag.long == "--filter":
        return chance.choice(_VALUES["filter"].get(verb.name, _VALUES["kind"]["filter"]))
    pool = _VALUES["flag"].get(flag.long.lstrip("-")) or _VALUES["kind"][flag.kind]
    likely = pool[: max(1, len(pool) // 2)]  # the right ones come first
    return chance.choice(likely if chance.random() < 0.6 else pool)


def _positionals(verb: Verb, chance: random.Random) -> list[str]:
    pools = [_pool(words) for words in _VALUES["words"].get(verb.name) or _asked(verb)]
    if not pools:
        return ["extra"] if chance.random() < 0.1 else []
    least = 0 if "[" in verb.usage.split()[-1] else len(pools)
    count = chance.choices((least, len(pools), 0, len(pools) + 1), (8, 6, 1, 1))[0]
    return [_word(pools[min(at, len(pools) - 1)], chance) for at in range(count)]


def _word(pool: list[str], chance: random.Random) -> str:
    return chance.choice(pool[: max(1, len(pool) // 2)] if chance.random() < 0.7 else pool)


def _pool(words: list[str]) -> list[str]:
    return [each for word in words for each in _VALUES["names"].get(word, [word])]


def _asked(verb: Verb) -> list[list[str]]:
    """The words that the usage line asks for, each as many names as there may be."""
    last = verb.usage.split("[OPTIONS]")[-1]
    for metavar in _VALUES["names"]:
        if metavar in last:
            return [[metavar]] * (2 if f"[{metavar}...]" in last else 1)
    return []
