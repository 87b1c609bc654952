"""Pulling and pushing: what docker prints of it, how far each layer is meanwhile, and every error in the stream."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import DockerException

from commands import units, wire
from commands.attempts import Cancelled
from commands.context import Context
from commands.enduring import BROKEN, breakable
from commands.reference import Reference

DEFAULT_TAG = "latest"
_NOBODY = "e30="  # a login of nobody, which a push has to be sent with
_BAR = 20  # columns of a layer's bar
_MOVING = {"Downloading", "Pushing"}
_WHOLE = ("Pull complete", "Already exists", "Download complete", "Pushed", "Layer already exists", "Mounted from")
_SHOWN = 40  # layers that are shown while it goes on
_PULLED = re.compile(r"Status: ")  # the line that says that it is all there
_ASKED = "Waiting for {}."
_COMES = "{} may come all the same: the engine may have been at the end of it."
_CAME = "{} may have been pushed: the engine may have been at the end of it. The registry knows."
_HERE = "{} is here by now. Nothing more was done."
_DIGEST = re.compile(r"(?:.*: )?Digest: (sha256:[0-9a-f]{64})")  # which image the registry had
_PUSHED = re.compile(r"\S+: digest: sha256:")


@dataclass(frozen=True)
class Transferred:
    """What docker prints of it where nobody watches, and the error that ended it, empty where it ended well."""

    lines: tuple[str, ...]
    error: str = ""


def pull(ctx: Context, found: Reference, *, all_tags: bool = False, platform: str = "") -> Transferred:
    """Pull an image, or all of its repository; what was not here before is written down as made by the asker.

    Raises what requests raises where the engine does not do it, or stops talking before it says that it did, Refusal as
    Context.claim does, and Cancelled where somebody ended it.
    """
    tag = "" if all_tags else found.digest or found.tag or DEFAULT_TAG
    params = {"fromImage": f"{found.domain}/{found.path}"} | ({"tag": tag} if tag else {})
    if platform:
        params["platform"] = platform
    url = ctx.patient._url("/images/create")  # noqa: SLF001 - docker-py's own swallows the errors inside of the stream
    before = {each["Id"] for each in _listed(ctx)}
    try:
        with _cancellable(_called(found, tag), "pulled", _COMES):
            done = _followed(ctx, found.domain, url, params, ctx.auth(found.domain), _PULLED)
    except (requests.RequestException, Cancelled):
        with suppress(requests.RequestException, DockerException):  # what came before, nobody heard of
            _claim(ctx, before, lambda name: name.startswith(f"{found.familiar}@"))
        raise
    came = {f"{found.familiar}@{digest[1]}" for digest in map(_DIGEST.fullmatch, done.lines) if digest}
    _claim(ctx, before, came.__contains__)
    return done


def fetched(ctx: Context, found: Reference, *, platform: str = "") -> Transferred:
    """The same for what is done with it then, which is not begun where somebody ended it at the end of the pull."""
    with ctx.work() as work:
        try:
            done = pull(ctx, found, platform=platform)
        except Cancelled as error:  # whether the image comes or not, nothing is done with it
            raise Cancelled(error.ended, error.known) from None
        if work.ended:
            raise Cancelled(work.ended, _HERE.format(_called(found, found.digest or found.tag or DEFAULT_TAG)))
    return done


def _claim(ctx: Context, before: Container[str], came: Callable[[str], bool]) -> None:
    """Write down who made the images that were not here before, of which one of these digests came: just now."""
    fetched = (each["Id"] for each in _listed(ctx) if any(map(came, each["RepoDigests"] or ())))
    if new := [each for each in fetched if each not in before]:
        ctx.claim(new)
        ctx.bot.cleanups.came(new)


def push(ctx: Context, found: Reference, params: Mapping[str, str]) -> Transferred:
    """Push one tag of a repository; raises as above."""
    url = ctx.patient._url("/images/{0}/push", found.familiar)  # noqa: SLF001 - see pull
    with _cancellable(_called(found, params["tag"]), "pushed", _CAME):
        return _followed(ctx, found.domain, url, params, ctx.auth(found.domain) or _NOBODY, _PUSHED)


def _called(found: Reference, tag: str) -> str:
    return f"{found.familiar}{'@' if ':' in tag else ':'}{tag}" if tag else found.familiar


@contextmanager
def _cancellable(name: str, done: str, maybe: str) -> Iterator[None]:
    """Where somebody ends it, what is known of it; maybe is what is so where that is not known."""
    try:
        yield
    except Cancelled as error:
        known = maybe.format(name) if error.unknown else f"{name} was not {done}. {error.known}"
        raise Cancelled(error.ended, known, unknown=error.unknown) from None


def _listed(ctx: Context) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = wire.get(ctx.docker, "/images/json", params={"all": 1})
    return found


def _followed(  # noqa: PLR0913, PLR0917 - the facts of a request
    ctx: Context, registry: str, url: str, params: Mapping[str, str], auth: str, end: re.Pattern[str]
) -> Transferred:
    client: APIClient = ctx.patient
    headers = {"X-Registry-Auth": auth} if auth else {}
    steps = _Steps()
    with ctx.work() as work, breakable(client, work):
        ctx.progress(_ASKED.format(registry))  # the engine may wait for it for long, and is silent meanwhile
        try:
            answer: requests.Response = client._post(url, params=dict(params), headers=headers, stream=True)  # noqa: SLF001 - see pull
            with closing(answer):
                client._raise_for_status(answer)  # noqa: SLF001 - see pull
                for message in wire.messages(answer):
                    if message.get("error") and not work.ended:
                        return Transferred(tuple(steps.lines), str(message["error"]))
                    steps.take(message)
                    ctx.progress(steps.picture())
        except (*BROKEN, DockerException):
            if not work.ended:
                raise
        over = bool(steps.lines and end.match(steps.lines[-1]))
        if work.ended and not over:
            raise Cancelled(work.ended, steps.told(), unknown=not steps.miss_something)
    if not over:
        raise requests.exceptions.ChunkedEncodingError("the engine stopped talking before the end")
    return Transferred(tuple(steps.lines))


@dataclass
class _Steps:
    """lines is what is printed in the end, layers where each of them is now."""

    lines: list[str] = field(default_factory=list)
    _moved: dict[str, tuple[int, int]] = field(default_factory=dict)  # bytes of each layer, and of all of it
    _began: float = field(default_factory=time.monotonic)
    layers: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    def take(self, message: Mapping[str, Any]) -> None:
        """Take in one message of the engine."""
        if "status" not in message:
            return
        detail, layer = message.get("progressDetail") or {}, message.get("id")
        if layer and detail.get("total") and str(message["status"]) in _MOVING:
            self._moved[str(layer)] = (int(detail.get("current") or 0), int(detail["total"]))
        elif str(layer) in self._moved:
            self._moved[str(layer)] = (self._moved[str(layer)][1],) * 2
        told = f"{layer}: {message['status']}" if layer else str(message["status"])
        if layer and "progressDetail" in message:
            self.layers[str(layer)] = f"{told}{_bar(detail)}"
        else:
            self.others.append(told)
        if not (detail.get("current") or detail.get("total")):
            self.lines.append(told)

    def picture(self) -> str:
        """One line for each layer, as a terminal shows them."""
        rows = [*self.others, *self.layers.values()]
        return "\n".join([*rows[-_SHOWN:], *self._rate()])

    def told(self) -> str:
        """How many layers had come whole, as a sentence."""
        whole = sum(map(_is_whole, self.layers.values()))
        return f"{whole} of {len(self.layers)} layers were whole; the engine keeps those, or forgets them by itself."

    @property
    def miss_something(self) -> bool:
        """Whether there is a layer that is not whole, so that the engine cannot have been at the end."""
        return not all(map(_is_whole, self.layers.values()))

    def _rate(self) -> list[str]:
        """How fast the bytes of the layers that are under way move, and how long the rest takes at that."""
        done, all_ = (sum(each[at] for each in self._moved.values()) for at in (0, 1))
        passed = time.monotonic() - self._began
        if not 0 < done < all_ or passed < 1:
            return []
        return [units.pace(done, all_, passed)]


def _is_whole(told: str) -> bool:
    return any(state in told for state in _WHOLE)


def _bar(detail: Mapping[str, Any]) -> str:
    current, whole = detail.get("current") or 0, detail.get("total") or 0
    if not current:
        return ""
    if current > whole:
        return f"  {units.size(current, 4)}"
    filled = current * _BAR // whole
    return f"  [{'=' * filled}{' ' * (_BAR - filled)}]  {units.size(current, 4)}/{units.size(whole, 4)}"
