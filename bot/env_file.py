"""The .env file: NAME=value lines, with every line that cannot be read named by its number."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import Binding, parse_stream

EXPECTED = "expected NAME=value, an empty line or a # comment"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class EnvFile:
    """What was read: the values, the line where each stands, and a sentence for everything that is wrong."""

    path: Path
    values: Mapping[str, str]
    lines: Mapping[str, int]
    faults: tuple[str, ...] = ()

    def where(self, name: str) -> str:
        """The place of a name, such as ".env, line 3"."""
        return f"{self.path}, line {self.lines[name]}"


def read(path: Path) -> EnvFile:
    """The file's values; a file that is not there has none."""
    try:
        text = path.read_text("utf-8-sig")  # some editors put a mark before the text
    except FileNotFoundError:
        gone = (f"{path} is a link to {path.readlink()}, which is not there",) if path.is_symlink() else ()
        return EnvFile(path, {}, {}, gone)
    except OSError as error:
        return EnvFile(path, {}, {}, (f"{path} cannot be read: {error.strerror}",))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return EnvFile(path, {}, {}, (f"{path}, line {line}: expected UTF-8 text",))
    return _parsed(path, text)


def _parsed(path: Path, text: str) -> EnvFile:
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    faults = []
    for binding in parse_stream(io.StringIO(text)):
        line = binding.original.line + _blank_lines_before(binding)
        wrong = _wrong(binding)
        if wrong:
            faults.append(f"{path}, line {line}: {wrong}")
        elif binding.key is not None and binding.value is not None:
            if binding.key in values:
                faults.append(f"{path}, line {line}: {binding.key} stands in line {lines[binding.key]} already")
            values[binding.key], lines[binding.key] = binding.value, line
    return EnvFile(path, values, lines, tuple(faults))


def _blank_lines_before(binding: Binding) -> int:
    text = binding.original.string
    return text[: len(text) - len(text.lstrip())].count("\n")


def _wrong(binding: Binding) -> str:
    """What is wrong with a line, its text left out since it may hold a secret."""
    if binding.error:
        return f"{EXPECTED} (quotes must close on the value's end)"
    if binding.key is None:
        return ""
    if not _NAME.fullmatch(binding.key):
        return EXPECTED
    return f"{binding.key} has no value; {EXPECTED}" if binding.value is None else ""
