"""The projects of docker compose: containers that carry its labels. No compose file is ever read here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from commands import seen, wire
from commands.attempts import Refusal
from commands.command import Command, flag
from commands.context import Context
from commands.seen import own_name
from commands.units import natural

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
NUMBER = "com.docker.compose.container-number"
ONE_OFF = "com.docker.compose.oneoff"
FOLDER = "com.docker.compose.project.working_dir"
FILES = "com.docker.compose.project.config_files"
NEEDS = "com.docker.compose.depends_on"
_NONE = "No project of docker compose runs here that you may see."
_WHICH = "There are several projects: {}. Say which one with -p NAME."
_UNKNOWN = "no such project: {}. `docker compose ls --all` lists those that are here."
_NO_SERVICE = "no such service: {}. This project has {}."
_NO_FILE = (
    "No compose file is read here: a project is what its containers' labels say. Leave --{} away, and name the project"
    " with -p NAME."
)


@dataclass(frozen=True)
class Member:
    """One container of a project: the engine's listing of it."""

    listed: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The full id."""
        return str(self.listed["Id"])

    @property
    def name(self) -> str:
        """The container's own name."""
        return own_name(self.listed.get("Names") or [self.id])

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels."""
        return self.listed.get("Labels") or {}

    @property
    def project(self) -> str:
        """The project that it belongs to."""
        return self.labels[PROJECT]

    @property
    def service(self) -> str:
        """The service that it is one of."""
        return self.labels.get(SERVICE, "")

    @property
    def one_off(self) -> bool:
        """Whether it was made by compose run for one command."""
        return self.labels.get(ONE_OFF, "").lower() == "true"

    @property
    def needs(self) -> frozenset[str]:
        """The services that have to be there before it."""
        return frozenset(each.partition(":")[0] for each in self.labels.get(NEEDS, "").split(",") if each)


class OnProject(Command):
    """A verb about one project."""

    project_name: str = flag("-p", default="", help="The project; may be left out where there is only one")
    file: tuple[str, ...] = flag(default=(), help="Not possible here: no compose file is read")
    project_directory: str = flag(default="", help="Not possible here: no compose file is read")

    def problem(self) -> str | None:
        """That files are not read here."""
        given = {"file": self.file, "project-directory": self.project_directory}
        return next((_NO_FILE.format(name) for name, value in given.items() if value), None)

    def members(self, ctx: Context, services: Sequence[str] = ()) -> list[Member]:
        """The containers of the project and of these services, which the asker may see; raises Refusal."""
        found = members(ctx)
        names = sorted({each.project for each in found}, key=natural)
        if self.project_name:
            name = self.project_name
            if name not in names:
                raise Refusal(_UNKNOWN.format(name))
        elif len(names) != 1:
            raise Refusal(_WHICH.format(", ".join(names)) if names else _NONE)
        else:
            name = names[0]
        held = [each for each in found if each.project == name]
        known = {each.service for each in held}
        wrong = next((each for each in services if each not in known), None)
        if wrong is not None:
            raise Refusal(_NO_SERVICE.format(wrong, ", ".join(sorted(known))))
        return [each for each in held if not services or each.service in services]


def members(ctx: Context) -> list[Member]:
    """The containers of all projects that the asker may see, or do this to, by name. One request."""
    params: wire.Params = {"all": 1, "filters": json.dumps({"label": [PROJECT]})}
    listed = wire.get(ctx.docker, "/containers/json", params=params)
    found = [Member(each) for each in listed]

    def known(each: Member) -> bool:
        container = seen.container(each.listed)
        return ctx.sees(container) or ctx.visible(container)

    return sorted(filter(known, found), key=lambda each: natural(each.name))


def stages(found: Iterable[Member]) -> list[list[Member]]:
    """The containers in the order in which they may start: what others need first, those of a circle together."""
    left = list(found)
    ordered: list[list[Member]] = []
    while left:
        waiting = {each.service for each in left}
        ready = [each for each in left if not (each.needs - {each.service}) & waiting] or left
        ordered.append(ready)
        left = [each for each in left if each not in ready]
    return ordered


def status(found: Iterable[Member], state: Callable[[Member], str] = lambda each: str(each.listed["State"])) -> str:
    """How many containers are in each state: "exited(1), running(2)"."""
    states = [state(each) for each in found]
    return ", ".join(f"{each}({states.count(each)})" for each in sorted(set(states)))
