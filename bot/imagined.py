"""Lines judged without an engine: each name stands for an object that is just so called, and has what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from docker.api.client import APIClient
from docker.errors import NotFound

from bot.besides import Case
from bot.clock import Clock
from bot.hosts import EngineDown, Host, Hosts
from bot.judging import Judging
from bot.lookup import KINDS, Barred, none
from bot.objects import MadeBy
from bot.policy import Object, Policy
from bot.request import Actor, Member, Origin, Request
from commands.catalog import Catalog
from commands.context import Verdict
from commands.spec import Spec
from commands.target import Found, Missing, Target

NOT_ASKED = "no engine was asked"
_ID = "0" * 64


@dataclass(frozen=True)
class Traits:
    """What is said of the objects that a line names: labels, the containers' image, the Slack id of who made them."""

    labels: Mapping[str, str] = field(default_factory=dict)
    image: str = ""
    maker: str = ""


@dataclass(frozen=True)
class Asked:
    """A line, and who would send it from where: a Slack user id in some user groups."""

    line: str
    actor: str
    channel: str = ""
    host: str = ""
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Imagination:
    """Judges lines by a policy alone."""

    catalog: Catalog
    policy: Policy

    def verdict(self, asked: Asked, traits: Traits) -> Verdict:
        """What would become of the line."""
        request = Request(asked.line, Actor(asked.actor), Origin.SLASH, channel=asked.channel, host=asked.host)
        hosts, directory = _Everywhere([_Nowhere(asked.host or "local", "")]), Voucher(asked.groups)
        judging = _Judging(
            self.catalog, self.policy, hosts, directory, Clock(), _nobody, _none, candid=True, traits=traits
        )
        return judging.verdict(request)


@dataclass(frozen=True)
class _Judging(Judging):
    """Judges objects by what is said of them; nothing of them gives root, and the engine protects none."""

    traits: Traits = field(default_factory=Traits)

    def object(self, found: Found, made_by: MadeBy) -> Object:  # noqa: ARG002 - what Judging asks
        """What the name stands for."""
        seen = Object(found.kind, found.name, found.labels or self.traits.labels, maker=self.traits.maker)
        return replace(seen, image=self.traits.image) if found.kind == "container" else seen

    def _barred(self, case: Case, found: Found) -> bool:
        """Whether a name of any kind is not this one: what a rule denies is what was meant."""
        denies = self.policy.bars.denies.about(case.spec, found.kind)
        return super()._barred(case, found) and not denies.selecting(self.object(found, case.made_by), case.asker)

    def guarded(self, spec: Spec, host: Host, found: Found | Missing) -> Found | Missing:  # noqa: ARG002 - as above
        """The same."""
        return found


class _Nowhere(Host):
    """An engine that is not there: every name stands for something, but for one that the line takes."""

    def quick(self) -> APIClient:
        """None: EngineDown is raised."""
        raise EngineDown(NOT_ASKED)

    def resolve(
        self,
        targets: Iterable[Target],
        barred: Barred = none,
        *,
        volumes: bool = False,  # noqa: ARG002 - as of Host
    ) -> dict[Target, Found | Missing]:
        """What is said of each."""
        return {target: self.absent(target) if target.made else _found(target, barred) for target in targets}

    def absent(self, target: Target) -> Missing:
        """A name that nothing has."""
        return Missing(target, NotFound("", explanation=f"No such {target.kind}: {target.ref}"))


class _Everywhere(Hosts):
    """As many engines as anybody names."""

    def get(self, name: str) -> Host | None:
        """One of this name."""
        return _Nowhere(name, "") if name else super().get(name)


class Voucher:
    """A directory in which everybody is in good standing, and in these user groups."""

    def __init__(self, groups: frozenset[str]) -> None:
        self._groups = groups

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:  # noqa: ARG002 - what a Directory is asked
        """An active member."""
        return Member(groups=self._groups)

    def by_clock(self, actor: Actor, channel: str = "") -> Member:
        """The same, in every channel."""
        return self.member(actor, fresh=True, channel=channel)


def _found(target: Target, barred: Barred) -> Found:
    """What has the name, of the kind that it is asked for: of any kind, the first that is not barred."""
    kinds = KINDS if target.kind == "any" else (target.kind,)
    found = [Found(target, kind, _ID, target.ref, {}, {"Driver": "local"}) for kind in kinds]
    return next((each for each in found if not barred(each)), found[0])


def _none(_person: str, _longest: Mapping[str, float]) -> frozenset[str]:
    return frozenset()


def _nobody(_host: str) -> Mapping[str, str]:
    return {}
