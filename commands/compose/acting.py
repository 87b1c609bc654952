"""What compose start, stop and restart share: the containers that are meant, each asked for by its id."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from docker.api.client import APIClient

from commands import mounted, touching
from commands.aftermath import REQUEST
from commands.attempts import Beside, Refusal, each
from commands.command import args
from commands.compose.project import Member, OnProject, stages
from commands.container.parts import Parts, of_each
from commands.context import Context
from commands.intent import Intent, told
from commands.reply import Note, Reply, failure
from commands.target import Found, Target

_STRANGE = "{} is left out: it was made from chat, and this line is not yours to do to it."
_LOOK = "docker compose ps --all"

Do = Callable[[APIClient, str, Found], object]  # the client, the full id, and what was found by it


class Acting(OnProject):
    """A verb that starts or ends the containers of a project, or of some of its services."""

    services: tuple[str, ...] = args("SERVICE", required=False)

    def act(self, ctx: Context, do: Do, also: Parts, *, backwards: bool = False, ends: bool = False) -> Intent:
        """Do it stage by stage: what others need comes first, or last where it ends."""
        try:
            ordered = stages(member for member in self.members(ctx, self.services) if not member.one_off)
        except Refusal as refusal:
            return told(failure(str(refusal)))
        members = [member for stage in ordered for member in stage]
        looked = {member.name: inspected(ctx, member) for member in members}
        strange = {member.name for member in members if _is_strange(ctx, member, looked[member.name])}
        if strange != looked.keys():  # else the line is refused by what it says
            looked = {name: found for name, found in looked.items() if name not in strange}
            ordered = [[member for member in stage if member.name in looked] for stage in ordered]
        turns = ordered[::-1] if backwards else ordered

        def run() -> Reply:
            reply = Reply(tuple(Note(_STRANGE.format(name)) for name in sorted(strange)))
            for stage in turns:
                reply += _stage(ctx, stage, looked, do, ctx.beside)
                if reply.failed:
                    break
            return reply

        shares = tuple(touching.ended(looked.values())) if ends else ()
        return Intent(tuple(looked.values()), run, also=of_each(also, looked.values()), shares=shares)


def _is_strange(ctx: Context, member: Member, found: Found) -> bool:
    """Whether whoever may create a container gave it the project's label, and the line may not be about it."""
    return REQUEST in member.labels and not ctx.may(found)


def _stage(ctx: Context, stage: Iterable[Member], looked: dict[str, Found], do: Do, beside: Beside) -> Reply:
    targets = [Target("container", member.name) for member in stage]

    def act(target: Target) -> object:
        found = looked[target.ref]
        return do(ctx.patient, found.id, found)

    return each(targets, act, _LOOK, beside)


def inspected(ctx: Context, member: Member) -> Found:
    """The container as it is judged."""
    details = ctx.docker.inspect_container(member.id)
    volumes = mounted.volumes(ctx.docker, details)
    target = Target("container", member.name)
    return Found(target, "container", member.id, member.name, member.labels, details, volumes=volumes)
