"""docker events."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from commands import kinds, secrets, seen, wire
from commands.command import Command, flag
from commands.container import ls as containers
from commands.context import Context
from commands.image import ls as images
from commands.listing import FORMAT, filters, query
from commands.reply import Reply, failure, note, output
from commands.seen import Seen
from commands.spec import Permission
from commands.template import Template, TemplateError, typed
from commands.timestamps import epoch, timestamp

LAST = 100  # events where the line does not say since when
MOST = 1000  # events of an answer
PATIENCE = 30.0  # seconds without an answer
UNPARSED = 64  # docker's exit code for a template that is none
_NO_STREAM = "What happens from now on is not shown: send the line again for what is new."
_CUT = "The engine stopped sending in the middle, so the end is missing."
_LESS = "Only the last {} of {} events are shown. Ask for less with --since, --until or --filter."
# What the engine itself says of an event; all else is a label of what it is about.
_OWN = {"container", "driver", "execDuration", "execID", "exitCode", "image", "name", "signal", "type"}
_UNKNOWN = re.compile(r"sha256:[0-9a-f]{64}|[0-9a-f]{64}")

Event = Mapping[str, Any]


class Events(Command, name="system events", alias="events", permission=Permission.READ, filtered=True):
    """Show what happened at the engine.

    Without --since the last hundred events are shown. The engine remembers 256, and none from before its start.
    """

    filter: tuple[str, ...] = flag(
        "-f",
        default=(),
        kind=kinds.FILTER,
        help="Only those that match: type, event, container, image, network, volume, label, scope, as type=container",
    )
    format: str = flag(default="", help=f"{FORMAT.replace(', with a header where it begins with table', '')}")
    since: str = flag(default="", help='Leave out what is older: a time ("2013-01-02T13:23:37Z") or an age ("42m")')
    until: str = flag(default="", help='Leave out what is newer: a time ("2013-01-02T13:23:37Z") or an age ("42m")')

    def run(self, ctx: Context) -> Reply:
        """One request for what is over; more where it takes to know what the asker may see."""
        try:
            template = _template(self.format)
        except TemplateError as error:
            return Reply(failure(f"Error parsing format: {error}").parts, True, str(error), UNPARSED)
        try:
            params, later = self._params(ctx.now)
        except ValueError as error:
            return failure(str(error))
        known, all_ = _Seen(ctx), ctx.sees_all()
        shown: deque[Event] = deque(maxlen=MOST if self.since else LAST)
        count = 0
        for event in _events(ctx, params):
            if all_ or known.shows(event):
                shown.append(event)
                count += 1
        try:
            reply = output("".join(_line(event, template) for event in shown))
        except TemplateError as error:
            return failure(str(error))
        told = reply + _notes(count, len(shown), later=later)
        return told if wire.answers(ctx.docker) else told + failure(_CUT)

    def _params(self, now: float) -> tuple[wire.Params, bool]:
        """What is asked of the engine, and whether the line asks for what is still to come."""
        asked = query(filters(self.filter))
        if self.since:
            asked["since"] = timestamp(self.since, now)
        later = not self.until or epoch(self.until, now) > now
        asked["until"] = f"{now:.9f}" if later else timestamp(self.until, now)
        return asked, later


def _template(source: str) -> Template | None:
    """The template, tried on an event of nothing as docker does; None where events are shown in docker's own form."""
    if not source:
        return None
    template = Template("{{json .}}" if source == "json" else source)
    template.execute(typed("any event", {}))
    return template


def _events(ctx: Context, params: wire.Params) -> Iterator[Event]:
    answer = wire.stream(ctx.patient, "/events", params=params, timeout=PATIENCE)
    try:
        yield from wire.messages(answer)
    finally:
        answer.close()


def _line(event: Event, template: Template | None) -> str:
    masked = {**event, "Action": secrets.mask_text(str(event.get("Action", ""))), "Actor": _actor(event)}
    if "status" in masked:
        masked["status"] = secrets.mask_text(masked["status"])
    if template is not None:
        return template.execute(typed("event", masked)) + "\n"
    attributes = sorted(masked["Actor"]["Attributes"].items())
    told = f" ({', '.join(f'{name}={value}' for name, value in attributes)})" if attributes else ""
    return f"{_moment(event)}{event.get('Type', '')} {masked['Action']} {masked['Actor']['ID']}{told}\n"


def _actor(event: Event) -> dict[str, Any]:
    actor = event.get("Actor") or {}
    return {"ID": actor.get("ID", ""), "Attributes": secrets.mask_object(actor.get("Attributes") or {})}


def _moment(event: Event) -> str:
    nanoseconds = event.get("timeNano") or (event.get("time") or 0) * 10**9
    if not nanoseconds:
        return ""
    seconds, rest = divmod(nanoseconds, 10**9)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z "


def _notes(count: int, shown: int, *, later: bool) -> Reply:
    told = []
    if count > shown:
        told.append(_LESS.format(shown, count))
    if later:
        told.append(_NO_STREAM)
    return note(" ".join(told)) if told else Reply()


class _Seen:
    """Which events the asker may see: those about objects that the asker may see; lists are asked for when needed.

    What happened to an object that is gone is judged by what the event itself says of it.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def shows(self, event: Event) -> bool:
        actor = event.get("Actor") or {}
        attributes: Mapping[str, str] = actor.get("Attributes") or {}
        identity, name = str(actor.get("ID", "")), str(attributes.get("name") or actor.get("ID", ""))
        match event.get("Type"):
            case "container":
                shown = self._container(identity, name, attributes) and self._was(identity, attributes)
                return shown and self._committed(event, attributes)
            case "image":
                return self._image(identity, name, attributes)
            case "network":
                return self._network(identity, name, attributes)
            case "volume":
                volume = self._volumes.get(identity) or _gone("volume", "", identity, attributes)
                return self._ctx.visible(volume) and self._joined(attributes)
            case "daemon" | "builder" as kind:  # they tell of the whole host
                return self._ctx.visible(Seen(kind, ""))
            case kind:
                return self._ctx.visible(_gone(str(kind), identity, name, attributes))

    def _container(self, identity: str, name: str, attributes: Mapping[str, str]) -> bool:
        known = self._containers.get(identity)
        if known is not None and not known:
            return False
        return known or self._ctx.visible(_gone("container", identity, name, attributes))

    def _was(self, identity: str, attributes: Mapping[str, str]) -> bool:
        """Whether the asker may see it by the name that it had before, where it got another one."""
        old = attributes.get("oldName", "").removeprefix("/")
        return not old or self._ctx.visible(_gone("container", identity, old, attributes))

    def _committed(self, event: Event, attributes: Mapping[str, str]) -> bool:
        """Whether the asker may see the image that was made of a container, where that is what happened."""
        identity = attributes.get("imageID", "")
        return event.get("Action") != "commit" or (
            self._images.get(identity, False) and self._named(identity, attributes.get("imageRef") or identity, {})
        )

    def _image(self, identity: str, name: str, attributes: Mapping[str, str]) -> bool:
        known = self._images.get(identity)
        if known is not None:
            return known and self._named(identity, name, attributes)
        made = identity if _UNKNOWN.fullmatch(identity) else ""  # else it is a name, which may have stood for another
        return not _UNKNOWN.fullmatch(name) and self._ctx.visible(_gone("image", made, name, attributes))

    def _named(self, identity: str, name: str, attributes: Mapping[str, str]) -> bool:
        """Whether the asker may see an image that is there by the name which an event calls it; by its id anyhow."""
        if _UNKNOWN.fullmatch(name) or not _UNKNOWN.fullmatch(identity):  # else the id is the very name
            return True
        known = self._images.get(name)
        told = replace(_gone("image", identity, name, attributes), untold=False)  # of what is there it tells all labels
        return self._ctx.visible(told) if known is None else known

    def _network(self, identity: str, name: str, attributes: Mapping[str, str]) -> bool:
        network = self._networks.get(identity) or _gone("network", identity, name, attributes)
        return self._ctx.visible(network) and self._joined(attributes)

    def _joined(self, attributes: Mapping[str, str]) -> bool:
        """Whether the asker may see the container that a network or a volume was given to, or taken from."""
        container = attributes.get("container")
        return container is None or self._containers.get(container, False)

    @cached_property
    def _containers(self) -> dict[str, bool]:
        listed = wire.get(self._ctx.docker, "/containers/json", params={"all": 1})
        return {each["Id"]: containers.visible(self._ctx, each) for each in listed}

    @cached_property
    def _images(self) -> dict[str, bool]:
        listed = wire.get(self._ctx.docker, "/images/json", params={"all": 1})
        named = {tag: self._ctx.visible(seen.image(each, tag)) for each in listed for tag in each["RepoTags"] or ()}
        return {**named, **{each["Id"]: images.visible(self._ctx, each) for each in listed}}

    @cached_property
    def _networks(self) -> dict[str, Seen]:
        return {each["Id"]: seen.network(each) for each in wire.get(self._ctx.docker, "/networks")}

    @cached_property
    def _volumes(self) -> dict[str, Seen]:
        listed = wire.get(self._ctx.docker, "/volumes").get("Volumes") or []
        return {each["Name"]: seen.volume(each) for each in listed}


def _gone(kind: str, identity: str, name: str, attributes: Mapping[str, str]) -> Seen:
    """What is in no list any more, by what an event says of it; of a container that is all its labels."""
    labels = {key: value for key, value in attributes.items() if key not in _OWN}
    image, is_container = attributes.get("image", ""), kind == "container"
    return Seen(kind, name, labels, identity, image if is_container else "", untold=not (labels or is_container))
