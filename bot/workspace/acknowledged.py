"""What an acknowledgement itself asks for: an answer to show, a modal to change."""

import contextlib
from collections.abc import Mapping
from typing import Any

from bot.workspace.delivery import Delivery
from bot.workspace.errors import SlackError
from bot.workspace.responses import Responses
from bot.workspace.tickets import Tickets
from bot.workspace.views import Views, checked


class Acknowledged:
    """Does it; what Slack would refuse changes nothing, as there."""

    def __init__(self, tickets: Tickets, responses: Responses, views: Views) -> None:
        self.tickets = tickets
        self.responses = responses
        self.views = views

    def __call__(self, delivery: Delivery) -> None:
        """Look at the first acknowledgement of a delivery."""
        body = delivery.ack_body if isinstance(delivery.ack_body, dict) else {}
        with contextlib.suppress(SlackError):
            if delivery.kind == "slash_commands" and body:
                secret = str(delivery.response_url).rpartition("/")[2]
                self.responses.answer(self.tickets.responses[secret], body)
            elif delivery.payload.get("type") == "view_submission":
                self._after_submission(delivery.payload["user"]["id"], body)

    def _after_submission(self, user: str, body: Mapping[str, Any]) -> None:
        """Without a word about it the submitted view closes; with `errors` it stays."""
        match body.get("response_action"):
            case "update":
                self.views.exchange(user, self.views.opened[user][-1], checked(body))
            case "push":
                self.views.put_on_top(user, checked(body))
            case "clear":
                self.views.close(user, everything=True)
            case None:
                self.views.close(user)
