"""The steps of a build by their numbers, as the engine would tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from commands.building import bases, dockerfile
from commands.building.dockerfile import Instruction

Fetched = Mapping[int, Sequence[str]]  # what is printed of the images that were fetched, by the lines of their steps


def below(text: str, fetched: Fetched) -> dict[int, str]:
    """What was fetched, by the number of the step below whose line it is printed."""
    steps = enumerate(dockerfile.read(text), 1)
    return {number: _printed(fetched, each.line) for number, each in steps if each.line in fetched}


def begun(text: str, target: str, fetched: Fetched, ended: int, labels: int) -> str:
    """The steps up to the line that ended the build where all before it only declare; else that one alone.

    labels is how many the line gives the image: each is one more step to the engine.
    """
    steps = bases.until(dockerfile.read(text), target)
    total = len(steps) + labels
    last = next((number for number, each in enumerate(steps, 1) if each.line == ended), 0)
    first = 1 if all(each.name == "ARG" for each in steps[: last - 1]) else last
    told = enumerate(steps[:last], 1)
    return "".join(_told(each, number, total, fetched) for number, each in told if number >= first)


def _told(each: Instruction, number: int, total: int, fetched: Fetched) -> str:
    return f"Step {number}/{total} : {each.source}\n{_printed(fetched, each.line)}"


def _printed(fetched: Fetched, line: int) -> str:
    return "".join(f"{told}\n" for told in fetched.get(line, ()))
