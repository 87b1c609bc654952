"""One thing that the workspace sends to the bot, and how the bot acknowledged it."""

import threading
import time
import uuid
from collections.abc import Mapping
from typing import Any

ACK_SECONDS = 3  # Slack waits so long for an acknowledgement


class Delivery:
    """An envelope on its way: `attempts` counts its sendings; times are of the real clock."""

    def __init__(self, kind: str, payload: Mapping[str, Any], changed: threading.Condition) -> None:
        self.id = str(uuid.uuid4())
        self.kind = kind
        self.payload = payload
        self.attempts = 0
        self.acks = 0
        self.ack_ms: float | None = None
        self.ack_body: Any = None
        self.status: int | None = None
        self._changed = changed
        self._sent = 0.0

    @property
    def trigger_id(self) -> str | None:
        """The trigger that came with it."""
        return self.payload.get("trigger_id")

    @property
    def response_url(self) -> str | None:
        """The address that answers it."""
        return self.payload.get("response_url")

    @property
    def acked(self) -> bool:
        """Whether the bot has acknowledged it."""
        return self.acks > 0

    @property
    def failed(self) -> bool:
        """Whether it came back with an HTTP status that is no acknowledgement."""
        return self.status is not None and self.status != 200  # noqa: PLR2004 - HTTP's own number

    def sent(self) -> None:
        """Count one sending; the time to the acknowledgement runs from the last one."""
        with self._changed:
            self.attempts += 1
            self._sent = time.perf_counter()

    def acknowledged(self, body: Any = None, status: int = 200) -> None:
        """Note the bot's answer; the first one counts."""
        with self._changed:
            self.status = status
            if not self.failed:
                self.acks += 1
                if self.acks == 1:
                    self.ack_ms = (time.perf_counter() - self._sent) * 1000
                    self.ack_body = body
            self._changed.notify_all()

    def wait(self, timeout: float = 10) -> "Delivery":
        """Wait for the acknowledgement; raises TimeoutError after so many seconds, or when it failed."""
        with self._changed:
            self._changed.wait_for(lambda: self.acked or self.failed, timeout)
        if not self.acked:
            raise TimeoutError(f"{self.kind} not acknowledged within {timeout} s (status {self.status})")
        return self
