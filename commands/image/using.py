"""Who uses which images: containers in any state and services, by the image itself or by a name that they know."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import APIError, NotFound

from commands import reference, seen
from commands.seen import Seen, Visible

_WITHOUT = (requests.codes.forbidden, requests.codes.not_found)  # a proxy keeps it away; an engine of another kind
_NO_MANAGER = "not a swarm manager"


@dataclass(frozen=True)
class Uses:
    """Who uses what: image ids and image names in full, each with the container or service that does."""

    ids: Mapping[str, str]
    names: Mapping[str, str]

    def by(self, identity: str, names: Iterable[str]) -> str | None:
        """Who uses the image that has this id, or names what it is called; None where nobody does."""
        if identity in self.ids:
            return f"{self.ids[identity]} uses it"
        named = (
            f"{self.names[full]} names {name}" for name in names for full in reference.fulls(name) if full in self.names
        )
        return next(named, None)


def uses(client: APIClient, visible: Visible, gone: Container[str] = ()) -> Uses:
    """The images that containers in any state, and services, are made of or name; gone are ids of containers to skip.

    Who uses one is named if the asker may see it. One request for each container whose image has lost its name,
    besides one for containers and one for services. Raises APIError, but where a container went away meanwhile.
    """
    return uses_of(client, (each for each in client.containers(all=True) if each["Id"] not in gone), visible, {})


def uses_of(client: APIClient, containers: Iterable[Mapping[str, Any]], visible: Visible, made: dict[str, str]) -> Uses:
    """The same of containers that were listed already, in any state.

    made keeps for another look, by the id of a container, the name of the image that it was made by: it never changes.
    """
    ids: dict[str, str] = {}
    names: dict[str, str] = {}
    for listed in containers:
        who = _who(visible, seen.container(listed))
        ids.setdefault(listed["ImageID"], who)
        for name in reference.fulls(_named_image(client, listed, made)):
            names.setdefault(name, who)
    for service in _services(client):
        spec = service["Spec"]
        who = _who(visible, Seen("service", spec["Name"], spec.get("Labels") or {}, service["ID"]))
        for each in (spec, service.get("PreviousSpec") or {}):  # a rollback makes its containers of that
            for name in reference.fulls(_image_of(each)):
                names.setdefault(name, who)
    return Uses(ids, names)


def _who(visible: Visible, user: Seen) -> str:
    return f"{user.kind} {user.name}" if visible(user) else f"a {user.kind}"


def _named_image(client: APIClient, container: Mapping[str, Any], made: dict[str, str]) -> str:
    """The name by which a container was made: the list says it only while it still stands for the same image."""
    if not container["Image"].startswith("sha256:"):
        return str(container["Image"])
    if container["Id"] not in made:
        try:
            made[container["Id"]] = str(client.inspect_container(container["Id"])["Config"]["Image"])
        except NotFound:
            return str(container["Image"])  # it went away meanwhile
    return made[container["Id"]]


def _services(client: APIClient) -> list[dict[str, Any]]:
    """Those of the swarm, none where the engine has no say in one; raises APIError where a manager cannot tell now."""
    try:
        return list(client.services())
    except APIError as error:
        if error.status_code in _WITHOUT or _NO_MANAGER in str(error.explanation):
            return []
        raise


def _image_of(spec: Mapping[str, Any]) -> str:
    """The name of the image that a service's containers are made of; empty where they are of none."""
    return str(((spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}).get("Image") or "")
