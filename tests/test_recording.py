"""The recording of a session: what a terminal and a person do to a secret does not bring it into the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.echoes import REACH
from bot.files import Files
from bot.recording import Recording
from bot.wrapping import Wrapping
from commands.chance import MASK
from commands.prompting import asks

PASSWORD = "hunter2-corgi-dog"
HIDDEN = ("i", f"{MASK}\n")


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    """One that begins."""
    with Files(tmp_path / "files").draft() as draft:
        yield Recording(draft, "exec -it web sh", 0.0)


def _events(recording: Recording) -> list[tuple[str, str]]:
    """Each kind with its text, as a player reads them."""
    kept = recording.document("session.cast", "").content
    assert isinstance(kept, Path)
    _, *events = kept.read_text().splitlines()
    return [(kind, text) for _, kind, text in map(json.loads, events)]


def _type(recording: Recording, text: str) -> None:
    recording.typed(text, hidden=False, echoes=True)


@pytest.mark.parametrize("edge", ["\r\r\n", "\r\n", " \r", "\r\r\n\x1b[32m"])
@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("before", ["a" * 60 + " ", "日" * 30 + " "])
def test_a_secret_that_goes_over_the_edge_is_masked(recording: Recording, edge: str, size: int, before: str) -> None:
    """However an editor of lines goes on below, in whatever pieces that comes."""
    columns, line = 80 - len("$ ") - 61, f"DB_PASSWORD={PASSWORD}"
    echo = f"$ {before}{line[:columns]}{edge}{line[columns:]}\r\n"
    for at in range(0, len(echo), size):
        recording.printed(echo[at : at + size])
    recorded = "".join(text for _, text in _events(recording))
    assert f"DB_PASSWORD={MASK}" in recorded
    assert not [each for each in PASSWORD.split("-") if each in recorded]


def test_a_blank_may_be_the_last_of_its_row() -> None:
    """What comes after it belongs to it."""
    wrapping = Wrapping()
    assert wrapping.take(f"{'a' * 69}--password \r\r\nb") == f"{'a' * 69}--password b"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 80 + "\r\n\r\nb\r\n",  # an empty line below
        "a" * 79 + "\r\nb\r\n",
        "a" * 80 + "\rb\r\n",  # back to the beginning of its row
        "a" * 80 + "\nb",  # no terminal
        "a" * 81 + "\r\nb",
        "\x1b[31m\x1b]0;title\x07 \r \r\n\t\b\x1b",
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_no_other_end_of_a_line_is_lost(text: str, size: int) -> None:
    """What is recorded is what was printed."""
    wrapping = Wrapping()
    taken = [wrapping.take(text[at : at + size]) for at in range(0, len(text), size)]
    assert "".join(taken) + wrapping.rest() == text


def test_what_comes_back_is_recorded_and_what_does_not_is_not(recording: Recording) -> None:
    """Typed ahead, or with keys between, in the order in which it was typed."""
    recording.printed("$ ")
    for line in ("first", "second"):
        _type(recording, line)
    recording.printed("first\r\none\r\n$ ")
    recording.printed("second\r\n")
    _type(recording, PASSWORD)
    recording.pressed("^C")
    _type(recording, "")
    recording.printed("\r\ngot it\r\n$ ")
    _type(recording, "third")
    recording.printed("\x1b[1mthird\x1b[0m\r\n")
    _type(recording, PASSWORD)
    typed = [text for kind, text in _events(recording) if kind == "i"]
    assert typed == ["first\n", "second\n", f"{MASK}\n", "^C", "\n", "third\n", f"{MASK}\n"]


def test_what_is_not_answered_soon_is_no_echo(recording: Recording) -> None:
    """A word that is printed long after it was typed unseen was not typed by that."""
    _type(recording, "open-sesame")
    recording.printed("line\r\n" * REACH)
    recording.printed("open-sesame\r\n")
    assert [each for each in _events(recording) if each[0] == "i"] == [HIDDEN]


@pytest.mark.parametrize("echoes", [True, False])
def test_what_was_hidden_as_it_was_typed_does_not_come_back(recording: Recording, echoes: bool) -> None:
    """Not as its echo, nor later without its name."""
    recording.typed("open.sesame", hidden=True, echoes=echoes)
    recording.printed("open.sesame\r\n")
    recording.typed(f"DB_PASSWORD={PASSWORD}; echo $DB_PASSWORD", hidden=False, echoes=echoes)
    recording.printed(f"DB_PASSWORD={PASSWORD}; echo $DB_PASSWORD\r\nx{PASSWORD}x\r\nopenXsesame\r\n")
    events = _events(recording)
    assert events[0] == HIDDEN
    assert ("i", f"DB_PASSWORD={MASK}; echo $DB_PASSWORD\n") in events
    recorded = "".join(text for _, text in events)
    assert PASSWORD not in recorded
    assert "open.sesame" not in recorded
    assert "openXsesame" in recorded


@pytest.mark.parametrize(
    "prompt",
    [
        "Password for 'https://ada@git.example.com': ", "Password? ", "Enter your password> ", "Passwort: ",
        "Enter passphrase for key '/home/ada/keys/id_ed25519': ", "Mot de passe : ", "Verification code: ",
        "Enter LUKS key: ", "[sudo] password for ada: ", "API_KEY: ", "PIN-Nummer: ", "login: ", "OTP: ",
        "Contraseña: ", "请输入密码\uff1a", "Пароль: ", "Datenbankpasswort: ",
    ],
)  # fmt: skip
def test_prompts_for_secrets_are_known(prompt: str) -> None:
    """In many languages, whatever they say besides."""
    assert asks(prompt)


@pytest.mark.parametrize("prompt", ["/ # ", "ada@monkey:~$ ", "Name: ", "mysql> ", ">>> ", "password was changed", ""])
def test_other_prompts_are_none(prompt: str) -> None:
    """What is typed at a shell is recorded."""
    assert not asks(prompt)


def test_what_was_typed_unseen_is_hidden_where_it_is_printed_later(recording: Recording) -> None:
    """Also where no prompt was known; and no line of output that ends so is taken for its echo."""
    recording.printed("$ ")
    _type(recording, "read w")
    recording.printed("read w\r\nsay: ")
    _type(recording, "open.sesame.street")
    recording.printed("\r\n$ ")
    _type(recording, "echo $w")
    recording.printed("echo $w\r\nopen.sesame.street\r\nuser: ")
    _type(recording, "tiger")
    recording.printed("Connected to database scott/tiger\r\n$ ")
    events = _events(recording)
    assert "open.sesame" not in "".join(text for _, text in events)
    assert [text for kind, text in events if kind == "i"] == ["read w\n", f"{MASK}\n", "echo $w\n", f"{MASK}\n"]


@pytest.mark.parametrize("beside", ["\x1b[60C{}\x1b[68D", "\x1b[61G{}\x1b[1G", "\x1b7\x1b[5;61H{}\x1b8"])
def test_a_prompt_that_moves_the_cursor_hides_no_edge(recording: Recording, beside: str) -> None:
    """As those that write at the right of it, too."""
    prompt = f"{beside.format('12:00:00')}$ "
    line = f"{'a' * 60} DB_PASSWORD={PASSWORD}"
    columns = 80 - len("$ ")
    recording.printed(f"{prompt}{line[:columns]}\r\r\n{line[columns:]}\r\n")
    recorded = "".join(text for _, text in _events(recording))
    assert not [each for each in PASSWORD.split("-") if each in recorded]


def test_what_moves_back_ends_its_line_where_it_does() -> None:
    """A row that is written twice is not full twice."""
    text = "a" * 40 + "\x1b[40D" + "b" * 40 + "\r\nnext"
    wrapping = Wrapping()
    assert wrapping.take(text) + wrapping.rest() == text
