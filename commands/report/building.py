"""Facts in, a report out: the order of its headings, and the sentence that says most."""

from __future__ import annotations

from collections.abc import Sequence

from commands.report import doings, load, storage
from commands.report.facts import Facts
from commands.report.report import Report, many

NAMED = 5  # containers that the sentence names
SOON = 30  # days in which a disk that is full then has to be looked at


def report(facts: Facts) -> Report:
    """The report that these facts make."""
    stored = (storage.behind(facts),) if facts.choice else (storage.disk(facts), storage.images(facts))
    sections = (
        load.state(facts),
        load.figures(facts),
        *stored,
        doings.doings(facts),
        doings.consents(facts),
        doings.refusals(facts),
        doings.failures(facts),
    )
    return Report(facts.host, facts.period, _headline(facts), sections, str(facts.choice))


def _headline(facts: Facts) -> str:
    """What is the matter now, in one sentence."""
    ill = [each.name for each in facts.containers if each.is_unhealthy or each.state == "restarting"]
    failed = [each.name for each in facts.containers if each.exit_code]
    restarted = {each.name: each.whole.restarts for each in load.by_name(facts) if each.whole.restarts}
    days = storage.days_left(facts)
    waiting = sum(each["state"] == "pending" for each in facts.requests)
    told = [
        f"{_names(ill)} {'is' if len(ill) == 1 else 'are'} not well" if ill else "",
        f"{_names(failed)} exited with an error" if failed else "",
        f"{many(sum(restarted.values()), 'restart')} of {_names([*restarted])}" if restarted else "",
        f"the disk is full in {many(days, 'day')}" if days is not None and days <= SOON else "",
        f"{many(waiting, 'request')} waiting for consent" if waiting else "",
        "the engine was away for a time" if facts.past.absences else "",
        *facts.wrong,
    ]
    matters = "; ".join(filter(None, told))
    return f"To look at: {matters.rstrip('.')}." if matters else "Nothing needs to be looked at."


def _names(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
