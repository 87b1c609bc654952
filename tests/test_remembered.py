"""What the bot must not forget beside the record: buttons, when images were seen, runs of jobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from harness import KEY
from recording import begin, receive
from set_clock import SetClock

from bot.buttons import DIALOG, Buttons, Recalled
from bot.runs import Runs
from bot.sights import Sights
from bot.store import Store
from commands.cleanup.memory import Ran, Taken
from commands.cleanup.policy import Policy


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands still."""
    return SetClock(1_000_000.0)


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Iterator[Store]:
    """A new record."""
    made = Store(tmp_path, clock, KEY)
    yield made
    made.close()


@pytest.fixture
def buttons(store: Store) -> Buttons:
    """Its buttons."""
    return store.buttons


@pytest.fixture
def sights(store: Store) -> Sights:
    """What it has seen."""
    return store.sights


@pytest.fixture
def runs(store: Store) -> Runs:
    """Its runs."""
    return store.runs


def test_a_line_is_remembered_under_an_opaque_id(buttons: Buttons) -> None:
    """The id says nothing of the line, is the same for the same line, and another for another host or label."""
    handle = buttons.remember("restart web", "local", "Restart")
    assert buttons.recall(handle) == Recalled("restart web", "local")
    assert (len(handle), "web" in handle) == (32, False)
    assert buttons.remember("restart web", "local", "Restart") == handle
    others = {buttons.remember("restart web", "b", "Restart"), buttons.remember("stop web", "local", "")}
    assert len({handle, *others}) == 3


def test_an_unknown_id_stands_for_nothing(buttons: Buttons) -> None:
    """What was not remembered here is nothing here."""
    assert buttons.recall("f" * 32) is None


def test_images_are_aged_from_when_they_were_first_seen(sights: Sights, clock: SetClock) -> None:
    """The first sight counts, each host by itself."""
    start = clock.at
    assert sights.first("local", "image", ["a", "b"]) == {"a": start, "b": start}
    clock.at += 100
    assert sights.first("local", "image", ["a", "c"]) == {"a": start, "c": start + 100}
    assert sights.first("other", "image", ["a"]) == {"a": start + 100}


def test_an_image_that_comes_back_is_new(sights: Sights, clock: SetClock) -> None:
    """An image that was gone in between has the grace of a fresh one."""
    sights.first("local", "image", ["a", "b"])
    clock.at += 100
    sights.first("local", "image", ["b"])
    clock.at += 100
    assert sights.first("local", "image", ["a", "b"]) == {"a": clock.at, "b": clock.at - 200}


def test_an_image_seen_in_the_future_is_new(sights: Sights, clock: SetClock) -> None:
    """A clock that was ahead makes no image old, nor young for ever."""
    sights.first("local", "image", ["a"])
    clock.at -= 1000
    assert sights.first("local", "image", ["a"]) == {"a": clock.at}


def test_kinds_are_seen_each_by_itself(sights: Sights, clock: SetClock) -> None:
    """All containers are no reason to forget an image."""
    start = clock.at
    sights.first("local", "image", ["a"])
    clock.at += 100
    assert sights.first("local", "container", ["a", "b"]) == {"a": start + 100, "b": start + 100}
    assert sights.first("local", "image", ["a"]) == {"a": start}


def test_the_last_use_of_an_image_is_kept_while_it_is_there(sights: Sights) -> None:
    """The latest one that was ever told, each host by itself; of what is gone nothing is known when it comes back."""
    assert sights.used("local", "image", {"a": 5.0, "gone": 9.0}, ["a", "b"]) == {"a": 5.0}
    assert sights.used("local", "image", {"a": 3.0, "b": 8.0}, ["a", "b"]) == {"a": 5.0, "b": 8.0}
    assert sights.used("other", "image", {}, ["a"]) == {}
    assert sights.used("local", "network", {"a": 4.0}, ["a"]) == {"a": 4.0}
    assert sights.used("local", "image", {}, ["b"]) == {"b": 8.0}
    assert sights.used("local", "image", {}, ["a", "b"]) == {"b": 8.0}


def test_a_use_in_the_future_is_now(sights: Sights, clock: SetClock) -> None:
    """A clock that was ahead keeps nothing for years."""
    start = clock.at
    clock.at += 1000
    sights.used("local", "image", {"a": clock.at}, ["a"])
    clock.at = start
    assert sights.used("local", "image", {}, ["a"]) == {"a": start}
    sights.hear("local", {"a": start + 5}, (), 1.0)
    clock.at += 100
    assert sights.used("local", "image", {"b": clock.at + 5}, ["a", "b"]) == {"a": start, "b": clock.at}


def test_what_came_or_went_is_known_no_more(sights: Sights, clock: SetClock) -> None:
    """Neither since when it was there nor when it was used, as far as it was an image: its id comes back."""
    for kind in ("image", "network"):
        sights.first("local", kind, ["a", "b"])
        sights.used("local", kind, {"a": 5.0, "b": 5.0}, ["a", "b"])
    start = clock.at
    clock.at += 100
    sights.hear("local", {"b": 7.0}, ["a"], 9.0)
    assert (sights.heard("local"), sights.heard("other")) == (9.0, 0)
    assert sights.first("local", "image", ["a", "b"]) == {"a": clock.at, "b": start}
    assert sights.used("local", "image", {}, ["a", "b"]) == {"b": 7.0}
    sights.forget("local", ["b"])
    assert sights.used("local", "image", {}, ["a", "b"]) == {}
    assert sights.first("local", "image", ["b"]) == {"b": clock.at}
    assert sights.first("local", "network", ["a", "b"]) == {"a": start, "b": start}
    assert sights.used("local", "network", {}, ["a", "b"]) == {"a": 5.0, "b": 5.0}


def test_another_engine_at_the_same_address_is_new(sights: Sights, clock: SetClock) -> None:
    """Nothing that was seen, used or heard of at the one before counts; one that does not tell its id is the same."""
    sights.at_engine("local", "one")
    for host in ("local", "other"):
        sights.hear(host, {"a": 5.0}, (), 9.0)
        sights.first(host, "image", ["a"])
    start = clock.at
    clock.at += 100
    for same in ("one", ""):
        sights.at_engine("local", same)
        assert sights.first("local", "image", ["a"]) == {"a": start}
    sights.at_engine("local", "two")
    assert sights.first("local", "image", ["a"]) == {"a": clock.at}
    assert (sights.heard("local"), sights.used("local", "image", {}, ["a"])) == (0, {})
    assert (sights.heard("other"), sights.used("other", "image", {}, ["a"])) == (9.0, {"a": 5.0})
    assert sights.first("other", "image", ["a"]) == {"a": start}


def test_policies_and_runs_of_cleanups_are_kept(store: Store, clock: SetClock) -> None:
    """As they were set, in order of name; the runs newest first, with what each took in its order."""
    weekly = Policy("weekly", ("images", "cache"), 9.0, ("keep",), ("a*", "b"), 3, 7, 9)
    store.cleanups.keep(weekly, "ada")
    store.cleanups.keep(Policy("daily", ("dangling",)), "ada")
    assert store.cleanups.turn_on(weekly, "ben")
    assert not store.cleanups.turn_on(weekly, "ben")
    assert not store.cleanups.turn_on(Policy("monthly", ("images",)), "ben")
    assert store.cleanups.policies() == {"daily": Policy("daily", ("dangling",)), "weekly": replace(weekly, on=True)}
    assert (store.cleanups.drop("daily"), store.cleanups.drop("daily")) == (True, False)
    taken = [Taken("image", "sha256:2", "b:1", {"x": "y"}, ("b:1", "c:1"), ("b@d",)), Taken("network", "1", "lan", {})]
    for number, name in ((4, "weekly"), (5, "default"), (6, "weekly")):
        begun = Ran(name, number=number, host="local", person="ada", at=clock.at, ended=False)
        store.cleanups.note(begun)
        for place, each in enumerate((*taken, taken[0]) if number == 4 else ()):
            store.cleanups.taking(number, place, each)
            assert store.cleanups.history("local", "", 1) == [replace(begun, removed=place + 1)]
        store.cleanups.taking(number, 2, None)
        store.cleanups.note(Ran(name, 2, 1, 0, None, 5, number, "local", "ada"))
    assert [each.number for each in store.cleanups.history("local", "", 9)] == [6, 5, 4]
    assert store.cleanups.history("local", "weekly", 1) == [
        Ran("weekly", 2, 1, 0, None, 5, 6, "local", "ada", clock.at)
    ]
    assert store.cleanups.history("other", "", 9) == []
    assert (store.cleanups.taken(4), store.cleanups.taken(5)) == (taken, [])
    assert (store.cleanups.has("local", 5), store.cleanups.has("other", 5)) == (True, False)


def test_a_run_is_claimed_once(runs: Runs, clock: SetClock) -> None:
    """The first to ask gets the run; how it ended is told of the latest."""
    claims = [runs.claim(*run) for run in (("cleanup", 5.0), ("cleanup", 5.0), ("report", 5.0))]
    assert claims == [True, False, True]
    assert runs.claim("cleanup", 9.0)
    clock.at += 1
    runs.done("cleanup", 9.0, "not started")
    run = runs.of("cleanup", 1)[0]
    assert (run.due, run.claimed, run.ended, run.summary) == (9.0, clock.at - 1, clock.at, "not started")
    assert runs.unended() == [("cleanup", 5.0), ("report", 5.0)]


def test_a_schedule_is_dated_from_when_it_was_set(runs: Runs, clock: SetClock) -> None:
    """The date stays while the schedule does."""
    start = clock.at
    assert runs.since("cleanup", "0 3 * * * UTC") == start
    clock.at += 10
    assert runs.since("cleanup", "0 3 * * * UTC") == start
    assert runs.since("cleanup", "0 4 * * * UTC") == start + 10


def test_an_id_that_works_once_is_another_each_time(buttons: Buttons) -> None:
    """The same line offered twice has two ids, each of which stands for it."""
    first, second = buttons.once("image prune -f", "local"), buttons.once("image prune -f", "local")
    assert first != second
    assert buttons.recall(first) == buttons.recall(second) == Recalled("image prune -f", "local")


def test_an_id_that_works_once_is_used_by_the_first_action(store: Store, buttons: Buttons) -> None:
    """The second is told of the first, while it runs and after it has ended."""
    handle, first = buttons.once("image prune -f", "local"), receive(store)
    assert (buttons.press(handle, first), buttons.spent(handle)) == (None, None)
    second = receive(store)
    told = buttons.press(handle, second)
    assert (told and told.number, told and told.actor) == (first, "U0ADMIN001")
    number = begin(store)
    again = buttons.once("image prune -f", "local")
    assert buttons.press(again, number) is None
    store.record.outcome(number, status="failed")
    spent = buttons.spent(again)
    assert spent is not None
    assert spent.number == number
    assert buttons.press(again, second) == spent


def test_an_action_that_did_nothing_leaves_the_id_usable(store: Store, buttons: Buttons) -> None:
    """Somebody who may not do it does not use up the button of somebody who may."""
    handle, refused = buttons.once("image prune -f", "local"), receive(store)
    buttons.press(handle, refused)
    store.record.refuse(refused, status="denied", reason="no", line="", verb="", person="")
    assert buttons.spent(handle) is None
    assert buttons.press(handle, receive(store)) is None


def test_an_id_that_may_be_used_again_is_never_used_up(store: Store, buttons: Buttons) -> None:
    """A next page can be turned to twice."""
    handle, number = buttons.remember("ps", "local", "Again"), begin(store)
    assert buttons.press(handle, number) is None
    assert buttons.press(handle, receive(store)) is None
    assert buttons.spent(handle) is None


def test_a_dialog_is_remembered_for_a_day(buttons: Buttons, clock: SetClock) -> None:
    """What is filled in later is for nobody; the next one that is opened sweeps it away."""
    early = buttons.ask("b1", {"channel": "C1"})
    clock.at += DIALOG
    assert buttons.asked(early) == ("b1", {"channel": "C1"})
    clock.at += 1
    late = buttons.ask("b2", {"channel": "C2"})
    assert (buttons.asked(early), buttons.asked(late)) == (None, ("b2", {"channel": "C2"}))
