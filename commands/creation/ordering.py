"""Making a container: the image pulled where it is missing, the request, and a look at what came of it."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import APIError, DockerException, NotFound

from commands import naming, wire
from commands.attempts import Refusal
from commands.context import Context
from commands.creation import images
from commands.creation.sources import sent
from commands.engine_errors import daemon
from commands.image import transfer
from commands.seen import lasting, volume_id
from commands.target import Found, Missing, Target

ALWAYS, MISSING, NEVER = "always", "missing", "never"
LOOK = "docker ps -a"  # shows what came of it where an answer was lost
_CHANGED = "{} is not any more what this line was judged by. Nothing was started; send the line again."
_USUAL = ("local",)  # a volume's driver, and no options
_GONE = "The container was removed and never started."
_MORE = f"This gives more than the line asked for ({{}}). {_GONE}"


@dataclass(frozen=True)
class Order:
    """A container that is to be made: its image, the body and the query of the request, and when to pull.

    by_name are the objects that the request names as the line does, since the engine keeps or shows the names; volumes
    those that must be usual ones where nothing else was judged. fetches: it was judged as one that pulls the image.
    """

    image: Target
    by_name: tuple[Target, ...]
    volumes: tuple[Target, ...]
    body: Mapping[str, Any]
    query: wire.Params
    pull: str
    fetches: bool
    quiet: bool


@dataclass(frozen=True)
class Made:
    """A container that was made: its id, the engine's inspect, and what is told of it on standard error."""

    id: str
    details: Mapping[str, Any]
    told: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name that it has, given or chosen by the engine."""
        return str(self.details["Name"]).removeprefix("/")


class Unmade(Exception):  # noqa: N818 - what came of it, not a fault
    """No container was made: told are the lines before, str() is why.

    lost says that the engine's answer never came, misread that docker would say it before it asks the engine, own that
    it would not say it at all.
    """

    def __init__(
        self, why: str, told: Iterable[str] = (), *, lost: bool = False, misread: bool = False, own: bool = False
    ) -> None:
        super().__init__(why)
        self.told = tuple(told)
        self.lost = lost
        self.misread = misread
        self.own = own


@dataclass
class _Work:
    """What was told so far, the id of the image that the container must have, and its own once it is there."""

    ctx: Context
    order: Order
    image: str = ""
    made: str = ""
    told: list[str] = field(default_factory=list)

    def unmade(self, error: requests.RequestException) -> Unmade:
        """The end of it by an error; a container that nobody could look at is not left behind."""
        if isinstance(error, APIError) and self.made:
            return self._taken_back(error)
        if not isinstance(error, APIError) or wire.lost(error):
            return Unmade("", self.told, lost=True)
        return Unmade(daemon(error), self.told)

    def _taken_back(self, error: APIError) -> Unmade:
        try:
            with contextlib.suppress(NotFound):  # somebody else removed it
                self.ctx.docker.remove_container(self.made, v=True)
        except (requests.RequestException, DockerException):
            return Unmade("", self.told, lost=True)
        return Unmade(f"{daemon(error)}\n{_GONE}", self.told)


def make(ctx: Context, order: Order) -> Made:
    """The container, not started; raises Unmade."""
    _check(ctx, order)
    looked = ctx.found.get(order.image)
    work = _Work(ctx, order, looked.id if isinstance(looked, Found) else "")
    try:
        if order.pull == ALWAYS:
            _fetch(work)
        return _looked_at(work, _created(work))
    except requests.RequestException as error:
        unmade = work.unmade(error)
        if not unmade.lost:  # a refusal of the engine leaves the volumes that it has made by then
            _claim_volumes(work, {each.ref for each in ctx.found if each.kind == "volume"} - _known(ctx))
        raise unmade from error


def _check(ctx: Context, order: Order) -> None:
    """See that nothing is sent by its name which the asker may not know of, or which is not what was judged."""
    for target in order.by_name:
        looked = ctx.found.get(target)
        if isinstance(looked, Missing) and looked.stand_in:
            raise Unmade(daemon(looked.error))
        if isinstance(looked, Found) and looked.kind == "network":
            now = ctx.docker.inspect_network(looked.id)
            if now["Name"] != looked.name:
                raise Unmade(_CHANGED.format(target.ref), own=True)


def _created(work: _Work) -> Mapping[str, Any]:
    try:
        return _ask(work)
    except APIError as error:
        if not _may_pull(work.order, error):
            raise
    if not work.order.quiet:
        work.told.append(f"Unable to find image '{images.told(work.order.image.ref)}' locally")
    _fetch(work)
    return _ask(work)


def _may_pull(order: Order, error: APIError) -> bool:
    missing = error.status_code == requests.codes.not_found and wire.message(error) is not None
    return missing and order.pull == MISSING and order.fetches


def _ask(work: _Work) -> Mapping[str, Any]:
    labels = {**work.order.body["Labels"], **work.ctx.trace}
    body = {**work.order.body, "Image": _name(work), "Labels": labels}
    answer: Mapping[str, Any] = post(work.ctx.patient, "/containers/create", body, work.order.query)
    return answer


def _name(work: _Work) -> str:
    """The image as it was typed; what the asker may not know of has a word in its place that nothing has."""
    looked = work.ctx.found.get(work.order.image)
    return work.order.image.ref if isinstance(looked, Found) else sent(work.ctx, work.order.image)


def _fetch(work: _Work) -> None:
    ref = work.order.image.ref
    platform = str(work.order.query.get("platform", ""))
    shown = transfer.fetched(work.ctx, naming.normalized(ref), platform=platform)
    if not work.order.quiet:
        work.told += shown.lines
    if shown.error:
        raise Unmade(shown.error, work.told)
    work.image = str(work.ctx.docker.inspect_image(ref)["Id"])


def _looked_at(work: _Work, answer: Mapping[str, Any]) -> Made:
    """The same as below; raises Unmade where the engine is gone since, as the container may stay."""
    try:
        return _seen(work, answer)
    except DockerException as error:
        if isinstance(error, APIError):
            raise
        raise Unmade("", work.told, lost=True) from error


def _seen(work: _Work, answer: Mapping[str, Any]) -> Made:
    """The container as it is; removed where it is not what was judged, or where its maker cannot be written down."""
    client, identity = work.ctx.docker, str(answer["Id"])
    work.made = identity
    try:
        work.ctx.claim([identity])
        details = client.inspect_container(identity)
        _claim_volumes(work, _mounted(details) - _known(work.ctx))
    except Refusal as refusal:
        client.remove_container(identity, v=True)
        raise Unmade(f"{refusal} {_GONE}", work.told, own=True) from None
    work.told += [f"WARNING: {warning}" for warning in answer.get("Warnings") or ()]
    changed = work.order.image.ref if details["Image"] != work.image else _another(work)
    if changed:
        wrong = _CHANGED.format(changed)
    else:
        more = work.ctx.exceeds(details) or _unusual(work)
        wrong = _MORE.format(more) if more else ""
    if wrong:
        client.remove_container(identity, v=True)
        raise Unmade(wrong, work.told, own=True)
    return Made(identity, details, tuple(work.told))


def _claim_volumes(work: _Work, names: Collection[str]) -> None:
    """Write down who made those of these volumes that are there."""
    listed = wire.get(work.ctx.docker, "/volumes")["Volumes"] if names else ()
    work.ctx.claim([volume_id(each) for each in listed or () if each["Name"] in names])


def _known(ctx: Context) -> set[str]:
    """The volumes that were there when the line was judged: those that it names, and those of its containers."""
    found = [each for each in ctx.found.values() if isinstance(each, Found)]
    return {each.name for each in found if each.kind == "volume"}.union(*(_mounted(each.details) for each in found))


def _mounted(details: Mapping[str, Any]) -> set[str]:
    return {str(each["Name"]) for each in details.get("Mounts") or () if each["Type"] == "volume"}


def _another(work: _Work) -> str:
    """A volume that was there when the line was judged, and is another one of that name now; empty where none is."""
    for target, looked in work.ctx.found.items():
        if isinstance(looked, Found) and looked.kind == "volume":
            now, spoken = work.ctx.docker.inspect_volume(looked.name), work.ctx.docker.api_version
            if lasting(now, spoken) != lasting(looked.details, spoken):
                return target.ref
    return ""


def _unusual(work: _Work) -> str:
    """Why a volume is not what it was when the line was judged, empty where all are: its name was taken meanwhile."""
    for target in work.order.volumes:
        looked = work.ctx.found.get(target)
        judged = _options(looked.details) if isinstance(looked, Found) else _USUAL
        if _options(work.ctx.docker.inspect_volume(target.ref)) not in {judged, _USUAL}:
            return f"the volume {target.ref} has options of its own"
    return ""


def _options(details: Mapping[str, Any]) -> tuple[str, ...]:
    return (str(details.get("Driver")), *(f"{key}={value}" for key, value in (details.get("Options") or {}).items()))


def post(client: APIClient, path: str, body: Mapping[str, Any], params: wire.Params) -> Any:
    """The JSON that the engine answers to a POST of JSON; raises APIError."""
    url = client._url(path)  # noqa: SLF001 - docker-py's own leaves out what is null, and docker does not
    return client._result(client._post(url, json=dict(body), params=params), json=True)  # noqa: SLF001 - see above
