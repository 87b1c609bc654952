"""Named Docker engines: their clients, and whether they answer."""

from __future__ import annotations

import re
import secrets
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import APIError, DockerException, NotFound
from docker.tls import TLSConfig
from urllib3.exceptions import NewConnectionError

from bot import lookup, tracing
from bot.doors import CUT, UNIX, OneConnection, OverTheNetwork, Shut, telling_removed, without_query
from bot.lookup import Barred, none
from bot.namespaces import Namespaces
from bot.workers import Pool
from commands import api, mounted, wire
from commands.container.recent import Recent
from commands.enduring import connecting, wires
from commands.engine_errors import answered, daemon
from commands.sharing import Sharing
from commands.target import Found, Missing, Target

QUICK = 10  # seconds until a quick answer is given up
PATIENT = 300  # seconds until a long one is; beyond, the outcome is unknown
_FORBIDDEN = (  # docker's, but for the address of the request
    "permission denied while trying to connect to the Docker daemon socket at {}: dial unix {}: connect: permission"
    " denied"
)
_DOCTOR = "This is the host {}; `slashdock doctor` says more."
_LOOKS = {"GET", "HEAD"}  # what changes nothing
_NOBODY = "nobody-has-this-name-"
_SUFFIX = re.compile(r"(:[^:/@]*)?(@.*)?$")  # of the name of an image
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
        self.hooks["response"] += [without_query, telling_removed(lambda gone: host.removed(gone))]  # noqa: PLW0108 - who hears is said later
        own = wires(self)
        self.sharing = host.sharing
        if host.url.startswith(UNIX):
            self.trust_env = False  # no proxy leads to a socket, and to look for one takes longer than to ask
            self.mount(self.base_url, OneConnection(f"http+{host.url}", timeout, own))
        else:
            self.mount(self.base_url, OverTheNetwork(own))

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request that is ready."""
        if wires(self).are_cut:
            raise self._host.down(Shut(CUT))
        try:
            with tracing.asked(request.method, request.url):
                response: requests.Response = super().send(request, **options)
        except Shut as error:
            raise self._host.down(error.__cause__ or error) from error
        except requests.ConnectionError as error:
            if _is_unconnected(error):
                raise self._host.down(error) from error
            raise
        if request.method not in _LOOKS:
            self._host.changed()
        return response


class Host:
    """One engine: its name in the policy and on the line, and where its API answers."""

    def __init__(self, name: str, url: str, tls: TLSConfig | None = None) -> None:
        self.name = name
        self.url = url
        self._tls = tls
        self._own = threading.local()
        self._clients: weakref.WeakSet[APIClient] = weakref.WeakSet()  # those of a thread go with it
        self.namespaces = Namespaces(self.quick)
        self.removed: Callable[[list[str]], None] = lambda _images: None  # hears which images went from here
        self.recent, self.sharing = Recent(), Sharing()
        self._beside = Pool(f"{name}-beside", threads=BESIDE, backlog=0)

    def quick(self) -> APIClient:
        """This thread's client for answers within seconds; raises EngineDown."""
        return self._client(QUICK)

    def patient(self) -> APIClient:
        """This thread's client for what takes minutes; raises EngineDown."""
        return self._client(PATIENT)

    def changed(self) -> None:
        """Something may have been changed: nobody is told what was before.

        It is so once a request is answered and, as its answer may go on for long, once the line is over.
        """
        self.recent.forget()
        self.sharing.changed()

    def beside(self, job: Callable[[], None]) -> bool:
        """Run the job in a thread beside this one; False where none is free. The threads and their clients are kept."""
        return self._beside.put(job)

    def watched(self) -> Callable[[], str | None]:
        """A check that never waits: what the engine lacks, as far as the look before has found out."""
        return _Pulse(self).check

    def resolve(
        self, targets: Iterable[Target], barred: Barred = none, *, volumes: bool = False
    ) -> dict[Target, Found | Missing]:
        """What the names of a line stand for now; volumes: with those of containers. Raises EngineDown.

        A name of any kind stands for the first that is not barred.
        """
        engine = lookup.Engine(self.quick)
        found = {target: self._resolved(engine, target, barred) for target in dict.fromkeys(targets)}
        return {target: self._mounting(each) for target, each in found.items()} if volumes else found

    def close(self) -> None:
        """Close the connections of all threads, and let those end that are idle."""
        self._beside.close(time.monotonic())
        for client in list(self._clients):
            client.close()

    def absent(self, target: Target) -> Missing:
        """What the engine says of such a name where nothing has it: for what the asker may not know of."""
        word = f"{_NOBODY}{secrets.token_hex(8)}{_suffix(target)}"
        missing = self._resolved(lookup.Engine(self.quick), Target(target.kind, word))
        assert isinstance(missing, Missing)  # noqa: S101 - nothing has a name that was made just now
        explanation = answered(missing.error).replace(word, target.ref)
        return Missing(target, NotFound(explanation, missing.error.response, explanation), word)

    def _client(self, timeout: int) -> APIClient:
        clients = self._own.__dict__
        key = str(timeout)
        if key not in clients:
            clients[key] = self._connected(timeout)
            self._clients.add(clients[key])
        return clients[key]

    def _connected(self, timeout: int) -> APIClient:
        try:
            client = _Client(self, timeout, self._tls)
        except (OSError, DockerException) as error:
            raise self.down(error) from error
        try:
            client.timeout = QUICK
            with connecting(client):
                newest = client.version(api_version=False)["ApiVersion"]
        except (OSError, DockerException) as error:  # what requests raises is an OSError, too
            client.close()
            raise self.down(error) from error
        client.timeout = timeout
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
        if self.url.startswith(UNIX) and _is_forbidden(error):
            return EngineDown(_FORBIDDEN.format(self.url, self.url.removeprefix(UNIX)), _DOCTOR.format(self.name))
        return EngineDown(
            f"Cannot connect to the Docker daemon at {self.url}. Is the docker daemon running?",
            _DOCTOR.format(self.name),
        )

    def _mounting(self, found: Found | Missing) -> Found | Missing:
        if isinstance(found, Missing) or found.kind != "container":
            return found
        try:
            return replace(found, volumes=mounted.volumes(self.quick(), found.details))
        except (requests.RequestException, DockerException) as error:
            raise self.down(error) from error

    def _resolved(self, engine: lookup.Engine, target: Target, barred: Barred = none) -> Found | Missing:
        try:
            return lookup.look(engine, target, barred)
        except APIError as error:
            if wire.lost(error) or (target.made and not isinstance(error, NotFound)):  # whose the name is must be known
                raise self.down(error) from error
            return Missing(target, error)
        except (requests.RequestException, DockerException) as error:
            raise self.down(error) from error


def _is_unconnected(error: requests.ConnectionError) -> bool:
    """Whether there was no connection at all, so that nothing was asked."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _is_forbidden(error: BaseException | None) -> bool:
    """Whether this user may not open the engine's socket."""
    return error is not None and (
        isinstance(error, PermissionError) or _is_forbidden(error.__cause__ or error.__context__)
    )


def _is_late(error: BaseException) -> bool:
    gateway = isinstance(error, APIError) and error.status_code == requests.codes.gateway_timeout
    return gateway or isinstance(error, requests.Timeout) or "timed out" in str(error)


class _Pulse:
    """Asks the engine whether it is there, in a thread beside, and tells what came of it the next time."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._asking = threading.Lock()
        self._wrong: str | None = None

    def check(self) -> str | None:
        """What the last answer was; the engine is asked anew."""
        if self._asking.acquire(blocking=False):
            if not self._host.beside(self._ask):
                self._asking.release()
        else:
            self._wrong = f"The Docker engine {self._host.name} did not answer in time"
        return self._wrong

    def _ask(self) -> None:
        try:
            self._host.quick().ping()
        except (OSError, DockerException) as error:
            self._wrong = str(self._host.down(error))
        else:
            self._wrong = None
        finally:
            self._asking.release()


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

    def heeded(self, removed: Callable[[str, list[str]], None]) -> None:
        """From now on tell the name of the engine and the ids of images that are removed there, by whatever line."""
        for name, host in self._hosts.items():
            host.removed = partial(removed, name)

    def sockets(self) -> tuple[str, ...]:
        """The paths of the engines that are reached through a socket of this machine."""
        return tuple(host.url.removeprefix(UNIX) for host in self._hosts.values() if host.url.startswith(UNIX))

    def close(self) -> None:
        """Close the connections to all engines."""
        for host in self._hosts.values():
            host.close()


def _suffix(target: Target) -> str:
    """The tag or digest that a line gives an image, since engines tell of one that has none in another way."""
    found = _SUFFIX.search(target.ref) if target.kind in {"image", "any"} else None
    return found[0] if found else ""
