"""`make faults`: the whole matrix on real parts, a row for each fault; words choose the rows that hold one of them."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path[:0] = [str(PROJECT / "scripts"), str(PROJECT / "tests")]

from faults import breaks, clocks, floods, kills  # noqa: E402 - the line above says where the rest is
from faults.breaks import replies, tried  # noqa: E402
from faults.cases import Case  # noqa: E402

KILLS = 1000
WIDTH = 50  # columns of the names
GARBAGE = b'HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"Id": '


def cases() -> Iterator[Case]:
    """Every row."""
    count = int(os.environ.get("KILLS", KILLS))
    yield Case(f"bot killed at a random moment, {count} times", partial(kills.at_random, count))
    yield Case("bot killed before and after each named step", kills.at_steps)
    yield Case("engine stopped (SIGSTOP) and continued", partial(tried, breaks.engine_stopped))
    yield Case("engine killed (SIGKILL) and started", partial(tried, breaks.engine_killed))
    yield Case("engine's replies lost", partial(tried, replies(lose="POST ")))
    yield Case("engine's replies to removals lost", partial(tried, replies(lose="DELETE ")))
    yield Case("engine's replies cut short", partial(tried, replies(replace="POST ", answer=GARBAGE[:40])))
    yield Case("engine's replies garbled", partial(tried, replies(replace="POST ", answer=GARBAGE)))
    yield Case("disk full", partial(tried, breaks.disk_full))
    yield Case("disk read-only", breaks.disk_read_only)
    yield Case("record locked by another program", partial(tried, breaks.record_locked))
    yield Case("record moved away and put back", partial(tried, breaks.record_away))
    yield Case("record damaged, and a copy put in its place", breaks.record_damaged)
    yield Case("Slack: rate limits", partial(tried, breaks.slack_limits))
    yield Case("Slack: fails", partial(tried, breaks.slack_fails))
    yield Case("Slack: its answers lost", partial(tried, breaks.slack_forgets))
    yield Case("Slack: its answers garbled", partial(tried, breaks.slack_garbles))
    yield Case("Slack: hangs", partial(tried, breaks.slack_hangs))
    yield Case("Slack: connections cut", partial(tried, breaks.slack_drops))
    yield Case("Slack: delivers twice", partial(tried, breaks.slack_delivers_twice))
    library = breaks.faketime()
    if library:
        yield Case("clock an hour ahead", partial(tried, breaks.clock("+1h"), library))
        yield Case("clock an hour back", partial(tried, breaks.clock("-1h"), library))
        yield Case("clock ahead and back under schedules", partial(clocks.stepped, library))


def main(words: list[str]) -> int:
    """Print the table; 1 where a column is not zero."""
    logging.disable(logging.ERROR)  # Slack's double would tell of every connection that a kill cuts
    print(f"{'FAULT':<{WIDTH}}  TRIED  LOST  DOUBLED  WRONG  SECONDS", flush=True)
    clean = [_told(case) for case in cases() if _is_wanted(case, words)]
    if not words or any(word in "flood:" for word in words):
        with floods.at_full_size() as rows:
            clean += [_told(case) for case in rows]
    return 0 if all(clean) else 1


def _is_wanted(case: Case, words: list[str]) -> bool:
    return not words or any(word in case.name for word in words)


def _told(case: Case) -> bool:
    began = time.monotonic()
    tally = case.run()
    numbers = f"{tally.tried:>5}  {tally.lost:>4}  {tally.doubled:>7}  {tally.wrong:>5}"
    print(f"{case.name:<{WIDTH}}  {numbers}  {time.monotonic() - began:>7.0f}", flush=True)
    return tally.is_clean


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
