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
    """Run a schedule now.

    The one who asks is the one who does it: the line is judged and recorded as if you had typed it. What others put on
    the timetable takes a rule that lets you run it. With --dry-run, which is for cleanup alone, nothing is changed: it
    is the same as `cleanup plan`.
    """

    job: str = arg("SCHEDULE")
    dry_run: bool = flag(default=False, help="Only show what would be done")

    def problem(self) -> str | None:
        """A trial of what has none."""
        if self.job in JOBS or not self.dry_run:
            return None
        return f"--dry-run is for {', '.join(JOBS)} alone: `can-i LINE` says what would become of another line"

    def became(self, past: Past) -> Iterable[Fate]:
        """It is judged and recorded as what it means, so that nothing is of its own name."""
        return self.means().became(past) if self.job in JOBS else super().became(past)

    def means(self) -> Command:
        """What the job does, or with --dry-run what it would do: judged and recorded as that."""
        if self.job not in JOBS:
            return self
        does, shows = JOBS[self.job]
        return (shows if self.dry_run else does)(grep=self.grep, public=self.public, reason=self.reason)

    def recalls(self) -> str:
        """The schedule whose line it is."""
        return self.job
