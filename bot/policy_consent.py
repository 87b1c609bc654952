"""[approvals], [break_glass] and what a role says of getting it for a time, read and checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import inf

from bot.consent import Approval, Approvers, Elevation, Escalation, Glass
from bot.rule import Person
from bot.toml_lines import Key
from bot.toml_reading import Reading, Table, nearest

GROUP = re.compile(r"S[A-Z0-9]{6,}")
CHANNEL = re.compile(r"[CG][A-Z0-9]{6,}")
EXPIRES = 3600.0  # seconds until an approval has to be decided, where the file does not say
WITHIN = 900.0  # seconds from the decision until it has to be begun
LONGEST = 8 * 3600.0  # seconds for which a role is got at most

_UNMET = "this takes {} of those who have {}, and under [people] {}: nothing could ever be agreed to"
_UNREVIEWED = "whoever breaks the glass cannot review it, and nobody else under [people] could have {}"
_APPROVAL = ("need", "from", "channel", "expires", "within", "reason", "remind", "escalate")
_ESCALATION = ("after", "from", "channel")
_GLASS = ("roles", "review", "channel")


def approvals(reading: Reading, document: Table, roles: Iterable[str]) -> Mapping[str, Approval]:
    """Every [approvals.NAME]."""
    table = reading.table(document, ("approvals",))
    return {name: _approval(reading, table, name, roles) for name in table}


def check_met(
    reading: Reading, found: Mapping[str, Approval], people: Iterable[Person], groups: Mapping[str, Iterable[str]]
) -> None:
    """Fault an approval that takes more people than could decide: they stand under [people], whatever their groups."""
    known = list(people)
    for name, approval in found.items():
        able = deciders(approval, known, groups)
        if able < approval.need:
            told = " or ".join(sorted(frozenset().union(*(each.roles | each.groups for each in approval.among(inf)))))
            there = "there is nobody" if not able else f"there {'is' if able == 1 else 'are'} {able}"
            reading.fault(("approvals", name), _UNMET.format(approval.need, told, there))


def deciders(approval: Approval, people: Iterable[Person], groups: Mapping[str, Iterable[str]]) -> int:
    """How many of these people could decide it, sooner or later."""
    return sum(any(_could(each, those, groups) for those in approval.among(inf)) for each in people)


def check_glass(reading: Reading, glass: Glass, people: Iterable[Person], groups: Mapping[str, Iterable[str]]) -> None:
    """Fault a glass that one person alone could break, and nobody beside them could review."""
    known = list(people)
    breakers = [each for each in known if _could(each, Approvers(glass.roles), groups)]
    reviewers = [each for each in known if _could(each, glass.reviewers, groups)]
    if breakers and not any(each != other for each in breakers for other in reviewers):
        told = " or ".join(sorted(glass.reviewers.roles | glass.reviewers.groups))
        reading.fault(("break_glass", "review"), _UNREVIEWED.format(told))


def _could(person: Person, those: Approvers, groups: Mapping[str, Iterable[str]]) -> bool:
    """Whether the person is one of them, or could be by a user group, whose members the file does not tell."""
    by_group = {role for roles in groups.values() for role in roles}
    return bool(those.groups) or not those.roles.isdisjoint(by_group.union(person.roles))


def named(reading: Reading, word: str, key: Key, known: Iterable[str]) -> str:
    """The name of an approval, which has to be written here."""
    if word and word not in known:
        reading.fault(key, f"no approval {word!r} is written here{nearest(word, known)}", word)
    return word


def elevation(reading: Reading, table: Table, key: Key, known: Iterable[str]) -> Elevation | None:
    """What a role says of getting it for a time; None where it cannot be got so."""
    approve = named(reading, reading.word(table, (*key, "elevate")), (*key, "elevate"), known)
    if not approve:
        if "longest" in table:
            reading.fault((*key, "longest"), 'longest without elevate = "..." says nothing')
        return None
    return Elevation(approve, reading.seconds(table, (*key, "longest"), LONGEST) or LONGEST)


def glass(reading: Reading, document: Table, roles: Iterable[str]) -> Glass | None:
    """[break_glass]; None where the file has none."""
    if "break_glass" not in document:
        return None
    key = ("break_glass",)
    table = reading.table(document, key)
    reading.keys(table, key, _GLASS)
    may = reading.words(table, (*key, "roles"))
    _known(reading, may, (*key, "roles"), roles)
    return Glass(frozenset(may), _approvers(reading, table, (*key, "review"), roles), _channel(reading, table, key))


def _approval(reading: Reading, parent: Table, name: str, roles: Iterable[str]) -> Approval:
    key = ("approvals", name)
    table = reading.table(parent, key)
    reading.keys(table, key, _APPROVAL)
    expires = reading.seconds(table, (*key, "expires"), EXPIRES) or EXPIRES
    remind = reading.seconds(table, (*key, "remind"))
    if remind is not None and remind >= expires:
        reading.fault((*key, "remind"), "remind is not before expires, so nobody would be reminded")
    return Approval(
        name,
        reading.count(table, (*key, "need")) or 1,
        _approvers(reading, table, (*key, "from"), roles),
        _channel(reading, table, key),
        expires,
        reading.seconds(table, (*key, "within"), WITHIN) or WITHIN,
        reading.flag(table, (*key, "reason")),
        remind,
        _escalation(reading, table, key, roles, expires),
    )


def _escalation(reading: Reading, parent: Table, at: Key, roles: Iterable[str], expires: float) -> Escalation | None:
    if "escalate" not in parent:
        return None
    key = (*at, "escalate")
    table = reading.table(parent, key)
    reading.keys(table, key, _ESCALATION)
    after = reading.seconds(table, (*key, "after"))
    if after is None and "after" not in table:
        reading.fault(key, 'after is missing; expected after = "10m"')
    if after is not None and after >= expires:
        reading.fault(key, "escalate is not before expires, so nobody would hear of it", "after")
    return Escalation(after or 0.0, _approvers(reading, table, (*key, "from"), roles), _channel(reading, table, key))


def _approvers(reading: Reading, table: Table, key: Key, roles: Iterable[str]) -> Approvers:
    words = reading.words(table, key)
    groups = frozenset(word for word in words if GROUP.fullmatch(word) and word not in roles)
    _known(reading, [word for word in words if word not in groups], key, roles)
    return Approvers(frozenset(words) - groups, groups)


def _known(reading: Reading, words: Iterable[str], key: Key, roles: Iterable[str]) -> None:
    for word in words:
        if word not in roles:
            reading.fault(key, f"no role {word!r} is written here{nearest(word, roles)}", word)


def _channel(reading: Reading, table: Table, key: Key) -> str:
    word = reading.word(table, (*key, "channel"))
    reading.shaped((word,) if word else (), (*key, "channel"), CHANNEL, "channel id (C...)")
    return word
