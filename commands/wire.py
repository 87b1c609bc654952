"""Requests to the engine that docker-py has no method for, or whose method does not send what docker sends.

Every word in a path is an id or a volume's name that the engine itself gave: docker-py quotes "/" and ".." badly.
"""

from __future__ import annotations

from typing import Any

import requests
from docker.api.client import APIClient

Params = dict[str, str | int | list[str]]


def get(client: APIClient, path: str, *ids: str, params: Params | None = None) -> Any:
    """The JSON that the engine answers to a GET of the path, its {0} filled with the ids; raises APIError."""
    url = client._url(path, *ids)  # noqa: SLF001 - docker-py offers no public request
    return client._result(client._get(url, params=params or {}), json=True)  # noqa: SLF001 - see above


def stream(client: APIClient, path: str, *ids: str, params: Params, timeout: float) -> requests.Response:
    """An answer whose body is still to be read and which the caller closes; timeout is seconds without a byte."""
    url = client._url(path, *ids)  # noqa: SLF001 - see get
    response: requests.Response = client._get(url, params=params, stream=True, timeout=timeout)  # noqa: SLF001 - see get
    client._raise_for_status(response)  # noqa: SLF001 - see get
    return response


def post(client: APIClient, path: str, *ids: str, params: Params, timeout: float | None = None) -> requests.Response:
    """The answer to a POST without a body; timeout in seconds, None for the client's own; raises APIError."""
    seconds = client.timeout if timeout is None else timeout
    response: requests.Response = client._post(client._url(path, *ids), params=params, timeout=seconds)  # noqa: SLF001 - see get
    client._raise_for_status(response)  # noqa: SLF001 - see get
    return response


def delete(client: APIClient, path: str, *ids: str, params: Params) -> Any:
    """The JSON that the engine answers to a DELETE; raises APIError."""
    url = client._url(path, *ids)  # noqa: SLF001 - see get
    return client._result(client._delete(url, params=params), json=True)  # noqa: SLF001 - see get
