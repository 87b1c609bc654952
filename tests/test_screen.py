"""The terminal of a session: what stands on it is what was printed, whatever characters that are."""

from __future__ import annotations

import pytest

from commands.screen import Screen

ACCENT = "\u0301"
WIDE = "日" * 10 + " " * 46  # 66 columns of the 80


def _shown(*printed: str) -> str:
    """What stands on a screen after this was printed."""
    screen = Screen()
    for each in printed:
        screen.feed(each.encode())
    return screen.text().text


@pytest.mark.parametrize("pieces", [[ACCENT * 40_000], [f"{ACCENT}\x1b[m"] * 500, [ACCENT * 7] * 500])
@pytest.mark.parametrize("before", ["e", "e" * 80, "e" * 80 + "\r\n", "日"])
def test_accents_without_end_take_no_room(before: str, pieces: list[str]) -> None:
    """A few stand on a letter; what comes after them is there, too."""
    shown = _shown(before, *pieces, "after")
    assert shown.count(ACCENT) < 10
    assert shown.endswith("after")


def test_accents_stand_on_their_letters() -> None:
    """In any language, and what takes no place of its own hides nothing that comes after it."""
    assert _shown("Ame\u0301lie n\u0303o\u0302 \u2764\ufe0f a\u200bb") == "Amélie ñô \u2764 ab"


@pytest.mark.parametrize("row", [WIDE, "a\u0323\u0302" * 20 + " " * 46])
def test_a_line_that_is_cut_goes_on_whatever_its_characters(row: str) -> None:
    """So that a secret on it is seen whole, and masked."""
    assert _shown(f"{row}DB_PASSWORD=hunter2corgi\r\nend") == f"{row}DB_PASSWORD=hunter2corgi\nend".replace(
        "a\u0323\u0302", "\u1ead"
    )


def test_a_prompt_is_all_that_its_rows_hold() -> None:
    """As far as it goes on from one to the next."""
    screen = Screen()
    screen.feed(b"one\r\n" + b"k" * 200 + b": ")
    assert screen.prompt() == "k" * 200 + ":"


@pytest.mark.parametrize("anew", ["\x1bc", "\x1b[H", "\x1b[20A\r"])
def test_what_is_written_above_is_shown(anew: str) -> None:
    """After a reset, or where a program goes back up and writes there."""
    screen = Screen()
    screen.feed("".join(f"{n}\r\n" for n in range(15)).encode())
    screen.turn()
    screen.feed(f"{anew}fresh output\r\n".encode())
    assert "fresh output" in screen.text().text
