"""`docker info`: how the engine is doing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import docker
from docker.errors import DockerException

from commands import secrets, wire
from commands.command import Command, flag
from commands.container import ls as containers
from commands.context import Context
from commands.engine_errors import refused
from commands.engine_report import engine_lines
from commands.general.version import PRODUCT, VERSION, client, formatted
from commands.image import ls as images
from commands.reply import Errors, Output, Reply, lines
from commands.spec import Permission
from commands.template import Template, TemplateError

JSON = "{{json .}}"
STOPPED = "ContainersStopped"
STATES = {"running": "ContainersRunning", "paused": "ContainersPaused"}  # the engine counts all others as stopped


class Info(Command, name="system info", alias="info", permission=Permission.SEE):
    """Show how the engine is doing: what it holds, how it is set up, what it warns of."""

    format: str = flag("-f", default="", help="How to print it: json or a Go template (.Containers .ServerVersion ...)")

    def run(self, ctx: Context) -> Reply:
        """Three requests: what the asker may not see is taken out of the engine's counts."""
        alone = self._client_alone(ctx)
        if alone is not None:
            return alone
        try:
            report = _without_hidden(ctx, secrets.mask_object(ctx.docker.info()))
        except DockerException as error:
            return self._unanswered(ctx, refused(error))
        if self.format:
            return formatted(self.format, "info", {**report, "ClientInfo": _client(ctx)})
        warnings = "".join(f"{warning}\n" for warning in report.get("Warnings") or ())
        page = lines([*_client_lines(ctx), "", "Server:", *engine_lines(report)])
        return page + Reply((Errors(warnings),) if warnings else ())

    def _client_alone(self, ctx: Context) -> Reply | None:
        """The answer to a template that names nothing of the engine, which is not asked then, as docker does it."""
        if "{{" not in self.format or JSON in self.format:
            return None
        ours = {"ClientInfo": _client(ctx)}
        try:
            Template(self.format).execute(ours, strict=True)
        except TemplateError:
            return None
        return formatted(self.format, "info", ours)

    def _unanswered(self, ctx: Context, error: Reply) -> Reply:
        """What docker prints where the engine does not answer."""
        if not self.format:
            return lines([*_client_lines(ctx), "", "Server:"]) + error
        told = formatted(self.format, "info", {"ClientInfo": _client(ctx)})
        shown = tuple(part for part in told.parts if isinstance(part, Output))
        return Reply(shown) + error + Reply(tuple(part for part in told.parts if part not in shown))


def _without_hidden(ctx: Context, report: Mapping[str, Any]) -> dict[str, Any]:
    everything: wire.Params = {"all": 1}
    held = wire.get(ctx.docker, "/containers/json", params=everything)
    hidden = Counter(STATES.get(each["State"], STOPPED) for each in held if not containers.visible(ctx, each))
    kept = wire.get(ctx.docker, "/images/json", params=everything)
    hidden["Containers"] = hidden.total()
    hidden["Images"] = sum(not images.visible(ctx, each) for each in kept)
    return {**report, **{key: report.get(key, 0) - count for key, count in hidden.items()}}


def _client(ctx: Context) -> dict[str, Any]:
    return {**client(ctx, ""), "Debug": False, "Plugins": []}


def _client_lines(ctx: Context) -> Iterator[str]:
    yield f"Client: {PRODUCT}"
    yield f" Version:    {VERSION}"
    yield f" docker-py:  {docker.__version__}"
    yield f" Context:    {ctx.host}"
    yield " Debug Mode: false"
