"""The variables and labels of a container: --env, --env-file, --label, --label-file, --annotation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from commands.aftermath import OWN
from commands.command import Command, flag
from commands.creation.files import OpeningError
from commands.creation.sources import Sources
from commands.creation.values import checked
from commands.kinds import Kind

_SPACES = " \t"
_MARK = b"\xef\xbb\xbf"  # some editors begin a text with it
_LONGEST = 64 * 1024  # bytes of a line; Go's bufio.Scanner


def _variable(text: str) -> None:
    if not text.partition("=")[0]:
        raise ValueError(f"invalid environment variable: {text}")


def _label(text: str) -> None:
    name = text.partition("=")[0].lstrip(_SPACES)
    if not name:
        raise ValueError(f"invalid label '{text}': empty name")
    if any(char in name for char in _SPACES):
        raise ValueError(f"label '{name}' contains whitespaces")
    _check_own(name)


def _check_own(name: str) -> None:
    if name.startswith(OWN):
        raise ValueError(f"label '{name}': {OWN}* is for slashdock itself")


ENV = checked("list", _variable, "A=1", "A=", "HOME")
LABELS = checked("list", _label, "tier=front", "tier")
ANNOTATIONS = Kind("map", str, repeats=True, samples=("a=b",))


def mapped(pairs: Iterable[str]) -> dict[str, str]:
    """NAME=VALUE, or NAME alone, as a mapping; a later one counts."""
    return {name: value for name, _, value in (each.partition("=") for each in pairs)}


class Variables(Command):
    """The flags about what a process is told."""

    env: tuple[str, ...] = flag(
        "-e", default=(), kind=ENV, secret=True, help="A variable of the environment, such as NAME=VALUE"
    )
    env_file: tuple[str, ...] = flag(default=(), help="A file of variables, below a folder that the settings allow")

    def environment(self, sources: Sources) -> list[str]:
        """What the files say, then the flags: the last one of a name. The bot's own variables are never passed on."""
        said = {text.partition("=")[0]: text for text in self.env}
        return [*_lines(self.env_file, sources), *said.values()]


class Environment(Variables):
    """The flags about what a container is told and called."""

    annotation: tuple[str, ...] = flag(
        default=(), kind=ANNOTATIONS, shown="map[]", since="1.43", help="A note for the runtime, such as KEY=VALUE"
    )
    label: tuple[str, ...] = flag("-l", default=(), kind=LABELS, help="A label, such as KEY=VALUE")
    label_file: tuple[str, ...] = flag(default=(), help="A file of labels, below a folder that the settings allow")

    def labels(self, sources: Sources) -> dict[str, str]:
        """The labels, the last one of a name."""
        labels = mapped((*_lines(self.label_file, sources), *self.label))
        for name in labels:
            _check_own(name)
        return labels

    def annotations(self) -> dict[str, Any]:
        """The annotations as a part of the HostConfig."""
        said = (text.partition("=") for text in self.annotation)
        return {"Annotations": {name: value for name, _, value in said}} if self.annotation else {}


def _lines(paths: Iterable[str], sources: Sources) -> Iterator[str]:
    """What files of NAME=VALUE say; a name without a value says nothing."""
    if sources.file is None:
        return
    for path in paths:
        try:
            yield from _said(sources.file(path))
        except OpeningError:
            raise
        except ValueError as error:
            raise ValueError(f"invalid env file ({path}): {error}") from None


def _said(content: bytes) -> Iterator[str]:
    for number, raw in enumerate(_split(content), 1):
        if len(raw) >= _LONGEST:
            raise ValueError("bufio.Scanner: token too long")
        try:
            line = raw.removesuffix(b"\r").decode()
        except UnicodeDecodeError:
            octets = " ".join(str(octet) for octet in raw.removesuffix(b"\r"))
            raise ValueError(f"invalid utf8 bytes at line {number}: [{octets}]") from None
        text = line.lstrip()
        if text and not text.startswith("#"):
            yield from _entry(text)


def _split(content: bytes) -> list[bytes]:
    lines = content.removeprefix(_MARK).split(b"\n")
    return lines[:-1] if not lines[-1] else lines


def _entry(text: str) -> Iterator[str]:
    name, equals, _ = text.partition("=")
    if any(char in name for char in _SPACES):
        raise ValueError(f"variable '{name}' contains whitespaces")
    if not name:
        raise ValueError(f"no variable name on line '{text}'")
    if equals:
        yield text
