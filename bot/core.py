"""The bot without its ways in: settings become a record, engines, a policy and the pipeline over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from docker.tls import TLSConfig

from bot.clock import Clock
from bot.hosts import Host, Hosts
from bot.pipeline import Pipeline
from bot.policy import Policy, Reloading
from bot.request import Actor, Directory, Member
from bot.settings import TLS_FILES, Mode, Settings
from bot.store import Store
from commands import catalog
from commands.catalog import Catalog


class CannotStart(Exception):  # noqa: N818 - told to the person at the terminal
    """What keeps the bot from running; str() says what to do."""


class Nobody:
    """The directory before Slack is connected: it vouches for nobody."""

    def member(self, actor: Actor, *, fresh: bool) -> Member:  # noqa: ARG002 - what a Directory is asked
        """A refusal that says why."""
        return Member(refused="Slack is not connected, so nobody's standing can be asked. Nothing was done.")


@dataclass
class Core:
    """What every way in stands on; jobs tells of the schedule, once there is one."""

    settings: Settings
    catalog: Catalog
    policy: Policy | Reloading
    store: Store
    hosts: Hosts
    clock: Clock
    jobs: Callable[[], list[Mapping[str, Any]]] = field(default=list)

    def pipeline(self, directory: Directory | None = None) -> Pipeline:
        """The pipeline, with the directory that says what state a person is in."""
        return Pipeline(
            catalog=self.catalog,
            policy=self.policy,
            store=self.store,
            hosts=self.hosts,
            directory=directory or Nobody(),
            clock=self.clock,
            jobs=lambda: self.jobs(),  # noqa: PLW0108 - the schedule comes after the pipeline
        )


@contextmanager
def opened(settings: Settings) -> Iterator[Core]:
    """The core of these settings; raises PolicyError and Unwritable, each of which says what to do."""
    verbs = catalog.load()
    clock = Clock()
    policy = policy_of(settings, verbs)
    store = Store(settings.data, clock)
    try:
        yield Core(settings, verbs, policy, store, Hosts([host_of(settings)]), clock)
    finally:
        store.close()


def policy_of(settings: Settings, verbs: Catalog) -> Policy | Reloading:
    """The policy file's rules; without a file the sample people's in the local workspace, and nobody's in Slack."""
    specs = tuple(verb.spec for verb in verbs)
    if settings.policy.exists():
        return Reloading(settings.policy, specs)
    return Policy.sample(specs) if settings.mode is Mode.WORKSPACE else Policy.empty(settings.policy)


def host_of(settings: Settings) -> Host:
    """The one engine of these settings."""
    if not settings.docker_tls_verify:
        return Host(settings.host_name, settings.docker_host)
    ca, cert, key = (str(settings.docker_cert_path / name) for name in TLS_FILES)
    tls = TLSConfig(client_cert=(cert, key), ca_cert=ca, verify=True)
    return Host(settings.host_name, settings.docker_host.replace("tcp://", "https://", 1), tls)
