"""The logins at registries: sealed in the database with a key that is not there, and those that the settings name."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterable

from bot.clock import Clock
from bot.database import Sqlite
from bot.seal import Broken, Seal
from commands import credentials
from commands.credentials import Credential

PURPOSE = b"slashdock: logins at registries, 1"  # what the key is derived for; another purpose has another key

_KEEP = """
INSERT INTO credentials VALUES (:server, :sealed, :person, :at)
ON CONFLICT (server) DO UPDATE SET sealed = :sealed, person = :person, at = :at
"""

log = logging.getLogger(__name__)


class Vault:
    """keep() and forget() raise Unwritable; outside are further logins, before which those kept here come."""

    def __init__(self, file: Sqlite, clock: Clock, key: bytes, outside: Iterable[Credential] = ()) -> None:
        self._file = file
        self._clock = clock
        self._seal = Seal(key, PURPOSE)
        self._outside = {each.server: each for each in outside}

    def auth(self, registry: str) -> str:
        """The value of X-Registry-Auth for a registry's host, empty where nobody logged in there."""
        server = credentials.server(registry)
        found = self._kept(server) or self._outside.get(server)
        return "" if found is None else header(found)

    def keep(self, credential: Credential, person: str) -> None:
        """Seal it, in the place of an earlier one for the same server; person is who logged in."""
        text = json.dumps([credential.username, credential.password, credential.token])
        sealed = self._seal.close(text, credential.server)
        row = {"server": credential.server, "sealed": sealed, "person": person, "at": self._clock.now()}
        with self._file.writing() as db:
            db.execute(_KEEP, row)

    def forget(self, server: str) -> bool:
        """Forget it; whether there was one."""
        with self._file.writing() as db:
            return bool(db.execute("DELETE FROM credentials WHERE server = ?", (server,)).rowcount)

    def _kept(self, server: str) -> Credential | None:
        with self._file.reading() as db:
            row = db.execute("SELECT sealed FROM credentials WHERE server = ?", (server,)).fetchone()
        if row is None:
            return None
        try:
            text = self._seal.open(row[0], server)
        except Broken:
            log.error("the login at %s was sealed with another key, or altered: log in there again", server)  # noqa: TRY400 - the traceback says no more
            return None
        return Credential(server, *json.loads(text))


def header(credential: Credential) -> str:
    """X-Registry-Auth for this login: JSON in URL-safe base64, what is empty left out."""
    told = {
        "username": credential.username,
        "password": credential.password,
        "serveraddress": credential.server,
        "identitytoken": credential.token,
    }
    text = json.dumps({name: value for name, value in told.items() if value})
    return base64.urlsafe_b64encode(text.encode()).decode()
