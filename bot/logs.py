"""The log of a running bot: its own lines, and of others' only what is wrong; secrets are masked in all of them."""

from __future__ import annotations

import logging

from commands import secrets


def begin() -> None:
    """Write it to standard error from now on."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Masked())
    logging.getLogger().addHandler(handler)  # what others say from WARNING on, which is the root's own level
    logging.getLogger("bot").setLevel(logging.INFO)


class _Masked(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The line with its traceback."""
        return secrets.mask_text(super().format(record))
