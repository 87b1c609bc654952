"""What a keyboard did to a word that a shell had set apart is undone, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import keyboard


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("—all", "--all"),
        ("\u2013a", "-a"),
        ("—filter=name=web", "--filter=name=web"),
        ("—", "--"),
        ("\u2013", "-"),
        ("web—old", "web—old"),
        ("a — “b” it\u2019s", "a — “b” it\u2019s"),
        ("'—all'", "'—all'"),
        ("", ""),
    ],
)
def test_only_the_dashes_that_a_word_begins_with_are_damage(word: str, meant: str) -> None:
    """What was quoted for the shell stays as it was written."""
    assert keyboard.flag(word) == meant


@given(st.text(st.characters(codec="ascii")))
def test_plain_text_stays(text: str) -> None:
    """Nothing in ASCII is damage, neither in a word nor in a line."""
    assert keyboard.flag(text) == text
    assert keyboard.mended(text) == text
