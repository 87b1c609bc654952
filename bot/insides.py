"""Makes what the context of each line holds of the bot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.assent import Assent
from bot.clock import Clock
from bot.foretelling import Foretelling
from bot.hosts import Hosts
from bot.inside import Inside
from bot.jobs import Job
from bot.judging import Judged
from bot.maintaining import Maintaining
from bot.policy import Rules
from bot.request import TRUSTED, Directory, Member, Received
from bot.scheduling import Scheduling
from bot.store import Store
from bot.streaming import AskersStreams
from bot.streams import Streams
from bot.unattended import Unattended
from commands.catalog import Catalog
from commands.context import Verdict
from commands.intent import Intent


@dataclass(frozen=True)
class Insides:
    """The parts of the pipeline that verbs may ask something of."""

    catalog: Catalog
    policy: Rules
    store: Store
    hosts: Hosts
    directory: Directory
    clock: Clock
    jobs: Callable[[], list[Job]]
    assent: Assent
    decided: Callable[[int], None]
    scheduled: Callable[[], None]
    foretelling: Callable[[], Foretelling]
    streams: Streams

    def of(self, judged: Judged, received: Received) -> Inside:
        """What the context of this line holds."""
        return Inside(
            judged.asker,
            self.catalog,
            self.policy,
            self.store,
            self.assent,
            received.number,
            str(received.request.origin),
            self.decided,
            lambda line: self._foretold(judged, received, line),
            lambda inside: self._scheduling(judged, received, inside),
            lambda: self._maintaining(judged, received.number),
            lambda inside: AskersStreams(
                judged.asker, judged.person, self.policy, self.catalog, inside.reader, self.streams
            ),
            judged.host.namespaces.needed,
        )

    def _foretold(self, judged: Judged, received: Received, line: str) -> Verdict:
        return self.foretelling().verdict(_asking(received, judged.host.name, line))

    def _weighed(self, judged: Judged, received: Received, line: str) -> tuple[Judged, Intent]:
        return self.foretelling().weighed(_asking(received, judged.host.name, line))

    def _maintaining(self, judged: Judged, number: int) -> Maintaining:
        facts = (judged.asker, judged.person, number, tuple(self.hosts.names()))
        return Maintaining(*facts, self.catalog, self.policy, self.store, self.clock, self.scheduled)

    def _scheduling(self, judged: Judged, received: Received, inside: Inside) -> Scheduling:
        request = received.request
        weighed = lambda line: self._weighed(judged, received, line)  # noqa: E731 - asked for where it is wanted
        return Scheduling(
            judged.asker,
            judged.person,
            received,
            judged.host.name,
            tuple(self.hosts.names()),
            self.policy,
            self.store,
            self.clock,
            inside.reader,
            self.jobs,
            Unattended(self.catalog, self.policy, self.assent, inside.verdict, weighed, self.store.seal),
            lambda: Member() if request.origin in TRUSTED else self.directory.by_clock(request.actor, request.channel),
            self.scheduled,
        )


def _asking(received: Received, host: str, line: str) -> Received:
    """Another line of the same person's, sent from the same place."""
    return replace(received, request=replace(received.request, line=line, host=host))
