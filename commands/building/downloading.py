"""A Dockerfile at an address, fetched as docker's CLI fetches it: by the one who builds, not by the engine."""

from __future__ import annotations

import socket
from contextlib import closing
from tarfile import BLOCKSIZE

import requests
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from commands.attempts import Refusal
from commands.building import remotes
from commands.building.folders import FILE_LIMIT

PATIENCE = 30  # seconds without a byte
_TOLD = 500  # characters of what a server says beside its error
_CHUNK = 64 * 1024  # bytes
_FAILING, _MOVED = 400, 300  # the first status of each kind
_PACKED = (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")  # gzip, bzip2, xz, zstd
_TAR, _TAR_AT = b"ustar", 257  # what stands where in the first block of an archive
_FORBIDDEN = "slashdock may not fetch {} for a build. The policy says which addresses it may ([build] remotes)."
_ELSEWHERE = "{} leads to another address, where slashdock does not follow for a build. Name that one."
_ARCHIVE = (
    "{} is an archive. From an address slashdock takes a Dockerfile alone, or a git repository (it ends in .git)."
)
_LARGE = "{} has more than {} bytes, so it is no Dockerfile."


def dockerfile(text: str, globs: tuple[str, ...]) -> bytes:
    """What is there; raises Refusal where it may not be fetched, ValueError in docker's words where it cannot be."""
    if not remotes.allows(remotes.fetched(text), globs):
        raise Refusal(_FORBIDDEN.format(text))
    try:
        with requests.Session() as session:
            session.auth = _nobody
            answer = session.get(text, stream=True, timeout=PATIENCE, allow_redirects=False)
            with closing(answer):
                return _content(answer, text)
    except requests.RequestException as error:
        raise ValueError(f'unable to download remote context {text}: Get "{text}": {_why(error)}') from None


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without a password that lies on the bot's machine for that host."""
    return request


def _content(answer: requests.Response, text: str) -> bytes:
    said = _bounded(answer)
    if answer.status_code >= _FAILING:
        status = f"{answer.status_code} {answer.reason}"
        body = said[:_TOLD].decode("utf-8", "replace").strip()
        raise ValueError(f"unable to download remote context {text}: failed to GET {text} with status {status}: {body}")
    if answer.status_code >= _MOVED:
        raise Refusal(_ELSEWHERE.format(text))
    if said.startswith(_PACKED) or said[_TAR_AT:BLOCKSIZE].startswith(_TAR):
        raise Refusal(_ARCHIVE.format(text))
    if len(said) > FILE_LIMIT:
        raise Refusal(_LARGE.format(text, FILE_LIMIT))
    return said


def _bounded(answer: requests.Response) -> bytes:
    """The body, or so much of it that it is seen to be too large."""
    said = b""
    for chunk in answer.iter_content(_CHUNK):
        said += chunk
        if len(said) > FILE_LIMIT:
            break
    return said


def _why(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "net/http: timeout awaiting response headers"
    failed = error.args[0] if error.args else None
    reason = getattr(failed, "reason", None)
    why = str(getattr(getattr(reason, "__cause__", None), "strerror", None) or "connection failed").lower()
    is_of_connect = isinstance(reason, NewConnectionError) and not isinstance(reason, NameResolutionError)
    if isinstance(failed, MaxRetryError) and is_of_connect:
        return f"dial tcp {_dialled(failed.pool.host, failed.pool.port)}: connect: {why}"
    return why


def _dialled(host: str, port: int | None) -> str:
    """The first address of the host, with the port: it is the one whose error docker tells."""
    try:
        address = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
    except socket.gaierror:  # its name is gone since it was tried
        address = host
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
