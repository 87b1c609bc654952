"""Record what docker 28 says to the random lines, for machines without it: python tests/record_lines.py [VERB...]."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "scripts")]

import pair  # noqa: E402 - the lines above say where it is
import random_lines  # noqa: E402
import world  # noqa: E402
from engine import Engine  # noqa: E402
from oracle import DOCKER  # noqa: E402
from pair import Pruned, Said  # noqa: E402
from samples import busybox_image  # noqa: E402
from test_oracle import ON_RECORD  # noqa: E402
from world import World  # noqa: E402


def main() -> None:
    """Start an engine, make the world on it, and say every line."""
    with tempfile.TemporaryDirectory() as folder, Engine(Path(folder) / "engine") as engine:
        busybox_image(engine.host)
        world.build(engine.host)
        with pair.docker_before(engine.host, Path(folder) / "docker", DOCKER) as docker:
            verbs = sys.argv[1:] or ON_RECORD
            said = {verb: [(line, docker.say(verb, line)) for line in random_lines.lines(verb)] for verb in verbs}
        for verb in verbs:
            pair.record(verb, said[verb], _pruned(verb, said[verb], engine.host))


def _pruned(verb: str, said: list[tuple[str, Said]], host: str) -> dict[str, Pruned]:
    """What docker really prunes by each of these lines, of a world that is mended after each."""
    mended, found = World(host), {}
    for line, each in said:
        if verb.endswith("prune") and each.prunes:
            found[line] = pair.pruned(DOCKER, host, line)
            mended.mend()
    return found


if __name__ == "__main__":
    main()
