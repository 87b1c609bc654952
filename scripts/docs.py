"""Write docs/commands.md from the verbs themselves, held against docker's own command line."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import reference

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from commands import catalog  # noqa: E402 - the line above says where it is
from commands.command import Flag, Spec  # noqa: E402
from commands.general.help import GROUPS  # noqa: E402

ABSENT = tomllib.loads((PROJECT / "scripts" / "absent.toml").read_text())
# How the help of a flag begins that does not do here what it does at a terminal.
INSTEAD = ("Not ", "Accepted and without effect", "Always so", "Only with -d")
PAGE = PROJECT / "docs" / "commands.md"
TOP = """# Every verb

This page is made from the verbs themselves by `make docs`. Type a line as you would at a terminal, after `/docker` or
after `@slashdock`; the class says which rule of the [policy](policy.md) lets you.

Every verb takes `--grep TEXT` (only the lines of the answer that contain the text), `--public` (the whole channel sees
the answer), `--reason TEXT` (why, for those who have to agree to it) and `--help`. `-H NAME` before the verb names the
engine where there are several; docker's flags that would
choose another one by an address or a file (`--context`, `--config`, `--tls...`) are refused.

Some answers differ from docker's on purpose:

- A whole row of a list, `--format '{{.}}'`, is shown as `{}`: docker prints the inside of its own memory there.
- A pointer that a template shows, as in `docker image inspect --format '{{.}}' app`, is always `0xc000010000`: docker
  prints an address that is another one every time.
- What can be no name is looked up nowhere: to `docker logs ../web` the answer is "No such container: ../web", where
  docker asks its engine for another page and says "page not found".
- A name that is the short ID of another object, or more digits of its ID (twelve at least, as `docker ps` shows them),
  is ambiguous: the answer names both and nothing is done. docker takes the name, whoever meant the ID. A shorter name
  is what it is to docker: `db` is the container of that name, whatever other IDs begin with.
- A chat stands in no folder: `-v ./data:/data` is refused, and `build -f NAME` looks for NAME in the context.
- What looks like a secret is shown as `••••` in every answer, whatever printed it: values of names such as TOKEN or
  PASSWORD and after words such as `passwd:`, keys, addresses with a password, and long random words. Now and then that
  hides what is none.
- `docker login` asks anew although a login is kept. Of a build whose base cannot be had, the warnings about the
  Dockerfile are not shown. `ADD` takes no source that begins with a variable, unless `[build] remotes` allows `"*"`.
- `docker build` fetches the images of a Dockerfile that are not here, or all with `--pull`, before its first step,
  since it has to be known what they put off (`ONBUILD`). It is told at their steps. But where one cannot be had, no
  step is done at all, not even those before it, and with `--pull` the engine is asked to pull rather than to build so.
"""


BESIDE = """## What docker has beside

Every other verb and flag of docker 28's command line works here, or in the form that is said beside it. `docker buildx`
is a program of its own, and `docker compose` another, of which the verbs above are here.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(tuple(verb.spec for verb in catalog.load())))


def page(specs: tuple[Spec, ...]) -> str:
    """The whole page."""
    groups = sorted({spec.names[0][0] for spec in specs if len(spec.names[0]) > 1})
    general = [spec for spec in specs if len(spec.names[0]) == 1]
    parts = [TOP, "## One word\n", *(_verb(spec) for spec in general)]
    for group in groups:
        parts.append(f"## {group}\n\n{GROUPS[group]}.\n")
        parts += [_verb(spec) for spec in specs if spec.names[0][0] == group and len(spec.names[0]) > 1]
    parts += [BESIDE, "| in docker's command line | why not here |\n|---|---|"]
    parts += [f"| `{name}` | {why} |" for name, why in absent(specs)]
    return "\n".join(parts) + "\n"


def absent(specs: tuple[Spec, ...]) -> Iterator[tuple[str, str]]:
    """What docker has that these verbs have not, each with the reason; raises KeyError where none is written."""
    own = {name: spec for spec in specs for name in (" ".join(words) for words in spec.names)}
    for name, verb in reference.verbs().items():
        spec = own.get(name)
        if spec is None:
            yield name, ABSENT["verbs"].get(name) or ABSENT["verbs"][name.split()[0]]
        else:
            known = {f"--{long}" for flag in spec.flags for long in (flag.long, *flag.also)}
            yield from (
                (f"{name} {flag.long}", ABSENT["flags"][f"{name} {flag.long}"])
                for flag in verb.flags
                if flag.long not in known
            )


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
    state = "in another form" if flag.help.startswith(INSTEAD) else "works"
    return f"| {name}{label} | {state} | {text}{f' (default {flag.shown})' if flag.shown else ''} |"


if __name__ == "__main__":
    main()
