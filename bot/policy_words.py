"""`slashdock policy check`, `explain` and `test`: what a policy file says, told at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from bot import policy_cases
from bot.core import Core, policy_of
from bot.hosts import EngineDown
from bot.imagined import Asked, Imagination, Traits, Voucher
from bot.policy import Policy, PolicyError
from bot.policy_file import USER
from bot.request import Actor, ExitCode, Origin, Request
from bot.settings import Settings
from commands import catalog
from commands.context import Decision, Verdict
from commands.line import UsageError

_CODES: Mapping[Decision, ExitCode] = {
    Decision.ALLOW: ExitCode.DONE,
    Decision.HOLD: ExitCode.HELD,
    Decision.DENY: ExitCode.DENIED,
    Decision.UNKNOWN: ExitCode.USAGE,
}


def check(settings: Settings, path: Path | None) -> str:
    """What the file has, in a line; raises PolicyError with every fault."""
    specs = tuple(verb.spec for verb in catalog.load())
    file = path or settings.policy
    try:
        terms = Policy.load(file, specs, frozenset({settings.host_name})).terms
    except OSError as error:
        raise PolicyError((f"{file} cannot be read: {error.strerror}",)) from error
    roles = {rule.role for rule in terms.allows}
    counted = (
        _counted(len(terms.people), "person", "people"),
        _counted(len(terms.groups), "group"),
        _counted(len(roles), "role"),
        _counted(len(terms.allows), "allow rule"),
        _counted(len(terms.denies), "deny rule"),
        _counted(len(terms.requires), "require rule"),
        _counted(len(terms.approvals), "approval"),
    )
    return f"{file} is good: {', '.join(filter(None, counted)) or 'nobody may do anything'}."


def _counted(count: int, one: str, several: str = "") -> str:
    """So many of these, empty for none."""
    return f"{count} {one if count == 1 else several or f'{one}s'}" if count else ""


def explain(core: Core, person: str, asked: Asked) -> tuple[str, int]:
    """What would become of the line, were it this person's, and exec's exit code for that; raises PolicyError."""
    policy = core.policy.current()
    actor = person if USER.fullmatch(person) else policy.people.actor(person)
    if actor is None:
        raise PolicyError((f"nobody is called {person!r} in {policy.source}",))
    asked = replace(asked, actor=actor)
    if _answers(core, asked.host):
        verdict, note = _looked(core, asked), ""
    else:
        verdict = Imagination(core.catalog, policy).verdict(asked, Traits())
        note = _alone(core, asked.line)
    said = filter(None, (f"{verdict.decision}: {verdict.reason}", *_beside(verdict), note))
    return "".join(f"{each}\n" for each in said), int(_CODES[verdict.decision])


def test(settings: Settings, path: Path) -> tuple[str, int]:
    """A line for each case of the file that the policy does not meet, and the exit code; raises PolicyError."""
    verbs = catalog.load()
    policy = _policy(settings)
    cases = policy_cases.load(path, verbs, policy)
    failed = list(policy_cases.failures(cases, verbs, policy))
    if not failed:
        return f"{_counted(len(cases), 'case')} as expected.\n", int(ExitCode.DONE)
    told = [*failed, f"{len(failed)} of {_counted(len(cases), 'case')} not as expected."]
    return "".join(f"{line}\n" for line in told), int(ExitCode.FAILED)


def _policy(settings: Settings) -> Policy:
    """The policy, whatever engines it names: where it is tested there need be none of them."""
    if not settings.policy.exists():
        return policy_of(settings, catalog.load()).current()
    return Policy.load(settings.policy, tuple(verb.spec for verb in catalog.load()))


def _answers(core: Core, name: str) -> bool:
    host = core.hosts.get(name)
    try:
        return host is not None and host.quick() is not None
    except EngineDown:
        return False


def _looked(core: Core, asked: Asked) -> Verdict:
    """The verdict by what the names stand for at the engine now."""
    request = Request(asked.line, Actor(asked.actor), Origin.SLASH, channel=asked.channel, host=asked.host)
    return core.pipeline(Voucher(asked.groups)).explained(request)


def _beside(verdict: Verdict) -> Iterator[str]:
    return (f"It would fail as things are: {each}" for each in verdict.missing)


def _alone(core: Core, line: str) -> str:
    """What to know of a verdict that no engine was asked about; empty where the line names no objects."""
    try:
        named = [target.ref for target in core.catalog.parse(line).command.targets()]
    except UsageError:
        named = []
    if not named:
        return ""
    return f"No engine was asked: {', '.join(named)} judged by name alone, as if without labels and without root."
