"""What is run by the clock: the jobs of the settings, and what people put on the timetable."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.dues import Due
from bot.request import CLOCK, Actor, Origin, Request
from bot.timetable import Altered, Entry, Late, State, Timetable

PUNCTUAL = 60.0  # seconds after its time within which a run is not late
GRACE = 12 * 3600.0  # seconds by which a run may be late; later than that it is recorded as skipped

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A line that is run by the clock: when, as whom, where, and the channel that is told.

    shown is the line with its secrets masked, empty where it has none. number is that of its entry on the timetable, 0
    for a job of the settings; since is from when on it is due, None where the record knows that alone. quiet_ok: it is
    run in quiet hours, too.
    """

    name: str
    line: str
    due: Due
    actor: Actor
    channel: str = ""
    thread: str = ""
    host: str = ""
    late: Late = Late.RUN
    shown: str = ""
    person: str = ""
    number: int = 0
    since: float | None = None
    quiet_ok: bool = False

    @classmethod
    def own(cls, name: str, line: str, due: Due, channel: str = "") -> Job:
        """A job that nobody asked for: it acts as the schedule of its name."""
        return cls(name, line, due, Actor(f"{CLOCK}{name}"), channel, quiet_ok=True)

    @classmethod
    def of(cls, entry: Entry, line: str) -> Job:
        """What is on the timetable, as the person who put it there."""
        return cls(
            name=str(entry.number),
            line=line,
            due=entry.due,
            actor=Actor(entry.actor, entry.team),
            channel=entry.channel,
            thread=entry.thread,
            host=entry.host,
            late=Late(entry.late),
            shown=entry.line,
            person=entry.person,
            number=entry.number,
            since=entry.since,
            quiet_ok=bool(entry.quiet),
        )

    def told(self) -> str:
        """Its line as it may be shown."""
        return self.shown or self.line

    def may_be_late(self, due: float, now: float) -> bool:
        """Whether a run that was due then is still to be begun."""
        late, after = now - due, self.due.after(due)
        if late <= PUNCTUAL:
            return True
        if self.late is Late.SOON and after is not None and late >= (after - due) / 2:
            return False
        return self.late is not Late.SKIP and late <= GRACE

    def delivery(self, due: float) -> str:
        """The id by which this run of it is known."""
        return delivery(self.name, due)

    def request(self, due: float, now: float) -> Request:
        """What is asked when it is due."""
        return Request(
            self.line,
            self.actor,
            Origin.SCHEDULE,
            self.channel,
            self.thread,
            self.host,
            delivery=self.delivery(due),
            received=now,
            schedule=self.number,
        )


def delivery(name: str, due: float) -> str:
    """The id by which a run of the job of this name is known."""
    return f"{CLOCK}{name}:{due:.0f}"


def planned(timetable: Timetable) -> list[Job]:
    """The jobs of the timetable that are not paused; what was altered is none, and told in the log."""
    jobs = []
    for entry in timetable.entries((State.ACTIVE,)):
        try:
            jobs.append(Job.of(entry, timetable.line(entry)))
        except ValueError as error:  # of a time zone that another machine knew
            log.error("schedule %s is not run: %s", entry.number, error)  # noqa: TRY400 - no more to say
        except Altered:
            log.error("schedule %s is not what slashdock wrote, so it is not run", entry.number)  # noqa: TRY400 - no more to say
    return jobs
