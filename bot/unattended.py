"""What a line has to be so that it can be run while nobody is there to answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot import advance, answers
from bot.advance import Foreseen
from bot.assent import Assent
from bot.judging import Judged
from bot.policy import Rules
from bot.seal import Seal
from commands.attempts import Refusal
from commands.catalog import Catalog, Parsed
from commands.command import Command
from commands.context import Decision, Verdict
from commands.intent import Intent
from commands.line import UsageError

_ASKS = "docker would ask before it runs '{}', and nobody is there to answer. Say -f in the line."
_INSISTS = "The policy has '{}' confirmed each time it is run ([confirm] of {}), so it cannot be scheduled."
_DECIDES = "'{}' is a person's own word, which nobody gives by the clock: it cannot be scheduled."
_LIVES = "'{}' goes on until somebody ends it, and nobody is there: it cannot be scheduled."
_FORM = "'{}' asks for more in a dialog, and nobody is there to answer: it cannot be scheduled."
_REASON = 'Those who have to agree want to know why: say --reason "..." in the line.'
_UNFIT = "Nobody can agree to all runs of this at once: {}. Leave --standing out, and each run will ask."
_NO_STANDING = "{} lets nobody agree once for many runs: {} has no standing. Leave --standing out."


@dataclass(frozen=True)
class Unattended:
    """For the one who asks: verdict foretells a line of theirs, weighed gives it judged and planned."""

    catalog: Catalog
    policy: Rules
    assent: Assent
    verdict: Callable[[str], Verdict]
    weighed: Callable[[str], tuple[Judged, Intent]]
    seal: Seal

    def parsed(self, typed: str) -> Parsed:
        """The line, read; raises Refusal."""
        try:
            return self.catalog.parse(typed)
        except UsageError as error:
            raise Refusal(" ".join(filter(None, (error.text, error.hint)))) from None

    def remarks(self, command: Command, typed: str, *, standing: bool) -> tuple[str, ...]:
        """What is to be known of the line, or of all its runs once others agreed to them at once, which standing says.

        Raises Refusal where it cannot be run without anybody there.
        """
        name, policy = command.spec.name, self.policy.current()
        if command.spec.decides or command.recalls():
            raise Refusal(_DECIDES.format(name))
        form, risk = command.form(), command.risk()
        if command.lives():
            raise Refusal(_LIVES.format(name))
        if form is not None and not all(each.optional for each in form.fields):
            raise Refusal(_FORM.format(name))
        if risk is not None and policy.insists(command.spec):
            raise Refusal(_INSISTS.format(name, policy.source))
        if risk is not None and not risk.forced:
            raise Refusal(_ASKS.format(name))
        verdict = self.verdict(typed)
        if verdict.decision in {Decision.DENY, Decision.UNKNOWN}:
            raise Refusal(verdict.reason)
        asked = [policy.approval(each) for each in verdict.approvals]
        if any(each is not None and each.reason for each in asked) and not command.reason:
            raise Refusal(_REASON)
        asks = verdict.decision is Decision.HOLD and not standing
        held = (f"Each run will ask: {verdict.reason}",) if asks else ()
        return (*held, *(f"As things are it would fail: {each}" for each in verdict.missing))

    def in_advance(self, typed: str) -> Foreseen:
        """What can be agreed to once for all runs of a line; raises Refusal."""
        try:
            judged, intent = self.weighed(typed)
        except answers.End as end:
            raise Refusal(end.reason) from None
        clauses, wrong = self.assent.clauses(judged.needs), advance.unfit(judged)
        able = advance.lasting(clauses)
        if not clauses:
            raise Refusal("Nobody has to agree to this line: leave --standing out.")
        if wrong:
            raise Refusal(_UNFIT.format(wrong))
        if not all(able):
            lacking = ", ".join(sorted(each.name for clause in clauses for each in clause if each.standing is None))
            raise Refusal(_NO_STANDING.format(self.policy.current().source, lacking))
        try:
            read = advance.read(intent, self.seal)
        except ValueError as error:
            raise Refusal(str(error)) from None
        return Foreseen(able, advance.concerned(judged, intent), advance.covered(judged, intent), read)
