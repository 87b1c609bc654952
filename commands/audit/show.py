"""`docker audit show`: one action, from its receipt to its outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from commands.audit.actions import duration, flat, numbered, row, target, time, unnumbered
from commands.command import Command, arg, flag
from commands.context import Context
from commands.reply import Moment, Note, Output, Reply, failure, output
from commands.spec import Permission
from commands.template import Row, Template, TemplateError

HOW = "How to print it: json or a Go template (.Number .When .Person .Line .Status ... .Events)"
_LABELS = 12  # columns of the labels before their values


class Show(Command, name="audit show", permission=Permission.SEE):
    """Show all that was written down about one action.

    The number is the one that `audit ls` lists. Every object is shown by its full id; then comes the story: when it was
    asked, judged, agreed to, begun and ended, each with the first digits of its hash in the chain of the record. A
    format has the names of `audit ls`, and .Events with all that was written.
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
            moved = ctx.bot.archived(int(self.number))
            where = (Note(f"It was moved to {moved}, in the data folder; any SQLite reads that."),) if moved else ()
            return failure(f"Error: No such action: {self.number}") + Reply(where)
        if self.format:
            return _formatted(self.format, found[0], ctx.now)
        told = "".join(f"{line}\n" for line in _lines(found[0]))
        votes = (Moment(_voted(each), each["at"]) for each in found[0]["events"] if each["kind"] == "voted")
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
    yield "Story (times of UTC):"
    for event in action["events"]:
        yield f"  {time(event['at'])}  {event['hash'][:_HASH]}  {event['kind']:<8}  {flat(_TOLD[event['kind']](event))}"


def _received(event: Mapping[str, Any]) -> str:
    return " ".join(filter(None, ("by", event.get("actor"), event.get("origin"), event.get("channel"))))


def _judged(event: Mapping[str, Any]) -> str:
    return ": ".join(filter(None, (event.get("verdict"), event.get("reason"))))


def _voted(vote: Mapping[str, Any]) -> str:
    """What somebody said to it, before the time of that."""
    why = f" ({flat(vote['reason'])})" if vote.get("reason") else ""
    number = f", as number {vote['action']}" if vote.get("action") else ""
    return f"{vote.get('person', '')} {_SAID[vote['verdict']]}{why}{number}:"


def _intended(event: Mapping[str, Any]) -> str:
    return ", ".join(f"{each['kind']} {each['name']}".strip() for each in event.get("targets", ())[:_SHOWN])


def _noted(event: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in event.items() if name not in _FRAME)


def _ended(event: Mapping[str, Any]) -> str:
    answer = event.get("answer", {})
    told = (
        event["status"],
        event.get("error") if event.get("error") != event["status"] else None,
        f"in {duration(event['duration_ms'])}" if "duration_ms" in event else None,
        f"answered {answer['bytes']} bytes" if answer else None,
    )
    return ", ".join(filter(None, told))


_HASH = 12  # digits of a hash that are shown
_SHOWN = 5  # objects of an intent that the story names; all stand above it
_FRAME = frozenset({"id", "kind", "at", "hash"})  # what every event has
_SAID = {"approve": "agreed", "reject": "refused", "glass": "broke the glass", "reviewed": "reviewed it"}
_TOLD = {
    "received": _received,
    "judged": _judged,
    "voted": lambda vote: _voted(vote).removesuffix(":"),
    "intended": _intended,
    "noted": _noted,
    "outcome": _ended,
}
_ANSWERS = {
    "due": "on its way to Slack",
    "again": "Slack was asked once more after a restart, and did not confirm it",
    "shown": "shown in Slack",
    "unsure": "sent, and Slack did not confirm it",
    "lost": "not shown: Slack took it nowhere",
}


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
    yield "Answer", _ANSWERS.get(action["answer"], "")
