"""Logs: the order of the streams, the bounds, and engines that break off, fall silent or never end."""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import requests
from docker.api.client import APIClient
from harness import Bench, bench
from hypothesis import given
from hypothesis import strategies as st
from proxy import Proxy

from bot import text
from bot.slack.blocks import render
from commands.container import logs, reading
from commands.container.reading import BYTES_LIMIT, LINES_LIMIT
from commands.multiplex import Frames, Stream, Window
from commands.reply import Note, Printed, Reply
from commands.secrets import MASK

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def frame(stream: Stream, payload: bytes) -> bytes:
    """A frame as the engine sends it."""
    return struct.pack(">BxxxL", stream, len(payload)) + payload


def chunk(data: bytes) -> bytes:
    """A chunk of an HTTP answer."""
    return b"%x\r\n%s\r\n" % (len(data), data)


@contextlib.contextmanager
def engine_that_sends(folder: Path, answer: Iterable[bytes], *, stays: bool = False) -> Iterator[APIClient]:
    """A client of an engine that gives every request this answer and then hangs up, or stays silent."""
    path, over = folder / "fake.sock", threading.Event()

    def serve(listening: socket.socket) -> None:
        with contextlib.suppress(OSError), listening.accept()[0] as client:
            client.recv(65_536)
            for piece in answer:
                client.sendall(piece)
            if stays:
                over.wait()

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        serving = threading.Thread(target=serve, args=(listening,))
        serving.start()
        client = APIClient(f"unix://{path}", version="1.41")
        yield client
        over.set()
        client.close()
        serving.join()


def read(client: APIClient, *, patience: float = 5, limit: float = 30) -> reading.Log:
    """The log of a container that the fake engine tells of."""
    return reading.read(client, "ab" * 32, {"tail": LINES_LIMIT}, tty=False, patience=patience, limit=limit)


@pytest.fixture
def make(engine: str) -> Iterator[Callable[..., str]]:
    """Runs a container to its end and gives back its name; they are gone after the test."""
    api = APIClient(engine, version="1.41")
    made: list[str] = []

    def run(script: str, *, tty: bool = False, log: str = "json-file") -> str:
        config = api.create_host_config(log_config={"Type": log})
        made.append(api.create_container("busybox", ["sh", "-c", script], tty=tty, host_config=config)["Id"])
        api.start(made[-1])
        api.wait(made[-1])
        return made[-1]

    yield run
    for each in made:
        api.remove_container(each, force=True)
    api.close()


def shown(reply: Reply) -> str:
    """What the container printed on standard output, as the reply shows it."""
    return "".join(piece.text for piece in text.pieces(reply) if not (piece.error or piece.ours))


def notes(reply: Reply) -> list[str]:
    """What slashdock adds."""
    return [part.text for part in reply.parts if isinstance(part, Note)]


PIECES = st.lists(st.tuples(st.sampled_from([Stream.STDOUT, Stream.STDERR]), st.binary(max_size=40)), max_size=12)


@given(PIECES, st.lists(st.integers(0, 400), max_size=12))
def test_frames_are_read_whatever_the_places_where_they_are_cut(
    pieces: list[tuple[Stream, bytes]], places: list[int]
) -> None:
    """Bytes that arrive in any portions give the same text for each stream, in the same order."""
    sent = b"".join(frame(stream, payload) for stream, payload in pieces)
    cuts = [0, *sorted(min(place, len(sent)) for place in places), len(sent)]
    frames, window = Frames(), Window(10_000)
    for begin, end in itertools.pairwise(cuts):
        for stream, payload in frames.feed(sent[begin:end]):
            window.add(stream, payload)
    assert frames.whole
    assert frames.count == len(pieces)
    assert window.joined() == _runs(pieces)


def _runs(pieces: list[tuple[Stream, bytes]]) -> list[tuple[Stream, bytes]]:
    filled = [each for each in pieces if each[1]]
    return [
        (stream, b"".join(p for _, p in run)) for stream, run in itertools.groupby(filled, key=lambda each: each[0])
    ]


@given(PIECES, st.integers(0, 200))
def test_a_window_keeps_the_last_bytes_and_no_more(pieces: list[tuple[Stream, bytes]], limit: int) -> None:
    """What is kept is the end of what came, at most the limit, and what fell out is counted."""
    window, whole = Window(limit), b"".join(payload for _, payload in pieces)
    for stream, payload in pieces:
        window.add(stream, payload)
    kept = b"".join(payload for _, payload in window.joined())
    assert kept == whole[max(0, len(whole) - limit) :]
    assert window.dropped == len(whole) - len(kept)


def test_the_streams_stay_in_the_order_in_which_the_engine_sent_them(tmp_path: Path) -> None:
    """Neighbours of one stream become one piece; a letter cut between two frames is whole again."""
    sent = [(Stream.STDOUT, b"a\n"), (Stream.STDERR, b"b\n"), (Stream.STDOUT, b"\xc3"), (Stream.STDOUT, b"\xa9\n")]
    with engine_that_sends(tmp_path, [HEAD, *(chunk(frame(*each)) for each in sent), END]) as client:
        log = read(client)
    assert log.pieces == ((Stream.STDOUT, "a\n"), (Stream.STDERR, "b\n"), (Stream.STDOUT, "é\n"))
    assert (log.short, log.broken) == (None, False)


@pytest.mark.parametrize(
    "rest",
    [[], [chunk(frame(Stream.STDOUT, b"torn")[:10]), END], [b"5\r\nab"], [chunk(b"\x09nonsense"), END]],
    ids=["hung up", "half a frame", "half a chunk", "no frame"],
)
def test_an_engine_that_breaks_off_is_told_and_what_came_is_shown(tmp_path: Path, rest: list[bytes]) -> None:
    """The text before the break is there, and the end is called missing, never the end of the log."""
    with engine_that_sends(tmp_path, [HEAD, chunk(frame(Stream.STDOUT, b"first\n")), *rest]) as client:
        log = read(client)
    assert log.broken
    assert log.short is not None
    assert "".join(text for _, text in log.pieces).startswith("first\n")


def test_an_engine_that_falls_silent_is_not_waited_for(tmp_path: Path) -> None:
    """The time without a byte is bounded, and what came before is shown."""
    with engine_that_sends(tmp_path, [HEAD, chunk(frame(Stream.STDOUT, b"first\n"))], stays=True) as client:
        log = read(client, patience=0.2)
    assert log.broken
    assert log.pieces == ((Stream.STDOUT, "first\n"),)


def test_an_engine_that_does_not_answer_at_all_is_an_error(tmp_path: Path) -> None:
    """Nothing came, so nothing is shown: the pipeline tells that the engine does not answer."""
    with engine_that_sends(tmp_path, [], stays=True) as client, pytest.raises(requests.RequestException):
        read(client, patience=0.2)


def test_a_stream_without_end_is_left_and_takes_bounded_memory(tmp_path: Path) -> None:
    """An engine that sends for ever is read for the time limit; what is kept stays below the limit."""
    endless = itertools.chain([HEAD], itertools.repeat(chunk(frame(Stream.STDOUT, b"x" * 1000 + b"\n"))))
    with engine_that_sends(tmp_path, endless) as client:
        log = read(client, limit=0.5)
    assert log.broken
    assert sum(len(text) for _, text in log.pieces) <= BYTES_LIMIT


def test_without_tail_the_end_of_a_long_log_is_shown_and_said_to_be_the_end(
    make: Callable[..., str], bench: Bench
) -> None:
    """The last lines are there, whole, as many as the limit says, and a note tells of it."""
    name = make(f"seq 1 {LINES_LIMIT + 7}")
    reply = bench.say(f"logs {name}").reply
    assert shown(reply).splitlines() == [str(number) for number in range(8, LINES_LIMIT + 8)]
    assert len(notes(reply)) == 1
    assert not reply.failed


def test_of_a_heavy_log_the_last_bytes_are_shown(make: Callable[..., str], bench: Bench) -> None:
    """Fewer bytes than the limit, from the start of a line to the last one, and a note tells of it."""
    line = "x" * 999
    name = make(f"yes {line} | head -n {BYTES_LIMIT // 1000 + 500}; echo last")
    reply = bench.say(f"logs {name}").reply
    told = shown(reply)
    assert told.endswith(f"{line}\nlast\n")
    assert told.startswith(f"{line}\n")
    assert BYTES_LIMIT - 1000 <= len(told) <= BYTES_LIMIT
    assert len(notes(reply)) == 1


def test_a_terminals_log_is_read_as_it_is(make: Callable[..., str], bench: Bench) -> None:
    """A container with a terminal has one stream without frames, whose lines end as terminals' lines do."""
    reply = bench.say(f"logs {make('echo a; echo é >&2', tty=True)}").reply
    assert shown(reply) == "a\r\né\r\n"


def test_a_log_that_is_kept_nowhere_is_the_engines_error(make: Callable[..., str], bench: Bench) -> None:
    """The engine's own sentence says that this log driver cannot be read."""
    reply = bench.say(f"logs {make('echo a', log='none')}").reply
    assert reply.failed
    assert reply.error == "Error response from daemon: configured logging driver does not support reading"


def test_standard_error_is_told_apart(make: Callable[..., str], bench: Bench) -> None:
    """What went to standard error goes there again."""
    reply = bench.say(f"logs {make('echo bad >&2')}").reply
    assert [(piece.text, piece.error) for piece in text.pieces(reply)] == [("bad\n", True)]


MIXED = "for i in $(seq 40); do echo out $i; echo err $i >&2; done"


def test_two_streams_are_one_text_in_one_file(make: Callable[..., str], bench: Bench) -> None:
    """However often the streams change, the answer has one part, one message and at most one file."""
    script = MIXED.replace("40", "700").replace("$i", "$i of this log, with much to say about nothing at all")
    outcome = bench.say(f"logs {make(script)}")
    (part,) = outcome.reply.parts
    assert isinstance(part, Printed)
    assert {error for _, error in part.pieces} == {False, True}
    message = render(outcome, lambda _: "")
    assert [file.content.count("\n") for file in message.files] == [1400]


def test_grep_takes_lines_of_either_stream(make: Callable[..., str], bench: Bench) -> None:
    """What does not contain the text is gone from standard error as well, and the streams stay told apart."""
    name = make(MIXED)
    told = [piece for piece in text.pieces(bench.say(f"logs {name} --grep ' 7'").reply) if piece.text]
    assert sorted((piece.text, piece.error) for piece in told) == [("err 7\n", True), ("out 7\n", False)]
    assert text.docker(bench.say(f"logs {name} --grep nothing").reply) == ""


@pytest.mark.attack("S18")
def test_grep_is_no_pattern(make: Callable[..., str], bench: Bench) -> None:
    """S18: what would keep a regular expression busy for ever is looked for as it stands."""
    name = make("seq -s a 400 | tr -d 0-9; echo '(a+)+$'; echo '.*'")
    for text_, found in {"(a+)+$": "(a+)+$\n", ".*": ".*\n", "[a-z]+": ""}.items():
        assert shown(bench.say(f"logs {name} --grep '{text_}'").reply) == found


BODY = "AbCdEf0123456789"
KEY = [
    "-----BEGIN " + "PRIVATE KEY-----",
    *(f"{BODY}{number}" for number in range(6)),
    "-----END " + "PRIVATE KEY-----",
]


@pytest.mark.parametrize("flags", ["", "-t", "--tail 3", "-t --tail 3", "--tail 11", "--tail 12 -t"])
def test_a_private_key_is_hidden_however_it_is_asked_for(make: Callable[..., str], bench: Bench, flags: str) -> None:
    """With times, without its beginning, and with lines of the other stream between its own."""
    slow = "sleep 0.02; "  # the engine reads the streams one by one: only what is apart in time is in order
    name = make(slow.join(f"echo '{line}'; {slow} echo other{number} >&2; " for number, line in enumerate(KEY)))
    reply = bench.say(f"logs {flags} {name}").reply
    told = "".join(piece.text for piece in text.pieces(reply) if not piece.ours)
    assert BODY not in told
    assert KEY[-1] in told
    assert "other7" in told


@given(st.lists(st.booleans(), min_size=len(KEY) + 2, max_size=len(KEY) + 2), st.integers(0, len(KEY)))
def test_a_key_cut_into_any_pieces_is_hidden(cuts: list[bool], first: int) -> None:
    """Wherever the other stream comes between, nothing of the key is left, and the rest is as it was."""
    pieces: list[tuple[Stream, str]] = []
    for line, cut in zip(["before it.", *KEY, "after it."][first:], cuts, strict=False):
        pieces += [(Stream.STDOUT, f"{line}\n"), *([(Stream.STDERR, "other\n")] if cut else [])]
    told = logs.without_keys(pieces)
    assert told == [(stream, f"{MASK}\n" if BODY in text else text) for stream, text in pieces]


def test_a_log_that_has_ended_is_not_followed(inhabited: Bench) -> None:
    """It is shown as without the flag."""
    inhabited.say("run --name ended busybox echo over")
    ended = inhabited.say("logs -f ended").reply
    assert (text.docker(ended), text.added(ended)) == ("over\n", "")


@pytest.mark.parametrize(
    ("flags", "asked"),
    [
        ("", f"tail={LINES_LIMIT}"),
        ("--tail 5", "tail=5"),
        ("--tail 007", "tail=7"),
        ("--tail lots", f"tail={LINES_LIMIT}"),
        ("--until 1h", "tail=all"),
        ("--until 1h -n 3", "tail=3"),
        ("-t --details", "details=1&timestamps=1"),
        ("--since 2024-01-02T03:04:05.6Z", "since=1704164645.600000000"),
    ],
)
def test_what_is_asked_of_the_engine(fresh_world: str, tmp_path: Path, flags: str, asked: str) -> None:
    """One request by full id, with a number of lines wherever the answer allows it."""
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as address:
        spoken = bench(address, tmp_path / "data")
        assert not spoken.say(f"logs {flags} done").reply.failed
        spoken.store.close()
    logs = [request for request in proxy.requests if "/logs?" in request]
    assert len(logs) == 1
    path, query = logs[0].split("?")
    assert len(path.split("/")[-2]) == 64
    assert set(asked.split("&")) <= set(query.split("&"))
