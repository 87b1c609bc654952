"""What a message says of a request for consent, and what reminds of it."""

from __future__ import annotations

from collections.abc import Iterator

from bot import telling
from bot.held import Held, State
from bot.slack import elements
from bot.slack.characters import escaped
from bot.slack.message import Message
from commands.approval import requests
from commands.audit.actions import flat
from commands.reply import Button, Buttons, Moment, Note, Output, Part


def parts(held: Held) -> Iterator[Part]:
    """What a message says of a request, the most important first."""
    yield Note(_headline(held))
    yield Note(f"Asked by {held.person} ({held.actor}).")  # Slack's mention shows a name that anybody may take
    if held.reason:
        yield Note(f"Why: {flat(held.reason)}")
    yield Output(held.plan["text"], f"plan-{held.number}.txt")
    if held.state is State.PENDING and (facts := list(_facts(held))):
        yield Note("\n".join(facts))
    for vote in held.votes:
        said = "agreed" if vote.verdict == "approve" else "refused"
        yield Moment(f"{vote.person} {said}{f': {flat(vote.reason)}' if vote.reason else ''},", vote.at)
    if held.state is State.PENDING:
        yield Moment(f"It expires (digest {held.digest[:12]})", held.expires)
        yield Buttons((requests.approve_button(held.number, held.plan["verb"], held.digest),
                       requests.reject_button(held.number), _details(held)))  # fmt: skip
    if held.glass and not held.reviewed and not held.state.is_open:
        yield Buttons((Button("I have reviewed it", f"approval review {held.number}"), _details(held)))


def _facts(held: Held) -> Iterator[str]:
    """What stands around it, as far as all who read along may know; whoever presses for details is told their own."""
    said = telling.around(held)
    yield from (each.text for each in said if each.is_open)
    if more := sum(not each.is_open for each in said):
        yield f"And {more} more, which not everybody may see: `approval show {held.number}`."


def _details(held: Held) -> Button:
    return Button("Show details", f"approval show {held.number}")


def _headline(held: Held) -> str:
    told = requests.state(telling.told(held))
    match held.state:
        case State.PENDING:
            return f"It waits until {telling.needs(held)}."
        case State.APPROVED:
            return f"It is {told}, about to begin."
        case State.RUNNING:
            return f"It is {told} now."
        case _:
            return f"It is {told}."


def reminder(held: Held, people: list[str]) -> Message:
    """That it still waits, for what, and until when, naming these people and user groups."""
    text = f"Number {held.number} still waits: {telling.needs(held)}."
    spans = [elements.span(f"{text} ")]
    for each in people:
        spans += [*(elements.group(each) if each.startswith("S") else elements.who(each)), elements.span(" ")]
    spans.append(elements.date(held.expires))
    names = " ".join(f"<!subteam^{each}>" if each.startswith("S") else elements.mention(each) for each in people)
    block = {"type": "rich_text", "elements": [elements.section(*spans)]}
    return Message(f"{escaped(text)} {names}", (block,))
