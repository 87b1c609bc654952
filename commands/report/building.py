"""Facts in, a report out: the order of its headings, and the sentence that says most."""

from __future__ import annotations

from collections.abc import Sequence

from commands.report import doings, load, storage
from commands.report.facts import Facts
from commands.report.report import Report, many
from commands.tabwriter import ellipsis

NAMED = 3  # containers that a part of the sentence names
_NAME = 40  # columns of a name in it
SOON = 30  # days in which a disk that is full then has to be looked at


def report(facts: Facts) -> Report:
    """The report that these facts make."""
    stored = () if facts.choice else (storage.disk(facts), storage.images(facts))
    sections = (
        load.state(facts),
        load.figures(facts),
        *stored,
        storage.behind(facts),
        doings.doings(facts),
        doings.consents(facts),
        doings.refusals(facts),
        doings.failures(facts),
    )
    return Report(facts.host, facts.period, _headline(facts), sections, str(facts.choice))


def _headline(facts: Facts) -> str:
    """What is the matter now, in one sentence."""
    held = facts.containers or ()
    ill = [each.name for each in held if each.is_unhealthy or each.state == "restarting"]
    killed = [each.name for each in held if each.was_killed]
    failed = [each.name for each in held if each.has_failed and not each.was_killed]
    restarted = {each.name: each.whole.restarts for each in load.by_name(facts) if each.whole.restarts}
    full = storage.full(facts, SOON)
    waiting = sum(each["state"] == "pending" for each in facts.requests)
    told = [
        f"{_names(ill)} {'is' if len(ill) == 1 else 'are'} not well" if ill else "",
        f"{_names(killed)} ran out of memory" if killed else "",
        f"{_names(failed)} exited with an error" if failed else "",
        f"{many(sum(restarted.values()), 'restart')} of {_one_or_many([*restarted])}" if restarted else "",
        f"the disk is {full}" if full else "",
        f"{many(waiting, 'request')} waiting for consent" if waiting else "",
        "the engine was away for a time" if facts.past.absences else "",
        *facts.wrong,
    ]
    matters = "; ".join(filter(None, told))
    end = "" if matters.endswith(("?", "!", ".")) else "."
    return f"To look at: {matters}{end}" if matters else "Nothing needs to be looked at."


def _names(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(ellipsis(each, _NAME) for each in names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _one_or_many(names: Sequence[str]) -> str:
    return _names(names) if len(names) == 1 else many(len(names), "container")
