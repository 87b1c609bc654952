"""docker login."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import requests
from docker.api.client import APIClient
from docker.errors import APIError

from commands import credentials, wire
from commands.aftermath import Fate, Past, untold
from commands.asking import Field, Form
from commands.command import Command, arg, flag
from commands.context import Context
from commands.credentials import HUB, INDEX, Credential
from commands.engine_errors import daemon
from commands.reply import Reply, failure, note, output
from commands.spec import Permission

PATIENCE = 60.0  # seconds; the engine tries a registry that does not answer for half of that
_NOT_ON_A_LINE = (
    "A password does not belong on a line: others may read it, and histories keep it. Leave it out, and you are asked"
    " for it in a dialog (in a terminal by a prompt, or use --password-stdin). If it was a real one, change it now."
)
_PIPED = "slashdock exec login -u NAME --password-stdin < FILE"
_HINT = "An access token that may do little, such as only pull, is safer than a password."
_KEPT = "Whoever may pull or push here uses this login from now on. `docker logout{0}` forgets it."


class Login(Command, name="login", permission=Permission.READ, decides=True):
    """Log in to a registry.

    Without a server it is Docker Hub. The password is asked for in a dialog, tried at the registry and kept encrypted;
    all who may pull or push through slashdock share it.
    """

    server: str = arg("SERVER", default="")
    password: str | None = flag("-p", default=None, secret=True, help="Not on a line: leave it out and you are asked")
    password_stdin: bool | None = flag(default=None, help="In a terminal: read the password from standard input")
    username: str | None = flag("-u", default=None, help="Who logs in; without it you are asked")

    def problem(self) -> str | None:
        """Docker's refusals, and ours of a password that everybody can read."""
        if self.password is not None and self.password_stdin is not None:
            return "conflicting options: cannot specify both --password and --password-stdin"
        if self.password_stdin is not None and self.username is None:
            return "the --password-stdin option requires --username to be set"
        if self.username == "":
            return "username is empty"
        if self.password is not None:
            return _NOT_ON_A_LINE if self.password else "password is empty"
        return None

    def form(self) -> Form:
        """The password, and whose it is where the line does not say."""
        who = () if (self.username or "").strip() else (Field("username", "Username"),)
        word = Field("password", "Password or access token", secret=True, hint=_HINT)
        return Form("Log in", "Log in", (*who, word), _PIPED)

    def became(self, past: Past) -> Iterable[Fate]:
        """What is kept of logins is not the engine's to show."""
        del past
        return untold(credentials.UNTOLD)

    def run(self, ctx: Context) -> Reply:
        """Have the engine try it at the registry, and keep it where that lets it in."""
        username = ((self.username or "").strip() or ctx.given["username"]).strip()
        address = INDEX if self.server in {"", HUB} else credentials.hostname(self.server)
        tried = Credential(address, username, ctx.given["password"])
        try:
            answer = _try(ctx.patient, tried)
        except (APIError, requests.RequestException) as error:
            return failure(_unanswered(tried.server) if wire.lost(error) else daemon(error))
        token = answer.get("IdentityToken") or ""
        kept = replace(tried, server=credentials.server(address))
        ctx.credentials.keep(replace(kept, password="", token=token) if token else kept, ctx.person)
        where = "" if kept.server == INDEX else f" {kept.server}"
        return output(f"{answer['Status']}\n") + note(_KEPT.format(where))


def _try(client: APIClient, credential: Credential) -> dict[str, Any]:
    """What the registry says to it; raises APIError where it does not let it in."""
    body = {"username": credential.username, "password": credential.password, "serveraddress": credential.server}
    response = client._post_json(client._url("/auth"), data=body, timeout=PATIENCE)  # noqa: SLF001 - see commands/wire.py
    answer: dict[str, Any] = client._result(response, json=True)  # noqa: SLF001 - see commands/wire.py
    return answer


def _unanswered(server: str) -> str:
    return f"The engine did not say whether {server} lets you in. Nothing was kept; try again."
