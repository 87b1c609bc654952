"""Secrets that no piece of a text holds: past colours, past what cannot be seen, in two pieces, where a block ends."""

from __future__ import annotations

import json
import shlex

import pytest
from docker.api.client import APIClient
from harness import Bench
from test_masked_everywhere import files

from bot import answers
from bot.request import Outcome
from bot.slack.blocks import render
from commands import secrets
from commands.chance import MASK
from commands.reply import Printed, Reply

WORD = "hunter2abc"
RED, PLAIN = "\x1b[31m", "\x1b[0m"


def sent(outcome: Outcome) -> str:
    """What Slack is told of it."""
    return json.dumps(render(outcome, lambda _: "").payload())


@pytest.mark.parametrize(
    "script",
    [
        "mysql --password='{}' x", 'mysql --password="{}" x', "export TOKEN='{}'", "x --api-key='{}'", "mysql -p'{}' x",
        "x --password '{}'", "mysql -p{}; ls", "sh -c 'mysql -p\"{}\"'",
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "schedule add --every 1h "])
def test_a_secret_in_quotes_within_a_word_is_written_down_nowhere(inhabited: Bench, script: str, before: str) -> None:
    """Whatever quotes the line is given when it is written anew."""
    outcome = inhabited.say(f"{before}exec web sh -c {shlex.quote(script.format(WORD))}")
    assert WORD not in sent(outcome)
    assert WORD.encode() not in files(inhabited)
    action = inhabited.store.actions.get(outcome.number or 0)
    assert action is not None
    assert WORD not in json.dumps(action, default=repr)
    assert MASK in action["line"]


def printed(*pieces: tuple[str, bool]) -> tuple[tuple[str, bool], ...]:
    """The pieces as they are shown; hiding them again changes nothing."""
    (part,) = answers.masked(Reply((Printed(pieces),))).parts
    assert isinstance(part, Printed)
    assert answers.masked(Reply((part,))).parts == (part,)
    return part.pieces


@pytest.mark.attack("S20")
def test_a_secret_in_colours_goes_nowhere(inhabited: Bench, api: APIClient) -> None:
    """As logrus prints it on a terminal; not even where a piece of the log ends in it."""
    said = "\\033[36mpassword\\033[0m=hun\\033[1mter2abc\\nsecret=%s"
    made = api.create_container(
        "busybox", ["sh", "-c", f"printf '{said}'; sleep 0.1; printf {WORD}"], name="coloured", tty=True
    )
    api.start(made["Id"])
    api.wait(made["Id"])
    shown = sent(inhabited.say("logs coloured"))
    assert "password=" in shown
    assert WORD not in shown
    assert WORD.encode() not in files(inhabited)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{RED}password{PLAIN}={WORD} {RED}x{PLAIN}", f"password={MASK} x"),
        (f"{RED}authorization{PLAIN}: {RED}Bearer{PLAIN} {WORD}{WORD}", f"authorization: Bearer {MASK}"),
        (f"{RED}db_{PLAIN}token{RED}={PLAIN}{WORD}", f"db_token={MASK}"),
        (f"pass\u200bword=hunter\u00ad2 {RED}", f"password={MASK} "),
        (f"\x1b]8;;http://x\x07token\x1b]8;;\x07={WORD}", f"token={MASK}"),
        (f"{RED}tokens{PLAIN}\r\n\t\u200bpath=/{RED}a", f"{RED}tokens{PLAIN}\r\n\t\u200bpath=/{RED}a"),
        (f"user\u200b{'gh'}p_0123456789abcdefghijABCDEFGHIJ012345", f"user\u200b{MASK}"),
    ],
)
def test_it_is_hidden_as_a_reader_puts_it_together(text: str, shown: str) -> None:
    """What holds none keeps its colours; hiding again changes nothing."""
    assert secrets.mask_text(text) == shown
    assert secrets.mask_text(shown) == shown


def test_it_is_hidden_across_pieces() -> None:
    """Of one stream, past the other, and from one to the other; what holds none stays in its order."""
    assert printed(("password=", False), (WORD, False), ("\n", False)) == ((f"password={MASK}\n", False),)
    assert printed(("a\n", False), ("b\n", True), ("c\n", True)) == (("a\n", False), ("b\nc\n", True))
    assert printed(("a ", False), ("b\n", True), ("c\n", False)) == (("a ", False), ("b\n", True), ("c\n", False))
    past = printed(("password=", False), ("b\n", True), (f"{WORD}\n", False))
    assert past == ((f"password={MASK}\n", False), ("b\n", True))
    assert printed(("password=", True), (f"{WORD}\n", False)) == ((f"password={MASK}\n", True),)


@pytest.mark.parametrize(
    ("before", "tail"),
    [
        ("x", f" password: {WORD}"),
        ("x, ", f" --password {WORD}"),
        ("password ", f"&password={WORD}"),
        ("x", f" curl -u ada:{WORD}"),
        ("x ", f" Cookie: a=1; b={WORD}"),
    ],
)
def test_a_secret_at_the_end_of_a_block_of_a_long_line_is_found(before: str, tail: str) -> None:
    """Wherever the block ends: within the name, after it, or within the value."""
    line = before * secrets.BLOCK
    places = range(secrets.BLOCK - len(tail), secrets.BLOCK + 1)
    assert [at for at in places if WORD in secrets.mask_text(line[:at] + tail)] == []
