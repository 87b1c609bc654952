"""How long a cleanup thinks about a large engine, beside what the engine takes to list it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from commands.cleanup import planning, report
from commands.cleanup.facts import Thing
from commands.cleanup.policy import DAY, WHAT, Policy
from commands.image import pruning
from commands.image.pruning import Image
from commands.image.using import Uses
from commands.prunes import found

IMAGES, CONTAINERS = 2_000, 500
RUNS = 10
NOW = 1_700_000_000.0
OLD = NOW - 90 * DAY
POLICY = Policy("all", WHAT, 14 * DAY, ("keep", "stage=prod"), ("registry/*", "pin-*"), 3, on=True)


def plans() -> list[float]:
    """Milliseconds from what was listed to the rows of the answer, run by run."""
    images = [_image(at) for at in range(IMAGES)]
    users = {images[4 * at].id: f"container user-{at}" for at in range(CONTAINERS)}
    used = Uses(users, {f"docker.io/library/app-{at % 50}:{at}": who for at, who in enumerate(users.values())})
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        planned = planning.plan(_things(images, used), POLICY, NOW)
        report.before(planned, POLICY, NOW)
        times.append((time.perf_counter() - began) * 1_000)
    return times


def _things(images: list[Image], used: Uses) -> Iterator[Thing]:
    for at, image in enumerate(images):
        stays = pruning.in_use(image, used) or ""
        facts = (image.size, image.created, OLD + at, OLD + at if at % 3 else 0.0, stays, image.tags, image.children)
        yield Thing("images", pruning.found(image), *facts, step=image.is_step, way=image)
    for at in range(CONTAINERS):
        name = f"user-{at}"
        yield Thing("containers", found("container", f"{at:064x}", name, {}), created=OLD, seen=OLD, names=(name,))


def _image(at: int) -> Image:
    """Every tenth is a step, of which the next one was made; every seventh has no name."""
    step, nameless = at % 10 == 0, at % 7 == 0
    tags = () if step or nameless else (f"app-{at % 50}:{at}", f"registry-{at % 9}:5000/app:{at}")
    children = frozenset({f"sha256:{at + 1:064x}"}) if step else frozenset()
    labels = {"number": str(at), **({"keep": "yes"} if at % 17 == 0 else {})}
    created, dangling = int(OLD) + at, nameless and not step
    return Image(f"sha256:{at:064x}", tags, (), labels, created, dangling, children=children, size=10**6)
