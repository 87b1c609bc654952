"""Small checks: each is a function of a value and its JSON pointer that gives what is wrong, in Slack's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.blockrules.limits import URL

Check = Callable[[Any, str], Iterator[str]]


def at(words: str, pointer: str) -> str:
    """A sentence of Slack's validator with its place."""
    return f"{words} [json-pointer:{pointer}]"


def string(limit: int = 0, minimum: int = 1) -> Check:
    """Text of at most `limit` characters (0: any number)."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield at("must provide a string", pointer)
        elif len(value) < minimum:
            yield at(f"must be more than {minimum - 1} characters", pointer)
        elif limit and len(value) > limit:
            yield at(f"must be less than {limit + 1} characters", pointer)

    return check


def enum(*words: str) -> Check:
    """One of these words."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if value not in words:
            yield at("must be a valid enum value", pointer)

    return check


def boolean(value: Any, pointer: str) -> Iterator[str]:
    """True or false."""
    if not isinstance(value, bool):
        yield at("must provide a boolean", pointer)


def number(value: Any, pointer: str) -> Iterator[str]:
    """A number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield at("must provide a number", pointer)


def mapping(value: Any, pointer: str) -> Iterator[str]:
    """Any object."""
    if not isinstance(value, dict):
        yield at("must provide an object", pointer)


def anything(_value: Any, _pointer: str) -> Iterator[str]:
    """Whatever it is."""
    return iter(())


def web_address(value: Any, pointer: str) -> Iterator[str]:
    """An http or https address."""
    yield from string(URL)(value, pointer)
    if isinstance(value, str) and value and not value.startswith(("http://", "https://")):
        yield at("must be a valid URL", pointer)


def every(check: Check, limit: int, minimum: int = 1) -> Check:
    """A list of so many things, each of which passes."""

    def check_all(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield at("must provide an array", pointer)
            return
        if len(value) < minimum:
            yield at(f"no less than {minimum} items allowed", pointer)
        if len(value) > limit:
            yield at(f"no more than {limit} items allowed", pointer)
        for i, item in enumerate(value):
            yield from check(item, f"{pointer}/{i}")

    return check_all


def unique(key: str, check: Check) -> Check:
    """A list that passes, in which no two things have the same value under this key."""

    def check_all(value: Any, pointer: str) -> Iterator[str]:
        found = list(check(value, pointer))
        yield from found or repeated(value, key, pointer)

    return check_all


def shape(required: Mapping[str, Check], **optional: Check) -> Check:
    """An object that has all of these fields, may have those, and no other."""
    fields = {"type": anything, **required, **optional}

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield at("must provide an object", pointer)
            return
        for name in required:
            if value.get(name) is None:
                yield at(f"missing required field: {name}", pointer)
        for name, each in value.items():
            if name not in fields:
                yield at(f"invalid additional property: {name}", pointer)
            elif each is not None:
                yield from fields[name](each, f"{pointer}/{name}")

    return check


def of_type(checks: Mapping[str, Check]) -> Check:
    """An object judged by its `type`."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield at("must provide an object", pointer)
        elif "type" not in value:
            yield at("missing required field: type", pointer)
        elif not isinstance(value["type"], str) or value["type"] not in checks:
            yield at(f"unsupported type: {value['type']}", f"{pointer}/type")
        else:
            yield from checks[value["type"]](value, pointer)

    return check


def either(first: str, second: str, check: Check) -> Check:
    """An object that needs at least one of the two fields."""

    def check_all(value: Any, pointer: str) -> Iterator[str]:
        yield from check(value, pointer)
        if isinstance(value, dict) and value.get(first) is None and value.get(second) is None:
            yield at(f"missing required field: {first}", pointer)

    return check_all


def repeated(things: Sequence[Any], key: str, pointer: str) -> Iterator[str]:
    """The things whose value under this key another one has already."""
    seen = set()
    for i, thing in enumerate(things):
        name = thing.get(key) if isinstance(thing, dict) else None
        if name is not None and name in seen:
            yield at(f'"{name}" is a duplicate {key}', f"{pointer}/{i}/{key}")
        seen.add(name)
