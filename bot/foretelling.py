"""What would become of a line: it is judged and planned, and not done."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.answers import End
from bot.execution import Execution, silent
from bot.holding import Holding
from bot.judging import Judged, Judging
from bot.request import Received, Status
from bot.widening import widened
from commands.context import Verdict
from commands.intent import Intent


@dataclass(frozen=True)
class Foretelling:
    """By the very parts that would judge it, plan it and ask people about it."""

    judging: Judging
    execution: Execution
    holding: Holding

    def verdict(self, asked: Received) -> Verdict:
        """What would become of it if it came now; nothing is done, and nothing is fetched for it."""
        return self.judging.verdict(asked.request, lambda judged: self._planned(asked, judged))

    def weighed(self, asked: Received) -> tuple[Judged, Intent]:
        """It judged and planned, with all that it takes; raises End where it is not done."""
        judged = self.judging.judge_again(asked.request)
        intent = self.execution.plan(asked, judged, silent)
        return widened(self.judging, judged, intent), intent

    def _planned(self, asked: Received, judged: Judged) -> Judged:
        """With all that it takes; raises End where it is not done, or people cannot be asked about it."""
        intent = self.execution.plan(asked, judged, silent)
        if intent.barred or (intent.idle and judged.command.spec.decides):  # it says why it is not theirs to do
            reply = intent.do()
            raise End(Status.DENIED, reply.error or "", reply, judged.command)
        wider = widened(self.judging, judged, intent)
        if wider.needs:
            try:
                self.holding.see_that_some_could(wider)
                self.holding.plan(wider, replace(intent, bound=dict), asked.request)
            except End as end:
                end.status = Status.DENIED
                raise
        return wider
