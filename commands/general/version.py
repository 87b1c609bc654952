"""`docker version`: what slashdock and the engine are."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import docker
import requests
from docker.errors import DockerException

from commands.api import NEWEST
from commands.command import Command, flag
from commands.context import Context
from commands.engine_errors import refused
from commands.listing import begun
from commands.reply import Reply, failure, output
from commands.spec import Permission
from commands.tabwriter import align
from commands.template import Template, TemplateError, typed

PRODUCT, VERSION = "slashdock", "0.1.0"
CELL, PADDING = 20, 1  # columns; docker's CLI for this page
_ENGINE = {
    "Version": "{Version}",
    "API version": "{ApiVersion} (minimum version {MinAPIVersion})",
    "Go version": "{GoVersion}",
    "Git commit": "{GitCommit}",
    "Built": "{BuildTime}",
    "OS/Arch": "{Os}/{Arch}",
    "Experimental": "{Experimental}",
}
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}  # Go's names of them


class Version(Command, name="version", permission=Permission.LISTED):
    """Show what slashdock and the Docker engine are."""

    format: str = flag("-f", default="", help="How to print it: json or a Go template (.Client.Version .Server.Os ...)")

    def run(self, ctx: Context) -> Reply:
        """One request; without an engine slashdock's own part is told all the same."""
        if self.format not in {"", "json"} and "{{" not in self.format:  # it names nothing of the engine: docker -v
            return formatted(self.format, "version", {"Client": client(ctx, NEWEST), "Server": None}, columns=True)
        try:
            server = with_engine(ctx.docker.version(api_version=False))
        except (DockerException, requests.RequestException) as error:
            return self._alone(ctx, refused(error))
        spoken = ctx.docker.api_version
        if not self.format:
            return _page([*_client_lines(ctx, spoken), "", *_server_lines(server)])
        return formatted(self.format, "version", {"Client": client(ctx, spoken), "Server": server}, columns=True)

    def _alone(self, ctx: Context, error: Reply) -> Reply:
        if not self.format:
            return _page(_client_lines(ctx, NEWEST)) + error
        ours = {"Client": client(ctx, NEWEST), "Server": None}
        return formatted(self.format, "version", ours, columns=True) + error


def _page(lines: Iterable[str]) -> Reply:
    return output(align("\n".join(lines), CELL, PADDING) + "\n")


def client(ctx: Context, spoken: str) -> dict[str, Any]:
    """What a template sees as the client; spoken is the version of the API that is used."""
    return {
        "Platform": {"Name": PRODUCT},
        "Version": VERSION,
        "ApiVersion": spoken,
        "DefaultAPIVersion": NEWEST,
        "Os": sys.platform,
        "Arch": _MACHINES.get(platform.machine(), platform.machine()),
        "Context": ctx.host,
    }


def formatted(source: str, kind: str, value: Mapping[str, Any], *, columns: bool = False) -> Reply:
    """A page of docker's through a template, tabs made columns; an error at its execution follows a broken line."""
    answer, wrong = typed(kind, value), Reply()
    try:
        text = Template("{{json .}}" if source == "json" else source, kind if columns else "").execute(answer)
    except TemplateError as error:
        if error.parsing:
            return failure(f"template parsing error: {error}")
        text, wrong = begun(source, error, answer), failure(str(error))
    return output(align(f"{text}\n", CELL, PADDING) if columns else f"{text}\n") + wrong


def with_engine(server: Mapping[str, Any]) -> dict[str, Any]:
    """The engine's answer with a component for the engine itself, which old ones leave out, and its day readable."""
    components = [_readable(each) for each in server.get("Components") or ()]
    if not any(each["Name"] == "Engine" for each in components):
        keys = ("ApiVersion", "MinAPIVersion", "GitCommit", "GoVersion", "Os", "Arch", "BuildTime")
        details = {key: server.get(key, "") for key in keys}
        details["Experimental"] = "true" if server.get("Experimental") else "false"
        components.append(_readable({"Name": "Engine", "Version": server.get("Version", ""), "Details": details}))
    return {**server, "Components": components}


def _readable(component: Mapping[str, Any]) -> dict[str, Any]:
    details = dict(component.get("Details") or {})
    if component["Name"] == "Engine" and "BuildTime" in details:
        details["BuildTime"] = _ansi(details["BuildTime"])
    return {**component, "Details": details}


def _ansi(text: str) -> str:
    """A time as C's asctime writes it; any other text as it is."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{when:%a %b} {when.day:2} {when:%H:%M:%S} {when.year}"


def _client_lines(ctx: Context, spoken: str) -> Iterator[str]:
    facts = client(ctx, spoken)
    downgraded = f" (downgraded from {NEWEST})" if spoken != NEWEST else ""
    yield f"Client: {PRODUCT}"
    yield f" Version:\t{VERSION}"
    yield f" API version:\t{spoken}{downgraded}"
    yield f" docker-py:\t{docker.__version__}"
    yield f" OS/Arch:\t{facts['Os']}/{facts['Arch']}"
    yield f" Context:\t{ctx.host}"


def _server_lines(server: Mapping[str, Any]) -> Iterator[str]:
    name = (server.get("Platform") or {}).get("Name", "")
    yield f"Server: {name}" if name else "Server:"
    for component in server["Components"]:
        yield f" {component['Name']}:"
        yield from (f"  {label}:\t{text}" for label, text in _facts(component))


def _facts(component: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    details = component["Details"]
    if component["Name"] == "Engine":
        known = dict.fromkeys(("ApiVersion", "MinAPIVersion", "GoVersion", "GitCommit"), "")
        known |= dict.fromkeys(("BuildTime", "Os", "Arch", "Experimental"), "")
        values = known | details | {"Version": component.get("Version", "")}
        yield from ((label, form.format_map(values)) for label, form in _ENGINE.items())
        return
    yield "Version", component.get("Version", "")
    yield from sorted(details.items())
