"""Named Docker engines: their clients, and what the names of a line stand for at them."""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import APIError, DockerException, NotFound
from docker.tls import TLSConfig
from docker.utils import version_gte
from urllib3.exceptions import NewConnectionError

from bot import mounted
from bot.doors import UNIX, OneConnection, Shut, without_query
from bot.workers import Pool
from commands import api, distant, naming, wire
from commands.context import Found, Missing, Target, answered, daemon
from commands.secrets import mask_object

QUICK = 10  # seconds until a quick answer is given up
PATIENT = 300  # seconds until a long one is; beyond, the outcome is unknown
LABELS, LABEL = 64, 256  # labels of an object that the record keeps, and characters of a name or value
COMPOSE = "com.docker.compose."
BESIDE = 60  # threads an engine that share in lines: lines of 8 acts at once, or a look at 60 containers


class EngineDown(DockerException):  # type: ignore[misc]
    """The engine does not answer; str() says which, in docker's words where it has some, hint what to look at."""

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.hint = hint


class _Client(APIClient):  # type: ignore[misc]
    """docker-py's client, which raises EngineDown where it cannot connect, and whose errors hold no query."""

    def __init__(self, host: Host, timeout: int, tls: TLSConfig | None) -> None:
        super().__init__(base_url=host.url, version=api.OLDEST, timeout=timeout, tls=tls or False)
        self._host = host
        self.hooks["response"].append(without_query)
        if host.url.startswith(UNIX):
            self.mount(self.base_url, OneConnection(f"http+{host.url}", timeout))

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request that is ready."""
        try:
            response: requests.Response = super().send(request, **options)
        except Shut as error:
            raise self._host.down(error.__cause__ or error) from error
        except requests.ConnectionError as error:
            if _is_unconnected(error):
                raise self._host.down(error) from error
            raise
        return response


class Host:
    """One engine: its name in the policy and on the line, and where its API answers."""

    def __init__(self, name: str, url: str, tls: TLSConfig | None = None) -> None:
        self.name = name
        self.url = url
        self._tls = tls
        self._own = threading.local()
        self._clients: list[APIClient] = []
        self._beside = Pool(f"{name}-beside", threads=BESIDE, backlog=0)

    def quick(self) -> APIClient:
        """This thread's client for answers within seconds; raises EngineDown."""
        return self._client(QUICK)

    def patient(self) -> APIClient:
        """This thread's client for what takes minutes; raises EngineDown."""
        return self._client(PATIENT)

    def beside(self, job: Callable[[], None]) -> bool:
        """Run the job in a thread beside this one; False where none is free. The threads and their clients are kept."""
        return self._beside.put(job)

    def resolve(self, targets: Iterable[Target], *, inside: bool = False) -> dict[Target, Found | Missing]:
        """What the names of a line stand for now; inside: with the volumes of containers. Raises EngineDown."""
        engine = _Engine(self.quick)
        found = {target: self._resolved(engine, target) for target in dict.fromkeys(targets)}
        return {target: self._mounting(each) for target, each in found.items()} if inside else found

    def close(self) -> None:
        """Close the connections of all threads, and let those end that are idle."""
        self._beside.close(time.monotonic())
        while self._clients:
            self._clients.pop().close()

    def absent(self, target: Target) -> Missing:
        """What the engine says of such a name where nothing has it: for what the asker may not know of."""
        word = f"{_NOBODY}{secrets.token_hex(8)}"
        missing = self._resolved(_Engine(self.quick), Target(target.kind, word))
        assert isinstance(missing, Missing)  # noqa: S101 - nothing has a name that was made just now
        explanation = answered(missing.error).replace(word, target.ref)
        return Missing(target, NotFound(explanation, missing.error.response, explanation), word)

    def _client(self, timeout: int) -> APIClient:
        clients = self._own.__dict__
        key = str(timeout)
        if key not in clients:
            clients[key] = self._connected(timeout)
            self._clients.append(clients[key])
        return clients[key]

    def _connected(self, timeout: int) -> APIClient:
        try:
            client = _Client(self, timeout, self._tls)
        except (OSError, DockerException) as error:
            raise self.down(error) from error
        try:
            newest = client.version(api_version=False)["ApiVersion"]
        except (OSError, DockerException) as error:  # what requests raises is an OSError, too
            client.close()
            raise self.down(error) from error
        client._version = min(newest, api.NEWEST, key=api.numbers)  # noqa: SLF001 - saves a second client and its request
        return client

    def down(self, error: BaseException) -> EngineDown:
        """The error as a sentence with what to do."""
        if isinstance(error, EngineDown):
            return error
        if isinstance(error, APIError) and not wire.lost(error):
            return EngineDown(daemon(error))
        if _is_late(error):
            return EngineDown(f"The Docker engine {self.name} did not answer in time. Is it overloaded or stopped?")
        return EngineDown(
            f"Cannot connect to the Docker daemon at {self.url}. Is the docker daemon running?",
            f"This is the host {self.name}; `slashdock doctor` says more.",
        )

    def _mounting(self, found: Found | Missing) -> Found | Missing:
        if isinstance(found, Missing) or found.kind != "container":
            return found
        try:
            return replace(found, volumes=mounted.volumes(self.quick(), found.details))
        except (requests.RequestException, DockerException) as error:
            raise self.down(error) from error

    def _resolved(self, engine: _Engine, target: Target) -> Found | Missing:
        try:
            return _look(engine, target)
        except APIError as error:
            if wire.lost(error) or (target.made and not isinstance(error, NotFound)):  # whose the name is must be known
                raise self.down(error) from error
            return Missing(target, error)
        except (requests.RequestException, DockerException) as error:
            raise self.down(error) from error


class _Engine:
    """An engine while the names of one line are looked up: it is asked for each of its lists at most once."""

    def __init__(self, quick: Callable[[], APIClient]) -> None:
        self._quick = quick

    @property
    def client(self) -> APIClient:
        """The client for what is about one name; raises EngineDown."""
        return self._quick()

    @cached_property
    def containers(self) -> list[dict[str, Any]]:
        """All containers."""
        return list(self.client.containers(all=True))

    @cached_property
    def images(self) -> list[dict[str, Any]]:
        """All images."""
        return list(self.client.images(all=True))

    @cached_property
    def networks(self) -> list[dict[str, Any]]:
        """All networks."""
        return list(self.client.networks())


def _is_unconnected(error: requests.ConnectionError) -> bool:
    """Whether there was no connection at all, so that nothing was asked."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _is_late(error: BaseException) -> bool:
    gateway = isinstance(error, APIError) and error.status_code == requests.codes.gateway_timeout
    return gateway or isinstance(error, requests.Timeout) or "timed out" in str(error)


_HEX = re.compile(r"[0-9a-f]{1,64}")
# Names that are told as ambiguous where another's id begins so: what docker shows of an id has twelve digits. A shorter
# one is nobody's id to be meant by accident, and who may name containers could else get in the way of every "db".
_SHORT_ID = re.compile(r"[0-9a-f]{12,64}")
_PLAIN_SINCE = "1.42"  # the API version from which the reason stands alone
_SHOWN = 20  # digits of an id: more than the twelve that a name may copy
_NOBODY = "nobody-has-this-name-"
_WORD = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_IMAGE = re.compile(r"[a-zA-Z0-9][\w.:-]*(/[\w][\w.-]*)*(:[\w][\w.-]*)?(@\w+:[0-9a-f]+)?", re.ASCII)


def _look(engine: _Engine, target: Target) -> Found:
    if target.kind in distant.KINDS:
        return distant.look(engine.client, target)
    if target.kind != "any":
        return _LOOKS[target.kind](engine, target)
    for look in _LOOKS.values():
        try:
            return look(engine, target)
        except APIError as error:
            if not isinstance(error, NotFound) and error.status_code != requests.codes.bad_request:
                raise
    found = distant.search(engine.client, target)
    if found is not None:
        return found
    raise NotFound(f"No such object: {target.ref}", explanation=f"No such object: {target.ref}")


def _container(engine: _Engine, target: Target) -> Found:
    # Only a word that can be a name or an id may stand in a path: docker-py lets "../images/x" out of its segment.
    if not _WORD.fullmatch(target.ref):
        raise _none("container", target.ref)
    is_hex = _HEX.fullmatch(target.ref) is not None
    client = engine.client
    details = client.inspect_container(_holder(client, target.ref) if target.made and is_hex else target.ref)
    name = details["Name"].removeprefix("/")
    is_name = not details["Id"].startswith(target.ref)
    if is_name and _SHORT_ID.fullmatch(target.ref) and not target.made:  # a name that may shadow an id
        others = [(each["Id"], each["Names"]) for each in engine.containers]
        _refuse_shadow("container", target.ref, details["Id"], others)
    return Found(target, "container", details["Id"], name, details["Config"].get("Labels") or {}, details)


def _holder(client: APIClient, name: str) -> str:
    """The id of the container that has this very name: one that is to be given is never the beginning of an id."""
    for each in client.containers(all=True, filters={"name": f"^/{name}$"}):
        return str(each["Id"])
    raise _none("container", name)


def _image(engine: _Engine, target: Target) -> Found:
    if not _IMAGE.fullmatch(target.ref):
        raise _no_image(engine.client, target.ref)
    details = engine.client.inspect_image(target.ref)
    if _SHORT_ID.fullmatch(target.ref) and not _digits(details["Id"]).startswith(target.ref):
        others = [(each["Id"], each.get("RepoTags") or ()) for each in engine.images]
        _refuse_shadow("image", target.ref, details["Id"], others)
    labels = (details.get("Config") or {}).get("Labels") or {}
    return Found(target, "image", details["Id"], target.ref, labels, details)


def _network(engine: _Engine, target: Target) -> Found:
    listed = engine.networks
    named = [each for each in listed if each["Name"] == target.ref != each["Id"]]
    if len(named) == 1 and _SHORT_ID.fullmatch(target.ref) and not target.made:
        _refuse_shadow("network", target.ref, named[0]["Id"], [(each["Id"], [each["Name"]]) for each in listed])
    matches = (
        [each for each in listed if each["Id"] == target.ref]
        or [each for each in listed if each["Name"] == target.ref]
        or [each for each in listed if target.ref and not target.made and each["Id"].startswith(target.ref)]
    )
    if not matches:
        raise NotFound("", explanation=f"network {target.ref} not found")
    if len(matches) > 1:
        raise APIError("", explanation=f"network {target.ref} is ambiguous ({len(matches)} matches found on name)")
    details = engine.client.inspect_network(matches[0]["Id"])
    return Found(target, "network", details["Id"], details["Name"], details.get("Labels") or {}, details)


def _volume(engine: _Engine, target: Target) -> Found:
    if not _WORD.fullmatch(target.ref) or target.ref.startswith("/"):
        raise NotFound("", explanation=f"get {target.ref}: no such volume")
    details = engine.client.inspect_volume(target.ref)
    return Found(target, "volume", details["Name"], details["Name"], details.get("Labels") or {}, details)


_LOOKS: Mapping[str, Callable[[_Engine, Target], Found]] = {
    "container": _container,
    "image": _image,
    "network": _network,
    "volume": _volume,
}


def _refuse_shadow(kind: str, ref: str, found: str, others: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Refuse a name that is the beginning of another's id: docker would take the name, whoever meant the id."""
    shadowed = [(id_, names) for id_, names in others if id_ != found and _digits(id_).startswith(ref)]
    if shadowed:
        id_, names = shadowed[0]
        other = names[0].removeprefix("/") if names else "without a name"
        text = (
            f"{ref} is ambiguous: it is the name of {kind} {_digits(found)[:_SHOWN]} and the beginning of the id of"
            f" {kind} {_digits(id_)[:_SHOWN]} ({other}). Write more digits of the id that you mean."
        )
        raise APIError(text, explanation=text)


def _digits(id_: str) -> str:
    return id_.removeprefix("sha256:")


def _no_image(client: APIClient, ref: str) -> NotFound:
    """What the engine says of a word that can be no image, where it would be asked about that at all."""
    try:
        naming.normalized(ref)
    except ValueError as error:
        before = "" if version_gte(client.api_version, _PLAIN_SINCE) else f"no such image: {ref}: "
        if "/" not in ref and ref:
            return NotFound("", explanation=f"{before}{error}")
    return _none("image", ref)


def _none(kind: str, ref: str) -> NotFound:
    return NotFound(f"No such {kind}: {ref}", explanation=f"No such {kind}: {ref}")


class Hosts:
    """The engines by name; the first is the default."""

    def __init__(self, hosts: Iterable[Host]) -> None:
        self._hosts: dict[str, Host] = {host.name: host for host in hosts}

    def names(self) -> list[str]:
        """The names of all engines, the default first."""
        return list(self._hosts)

    def get(self, name: str) -> Host | None:
        """The engine of this name, the default one for an empty name, None where there is none."""
        return self._hosts.get(name or self.names()[0])

    def sockets(self) -> tuple[str, ...]:
        """The paths of the engines that are reached through a socket of this machine."""
        return tuple(host.url.removeprefix(UNIX) for host in self._hosts.values() if host.url.startswith(UNIX))

    def close(self) -> None:
        """Close the connections to all engines."""
        for host in self._hosts.values():
            host.close()


def describe(found: Found) -> dict[str, Any]:
    """What the record keeps of an object that a line named; its labels say later who may read of it.

    "cut" is there where that is not all of them as they are, "inherited" where it was judged by others as well.
    """
    sets = (found.labels, *found.inherited)
    first, *rest = kept = [mask_object(_kept(each)) for each in sets]
    told = {"kind": found.kind, "id": found.id, "name": found.name, "labels": first}
    if rest:
        told["inherited"] = rest
    return told if [dict(each) for each in sets] == kept else told | {"cut": True}


def _kept(labels: Mapping[str, str]) -> dict[str, str]:
    """So much of the labels that a container with megabytes of them does not fill the record; Compose's come first."""
    ordered = sorted(labels, key=lambda name: (not name.startswith(COMPOSE), name))
    return {name[:LABEL]: str(labels[name])[:LABEL] for name in ordered[:LABELS]}
