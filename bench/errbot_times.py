"""Run by errbot's own Python: milliseconds that it takes for a trivial command, in process, as a list in JSON."""

from __future__ import annotations

import json
import logging
import sys
import time

from errbot.backends.test import TestBot

WARM_UP = 20


def main(runs: int) -> None:
    """Print them."""
    bot = TestBot(loglevel=logging.ERROR)
    bot.start(timeout=60)
    times = []
    for _ in range(WARM_UP + runs):
        began = time.perf_counter()
        bot.push_message("!whoami")
        bot.pop_message(timeout=10)
        times.append((time.perf_counter() - began) * 1000)
    bot.stop()
    sys.stdout.write(json.dumps(times[WARM_UP:]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
