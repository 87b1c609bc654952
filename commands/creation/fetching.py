"""Pulling the image of a container that is to be made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import requests

from commands import naming
from commands.context import Context
from commands.creation.images import DEFAULT_TAG


@dataclass(frozen=True)
class Fetched:
    """What docker prints of a pull, and the error that ended it, empty where it ended well."""

    lines: tuple[str, ...]
    error: str = ""


def fetch(ctx: Context, ref: str, platform: str) -> Fetched:
    """Pull the image; raises what requests raises where the engine refuses or does not answer."""
    found = naming.normalized(ref)
    params = {"fromImage": f"{found.domain}/{found.path}", "tag": found.digest or found.tag or DEFAULT_TAG}
    if platform:
        params["platform"] = platform
    client = ctx.patient
    headers = {"X-Registry-Auth": auth} if (auth := ctx.auth(found.domain)) else {}
    url = client._url("/images/create")  # noqa: SLF001 - docker-py's own swallows the errors inside of the stream
    answer: requests.Response = client._post(url, params=params, headers=headers, stream=True)  # noqa: SLF001 - see above
    client._raise_for_status(answer)  # noqa: SLF001 - see above
    lines: list[str] = []
    with closing(answer):
        for message in _messages(answer):
            if message.get("error"):
                return Fetched(tuple(lines), str(message["error"]))
            lines += _line(message)
            ctx.progress("\n".join(lines))
    return Fetched(tuple(lines))


def _messages(answer: requests.Response) -> Iterator[Mapping[str, Any]]:
    for line in answer.iter_lines():
        if line:
            yield json.loads(line)


def _line(message: Mapping[str, Any]) -> list[str]:
    """The line that docker prints where nobody watches: steps, not how far each is."""
    detail = message.get("progressDetail") or {}
    if detail.get("current") or detail.get("total") or "status" not in message:
        return []
    return [f"{message['id']}: {message['status']}" if message.get("id") else str(message["status"])]
