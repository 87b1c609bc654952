"""What runs by the clock, as it is told: plain values for the verbs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot import dues
from bot.advance import Agreed
from bot.clock import Clock
from bot.dues import Due
from bot.held import APPROVE
from bot.jobs import Job
from bot.reader import Reader
from bot.runs import Run
from bot.store import Store
from bot.timetable import Entry, State

SHOWN = 3  # runs ahead that are told
_UNAGREED: dict[str, Any] = {"agreed_by": (), "agreed_to": (), "agreed_until": None}


@dataclass(frozen=True)
class Agenda:
    """For the one who reads."""

    store: Store
    clock: Clock
    reader: Reader

    def job(self, job: Job) -> dict[str, Any]:
        """A job of the settings."""
        told = {"title": job.name, "person": "", "state": str(State.ACTIVE), "by": "", "why": "", "changed": None}
        told |= _UNAGREED | {"late": str(job.late), "quiet_ok": job.quiet_ok}
        return self._told(job.name, job.line, job.due, job.channel, job.host, self.ahead(job.due)) | told

    def entry(self, entry: Entry) -> dict[str, Any]:
        """An entry of the timetable."""
        try:
            due = entry.due
        except ValueError as error:
            return self._unrun(entry.number, "UNREADABLE", f"'{entry.zone}' {error}")
        ahead = self.ahead(due) if entry.state == State.ACTIVE else ()
        told = {name: getattr(entry, name) for name in ("title", "person", "state", "by", "why", "changed")}
        told |= self._agreed(entry) | {"late": entry.late, "quiet_ok": bool(entry.quiet)}
        return self._told(str(entry.number), entry.line, due, entry.channel, entry.host, ahead) | told

    def _agreed(self, entry: Entry) -> dict[str, Any]:
        """What people agreed to once for all its runs: who, for what, and until when by the machine's clock."""
        if not entry.standing:
            return _UNAGREED
        agreed, held = Agreed.read(entry.standing), self.store.approvals.get(entry.number)
        voters = () if held is None else tuple(each.person for each in held.votes if each.verdict == APPROVE)
        until = agreed.until - self.store.tide.now() + self.clock.now()
        return {"agreed_by": voters, "agreed_to": tuple(sorted(agreed.objects)), "agreed_until": until}

    def altered(self, number: int) -> dict[str, Any]:
        """An entry that is not as slashdock wrote it, of which nothing is run."""
        return self._unrun(number, "ALTERED", "altered by something else, or sealed with another key: it is not run")

    @staticmethod
    def _unrun(number: int, state: str, why: str) -> dict[str, Any]:
        """An entry that cannot be run, of which no more is told."""
        told = dict.fromkeys(("line", "due", "zone", "channel", "host", "person", "by", "last", "late"), "")
        last = {"last_run": None, "last_number": None, "next_runs": (), "changed": None, "quiet_ok": False}
        return told | last | _UNAGREED | {"name": str(number), "title": str(number), "state": state, "why": why}

    def ahead(self, due: Due) -> tuple[float, ...]:
        """When it is due next, in seconds since the epoch by the machine's clock."""
        return tuple(each - self._offset(due) for each in dues.ahead(due, self.clock.now() + self._offset(due), SHOWN))

    def runs(self, name: str, due: Due, most: int) -> Iterator[Mapping[str, Any]]:
        """The runs of a job, newest first."""
        for run in self.store.runs.of(name, most):
            yield self._run(run) | {"due": run.due - self._offset(due)}

    def _told(  # noqa: PLR0913, PLR0917 - the facts that a job and an entry share
        self, name: str, line: str, due: Due, channel: str, host: str, ahead: tuple[float, ...]
    ) -> dict[str, Any]:
        last = next(map(self._run, self.store.runs.of(name, 1)), None)
        return {
            "name": name,
            "line": line,
            "due": str(due),
            "zone": due.zone,
            "channel": channel,
            "host": host,
            "next_runs": ahead,
            "last": "" if last is None else last["came"],
            "last_run": None if last is None else last["begun"],
            "last_number": None if last is None else last["number"],
        }

    def _run(self, run: Run) -> dict[str, Any]:
        came = run.summary if run.is_skipped else self.reader.run(run.number, run.summary)
        facts = {"begun": run.claimed, "ended": run.ended, "number": run.number}
        return facts | {
            "came": came if run.ended is not None else "under way",
            "missed": run.missed,
            "first": run.first,
        }

    def _offset(self, due: Due) -> float:
        """By how much the clock that it goes by is before the machine's."""
        return self.store.tide.now() - self.clock.now() if due.flows else 0.0
