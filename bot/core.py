"""The bot without its ways in: settings become a record, engines, a policy and the pipeline over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from docker.tls import TLSConfig

from bot import key, trace_sinks
from bot.clock import Clock
from bot.dues import Cron
from bot.hosts import Host, Hosts
from bot.jobs import Job
from bot.pipeline import Pipeline
from bot.policy import Policy, Reloading
from bot.request import Actor, Directory, Member
from bot.settings import TLS_FILES, Mode, Settings
from bot.store import FILE, Store
from commands import catalog
from commands.catalog import Catalog

ALERTS = "C0ALERTS01"  # the local workspace's channel for what slashdock reports on its own


def _nobody(_number: int) -> None:
    """Nobody has to hear of it."""


def _nothing() -> None:
    """Nothing watches the clock here."""


class CannotStart(Exception):  # noqa: N818 - told to the person at the terminal
    """What keeps the bot from running; str() says what to do."""


class Nobody:
    """The directory before Slack is connected: it vouches for nobody."""

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:  # noqa: ARG002 - what a Directory is asked
        """A refusal that says why."""
        return Member(refused="Slack is not connected, so nobody's standing can be asked. Nothing was done.")

    def by_clock(self, actor: Actor, channel: str = "") -> Member:
        """The same refusal."""
        return self.member(actor, fresh=True, channel=channel)


@dataclass(frozen=True)
class Core:
    """What every way in stands on."""

    settings: Settings
    catalog: Catalog
    policy: Reloading
    store: Store
    hosts: Hosts
    clock: Clock

    def pipeline(
        self,
        directory: Directory | None = None,
        decided: Callable[[int], None] = _nobody,
        scheduled: Callable[[], None] = _nothing,
    ) -> Pipeline:
        """The pipeline, with the directory that says what state a person is in.

        decided hears the number of every request that waits for consent, and of what is decided about it; scheduled
        that something came onto the timetable, or goes on.
        """
        return Pipeline(
            catalog=self.catalog,
            policy=self.policy,
            store=self.store,
            hosts=self.hosts,
            directory=directory or Nobody(),
            clock=self.clock,
            jobs=lambda: jobs_of(self.settings),
            allowances=self.settings.allowances,
            decided=decided,
            scheduled=scheduled,
        )


@contextmanager
def opened(settings: Settings) -> Iterator[Core]:
    """The core of these settings; raises PolicyError and Unwritable, each of which says what to do."""
    verbs = catalog.load()
    clock = Clock()
    policy = policy_of(settings, verbs)
    secret = key.load(settings.key_file, settings.data / FILE)
    kept = lambda: policy.current().terms.kept  # noqa: E731 - a policy that is loaded anew may say otherwise
    store = Store(settings.data, clock, secret, settings.registry_logins, kept)
    store.files.largest = settings.file_limit
    hosts = Hosts([host_of(settings)])
    try:
        with trace_sinks.listening(on=settings.trace):
            yield Core(settings, verbs, policy, store, hosts, clock)
    finally:
        hosts.close()
        store.close()


def policy_of(settings: Settings, verbs: Catalog) -> Reloading:
    """The policy file's rules; without a file the sample people's in the local workspace, and nobody's in Slack."""
    specs = tuple(verb.spec for verb in verbs)
    local = settings.mode is Mode.WORKSPACE
    absent = Policy.sample(specs) if local else Policy.empty(settings.policy)
    return Reloading(settings.policy, specs, absent=absent, hosts=frozenset({settings.host_name}))


def host_of(settings: Settings) -> Host:
    """The one engine of these settings."""
    if not settings.docker_tls_verify:
        return Host(settings.host_name, settings.docker_host)
    ca, cert, key = (str(settings.docker_cert_path / name) for name in TLS_FILES)
    tls = TLSConfig(client_cert=(cert, key), ca_cert=ca, verify=True)
    return Host(settings.host_name, settings.docker_host.replace("tcp://", "https://", 1), tls)


def jobs_of(settings: Settings) -> list[Job]:
    """What these settings have done by the clock."""
    if not settings.cleanup_cron:
        return []
    channel = settings.cleanup_channel or (ALERTS if settings.mode is Mode.WORKSPACE else "")
    return [Job.own("cleanup", "cleanup run", Cron(settings.cleanup_cron, settings.cleanup_zone), channel)]
