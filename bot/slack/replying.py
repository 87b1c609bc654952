"""Answers by response URL on connections that are kept for a moment: what comes soon after is there sooner."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.error import URLError
from urllib.parse import unquote
from weakref import WeakSet

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, ProxyError

KEPT = 2.0  # seconds that an idle one is used again; whoever stands there closes it much later, so none is lost by that
HEADERS = {"Content-Type": "application/json;charset=utf-8", "User-Agent": "slashdock"}


class Replying:
    """Posts to response URLs, from any thread; proxy is the address of one, if there is one on the way.

    Each thread has its own connection, so that it is known of each for how long it was idle.
    """

    def __init__(self, tls: ssl.SSLContext, proxy: str | None, timeout: float) -> None:
        self._kept: dict[str, Any] = {"ssl_context": tls, "timeout": timeout, "retries": False, "maxsize": 1}
        self._proxy = proxy if proxy is None or "://" in proxy else f"http://{proxy}"
        self._own = threading.local()
        self._all: WeakSet[urllib3.PoolManager] = WeakSet()  # those of a thread go with it

    def post(self, url: str, body: Mapping[str, Any]) -> urllib3.BaseHTTPResponse:
        """The answer, which may be any; raises URLError, by whose reason it is known whether the request ever left."""
        try:
            return self._pools().request("POST", url, body=json.dumps(body), headers=HEADERS, redirect=False)
        except HTTPError as error:
            cause = error.original_error if isinstance(error, ProxyError) else error
            raise URLError(_unconnected(cause) or type(error).__name__) from error
        finally:
            self._own.used = time.monotonic()

    def close(self) -> None:
        """Close those that are kept."""
        for pools in tuple(self._all):
            pools.clear()

    def _pools(self) -> urllib3.PoolManager:
        """This thread's, without a connection that was idle for long."""
        pools: urllib3.PoolManager | None = getattr(self._own, "pools", None)
        if pools is None:
            pools = self._own.pools = self._made()
            self._all.add(pools)
        elif time.monotonic() - self._own.used > KEPT:
            pools.clear()
        return pools

    def _made(self) -> urllib3.PoolManager:
        if self._proxy is None:
            return urllib3.PoolManager(**self._kept)
        known = urllib3.util.parse_url(self._proxy).auth
        headers = urllib3.make_headers(proxy_basic_auth=unquote(known)) if known else None
        return urllib3.ProxyManager(self._proxy, proxy_headers=headers, **self._kept)


def _unconnected(error: BaseException) -> BaseException | None:
    """What kept it from connecting, so that nothing left; None where it is not known whether anything did."""
    return (error.__cause__ or error) if isinstance(error, NewConnectionError) else None
