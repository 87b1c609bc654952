"""What an installation can set: each setting with its default, what it is for, and how it is read."""

# ruff: noqa: RUF009 - setting() makes a field, as dataclasses.field() does
from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.auth_file import logins
from bot.setting_values import (
    DEFAULT_ENGINE,
    Reader,
    address,
    command_name,
    days,
    engine_address,
    folders,
    matching,
    megabytes,
    path,
    port,
    presence,
    seconds,
    signing_secret,
    switch,
    token,
)
from commands.allowances import Allowances
from commands.credentials import Credential

POLICY = "./policy.toml"  # where the policy is, where the settings do not say


class SettingsError(Exception):
    """The settings cannot be used; faults has one sentence for each thing to put right."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Mode(StrEnum):
    """How slashdock is connected: to Slack over a WebSocket or over HTTP, or to its own local workspace."""

    SOCKET = "socket"
    HTTP = "http"
    WORKSPACE = "workspace"


def _mode(text: str) -> Mode | None:
    if text and text not in set(Mode):
        raise ValueError(f"is {text!r}; expected socket, http or workspace")
    return Mode(text) if text else None


_host_name = matching(r"[a-z0-9][a-z0-9_.-]*", "a name such as local or web-1")
_team = matching(r"[TE][A-Z0-9]{6,}", "a workspace's id such as T0123ABCD")
_channel = matching(r"[CG][A-Z0-9]{6,}", "a channel's id such as C0123ABCD")


def setting(env: str, default: str, text: str, *, read: Reader = str, secret: bool = False) -> Any:
    """A field that one environment variable fills: its default as it would be written, what it is for, its reader."""
    facts = {"env": env, "default": default, "help": text, "read": read}
    return field(default=read(default), repr=not secret, metadata=facts)


@dataclass(frozen=True)
class Settings:
    """Everything that an installation can set; the fields of secrets are left out of repr()."""

    slack_bot_token: str = setting(
        "SLACK_BOT_TOKEN",
        "",
        "Slack's bot token: OAuth & Permissions, xoxb-...",
        read=token("xoxb-", "xoxb-111122223333-444455556666-Ab12...", "OAuth & Permissions, Bot User OAuth Token"),
        secret=True,
    )
    slack_app_token: str = setting(
        "SLACK_APP_TOKEN",
        "",
        "Slack's app-level token for Socket Mode: Basic Information, xapp-...",
        read=token("xapp-", "xapp-1-A0123ABCD-111122223333-ab12...", "Basic Information, App-Level Tokens"),
        secret=True,
    )
    slack_signing_secret: str = setting(
        "SLACK_SIGNING_SECRET",
        "",
        "Slack's signing secret for HTTP: Basic Information, 32 digits",
        read=signing_secret,
        secret=True,
    )
    slack_api_url: str = setting(
        "SLACK_API_URL",
        "https://slack.com/api/",
        "Base of Slack's Web API, for another server in Slack's place",
        read=address,
    )
    mode: Mode = setting(
        "SLASHDOCK_MODE",
        "",
        "socket, http or workspace (the local one); empty: what the tokens above allow",
        read=lambda text: _mode(text) or Mode.WORKSPACE,
    )
    command: str = setting("SLASHDOCK_COMMAND", "/docker", "The slash command's name", read=command_name)
    team: str = setting(
        "SLASHDOCK_TEAM", "", "Id of the only workspace that is obeyed; empty: the bot token's own", read=_team
    )
    data: Path = setting("SLASHDOCK_DATA", "./data", "Folder of the record, slashdock.db", read=path)
    policy: Path = setting("SLASHDOCK_POLICY", POLICY, "File that says who may do what", read=path)
    key_file: Path = setting(
        "SLASHDOCK_KEY_FILE",
        "./slashdock.key",
        "File of the key that seals the record; never in the data folder",
        read=path,
    )
    retention: int = setting(
        "SLASHDOCK_RETENTION",
        "400",
        "Days after which what was done moves from the record to an archive of its year; 0: never",
        read=days,
    )
    bind: str = setting(
        "SLASHDOCK_BIND", "127.0.0.1", "Address to listen on; 0.0.0.0 in a container whose port is published"
    )
    port: int = setting(
        "SLASHDOCK_PORT", "8018", "Port of the local workspace, of HTTP mode and of /healthz; 0: any", read=port
    )
    docker_host: str = setting("DOCKER_HOST", DEFAULT_ENGINE, "The Docker engine", read=engine_address)
    docker_tls_verify: bool = setting(
        "DOCKER_TLS_VERIFY", "", "Any text: the engine is reached by TLS and its certificate is checked", read=presence
    )
    docker_cert_path: Path = setting(
        "DOCKER_CERT_PATH", "~/.docker", "Folder of ca.pem, cert.pem and key.pem for that", read=path
    )
    host_name: str = setting(
        "SLASHDOCK_HOST_NAME", "local", "What that engine is called in lines (-H), records and rules", read=_host_name
    )
    registry_logins: tuple[Credential, ...] = setting(
        "SLASHDOCK_REGISTRY_AUTH_FILE",
        "",
        "File of logins at registries, as docker's config.json; `docker login` comes before it",
        read=logins,
        secret=True,
    )
    files: tuple[Path, ...] = setting(
        "SLASHDOCK_FILES",
        "",
        "Folders, with : between them, from which lines may read: env files, label files, build contexts, archives;"
        " save -o and export -o write there",
        read=folders,
    )
    file_limit: int = setting(
        "SLASHDOCK_FILE_LIMIT",
        "256",
        "Most megabytes of one file that lines move out of the engine or into it; Slack takes 1000",
        read=megabytes,
    )
    run_wait: float = setting(
        "SLASHDOCK_RUN_WAIT",
        "60",
        "Seconds that run, exec and wait stay in the foreground; what lasts longer goes on without them",
        read=seconds,
    )
    cleanup_cron: str = setting(
        "SLASHDOCK_CLEANUP_CRON", "17 3 * * *", "When dangling images are removed, as cron has it; empty: never"
    )
    cleanup_zone: str = setting("SLASHDOCK_CLEANUP_ZONE", "UTC", "Time zone of that, such as Europe/Berlin")
    cleanup_channel: str = setting(
        "SLASHDOCK_CLEANUP_CHANNEL",
        "",
        "Id of the channel that is told of it; empty: nobody, #alerts in the local workspace",
        read=_channel,
    )
    audit_channel: str = setting(
        "SLASHDOCK_AUDIT_CHANNEL",
        "",
        "Id of the channel for heads of the record and what was missed; empty: the log alone, #alerts locally",
        read=_channel,
    )

    metrics: bool = setting(
        "SLASHDOCK_METRICS",
        "on",
        "Whether what containers use is kept minute by minute, for reports: on or off",
        read=switch,
    )
    trace: bool = setting(
        "SLASHDOCK_TRACE",
        "off",
        "Whether each line's way is logged, step by step, and told to OpenTelemetry where it is installed: on or off",
        read=switch,
    )

    @property
    def allowances(self) -> Allowances:
        """What verbs may reach beside the engine, and for how long they wait."""
        return Allowances(self.files, self.run_wait)


TLS_FILES = ("ca.pem", "cert.pem", "key.pem")
MAY_BE_EMPTY = frozenset({"SLASHDOCK_CLEANUP_CRON"})  # an empty text switches it off; elsewhere it means the default
