"""Random lines of every verb: docker 28 and slashdock say the same and ask the engine for the same."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import pytest
import random_lines
from dialog import same
from docker.api.client import APIClient
from harness import Bench, bench
from oracle import DOCKER, needs_docker28
from recorder import Asked, Recorder

from bot import text
from bot.policy import Policy
from bot.request import Actor, Origin, Outcome, Request, Status
from commands import catalog
from commands.reply import Buttons

COUNT = 40  # lines of a verb; more of those that have many flags
MORE = {
    "container run": 300,
    "container create": 200,
    "container ls": 100,
    "container update": 80,
    "container exec": 80,
}
REFERENCE = random_lines.reference()
CATALOG = catalog.load()
VERBS = sorted(
    name
    for name in REFERENCE
    if CATALOG.find(tuple(name.split())) is not None and name not in {"version", "login", "logout", "info"}
)
ROOT = """
version = 1
[people]
admin = { slack = ["U0ADMIN001"], roles = ["admin"] }
[[roles.admin.allow]]
verbs = ["see", "read", "act", "change", "enter", "root"]
on = ["*"]
"""

# Looks that resolve a name, or verify what was done.
_LOOK = re.compile(
    r"/(containers/[^/]+/json|services|system/df|images/.+/json|networks/[^/]+|networks|volumes/[^/]+|_ping|version|info)"
)


# How many containers are listed is counted here, after what the asker may not see is taken out.
COUNTED = ("all", "limit")
LOGGED = 100_000  # lines


@dataclass(frozen=True)
class Said:
    """What came of a line: whether it went well, what was said, what was asked of the engine beside looks."""

    well: bool
    text: str
    asked: tuple[str, ...]


class Pair:
    """docker and slashdock before recorders of the same engine."""

    def __init__(self, engine: str, folder: Path, names: dict[str, str]) -> None:
        self._names = names
        self._docker, self._ours = Recorder(engine), Recorder(engine)
        self._folder = folder

    def __enter__(self) -> Self:
        """Start both recorders and the pipeline."""
        self._docker_side = self._docker.serve(self._sub("docker"))
        self._our_side = self._ours.serve(self._sub("ours"))
        self._address = self._docker_side.__enter__()
        specs = tuple(verb.spec for verb in CATALOG)
        self._bench: Bench = bench(
            self._our_side.__enter__(), self._folder / "data", Policy.parse(ROOT, "policy.toml", specs)
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all."""
        self._bench.close()
        self._our_side.__exit__(None, None, None)
        self._docker_side.__exit__(None, None, None)

    def docker(self, line: str) -> Said:
        """What docker does with the line."""
        ran = subprocess.run(
            [DOCKER, *shlex.split(line)],
            env={"DOCKER_HOST": self._address, "HOME": "/nonexistent", "TZ": "UTC", "DOCKER_BUILDKIT": "0"},
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Said(ran.returncode == 0, _same(ran.stdout + ran.stderr), self._effective(self._docker.taken()))

    def ours(self, line: str) -> Said:
        """What slashdock does with the line, every question answered with yes."""
        outcome = self._say(line)
        if outcome.status is Status.HELD:
            pressed = [each for part in outcome.reply.parts if isinstance(part, Buttons) for each in part.buttons]
            outcome = self._say(line, pressed[0].confirms if pressed else "")
        well = outcome.status is Status.DONE and not outcome.reply.exit_code
        return Said(well, _same(text.docker(outcome.reply)), self._effective(self._ours.taken()))

    def _say(self, line: str, confirmed: str = "") -> Outcome:
        return self._bench.pipeline.submit(Request(line, Actor("U0ADMIN001"), Origin.SLASH, confirmed=confirmed))

    def _sub(self, name: str) -> Path:
        (self._folder / name).mkdir()
        return self._folder / name

    def _effective(self, asked: list[Asked]) -> tuple[str, ...]:
        return tuple(sorted({self._told(each) for each in asked if not _is_look(each)}))

    def _told(self, asked: Asked) -> str:
        path = "/".join(self._names.get(part, part) for part in asked.path.split("/"))
        left = COUNTED if asked.path == "/containers/json" else ()
        query = [
            (key, self._named(_READ.get(key, str)(value)))
            for key, value in asked.query
            if value not in {"", "0", "false"} and key not in left
        ]
        return f"{asked.method} {path} {query} {self._named(_bare(asked.body))}"

    def _named(self, value: Any) -> str:
        return re.sub(r"(sha256:)?\b[0-9a-f]{64}\b", lambda found: self._names.get(found[0], "<id>"), str(value))


@pytest.fixture(scope="module")
def pair(engine: str, shared_world: Callable[..., None]) -> Iterator[Pair]:
    """Both, on the world."""
    shared_world(anew=True)
    api = APIClient(engine, version="1.41")
    names = {each["Id"]: each["Names"][0].removeprefix("/") for each in api.containers(all=True)}
    names |= {each["Id"]: each["Name"] for each in api.networks()}
    names |= {each["Id"]: (each["RepoTags"] or ["<none>"])[0] for each in api.images()}
    names |= {"busybox": "busybox:latest"}
    api.close()
    with tempfile.TemporaryDirectory() as folder, Pair(engine, Path(folder), names) as made:
        yield made


@needs_docker28
@pytest.mark.parametrize("name", VERBS)
def test_random_lines_mean_what_they_mean_to_docker(pair: Pair, name: str) -> None:
    """The same verdict, the same words, the same requests."""
    differing = []
    for line in random_lines.lines(REFERENCE[name], MORE.get(name, COUNT)):
        docker, ours = pair.docker(line), pair.ours(line)
        if not name.endswith(" ls"):
            docker, ours = _without_lists(docker), _without_lists(ours)
        if name.endswith("prune") and (docker.asked or docker.well):
            continue  # what goes is planned here and asked of the engine one by one: the dialogs compare what went
        if docker != ours:
            differing.append(_shown(line, docker, ours))
    if differing:
        pytest.fail(f"{len(differing)} differ:\n" + "\n".join(differing), pytrace=False)


def test_there_are_enough_lines() -> None:
    """At least 3,000 in all, at least 30 of each verb."""
    counts = [MORE.get(name, COUNT) for name in VERBS]
    assert sum(counts) >= 3000
    assert min(counts) >= 30


def _without_lists(said: Said) -> Said:
    """Without the lists that are asked for to know what is hidden, or who uses a thing."""
    lists = ("GET /containers/json", "GET /images/json", "GET /networks", "GET /volumes")
    return replace(said, asked=tuple(each for each in said.asked if not each.startswith(lists)))


def _same(printed: str) -> str:
    """The text without what is another at every look; the engine lists the tags of one image in any order."""
    lines = same(_FLEETING.sub("", printed)).splitlines()
    return "\n".join(sorted(lines) if lines and _UNORDERED.match(lines[0]) else lines)


_UNORDERED = re.compile(r'REPOSITORY|\{"Containers":"N/A"')
# The program that asks is another one.
_FLEETING = re.compile(r'"(NFd|NGoroutines)":\d+,|"ClientInfo":.*(?=\})|(?s:\AClient:.*?(?=Server:))')


def _shown(line: str, docker: Said, ours: Said) -> str:
    """The line and the first thing in which the two differ, each from a little before it on."""
    for name in ("well", "text", "asked"):
        theirs, own = str(getattr(docker, name)), str(getattr(ours, name))
        if theirs != own:
            same_until = next((at for at, (a, b) in enumerate(zip(theirs, own, strict=False)) if a != b), 0)
            at = max(0, same_until - 60)
            return (
                f"$ docker {line}\n  docker {name}: {theirs[at : at + 300]!r}\n  ours   {name}: {own[at : at + 300]!r}"
            )
    return line


def _filters(text: str) -> str:
    """The filters in the one form that the engine takes of two."""
    read = json.loads(text)
    return json.dumps({key: sorted(set(values)) for key, values in sorted(read.items())})


def _tail(text: str) -> str:
    """How many lines of a log: all of them are LOGGED here at most, as they go into a chat."""
    return text if text.isdigit() and int(text) < LOGGED else "all"


_READ: dict[str, Callable[[str], str]] = {"filters": _filters, "tail": _tail}


def _is_look(asked: Asked) -> bool:
    return asked.method in {"GET", "HEAD"} and _LOOK.fullmatch(asked.path) is not None


def _bare(body: Any) -> Any:
    """The body without what is empty, which the engine takes for absent."""
    if isinstance(body, dict):
        return {key: kept for key, value in sorted(body.items()) if (kept := _bare(value)) not in _EMPTY}
    return [_bare(each) for each in body] if isinstance(body, list) else body


_EMPTY: tuple[Any, ...] = (None, "", [], {}, 0, False)
