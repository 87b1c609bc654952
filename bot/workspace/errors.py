"""What the Web API answers when it refuses."""

from collections.abc import Sequence
from typing import Any


class SlackError(Exception):
    """A refusal: `code` is Slack's word for it; the details go into response_metadata as Slack puts them."""

    def __init__(
        self, code: str, details: Sequence[str] = (), *, status: int = 200, retry_after: int | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.details = tuple(details)
        self.status = status
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        body: dict[str, Any] = {"ok": False, "error": self.code}
        if self.details:
            body["errors"] = list(self.details)
            body["response_metadata"] = {"messages": [f"[ERROR] {each}" for each in self.details]}
        return body

    def headers(self) -> dict[str, str]:
        """Retry-After, in seconds, where the method is limited."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
