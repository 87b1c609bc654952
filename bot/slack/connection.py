"""The way to Slack's Web API: who we are there, and clients that every other part shares."""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from pathlib import Path
from socket import SHUT_RDWR, socket
from typing import IO, Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.settings import Mode
from bot.slack.replying import Replying
from commands.live import Ending

TIMEOUT = 10  # seconds; one call of the Web API
RESPONSE_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})  # where Slack's own response URLs lie
FILE_HOSTS = frozenset({"files.slack.com", "files.slack-gov.com"})  # where Slack's own files lie
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

log = logging.getLogger(__name__)
quiet = logging.getLogger("slashdock.bolt")  # of Bolt, which logs whole payloads below this level
quiet.setLevel(logging.ERROR)
sdk = logging.getLogger("slashdock.sdk")  # of the SDK, which does so as well, and logs what it raises besides
sdk.setLevel(logging.ERROR)


def _is_bug(record: logging.LogRecord) -> bool:
    """Whether a record is of a fault in the code; what Slack and the network do is raised too, and told by us."""
    error = record.exc_info[1] if record.exc_info else None
    return error is not None and not isinstance(error, OSError | HTTPException | SlackClientError)


sdk.addFilter(_is_bug)


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


class _Tls(ssl.SSLContext):
    """Reads whom the system trusts when it first meets TLS: where Slack's double speaks plainly that is never."""

    _trusts = False

    def wrap_socket(self, *words: Any, **named: Any) -> ssl.SSLSocket:
        """TLS over a connection."""
        if not self._trusts:
            self._trusts = True
            self.load_default_certs()
        return super().wrap_socket(*words, **named)


class _Stay(HTTPRedirectHandler):
    """Goes nowhere else: what is asked for with a token is had from where that was sent, or not at all."""

    def redirect_request(self, *_words: Any, **_named: Any) -> None:
        """None: the redirect is an error."""


class Connection:
    """Clients with one TLS context, which do not repeat a call whose answer was lost, and our identity."""

    def __init__(self, access: Access) -> None:
        self.access = access
        api = urlsplit(access.api_url)
        self._origin = (api.scheme, api.netloc)
        self.direct = api.hostname in LOOPBACK
        self._tls = ssl.create_default_context() if api.scheme == "https" else _Tls(ssl.PROTOCOL_TLS_CLIENT)
        self.client = self.web_client(access.bot_token)
        self.replying = Replying(self._tls, self.client.proxy, TIMEOUT)
        self.identity = self._identify()

    def web_client(self, token: str) -> WebClient:
        """A client for the Web API that never repeats a call on its own."""
        client = WebClient(
            token,
            self.access.api_url,
            timeout=TIMEOUT,
            ssl=self._tls,
            retry_handlers=[],
            logger=sdk,
        )
        if self.direct:
            client.proxy = None  # a proxy of the environment cannot reach our own machine
        return client

    def upload(self, url: str, path: Path) -> None:
        """Send a file to where Slack said, as it is read; raises what urllib does."""
        proxies = ProxyHandler({} if self.direct else None)
        opener = build_opener(proxies, HTTPSHandler(context=self._tls))
        headers = {"Content-Length": str(path.stat().st_size), "Content-Type": "application/octet-stream"}
        with path.open("rb") as content:
            request = Request(url, data=content, headers=headers, method="POST")  # noqa: S310 - Slack's own address
            opener.open(request, timeout=TIMEOUT).close()

    @contextmanager
    def fetched(self, url: str, work: Ending) -> Iterator[IO[bytes]]:
        """A file of Slack's, to be read within the block; keeps() has to say that it is one.

        It is asked for with the bot's token, so no redirect is followed. Raises what urllib does, also where the work
        has to end: another thread hangs up then.
        """
        opener = build_opener(ProxyHandler({} if self.direct else None), HTTPSHandler(context=self._tls), _Stay)
        request = Request(url, headers={"Authorization": f"Bearer {self.access.bot_token}"})  # noqa: S310 - see above
        with (
            opener.open(request, timeout=TIMEOUT) as answer,
            socket(fileno=os.dup(answer.fileno())) as line,
            work.closing(partial(line.shutdown, SHUT_RDWR)),
        ):
            yield answer

    def keeps(self, url: str) -> bool:
        """Whether the address of a file leads to Slack, or to the server that stands in its place."""
        return self._leads(url, FILE_HOSTS)

    def trusts(self, url: str) -> bool:
        """Whether a response URL leads to Slack, or to the server that stands in its place."""
        return self._leads(url, RESPONSE_HOSTS)

    def _leads(self, url: str, hosts: frozenset[str]) -> bool:
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        ours = (parts.scheme, parts.netloc) == self._origin
        return ours or (parts.scheme == "https" and parts.netloc in hosts)

    def _identify(self) -> Identity:
        """Who we are; raises CannotConnect, with a line for each token that Slack refuses."""
        try:
            answer = self.client.auth_test()
            app = self.client.bots_info(bot=answer.get("bot_id"))["bot"].get("app_id")  # auth.test does not say
        except SlackApiError as error:
            faults = [_refused(error, "SLACK_BOT_TOKEN"), *self._app_token_faults()]
            raise CannotConnect("\n".join(faults)) from error
        except (OSError, SlackClientError) as error:
            raise unreached(error, self.access.api_url) from error
        team = str(answer.get("team_id", ""))
        if self.access.team and self.access.team != team:
            told = (
                f"SLACK_BOT_TOKEN belongs to the workspace {team}, and SLASHDOCK_TEAM names {self.access.team}. "
                "Set the one that is right; nothing was started."
            )
            raise CannotConnect("\n".join([told, *self._app_token_faults()]))
        user, bot, enterprise = (str(answer.get(name) or "") for name in ("user_id", "bot_id", "enterprise_id"))
        return Identity(team, user, bot, str(app or ""), enterprise)

    def _app_token_faults(self) -> Iterator[str]:
        """What Slack says against the app-level token, asked where the start fails anyway: all is told at once."""
        if self.access.mode is not Mode.SOCKET:
            return
        try:
            self.client.apps_connections_open(app_token=self.access.app_token)
        except SlackApiError as error:
            yield _refused(error, "SLACK_APP_TOKEN")
        except (OSError, SlackClientError) as error:
            yield _unreached(error, self.access.api_url)


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
    told = reason.strerror if isinstance(reason, OSError) and reason.strerror else reason
    return f"Slack does not answer at {url} ({told}). Check the network, a proxy (HTTPS_PROXY) and SLACK_API_URL."
