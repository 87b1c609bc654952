"""A line that needs other people's consent: written down with its plan, and taken up again once they agreed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from docker.errors import APIError

from bot import answers, plan, policy_consent, policy_reason, radius, telling
from bot.answers import End
from bot.assent import Assent
from bot.clock import Clock
from bot.description import describe, described, glimpsed, mounted
from bot.held import Asking, Held, State, TooMany
from bot.judging import Judged
from bot.plan import Plan, Unread, Unseen
from bot.radius import Fact
from bot.record import Answer
from bot.request import Actor, Directory, Origin, Outcome, Request, Status
from bot.seal import Broken
from bot.store import Store
from commands import secrets
from commands.attempts import Cancelled, refused
from commands.engine_errors import daemon
from commands.intent import Intent
from commands.reply import Button, Buttons, Moment, Note, Reply, failure
from commands.seen import Seen
from commands.spec import Permission
from commands.target import Found

WAITING = "too many wait"  # why a line is refused whose asker has as many requests as may wait
REASON = "reason"  # what the field of a form, and the flag, is called
_WAITING = "{} of your requests wait for others to agree already. Nothing was done; take one back, or wait."
_UNABLE = (
    "What was kept to do number {} cannot be read: it was sealed with another key, or it was altered. Nothing was done."
)
_ALTERED = "What number {} shows was altered after it was written down. Nothing was done; ask again."
_CHANGED = "It is not what was agreed to any more: {}. Nothing was done; ask again."
_ENDS = {Status.DENIED: State.DENIED, Status.SUPERSEDED: State.SUPERSEDED}
_ALONE = "This takes that {}, and beside you there are not so many under [people]. Whoever keeps {} can change that."
_RAISED = "The policy asks for more people now than agreed. Nothing was done; ask again."
_FEWER = "Not enough of those who agreed may still do so. Nothing was done; ask again."
_GLASS = "Whoever broke the glass may do so no longer. Nothing was done."


@dataclass(frozen=True)
class Holding:
    """What Pipeline does with a line that others have to agree to."""

    store: Store
    assent: Assent
    directory: Directory
    clock: Clock

    def plan(self, judged: Judged, intent: Intent, request: Request) -> Plan:
        """What exactly would be done; raises End where people cannot be asked about it."""
        try:
            return plan.made(judged, intent, request, _reason(judged, request), self.store.seal)
        except Unseen as error:
            raise End(Status.FAILED, str(error), answers.told(str(error)), judged.command) from None
        except Unread as error:
            raise End(Status.FAILED, str(error), failure(str(error)), judged.command) from None
        except Cancelled as error:
            raise End(Status.CANCELLED, str(error), refused(error), judged.command) from None
        except APIError as error:
            raise End(Status.FAILED, daemon(error), failure(daemon(error)), judged.command) from None

    def see_that_some_could(self, judged: Judged) -> None:
        """See that there are enough people beside the asker, who may break the glass else; raises End where not."""
        policy = self.assent.policy.current()
        terms = policy.terms
        breaks = not (judged.root or judged.agreed or judged.command.elevates())
        if breaks and terms.glass and not terms.glass.roles.isdisjoint(self.assent.voter(judged.asker).roles):
            return
        others = [each for each in terms.people if each.name != judged.person]
        for clause in self.assent.clauses(judged.needs):
            if not any(policy_consent.deciders(each, others, terms.groups) >= each.need for each in clause):
                text = _ALONE.format(policy_reason.asked([clause]), policy.source)
                raise End(Status.DENIED, text, answers.told(text), judged.command)

    def wants_reason(self, judged: Judged, request: Request) -> bool:
        """Whether the asker still has to say why."""
        asked = any(each.reason for clause in self.assent.clauses(judged.needs) for each in clause)
        return asked and not _reason(judged, request).strip()

    def _around(self, judged: Judged, intent: Intent, objects: Sequence[Found]) -> tuple[dict[str, Any], ...]:
        """What stands around it, as far as the asker may see what it names: each sentence with that.

        open: everybody whom the policy names may, so that it may stand where all can read it.
        """
        policy = self.assent.policy.current()

        def knows(seen: Seen) -> bool:
            return policy.sight.shows(judged.asker, Permission.SEE, judged.listed(seen))

        def is_open(seen: Seen) -> bool:
            return all(policy.sight.is_everybodys(each, judged.host.name) for each in judged.listed(seen))

        exceeds = (Fact(judged.exceeds),) if judged.exceeds else ()
        facts = (*exceeds, *map(Fact, _rows(intent)), *radius.around(judged.host, objects, self.clock.now(), knows))
        return tuple(
            {
                "text": each.text,
                "objects": [glimpsed(one) for one in each.named],
                "open": all(map(is_open, each.named)),
            }
            for each in facts
        )

    def hold(self, number: int, judged: Judged, intent: Intent, request: Request) -> Outcome:
        """Write it down and wait; the answer says who has to agree. Raises End and Unwritable."""
        made = self.plan(judged, intent, request)
        clauses = self.assent.clauses(judged.needs)
        command = judged.command
        there = [each for each in judged.found.values() if isinstance(each, Found)]
        objects = [*there, *intent.objects]
        asking = Asking(
            number=number,
            actor=request.actor.id,
            team=request.actor.team,
            person=judged.person,
            origin=str(request.origin),
            channel=request.channel,
            thread=request.thread,
            host=judged.host.name,
            line=plan.line(command),
            reason=_reason(judged, request),
            plan={
                "text": made.text,
                "around": self._around(judged, intent, objects),
                "verb": " ".join([command.spec.name, *(each.name for each in there[:3])]),
            },
            bound=made.bound,
            digest=made.digest,
            clauses=clauses,
            sealed=self.store.seal.close(
                json.dumps({"line": request.line, "given": dict(request.given)}),
                _about(number, request.actor.id, judged.host.name, made.digest),
            ),
            expires=self.store.tide.now() + min(each.expires for clause in clauses for each in clause),
        )
        reply, due = _waits(asking, judged.exceeds), request.due(number, self.store.tide.later(), public=False)
        most = self.assent.policy.current().terms.rates.waiting
        try:
            self.store.record.hold(
                asking,
                most=most,
                verb=command.spec.name,
                permission=command.spec.permission,
                verdict=judged.reason,
                targets=described(judged, intent.objects),
                objects=[*mounted(judged.found.values(), judged.reason), *map(describe, _affected(judged))],
                answer=Answer(reply, due),
            )
        except TooMany:
            told = answers.told(_WAITING.format(most))
            raise End(Status.DENIED, WAITING, told, command) from None
        line = answers.typed(request, command)
        return Outcome(Status.HELD, reply, number, line=line, host=judged.host.name, due=due)

    def again(self, held: Held) -> Request:
        """The request that waited, as it was made; raises End where it cannot be read."""
        try:
            about = _about(held.number, held.actor, held.host, held.digest)
            told = json.loads(self.store.seal.open(held.sealed, about))
        except Broken:
            text = _UNABLE.format(held.number)
            raise End(Status.FAILED, text, answers.told(text)) from None
        return Request(
            told["line"],
            Actor(held.actor, held.team),
            Origin(held.origin),
            held.channel,
            held.thread,
            held.host,
            given=told["given"],
            approved=held.number,
        )

    def check(self, held: Held, judged: Judged, intent: Intent, request: Request) -> None:
        """See that it is what was agreed to, and that those who agreed still may; raises End where not."""
        if not plan.is_whole(held.plan["text"], held.bound, held.digest):
            raise _superseded(_ALTERED.format(held.number), judged)
        changes = plan.differences(held.bound, self.plan(judged, intent, request).bound)
        if changes:
            end = _superseded(_CHANGED.format("; ".join(changes)), judged)
            there = (each for each in judged.found.values() if isinstance(each, Found))
            end.found = (*there, *intent.objects, *_affected(judged))
            raise end
        now = self.assent.clauses(judged.needs)
        if held.glass:
            self._check_glass(judged)
        elif not self.assent.enough(held, standing := self.assent.standing(held, self.directory), now):
            raise _superseded(_RAISED if self.assent.enough(held, standing) else _FEWER, judged)

    def end(self, held: Held, end: End) -> Outcome | None:
        """Write down that what was approved is not done after all; None where somebody else took it up."""
        state = _ENDS.get(end.status, State.FAILED)
        named = [*map(describe, end.found), *mounted(end.found, end.reason)]
        if not self.store.approvals.settle(held.number, (State.APPROVED,), state, why=end.reason, objects=named):
            return None
        self.store.approvals.tell(held.number)  # by this answer
        reply, due = answers.masked(end.reply), self.store.undelivered.of(held.number)
        return Outcome(end.status, reply, held.number, line=held.line, host=held.host, due=due)  # others hear less

    def _check_glass(self, judged: Judged) -> None:
        glass = self.assent.policy.current().terms.glass
        voter = self.assent.voter(replace(judged.asker, granted=frozenset()))
        if glass is None or glass.roles.isdisjoint(voter.roles) or judged.root or judged.agreed:
            raise _superseded(_GLASS, judged)


def _about(number: int, actor: str, host: str, digest: str) -> str:
    """What a sealed line is sealed with: whoever can write the database alone can give it no other asker or digest."""
    return json.dumps([number, actor, host, digest])


def _affected(judged: Judged) -> list[Found]:
    """The containers that feel it besides; a volume without a name is told by nothing but its own container."""
    return [each.found for each in judged.effects if each.found.kind == "container"]


def _rows(intent: Intent) -> tuple[str, ...]:
    """What would go, as docker's list tells of it: with ages, to which nobody's word is bound."""
    return tuple(secrets.mask_text("  ".join(row)) for row in intent.table)


def _reason(judged: Judged, request: Request) -> str:
    return answers.spelt(secrets.mask_text(judged.command.reason or request.given.get(REASON, "")))


def _superseded(text: str, judged: Judged) -> End:
    return End(Status.SUPERSEDED, text, answers.told(text), judged.command)


def _waits(asking: Asking, exceeds: str) -> Reply:
    number = asking.number
    text = f"Nothing was done yet. Number {number} waits until {telling.needs(asking)}."
    back = Button("Withdraw", f"approval cancel {number}")
    words = Note(f"To take it back: docker approval cancel {number}. To look at it: docker approval show {number}.")
    more = (Note(exceeds),) if exceeds else ()
    return Reply((Note(text), *more, Moment("It expires", asking.expires), words, Buttons((back,))))
