"""`docker schedule run`: what the clock would run, now."""

from __future__ import annotations

from commands.cleanup.plan import Plan
from commands.cleanup.run import Run as CleanupRun
from commands.command import Command, Permission, arg, flag
from commands.context import Context
from commands.reply import Reply

JOBS: dict[str, tuple[type[Command], type[Command]]] = {"cleanup": (CleanupRun, Plan)}


class Run(Command, name="schedule run", permission=Permission.CHANGE):
    """Run a scheduled job now.

    The one who asks is the one who does it. With --dry-run nothing is changed: `cleanup plan` says the same to those
    who may only look.
    """

    job: str = arg("JOB")
    dry_run: bool = flag(default=False, help="Only show what would be done")

    def problem(self) -> str | None:
        """A job that there is not."""
        if self.job in JOBS:
            return None
        return f"no such scheduled job: {self.job} (there is {', '.join(JOBS)})"

    def run(self, ctx: Context) -> Reply:
        """What the job does, or what it would do."""
        does, shows = JOBS[self.job]
        return (shows if self.dry_run else does)().run(ctx)
