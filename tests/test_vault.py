"""The logins at registries: usable with the key of the installation, and worth nothing without it."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness import KEY
from hypothesis import given
from hypothesis import strategies as st
from set_clock import SetClock

from bot.settings import SettingsError
from bot.settings_reading import load
from bot.store import FILE, Store
from bot.vault import Vault, header
from commands import credentials
from commands.credentials import INDEX, Credential

SECRET = "hunter2-hunter2"
ADA = Credential("127.0.0.1:5000", "ada", SECRET)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new record."""
    made = Store(tmp_path, SetClock(1_000_000.0), KEY)
    yield made
    made.close()


@pytest.fixture
def vault(store: Store) -> Vault:
    """Its vault."""
    return store.vault


def told(value: str) -> dict[str, Any]:
    """What stands in an X-Registry-Auth."""
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(value))
    return found


def test_a_login_is_what_docker_sends(vault: Vault) -> None:
    """JSON in URL-safe base64: who, with what, and where."""
    vault.keep(ADA, "ada")
    assert told(vault.auth("127.0.0.1:5000")) == {
        "username": "ada",
        "password": SECRET,
        "serveraddress": "127.0.0.1:5000",
    }


def test_what_a_registry_gave_stands_in_the_password_s_place(vault: Vault) -> None:
    """A token alone."""
    vault.keep(Credential("x.example", "ada", token="t0"), "ada")
    assert told(vault.auth("x.example")) == {"username": "ada", "identitytoken": "t0", "serveraddress": "x.example"}


def test_where_nobody_logged_in_there_is_nothing(vault: Vault) -> None:
    """Another host or port is another registry."""
    vault.keep(ADA, "ada")
    assert [vault.auth(host) for host in ("127.0.0.1:5001", "127.0.0.1", "docker.io", "")] == [""] * 4


def test_the_hub_is_one_registry_by_all_its_names(vault: Vault) -> None:
    """Docker keeps its login by an address of old."""
    vault.keep(Credential(INDEX, "ada", SECRET), "ada")
    assert {vault.auth(host) for host in ("", "docker.io", "index.docker.io", INDEX)} == {vault.auth("docker.io")}
    assert told(vault.auth("docker.io"))["serveraddress"] == INDEX


def test_the_last_login_counts(vault: Vault) -> None:
    """One for each registry."""
    vault.keep(ADA, "ada")
    vault.keep(Credential(ADA.server, "otto", "another"), "otto")
    assert told(vault.auth(ADA.server))["username"] == "otto"


def test_what_was_forgotten_is_gone(vault: Vault) -> None:
    """It says whether there was anything."""
    vault.keep(ADA, "ada")
    assert (vault.forget(ADA.server), vault.forget(ADA.server)) == (True, False)
    assert vault.auth(ADA.server) == ""


def test_no_file_of_the_record_holds_the_password(vault: Vault, tmp_path: Path) -> None:
    """Neither as it is, nor in base64, nor the name of the user; who logged in is there to be read."""
    vault.keep(ADA, "U0ADMIN001")
    kept = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
    for text in (SECRET, header(ADA), base64.b64encode(f"ada:{SECRET}".encode()).decode(), '"ada"'):
        assert text.encode() not in kept
    assert b"U0ADMIN001" in kept


def sealed(tmp_path: Path) -> bytes:
    """The sealed login, from outside."""
    with sqlite3.connect(tmp_path / FILE) as db:
        found: bytes = db.execute("SELECT sealed FROM credentials").fetchone()[0]
    db.close()
    return found


def test_the_same_login_is_sealed_differently_each_time(vault: Vault, tmp_path: Path) -> None:
    """Nobody can tell from the file whether a password came back."""
    vault.keep(ADA, "ada")
    first = sealed(tmp_path)
    vault.keep(ADA, "ada")
    assert sealed(tmp_path) != first


def test_another_key_opens_nothing(vault: Vault, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever copies the data has not got it; the bot says to log in again, and has no login."""
    vault.keep(ADA, "ada")
    other = Store(tmp_path, SetClock(1_000_000.0), b"another key")
    assert other.vault.auth(ADA.server) == ""
    other.close()
    assert "log in there again" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("at", [0, 11, 12, 30, -1])
def test_what_was_altered_is_not_used(vault: Vault, tmp_path: Path, at: int) -> None:
    """One bit anywhere."""
    vault.keep(ADA, "ada")
    held = bytearray(sealed(tmp_path))
    held[at] ^= 1
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE credentials SET sealed = ?", (bytes(held),))
    db.close()
    assert vault.auth(ADA.server) == ""


def test_a_login_is_not_sent_to_another_registry(vault: Vault, tmp_path: Path) -> None:
    """Whoever can write the file cannot move a sealed login to a server of their own."""
    vault.keep(ADA, "ada")
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE credentials SET server = 'evil.example'")
    db.close()
    assert vault.auth("evil.example") == ""


def test_a_credential_does_not_show_its_secret() -> None:
    """It may stand in a traceback."""
    assert SECRET not in repr(ADA)
    assert "t0" not in repr(Credential("x", "ada", token="t0"))


@given(st.text(), st.text())
def test_any_password_comes_back_to_the_character(username: str, password: str) -> None:
    """Through the header."""
    found = told(header(Credential("x", username, password)))
    assert (found.get("username", ""), found.get("password", "")) == (username, password)


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("127.0.0.1:5000", "127.0.0.1:5000"),
        ("https://x.example/v2/", "x.example"),
        ("http://x.example:5000/", "x.example:5000"),
        ("docker.io", INDEX),
        ("", INDEX),
        (INDEX, INDEX),
        ("x.example/team", "x.example"),
    ],
)
def test_a_registry_is_kept_by_its_host(text: str, server: str) -> None:
    """Scheme and path do not count."""
    assert credentials.server(text) == server


# --- Logins that the settings name ----------------------------------------------------------------------------------


def logins(path: Path) -> tuple[Credential, ...]:
    """What a setting that names this file holds."""
    return load({"SLASHDOCK_REGISTRY_AUTH_FILE": str(path)}, Path("/nowhere/.env")).registry_logins


def test_the_settings_name_a_file_as_docker_writes_it(tmp_path: Path) -> None:
    """The login in base64 or in words, or a token; what has none is left out."""
    path = tmp_path / "config.json"
    held = {
        "127.0.0.1:5000": {"auth": base64.b64encode(f"ada:{SECRET}".encode()).decode()},
        INDEX: {"username": "otto", "password": "p:w"},
        "https://x.example/v1/": {"auth": base64.b64encode(b"<token>:").decode(), "identitytoken": "t0"},
        "empty.example": {},
    }
    path.write_text(json.dumps({"auths": held, "credsStore": "desktop"}))
    found = logins(path)
    assert found == (
        ADA,
        Credential(INDEX, "otto", "p:w"),
        Credential("x.example", "<token>", token="t0"),
    )


def test_a_login_of_one_s_own_comes_before_the_file_s(tmp_path: Path) -> None:
    """And the file's is there again once it is forgotten."""
    store = Store(tmp_path, SetClock(1_000_000.0), KEY, [Credential(ADA.server, "robot", "r")])
    assert told(store.vault.auth(ADA.server))["username"] == "robot"
    store.vault.keep(ADA, "ada")
    assert told(store.vault.auth(ADA.server))["username"] == "ada"
    store.vault.forget(ADA.server)
    assert told(store.vault.auth(ADA.server))["username"] == "robot"
    store.close()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"auths": []}',
        '{"auths": {"x": 1}}',
        '{"auths": {"x": {"auth": "hunter2-hunter2!"}}}',
        "\udce4",
    ],
)
def test_a_file_of_another_shape_is_a_fault_that_tells_nothing_of_it(tmp_path: Path, text: str) -> None:
    """The start stops, with the setting's name."""
    path = tmp_path / "config.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SettingsError) as refusal:
        logins(path)
    (fault,) = refusal.value.faults
    assert fault.startswith("SLASHDOCK_REGISTRY_AUTH_FILE is ")
    assert "as docker writes it" in fault
    assert "hunter2" not in fault


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    """Nothing is guessed."""
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        logins(tmp_path / "none.json")


def test_the_settings_do_not_show_logins(tmp_path: Path) -> None:
    """They may stand in a traceback."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"auths": {"x": {"username": "ada", "password": SECRET}}}))
    assert SECRET not in repr(load({"SLASHDOCK_REGISTRY_AUTH_FILE": str(path)}, Path("/nowhere/.env")))
