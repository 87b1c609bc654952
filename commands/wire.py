"""Requests to the engine that docker-py has no method for, or whose method does not send what docker sends.

Every word in a path is an id or a volume's name that the engine itself gave: docker-py quotes "/" and ".." badly.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from docker.api.client import APIClient
from docker.errors import APIError, DockerException

from commands.sharing import Sharing

Params = dict[str, str | int | list[str]]
_SERVER_ERRORS = 500
_CHUNK = 64 * 1024  # bytes
_OBJECTS = ("aux", "errorDetail", "progressDetail")  # of what an engine says in a stream, these are objects themselves
_GATEWAYS = {requests.codes.bad_gateway, requests.codes.gateway_timeout}  # the engine itself answers neither


def get(
    client: APIClient, path: str, *ids: str, params: Params | None = None, headers: Mapping[str, str] | None = None
) -> Any:
    """The JSON that the engine answers to a GET of the path, its {0} filled with the ids; raises APIError."""
    url = client._url(path, *ids)  # noqa: SLF001 - docker-py offers no public request
    answer = client._get(url, params=params or {}, headers=headers or {})  # noqa: SLF001 - see above
    return client._result(answer, json=True)  # noqa: SLF001 - see above


def shared(client: APIClient, path: str, params: Params) -> Any:
    """The same for a list, which nobody may alter: one request for all who ask the same at the same time."""
    sharing: Sharing | None = client.__dict__.get("sharing")
    if sharing is None:
        return get(client, path, params=params)
    return sharing.get((path, json.dumps(params, sort_keys=True)), lambda: get(client, path, params=params))


def stream(client: APIClient, path: str, *ids: str, params: Params, timeout: float) -> requests.Response:
    """An answer whose body is still to be read and which the caller closes; timeout is seconds without a byte."""
    url = client._url(path, *ids)  # noqa: SLF001 - see get
    response: requests.Response = client._get(url, params=params, stream=True, timeout=timeout)  # noqa: SLF001 - see get
    client._raise_for_status(response)  # noqa: SLF001 - see get
    return response


def answers(client: APIClient) -> bool:
    """Whether the engine still answers: what it was sending when it was stopped ends as if it were whole."""
    try:
        client.ping()
    except (requests.RequestException, DockerException):
        return False
    return True


def messages(answer: requests.Response) -> Iterator[dict[str, Any]]:
    """The objects that an answer says one by one; raises what requests raises where it breaks, or says what is none."""
    for line in answer.iter_lines(_CHUNK):
        if line.strip():
            yield _message(line)


def _message(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not all(isinstance(told.get(key) or {}, dict) for key in _OBJECTS):
        raise requests.exceptions.ChunkedEncodingError("the engine stopped talking in a word")
    return told


def send(client: APIClient, path: str, *ids: str, body: Mapping[str, Any], params: Params | None = None) -> Any:
    """The answer to a POST of JSON, which may be empty, as docker-py gives no body that is null; raises APIError."""
    url = client._url(path, *ids)  # noqa: SLF001 - see get
    response = client._post(url, json=dict(body), params=params or {})  # noqa: SLF001 - see get
    client._raise_for_status(response)  # noqa: SLF001 - see get
    return response.json() if response.content else None


def head(client: APIClient, path: str, *ids: str, params: Params) -> Mapping[str, str]:
    """The headers of the answer to a HEAD; raises APIError, which has no words of the engine's."""
    url = client._url(path, *ids)  # noqa: SLF001 - see get
    response: requests.Response = client.head(url, params=params, timeout=client.timeout)
    client._raise_for_status(response)  # noqa: SLF001 - see get
    return response.headers


def put(client: APIClient, path: str, *ids: str, params: Params, body: Iterator[bytes]) -> None:
    """Send what comes piece by piece, of any length; raises APIError."""
    url = client._url(path, *ids)  # noqa: SLF001 - see get
    client._raise_for_status(client._put(url, params=params, data=body))  # noqa: SLF001 - see get


def pour(client: APIClient, path: str, params: Params, body: Iterable[bytes]) -> requests.Response:
    """Send an archive piece by piece by a POST; the answer is still to be read and to be closed. Raises APIError."""
    headers = {"Content-Type": "application/x-tar"}
    url = client._url(path)  # noqa: SLF001 - see get
    response: requests.Response = client._post(url, params=params, data=body, headers=headers, stream=True)  # noqa: SLF001 - see get
    client._raise_for_status(response)  # noqa: SLF001 - see get
    return response


def post(
    client: APIClient, path: str, *ids: str, params: Params, timeout: float | None = None, stream: bool = False
) -> requests.Response:
    """The answer to a POST without a body; timeout in seconds, None for the client's own; raises APIError.

    stream: its body is still to be read, and the caller closes it.
    """
    seconds, url = client.timeout if timeout is None else timeout, client._url(path, *ids)  # noqa: SLF001 - see get
    response: requests.Response = client._post(url, params=params, timeout=seconds, stream=stream)  # noqa: SLF001 - see get
    client._raise_for_status(response)  # noqa: SLF001 - see get
    return response


def delete(client: APIClient, path: str, *ids: str, params: Params) -> Any:
    """The JSON that the engine answers to a DELETE; raises APIError."""
    url = client._url(path, *ids)  # noqa: SLF001 - see get
    return client._result(client._delete(url, params=params), json=True)  # noqa: SLF001 - see get


def remove(client: APIClient, path: str, *ids: str, params: Params | None = None) -> None:
    """Send a DELETE that is answered without a body; raises APIError."""
    url = client._url(path, *ids)  # noqa: SLF001 - see get
    client._raise_for_status(client._delete(url, params=params or {}))  # noqa: SLF001 - see get


def message(error: APIError) -> str | None:
    """What the engine itself said; None where it said nothing, or what answered is no engine."""
    try:
        told = error.response.json()
    except ValueError:
        return None
    return str(told["message"]) if isinstance(told, dict) and told.get("message") else None


def lost(error: BaseException | None) -> bool:
    """Whether something was asked and the engine's answer never came, so that it may have been done.

    A gateway's own error is such an answer: whatever it says, the request may have reached the engine before.
    """
    if not isinstance(error, APIError):
        return isinstance(error, requests.RequestException)
    if error.response is None or error.status_code < _SERVER_ERRORS:
        return False
    return error.status_code in _GATEWAYS or message(error) is None


def asked(error: BaseException) -> tuple[str, str]:
    """The method and the path of the request that failed so, without its query: that may hold a secret."""
    response = getattr(error, "response", None)
    request = getattr(error, "request", None) if response is None else response.request
    return ("", "") if request is None else (str(request.method), urlsplit(request.url).path)
