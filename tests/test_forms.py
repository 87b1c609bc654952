"""What a line asks back, with the whole bot behind it: the desk, the record, the terminal and the vault."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bot_process import BotProcess
from docker.api.client import APIClient
from harness import ADMIN, Bench

from bot.desk import Desk, remembered
from bot.passing import ROWS, Passing
from bot.request import Actor, Origin, Request, Status
from commands.live import Unseen, View
from commands.reply import Button

PLACE = {"channel": "C0OPS00001", "user": ADMIN, "thread": "", "beneath": "1.000001", "direct": False}
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LIMIT = 30  # seconds for anything that is waited for
END = "(it has ended)"


@pytest.fixture
def desk(bench: Bench) -> Iterator[Desk]:
    """The desk before a pipeline."""
    made = Desk(bench.pipeline, bench.store)
    yield made
    made.close()


def pressed(**facts: str) -> Request:
    """A press of a button."""
    return Request("", Actor(ADMIN), Origin.BUTTON, **facts)  # type: ignore[arg-type]


def test_a_button_brings_back_what_its_presser_agrees_to(desk: Desk) -> None:
    """The digest comes with the line; a button that confirms something works once."""
    handle = desk.remember(Button("Run it", "image prune", confirms="d1"), "local")
    found = desk.recall(handle, pressed())
    assert isinstance(found, Request)
    assert (found.line, found.host, found.confirmed) == ("image prune", "local", "d1")
    assert desk.remember(Button("Run it", "image prune", confirms="d1"), "local") != handle
    plain = desk.recall(desk.remember(Button("Again", "ps"), "local"), pressed())
    assert isinstance(plain, Request)
    assert plain.confirmed == ""


def test_no_button_holds_a_secret(bench: Bench) -> None:
    """A line that would be masked is written down under no id."""
    assert remembered(bench.store, Button("Go", "run -e DB_PASSWORD=hunter2 busybox"), "local") == ""
    assert b"hunter2" not in b"".join(each.read_bytes() for each in bench.folder.iterdir() if each.is_file())


def test_a_dialog_is_remembered_with_its_place(desk: Desk) -> None:
    """Its id says nothing, and is another each time."""
    first, second = desk.ask("b1", PLACE), desk.ask("b1", PLACE)
    assert desk.asked(first) == desk.asked(second) == ("b1", PLACE)
    assert len({first, second}) == 2
    assert desk.asked("f" * 32) is None


@pytest.mark.parametrize(
    ("line", "fields"),
    [("login", ["username", "password"]), ("login -u ada x:5000", ["password"]), ("ps", None)],
)
def test_the_desk_knows_what_a_line_needs_without_any_engine(desk: Desk, line: str, fields: list[str] | None) -> None:
    """The form is kept with the button that asks for it."""
    command = desk._pipeline.catalog.parse(line).command
    form = desk.form(desk.remember(Button("Go…", line, form=command.form()), "local"))
    assert (None if form is None else [field.name for field in form.fields]) == fields


@pytest.mark.parametrize(("line", "seen"), [("stop web", True), ("ps", False), ("ps --public", True), ("pss", False)])
def test_the_desk_knows_who_sees_what_a_line_does(desk: Desk, line: str, seen: bool) -> None:
    """Everybody, where it changes something or says so."""
    assert desk.public(Request(line, Actor(ADMIN), Origin.SLASH)) is seen


def test_what_needs_more_is_held_and_done_with_it(bench: Bench) -> None:
    """Nothing is asked of the engine before; what was given is in no event of the record."""
    held = bench.say("login -u ada 127.0.0.1:1")
    assert (held.status, held.reply.parts[1].label) == (Status.HELD, "Log in…")  # type: ignore[union-attr]
    tried = bench.say("login -u ada 127.0.0.1:1", given={"password": "hunter2-hunter2"})  # type: ignore[arg-type]
    assert tried.status is Status.FAILED
    assert "Error response from daemon" in (tried.reply.error or "")
    assert b"hunter2" not in b"".join(each.read_bytes() for each in bench.folder.iterdir() if each.is_file())


# --- At the terminal ---------------------------------------------------------------------------------------


@pytest.fixture
def terminal(engine: str, tmp_path: Path) -> BotProcess:
    """The commands of a bot without a policy file."""
    return BotProcess(tmp_path, engine, {"SLASHDOCK_POLICY": str(tmp_path / "none.toml")})


def piped(terminal: BotProcess, text: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A subcommand whose standard input is this."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        input=text,
        cwd=terminal.folder,
        env=terminal.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_exec_reads_a_password_from_standard_input(terminal: BotProcess) -> None:
    """It is tried at the registry, and stands nowhere afterwards."""
    ran = piped(terminal, "hunter2-hunter2\n", "exec", "login", "-u", "ada", "--password-stdin", "127.0.0.1:1")
    assert ran.returncode == 1
    assert ran.stderr.startswith('Error response from daemon: Get "http')
    kept = [each for each in (terminal.folder / "data").rglob("*") if each.is_file()]
    assert not [each for each in kept if b"hunter2" in each.read_bytes()]


def test_exec_asks_nobody_for_a_form_of_several_fields(terminal: BotProcess) -> None:
    """A pipe answers one field; what is missing is told, with the exit code of what is held."""
    ran = piped(terminal, "ada\nhunter2\n", "exec", "login", "127.0.0.1:1")
    assert ran.returncode == 4
    assert "needs to be told more" in ran.stderr


def test_exec_does_what_was_agreed_to_by_its_digest(terminal: BotProcess, fresh_world: str) -> None:
    """The question names the digest; with another one it is asked again."""
    asked = terminal.run("exec", "image", "prune", "-a")
    other = terminal.run("exec", "--confirm", "f" * 32, "image", "prune", "-a")
    assert (asked.returncode, other.returncode) == (4, 4)
    assert fresh_world


class Person:
    """Somebody at a terminal of their own, before a subcommand.

    Both ends stay open until the end was read: a terminal that nobody writes to any more may give up what was written
    last, as Linux does where the reader is held up between its looks at the two.
    """

    def __init__(self, terminal: BotProcess, *words: str) -> None:
        self.hand, self.screen = pty.openpty()
        self.came = b""
        self.ending = threading.Thread(target=self._mark_the_end)
        environment = {**terminal.environment(), "TERM": "dumb", "PROMPT_TOOLKIT_NO_CPR": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", *words],
            cwd=terminal.folder,
            env=environment,
            stdin=self.screen,
            stdout=self.screen,
            stderr=self.screen,
            start_new_session=True,
        )
        self.ending.start()

    @property
    def seen(self) -> str:
        """All that stood there so far."""
        return ESCAPES.sub("", self.came.decode(errors="replace"))

    def read(self, text: str) -> None:
        """Wait until this stands there."""
        end = time.monotonic() + LIMIT
        while text not in self.seen:
            ready, _, _ = select.select([self.hand], [], [], max(0, end - time.monotonic()))
            assert ready, self.seen
            self.came += os.read(self.hand, 65536)

    def type(self, text: str) -> None:
        """Type this."""
        os.write(self.hand, text.encode())

    def leave(self) -> int:
        """See the rest; the exit code."""
        self.read(END)
        return self.process.wait(LIMIT)

    def close(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        os.close(self.hand)
        self.ending.join()
        os.close(self.screen)

    def _mark_the_end(self) -> None:
        """Write below the last of its words that it has ended."""
        self.process.wait()
        with contextlib.suppress(OSError):  # nobody is there to read it any more
            os.write(self.screen, END.encode())


@pytest.fixture
def sit_down(terminal: BotProcess) -> Iterator[Callable[..., Person]]:
    """Puts somebody before a subcommand."""
    people: list[Person] = []

    def made(*words: str) -> Person:
        people.append(Person(terminal, *words))
        return people[-1]

    yield made
    for person in people:
        person.close()


def test_exec_asks_a_person_at_a_terminal_and_hides_the_password(sit_down: Callable[..., Person]) -> None:
    """Both fields are asked for; what is typed into the second is not shown."""
    person = sit_down("exec", "login", "127.0.0.1:1")
    person.read("Username:")
    person.type("ada\r")
    person.read("Password or access token:")
    person.type("hunter2-hunter2\r")
    assert person.leave() == 1
    assert "Error response from daemon" in person.seen
    assert "hunter2" not in person.seen


def test_who_leaves_a_prompt_has_done_nothing(sit_down: Callable[..., Person]) -> None:
    """Ctrl-C: what is held stays held."""
    person = sit_down("exec", "login", "127.0.0.1:1")
    person.read("Username:")
    person.type("\x03")
    assert person.leave() == 4


@pytest.mark.parametrize(("answer", "left"), [("y\r", 0), ("n\r", 1)])
def test_the_console_asks_as_docker_does(
    terminal: BotProcess, sit_down: Callable[..., Person], fresh_world: str, answer: str, left: int
) -> None:
    """The list of what will go, then y or no."""
    person = sit_down("console")
    person.read("/docker")
    person.type("image prune\r")
    person.read("[y/N]")
    person.type(answer)
    person.type("images -q -f dangling=true\r")
    person.type("exit\r")
    person.leave()
    ran = terminal.run("exec", "images", "-q", "-f", "dangling=true")
    assert len(ran.stdout.splitlines()) == left
    assert fresh_world


def test_what_passes_is_printed_line_by_line_where_it_cannot_be_painted() -> None:
    """Each line once, and again where it has changed."""
    stream = io.StringIO()
    passing = Passing(stream, io.StringIO(), passes=True)
    for text in ("a\n", "a\nb\n", "a\nb 2\nc\n"):
        passing(View(text))
    passing.done()
    assert stream.getvalue() == "a\nb\nb 2\nc\n"


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_what_passes_is_painted_in_its_place_on_a_terminal() -> None:
    """What was painted is taken away before the answer, which holds it again."""
    stream = Screen()
    passing = Passing(stream, io.StringIO(), passes=True)
    passing(View("a\nb\n"))
    passing.done()
    assert stream.getvalue() == "a\nb\n\x1b[2A\x1b[J"


def test_what_is_painted_anew_on_a_terminal_keeps_its_header() -> None:
    """What has no room is counted, not shown."""
    stream = Screen()
    passing = Passing(stream, Screen(), passes=True)
    passing(View("NAME\n" + "x\n" * 50, lives=True, anew=True))
    painted = stream.getvalue().splitlines()
    assert (painted[0], len(painted), painted[-1]) == ("NAME", ROWS, f"… {50 - ROWS + 2} more rows")


def test_what_lives_is_printed_as_it_comes() -> None:
    """On standard output, wherever standard error goes; of looks that replace each other all that differ."""
    told, printed = io.StringIO(), io.StringIO()
    passing = Passing(told, printed, passes=False)
    passing(View("one\n", "one\n", lives=True))
    passing(View("one\ntwo\n", "two\n", lives=True))
    for text in ("A 1\n", "A 1\n", "A 2\n"):
        passing(View(text, lives=True, anew=True))
    passing(View("how far it is\n"))
    passing.done()
    assert (told.getvalue(), printed.getvalue()) == ("", "one\ntwo\nA 1\nA 2\n")


class Closed(io.StringIO):
    """A pipe that nobody reads any more."""

    def write(self, _text: str) -> int:
        """The kernel says so."""
        raise BrokenPipeError


def test_what_goes_into_a_pipe_takes_nothing_away_from_the_screen() -> None:
    """Nothing of it was painted there."""
    told, printed = Screen(), io.StringIO()
    passing = Passing(told, printed, passes=True)
    for _ in range(2):
        passing(View("A 1\nA 2\n", lives=True, anew=True))
    passing.done()
    assert (told.getvalue(), printed.getvalue()) == ("", "A 1\nA 2\n")


def test_how_what_lives_stands_is_told_once_and_a_pipe_that_nobody_reads_ends_it() -> None:
    """On standard error, as that its engine is away."""
    told, printed = io.StringIO(), io.StringIO()
    passing = Passing(told, printed, passes=False)
    for state in ("", "The engine is away.", "The engine is away.", ""):
        passing(View("one\n", "one\n", state, lives=True))
    assert (told.getvalue(), printed.getvalue()) == ("The engine is away.\n", "one\n" * 4)
    for anew in (True, False):
        with pytest.raises(Unseen):
            Passing(told, Closed(), passes=False)(View("one\n", "one\n", lives=True, anew=anew))


@pytest.mark.parametrize("line", ["logs -f telling", "stats telling"])
def test_whoever_reads_no_more_ends_what_is_followed(terminal: BotProcess, api: APIClient, line: str) -> None:
    """As `head` does: no traceback, and it is recorded as done."""
    api.start(
        api.create_container("busybox", ["sh", "-c", "while true; do echo on; usleep 10000; done"], name="telling")
    )
    asked = [sys.executable, "-m", "bot", "exec", *line.split()]
    following = {"cwd": terminal.folder, "env": terminal.environment(), "text": True}
    with subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **following) as ran:  # type: ignore[call-overload]
        assert ran.stdout.readline()
        ran.stdout.close()
        told = ran.stderr.read()
    assert "Traceback" not in told
    assert "report it" not in told
    assert "Nobody reads it any more." in terminal.run("exec", "audit", "ls").stdout + told


def test_a_log_is_followed_into_a_pipe_and_refused_where_nobody_watches(terminal: BotProcess, api: APIClient) -> None:
    """As docker's own is; an answer in JSON is one answer."""
    told = "echo one; while [ ! -e /go ]; do usleep 10000; done; echo two"
    api.start(api.create_container("busybox", ["sh", "-c", told], name="telling"))
    asked = [sys.executable, "-m", "bot", "exec", "logs", "-f", "telling"]
    following = {"cwd": terminal.folder, "env": terminal.environment(), "text": True}
    with subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **following) as ran:  # type: ignore[call-overload]
        assert ran.stdout.readline() == "one\n"
        refused = terminal.run("exec", "--json", "logs", "-f", "telling")
        assert "Nobody watches here" in refused.stdout
        api.exec_start(api.exec_create("telling", ["touch", "/go"]))
        assert ran.stdout.read() == "two\n"
        assert "2 lines in" in ran.stderr.read()
    api.remove_container("telling", force=True)
