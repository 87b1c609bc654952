"""What was made by a line whose answer was lost: found by the number of the action, which it carries as a label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commands.aftermath import Fate, Meant, Past


def container(past: Past, image: str) -> tuple[Meant, Mapping[str, Any]] | None:
    """The container that an action made of an image of this name, with its inspect; None where there is none.

    One that was made of a commit of it carries the label as well, and says another image.
    """
    for made in past.labelled("container"):
        details = past.inspect("container", made.id)
        if details is not None and details["Config"]["Image"] == image:
            return Meant("container", made.name, made.id), details
    return None


def named(past: Past, kind: str, name: str) -> Fate:
    """Whether a network or volume was made; without a name, any that carries the number."""
    made = [Meant(kind, each.name, each.id) for each in past.labelled(kind)]
    return made[0].done("is there") if made else past.absent(past.named(kind, name))
