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
TOKEN_LEAST = 8  # characters after a token's prefix; Slack's own have dozens
APP_PAGE = "api.slack.com/apps, your app"
WAIT_MAX = 600  # seconds; who waits longer has a line answered too late for Slack's response URLs
FILE_MAX = 1000  # megabytes; Slack, files
COMMAND_MAX = 32  # characters of a slash command's name, its slash included; Slack
# Slack's own: a manifest that asks for /status loses all of its slash commands; the others would be hidden by an app's.
BUILT_IN = {
    "/active", "/apps", "/archive", "/away", "/call", "/collapse", "/dm", "/dnd", "/expand", "/feed", "/feedback",
    "/invite", "/join", "/kick", "/leave", "/me", "/msg", "/mute", "/open", "/prefs", "/remind", "/remove",
    "/rename", "/search", "/shortcuts", "/shrug", "/star", "/status", "/topic", "/unarchive", "/who",
}  # fmt: skip

UNIX = "unix://"
ENGINES = "unix:///PATH or tcp://HOST:PORT"
DEFAULT_ENGINE = f"{UNIX}/var/run/docker.sock"

Reader = Callable[[str], Any]


def matching(pattern: str, expected: str) -> Reader:
    """A reader of words of one shape; an empty text is a setting that is not set."""
    shape = re.compile(pattern)

    def read(text: str) -> str:
        if text and not shape.fullmatch(text):
            raise ValueError(f"is {text!r}; expected {expected}")
        return text

    return read


def command_name(text: str) -> str:
    """A slash command's name that Slack has no command of its own for."""
    if not re.fullmatch(rf"/[a-z0-9_-]{{1,{COMMAND_MAX - 1}}}", text):
        raise ValueError(f"is {text!r}; expected a name such as /docker, in small letters")
    if text in BUILT_IN:
        raise ValueError(f"is {text!r}, a command of Slack's own, which no app may have; expected one such as /docker")
    return text


def token(prefix: str, like: str, place: str) -> Reader:
    """A reader of Slack tokens with one prefix, such as xoxb-; like: what one looks like, place: where Slack has it."""
    shape = re.compile(re.escape(prefix) + rf"[A-Za-z0-9-]{{{TOKEN_LEAST},}}")
    expected = f"expected {prefix} and what Slack shows after it, such as {like} ({APP_PAGE}, {place})"

    def read(text: str) -> str:
        if text and not shape.fullmatch(text):
            raise ValueError(f"{_wrong_with(text, prefix)}; {expected}")
        return text

    return read


_KINDS = {
    "xoxb-": "a bot token",
    "xapp-": "an app-level token",
    "xoxp-": "a user token",
    "xoxe": "a token to renew another one",
}


def _wrong_with(text: str, prefix: str) -> str:
    """What is wrong with what should be a token, in words that tell nothing of it."""
    rest = text.removeprefix(prefix)
    if rest == text:
        kind = _kind(text)
        return f"is not {_KINDS[prefix]}" + (f" but {kind}" if kind else "")
    if re.fullmatch(r"[A-Za-z0-9-]*", rest):
        return f"is cut off: only {len(rest)} characters stand after its {prefix}"
    return f"begins as {_KINDS[prefix]} does, but holds a character that no token has"


def _kind(text: str) -> str | None:
    """Which kind of token it is by its prefix; None where it is none that is known."""
    return next((kind for prefix, kind in _KINDS.items() if text.startswith(prefix)), None)


def signing_secret(text: str) -> str:
    """32 hexadecimal digits, kept to itself where it is something else."""
    if text and not re.fullmatch(r"[0-9a-f]{32}", text):
        kind = _kind(text)
        wrong = f"is {kind}, not the signing secret" if kind else f"is no signing secret: it has {len(text)} characters"
        raise ValueError(
            f"{wrong}; expected 32 digits of 0-9 and a-f"
            f" ({APP_PAGE}, Basic Information, App Credentials, Signing Secret)"
        )
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


def folders(text: str) -> tuple[Path, ...]:
    """Folders that are there, with : between them."""
    found = tuple(path(each) for each in text.split(":") if each)
    for folder in found:
        if not folder.is_absolute() or folder == Path("/"):
            raise ValueError(f"is {text!r}; {str(folder)!r} is no folder below /, written from there")
        if not folder.is_dir():
            raise ValueError(f"is {text!r}; {str(folder)!r} is no folder here")
    return found


def seconds(text: str) -> float:
    """A time that a worker may be kept, in seconds."""
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", text) or not 0 < float(text) <= WAIT_MAX:
        raise ValueError(f"is {text!r}; expected seconds, more than 0 and at most {WAIT_MAX}")
    return float(text)


def megabytes(text: str) -> int:
    """A size, in bytes."""
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 0 < int(text) <= FILE_MAX:
        raise ValueError(f"is {text!r}; expected megabytes, from 1 to {FILE_MAX}")
    return int(text) * 1_000_000


def days(text: str) -> int:
    """An age in whole days; 0 for one that nothing reaches."""
    if not re.fullmatch(r"[0-9]{1,5}", text):
        raise ValueError(f"is {text!r}; expected whole days, or 0 for never")
    return int(text)


def words(text: str) -> tuple[str, ...]:
    """Words with commas between them."""
    return tuple(word for each in text.split(",") if (word := each.strip()))


def presence(text: str) -> bool:
    """As docker reads DOCKER_TLS_VERIFY: any text at all means yes."""
    return text != ""


def switch(text: str) -> bool:
    """On or off, or 1 or 0."""
    if text not in {"on", "off", "1", "0"}:
        raise ValueError(f"is {text!r}; expected on or off")
    return text in {"on", "1"}


def engine_address(text: str) -> str:
    """An engine's address as docker takes it: unix://, tcp://, http:// or https://."""
    if text.startswith("ssh://"):
        raise ValueError("is an ssh:// address, which slashdock does not open; forward the socket with ssh -L instead")
    if text.startswith("npipe://"):
        raise ValueError(f"is an npipe:// address, which only Windows has; expected {ENGINES}")
    if text.startswith(UNIX):
        return _socket(text)
    try:
        parsed = parse_host(text)
    except DockerException as error:
        raise ValueError(f"is {text!r}; expected {ENGINES}") from error
    if "unix:" in parsed:  # docker-py takes more for a socket than docker does
        raise ValueError(f"is {text!r}; expected {ENGINES}")
    return text


def _socket(text: str) -> str:
    """The address of a socket, its path written from / on: docker too takes one from the current folder on."""
    named = text.removeprefix(UNIX)
    if not named:
        raise ValueError(f"is {text!r}, which names no socket; expected a path after it, such as {DEFAULT_ENGINE}")
    return f"{UNIX}{Path(named).absolute()}"
