"""Whether an engine can read a Dockerfile: where it cannot, nothing of it is done, and nothing fetched for it."""

from __future__ import annotations

import secrets

from docker.api.client import APIClient

from commands import wire
from commands.building import contexts, packing, steps
from commands.building.options import CLASSIC
from commands.building.packing import Packing
from commands.building.steps import Steps

_RANDOM = 10  # bytes of the name of a stage that no Dockerfile has


def is_readable(client: APIClient, content: bytes) -> bool:
    """Whether the engine, asked for a stage that is not there, misses that alone; it looks before it does anything."""
    stage = f"nobody-{secrets.token_hex(_RANDOM)}"
    archive = packing.text(contexts.DOCKERFILE, content, Packing())
    params: wire.Params = {"dockerfile": contexts.DOCKERFILE, "version": CLASSIC, "target": stage}
    done = steps.built(client, params, archive, lambda _text: None, Steps())
    return done.lost or done.late or stage in done.error
