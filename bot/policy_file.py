"""policy.toml, read and checked: a fault names the file, the line, what was expected and the nearest right word."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from bot.rule import EVERYTHING, Person, Rule, Selector, Terms
from bot.toml_lines import Key, Lines, lines
from commands.command import Permission, Spec

VERSION = 1
USER = re.compile(r"[UW][A-Z0-9]{6,}")
GROUP = re.compile(r"S[A-Z0-9]{6,}")
CHANNEL = re.compile(r"[CG][A-Z0-9]{6,}")
FOLDER = re.compile(r"(/[^/:\0]+)+")
CLASSES = tuple(each.value for each in Permission if each is not Permission.LISTED)
KINDS = {"containers": "container", "images": "image", "networks": "network", "volumes": "volume"}
TABLES = ("version", "people", "groups", "channels", "protect", "run", "build", "confirm", "roles", "deny")
LATER = ("approvals", "require")
RULE_KEYS = ("verbs", "on", "hosts", "channels")
CANNOT_ASK = "this version cannot ask a second person yet, so a rule that needs one cannot be kept: take it out"

_TOML_PLACE = re.compile(r" \(at line (\d+), column \d+\)$")


class PolicyError(Exception):
    """The policy file cannot be used; faults has one sentence for each thing to put right."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read(text: str, source: str, specs: Iterable[Spec], hosts: frozenset[str] | None = None) -> Terms:
    """What a policy file says; raises PolicyError with every fault. hosts are the engines' names, None: not checked."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # the reader's own, numbers beyond all bounds, endless nesting
        raise PolicyError((_toml_fault(str(error), text, source),)) from error
    reading = _Reading(lines(text), _verbs(specs), hosts)
    terms = reading.terms(document)
    if reading.faults:
        raise PolicyError(tuple(f"{source}, line {line}: {fault}" for line, fault in sorted(reading.faults)))
    return terms


def _toml_fault(message: str, text: str, source: str) -> str:
    place = _TOML_PLACE.search(message)
    line = int(place[1]) if place else len(text.splitlines()) or 1
    return f"{source}, line {line}: expected TOML: {_TOML_PLACE.sub('', message).removesuffix(' (at end of document)')}"


def _verbs(specs: Iterable[Spec]) -> Mapping[str, Spec]:
    return {" ".join(words): spec for spec in specs for words in spec.names}


class _Reading:
    """One pass over a document, gathering faults; a part with a fault is left out of what is read."""

    def __init__(self, places: Lines, verbs: Mapping[str, Spec], hosts: frozenset[str] | None) -> None:
        self.faults: set[tuple[int, str]] = set()
        self._places = places
        self._verbs = verbs
        self._hosts = hosts

    def terms(self, document: Mapping[str, Any]) -> Terms:
        """Everything that the document says."""
        self._keys(document, (), TABLES)
        if document.get("version") != VERSION or document["version"] is True:
            self._fault(("version",), f"expected version = {VERSION}, the only one that this slashdock knows")
        roles = self._table(document, ("roles",))
        return Terms(
            people=self._people(self._table(document, ("people",)), roles),
            groups=self._groups(self._table(document, ("groups",)), roles),
            allows=tuple(rule for role in roles for rule in self._role(role, self._table(roles, ("roles", role)))),
            denies=tuple(self._rules(document, ("deny",), "")),
            channels=self._channels(document),
            protect=self._protect(self._table(document, ("protect",))),
            binds=self._binds(self._table(document, ("run",))),
            remotes=self._build(document, "remotes"),
            networks=self._build(document, "networks"),
            insisted=self._insisted(self._table(document, ("confirm",))),
        )

    def _fault(self, key: Key, text: str, word: str = "") -> None:
        self.faults.add((self._places.of(key, word), text))

    def _keys(self, table: Mapping[str, Any], at: Key, known: Iterable[str]) -> None:
        for key in table:
            if not at and key in LATER:
                self._fault((key,), f"[{key}]: {CANNOT_ASK}")
            elif key == "approve":
                self._fault((*at, key), f"approve: {CANNOT_ASK}")
            elif key not in known:
                self._fault((*at, key), f"unknown key {key!r}{_nearest(key, known)}", key)

    def _table(self, parent: Mapping[str, Any], key: Key) -> Mapping[str, Any]:
        value = parent.get(str(key[-1]), {})
        if isinstance(value, dict):
            return value
        self._fault(key, f"expected {key[-1]} to be a table")
        return {}

    def _words(self, table: Mapping[str, Any], key: Key, *, needed: bool = True, least: int = 1) -> tuple[str, ...]:
        if needed and key[-1] not in table:
            self._fault(key, f'{key[-1]} is missing; expected {key[-1]} = ["...", ...]')
            return ()
        value = table.get(str(key[-1]), [])
        if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
            self._fault(key, f'expected {key[-1]} = ["...", ...]')
            return ()
        if len(value) < least and key[-1] in table:
            self._fault(key, f"{key[-1]} is empty, which could mean all or none; name at least one")
        return tuple(value)

    def _shaped(self, words: tuple[str, ...], key: Key, shape: re.Pattern[str], expected: str) -> tuple[str, ...]:
        for word in words:
            if not shape.fullmatch(word):
                self._fault(key, f"{word!r} is no {expected}", word)
        return words

    def _people(self, table: Mapping[str, Any], roles: Mapping[str, Any]) -> tuple[Person, ...]:
        people = []
        owners: dict[str, str] = {}
        for name in table:
            key = ("people", name)
            entry = self._table(table, key)
            self._keys(entry, key, ("slack", "roles"))
            if USER.fullmatch(name) or ":" in name:
                self._fault(key, f"{name!r} looks like a Slack id or a schedule; expected a person's name")
            slack = self._shaped(self._words(entry, (*key, "slack")), (*key, "slack"), USER, "Slack user id (U...)")
            for account in slack:
                if owners.setdefault(account, name) != name:
                    self._fault(
                        (*key, "slack"), f"{account} is {owners[account]}'s already; one human is one line", account
                    )
            people.append(Person(name, slack, self._role_names(entry, (*key, "roles"), roles)))
        return tuple(people)

    def _groups(self, table: Mapping[str, Any], roles: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
        groups = {}
        for group in table:
            key = ("groups", group)
            self._shaped((group,), key, GROUP, "id of a Slack user group (S...)")
            groups[group] = self._role_names(table, key, roles)
        return groups

    def _role_names(self, table: Mapping[str, Any], key: Key, roles: Mapping[str, Any]) -> tuple[str, ...]:
        words = self._words(table, key, least=0)
        for word in words:
            if word not in roles:
                self._fault(key, f"no role {word!r} is written here{_nearest(word, roles)}", word)
        return words

    def _channels(self, document: Mapping[str, Any]) -> frozenset[str] | None:
        if "channels" not in document:
            return None
        table = self._table(document, ("channels",))
        self._keys(table, ("channels",), ("allow",))
        return frozenset(self._channel_ids(table, ("channels", "allow")))

    def _channel_ids(self, table: Mapping[str, Any], key: Key, *, needed: bool = True) -> tuple[str, ...]:
        words = self._words(table, key, needed=needed)
        return self._shaped(words, key, CHANNEL, "channel id (C...)")

    def _protect(self, table: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
        self._keys(table, ("protect",), KINDS)
        return {kind: self._words(table, ("protect", key)) for key, kind in KINDS.items() if key in table}

    def _binds(self, table: Mapping[str, Any]) -> tuple[str, ...]:
        self._keys(table, ("run",), ("binds",))
        words = self._words(table, ("run", "binds"), needed=False)
        return self._shaped(words, ("run", "binds"), FOLDER, "folder of the host by its whole path, such as /srv/data")

    def _build(self, document: Mapping[str, Any], key: str) -> tuple[str, ...]:
        table = self._table(document, ("build",))
        self._keys(table, ("build",), ("remotes", "networks"))
        return self._words(table, ("build", key), needed=False)

    def _insisted(self, table: Mapping[str, Any]) -> frozenset[str]:
        self._keys(table, ("confirm",), ("always",))
        key = ("confirm", "always")
        return frozenset(v for word in self._words(table, key, needed=False) for v in self._verb(word, ("confirm",)))

    def _role(self, role: str, table: Mapping[str, Any]) -> Iterable[Rule]:
        self._keys(table, ("roles", role), ("allow",))
        return self._rules(table, ("roles", role, "allow"), role)

    def _rules(self, parent: Mapping[str, Any], key: Key, role: str) -> Iterable[Rule]:
        entries = parent.get(str(key[-1]), [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self._fault(key, f"expected [[{'.'.join(map(str, key))}]]")
            return ()
        return [self._rule(entry, (*key, number), role) for number, entry in enumerate(entries)]

    def _rule(self, entry: Mapping[str, Any], key: Key, role: str) -> Rule:
        self._keys(entry, key, RULE_KEYS)
        return Rule(
            role=role,
            verbs=frozenset(v for word in self._words(entry, (*key, "verbs")) for v in self._verb(word, key)),
            on=tuple(self._selector(word, key) for word in self._words(entry, (*key, "on"))),
            hosts=self._host_names(self._words(entry, (*key, "hosts"), needed=False), key),
            channels=frozenset(self._channel_ids(entry, (*key, "channels"), needed=False)),
            line=self._places.of(key),
        )

    def _verb(self, word: str, key: Key) -> tuple[str, ...]:
        """The class, or the canonical names of the verb and of its kin."""
        spec = self._verbs.get(" ".join(word.split()))
        if word in CLASSES:
            return (word,)
        if spec is None:
            near = _nearest(word, (*CLASSES, *self._verbs))
            self._fault(
                (*key, "verbs"), f"{word!r} is no verb and no class of verbs ({', '.join(CLASSES)}){near}", word
            )
            return (word,)
        return (spec.name, *spec.kin)

    def _selector(self, word: str, key: Key) -> Selector:
        sort, colon, rest = word.partition(":")
        if word != EVERYTHING and not (sort in {"name", "project", "label"} and colon and rest.partition("=")[0]):
            near = _nearest(sort, ("name", "project", "label")) if colon else ""
            expected = "expected *, name:GLOB, project:NAME, label:KEY or label:KEY=VALUE"
            self._fault((*key, "on"), f"{word!r} selects nothing; {expected}{near}", word)
        return Selector(word)

    def _host_names(self, words: tuple[str, ...], key: Key) -> frozenset[str]:
        for word in words:
            if self._hosts is not None and word not in self._hosts:
                known = ", ".join(sorted(self._hosts))
                self._fault(
                    (*key, "hosts"), f"no host {word!r} is set up, only {known}{_nearest(word, self._hosts)}", word
                )
        return frozenset(words)


def _nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
