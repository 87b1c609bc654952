"""What waits because somebody works on a host, or because nobody wants to hear of it now."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock
from bot.jobs import Job
from bot.policy import Rules
from bot.store import Store
from bot.windows import Window


@dataclass(frozen=True)
class Hush:
    """host is the one that is meant where a job names none."""

    store: Store
    policy: Rules
    clock: Clock
    host: str

    def window(self, host: str) -> Window | None:
        """The maintenance of a host that lasts now; None where there is none."""
        return next((each for each in self.store.windows.lasting() if each.host == host), None)

    def of(self, job: Job) -> str:
        """Why nothing of a job is begun now; empty where it may be."""
        host = job.host or self.host
        window = self.window(host)
        if window is not None:
            return f"maintenance of {host} by {window.person}: {window.reason}"
        hours = "" if job.quiet_ok else self.quiet(host)
        return f"quiet hours {hours}" if hours else ""

    def quiet(self, host: str) -> str:
        """The quiet hours that last on a host now, as they are written; empty where none do."""
        return self.policy.current().terms.quiet.told(host, self.clock.now())
