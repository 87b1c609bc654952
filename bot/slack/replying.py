"""Answers by response URL on connections that are kept for a moment: what comes soon after is there sooner."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.error import URLError

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError

KEPT = 2.0  # seconds that an idle one is used again; whoever stands there closes it much later, so none is lost by that
HEADERS = {"Content-Type": "application/json;charset=utf-8", "User-Agent": "slashdock"}


class Replying:
    """Posts to response URLs, from any thread; proxy is the address of one, if there is one on the way."""

    def __init__(self, tls: ssl.SSLContext, proxy: str | None, timeout: float) -> None:
        kept: dict[str, Any] = {"ssl_context": tls, "timeout": timeout, "retries": False, "maxsize": 8}
        self._pools = urllib3.ProxyManager(proxy, **kept) if proxy else urllib3.PoolManager(**kept)
        self._lock = threading.Lock()
        self._used = time.monotonic()

    def post(self, url: str, body: Mapping[str, Any]) -> urllib3.BaseHTTPResponse:
        """The answer, which may be any; raises URLError, by whose reason it is known whether the request ever left."""
        self._forget_old()
        try:
            return self._pools.request("POST", url, body=json.dumps(body), headers=HEADERS, redirect=False)
        except NewConnectionError as error:
            raise URLError(error.__cause__ or error) from error
        except HTTPError as error:
            raise URLError(type(error).__name__) from error

    def close(self) -> None:
        """Close those that are kept."""
        self._pools.clear()

    def _forget_old(self) -> None:
        with self._lock:
            now = time.monotonic()
            if now - self._used > KEPT:
                self._pools.clear()
            self._used = now
