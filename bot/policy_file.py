"""policy.toml, read and checked: a fault names the file, the line, what was expected and the nearest right word."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping

from bot import policy_bounds, policy_consent, policy_reach
from bot.consent import Elevation
from bot.policy_consent import CHANNEL, GROUP
from bot.quiet import Quiet
from bot.rule import EVERYTHING, ME, SORTS, Person, Rule, Selector, Terms
from bot.toml_lines import Key, Lines, lines
from bot.toml_reading import Reading, Table, nearest
from commands.spec import Permission, Spec

VERSION = 1
USER = re.compile(r"[UW][A-Z0-9]{6,}")
CLASSES = tuple(each.value for each in Permission if each is not Permission.LISTED)
KINDS = {"containers": "container", "images": "image", "networks": "network", "volumes": "volume"}
TABLES = (
    "version", "people", "groups", "channels", "protect", "run", "build", "confirm", "limits", "answers", "roles",
    "deny", "require", "approvals", "break_glass", "quiet", "sessions",
)  # fmt: skip
RULE_KEYS = ("verbs", "on", "hosts", "channels", "approve")
DENY_KEYS = ("verbs", "on", "hosts", "channels")
ROLE_KEYS = ("allow", "elevate", "longest")
SORTS_SHOWN = (
    "*, name:GLOB, image:GLOB, network:GLOB, volume:GLOB, project:NAME, label:KEY, label:KEY=VALUE, host:NAME or by:me"
)
ROOT_ALONE = 'the class root always needs another person: expected approve = "..." beside it'

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
        raise PolicyError((toml_fault(str(error), text, source),)) from error
    reading = _Reading(lines(text), _verbs(specs), hosts)
    terms = reading.terms(document)
    if reading.faults:
        raise PolicyError(tuple(f"{source}, line {line}: {fault}" for line, fault in sorted(reading.faults)))
    return terms


def toml_fault(message: str, text: str, source: str) -> str:
    """What tomllib says of a text, with the place in front."""
    place = _TOML_PLACE.search(message)
    line = int(place[1]) if place else text.rstrip().count("\n") + 1
    return f"{source}, line {line}: expected TOML: {_TOML_PLACE.sub('', message).removesuffix(' (at end of document)')}"


def _as_judged(kind: str, glob: str) -> str:
    """A glob of names as objects are called; of an image with the tag that goes without saying."""
    return Selector(f"image:{glob}").parts[1] if kind == "image" else glob


def _verbs(specs: Iterable[Spec]) -> Mapping[str, Spec]:
    return {" ".join(words): spec for spec in specs for words in spec.names}


class _Reading(Reading):
    """The parts of a policy."""

    def __init__(self, places: Lines, verbs: Mapping[str, Spec], hosts: frozenset[str] | None) -> None:
        super().__init__(places)
        self._verbs = verbs
        self._hosts = hosts
        self._approvals: frozenset[str] = frozenset()
        self._listens: frozenset[str] | None = None

    def terms(self, document: Table) -> Terms:
        """Everything that the document says."""
        self.keys(document, (), TABLES)
        if document.get("version") != VERSION or document["version"] is True:
            self.fault(("version",), f"expected version = {VERSION}, the only one that this slashdock knows")
        roles = self.table(document, ("roles",))
        approvals = policy_consent.approvals(self, document, roles)
        self._approvals = frozenset(approvals)
        self._listens = self._channels(document)
        people = self._people(self.table(document, ("people",)), roles)
        groups = self._groups(self.table(document, ("groups",)), roles)
        policy_consent.check_met(self, approvals, people, groups)
        glass = policy_consent.glass(self, document, roles)
        if glass is not None:
            policy_consent.check_glass(self, glass, people, groups)
        return Terms(
            people=people,
            groups=groups,
            allows=tuple(rule for role in roles for rule in self._role(role, self.table(roles, ("roles", role)))),
            denies=tuple(self._rules(document, ("deny",), "", DENY_KEYS)),
            requires=tuple(self._rules(document, ("require",), "", RULE_KEYS)),
            channels=self._listens,
            protect=self._protect(self.table(document, ("protect",))),
            run=policy_bounds.run(self, document),
            remotes=self._build(document, "remotes"),
            networks=self._build(document, "networks"),
            insisted=self._insisted(self.table(document, ("confirm",))),
            approvals=approvals,
            elevations=dict(self._elevations(roles)),
            glass=glass,
            rates=policy_bounds.rates(self, document),
            kept=policy_bounds.kept(self, document),
            quiet=self._quiet(document),
            recorded=policy_bounds.recorded(self, document),
            lines={
                "channels": self.places.of(("channels",)),
                "break_glass": self.places.of(("break_glass",)),
                **{f"roles.{role}": self.places.of(("roles", role)) for role in roles},
                **{kind: self.places.of(("protect", key)) for key, kind in KINDS.items()},
            },
        )

    def _quiet(self, document: Table) -> Quiet:
        found = policy_bounds.quiet(self, document)
        self._host_names(tuple(found.hosts), ("quiet",))
        return found

    def _people(self, table: Table, roles: Table) -> tuple[Person, ...]:
        people = []
        owners: dict[str, str] = {}
        for name in table:
            key = ("people", name)
            entry = self.table(table, key)
            self.keys(entry, key, ("slack", "roles"))
            if USER.fullmatch(name) or ":" in name:
                self.fault(key, f"{name!r} looks like a Slack id or a schedule; expected a person's name")
            slack = self.shaped(self.words(entry, (*key, "slack")), (*key, "slack"), USER, "Slack user id (U...)")
            for account in slack:
                if owners.setdefault(account, name) != name:
                    self.fault(
                        (*key, "slack"), f"{account} is {owners[account]}'s already; one human is one line", account
                    )
            people.append(Person(name, slack, self._role_names(entry, (*key, "roles"), roles)))
        return tuple(people)

    def _groups(self, table: Table, roles: Table) -> Mapping[str, tuple[str, ...]]:
        groups = {}
        for group in table:
            key = ("groups", group)
            self.shaped((group,), key, GROUP, "id of a Slack user group (S...)")
            groups[group] = self._role_names(table, key, roles)
        return groups

    def _role_names(self, table: Table, key: Key, roles: Table) -> tuple[str, ...]:
        words = self.words(table, key, least=0)
        for word in words:
            if word not in roles:
                self.fault(key, f"no role {word!r} is written here{nearest(word, roles)}", word)
        return words

    def _channels(self, document: Table) -> frozenset[str] | None:
        if "channels" not in document:
            return None
        table = self.table(document, ("channels",))
        self.keys(table, ("channels",), ("allow",))
        return frozenset(self._channel_ids(table, ("channels", "allow")))

    def _channel_ids(self, table: Table, key: Key, *, needed: bool = True) -> tuple[str, ...]:
        words = self.words(table, key, needed=needed)
        return self.shaped(words, key, CHANNEL, "channel id (C...)")

    def _heard(self, channels: tuple[str, ...], key: Key) -> frozenset[str]:
        """The channels of a rule, which slashdock has to listen in."""
        for channel in channels:
            if self._listens is not None and channel not in self._listens:
                self.fault((*key, "channels"), f"slashdock does not listen in {channel} ([channels] allow)", channel)
        return frozenset(channels)

    def _protect(self, table: Table) -> Mapping[str, tuple[str, ...]]:
        self.keys(table, ("protect",), KINDS)
        found = {kind: self.words(table, ("protect", key)) for key, kind in KINDS.items() if key in table}
        for key, kind in KINDS.items():
            for glob in found.get(kind, ()):
                self._doubt(("protect", key), policy_reach.no_name(kind, glob), glob)
        return {kind: tuple(_as_judged(kind, glob) for glob in globs) for kind, globs in found.items()}

    def _build(self, document: Table, key: str) -> tuple[str, ...]:
        table = self.table(document, ("build",))
        self.keys(table, ("build",), ("remotes", "networks"))
        return self.words(table, ("build", key), needed=False)

    def _insisted(self, table: Table) -> frozenset[str]:
        self.keys(table, ("confirm",), ("always",))
        key = ("confirm", "always")
        words = self.words(table, key, needed=False)
        asking = [spec for spec in self._verbs.values() if spec.asks]
        names, classes = {spec.name for spec in asking}, {str(spec.permission) for spec in asking}
        for word in words:
            spec = self._spec(word)
            if (word in CLASSES and word not in classes) or (spec is not None and spec.name not in names):
                self.fault(key, f"docker asks nothing before {word!r}, so that there is nothing to ask always", word)
        return frozenset(v for word in words for v in self._verb(word, ("confirm",)))

    def _role(self, role: str, table: Table) -> Iterable[Rule]:
        self.keys(table, ("roles", role), ROLE_KEYS)
        return self._rules(table, ("roles", role, "allow"), role, RULE_KEYS)

    def _elevations(self, roles: Table) -> Iterator[tuple[str, Elevation]]:
        for role in roles:
            table = self.table(roles, ("roles", role))
            found = policy_consent.elevation(self, table, ("roles", role), self._approvals)
            if found is not None:
                yield role, found

    def _rules(self, parent: Table, key: Key, role: str, known: Iterable[str]) -> Iterable[Rule]:
        entries = parent.get(str(key[-1]), [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self.fault(key, f"expected [[{'.'.join(map(str, key))}]]")
            return ()
        return [self._rule(entry, (*key, number), role, known) for number, entry in enumerate(entries)]

    def _rule(self, entry: Table, key: Key, role: str, known: Iterable[str]) -> Rule:
        self.keys(entry, key, known)
        is_require = key[0] == "require"
        words = ("*",) if is_require and "on" not in entry else self.words(entry, (*key, "on"))
        on = tuple(self._selector(word, key) for word in words)
        named = self.words(entry, (*key, "verbs"))
        for word, spec in ((word, self._spec(word)) for word in named):
            if spec is not None:
                self._doubt((*key, "verbs"), policy_reach.about_nothing(word, spec, on, str(key[0])), word)
        verbs = frozenset(v for word in named for v in self._verb(word, key))
        approve = self.word(entry, (*key, "approve"), needed=is_require)
        if role and Permission.ROOT in verbs and not approve:
            self.fault((*key, "verbs"), ROOT_ALONE, Permission.ROOT)
        return Rule(
            role=role,
            verbs=verbs,
            on=on,
            hosts=self._host_names(self.words(entry, (*key, "hosts"), needed=False), key),
            channels=self._heard(self._channel_ids(entry, (*key, "channels"), needed=False), key),
            line=self.places.of(key),
            approve=policy_consent.named(self, approve, (*key, "approve"), self._approvals),
        )

    def _verb(self, word: str, key: Key) -> tuple[str, ...]:
        """The class, or the canonical names of the verb and of its kin."""
        spec = self._spec(word)
        if word in CLASSES:
            return (word,)
        if spec is None:
            near = nearest(word, (*CLASSES, *self._verbs))
            self.fault((*key, "verbs"), f"{word!r} is no verb and no class of verbs ({', '.join(CLASSES)}){near}", word)
            return (word,)
        return (spec.name, *spec.kin)

    def _spec(self, word: str) -> Spec | None:
        """The verb of this name, None where it is a class or nothing at all."""
        return None if word in CLASSES else self._verbs.get(" ".join(word.split()))

    def _selector(self, word: str, key: Key) -> Selector:
        sort, colon, rest = word.partition(":")
        known = sort in SORTS and colon and rest.partition("=")[0] and (sort != "by" or word == ME)
        if word != EVERYTHING and not known:
            near = nearest(sort, SORTS) if colon else ""
            self.fault((*key, "on"), f"{word!r} selects nothing; expected {SORTS_SHOWN}{near}", word)
        elif sort == "host" and self._hosts is not None and not fnmatch.filter(self._hosts, rest):
            self.fault((*key, "on"), self._unknown_host(rest, self._hosts), word)
        else:
            self._doubt((*key, "on"), policy_reach.never_matches(Selector(word)), word)
        return Selector(word)

    def _doubt(self, key: Key, why: str, word: str) -> None:
        if why:
            self.fault(key, why, word)

    def _host_names(self, words: tuple[str, ...], key: Key) -> frozenset[str]:
        for word in words:
            if self._hosts is not None and word not in self._hosts:
                self.fault((*key, "hosts"), self._unknown_host(word, self._hosts), word)
        return frozenset(words)

    def _unknown_host(self, word: str, hosts: frozenset[str]) -> str:
        return f"no host {word!r} is set up, only {', '.join(sorted(hosts))}{nearest(word, hosts)}"
