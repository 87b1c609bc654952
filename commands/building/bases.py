"""The images that a Dockerfile begins with or copies from, with what its first ARGs and the line say put in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from commands.attempts import Refusal
from commands.building import dockerfile, flags, words
from commands.building.dockerfile import SPACES, Instruction
from commands.building.words import Unreadable, Variables

_NOTHING = "scratch"  # the image that is none
_FROM, _PLATFORM = "--from", "--platform"
_WORD = re.compile(r"""(?:[^\s"'\\`]|[\\`].?|"(?:[^"\\]|\\.)*"|'[^']*')+""")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile("[0-9]{1,18}")  # of a stage; more digits are the name of an image
_PREDEFINED = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"})  # no ARG declares them
_UNTOLD = "Line {}: slashdock cannot tell what this ARG sets. Write it as ARG NAME=value, one in each."
_UNREADABLE = "Line {}: slashdock cannot tell which image {} stands for. Write its name there."


@dataclass(frozen=True, order=True)
class Base:
    """An image by the name in the Dockerfile, and the line where it is named; 0 where only --cache-from names it.

    platform is the one that its FROM asks for; copied: files are taken from it, and its triggers do nothing.
    """

    line: int
    ref: str
    platform: str = ""
    copied: bool = False

    @property
    def where(self) -> str:
        """The place in words."""
        return f"Line {self.line}" if self.line else "--cache-from"


def named(text: str, given: Mapping[str, str | None], target: str = "") -> list[Base]:
    """The images of other builds, in order of the lines, up to the stage that is the target.

    given is what --build-arg says, None where it says no value.
    Raises Refusal where it cannot be told which image is meant.
    """
    readings = (until(reading, target) for reading in dockerfile.readings(text))
    return sorted({base for reading in readings for base in _named(reading, given)})


def stages(text: str) -> frozenset[str]:
    """The names of its stages, which stand for no images."""
    return frozenset(_stage(each.rest) for reading in dockerfile.readings(text) for each in reading) - {""}


def until(reading: Sequence[Instruction], target: str) -> Sequence[Instruction]:
    """The instructions that are followed: none of a stage after the last one of this name, or after that number."""
    begins = [at for at, each in enumerate(reading) if each.name == "FROM"]
    last = [number for number, at in enumerate(begins) if target and _stage(reading[at].rest) == target.lower()]
    if not last and target.isascii() and target.isdigit():
        last = [int(target)]
    return reading[: begins[last[-1] + 1]] if last and last[-1] + 1 < len(begins) else reading


def is_reached(text: str, target: str) -> bool:
    """Whether there is a stage that the target may mean: one of that name or number, the last one where it is empty."""
    begins = [each for each in dockerfile.read(text) if each.name == "FROM"]
    numbered = target.isascii() and target.isdigit() and int(target) < len(begins)
    return not target or numbered or any(_stage(each.rest).casefold() == target.casefold() for each in begins)


def _named(reading: Sequence[Instruction], given: Mapping[str, str | None]) -> Iterator[Base]:
    variables: Variables = {name: None for name in given if name.upper() in _PREDEFINED}
    begun, own, current = False, {_NOTHING}, ""  # own: the names that stand for no image, but for stages that ended
    for each in reading:
        inner = each.inner()
        found: list[Base] = []
        if inner.name == "FROM":
            found = [_begun(inner, variables)]
            begun = True
            own.add(current)
            current = _stage(inner.rest)
        elif inner.name == "ARG" and not begun:
            variables = _declared(each, variables, given)
        elif inner.name in {"ADD", "COPY"}:
            found = [Base(each.line, ref, copied=True) for ref in copied(inner)]
        yield from (base for base in found if base.ref and base.ref.lower() not in own)


def _begun(each: Instruction, variables: Variables) -> Base:
    """The image that a FROM begins with."""
    given, words_ = flags.split(each.rest)
    ref = _value(each, SPACES.split(words_)[0], variables)
    asked = [value for name, _, value in (flag.partition("=") for flag in given) if name.lower() == _PLATFORM]
    return Base(each.line, ref, _value(each, asked[-1], variables) if asked else "")


def _stage(rest: str) -> str:
    """The name that a stage is given, which stands for no image once the next one begins; empty where it has none."""
    split = SPACES.split(flags.split(rest)[1])
    return split[-1].lower() if len(split) > 2 and split[-2].lower() == "as" else ""  # noqa: PLR2004 - IMAGE AS NAME


def copied(instruction: Instruction) -> Iterator[str]:
    """The images, or stages by their names, that an ADD or a COPY takes files from; raises Refusal as named() does."""
    for flag in flags.split(instruction.rest)[0]:
        name, _, ref = flag.partition("=")
        if name.lower() != _FROM or _NUMBER.fullmatch(ref):
            continue
        if "$" in ref:
            raise Refusal(_UNREADABLE.format(instruction.line, ref))
        yield ref


def _declared(each: Instruction, variables: Variables, given: Mapping[str, str | None]) -> Variables:
    """What the ARG sets: what the line gives, else its own default; None where engines may read it in several ways."""
    said = _WORD.findall(each.rest)
    if _WORD.sub("", each.rest).strip():
        raise Refusal(_UNTOLD.format(each.line))
    found = dict(variables)
    for word in said:
        name, equals, default = word.partition("=")
        if not _PLAIN.fullmatch(name):
            raise Refusal(_UNTOLD.format(each.line))
        value = given.get(name)
        if value is None and equals:
            value = _default(default, variables) if len(said) == 1 or "$" not in default else None
        elif value is None and name not in found:
            value = ""
        found[name] = value
    return found


def _default(word: str, variables: Variables) -> str | None:
    try:
        return words.value(word, variables)
    except Unreadable:
        return None


def _value(each: Instruction, word: str, variables: Variables) -> str:
    try:
        found = words.value(word, variables)
    except Unreadable:
        raise Refusal(_UNREADABLE.format(each.line, word)) from None
    if "$" in found:
        raise Refusal(_UNREADABLE.format(each.line, word))
    return found
