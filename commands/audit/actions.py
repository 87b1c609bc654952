"""A recorded action as the audit verbs show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from commands import legible
from commands.listing import short
from commands.tabwriter import ellipsis
from commands.template import Row
from commands.units import ago

_DIGITS = 18  # of a number that SQLite can hold
LINE_WIDTH, ERROR_WIDTH = 50, 40  # columns; what the table leaves of a line and of an error


def row(action: Mapping[str, Any], now: float, *, trunc: bool) -> Row:
    """The fields that --format may name; trunc cuts ids, lines and errors as the table shows them."""
    methods = {
        "Number": str(action["number"]),
        "Time": time(action["at"]),
        "When": ago(now - action["at"]),
        "Person": action["person"] or action["actor"],
        "Actor": action["actor"],
        "Origin": action["origin"],
        "Channel": action["channel"],
        "Host": action["host"],
        "Line": ellipsis(flat(action["line"]), LINE_WIDTH) if trunc else flat(action["line"]),
        "Verb": action["verb"],
        "Permission": action["permission"],
        "Targets": ", ".join(target(each, trunc=trunc) for each in action["targets"]),
        "Verdict": action["verdict"],
        "Reason": flat(action["reason"]),
        "Status": action["status"],
        "Error": ellipsis(flat(action["error"]), ERROR_WIDTH) if trunc else flat(action["error"]),
        "ExitCode": "" if action["exit_code"] is None else str(action["exit_code"]),
        "Duration": duration(action["duration_ms"]),
    }
    return Row("*formatter.ActionContext", methods)


def numbered(text: str) -> bool:
    """Whether it is the number of an action, which SQLite can hold."""
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS


def unnumbered(text: str) -> str:
    """What is said of a number that is none."""
    return f"invalid number '{text}': expected one that 'docker audit ls' lists"


def target(found: Mapping[str, str], *, trunc: bool) -> str:
    """An object that was meant: its kind, its name, and its id where that says more."""
    identity = short(found["id"]) if trunc else found["id"]
    return " ".join(dict.fromkeys((found["kind"], found["name"], identity)))


def duration(milliseconds: int | None) -> str:
    """How long it took: "812ms", "4.1s"; empty where that is not known."""
    if milliseconds is None:
        return ""
    second = 1000
    return f"{milliseconds}ms" if milliseconds < second else f"{milliseconds / second:.1f}s"


def time(at: float) -> str:
    """Seconds since the epoch as RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def flat(text: str) -> str:
    """The text on one line of a table, which it may neither leave nor divide; what cannot be seen is written out."""
    return legible.shown(" ".join(text.split()))
