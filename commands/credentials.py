"""What opens a registry, and where it is kept: commands know of the keeping no more than this."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

HUB = "docker.io"
UNTOLD = "what is kept of logins is not the engine's to show"
INDEX = "https://index.docker.io/v1/"  # what docker calls the Hub where logins are kept
_HUB_NAMES = frozenset({"", HUB, "index.docker.io", "registry-1.docker.io"})


@dataclass(frozen=True)
class Credential:
    """A login: server is the registry as docker keeps it, token what it gave in the password's place."""

    server: str
    username: str
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


class Credentials(Protocol):
    """The logins of the bot, which all who use it share."""

    def auth(self, registry: str) -> str:
        """The value of X-Registry-Auth for a registry's host, empty where nobody logged in there."""

    def keep(self, credential: Credential, person: str) -> None:
        """Keep it in the place of an earlier one for the same server; person is who logged in."""

    def forget(self, server: str) -> bool:
        """Forget it; whether there was one."""


class NoCredentials:
    """Where none are kept."""

    def auth(self, registry: str) -> str:  # noqa: ARG002 - what Credentials are asked
        """Always empty."""
        return ""

    def keep(self, credential: Credential, person: str) -> None:
        """There is no place."""
        raise NotImplementedError

    def forget(self, server: str) -> bool:  # noqa: ARG002 - see auth
        """Never was there one."""
        return False


def hostname(text: str) -> str:
    """The host and the port in a registry's address, which may be all of it."""
    before, scheme, after = text.partition("://")
    return (after if scheme else before).partition("/")[0]


def server(text: str) -> str:
    """A registry as its login is kept: the host and the port; the Hub, whatever it is called, by its old address."""
    host = hostname(text)
    return INDEX if host in _HUB_NAMES else host
