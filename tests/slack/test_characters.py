"""Text from outside cannot hide, move a cursor or speak to Slack."""

from __future__ import annotations

import json
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.slack.characters import cut_escaped, escaped, foot, head, visible
from commands.legible import BLOCK

SEEN = [
    ("plain\ttext\n", "plain\ttext\n", 0),
    ("\x1b[31mred\x1b[0m", "red", 0),
    ("\x1b]0;title\x07after", "after", 0),
    ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link", 0),
    ("\x1b]0;never ended, so it hides nothing", "0;never ended, so it hides nothing", 0),
    ("\x9b1mC1", "C1", 0),
    ("10%\r20%\r\ndone", "10%\n20%\ndone", 0),
    ("a\u202eb", "a\\u{202e}b", 1),
    ("a\u200bb\ufeff", "a\\u{200b}b\\u{feff}", 2),
    ("nul\x00bell\x07", "nul\\u{0}bell\\u{7}", 2),
    ("\u2028\u2029", "\\u{2028}\\u{2029}", 2),
    ("lone \ud800", "lone \\u{d800}", 1),
    ("naïve 漢字 🐳 no\u00a0break", "naïve 漢字 🐳 no\u00a0break", 0),
]


@pytest.mark.parametrize(("text", "shown", "hidden"), SEEN)
def test_invisible_characters_are_shown_and_terminal_sequences_go(text: str, shown: str, hidden: int) -> None:
    """Letters stay as they are; what cannot be seen is written out and counted."""
    assert visible(text) == (shown, hidden)


@pytest.mark.attack("S16")
@given(st.text())
@example("\x1b\x1b[")
def test_nothing_invisible_is_left(text: str) -> None:
    """Whatever a container prints, only characters that can be seen, newlines and tabs remain."""
    shown, _ = visible(text)
    odd = {unicodedata.category(each) for each in shown if each not in "\n\t"}
    assert not odd & {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


@settings(max_examples=20)
@given(st.text(st.sampled_from("a\n\r\x1b[1m\u200b\U000f0000"), max_size=60))
def test_what_stands_where_a_block_ends_is_shown_as_by_itself(text: str) -> None:
    """A long text is looked at in blocks of whole lines: none of their ends is seen."""
    before, (shown, hidden) = "x" * (BLOCK - 20) + "\n", visible(f"{text}\n")
    assert visible(f"{before}{text}\n{before}") == (f"{before}{shown}{before}", hidden)


@pytest.mark.attack("S16")
def test_every_invisible_character_in_one_text_is_counted_in_one_pass() -> None:
    """S16: a log of a hundred thousand different ones costs what its length does: each is written out once."""
    text = "".join(map(chr, range(0xF0000, 0xFFFFE))) + "\n"
    small, large = _cost(text[:8_000]), _cost(text[:64_000])
    assert visible(text)[1] == len(text) - 1
    assert large < 24 * small


def _cost(text: str) -> float:
    """The processor time of this thread for it, in seconds: the least of three, at least a millisecond."""
    spent = []
    for _ in range(3):
        start = time.thread_time()
        visible(text)
        spent.append(time.thread_time() - start)
    return max(min(spent), 0.001)


@given(st.text(), st.integers(20, 60))
def test_escaped_text_is_cut_between_entities(text: str, limit: int) -> None:
    """A cut text keeps to the limit and never ends in half an entity, which would show as noise."""
    cut = cut_escaped(escaped(text), limit)
    assert len(cut) <= limit
    assert "<" not in cut
    assert cut.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "").count("&") == 0


@given(st.text(st.sampled_from('ab\n\t"\\漢🐳'), max_size=200), st.integers(0, 100))
def test_the_head_is_a_beginning_that_fits(text: str, room: int) -> None:
    """The head is the beginning of the text, in the room as JSON, and whole lines where there is one."""
    kept = head(text, room)
    assert text.startswith(kept)
    assert len(json.dumps(kept, ensure_ascii=False)) - 2 <= room
    assert kept == text or "\n" not in kept or kept.endswith("\n")


def test_text_that_fits_is_kept_whole() -> None:
    """Nothing is cut where nothing needs to be."""
    assert head("line 1\nline 2", 14) == "line 1\nline 2"
    assert head("line 1\nline 2", 13) == "line 1\n"


@given(st.text(st.sampled_from('ab\n\t"\\漢🐳'), max_size=200), st.integers(0, 100))
def test_the_foot_is_an_end_that_fits(text: str, room: int) -> None:
    """In the room as JSON, and whole lines; nothing where the last line has no room."""
    kept = foot(text, room)
    assert text.endswith(kept)
    assert len(json.dumps(kept, ensure_ascii=False)) - 2 <= room
    assert kept in {"", text} or text[: -len(kept)].endswith("\n")


def test_the_foot_takes_as_many_lines_as_fit() -> None:
    """Of a line that would be cut nothing is shown."""
    assert foot("line 1\nline 2\n", 9) == "line 2\n"
    assert foot("line 1\nline 2\n", 7) == ""
    assert foot("a long line\n", 5) == ""
