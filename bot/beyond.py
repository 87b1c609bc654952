"""The containers that a line touches without naming them, judged by the same verb as what it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import requests
from docker.api.client import APIClient
from docker.errors import DockerException, NotFound

from bot import answers, objects, policy_reason
from bot.admission import spec_of
from bot.answering import Details, answering
from bot.effects import Effect, by_verb
from bot.judging import Judged, Judging
from bot.policy import Allow, Deny, Hold, Object
from commands import mounted
from commands.container import parts
from commands.intent import Intent
from commands.spec import Permission, Spec
from commands.target import Found, Target
from commands.touching import CONTAINER, LIVES, PROCESSES, Shared

_UNSEEN = "another container, and this line is not yours to do to that one."
_WAITS = "{} another container: this may be done, once {}."
_ENTERING = "container exec"
_ROOT = "a container that gives root"


@dataclass(frozen=True)
class Touched:
    """One of them; how says why it is, as a sentence that ends with its name, told the same as one that begins with it.

    entered: the line gets at all that is in it, which its processes see; ended: it ends what runs in it.
    """

    found: Found
    how: str
    told: str
    entered: bool = False
    ended: bool = False


def touched(judging: Judging, judged: Judged, intent: Intent) -> tuple[Touched, ...]:
    """All of them; raises End where the engine does not answer."""
    try:
        return (*_living(judging, judged, intent), *_answering(judged))
    except (requests.RequestException, DockerException) as error:
        raise answers.no_engine(judged.host.down(error), judged.command) from error


def verdicts(judging: Judging, judged: Judged, beyond: Touched) -> Iterator[Allow | Hold | Deny]:
    """What the policy says of the line on one of them, and of what is done by that to it and to its volumes."""
    policy = judging.policy
    verbs = (judged.command.spec.name, *((_ENTERING,) if beyond.entered else ()))
    objects = _objects(judging, judged, beyond)
    own = [policy.judge(judged.asker, spec_of(judging.catalog, verb), objects) for verb in dict.fromkeys(verbs)]
    done = list(_parts(judging, judged, beyond))
    seen = (policy.sight.visible(judged.asker, Permission.SEE, obj) for _, obj in done)
    known = judging.candid or (knows(judging, judged, beyond) and all(seen))
    for each in (*own, *(policy.bars.part(judged.asker, spec, obj) for spec, obj in done)):
        if isinstance(each, Deny):
            yield Deny(f"{beyond.how} {beyond.found.name}. {each.reason}" if known else f"{beyond.how} {_UNSEEN}")
        elif isinstance(each, Hold):
            yield replace(each, reason=_WAITS.format(beyond.how, policy_reason.asked(policy.bars.named(each.needs))))
        else:
            yield each


def knows(judging: Judging, judged: Judged, beyond: Touched) -> bool:
    """Whether the asker may know of it."""
    policy = judging.policy
    return all(policy.sight.visible(judged.asker, Permission.SEE, each) for each in _objects(judging, judged, beyond))


def effects(judging: Judging, judged: Judged, beyond: Touched) -> Iterator[Effect]:
    """What the line does to it, and what goes by that, for those who are to agree."""
    sight, host = judging.policy.sight, judged.host.name
    is_open = all(sight.is_everybodys(each, host) for each in _objects(judging, judged, beyond))
    yield Effect(beyond.found, beyond.told, knows(judging, judged, beyond), is_open)
    for verb, found in parts.of_each(parts.ENDING if beyond.ended else {}, (beyond.found,)).items():
        yield from (replace(each, is_open=is_open) for each in by_verb(verb, found))


def rooted(judging: Judging, judged: Judged, beyond: Touched) -> Iterator[str]:
    """Why the line gives root on the host by getting at it, without its name, which others may read."""
    if any(each.root for each in _objects(judging, judged, beyond)):
        yield f"{beyond.how} {_ROOT}"


def _parts(judging: Judging, judged: Judged, beyond: Touched) -> Iterator[tuple[Spec, Object]]:
    """The other verbs: one gets at what it mounts where it is entered, others remove what goes once it ends."""
    done = {_ENTERING: beyond.found.volumes} if beyond.entered else {}
    if beyond.ended:
        done |= parts.of_each(parts.ENDING, (beyond.found,))
    for verb, found in done.items():
        spec = spec_of(judging.catalog, verb)
        yield from ((spec, obj) for each in found for obj in judging.objects(each, judged.made_by))


def _objects(judging: Judging, judged: Judged, beyond: Touched) -> tuple[Object, ...]:
    def judged_as(found: Found) -> Object:
        one = judging.object(found, judged.made_by)
        return one if beyond.entered else replace(one, root="")

    return objects.all_of(beyond.found, judged_as, judged.made_by)


def _living(judging: Judging, judged: Judged, intent: Intent) -> Iterator[Touched]:
    """Those that share a namespace."""
    shared = (*judged.command.shares(judged.found), *intent.shares)
    if not shared:
        return
    for each, mode, identity in judged.host.namespaces.beside(shared):
        found = _found(judging, judged, identity)
        if found is not None:
            how = f"{each.container.name}: it shares its {LIVES[mode]} with"
            entered, ended = (does and mode == PROCESSES for does in (each.entered, each.ends))
            told = f"shares the {LIVES[mode]} of {each.container.name}, {_felt(each, mode)}"
            yield Touched(found, how, told, entered, ended)


def _felt(shared: Shared, mode: str) -> str:
    """What the line does to whoever lives there as well."""
    if shared.entered:
        return "which the line gets into"
    if shared.ends:
        return "and ends with it" if mode == PROCESSES else "which is taken apart"
    return "which changes"


def _answering(judged: Judged) -> Iterator[Touched]:
    """Those that have a name already which a container gets."""
    taken = judged.command.takes(judged.found)
    if taken is None:
        return
    client = judged.host.quick()
    for name, details in answering(client, taken):
        yield Touched(_as_found(client, details), f"The name {name} is taken there by", f"has the name {name} there")


def _found(judging: Judging, judged: Judged, identity: str) -> Found | None:
    client = judged.host.quick()
    try:
        found = _as_found(client, client.inspect_container(identity))
    except NotFound:
        return None
    guarded = judging.guarded(judged.command.spec, judged.host, found)
    return guarded if isinstance(guarded, Found) else None


def _as_found(client: APIClient, details: Details) -> Found:
    """The container as it is without the namespaces that it shares, which are what it is touched by."""
    config = {key: "" if str(value).startswith(CONTAINER) else value for key, value in details["HostConfig"].items()}
    name, labels = details["Name"].removeprefix("/"), details["Config"].get("Labels") or {}
    alone = {**details, "HostConfig": config}
    volumes = mounted.volumes(client, details)
    return Found(Target("container", name), "container", details["Id"], name, labels, alone, volumes=volumes)
