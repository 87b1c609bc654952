"""What may be used only so long and so often: trigger ids and response URLs."""

import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

from bot.workspace.errors import SlackError
from bot.workspace.state import Clock

TRIGGER_SECONDS = 3  # Slack: a trigger_id opens one view within three seconds
RESPONSE_SECONDS = 30 * 60  # Slack: a response_url lives thirty minutes
RESPONSE_USES = 5  # Slack: and takes five answers
KEPT_SECONDS = 60 * 60  # how long an expired one is told from an unknown one


@dataclass
class Trigger:
    """The right to open one view for one person."""

    user: str
    expires: float
    used: bool = False


@dataclass
class ResponseUrl:
    """The right to answer one command or click, where it was made."""

    channel: str
    user: str
    expires: float
    thread_ts: str | None = None
    message_ts: str | None = None
    uses: int = 0


@dataclass
class Tickets:
    """Both kinds, by their secret part."""

    clock: Clock
    triggers: dict[str, Trigger] = field(default_factory=dict)
    responses: dict[str, ResponseUrl] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def trigger(self, user: str) -> str:
        """A new trigger_id."""
        issued = f"{int(self.clock())}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        with self.lock:
            _forget_expired(self.triggers, self.clock() - KEPT_SECONDS)
            self.triggers[issued] = Trigger(user, self.clock() + TRIGGER_SECONDS)
        return issued

    def use_trigger(self, trigger_id: str) -> str:
        """The person whose trigger this is; raises once it is used, late or unknown."""
        with self.lock:
            trigger = self.triggers.get(trigger_id)
            if trigger is None:
                raise SlackError("invalid_trigger_id")
            if trigger.used:
                raise SlackError("exchanged_trigger_id")
            if self.clock() > trigger.expires:
                raise SlackError("expired_trigger_id")
            trigger.used = True
            return trigger.user

    def response(self, channel: str, user: str, *, thread_ts: str | None = None, message_ts: str | None = None) -> str:
        """The secret of a new response URL."""
        issued = secrets.token_urlsafe(18)
        expires = self.clock() + RESPONSE_SECONDS
        with self.lock:
            _forget_expired(self.responses, self.clock() - KEPT_SECONDS)
            self.responses[issued] = ResponseUrl(channel, user, expires, thread_ts, message_ts)
        return issued

    def use_response(self, secret: str) -> ResponseUrl:
        """The response URL with this secret, one use spent; raises when it is worn out, late or unknown."""
        with self.lock:
            response = self.responses.get(secret)
            if response is None:
                raise SlackError("invalid_url", status=404)
            if self.clock() > response.expires:
                raise SlackError("expired_url", status=404)
            if response.uses >= RESPONSE_USES:
                raise SlackError("used_url", status=404)
            response.uses += 1
            return response


def _forget_expired(tickets: dict[str, Any], before: float) -> None:
    """The oldest come first, and all of a kind live equally long."""
    while tickets and tickets[oldest := next(iter(tickets))].expires < before:
        del tickets[oldest]
