"""What is asked and what came of it: every way in builds a Request, every way out shows an Outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Protocol

from commands.reply import Reply


class Origin(StrEnum):
    """The way by which a request came in."""

    SLASH = "slash"
    MENTION = "mention"
    DIRECT = "direct"
    BUTTON = "button"
    SCHEDULE = "schedule"
    EXEC = "exec"
    CONSOLE = "console"


CLOCK = "schedule:"  # how the actor of a job that nobody asked for begins
TRUSTED = frozenset({Origin.EXEC, Origin.CONSOLE})  # ways in that Slack knows nothing of


@dataclass(frozen=True)
class Actor:
    """Who asks: a Slack user id and its team, or schedule:NAME."""

    id: str
    team: str = ""


@dataclass(frozen=True)
class Member:
    """What Slack says of a person just now; refused says why they may do nothing, None where nothing is wrong.

    groups are the ids of the user groups that they are in; zone is an IANA name, empty where unknown. unsaid: refused
    because Slack did not answer, and may be let in when it does. ungrouped: Slack did not say which groups those are.
    """

    refused: str | None = None
    groups: frozenset[str] = frozenset()
    zone: str = ""
    unsaid: bool = False
    ungrouped: bool = False


class Directory(Protocol):
    """Whoever can say what state a person is in."""

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:
        """The person's state, at most 60 s old, or asked anew where fresh; never raises: no answer is a refusal.

        channel, where it is given, is where they ask: refused where it is shared with another organisation.
        """

    def by_clock(self, actor: Actor, channel: str = "") -> Member:
        """The person's state for what the clock runs, some seconds old at most; never raises.

        Refused, too, where they are not in the channel any more, or nobody can see whether they are.
        """


@dataclass(frozen=True)
class Due:
    """An answer that Slack has still to take, of an action that ended at a time in epoch seconds.

    public: for everybody in the channel, not for the asker alone.
    """

    number: int
    at: float
    public: bool


@dataclass(frozen=True)
class Request:
    """One line to be judged and run.

    delivery is the id by which a second delivery of it is known; received is epoch seconds. given is what was filled
    into the form of the line, confirmed the digest of the objects that the asker was shown and agreed to;
    approved is the number under which it waited for other people's consent and got it, 0 where it did not wait;
    schedule is that of the entry on the timetable that it is a run of, 0 where it is none.
    """

    line: str
    actor: Actor
    origin: Origin
    channel: str = ""
    thread: str = ""
    host: str = ""
    delivery: str = ""
    received: float = 0.0
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    confirmed: str = ""
    approved: int = 0
    schedule: int = 0

    def due(self, number: int, at: float, *, public: bool, quiet: bool = False) -> Due | None:
        """Its answer under this number, at this time, as Slack has to show it; None where nobody waits for it there.

        at is of a clock that only goes on: the later of two answers is the one that counts. quiet: it is for nobody
        but somebody who asks just now.
        """
        if not self.channel or self.origin in TRUSTED or (quiet and self.origin is Origin.SCHEDULE):
            return None
        return Due(number, at, public or self.origin is Origin.SCHEDULE)  # the clock is nobody who could be told alone


@dataclass(frozen=True)
class Received:
    """A request whose receipt is committed under this number, and the name of the engine that it is for.

    since is when it was begun, in epoch seconds, where an end of slashdock broke it off; 0 where nothing did.
    """

    number: int
    request: Request
    host: str
    since: float = 0.0


def recorded(action: Mapping[str, Any]) -> Request:
    """The request of an action as the record has it, its secrets masked."""
    actor, origin = Actor(action["actor"], action["team"]), Origin(action["origin"])
    return Request(action["line"], actor, origin, action["channel"], action["thread"], action["host"])


class Status(StrEnum):
    """How a request ended."""

    DONE = "done"
    FAILED = "failed"
    USAGE = "usage"
    DENIED = "denied"
    HELD = "held"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"


class ExitCode(IntEnum):
    """What `slashdock exec` exits with."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    DENIED = 3
    HELD = 4
    UNKNOWN = 5


@dataclass(frozen=True)
class Outcome:
    """What came of a request: the answer, its number in the record, and whether the whole channel should see it."""

    status: Status
    reply: Reply
    number: int | None = None
    public: bool = False
    line: str = ""  # as it was understood, secrets masked
    host: str = ""  # the engine that was asked
    due: Due | None = None  # its answer as the record knows it; None where Slack has nothing to show
    unsaid: bool = False  # refused because Slack did not say something just now, and not for good

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of `slashdock exec` for it."""
        if self.status in {Status.CANCELLED, Status.EXPIRED, Status.SUPERSEDED}:
            return ExitCode.DENIED
        return ExitCode.DONE if self.status is Status.DUPLICATE else ExitCode[self.status.name]


@dataclass(frozen=True)
class Late:
    """An outcome that has still to be shown, and the request that it answers."""

    request: Request
    outcome: Outcome
