"""Where a request for consent is shown: where the policy says, else where it was asked, else to each decider."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from bot.approvals import Approvals
from bot.consent import Approvers, Escalation
from bot.held import Held
from bot.policy import Rules
from bot.request import TRUSTED


def place(approvals: Approvals, rules: Rules, held: Held) -> bool:
    """Note where it is to be shown, before it is shown anywhere else; False where it is for its terminal alone."""
    if held.origin in TRUSTED and not held.channel and not any(each.channel for each in held.approvals()):
        return False
    here = held.channel if held.channel and not held.channel.startswith("D") else ""
    for approval in held.approvals():
        channel = approval.channel or here
        for each in (channel,) if channel else deciders(rules, held, [approval.approvers]):
            approvals.posts.add(held.number, each)
    return True


def escalate(approvals: Approvals, rules: Rules, held: Held, due: Iterable[Escalation]) -> None:
    """Have it shown to those who may decide now as well: in their channel, or directly where none shows it yet."""
    in_channel = any(post.channel.startswith(("C", "G")) for post in approvals.posts.of(held.number))
    for each in due:
        places = (each.channel,) if each.channel else () if in_channel else deciders(rules, held, [each.approvers])
        for place_ in places:
            approvals.posts.add(held.number, place_)


def deciders(rules: Rules, held: Held, approvers: Iterable[Approvers], said: Container[str] = ()) -> Iterator[str]:
    """All accounts of each person who may decide by their own roles, and has not: one may be a guest's, or be gone."""
    asked = list(approvers)
    for person in rules.current().terms.people:
        may = any(each.have(person.roles, ()) for each in asked)
        if may and person.name != held.person and person.name not in said:
            yield from person.slack
