"""Consent that is given once for all runs of a schedule: what people agreed to, and whether a run stays within it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot import consent
from bot.assent import Assent
from bot.consent import Clauses
from bot.held import State
from bot.judging import Judged
from bot.request import Directory, Request
from bot.rule import NOBODY
from bot.seal import Seal
from bot.store import Store
from bot.timetable import Altered, Entry
from commands.attempts import Refusal
from commands.intent import Intent
from commands.seen import is_id_of
from commands.target import Found

_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
_ROOT = "it gives root on the host, which is agreed to at each run"
_HIDDEN = "it touches what whoever asks may not know of"
_EXPIRED = "that has expired"
_CHANGED = "the policy asks for other consent now"
_FEWER = "not enough of those who agreed may still do so"


@dataclass(frozen=True)
class Foreseen:
    """What a line takes and concerns as things are: the approvals, the objects, all that is covered with those.

    And what is read besides, by what it is, each with the fingerprint of its content.
    """

    clauses: Clauses
    objects: tuple[Found, ...]
    covered: frozenset[tuple[str, str]]
    marks: Mapping[str, str]


@dataclass(frozen=True)
class Agreed:
    """What was agreed to: the approvals as they were, the kind and the name of each object, what is read, until when.

    until is epoch seconds by a clock that only goes on; marks are the fingerprints of the contents.
    """

    clauses: Clauses
    objects: frozenset[tuple[str, str]]
    until: float
    marks: Mapping[str, str] = field(default_factory=dict)

    def written(self) -> str:
        """It as JSON."""
        told = {"clauses": consent.written(self.clauses), "objects": sorted(self.objects), "until": self.until}
        return json.dumps({**told, "read": dict(self.marks)})

    @classmethod
    def read(cls, text: str) -> Agreed:
        """What was written so."""
        told = json.loads(text)
        objects = frozenset((str(kind), str(name)) for kind, name in told["objects"])
        return cls(consent.read(told["clauses"]), objects, float(told["until"]), told["read"])


def lasting(clauses: Clauses) -> Clauses:
    """Those approvals of each clause that the policy lets be given once for many runs."""
    return tuple(tuple(each for each in clause if each.standing is not None) for clause in clauses)


def longest(clauses: Clauses) -> float:
    """For how many seconds that counts at most."""
    return min(each.standing or 0.0 for clause in clauses for each in clause)


def concerned(judged: Judged, intent: Intent) -> tuple[Found, ...]:
    """All objects that a line is about, those that it finds, and those that feel it besides."""
    there = (each for each in judged.found.values() if isinstance(each, Found))
    return (*there, *intent.objects, *(each.found for each in judged.effects))


def covered(judged: Judged, intent: Intent) -> frozenset[tuple[str, str]]:
    """The kinds and names of these, and of what goes along with each.

    That are the named volumes of a container, the folders of the host that it mounts and the networks that it is on;
    all that an image is called where the line does not choose it by a name; and what the line itself makes. An
    anonymous volume is made anew with its container.
    """
    made = {(each.kind, each.ref) for each in judged.found if each.made}
    named = [each for each in judged.found.values() if isinstance(each, Found)]
    names = made
    for each in concerned(judged, intent):
        names |= {(each.kind, each.name)}
        names |= {(volume.kind, volume.name) for volume in each.volumes if not _ANONYMOUS.fullmatch(volume.name)}
        names |= set(_around(each)) if each.kind == "container" else set()
        if each not in named or is_id_of(each.target.ref, each.id):
            names |= {(each.kind, tag) for tag in each.tags}
    return frozenset(names)


def _around(container: Found) -> Iterator[tuple[str, str]]:
    """The folders of the host that it mounts, and the networks that it is on."""
    for mount in container.details.get("Mounts") or ():
        if mount.get("Type") == "bind":
            yield "folder", str(mount.get("Source"))
    for network in (container.details.get("NetworkSettings") or {}).get("Networks") or {}:
        yield "network", str(network)


def read(intent: Intent, seal: Seal) -> Mapping[str, str]:
    """What is read when it is done, each with its fingerprint; raises ValueError and Refusal."""
    return {name: seal.fingerprint(content) for name, content in intent.bound().items()}


def unfit(judged: Judged) -> str:
    """Why nobody can agree to all runs of a line at once; empty where they can."""
    return _ROOT if judged.root else "" if all(each.is_known for each in judged.effects) else _HIDDEN


@dataclass(frozen=True)
class Advance:
    """Whether people have agreed to a run already, by what they agreed to once."""

    store: Store
    assent: Assent
    directory: Directory

    def applied(self, request: Request, judged: Judged, intent: Intent) -> Judged:
        """The same, without the consent that it takes where that was given once for all runs of the schedule.

        Where it was given, and does not cover this run, it says why not.
        """
        entry = self._entry(request.schedule) if request.schedule and judged.needs else None
        if entry is None or not entry.standing:
            return judged
        wrong = self._wrong(entry, judged, intent)
        if wrong:
            return replace(
                judged, exceeds=f"This is not covered by what was agreed to as number {entry.number}: {wrong}."
            )
        return replace(judged, needs=NOBODY, reason=f"agreed to once for all runs, as number {entry.number}")

    def _entry(self, number: int) -> Entry | None:
        try:
            return self.store.timetable.get(number)
        except Altered:
            return None

    def _wrong(self, entry: Entry, judged: Judged, intent: Intent) -> str:
        """Why it does not cover this run; empty where it does."""
        agreed, now = Agreed.read(entry.standing), self.assent.clauses(judged.needs)
        more = covered(judged, intent) - agreed.objects
        if self.store.tide.now() >= agreed.until:
            return _EXPIRED
        if judged.host.name != entry.host:
            return f"it was for {entry.host}"
        if changed := self._changed(agreed, intent):
            return changed
        if more:
            return f"it concerns more: {', '.join(f'{kind} {name}' for kind, name in sorted(more))}"
        if set(lasting(now)) - set(agreed.clauses):
            return _CHANGED
        return unfit(judged) or self._fewer(entry.number, now)

    def _changed(self, agreed: Agreed, intent: Intent) -> str:
        """What is read now and was not agreed to so; empty where nothing is."""
        try:
            now = read(intent, self.store.seal)
        except (ValueError, Refusal) as error:
            return f"what it reads cannot be looked at: {error}"
        changed = sorted(name for name, mark in now.items() if agreed.marks.get(name) != mark)
        return f"{', '.join(changed)} {'has' if len(changed) == 1 else 'have'} changed" if changed else ""

    def _fewer(self, number: int, now: Clauses) -> str:
        """Whether those who agreed are still enough, looked at afresh in Slack and in the policy."""
        held = self.store.approvals.get(number)
        if held is None or held.glass or held.state is not State.DONE:
            return _FEWER
        return "" if self.assent.enough(held, self.assent.standing(held, self.directory), now) else _FEWER
