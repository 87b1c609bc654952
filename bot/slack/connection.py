"""The way to Slack's Web API: who we are there, and clients that every other part shares."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from urllib.error import URLError
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from bot.settings import Mode

TIMEOUT = 10  # seconds; one call of the Web API
RESPONSE_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})  # where Slack's own response URLs lie
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

log = logging.getLogger(__name__)
quiet = logging.getLogger("slashdock.sdk")  # of Bolt and the SDK, which log whole payloads below this level
quiet.setLevel(logging.ERROR)


class CannotConnect(Exception):  # noqa: N818 - the sentence says what is wrong
    """Slack refuses us or cannot be reached; the text says what to do."""


@dataclass(frozen=True)
class Access:
    """How to reach Slack: tokens, the base of the Web API, and which workspace and command are ours.

    team is the only workspace that is obeyed; empty: the bot token's own. bind and port are for HTTP mode.
    """

    mode: Mode
    bot_token: str
    app_token: str = ""
    signing_secret: str = ""
    api_url: str = WebClient.BASE_URL
    command: str = "/docker"
    team: str = ""
    bind: str = "127.0.0.1"
    port: int = 0


@dataclass(frozen=True)
class Identity:
    """Who the bot is in Slack: what every payload must agree with."""

    team: str
    user: str
    bot: str = ""
    app: str = ""
    enterprise: str = ""


class Connection:
    """Clients with one TLS context, which do not repeat a call whose answer was lost, and our identity."""

    def __init__(self, access: Access) -> None:
        self.access = access
        api = urlsplit(access.api_url)
        self._origin = (api.scheme, api.netloc)
        self.direct = api.hostname in LOOPBACK
        self._tls = ssl.create_default_context() if api.scheme == "https" else None
        self.client = self.web_client(access.bot_token)
        self.identity = self._identify()

    def web_client(self, token: str) -> WebClient:
        """A client for the Web API that never repeats a call on its own."""
        client = WebClient(
            token,
            self.access.api_url,
            timeout=TIMEOUT,
            ssl=self._tls,
            retry_handlers=[],
            logger=quiet,
        )
        if self.direct:
            client.proxy = None  # a proxy of the environment cannot reach our own machine
        return client

    def webhook(self, url: str) -> WebhookClient:
        """A client for one response URL."""
        client = WebhookClient(url, timeout=TIMEOUT, ssl=self._tls, retry_handlers=[], logger=quiet)
        if self.direct:
            client.proxy = None
        return client

    def trusts(self, url: str) -> bool:
        """Whether a response URL leads to Slack, or to the server that stands in its place."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        ours = (parts.scheme, parts.netloc) == self._origin
        return ours or (parts.scheme == "https" and parts.netloc in RESPONSE_HOSTS)

    def _identify(self) -> Identity:
        try:
            answer = self.client.auth_test()
        except SlackApiError as error:
            raise CannotConnect(_refused(error, "SLACK_BOT_TOKEN")) from error
        except (OSError, SlackClientError) as error:
            raise CannotConnect(_unreached(error, self.access.api_url)) from error
        team = str(answer.get("team_id", ""))
        if self.access.team and self.access.team != team:
            raise CannotConnect(
                f"SLACK_BOT_TOKEN belongs to the workspace {team}, and SLASHDOCK_TEAM names {self.access.team}. "
                "Set the one that is right; nothing was started."
            )
        fields = ("user_id", "bot_id", "app_id", "enterprise_id")
        return Identity(team, *(str(answer.get(name) or "") for name in fields))


def app_token_refused(error: SlackApiError) -> CannotConnect:
    """What to say when Slack does not open a WebSocket for the app-level token."""
    return CannotConnect(_refused(error, "SLACK_APP_TOKEN"))


def unreached(error: Exception, url: str) -> CannotConnect:
    """What to say when Slack does not answer."""
    return CannotConnect(_unreached(error, url))


_REMEDIES = {
    "invalid_auth": "Slack does not know this token. Copy it again from the app's page",
    "account_inactive": "the app was removed from the workspace. Install it again and copy the new token",
    "token_revoked": "the token was revoked. Install the app again and copy the new token",
    "token_expired": "the token has expired. Switch token rotation off for the app and copy the new token",
    "not_allowed_token_type": "this is another kind of token; the bot's begins with xoxb-, the app's with xapp-",
    "missing_scope": "the token lacks a scope. Update the app from `slashdock manifest` and install it again",
    "ratelimited": "Slack asks us to wait. Start again in a minute",
}


def _refused(error: SlackApiError, setting: str) -> str:
    code = str(error.response.get("error", "unknown"))
    remedy = _REMEDIES.get(code, "see Slack's own description of this error")
    return f"Slack refuses {setting} ({code}): {remedy}."


def _unreached(error: Exception, url: str) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    return f"Slack does not answer at {url} ({reason}). Check the network, a proxy (HTTPS_PROXY) and SLACK_API_URL."
