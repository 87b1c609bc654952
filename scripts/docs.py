"""Write docs/commands.md from the verbs themselves, held against docker's own command line."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import reference

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from commands import absent, catalog  # noqa: E402 - the line above says where it is
from commands.general.help import GROUPS  # noqa: E402
from commands.spec import Flag, Spec  # noqa: E402

DIFFERENCES = tomllib.loads((PROJECT / "scripts" / "differences.toml").read_text())["difference"]
# How the help of a flag begins that does nothing here, or not what it does at a terminal.
NOT = "Not possible here"
INSTEAD = ("Not ", "Accepted and without effect", "Always so", "Only with -d", "Leave it away")
PAGE = PROJECT / "docs" / "commands.md"
TOP = """# Every verb

This page is made from the verbs themselves by `make docs`. Type a line as you would at a terminal, after `/docker` or
after `@slashdock`; the class says which rule of the [policy](policy.md) lets you.

Every verb takes `--grep TEXT` (only the lines of the answer that contain the text), `--public` (the whole channel sees
the answer), `--reason TEXT` (why, for those who have to agree to it) and `--help`. `-H NAME` before the verb names the
engine where there are several; docker's flags that would
choose another one by an address or a file (`--context` but `default`, `--config`, `--tls...`) are refused.

## What is otherwise than with docker

Beside docker's words slashdock may say something of its own, at a terminal on standard error: what was meant by a
wrong word, what an old engine does not do (`stop -s` before API 1.42), that a session is not there. `slashdock exec`
ends with the exit codes that its `--help` tells, not with docker's or the process's; those stand in the answer.

"""


BESIDE = """## What docker has beside

Every other verb and flag of docker 28's command line is above, and beside each flag stands whether it works here, in
another form, or not and why. `docker buildx`
is a program of its own, and `docker compose` another, of which the verbs above are here.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(tuple(verb.spec for verb in catalog.load())))


def page(specs: tuple[Spec, ...]) -> str:
    """The whole page."""
    groups = sorted({spec.names[0][0] for spec in specs if len(spec.names[0]) > 1})
    general = [spec for spec in specs if len(spec.names[0]) == 1]
    parts = [TOP + "\n".join(_differences()) + "\n", "## One word\n", *(_verb(spec) for spec in general)]
    for group in groups:
        parts.append(f"## {group}\n\n{GROUPS[group]}.\n")
        parts += [_verb(spec) for spec in specs if spec.names[0][0] == group and len(spec.names[0]) > 1]
    parts += [BESIDE, "| in docker's command line | why not here |\n|---|---|"]
    parts += [f"| `{name}` | {why} |" for name, why in missing(specs)]
    return "\n".join(parts) + "\n"


def _differences() -> Iterator[str]:
    yield "| where | what is so here | why |\n|---|---|---|"
    yield from (f"| {each['where']} | {each['what']} | {each['why']} |" for each in DIFFERENCES)


def missing(specs: tuple[Spec, ...]) -> Iterator[tuple[str, str]]:
    """The verbs of docker's that are not among these, each with the reason.

    Raises KeyError where none is written, and at a flag that one of these has not.
    """
    own = {name: spec for spec in specs for name in (" ".join(words) for words in spec.names)}
    reasons = absent.reasons()
    for name, verb in reference.verbs().items():
        if name not in own:
            yield name, reasons.get(name) or reasons[name.split()[0]]
        elif lacking := {flag.long for flag in verb.flags}.difference(_flags(own[name])):
            raise KeyError(name, *lacking)


def _flags(spec: Spec) -> Iterator[str]:
    for flag in spec.flags:
        yield from (f"--{long}" for long in (flag.long, *flag.also))


def _verb(spec: Spec) -> str:
    return "\n".join([f"### {spec.name}\n", *_lines(spec)])


def _lines(spec: Spec) -> Iterator[str]:
    yield f"{spec.summary}. Class: **{spec.permission}**.\n"
    if spec.detail:
        yield f"{spec.detail}\n"
    yield f"```\n{spec.usage(spec.names[0])}\n```\n"
    if len(spec.names) > 1:
        yield "Also: " + ", ".join(f"`{' '.join(name)}`" for name in spec.names[1:]) + "\n"
    flags = [flag for flag in spec.flags if not flag.universal]
    if flags:
        yield "| flag | | what it does |\n|---|---|---|\n" + "\n".join(_row(flag) for flag in flags) + "\n"


def _row(flag: Flag) -> str:
    name = f"`-{flag.short}`, `--{flag.long}`" if flag.short else f"`--{flag.long}`"
    label = f" {flag.label}" if flag.label else ""
    text = " ".join(flag.help.split()).replace("|", "\\|")
    text += f"; engines have it from API {flag.since} on" if flag.since[:1].isdigit() else ""
    changed = "in another form" if flag.help.startswith(INSTEAD) else "works"
    state = "not" if flag.help.startswith(NOT) else changed
    return f"| {name}{label} | {state} | {text}{f' (default {flag.shown})' if flag.shown else ''} |"


if __name__ == "__main__":
    main()
