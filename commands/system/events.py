"""docker events."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from commands import kinds, secrets, wire
from commands.command import Command, flag
from commands.context import Context
from commands.listing import FORMAT, filters, query
from commands.reply import Reply, failure, note, output
from commands.spec import Permission
from commands.system import happening
from commands.system.sight import Event, Sight
from commands.template import Template, TemplateError, typed
from commands.timestamps import epoch, timestamp

LAST = 100  # events where the line does not say since when
MOST = 1000  # events of an answer
PATIENCE = 30.0  # seconds without an answer
UNPARSED = 64  # docker's exit code for a template that is none
_NO_STREAM = "What happens from now on is not shown: send the line again for what is new."
_CUT = "The engine stopped sending in the middle, so the end is missing."
_LESS = "Only the last {} of {} events are shown. Ask for less with --since, --until or --filter."


class Events(Command, name="system events", alias="events", permission=Permission.READ, filtered=True):
    """Show what happened at the engine.

    Without --until it goes on with what happens from now on, until somebody stops it; --since has it begin before.
    The engine remembers 256 events, and none from before its start. By the clock the last hundred are shown.
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
        if ctx.watched and not self.until:
            params.pop("until")
            return happening.shown(ctx, params, lambda event: line(event, template))
        known, all_ = Sight(ctx), ctx.sees_all()
        shown: deque[Event] = deque(maxlen=MOST if self.since else LAST)
        count = 0
        for event in _events(ctx, params):
            if all_ or known.shows(event):
                shown.append(event)
                count += 1
        try:
            reply = output("".join(line(event, template) for event in shown))
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


def line(event: Event, template: Template | None) -> str:
    """An event as docker prints it; raises TemplateError."""
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
