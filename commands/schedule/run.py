"""`docker schedule run`: what the clock would run, now."""

from __future__ import annotations

from collections.abc import Iterable

from commands.aftermath import Fate, Past
from commands.cleanup.plan import Plan
from commands.cleanup.run import Run as CleanupRun
from commands.command import Command, arg, flag
from commands.spec import Permission

JOBS: dict[str, tuple[type[Command], type[Command]]] = {"cleanup": (CleanupRun, Plan)}


class Run(Command, name="schedule run", permission=Permission.CHANGE, kin="cleanup run, cleanup plan"):
    """Run a scheduled job now.

    The one who asks is the one who does it. With --dry-run nothing is changed: it is the same as `cleanup plan`.
    """

    job: str = arg("JOB")
    dry_run: bool = flag(default=False, help="Only show what would be done")

    def problem(self) -> str | None:
        """A job that there is not."""
        if self.job in JOBS:
            return None
        return f"no such scheduled job: {self.job} (there is {', '.join(JOBS)})"

    def became(self, past: Past) -> Iterable[Fate]:
        """It is judged and recorded as what it means, so that nothing is of its own name."""
        return self.means().became(past)

    def means(self) -> Command:
        """What the job does, or with --dry-run what it would do: judged and recorded as that."""
        does, shows = JOBS[self.job]
        return (shows if self.dry_run else does)(grep=self.grep, public=self.public, reason=self.reason)
