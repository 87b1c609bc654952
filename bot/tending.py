"""What somebody may do about what is on the timetable already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot import titles
from bot.agenda import Agenda
from bot.clock import Clock
from bot.jobs import Job
from bot.policy import Allow, Asker, Rules
from bot.reader import Reader
from bot.request import Member, Received
from bot.store import Store
from bot.timetable import Altered, Entry, State
from bot.unattended import Unattended
from commands.attempts import Refusal
from commands.reply import Moment, Reply, note
from commands.secrets import mask_text
from commands.spec import Permission

REMOVING = "rm"
_NOBODY = "Nothing on the timetable is called '{}'. `schedule ls` lists what is."
ALTERED = "What the timetable has as '{}' was altered by something else, or sealed with another key: it is not run."
_ANYONES = (
    "'{}' may be anybody's, as it was altered. To {} it takes a rule for `{}` (class change) on '*', on all hosts."
)
_THEIRS = "'{}' is {}'s. To {} what others put on the timetable takes a rule for `{}` (class change) on '*'."


@dataclass(frozen=True)
class Tending:
    """For whoever sent what was received, at an engine.

    hosts are the names of all engines, member is what Slack says of them as whom the clock would run something here;
    woken hears that something came onto the timetable, or that it goes on.
    """

    asker: Asker
    person: str
    received: Received
    host: str
    hosts: tuple[str, ...]
    policy: Rules
    store: Store
    clock: Clock
    reader: Reader
    jobs: Callable[[], list[Job]]
    unattended: Unattended
    member: Callable[[], Member]
    woken: Callable[[], None]

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
            self._see_that_all_may_be_changed(verb, _ANYONES.format(word, act, verb), *self.hosts)
            return
        entry = self._meant(word)
        if not self.asker.has(entry.actor):
            self._see_that_all_may_be_changed(verb, _THEIRS.format(word, entry.person, act, verb), entry.host)
        if entry.state == State.ENDED:
            raise Refusal(f"'{word}' has ended ({entry.why}). Nothing was done.")

    def pause(self, word: str, why: str) -> Reply:
        """Have it run no more until it is resumed; raises Refusal."""
        entry = self._change(word, State.PAUSED, mask_text(why))
        return note(f"Schedule {self._title(entry)} is paused. `schedule resume {entry.number}` has it run again.")

    def resume(self, word: str) -> Reply:
        """Have it run again, from now on; raises Refusal."""
        due = self._meant(word).due
        ahead = self._agenda.ahead(due)
        if not ahead:
            raise Refusal(f"The time of '{word}' has passed. `schedule add` puts it on the timetable anew.")
        now = self.store.tide.now() if due.flows else self.clock.now()
        entry = self._change(word, State.ACTIVE, "", now)
        self.woken()
        told = note(f"Schedule {self._title(entry)} goes on. What was missed meanwhile is not made up for.")
        return told + Reply((Moment("It runs next at", ahead[0]),))

    def remove(self, word: str) -> Reply:
        """End it; raises Refusal."""
        if self._is_altered(word) and self.store.timetable.discard(int(word), self.person, self.received.number):
            return note(f"What the timetable had as {word} is gone: it was altered by something else.")
        entry = self._change(word, State.ENDED, "removed")
        return note(f"Schedule {self._title(entry)} is removed. A run that was begun goes on.")

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

    def _see_that_all_may_be_changed(self, verb: str, refused: str, *hosts: str) -> None:
        """Nothing, where rules let the asker do this to everybody's on these hosts; else raises Refusal with that."""
        found = self.unattended.catalog.find(tuple(verb.split()))
        assert found is not None, verb  # noqa: S101 - a verb of ours
        wide = replace(found.spec, permission=Permission.CHANGE)
        judged = (self.policy.current().judge(replace(self.asker, host=host), wide, ()) for host in hosts)
        if not all(isinstance(each, Allow) for each in judged):
            raise Refusal(refused)

    def _altered(self) -> list[int]:
        """The numbers of entries that are not as slashdock wrote them, for those who see all."""
        return self.store.timetable.altered() if all(map(self.reader.sees_all, self.hosts)) else []

    def _is_altered(self, word: str) -> bool:
        return word in map(str, self._altered())

    def _change(self, word: str, state: State, why: str, since: float | None = None) -> Entry:
        entry = self._meant(word)
        if not self.store.timetable.change(entry.number, state, self.person, why, self.received.number, since):
            raise Refusal(f"'{word}' is {entry.state} already. Nothing was done.")
        return entry

    def _title(self, entry: Entry) -> str:
        return entry.title if self.asker.has(entry.actor) else f"{entry.title}, {entry.person}'s,"

    def _meant(self, word: str) -> Entry:
        """The one to be changed: a name is one's own alone, others' go by their numbers; raises Refusal."""
        entry = self._known(word)
        titles.see_that_it_is_meant(word, entry, self.asker)
        return entry

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
            raise Refusal((ALTERED if self.reader.sees_all(self.host) else _NOBODY).format(word)) from None

    def _may_know(self, entry: Entry) -> bool:
        return titles.is_known(entry, self.asker, self.policy.current().sight)

    @property
    def _agenda(self) -> Agenda:
        return Agenda(self.store, self.clock, self.reader)
