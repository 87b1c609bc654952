"""What somebody may put on the timetable."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import tzinfo

from bot import advance, answers, cron, dues, whenever
from bot.advance import Agreed, Foreseen
from bot.dues import Due
from bot.rule import NOBODY
from bot.tending import ALTERED, Tending
from bot.timetable import Altered, Entry, State
from commands import line
from commands.attempts import Refusal
from commands.catalog import Parsed
from commands.reply import Moment, Reply, note
from commands.timetable import Understood, Wish

MOST = 100  # entries of one person that have not ended


@dataclass(frozen=True)
class Scheduling(Tending):
    """The Timetable that a command's context holds."""

    def understood(self, wish: Wish) -> Understood:
        """How a wish is meant, where the asker may have it; raises Refusal."""
        due, typed = self._due(wish), line.join(wish.words)
        parsed = self.unattended.parsed(typed)
        if refused := self.member().refused:
            raise Refusal(refused)
        notes = (*self.unattended.remarks(parsed.command, typed, standing=wish.standing), *self._room(wish))
        entry, ahead = self._entry(wish, due, parsed), self._agenda.ahead(due)
        notes += () if entry.quiet else self.policy.current().terms.quiet.remarks(entry.host, ahead)
        asked = self.unattended.in_advance(typed) if wish.standing else None
        return Understood(
            line=entry.line,
            host=entry.host,
            due=str(due),
            ahead=ahead,
            zone=due.zone,
            at=due.expression if isinstance(due, dues.Once) else "",
            notes=notes,
            keep=lambda: self._keep(entry, typed, asked),
            needs=frozenset(frozenset(each.name for each in clause) for clause in asked.clauses) if asked else NOBODY,
            concerns=asked.objects if asked else (),
            covers=tuple(f"{kind} {name}" for kind, name in sorted(asked.covered)) if asked else (),
            reads=tuple(sorted(asked.marks)) if asked else (),
            lasts=advance.longest(asked.clauses) if asked else 0.0,
        )

    def timezone(self, name: str) -> tzinfo:
        """The time zone of this name; without one that of the schedule that runs, else the asker's; raises Refusal."""
        number = self.received.request.schedule
        try:
            entry = self.store.timetable.get(number) if number else None
            return cron.timezone(name or (self._own_zone() if entry is None else entry.zone))
        except Altered:
            raise Refusal(ALTERED.format(number)) from None
        except ValueError as error:
            raise Refusal(f"'{name}' {error}.") from None

    def _due(self, wish: Wish) -> Due:
        zone = wish.zone or self._own_zone()
        try:
            if wish.every:
                return whenever.every(wish.every, zone, self.store.tide.now())
            return whenever.at(wish.at, zone, self.clock.now()) if wish.at else whenever.by_cron(wish.cron, zone)
        except ValueError as error:
            raise Refusal(f"{error}. Nothing was kept.") from None

    def _own_zone(self) -> str:
        """The asker's, as far as this machine knows of it."""
        try:
            cron.timezone(zone := self.member().zone or "UTC")
        except ValueError:
            return "UTC"
        return zone

    def _room(self, wish: Wish) -> tuple[str, ...]:
        """Nothing; raises Refusal where another of theirs has the name, or the asker has too many already."""
        entries = self.store.timetable.entries((State.ACTIVE, State.PAUSED))
        own = any(each.name == wish.name and self.asker.has(each.actor) for each in entries)
        if wish.name and (own or self._job(wish.name) is not None):
            raise Refusal(f"Something of yours is called '{wish.name}' already. Choose another name.")
        if self.store.timetable.count(self.person) >= MOST:
            raise Refusal(f"You have {MOST} schedules already, which is the most. `schedule rm` ends one.")
        return ()

    def _entry(self, wish: Wish, due: Due, parsed: Parsed) -> Entry:
        request, now = self.received.request, self.clock.now()
        return Entry(
            number=self.received.number,
            name=wish.name,
            actor=request.actor.id,
            team=request.actor.team,
            person=self.person,
            channel=request.channel,
            thread=request.thread,
            host=parsed.host or self.host,
            kind=dues.kind(due),
            expression=due.expression,
            zone=due.zone,
            line=answers.canonical(replace(parsed.command, reason="")),
            late=wish.late,
            quiet=int(wish.quiet_ok),
            since=self.store.tide.now() if due.flows else float(math.floor(now)),
            state=str(State.ACTIVE),
            changed=now,
            by=self.person,
        )

    def _keep(self, entry: Entry, typed: str, asked: Foreseen | None) -> Reply:
        """Put it on the timetable, with what people agreed to for all its runs."""
        if asked is not None:
            until = self.store.tide.now() + advance.longest(asked.clauses)
            entry = replace(entry, standing=Agreed(asked.clauses, asked.covered, until, asked.marks).written())
        self.store.timetable.add(entry, typed)
        self.woken()
        told = note(f"Kept as schedule {entry.title}. `schedule show {entry.number}` tells how it stands.")
        return told + Reply(tuple(Moment("It runs at", at) for at in self._agenda.ahead(entry.due)))
