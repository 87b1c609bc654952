"""`help`: what the asker may type, and how."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import replace

import requests
from docker.errors import DockerException

from commands.api import NEWEST, too_old
from commands.command import Command, args
from commands.context import Context
from commands.general.lessons import LESSONS, SUMMARIES
from commands.grammar import SHORTHAND, called
from commands.reply import Errors, Output, Reply, failure, output
from commands.spec import Flag, Permission, Spec

WIDTH = 80  # columns; what docker's CLI assumes where there is no terminal
COMMON = (
    "run",
    "exec",
    "ps",
    "logs",
    "build",
    "pull",
    "push",
    "images",
    "login",
    "logout",
    "output",
    "search",
    "version",
    "info",
)
GROUPS = {
    "approval": "Agree to what others asked for, and see what waits",
    "audit": "Read the record of what was asked and done",
    "builder": "Take away what builds keep",
    "cleanup": "Say what is taken away by itself, and take it away",
    "compose": "Look at the projects of docker compose, start and stop them",
    "container": "Make, run, look at and remove containers",
    "image": "Build, pull, push, look at and remove images",
    "maintenance": "Say that somebody works on a host, so that what runs by the clock waits",
    "network": "Make, look at and remove networks, and join them",
    "report": "See how the host and its containers are doing",
    "role": "See who may do what, and ask for a role for a time",
    "schedule": "Have lines run by the clock, and see what came of it",
    "stream": "See and end what lives on, and type into sessions",
    "system": "Look at the engine itself, and clean it up",
    "volume": "Make, look at and remove volumes",
}


class Help(Command, name="help", permission=Permission.LISTED):
    """Show what you may type here.

    Without a topic it lists the verbs that the policy allows you. With a verb it shows its flags. run, volumes,
    networks, dockerfile, live and files explain the idea, with examples to press.
    """

    words: tuple[str, ...] = args("COMMAND", required=False)

    def run(self, ctx: Context) -> Reply:
        """The page of the topic, made from what the asker may use alone."""
        specs = tuple(ctx.bot.specs())
        lesson = LESSONS.get(" ".join(self.words).lower())
        if lesson is not None:
            return lesson.reply(specs)
        return self.page(ctx, specs)

    def page(self, ctx: Context, specs: tuple[Spec, ...]) -> Reply:
        """The page of a verb or a group, the first one without words."""
        if not self.words:
            return output(overview(specs))
        for size in (2, 1):
            told = _topic(ctx, self.words[:size], specs)
            if told:
                unknown = " ".join(self.words[size:])
                return failure(f"unknown help topic: {unknown}") if unknown else output(told)
        return failure(f"unknown help topic: {' '.join(self.words)}")


class Page(Help):
    """What --help shows: the page of the verb, never a lesson."""

    def run(self, ctx: Context) -> Reply:
        """The page."""
        return self.page(ctx, tuple(ctx.bot.specs()))


class Short(Page):
    """docker -h: the page; docker itself, unlike its verbs, warns of that flag on standard error."""

    def run(self, ctx: Context) -> Reply:
        """The warning and the page."""
        return Reply((Errors(f"{SHORTHAND}\n"),)) + super().run(ctx)


class Bare(Help):
    """docker or one of its groups by itself: the page, which docker writes to standard error."""

    def run(self, ctx: Context) -> Reply:
        """The page as an error that is none."""
        told = super().run(ctx)
        return replace(
            told, parts=tuple(Errors(part.text) if isinstance(part, Output) else part for part in told.parts)
        )


def _spoken(ctx: Context) -> str:
    try:
        return str(ctx.docker.api_version)
    except (DockerException, requests.RequestException):
        return NEWEST


def _topic(ctx: Context, words: tuple[str, ...], specs: tuple[Spec, ...]) -> str:
    """The page of a verb or of a group, empty where neither is called so."""
    for spec in specs:
        if words in spec.names:
            return page(_known(ctx, spec), called(spec, words))
    is_group = len(words) == 1 and any(spec.names[0][0] == words[0] for spec in specs if len(spec.names[0]) > 1)
    return group(words[0], specs) if is_group else ""


def _known(ctx: Context, spec: Spec) -> Spec:
    """The verb without those flags that the engine is too old for: docker leaves them out as well."""
    if not any(flag.since for flag in spec.flags):
        return spec
    spoken = _spoken(ctx)
    known = (flag for flag in spec.flags if not (flag.since and too_old(flag.long, flag.since, spoken)))
    return replace(spec, flags=tuple(known))


def overview(specs: tuple[Spec, ...]) -> str:
    """The first page: common verbs, the groups, and the rest."""
    single = {_short(spec): spec.summary for spec in specs}
    common = {name: single[name] for name in COMMON if name in single}
    groups = {name: GROUPS[name] for name in sorted({spec.names[0][0] for spec in specs if len(spec.names[0]) > 1})}
    rest = {name: text for name, text in single.items() if name not in common and " " not in name}
    parts = [
        "Usage:  docker [OPTIONS] COMMAND",
        "Docker's own command line, for the verbs that your policy allows you",
        _section("Common Commands", common),
        _section("Management Commands", groups),
        _section("Commands", rest),
        _section("Lessons", SUMMARIES),
        _section("Global Options", {"-H, --host NAME": "Ask the engine of this name"}),
        "Run 'docker COMMAND --help' for more information on a command.\n",
    ]
    return "\n\n".join(part for part in parts if part)


def group(name: str, specs: tuple[Spec, ...]) -> str:
    """The page of a group of verbs, such as container."""
    verbs = {spec.names[0][1]: spec.summary for spec in specs if spec.names[0][0] == name and len(spec.names[0]) > 1}
    ending = f"Run 'docker {name} COMMAND --help' for more information on a command.\n"
    return "\n\n".join([f"Usage:  docker {name} COMMAND", GROUPS[name], _section("Commands", verbs), ending])


def page(spec: Spec, name: tuple[str, ...]) -> str:
    """The page of one verb as docker lays it out, under the name by which it was asked for."""
    aliases = ", ".join(f"docker {' '.join(words)}" for words in spec.names) if len(spec.names) > 1 else ""
    parts = [
        f"Usage:  {spec.usages(name)}",
        spec.summary,
        spec.detail,
        f"Aliases:\n  {aliases}" if aliases else "",
        _options("Options", [flag for flag in spec.flags if not flag.universal]),
        _options("Options of every command", [flag for flag in spec.flags if flag.universal]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _short(spec: Spec) -> str:
    return min((" ".join(words) for words in spec.names), key=lambda name: (" " in name, spec.name != name, name))


def _section(title: str, items: dict[str, str]) -> str:
    if not items:
        return ""
    width = max(11, *(len(name) + 1 for name in items))
    return "\n".join([f"{title}:", *(f"  {name.ljust(width)} {text}" for name, text in items.items())])


def _options(title: str, flags: Iterable[Flag]) -> str:
    heads = {_head(flag): _help(flag) for flag in flags}
    if not heads:
        return ""
    width = max(len(head) for head in heads) + 3
    rows = [_wrapped(head.ljust(width), text) for head, text in heads.items()]
    return "\n".join([f"{title}:", *rows])


def _head(flag: Flag) -> str:
    letter = f"-{flag.short}, " if flag.short else "    "
    return f"  {letter}--{flag.long} {flag.label}".rstrip()


def _help(flag: Flag) -> str:
    return f"{flag.help} (default {flag.shown})" if flag.shown else flag.help


def _wrapped(head: str, text: str) -> str:
    room = max(24, WIDTH - len(head))
    lines = [line for part in text.splitlines() for line in textwrap.wrap(part, room, break_on_hyphens=False) or [""]]
    return "\n".join([head + lines[0], *(" " * len(head) + line for line in lines[1:])])
