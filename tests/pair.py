"""docker 28 and slashdock, each before a recorder of the same engine: what a line says and asks for on either side."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from dialog import same
from docker.api.client import APIClient
from harness import ROOT, Bench, bench, insist
from recorder import Asked, Recorder

from bot import text
from bot.policy import Policy
from bot.request import Status
from commands.allowances import Allowances
from commands.catalog import Catalog

RECORD = Path(__file__).parent / "lines"
PASSWORD = "open-sesame-7"
LIMIT = 60  # seconds for one line of docker's
# How many containers are listed is counted here, after what the asker may not see is taken out.
COUNTED = ("all", "limit")
# What is left of a build's steps, and what is said of them, is not the line's to choose here.
STEPS = ("forcerm", "q", "rm")
LOGGED = 100_000  # lines of a log that are read into a chat at most
# Looks that resolve a name, say who uses a thing, or verify what was done.
_LOOK = re.compile(
    r"/(containers/[^/]+/json|services|system/df|images/.+/json|networks/[^/]+|volumes/[^/]+|plugins/.+/json|_ping|version|info)"
)
_LISTS = {
    "/containers/json": "container ls",
    "/images/json": "image ls",
    "/events": "system events",
    "/networks": "network ls",
    "/volumes": "volume ls",
}
_UNORDERED = re.compile(r'REPOSITORY|\{"Containers":"N/A"')  # the engine lists the tags of one image in any order
# What is another at every look, and the program that asks, which is another one.
_FLEETING = re.compile(
    r'"(NFd|NGoroutines)":\d+,|"ClientInfo":.*(?=\})|"Client":.*(?="Server")|(?s:\AClient:.*?(?=Server:))'
)
_NOTICE = re.compile(r"DEPRECATED: The legacy builder.*?\n\n", re.DOTALL)  # docker's own affair
_FIGURE = re.compile(r"[\d.]+([kMGKi]*B|%) *|(?<= )\d+ *$|(?<=\"PIDs\":\")\d+")  # what a container uses at a moment
_PROCESS = re.compile(r"\b\d[\d:.]*\b")  # ids, times and sizes of processes
_CELL = re.compile(r"[][{}, ]+")  # the engine lists volumes in any order, a template prints them on one line
_ROOT = re.compile(r"[^\s\"']+(?=/(?:volumes|containers)/)")  # the folder of the engine, in what it says of its files
_STAMP = re.compile(r"\b1[7-9]\d{8}(?:\.\d+)?\b")  # seconds since 1970, in the years that matter here
_LATELY = 7 * 86_400  # seconds: what is no longer ago was reckoned from the time of the line
_LINK = re.compile(r"'(\w+):\1'")  # a link by id says the alias that docker's says by itself
_DELETED = re.compile(r"DELETE /(containers|images|networks|volumes)/(.+?) \[.*\] None")
_FILTER = re.compile("(?<=Invalid filter )'.*'")  # of several the engine names any
_EMPTY: tuple[Any, ...] = (None, "", [], {}, 0, False)


@dataclass(frozen=True)
class Said:
    """What came of a line: whether it went well, what was said, what was asked of the engine beside looks."""

    well: bool
    text: str
    asked: tuple[str, ...]

    @property
    def prunes(self) -> bool:
        """Whether docker would prune by it: it asks whether to, or asks the engine to."""
        return self.well or bool(self.asked)


@dataclass(frozen=True)
class Pruned:
    """What came of a prune that was really done: the refusal, empty where there was none, and what went by it."""

    refusal: str
    gone: tuple[str, ...]


class Docker:
    """docker's own binary; names are those of the world's objects by their ids."""

    def __init__(self, binary: str, recorder: Recorder, address: str, folder: Path, names: Mapping[str, str]) -> None:
        self._binary = binary
        self._recorder = recorder
        self._address = address
        self._folder = folder
        self._names = names

    def say(self, verb: str, line: str) -> Said:
        """What docker does with the line."""
        ran = subprocess.run(
            [self._binary, *shlex.split(line)],
            env={"DOCKER_HOST": self._address, "HOME": "/nonexistent", "TZ": "UTC", "DOCKER_BUILDKIT": "0"},
            cwd=self._folder,
            input=f"{PASSWORD}\n" if verb == "login" else "",
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        told = _same(verb, _NOTICE.sub("", ran.stdout + ran.stderr), self._folder)
        return Said(ran.returncode == 0, told, _effective(self._recorder.taken(), verb, self._names))


def pruned(binary: str, engine: str, line: str) -> Pruned:
    """What docker's prune takes on the engine itself, told yes."""
    before = _objects(engine)
    verb, dashes, rest = line.partition(" -- ")
    ran = subprocess.run(
        [binary, *shlex.split(verb), "--force=true", *shlex.split(f"{dashes}{rest}")],
        env={"DOCKER_HOST": engine, "HOME": "/nonexistent", "TZ": "UTC"},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    after = _objects(engine)
    gone = tuple(sorted(name for identity, name in before.items() if identity not in after))
    return Pruned("" if ran.returncode == 0 else same(_NOTICE.sub("", ran.stdout + ran.stderr)), gone)


def taken(said: Said) -> Pruned:
    """What slashdock said and asked for by such a line, in the same form."""
    gone = [f"{found[1]}/{found[2]}" for found in map(_DELETED.match, said.asked) if found]
    more = [asked for asked in said.asked if not _DELETED.match(asked)]
    return Pruned("" if said.well else _FILTER.sub("", said.text), tuple(sorted({*gone, *more})))


def _objects(engine: str) -> dict[str, str]:
    """Kind and name of all objects on the engine, as the paths of requests have them, by kind and id."""
    api, names = APIClient(engine, version="1.41"), names_on(engine)
    listed = {"containers": api.containers(all=True), "images": api.images(), "networks": api.networks()}
    found = {f"{kind}/{each['Id']}": f"{kind}/{names[each['Id']]}" for kind, all_ in listed.items() for each in all_}
    found |= {f"volumes/{each['Name']}": f"volumes/{each['Name']}" for each in api.volumes()["Volumes"] or ()}
    api.close()
    return found


class Ours:
    """slashdock, every question of which is answered with yes."""

    def __init__(self, spoken: Bench, recorder: Recorder, names: Mapping[str, str]) -> None:
        self.unseen = False  # whether the last line was refused since nobody can agree to an image that is not here
        self._bench = spoken
        self._recorder = recorder
        self._names = names

    def say(self, verb: str, line: str) -> Said:
        """What slashdock does with the line."""
        outcome = insist(self._bench.pipeline, line, {"password": PASSWORD} if verb == "login" else {})
        self.unseen = "has not been seen" in text.added(outcome.reply)
        well = outcome.status is Status.DONE and not outcome.reply.exit_code
        told = _same(verb, text.docker(outcome.reply), self._bench.folder.parent)
        return Said(well, told, _effective(self._recorder.taken(), verb, self._names))


@contextmanager
def docker_before(engine: str, folder: Path, binary: str) -> Iterator[Docker]:
    """Docker's binary before a recorder of the engine."""
    recorder = Recorder(engine)
    folder.mkdir()
    _site(folder)
    with recorder.serve(folder) as address:
        yield Docker(binary, recorder, address, folder, names_on(engine))


@contextmanager
def ours_before(engine: str, folder: Path, catalog: Catalog) -> Iterator[Ours]:
    """Slashdock before a recorder of the engine, for one who may do everything."""
    recorder = Recorder(engine)
    folder.mkdir()
    with recorder.serve(folder) as address:
        policy = Policy.parse(ROOT, "policy.toml", tuple(verb.spec for verb in catalog))
        spoken = bench(address, folder / "data", policy)
        _site(folder)
        allowed = replace(spoken.pipeline, allowances=Allowances(files=(folder,)))
        try:
            yield Ours(replace(spoken, pipeline=allowed), recorder, names_on(engine))
        finally:
            spoken.close()


def _site(folder: Path) -> None:
    """A folder to build in, for either side."""
    for place in (folder / "site", folder / "site" / "sub"):
        place.mkdir()
        (place / "Dockerfile").write_text("FROM busybox\nRUN true\n")


def names_on(engine: str) -> dict[str, str]:
    """The names of everything on the engine by their full ids, those of containers by their short ones, too."""
    api = APIClient(engine, version="1.41")
    names = {each["Id"]: each["Names"][0].removeprefix("/") for each in api.containers(all=True)}
    names |= {identity[:12]: name for identity, name in names.items()}
    names |= {each["Id"]: each["Name"] for each in api.networks()}
    names |= {each["Id"]: (each["RepoTags"] or ["<none>"])[0] for each in api.images()}
    api.close()
    return names | {"busybox": "busybox:latest"}


def record(verb: str, said: Iterable[tuple[str, Said]], pruned: Mapping[str, Pruned]) -> None:
    """Write down what docker said to the lines of a verb, and what came of those that prune."""
    RECORD.mkdir(exist_ok=True)
    rows = ({"line": line, **asdict(each), **_pruned(pruned.get(line))} for line, each in said)
    _file(verb).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def _pruned(found: Pruned | None) -> dict[str, Any]:
    return {} if found is None else {"pruned": asdict(found)}


def recorded(verb: str) -> list[tuple[str, Said]]:
    """What docker said to the lines of a verb."""
    rows = (json.loads(row) for row in _file(verb).read_text().splitlines())
    return [(row["line"], Said(row["well"], row["text"], tuple(row["asked"]))) for row in rows]


def really_pruned(verb: str) -> dict[str, Pruned]:
    """What came of the lines of a verb by which docker prunes."""
    rows = (json.loads(row) for row in _file(verb).read_text().splitlines())
    told = ((row["line"], row["pruned"]) for row in rows if "pruned" in row)
    return {line: Pruned(_FILTER.sub("", each["refusal"]), tuple(each["gone"])) for line, each in told}


def shown(line: str, docker: Said | Pruned, ours: Said | Pruned) -> str:
    """The line and the first thing in which the two differ, each from a little before it on."""
    for name in (field.name for field in fields(docker)):
        theirs, own = str(getattr(docker, name)), str(getattr(ours, name))
        if theirs != own:
            differs = next((at for at, (a, b) in enumerate(zip(theirs, own, strict=False)) if a != b), 0)
            at = max(0, differs - 60)
            told = (f"  {who} {name}: {what[at : at + 300]!r}" for who, what in (("docker", theirs), ("ours  ", own)))
            return "\n".join([f"$ docker {line}", *told])
    return line


def _file(verb: str) -> Path:
    return RECORD / f"{verb.replace(' ', '_')}.jsonl"


def _effective(asked: Iterable[Asked], verb: str, names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted({_told(each, names) for each in asked if not _is_look(each, verb)}))


def _is_look(asked: Asked, verb: str) -> bool:
    looking = asked.method in {"GET", "HEAD"}
    return looking and (_LOOK.fullmatch(asked.path) is not None or _LISTS.get(asked.path, verb) != verb)


def _told(asked: Asked, names: Mapping[str, str]) -> str:
    path = "/".join(names.get(part, part) for part in asked.path.split("/"))
    left = {"/containers/json": COUNTED, "/build": STEPS}.get(asked.path, ())
    query = [
        (key, _named(_READ.get(key, str)(value), names))
        for key, value in asked.query
        if value not in {"", "0", "false"} and key not in left
    ]
    body = _LINK.sub(r"'\1'", _named(_bare(None if asked.path == "/build" else asked.body), names))
    return f"{asked.method} {path} {query} {body}"


def _named(value: Any, names: Mapping[str, str]) -> str:
    return _aged(re.sub(r"(sha256:)?\b[0-9a-f]{64}\b", lambda found: names.get(found[0], "<id>"), str(value)))


def _aged(told: str) -> str:
    """The text with stamps of late told by the minutes that have passed since."""

    def age(found: re.Match[str]) -> str:
        seconds = time.time() - float(found[0])
        return f"<{round(seconds / 60)} minutes ago>" if abs(seconds) < _LATELY else found[0]

    return _STAMP.sub(age, told)


def _bare(body: Any) -> Any:
    """The body without what is empty, which the engine takes for absent."""
    if isinstance(body, dict):
        return {key: kept for key, value in sorted(body.items()) if (kept := _bare(value)) not in _EMPTY}
    return [_bare(each) for each in body] if isinstance(body, list) else body


def _filters(told: str) -> str:
    """The filters in the one form that the engine takes of two."""
    return json.dumps({key: sorted(set(values)) for key, values in sorted(json.loads(told).items())})


def _tail(told: str) -> str:
    """How many lines of a log: all of them are LOGGED here at most."""
    return told if told.isdigit() and int(told) < LOGGED else "all"


_READ: dict[str, Callable[[str], str]] = {"filters": _filters, "tail": _tail}


def _same(verb: str, printed: str, folder: Path) -> str:
    plain = _aged(_ROOT.sub("<root>", _FLEETING.sub("", printed).replace(str(folder), "<folder>")))
    lines = [_sorted_words(line) for line in same(plain).splitlines()]
    if verb == "system df":
        lines = [" ".join(sorted(_CELL.split(line))) for line in lines]
        return "\n".join(sorted(lines))
    if verb == "container top":
        lines = [_PROCESS.sub("<number>", line) for line in lines]
    if verb == "container stats":
        lines = [_FIGURE.sub("<figure>", line) for line in lines]
    return "\n".join(sorted(lines) if lines and _UNORDERED.match(lines[0]) else lines)


def _sorted_words(line: str) -> str:
    """A line whose words come in another order each time in one and the same."""
    return " ".join(sorted(line.split())) if line.startswith(" Runtimes: ") else line
