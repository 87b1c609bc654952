"""`docker schedule show`: one schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from commands import legible
from commands.audit.actions import flat
from commands.command import Command, arg
from commands.context import Context
from commands.reply import Moment, Note, Output, Part, Reply
from commands.spec import Permission
from commands.units import ago

_LABELS = 10  # columns of the labels before their values


class Show(Command, name="schedule show", permission=Permission.LISTED):
    """Show a schedule: what it runs, as whom, when, how it stands, and its next runs."""

    schedule: str = arg("SCHEDULE")

    def run(self, ctx: Context) -> Reply:
        """All that is known of it."""
        return Reply(tuple(_told(ctx.bot.timetable.entry(self.schedule), ctx.now)))


def _told(entry: Mapping[str, Any], now: float) -> Iterator[Part]:
    yield Output("".join(f"{label + ':':<{_LABELS}}{value}\n" for label, value in _facts(entry, now) if value))
    if entry["agreed_until"] is not None:
        names = ", ".join(f"{kind} {legible.shown(name)}" for kind, name in entry["agreed_to"]) or "no object"
        yield Note(f"All its runs were agreed to by {', '.join(entry['agreed_by']) or 'nobody'}, for {names}.")
        yield Moment("That ends", entry["agreed_until"])
    yield from (Moment("It runs at", at) for at in entry["next_runs"])


def _facts(entry: Mapping[str, Any], now: float) -> Iterator[tuple[str, str]]:
    yield "Schedule", entry["title"]
    yield "Line", f"docker {legible.shown(entry['line'])}"
    yield "When", entry["due"]
    yield "If late", entry["late"]
    yield "Quiet", "it is run in quiet hours, too" if entry["quiet_ok"] else ""
    yield "Person", entry["person"]
    yield "Host", entry["host"]
    yield "Channel", entry["channel"]
    yield "State", _state(entry, now)
    number = "" if entry["last_number"] is None else f", number {entry['last_number']}"
    yield "Last", f"{flat(entry['last'])} ({ago(now - entry['last_run'])}{number})" if entry["last_run"] else "never"


def _state(entry: Mapping[str, Any], now: float) -> str:
    by = f" by {entry['by']}" if entry["by"] else ""
    why = f": {flat(entry['why'])}" if entry["why"] else ""
    return f"{entry['state']}{by} {ago(now - entry['changed'])}{why}" if entry["changed"] else str(entry["state"])
