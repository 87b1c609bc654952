"""The person at the machine's own terminal, as one whom the policy knows."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import requests
from docker.errors import DockerException

from bot import answers, objects, text, tracing
from bot.core import Core
from bot.execution import silent
from bot.hosts import EngineDown, Host
from bot.image_names import ImageNames
from bot.objects import MadeBy
from bot.policy import Asker
from bot.policy_file import USER
from bot.request import TRUSTED, Actor, Origin, Outcome, Request
from bot.store import Unwritable
from commands import seen
from commands.live import Progress
from commands.spec import Permission

SAMPLE = "admin"  # who asks at the terminal of the local workspace, unless --as says otherwise


@dataclass(frozen=True)
class Asked:
    """What goes with a line: the channel as if in which it is asked, what was filled in, and what was agreed to."""

    channel: str = ""
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    confirmed: str = ""


NOTHING = Asked()


class Terminal:
    """Lines of one person through the pipeline."""

    def __init__(self, core: Core, person: str | None, origin: Origin, host: str) -> None:
        self._core = core
        self._decided: list[int] = []
        self._pipeline = core.pipeline(decided=self._decided.append)
        self._origin = origin
        self._host = host
        self._actor = Actor(_id(core, person), core.settings.team)

    def say(self, line: str, asked: Asked = NOTHING, progress: Progress = silent) -> Outcome:
        """One line, with what the person was asked about it before."""
        request = Request(
            line,
            self._actor,
            self._origin,
            channel=asked.channel,
            host=self._host,
            received=self._core.clock.now(),
            given=asked.given,
            confirmed=asked.confirmed,
        )
        with tracing.trace():
            return self._gone_on(self._pipeline.submit(request, progress), progress)

    def _gone_on(self, outcome: Outcome, progress: Progress) -> Outcome:
        """What came of the line, and of what it decided: that is begun here, if it was all said at terminals."""
        numbers = dict.fromkeys(self._decided)
        for number in numbers:
            held = self._core.store.approvals.get(number)
            if held is not None and {held.origin, *(vote.origin for vote in held.votes)} <= TRUSTED:
                done = self._resumed(number, progress)
                outcome = outcome if done is None else replace(done, reply=outcome.reply + done.reply)
        self._decided.clear()
        return outcome

    def _resumed(self, number: int, progress: Progress) -> Outcome | None:
        try:
            return self._pipeline.resume(number, progress)
        except Unwritable as error:
            return answers.unwritten(error)

    def names(self, kind: str) -> list[str]:
        """The names of this kind that the person may see; empty where the engine does not answer."""
        host = self._core.hosts.get(self._host)
        if host is None or kind != "container":
            return []
        try:
            return list(self._visible(host, host.quick().containers(all=True)))
        except (EngineDown, requests.RequestException, DockerException):
            return []

    def _visible(self, host: Host, listed: list[dict[str, object]]) -> Iterable[str]:
        asker, policy = Asker(self._actor.id, host=host.name), self._core.policy.current()
        made = self._core.store.makers.of(host.name)
        made_by = MadeBy(lambda each: made.get(each, ""), ImageNames(host) if policy.bars.know_images else None)
        for each in map(seen.container, listed):
            if policy.sight.shows(asker, Permission.SEE, objects.listed(each, made_by)):
                yield each.name


def show(outcome: Outcome) -> None:
    """Print the answer: docker's output on standard output, everything else on standard error."""
    for piece in text.pieces(outcome.reply):
        stream = sys.stderr if piece.error else sys.stdout
        stream.write(piece.text)
        stream.flush()


def _id(core: Core, person: str | None) -> str:
    if person is not None and USER.fullmatch(person):
        return person
    wanted = [person] if person is not None else [getpass.getuser(), SAMPLE]
    found = [known for name in wanted if (known := core.policy.current().people.actor(name)) is not None]
    return found[0] if found else wanted[0]  # whom the policy does not know it refuses, and that is recorded
