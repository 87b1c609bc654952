"""One of several processes that decide and begin the same requests: `racer.py ENGINE FOLDER SEED PERSON...`."""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from harness import bench  # noqa: E402 - the line above says where it is
from race import POLICY  # noqa: E402 - see above

from bot.policy import Policy  # noqa: E402 - see above
from commands import catalog  # noqa: E402 - see above


def main(engine: str, folder: str, seed: str, people: list[str]) -> None:
    """Agree to everything as each of the people, and begin it."""
    policy = Policy.parse(POLICY, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    made = bench(engine, Path(folder), policy)
    order = [held.number for held in made.store.approvals.listed(limit=1000)]
    random.Random(seed).shuffle(order)
    for number in order:
        held = made.store.approvals.get(number)
        assert held is not None
        for person in people:
            made.say(f"approval approve {number} --digest {held.digest}", person)
        made.pipeline.resume(number)
    made.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
