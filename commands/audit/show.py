"""`docker audit show`: one action, from its receipt to its outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from commands.audit.actions import duration, flat, numbered, row, target, time, unnumbered
from commands.command import Command, arg, flag
from commands.context import Context
from commands.reply import Moment, Output, Reply, failure, output
from commands.spec import Permission
from commands.template import Row, Template, TemplateError

HOW = "How to print it: json or a Go template (.Number .When .Person .Line .Status ... .Events)"
_LABELS = 12  # columns of the labels before their values


class Show(Command, name="audit show", permission=Permission.SEE):
    """Show all that was written down about one action.

    The number is the one that `audit ls` lists. Every object is shown by its full id, every event with its time and
    its hash in the chain of the record. A format has the names of `audit ls`, and .Events with all that was written.
    """

    number: str = arg("NUMBER")
    format: str = flag("-f", default="", help=HOW)

    def problem(self) -> str | None:
        """A number that is none."""
        return None if numbered(self.number) else unnumbered(self.number)

    def run(self, ctx: Context) -> Reply:
        """The action and its events."""
        found = ctx.bot.audit(number=int(self.number), filters={}, limit=1)
        if not found:
            return failure(f"Error: No such action: {self.number}")
        if self.format:
            return _formatted(self.format, found[0], ctx.now)
        told = "".join(f"{line}\n" for line in _lines(found[0]))
        votes = (Moment(_voted(each), each["at"]) for each in found[0].get("votes", ()))
        return Reply((Moment("Received:", found[0]["at"]), *votes, Output(told)))


def _formatted(source: str, action: Mapping[str, Any], now: float) -> Reply:
    told = row(action, now, trunc=False)
    whole = Row(told.type_name, {**told.methods, "Events": action["events"]})
    try:
        return output(Template("{{json .}}" if source == "json" else source).execute(whole) + "\n")
    except TemplateError as error:
        return failure(f"template parsing error: {error}")


def _lines(action: Mapping[str, Any]) -> Iterator[str]:
    for label, value in _facts(action):
        if value:
            yield f"{label + ':':<{_LABELS}}{value}"
    for each in action["targets"]:
        yield f"{'Target:':<{_LABELS}}{target(each, trunc=False)}"
    for identity in action["events"][-1].get("details", {}).get("ids", []):
        yield f"{'Changed:':<{_LABELS}}{identity}"
    yield "Events (times of UTC):"
    for event in action["events"]:
        yield f"  {time(event['at'])}  {event['kind']:<8}  {event['hash']}"


def _voted(vote: Mapping[str, Any]) -> str:
    """What somebody said to it, before the time of that."""
    said = "agreed" if vote["verdict"] == "approve" else "refused"
    why = f" ({flat(vote['reason'])})" if vote["reason"] else ""
    return f"{vote['person']} {said}{why}, as number {vote['action']}:"


def _facts(action: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    person, actor = action["person"], action["actor"]
    received = action["events"][0].get("line", "")
    yield "Number", str(action["number"])
    yield "Line", action["line"]
    yield "As typed", received if received != action["line"] else ""
    yield "Person", f"{person} ({actor})" if person and person != actor else actor
    yield "From", " ".join(filter(None, (action["origin"], action["channel"], action["thread"])))
    yield "Host", action["host"]
    yield "Verb", f"{action['verb']} ({action['permission']})" if action["permission"] else action["verb"]
    yield "Verdict", ": ".join(filter(None, (action["verdict"], action["reason"])))
    yield "Status", action["status"]
    yield "Error", action["error"] if action["error"] != action["reason"] else ""
    yield "Exit code", "" if action["exit_code"] is None else str(action["exit_code"])
    yield "Duration", duration(action["duration_ms"])
