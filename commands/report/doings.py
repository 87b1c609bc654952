"""What a report says of what was done: by whom, what came of it, what waits for consent, and what could not be done."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from commands.report.facts import Facts
from commands.report.report import Period, Section, many
from commands.units import age

HEADER = ("VERB", "ACTIONS", "DONE", "FAILED", "DENIED", "OTHER", "BY SCHEDULE")
NAMED = 5  # people, numbers or spans of time that a sentence names
OPEN = ("pending", "approved", "running")  # states of a request for consent
DECIDED = ("approved", "running", "done", "failed", "unknown", "denied")  # by votes
_MINUTE = 60  # seconds

Action = Mapping[str, Any]


def doings(facts: Facts) -> Section:
    """How many lines people sent and schedules, by verb, and what came of them."""
    actions = facts.actions
    if not actions:
        return Section(
            "What was done", ("No line was about one of these." if facts.choice else "Nothing was asked of slashdock.",)
        )
    by_clock = sum(map(_is_scheduled, actions))
    people = {_who(each) for each in actions if not _is_scheduled(each)}
    words = f"{many(len(actions), 'line')}: {len(actions) - by_clock:,} by {many(len(people), 'person', 'people')}"
    verbs: defaultdict[str, list[Action]] = defaultdict(list)
    for each in actions:
        verbs[each["verb"] or "(not understood)"].append(each)
    rows = sorted((_row(verb, held) for verb, held in verbs.items()), key=lambda row: (-int(row[1]), row[0]))
    return Section("What was done", (f"{words}, {by_clock:,} by schedules.",), HEADER, tuple(rows))


def consents(facts: Facts) -> Section:
    """What waits for consent now, and how long decisions took in this time."""
    waiting = [each for each in facts.requests if each["state"] == "pending"]
    asked = [each for each in facts.requests if each["asked"] >= facts.period.since]
    words = [
        f"{many(len(waiting), 'request')} {'waits' if len(waiting) == 1 else 'wait'} for consent{_numbers(waiting)}."
    ]
    if asked:
        states = Counter(each["state"] for each in asked)
        words.append(f"{len(asked):,} asked: {', '.join(f'{count:,} {name}' for name, count in states.most_common())}.")
    took = [_decided(each) for each in asked if each["state"] in DECIDED and each["votes"]]
    if took:
        words.append(f"The median time to decide was {age(statistics.median(took)).lower()}.")
    return Section("Approvals", tuple(words))


def refusals(facts: Facts) -> Section:
    """Who was denied what, and which logins failed."""
    denied = [each for each in facts.actions if each["status"] == "denied"]
    logins = [each for each in facts.actions if each["verb"] == "login" and each["status"] in {"failed", "denied"}]
    words = [f"{many(len(denied), 'line')} denied{_of(denied)}." if denied else "Nothing was denied."]
    if logins:
        words.append(f"{many(len(logins), 'login')} at registries failed{_of(logins)}.")
    return Section("Denials", tuple(words))


def failures(facts: Facts) -> Section:
    """What the bot could not do, or does not know to have done, and when the engine was away."""
    failed, unknown = ([each for each in facts.actions if each["status"] == name] for name in ("failed", "unknown"))
    words = [*facts.wrong, *_absences(facts.past.absences, facts.period)]
    if failed:
        words.append(f"{many(len(failed), 'line')} failed{_of(failed)}.")
    if unknown:
        words.append(
            f"Of {many(len(unknown), 'line')} nobody knows what became: the engine did not answer{_of(unknown)}."
        )
    return Section("What could not be done", tuple(words) or ("There was nothing.",))


def _absences(absences: Sequence[tuple[int, int]], period: Period) -> Iterator[str]:
    if not absences:
        return
    minutes = sum(until - since for since, until in absences) // _MINUTE
    told = ", ".join(f"{period.moment(since)} to {period.moment(until)}" for since, until in absences[-NAMED:])
    more = "the last of them " if len(absences) > NAMED else ""
    yield f"The engine did not answer for {many(minutes, 'minute')}: {more}{told} {period.zone}."


def _is_scheduled(action: Action) -> bool:
    return bool(action["origin"] == "schedule")


def _who(action: Action) -> str:
    return str(action["person"] or action["actor"])


def _row(verb: str, actions: Sequence[Action]) -> tuple[str, ...]:
    ends = [each["status"] for each in actions]
    told = [ends.count(status) for status in ("done", "failed", "denied")]
    clock = sum(map(_is_scheduled, actions))
    return (verb, str(len(actions)), *map(str, told), str(len(actions) - sum(told)), str(clock))


def _of(actions: Iterable[Action]) -> str:
    """Whose they are, most first."""
    counts = Counter(map(_who, actions))
    told = ", ".join(f"{name} {count:,}" for name, count in counts.most_common(NAMED))
    more = len(counts) - NAMED
    return f" ({told}{f' and {more:,} more' if more > 0 else ''})"


def _numbers(waiting: Sequence[Mapping[str, Any]]) -> str:
    told = ", ".join(str(each["number"]) for each in waiting[:NAMED])
    return f": number {told}{' and more' if len(waiting) > NAMED else ''}" if waiting else ""


def _decided(request: Mapping[str, Any]) -> float:
    """The seconds from the request to the last vote."""
    return max(float(each["at"]) for each in request["votes"]) - float(request["asked"])
