"""`slashdock start`: the core, a way in from Slack or from the local workspace, and the clock's own jobs."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from starlette.applications import Starlette
from starlette.routing import Mount

from bot import ending, logs, reconcile
from bot.clerk import Clerk
from bot.core import ALERTS, CannotStart, Core, jobs_of, opened
from bot.desk import Desk
from bot.hush import Hush
from bot.jobs import Job, planned
from bot.keeper import Check, Keeper
from bot.lapsing import Lapsing
from bot.lingering import Lingering
from bot.locks import Instance
from bot.request import Outcome, Request
from bot.resolving import Resolver
from bot.reviving import Reviving
from bot.sampler import Sampler
from bot.schedules import Ended, Schedules
from bot.settings import Mode, Settings
from bot.slack import Access, CannotConnect, Connection, SlackDirectory, SlackSide
from bot.slack.http import Server, health_route
from bot.slack.uploads import SlackUploads
from bot.undelivered import Shown
from commands.reply import note

LOOPBACK = "127.0.0.1"
SWITCH = 0.001  # seconds that a thread may keep the interpreter; an acknowledgement waits for so many of them
WAKE = 1.0  # seconds: a signal that the kernel gave to another thread is heard once this one wakes
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

log = logging.getLogger(__name__)

Tell = Callable[[str], None]


def serve(settings: Settings, tell: Tell) -> None:
    """Run until a signal says stop; tell gets the sentences for the terminal. Raises CannotStart."""
    logs.begin()
    sys.setswitchinterval(SWITCH)
    stopped = threading.Event()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: stopped.set())
    ending.within(stopped)
    with running(settings, tell):
        while not stopped.wait(WAKE):
            pass


@contextmanager
def running(settings: Settings, tell: Tell) -> Iterator[Core]:
    """The whole bot for as long as the block lasts; raises CannotStart, AlreadyRunning, Unwritable, PolicyError."""
    with ExitStack() as stack:
        stack.enter_context(Instance(settings.data))
        core = stack.enter_context(opened(settings))
        reconcile.settle(core.store)
        try:
            _join(core, stack, tell)
        except CannotConnect as error:
            raise CannotStart(str(error)) from error
        yield core


def _join(core: Core, stack: ExitStack, tell: Tell) -> None:
    settings, health = core.settings, Health()
    access, page = _access(settings, stack, health)
    connection = Connection(access)
    bell, alarm = Bell(), Alarm()
    directory = SlackDirectory(connection, core.clock)
    uploads = lambda request: SlackUploads(connection, request)  # noqa: E731 - of each request its own
    pipeline = replace(core.pipeline(directory, bell, alarm), uploads=uploads)
    desk = Desk(pipeline, core.store)
    side = SlackSide(connection, desk, core.clock)
    approvals = core.store.approvals
    clerk = Clerk(approvals, core.policy, core.clock, side.board(approvals, lambda: bell(0)), side.begin)
    bell.ring = clerk.ring
    clockwork = Clockwork(desk, side, Lapsing(core.store, core.policy))
    jobs = lambda: [*jobs_of(settings), *planned(core.store.timetable)]  # noqa: E731 - asked for at each look
    hush = Hush(core.store, core.policy, core.clock, core.hosts.names()[0])
    schedules = Schedules(jobs, core.store, core.clock, clockwork, hush.of, Lingering(core.store, core.hosts).of)
    alarm.ring = schedules.ring
    engines = {_engine(name): name for name in core.hosts.names()}
    watch = _Watch(settings, side)
    keeper = Keeper(core.store, core.clock, _checks(core, side), watch, settings.retention, engines, hush.quiet)
    health.ask = lambda: side.healthy() or keeper.wrong
    core.store.undelivered.start()
    stack.callback(core.store.undelivered.close)
    side.start()
    stack.callback(side.stop)  # after what is under way has ended, so that its answers still go out
    stack.callback(desk.close)
    stack.callback(pipeline.streams.close)
    keeper.start()
    stack.callback(keeper.close)
    if settings.metrics:
        sampler = Sampler(core.hosts, core.store.metrics, core.store.sights, core.clock)
        sampler.start()
        stack.callback(sampler.close)
    clerk.start()
    stack.callback(clerk.close)
    reviving = Reviving(core.store.lasting.all(), side.go_on)
    reviving.start()
    stack.callback(reviving.close)
    schedules.start()
    stack.callback(schedules.close)
    resolver = Resolver(core.store, core.hosts, core.clock, lambda number: _found(desk, side, number))
    resolver.start()
    stack.callback(resolver.close)
    stack.callback(side.transport.stop)  # nothing is heard any more, whatever else takes its time to end
    tell(page or _joined(connection, settings, side.transport.healthy()))


def _checks(core: Core, side: SlackSide) -> dict[str, Check]:
    """What may fail, and who knows."""
    engines = {_engine(name): host.watched() for name in core.hosts.names() if (host := core.hosts.get(name))}
    return {"The record": core.store.unwritable, "Slack": side.transport.healthy, **engines}


def _engine(name: str) -> str:
    """What the check of an engine is called."""
    return f"The engine {name}"


class _Watch:
    """Slack as the keeper needs it: the audit channel, where there is one; the log hears it anyway."""

    def __init__(self, settings: Settings, side: SlackSide) -> None:
        self._channel = settings.audit_channel or (ALERTS if settings.mode is Mode.WORKSPACE else "")
        self._side = side
        self.feed = side.feed

    def say(self, text: str, heard: Callable[[Shown], None]) -> None:
        """Tell those who watch over the bot; without a channel of theirs the log is what they read."""
        if self._channel:
            self._side.say(self._channel, text, heard)
        else:
            log.warning("%s", text)
            heard(Shown.SHOWN)


def _joined(connection: Connection, settings: Settings, wrong: str | None) -> str:
    """What is told at the start, where wrong is what keeps Slack from being heard."""
    if wrong is not None:
        return f"{wrong}. Slack took the tokens; look at the network between here and Slack."
    team, mode = connection.identity.team, connection.access.mode
    return f"slashdock has joined {team} by {mode}; it listens to {settings.command}."


class Bell:
    """Wakes the clerk, once there is one."""

    def __init__(self) -> None:
        self.ring: Callable[[int], None] = lambda _number: None

    def __call__(self, number: int) -> None:
        """Something was decided about this request."""
        self.ring(number)


class Alarm:
    """Wakes whoever watches the clock, once there is somebody."""

    def __init__(self) -> None:
        self.ring: Callable[[], None] = lambda: None

    def __call__(self) -> None:
        """Something came onto the timetable, or goes on."""
        self.ring()


class Health:
    """What /healthz answers: one sentence of what is wrong, None where nothing is."""

    def __init__(self) -> None:
        self.ask: Callable[[], str | None] = lambda: "starting"

    def __call__(self) -> str | None:
        """Ask whoever knows by now."""
        return self.ask()


def _access(settings: Settings, stack: ExitStack, health: Health) -> tuple[Access, str]:
    """How to reach Slack, or the local workspace that stands in for it, and the sentence that tells of its page."""
    if settings.mode is Mode.WORKSPACE:
        return _local_workspace(settings, stack, health)
    if settings.mode is Mode.SOCKET:
        _listen(settings, stack, Starlette(routes=[health_route(health)]))
    access = Access(
        mode=settings.mode,
        bot_token=settings.slack_bot_token,
        app_token=settings.slack_app_token,
        signing_secret=settings.slack_signing_secret,
        api_url=settings.slack_api_url,
        command=settings.command,
        team=settings.team,
        bind=settings.bind,
        port=settings.port,
    )
    return access, ""


def _local_workspace(settings: Settings, stack: ExitStack, health: Health) -> tuple[Access, str]:
    from bot.workspace import Workspace  # noqa: PLC0415 - what stands in for Slack is loaded where it does so alone

    workspace = Workspace(command=settings.command)
    app = Starlette(routes=[health_route(health), Mount("/", workspace.asgi())])
    workspace.base_url = f"http://{LOOPBACK}:{_listen(settings, stack, app).port}"
    access = Access(
        mode=Mode.SOCKET,
        bot_token=workspace.bot_token,
        app_token=workspace.app_token,
        api_url=workspace.api_url,
        command=settings.command,
    )
    return (
        access,
        f"The local workspace is ready: {workspace.page_url}\nType {settings.command} ps -a there; Ctrl-C ends it.",
    )


def _listen(settings: Settings, stack: ExitStack, app: Starlette) -> Server:
    local = (
        settings.mode is Mode.WORKSPACE
    )  # whoever reaches its page acts as anybody there: it never leaves the machine
    server = Server(app, LOOPBACK if local else settings.bind, settings.port)
    server.start()
    stack.callback(server.stop)
    return server


def _found(desk: Desk, side: SlackSide, number: int) -> None:
    """Tell whoever asked in Slack what was found to have become of it."""
    found = desk.found(number)
    if found is not None:
        side.show(found)


@dataclass(frozen=True)
class Clockwork:
    """Has what is due done like any other line, and what came of it told in its channel."""

    desk: Desk
    side: SlackSide
    lapsing: Lapsing

    def __call__(self, job: Job, asked: Request, ended: Ended) -> None:
        """Take what is due; ended hears what came of it."""

        def told(outcome: Outcome) -> None:
            ended(outcome)
            self._tell(job, outcome)

        refused = self.desk.take(asked, told)
        if refused is not None:
            told(refused)

    def _tell(self, job: Job, outcome: Outcome) -> None:
        lapsed = self.lapsing.of(job, outcome)
        if lapsed:
            self.side.tell(job.actor.id, lapsed, lambda _shown: None)
            outcome = replace(outcome, reply=outcome.reply + note(lapsed))
        if job.channel and not outcome.reply.quiet:
            self.side.post(job.channel, outcome, job.actor.id, job.thread)
