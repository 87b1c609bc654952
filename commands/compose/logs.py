"""docker compose logs."""

from __future__ import annotations

from collections.abc import Iterable

from commands.attempts import Refusal
from commands.command import args, flag
from commands.compose.acting import inspected
from commands.compose.project import NUMBER, Member, OnProject
from commands.container import following, logs
from commands.container import ls as containers
from commands.container.following import Followed
from commands.container.reading import Log
from commands.context import Context
from commands.multiplex import Stream
from commands.reply import Note, Part, Printed, Reply, failure, note
from commands.spec import Permission

MOST = 50  # containers of one answer
TOGETHER = 20  # containers that are followed at once
_MANY = "This project has {} containers to read, which is more than {}: name a service."
_SHORT = "{}: {}."
_NOT_YOURS = "The log of {} is not yours to read."


class Logs(OnProject, name="compose logs", permission=Permission.READ, filtered=True, does="container logs"):
    """Show what the containers of a project printed, one after the other, each line with the container's name."""

    services: tuple[str, ...] = args("SERVICE", required=False)
    follow: bool = flag(
        "-f", default=False, help="Go on showing what is printed, until all have ended or somebody stops it"
    )
    index: int = flag(default=0, help="Only the container of this number of its service")
    no_color: bool = flag(default=False, help="Accepted and without effect: there are no colours here")
    no_log_prefix: bool = flag(default=False, help="Leave the names away")
    since: str = flag(default="", help='Leave out what is older: a time ("2013-01-02T13:23:37Z") or an age ("42m")')
    tail: str = flag("-n", default="", shown='"all"', help="How many lines from the end of each")
    timestamps: bool = flag("-t", default=False, help="Put the time before each line")
    until: str = flag(default="", help='Leave out what is newer: a time ("2013-01-02T13:23:37Z") or an age ("42m")')

    def run(self, ctx: Context) -> Reply:
        """Read one log after the other."""
        try:
            meant = [each for each in self.members(ctx, self.services) if self._meant(each)]
            found = [each for each in meant if containers.visible(ctx, each.listed)]
        except Refusal as refusal:
            return failure(str(refusal))
        if len(found) > MOST:
            return failure(_MANY.format(len(found), MOST))
        if self.lives():
            return self._followed(ctx, found)
        width = max((len(_called(each)) for each in found), default=0)
        reply = Reply()
        for each in found:
            one = logs.Logs(
                container=each.id, since=self.since, tail=self.tail, timestamps=self.timestamps, until=self.until
            )
            container = inspected(ctx, each)
            if not ctx.may(container):
                reply += note(_NOT_YOURS.format(each.name))
                continue
            try:
                log = one.log(ctx, each.id, tty=bool(container.details["Config"]["Tty"]))
            except ValueError as error:
                return failure(str(error))
            reply += self._shown(log, each, width)
        return reply

    def lives(self) -> bool:
        """Whether it goes on until somebody ends it."""
        return self.follow and not self.until

    def _followed(self, ctx: Context, found: list[Member]) -> Reply:
        running = [each for each in found if each.listed["State"] == "running"]
        if not running:
            return failure("No container of it runs: there is nothing to follow.")
        if len(running) > TOGETHER:
            return failure(_MANY.format(len(running), TOGETHER))
        width = max(len(_called(each)) for each in running)
        followed, reply = list[Followed](), Reply()
        for each in running:
            container = inspected(ctx, each)
            if not ctx.may(container):
                reply += note(_NOT_YOURS.format(each.name))
                continue
            one = logs.Logs(container=each.id, since=self.since, tail=self.tail, timestamps=self.timestamps)
            before = "" if self.no_log_prefix else f"{_called(each).ljust(width)}  | "
            followed.append(one.followed(ctx, container, _called(each), before))
        return reply + following.shown(ctx, followed, running[0].project)

    def _meant(self, member: Member) -> bool:
        return not member.one_off and self.index in {0, int(member.labels.get(NUMBER, "0") or 0)}

    def _shown(self, log: Log, member: Member, width: int) -> Reply:
        before = "" if self.no_log_prefix else f"{_called(member).ljust(width)}  | "
        pieces = tuple((_prefixed(text, before), error) for text, error in _joined(logs.without_keys(log.pieces)))
        parts: list[Part] = [Printed(pieces, f"{member.project}.log")] if pieces else []
        if log.short:
            parts.append(Note(_SHORT.format(member.name, log.short)))
        return Reply(tuple(parts), failed=log.broken, error=log.short if log.broken else None)


def _called(member: Member) -> str:
    return f"{member.service}-{member.labels.get(NUMBER, '1')}"


def _joined(pieces: Iterable[tuple[Stream, str]]) -> list[tuple[str, bool]]:
    return [(text, stream in {Stream.STDERR, Stream.SYSTEM}) for stream, text in pieces]


def _prefixed(text: str, before: str) -> str:
    return "".join(f"{before}{line}" for line in text.splitlines(keepends=True))
