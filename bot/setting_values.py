"""How the text of a setting becomes its value; each reader raises ValueError with the end of a sentence.

A fault says what was expected and never repeats what a secret holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docker.errors import DockerException
from docker.utils import parse_host

PORT_MAX = 65_535
COMMAND_MAX = 32  # characters of a slash command's name, its slash included; Slack

Reader = Callable[[str], Any]


def matching(pattern: str, expected: str) -> Reader:
    """A reader of words of one shape; an empty text is a setting that is not set."""
    shape = re.compile(pattern)

    def read(text: str) -> str:
        if text and not shape.fullmatch(text):
            raise ValueError(f"is {text!r}; expected {expected}")
        return text

    return read


def token(prefix: str, kind: str) -> Reader:
    """A reader of Slack tokens of one kind, such as xoxb-."""
    shape = re.compile(re.escape(prefix) + r"[A-Za-z0-9-]{8,}")

    def read(text: str) -> str:
        if text and not shape.fullmatch(text):
            raise ValueError(f"is no {kind} token; expected {prefix} and what Slack shows after it{_other_kind(text)}")
        return text

    return read


def _other_kind(text: str) -> str:
    kinds = {"xoxb-": "a bot token", "xapp-": "an app-level token", "xoxp-": "a user token", "xoxe": "a token to renew"}
    found = [kind for prefix, kind in kinds.items() if text.startswith(prefix)]
    return f" (this is {found[0]})" if found else ""


def signing_secret(text: str) -> str:
    """32 hexadecimal digits, kept to itself where it is something else."""
    if text and not re.fullmatch(r"[0-9a-f]{32}", text):
        raise ValueError(f"is no signing secret; expected 32 digits of 0-9 and a-f, this has {len(text)} characters")
    return text


def address(text: str) -> str:
    """The base of a web API, with its final slash."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"is {text!r}; expected an address such as https://slack.com/api/")
    return text.rstrip("/") + "/"


def port(text: str) -> int:
    """A TCP port; 0 lets the system choose a free one."""
    if not (text.isascii() and text.isdigit()) or int(text) > PORT_MAX:
        raise ValueError(f"is {text!r}; expected a number from 0 (any free port) to {PORT_MAX}")
    return int(text)


def path(text: str) -> Path:
    """A path, ~ understood."""
    return Path(text).expanduser()


def presence(text: str) -> bool:
    """As docker reads DOCKER_TLS_VERIFY: any text at all means yes."""
    return text != ""


def engine(text: str) -> str:
    """An engine's address as docker takes it: unix://, tcp://, http:// or https://."""
    if text.startswith("ssh://"):
        raise ValueError("is an ssh:// address, which slashdock does not open; forward the socket with ssh -L instead")
    if text.startswith("npipe://"):
        raise ValueError("is an npipe:// address, which only Windows has; expected unix:///PATH or tcp://HOST:PORT")
    try:
        parse_host(text)
    except DockerException as error:
        raise ValueError(f"is {text!r}; expected unix:///PATH or tcp://HOST:PORT") from error
    return text
