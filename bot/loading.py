"""Modules loaded without a search for garbage meanwhile: all of it stays, and the search is a tenth of the start."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """While this lasts nothing is collected; what was made by its end never is."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
