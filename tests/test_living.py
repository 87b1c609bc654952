"""A line that lives on, by itself: what of it is shown, counted and kept, and what ends it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from eventually import eventually
from hypothesis import given
from hypothesis import strategies as st

from bot.files import Files
from bot.living import SHOWN, Living, living
from bot.masking import LONGEST
from bot.stream import Terms
from bot.streams import ALL, EACH, ENDS, WORKS, Streams
from commands.attempts import Refusal
from commands.chance import MASK
from commands.filing import TooLarge
from commands.live import Said, View

BODY = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW"
KEY = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{BODY}\n-----END OPENSSH PRIVATE KEY-----\n"


@pytest.fixture
def seen() -> list[View]:
    """What was shown."""
    return []


@pytest.fixture
def live(tmp_path: Path, seen: list[View]) -> Iterator[Living]:
    """One that lives."""
    with (
        Streams().open(1, "U1", "ada", "local", "logs -f web") as stream,
        living(stream, seen.append, Files(tmp_path / "files")) as made,
    ):
        yield made


def _file(live: Living) -> str:
    document = live.document("x.log", "X")
    assert document is not None
    assert isinstance(document.content, Path)
    return document.content.read_text()


def test_whole_lines_are_shown_counted_and_kept(live: Living, seen: list[View]) -> None:
    """The last one may come in pieces; the newest ones are shown, all are kept."""
    for at in range(SHOWN + 10):
        live.add(f"line {at}\nbegin")
        live.add("ning ")
    live.flush()
    assert seen[-1].text.endswith(f"beginning line {SHOWN + 9}\nbeginning ")
    assert seen[-1].text.count("\n") == SHOWN - 1
    assert live.summary().startswith(f"{SHOWN + 11} lines in ")
    assert _file(live).count("\n") == SHOWN + 10


@given(st.lists(st.integers(1, len(KEY) + 20), max_size=6))
def test_a_key_is_shown_nowhere_however_it_comes(tmp_path_factory: pytest.TempPathFactory, cuts: list[int]) -> None:
    """In whatever pieces: neither in a look nor in the file."""
    text, seen = f"before\n{KEY}after\n", list[View]()
    places = [0, *sorted(cuts), len(text)]
    with (
        Streams().open(1, "U1", "ada", "local", "logs -f web") as stream,
        living(stream, seen.append, Files(tmp_path_factory.mktemp("files"))) as live,
    ):
        for first, last in itertools.pairwise(places):
            live.add(text[first:last])
        live.flush()
        kept = _file(live)
    assert not [each for each in (kept, *(view.text for view in seen)) if BODY[:20] in each]
    assert kept.startswith("before\n")
    assert kept.endswith("after\n")
    assert MASK in kept


def test_a_line_without_an_end_is_shown_all_the_same(live: Living, seen: list[View]) -> None:
    """Else it would be held for ever."""
    live.add("x" * (LONGEST + 1))
    eventually(lambda: seen)
    live.flush()
    assert _file(live) == "x" * (LONGEST + 1)


def test_a_pause_stops_the_looks_alone(live: Living, seen: list[View]) -> None:
    """What came meanwhile is in the next one."""
    live.add("one\n")
    live.stream.pause(on=True)
    looks = len(seen)
    assert "Paused" in seen[-1].state
    assert [each.label for each in seen[-1].buttons] == ["Stop", "Go on", "Get file"]
    live.add("two\n")
    assert len(seen) == looks
    live.stream.pause(on=False)
    assert seen[-1].text == "one\ntwo\n"


def test_a_file_has_a_bound_and_says_so(tmp_path: Path) -> None:
    """What came before it is kept, and lines are counted on."""
    with (
        Streams().open(1, "U1", "ada", "local", "logs -f web") as stream,
        living(stream, lambda _view: None, Files(tmp_path / "files", largest=20)) as live,
    ):
        for _ in range(5):
            live.add("123456789\n")
        end = "… (the file ends here: a file may have 20B here, and this is more: SLASHDOCK_FILE_LIMIT says how much)\n"
        assert _file(live) == "123456789\n" * 2 + end
        assert live.summary().startswith("5 lines")


def test_what_nobody_finishes_is_not_kept(tmp_path: Path) -> None:
    """Neither a draft that is left, nor more than all may take together."""
    files = Files(tmp_path / "files", room=10)
    with files.draft() as draft:
        draft.write(b"12345")
    assert not list((tmp_path / "files").iterdir())
    with files.draft() as draft:
        draft.write(b"12345678")
        kept = draft.finish()
    assert kept.read_bytes() == b"12345678"
    with files.draft() as draft, pytest.raises(TooLarge, match="has room for 2B"):
        draft.write(b"123")


def test_there_are_only_so_many() -> None:
    """Of one person, and of all; one that has ended makes room."""
    streams = Streams()
    opened = [streams.open(at, f"U{at // EACH}", f"p{at // EACH}", "local", "x") for at in range(ALL)]
    for each in opened:
        each.__enter__()
    with pytest.raises(Refusal, match="There are 20 streams of this kind already"):
        streams.open(99, "U9", "p9", "local", "x").__enter__()
    with pytest.raises(Refusal, match="You have 5 streams of this kind already"):
        streams.open(99, "U0", "p0", "local", "x").__enter__()
    for each in opened:
        each.__exit__(None, None, None)
    with streams.open(100, "U0", "p0", "local", "x"):
        assert [each.number for each in streams.listed()] == [100]


def test_one_ends_when_its_time_is_over_or_the_policy_says_so() -> None:
    """Whoever waits in it is woken, and what it reads is closed."""
    with Streams(lasts=0.05).open(1, "U1", "ada", "local", "x") as stream:
        closed = threading.Event()
        with stream.closing(closed.set):
            assert stream.wait(20)
        assert closed.is_set()
        assert "as long as it may" in stream.ended
    with Streams(look=0.01).open(2, "U1", "ada", "local", "x") as stream:
        stream.still = lambda: "not any more"
        assert stream.wait(20)
        assert stream.ended == "not any more"


def test_all_end_with_the_bot() -> None:
    """And nothing more is begun."""
    streams = Streams()
    with streams.open(1, "U1", "ada", "local", "x") as stream:
        streams.close(limit=0)
        assert stream.ended == f"{ENDS}."
    with pytest.raises(Refusal, match="begins nothing more"):
        streams.open(2, "U1", "ada", "local", "x").__enter__()


def test_a_session_ends_when_nothing_is_typed_and_nothing_printed() -> None:
    """What is typed or printed puts it off; what lives without being typed into has no such end."""
    streams = Streams(look=0.01)
    with streams.open(1, "U1", "ada", "local", "exec -it web sh") as stream:
        stream.idle = 0.05
        assert eventually(lambda: stream.ended).startswith("Nothing was typed and nothing printed for")
    with streams.open(2, "U1", "ada", "local", "logs -f web") as stream:
        assert stream.over == stream.due
        stream.idle = 1.0
        before = stream.over
        stream.touch()
        assert stream.over > before


def test_what_is_delivered_twice_is_typed_once() -> None:
    """And nothing once it ends."""
    taken: list[Said] = []
    with Streams().open(1, "U1", "ada", "local", "exec -it web sh") as stream:
        stream.takes = taken.append
        assert stream.type(Said("ls", "ada", "U1"), "Ev1")
        assert stream.type(Said("ls", "ada", "U1"), "Ev1")
        stream.leave("ada left it.")
        assert (len(taken), stream.left, stream.type(Said("ls", "ada", "U1"), "Ev2")) == (1, True, False)


def test_a_first_half_of_leaving_goes_with_what_is_typed_next() -> None:
    """What nobody left by is typed before that; what one left by is not typed at all."""
    typed: list[str] = []
    with Streams().open(1, "U1", "ada", "local", "attach web") as stream:
        stream.takes = lambda said: typed.append(said.key or said.text)
        first = Said("", "ada", "U1", "^P")
        assert stream.hold(first)
        assert typed == []
        assert stream.type(Said("ls", "ada", "U1"))
        assert stream.hold(first)
        assert stream.hold(first)
        assert typed == ["^P", "ls", "^P"]
        stream.end("over")
        assert not stream.hold(first)


@pytest.mark.parametrize("terms", [None, WORKS], ids=["session", "work"])
def test_what_is_not_painted_as_a_whole_cannot_be_paused(terms: Terms | None) -> None:
    """A session has a thread, and a work ends by itself: it is not told that they are paused."""
    with Streams().open(1, "U1", "ada", "local", "exec -it web sh", terms=terms) as stream:
        assert not stream.pause(on=True)
        assert not stream.paused


def test_what_is_typed_before_a_session_begins_waits_for_that() -> None:
    """As at a terminal; once it has begun and ended, nothing is typed any more."""
    taken: list[str] = []
    with Streams().open(1, "U1", "ada", "local", "run -it busybox sh") as stream:
        assert stream.type(Said("ls", "ada", "U1"), "E1")
        assert stream.type(Said("ls", "ada", "U1"), "E1")
        assert not taken
        with stream.hearing(lambda said: taken.append(said.text)):
            assert stream.type(Said("pwd", "ada", "U1"), "E2")
        assert taken == ["ls", "pwd"]
        assert not stream.type(Said("id", "ada", "U1"), "E3")
