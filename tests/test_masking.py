"""Text that comes in pieces is masked as it would be at once, however it is cut."""

from __future__ import annotations

import pytest

from bot.lines import Lines
from bot.masking import LONGEST, Masking
from commands import secrets

BODY = "x7Hq9" * 12
LINES = "\n".join(f"MIIEowIBAAKCAQEA{at:03}{BODY}" for at in range(25))
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
KEY = f"{BEGIN}\nProc-Type: 4,ENCRYPTED\n\n{LINES}\n{END}\n"
STRAY = f"{BEGIN}\nINFO a line of a log\nand another one\n"
LONG = "x" * (2 * LONGEST - 8) + " password=SuperSecret123x and " + "y" * 40_000 + " AKIAIOSFODNN7EXAMPLE\n"
TEXTS = {"lines": "one\ntwo\nthree\n", "key": f"before\n{KEY}after\n", "stray": STRAY * 3, "long": LONG}


@pytest.mark.parametrize("size", [7, 100, LONGEST, LONGEST + 3])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_cut_shows_a_secret(text: str, size: int) -> None:
    """Nor leaves anything out."""
    masking = Masking()
    shown = "".join(masking.take(text[at : at + size]).text for at in range(0, len(text), size)) + masking.rest().text
    assert shown == secrets.mask_text(text)


@pytest.mark.parametrize("size", [100, LONGEST])
def test_a_key_that_is_longer_than_what_is_held_back_is_hidden_to_its_end(size: int) -> None:
    """And what comes after it is shown."""
    text = (
        f"before\n{BEGIN}\n" + "\n".join(f"MIIEowIBAAKCAQEA{at:03}{BODY}" for at in range(900)) + f"\n{END}\nafter it\n"
    )
    masking = Masking()
    shown = "".join(masking.take(text[at : at + size]).text for at in range(0, len(text), size)) + masking.rest().text
    assert BODY not in shown
    assert shown.startswith(f"before\n{BEGIN}")
    assert shown.endswith(f"{END}\nafter it\n")


def test_a_stray_beginning_holds_nothing_back() -> None:
    """What is no key after it is shown as soon as its line is over."""
    masking = Masking()
    assert masking.take(f"{BEGIN}\n").text == ""
    assert masking.take("INFO a line of a log\n").text == f"{BEGIN}\nINFO a line of a log\n"


def test_what_stands_before_a_line_is_no_part_of_what_is_masked() -> None:
    """A key is hidden that has a name before each of its lines; the others keep theirs."""
    lines = Lines()
    text = f"before\n{KEY}after\n"
    shown = "".join(lines.take(f"{each}\n", (f"web-1 {at}| ",)) for at, each in enumerate(text.splitlines()))
    assert BODY not in shown
    assert shown.splitlines()[0] == "web-1 0| before"
    assert shown.splitlines()[-1] == f"web-1 {len(text.splitlines()) - 1}| after"
    assert all(each.startswith("web-1 ") for each in shown.splitlines())


def test_a_line_in_parts_has_one_beginning() -> None:
    """Where it is longer than what is held back."""
    lines = Lines()
    shown = lines.take("a " * LONGEST, ("web| ",)) + lines.take("end\nnext\n", ("web| ",)) + lines.rest()
    assert shown == f"web| {'a ' * LONGEST}end\nweb| next\n"
