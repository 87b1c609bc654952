"""What many people who ask at once get, and how soon each hears that he was heard."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from engine import Engine

from bench import whys
from bench.figures import AtLeast, AtMost, Figure, Scale, Times, Values, timed
from bench.place import Asked, Place, asked
from bot.workspace.delivery import Delivery
from bot.workspace.people import OPS

TEN = 10
FIFTY = 50
SOON = 120  # seconds for all answers of a crowd
WAY = "signed HTTP requests, answers by response_url; no rate limit in the way"
IN_FLIGHT = 200
A_SECOND = 50
RAW = "raw"


def figures(folder: Path, engine: Engine, place: Place, scale: Scale) -> Iterator[Figure]:
    """Ten at once, fifty for a minute, and two hundred before an engine that stands still."""
    place.created(scale.of(300, 30))
    with asked(folder / "crowd", place.engine) as ours:
        crowd = _crowd(ours, FIFTY)
        yield _at_once(ours, place, crowd[:TEN], scale)
        yield from _sustained(ours, crowd, scale.of(60, 5))
        yield from _frozen(ours, engine, crowd, scale.of(10, 2))


def _crowd(ours: Asked, count: int) -> list[str]:
    """So many people, who may look at everything."""
    users = [f"U0CROWD{at:03}" for at in range(count)]
    for at, user in enumerate(users):
        ours.workspace.add_user(user, f"person{at}")
    channel = ours.workspace.channels[OPS]
    ours.workspace.change_channel(OPS, members=frozenset({*channel.members, *users}))
    policy = ours.bot.folder / "policy.toml"
    people = "".join(f'p{at} = {{ slack = ["{user}"], roles = ["look"] }}\n' for at, user in enumerate(users))
    policy.write_text(policy.read_text().replace("[people]\n", f"[people]\n{people}"))
    ours.answer("policy reload")
    for user in users:
        ours.answer("whoami", user)
    return users


def _at_once(ours: Asked, place: Place, users: list[str], scale: Scale) -> Figure:
    """Milliseconds until the last of them has an answer."""
    path = "/containers/json?all=1"
    found: list[float] = []
    raw: list[float] = []
    for _ in range(scale.of(15, 3)):
        raw.append(timed(lambda: place.raw.get(path)))
        found.append(timed(lambda: _all(ours, users)))
    what = f"ps -a asked by {len(users)} people at once: until the last has it"
    return Figure("crowds", what, "ms", Values(found), {RAW: Values(raw)}, [Times(2, RAW)], WAY, why=whys.AT_ONCE)


def _all(ours: Asked, users: list[str]) -> None:
    threads = [threading.Thread(target=ours.answer, args=("ps -a", user)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _sustained(ours: Asked, users: list[str], seconds: int) -> Iterator[Figure]:
    """Everybody asks anew as soon as the answer is there."""
    end = time.monotonic() + seconds
    answered: list[float] = []  # when
    sizes: list[tuple[float, int]] = []

    def ask(user: str) -> None:
        while time.monotonic() < end:
            ours.answer("ps", user)
            answered.append(time.monotonic())

    threads = [threading.Thread(target=ask, args=(user,)) for user in users]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    while time.monotonic() < end:
        sizes.append((time.monotonic(), memory(ours)))
        time.sleep(0.5)
    for thread in threads:
        thread.join()
    rate = len(answered) / (time.monotonic() - began)
    what = f"ps from {len(users)} people, {seconds} s: answered"
    yield Figure("crowds", what, "/s", Values([rate]), {}, [AtLeast(100, "/s")], WAY)
    third = len(sizes) // 3
    early, late = max(size for _, size in sizes[third:-third]), max(size for _, size in sizes[-third:])
    grown = Values([(late - early) / 1e6])
    yield Figure(
        "crowds",
        "its memory, the last third more than the second",
        "MB",
        grown,
        {},
        [AtMost(2, "MB")],
        WAY,
        why=whys.CROWD,
    )


def _frozen(ours: Asked, engine: Engine, users: list[str], seconds: int) -> Iterator[Figure]:
    """Milliseconds to an acknowledgement while the engine stands still."""
    before = ours.answers
    engine.pause()
    try:
        held = [ours.workspace.slash(users[at % FIFTY], OPS, "ps") for at in range(IN_FLIGHT)]
        later: list[Delivery] = []
        for at in range(A_SECOND * seconds):
            later.append(ours.workspace.slash(users[at % FIFTY], OPS, "ps"))
            time.sleep(1 / A_SECOND)
        acks = [each.wait().ack_ms for each in (*held, *later)][IN_FLIGHT:]
    finally:
        engine.resume()
    times = Values([ms for ms in acks if ms is not None])
    bounds = (AtMost(50, "ms", "p99"), AtMost(500, "ms", "most"))
    what = f"acknowledged, engine frozen, {IN_FLIGHT} in flight, {A_SECOND}/s arriving"
    yield Figure("crowds", what, "ms", times, {}, bounds, WAY, why=whys.ACKS)
    wanted = len(held) + len(later)
    with suppress(TimeoutError):
        ours.workspace.wait_for(lambda: ours.answers - before >= wanted, SOON)
    lost = Values([wanted - ours.answers + before])
    yield Figure("crowds", "of these without an answer", "", lost, {}, [AtMost(0, "", "most")], WAY)


def memory(ours: Asked) -> int:
    """Bytes that the bot's process has in memory and shares with nobody."""
    assert ours.bot.process is not None
    told = Path(f"/proc/{ours.bot.process.pid}/smaps_rollup").read_text()
    kept = [int(line.split()[1]) for line in told.splitlines() if line.startswith("Private_")]
    return sum(kept) * 1024
