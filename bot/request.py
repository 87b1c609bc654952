"""What is asked and what came of it: every way in builds a Request, every way out shows an Outcome."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

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


@dataclass(frozen=True)
class Actor:
    """Who asks: a Slack user id and team, or schedule:NAME; groups are the Slack user groups that they are in.

    active is False for whoever Slack says is deactivated, a guest, a bot or of another team; standing says which.
    """

    id: str
    team: str = ""
    groups: frozenset[str] = frozenset()
    active: bool = True
    standing: str = ""


@dataclass(frozen=True)
class Request:
    """One line to be judged and run.

    delivery is the id by which a second delivery of it is known; received is epoch seconds.
    """

    line: str
    actor: Actor
    origin: Origin
    channel: str = ""
    thread: str = ""
    host: str = ""
    delivery: str = ""
    received: float = 0.0
    dry_run: bool = False


class Status(StrEnum):
    """How a request ended."""

    DONE = "done"
    FAILED = "failed"
    USAGE = "usage"
    DENIED = "denied"
    HELD = "held"
    UNKNOWN = "unknown"
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

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of `slashdock exec` for it."""
        return ExitCode.DONE if self.status is Status.DUPLICATE else ExitCode[self.status.name]
