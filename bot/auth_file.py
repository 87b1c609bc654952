"""Logins at registries in a file of the kind that docker writes: {"auths": {HOST: {"auth": ...}}}."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from commands import credentials
from commands.credentials import Credential

_SHAPE = 'which is no JSON as docker writes it: {"auths": {"HOST": {"auth": ...}}}'


def logins(text: str) -> tuple[Credential, ...]:
    """The logins in the file of this name, none where it is empty; raises ValueError with the end of a sentence.

    What a file holds is a secret: nothing of it is told.
    """
    if not text:
        return ()
    path = Path(text).expanduser()
    try:
        found = [_login(name, entry) for name, entry in json.loads(path.read_text())["auths"].items()]
    except OSError as error:
        raise ValueError(f"is {text!r}, which cannot be read: {error.strerror}") from error
    except (ValueError, LookupError, TypeError, AttributeError):
        raise ValueError(f"is {text!r}, {_SHAPE}") from None
    return tuple(each for each in found if each.username or each.token)


def _login(name: str, entry: Mapping[str, Any]) -> Credential:
    """One entry, whose username and password docker keeps as auth, in base64."""
    held = entry.get("auth", "")
    username, _, password = base64.b64decode(held, validate=True).decode().partition(":")
    return Credential(
        credentials.server(name),
        username or entry.get("username", ""),
        password.strip("\0") or entry.get("password", ""),
        entry.get("identitytoken", ""),
    )
