"""What somebody may do about what runs by the clock."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

from bot import advance, answers, cron, dues, titles, whenever
from bot.advance import Agreed, Foreseen
from bot.agenda import Agenda
from bot.clock import Clock
from bot.dues import Due
from bot.jobs import Job
from bot.policy import Allow, Asker, Rules
from bot.reader import Reader
from bot.request import Member, Received
from bot.rule import NOBODY
from bot.store import Store
from bot.timetable import Altered, Entry, State
from bot.unattended import Unattended
from commands import line
from commands.attempts import Refusal
from commands.catalog import Parsed
from commands.reply import Moment, Reply, note
from commands.secrets import mask_text
from commands.spec import Permission
from commands.timetable import Understood, Wish

REMOVING = "rm"
MOST = 100  # entries of one person that have not ended
_NOBODY = "Nothing on the timetable is called '{}'. `schedule ls` lists what is."
_ALTERED = "What the timetable has as '{}' was altered by something else, or sealed with another key: it is not run."
_ANYONES = "'{}' may be anybody's, as it was altered. To {} it takes a rule for `{}` (class change) on '*'."
_THEIRS = "'{}' is {}'s. To {} what others put on the timetable takes a rule for `{}` (class change) on '*'."


@dataclass(frozen=True)
class Scheduling:
    """The Timetable that a command's context holds, for whoever sent what was received, at an engine.

    member is what Slack says of them as whom the clock would run something here; woken hears that something came onto
    the timetable, or that it goes on.
    """

    asker: Asker
    person: str
    received: Received
    host: str
    policy: Rules
    store: Store
    clock: Clock
    reader: Reader
    jobs: Callable[[], list[Job]]
    unattended: Unattended
    member: Callable[[], Member]
    woken: Callable[[], None]

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
            lasts=advance.longest(asked.clauses) if asked else 0.0,
        )

    def timezone(self, name: str) -> tzinfo:
        """The time zone of this name; without one that of the schedule that runs, else the asker's; raises Refusal."""
        number = self.received.request.schedule
        try:
            entry = self.store.timetable.get(number) if number else None
            return cron.timezone(name or (self._own_zone() if entry is None else entry.zone))
        except Altered:
            raise Refusal(_ALTERED.format(number)) from None
        except ValueError as error:
            raise Refusal(f"'{name}' {error}.") from None

    def listed(self) -> list[Mapping[str, Any]]:
        """What the asker may know of, the settings' own first."""
        entries = self.store.timetable.entries((State.ACTIVE, State.PAUSED))
        known = (self._agenda.entry(each) for each in entries if self._may_know(each))
        altered = map(self._agenda.altered, self._altered())
        return [*map(self._agenda.job, self.jobs()), *known, *altered]

    def entry(self, word: str) -> Mapping[str, Any]:
        """One entry, or job of the settings; raises Refusal."""
        job = self._job(word)
        return self._agenda.entry(self._known(word)) if job is None else self._agenda.job(job)

    def history(self, word: str, most: int) -> list[Mapping[str, Any]]:
        """Its runs, newest first; raises Refusal."""
        found = self._job(word) or self._known(word)
        name = found.name if isinstance(found, Job) else str(found.number)
        return list(self._agenda.runs(name, found.due, most))

    def check(self, verb: str, word: str) -> None:
        """See that the asker may do this to it now; raises Refusal."""
        if self._job(word) is not None:
            raise Refusal(f"'{word}' is a job of the settings, which set when it runs. Nothing was done.")
        act = verb.removeprefix("schedule ")
        if act == REMOVING and self._is_altered(word):
            self._see_that_all_may_be_changed(verb, _ANYONES.format(word, act, verb))
            return
        entry = self._known(word)
        if not self.asker.has(entry.actor):
            self._see_that_all_may_be_changed(verb, _THEIRS.format(word, entry.person, act, verb))
        if entry.state == State.ENDED:
            raise Refusal(f"'{word}' has ended ({entry.why}). Nothing was done.")

    def pause(self, word: str, why: str) -> Reply:
        """Have it run no more until it is resumed; raises Refusal."""
        self._change(word, State.PAUSED, mask_text(why))
        return note(f"Schedule {word} is paused. `schedule resume {word}` has it run again.")

    def resume(self, word: str) -> Reply:
        """Have it run again, from now on; raises Refusal."""
        due = self._known(word).due
        ahead = self._agenda.ahead(due)
        if not ahead:
            raise Refusal(f"The time of '{word}' has passed. `schedule add` puts it on the timetable anew.")
        now = self.store.tide.now() if due.flows else self.clock.now()
        self._change(word, State.ACTIVE, "", now)
        self.woken()
        told = note(f"Schedule {word} goes on. What was missed meanwhile is not made up for.")
        return told + Reply((Moment("It runs next at", ahead[0]),))

    def remove(self, word: str) -> Reply:
        """End it; raises Refusal."""
        if self._is_altered(word) and self.store.timetable.discard(int(word), self.person, self.received.number):
            return note(f"What the timetable had as {word} is gone: it was altered by something else.")
        self._change(word, State.ENDED, "removed")
        return note(f"Schedule {word} is removed. A run that was begun goes on.")

    def revoke(self, word: str) -> Reply:
        """Have each of its runs ask for consent again; raises Refusal."""
        entry = self._known_to_deciders(word)
        if not self.store.timetable.revoke(entry.number, self.person, self.received.number):
            raise Refusal(f"Nothing is agreed to for all runs of '{word}'. Nothing was done.")
        return note(f"Each run of schedule {word} asks for consent again.")

    def _known_to_deciders(self, word: str) -> Entry:
        """One's own, and one whose standing consent one might have given; raises Refusal."""
        theirs = [each for each in self._called(word) if self.asker.has(each.actor) or self._decides(each)]
        entry = titles.meant(word, theirs, self.asker)
        if entry is None:
            raise Refusal(f"Nothing that you may revoke is on the timetable as '{word}'.")
        return entry

    def _decides(self, entry: Entry) -> bool:
        held = self.store.approvals.get(entry.number)
        return held is not None and self.unattended.assent.may_decide(held, self.asker)

    def _see_that_all_may_be_changed(self, verb: str, refused: str) -> None:
        """Nothing, where a rule lets the asker do this to everybody's; else raises Refusal with that."""
        found = self.unattended.catalog.find(tuple(verb.split()))
        assert found is not None, verb  # noqa: S101 - a verb of ours
        wide = replace(found.spec, permission=Permission.CHANGE)
        if not isinstance(self.policy.current().judge(self.asker, wide, ()), Allow):
            raise Refusal(refused)

    def _altered(self) -> list[int]:
        """The numbers of entries that are not as slashdock wrote them, for those who see all."""
        return self.store.timetable.altered() if self.reader.sees_all(self.host) else []

    def _is_altered(self, word: str) -> bool:
        return word in map(str, self._altered())

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
            entry = replace(entry, standing=Agreed(asked.clauses, asked.covered, until).written())
        self.store.timetable.add(entry, typed)
        self.woken()
        told = note(f"Kept as schedule {entry.title}. `schedule show {entry.number}` tells how it stands.")
        return told + Reply(tuple(Moment("It runs at", at) for at in self._agenda.ahead(entry.due)))

    def _change(self, word: str, state: State, why: str, since: float | None = None) -> None:
        entry = self._known(word)
        if not self.store.timetable.change(entry.number, state, self.person, why, self.received.number, since):
            raise Refusal(f"'{word}' is {entry.state} already. Nothing was done.")

    def _job(self, word: str) -> Job | None:
        return next((each for each in self.jobs() if each.name == word), None)

    def _known(self, word: str) -> Entry:
        entry = titles.meant(word, list(filter(self._may_know, self._called(word))), self.asker)
        if entry is None:
            raise Refusal(_NOBODY.format(word))
        return entry

    def _called(self, word: str) -> list[Entry]:
        try:
            return self.store.timetable.called(word)
        except Altered:
            raise Refusal((_ALTERED if self.reader.sees_all(self.host) else _NOBODY).format(word)) from None

    def _may_know(self, entry: Entry) -> bool:
        return titles.is_known(entry, self.asker, self.policy.current().sight)

    @property
    def _agenda(self) -> Agenda:
        return Agenda(self.store, self.clock, self.reader)
