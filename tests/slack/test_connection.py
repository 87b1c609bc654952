"""A token that does not fit stops the start with a sentence that says which one, and what to do."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace

import pytest

from bot.settings import Mode
from bot.slack import Access, CannotConnect, Connection
from bot.workspace import Workspace
from bot.workspace.people import APP, BOT, BOT_USER, TEAM


@pytest.fixture
def access(workspace: Workspace) -> Access:
    """What opens the workspace."""
    return Access(Mode.SOCKET, workspace.bot_token, workspace.app_token, "", workspace.api_url)


@pytest.mark.attack("S4")
def test_slack_says_who_we_are(access: Access) -> None:
    """The identity with which every payload must agree comes from Slack itself."""
    identity = Connection(access).identity
    assert (identity.team, identity.user, identity.bot, identity.app) == (TEAM, BOT_USER, BOT, APP)


@pytest.mark.parametrize(("code", "remedy"), [("invalid_auth", "Copy it again"), ("not_allowed_token_type", "xoxb-")])
def test_a_refused_token_is_named(workspace: Workspace, access: Access, code: str, remedy: str) -> None:
    """A wrong token, and the app's in place of the bot's."""
    token = {"invalid_auth": "xoxb-wrong", "not_allowed_token_type": workspace.app_token}[code]
    with pytest.raises(CannotConnect, match=rf"SLACK_BOT_TOKEN \({code}\).*{remedy}"):
        Connection(replace(access, bot_token=token))


def test_another_workspace_than_the_configured_one_is_refused(access: Access) -> None:
    """A token of the wrong workspace never hears anybody."""
    with pytest.raises(CannotConnect, match=f"{TEAM}.*SLASHDOCK_TEAM names T0OTHER001"):
        Connection(replace(access, team="T0OTHER001"))
    assert Connection(replace(access, team=TEAM)).identity.team == TEAM


def test_an_address_where_nobody_answers_is_told(access: Access) -> None:
    """The sentence names the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(CannotConnect, match=f"127.0.0.1:{port}.*SLACK_API_URL"):
        Connection(replace(access, api_url=f"http://127.0.0.1:{port}/api/"))


RESPONSE_URLS = [
    ("https://hooks.slack.com/commands/T1/2/3", True),
    ("https://hooks.slack-gov.com/commands/T1/2/3", True),
    ("http://hooks.slack.com/commands/T1/2/3", False),
    ("https://hooks.slack.com.evil.example/x", False),
    ("https://hooks.slack.com:8443/x", False),
    ("https://user@hooks.slack.com/x", False),
    ("http://169.254.169.254/latest", False),
    ("http://127.0.0.1:1/commands", False),
    ("http://[::1", False),
    ("https://hooks.slack.com]/x", False),
    ("", False),
]


@pytest.mark.attack("S26")
@pytest.mark.parametrize(("url", "trusted"), RESPONSE_URLS)
def test_answers_go_to_slack_only(access: Access, url: str, trusted: bool) -> None:
    """A response URL leads to Slack's own host, or to the server that stands in its place."""
    connection = Connection(access)
    assert connection.trusts(url) is trusted
    assert connection.trusts(access.api_url.replace("/api/", "/commands/T1/2/3"))


def test_whom_to_trust_is_read_when_tls_is_met(access: Access) -> None:
    """At a server that speaks plainly that is never; a WebSocket by TLS that it leads to is checked as any other."""
    tls, usual = Connection(access).web_client("xoxb-1").ssl, ssl.create_default_context()
    assert tls is not None
    assert tls.cert_store_stats()["x509"] == 0
    assert (tls.verify_mode, tls.check_hostname) == (usual.verify_mode, usual.check_hostname)
    near, far = socket.socketpair()
    with far, tls.wrap_socket(near, server_hostname="slack.com", do_handshake_on_connect=False):
        assert tls.cert_store_stats() == usual.cert_store_stats()


def test_whom_to_trust_is_read_once_for_all_that_speak_to_slack(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes 30 ms and more: as long as a whole answer."""
    read: list[ssl.SSLContext] = []
    load = ssl.SSLContext.load_default_certs
    monkeypatch.setattr(
        ssl.SSLContext, "load_default_certs", lambda self, *kind: (read.append(self), load(self, *kind))
    )
    monkeypatch.setattr(Connection, "_identify", lambda _self: None)
    connection = Connection(replace(access, api_url="https://slack.com/api/"))
    used = [connection.web_client(token).ssl for token in ("xoxb-1", "xapp-1")]
    used.append(connection.replying._pools().connection_pool_kw["ssl_context"])
    assert read == [used[0]]
    assert used == read * 3
