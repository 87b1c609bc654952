"""What a team expects of its policy: a TOML file of cases, read, and held against what the policy says."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.imagined import Asked, Imagination, Traits
from bot.policy import Policy, PolicyError
from bot.policy_consent import CHANNEL, GROUP
from bot.policy_file import USER, toml_fault
from bot.toml_lines import Key, lines
from bot.toml_reading import Reading, Table, nearest
from commands.catalog import Catalog
from commands.context import Decision, Verdict
from commands.line import UsageError

EXPECTED = (Decision.ALLOW, Decision.HOLD, Decision.DENY)
_KEYS = ("who", "line", "expect", "channel", "host", "groups", "labels", "image", "maker", "approvals")


@dataclass(frozen=True)
class Case:
    """One [[case]]: who, what, and what is expected; approvals are those that it has to wait for, None: not said."""

    place: str  # "cases.toml, line 3"
    who: str
    asked: Asked
    traits: Traits
    expect: Decision
    approvals: frozenset[str] | None = None

    def failure(self, verdict: Verdict) -> str:
        """What differs, with the reason; empty where nothing does."""
        told = f"{self.place}: {self.who}, {self.asked.line!r}: expected {self.expect}"
        if verdict.decision is not self.expect:
            return f"{told}, got {verdict.decision}: {verdict.reason}"
        got = frozenset(verdict.approvals)
        if self.approvals is not None and got != self.approvals:
            return f"{told} for {_listed(self.approvals)}, got it for {_listed(got)}: {verdict.reason}"
        return ""


def failures(cases: tuple[Case, ...], catalog: Catalog, policy: Policy) -> Iterator[str]:
    """A sentence for each case of which the policy says something else."""
    imagined = Imagination(catalog, policy)
    return filter(None, (case.failure(imagined.verdict(case.asked, case.traits)) for case in cases))


def load(path: Path, catalog: Catalog, policy: Policy) -> tuple[Case, ...]:
    """The cases of a file; raises PolicyError with every fault."""
    try:
        text = path.read_text("utf-8-sig")
        document = tomllib.loads(text)
    except OSError as error:
        raise PolicyError((f"{path} cannot be read: {error.strerror}",)) from error
    except UnicodeDecodeError as error:
        raise PolicyError((f"{path}: expected UTF-8 text",)) from error
    except (ValueError, RecursionError) as error:
        raise PolicyError((toml_fault(str(error), text, str(path)),)) from error
    reading = _Reading(text, str(path), catalog, policy)
    cases = tuple(reading.cases(document))
    if reading.faults:
        raise PolicyError(tuple(f"{path}, line {line}: {fault}" for line, fault in sorted(reading.faults)))
    return cases


class _Reading(Reading):
    """The cases of a document."""

    def __init__(self, text: str, source: str, catalog: Catalog, policy: Policy) -> None:
        super().__init__(lines(text))
        self._source = source
        self._catalog = catalog
        self._policy = policy

    def cases(self, document: Table) -> Iterator[Case]:
        """Each [[case]] in order."""
        self.keys(document, (), ("case",))
        entries = document.get("case", [])
        if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
            self.fault(("case",), "expected [[case]], once or more")
            return
        for at, entry in enumerate(entries):
            yield self._case(entry, ("case", at))

    def _case(self, entry: Table, key: Key) -> Case:
        self.keys(entry, key, _KEYS)
        who = self.word(entry, (*key, "who"), needed=True)
        channel = self.word(entry, (*key, "channel"))
        self.shaped((channel,) if channel else (), (*key, "channel"), CHANNEL, "channel id (C...)")
        groups = self.shaped(
            self.words(entry, (*key, "groups"), needed=False), (*key, "groups"), GROUP, "id of a user group (S...)"
        )
        asked = Asked(
            self._line(entry, (*key, "line")),
            self._actor(who, (*key, "who")),
            channel,
            self.word(entry, (*key, "host")),
            frozenset(groups),
        )
        place = f"{self._source}, line {self.places.of(key)}"
        return Case(place, who, asked, self._traits(entry, key), self._expect(entry, key), self._approvals(entry, key))

    def _line(self, entry: Table, key: Key) -> str:
        line = self.word(entry, key, needed=True)
        try:
            self._catalog.parse(line or "help")
        except UsageError as error:
            self.fault(key, f"{line!r} is no line: {error.text.partition(chr(10))[0]}")
        return line

    def _actor(self, name: str, key: Key) -> str:
        """The Slack id of a person of the policy, or the id itself."""
        if not name or USER.fullmatch(name):
            return name
        found = self._policy.people.actor(name)
        if found is None:
            known = [person.name for person in self._policy.terms.people]
            self.fault(key, f"nobody is called {name!r} in {self._policy.source}{nearest(name, known)}", name)
        return found or ""

    def _traits(self, entry: Table, key: Key) -> Traits:
        labels: dict[str, Any] = dict(self.table(entry, (*key, "labels")))
        if not all(isinstance(value, str) for value in labels.values()):
            self.fault((*key, "labels"), 'expected labels = { key = "value", ... }')
        maker = self.word(entry, (*key, "maker"))
        return Traits(labels, self.word(entry, (*key, "image")), self._actor(maker, (*key, "maker")))

    def _expect(self, entry: Table, key: Key) -> Decision:
        word = self.word(entry, (*key, "expect"), needed=True)
        if word and word not in EXPECTED:
            self.fault((*key, "expect"), f"{word!r} is no verdict; expected {', '.join(EXPECTED)}", word)
        return Decision(word) if word in EXPECTED else Decision.UNKNOWN

    def _approvals(self, entry: Table, key: Key) -> frozenset[str] | None:
        if "approvals" not in entry:
            return None
        words, known = self.words(entry, (*key, "approvals")), self._policy.terms.approvals
        for word in words:
            if word not in known:
                told = f"no approval {word!r} is written in {self._policy.source}{nearest(word, known)}"
                self.fault((*key, "approvals"), told, word)
        return frozenset(words)


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words)) or "none"
