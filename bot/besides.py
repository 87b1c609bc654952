"""What a line does besides what it names, by other verbs and to other things: none of that gets round a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeGuard

from bot import objects
from bot.admission import spec_of
from bot.objects import MadeBy
from bot.policy import Allow, Asker, Deny, Hold, Object, Policy
from commands.catalog import Catalog
from commands.command import Command
from commands.spec import Permission, Spec
from commands.target import Found, Missing, Target
from commands.touching import CONTAINER, PROCESSES

Looked = Mapping[Target, Found | Missing]


@dataclass(frozen=True)
class Case:
    """Who asks for what, and who made what there; judged is what was found to be what, by its identity."""

    asker: Asker
    command: Command
    made_by: MadeBy
    judged: dict[int, tuple[Found | Missing, tuple[Object, ...]]] = field(default_factory=dict, compare=False)

    @property
    def spec(self) -> Spec:
        """The verb."""
        return self.command.spec


@dataclass(frozen=True)
class Besides:
    """The verdicts on that; object gives what the engine shows as the policy judges it."""

    catalog: Catalog
    policy: Policy
    object: Callable[[Found, MadeBy], Object]

    def verbs(self, case: Case, found: Looked) -> Iterator[Allow | Hold | Deny]:
        """The verdicts on what the line does as well, by other verbs than its own."""
        held = (each for looked in found.values() if isinstance(looked, Found) for each in looked.volumes)
        there: Looked = {**{each.target: each for each in held}, **found}
        for also in case.command.also(found):
            spec = spec_of(self.catalog, also.verb)
            for target in also.targets:
                looked = there.get(target)
                done_to = self.of(looked, case) if looked else (Object(target.kind, target.ref),)
                is_new = target.made and (target.kind == "container" or not isinstance(looked, Found))
                if is_new:
                    made = as_made(case.command, done_to, found)
                    done_to = tuple(each for each in made if each.kind == target.kind)
                if target.made or also.part:
                    judge = self.policy.bars.new if is_new else self.policy.bars.part
                    yield from (judge(case.asker, spec, each) for each in done_to)
                elif isinstance(looked, Found):
                    verdict = self.policy.judge(case.asker, spec, done_to)
                    why = f"This does to {target.ref} what `{' '.join(spec.names[-1])}` does. {verdict.reason}"
                    yield replace(verdict, reason=why)

    def mounts(self, case: Case, found: Looked) -> Iterator[Allow | Hold | Deny]:
        """The verdicts on what the containers mount that the line gets into, or whose mounts it takes over.

        Whoever gets into a container reaches its volumes: none of them may be protected. Mounting them anew is to them
        what naming them would be.
        """
        entering, body = spec_of(self.catalog, "container exec"), case.command.makes() or {}
        lending = tuple(lenders(body, found))
        entered = found.values() if case.spec.permission is Permission.ENTER else (*lending, *watched(body, found))
        for each in (volume for looked in entered if isinstance(looked, Found) for volume in looked.volumes):
            yield self.policy.bars.part(case.asker, entering, self.object(each, case.made_by))
        for lender in lending:
            lent = tuple(self.object(each, case.made_by) for each in lender.volumes)
            if lent:
                yield self.policy.judge(case.asker, case.spec, lent)

    def kin(self, case: Case, objects: tuple[Object, ...]) -> list[Allow | Hold | Deny]:
        """The verdicts on the verbs that do the same by another name: no rule on one of them is got around."""
        verdicts = []
        for name in case.spec.kin:
            concerned = tuple(each for each in objects if each.kind == name.split()[0])
            if concerned:
                verdicts.append(self.policy.judge(case.asker, spec_of(self.catalog, name), concerned))
        return verdicts

    def objects(self, found: Found | Missing, made_by: MadeBy) -> tuple[Object, ...]:
        """What is judged: the object, once for each set of labels and each name that it or its image has."""
        return objects.all_of(found, lambda each: self.object(each, made_by), made_by)

    def of(self, found: Found | Missing, case: Case) -> tuple[Object, ...]:
        """The same, once for all steps of one judging."""
        known = case.judged.get(id(found))
        if known is None:
            known = case.judged[id(found)] = found, self.objects(found, case.made_by)
        return known[1]


def as_made(command: Command, new: Iterable[Object], found: Looked) -> Iterator[Object]:
    """What a line makes with its labels, a container with its image and those of it: for rules that restrict."""
    marks, listed, body = command.marks(), list(new), command.makes() or {}
    if marks is not None:
        kind, own = marks
        image = str(body.get("Image") or "")
        from_image = (each.labels for each in found.values() if image and _is_image(each))
        labels = {name: value for each in (*from_image, own) for name, value in each.items()}
        made = Object(kind, "", labels, image=image)
        named = [each.name for each in listed if each.kind == kind]
        yield from (replace(made, name=name) for name in named or [""])
        listed = [each for each in listed if each.kind != kind]
    given = dict(_given(body))
    yield from (replace(each, labels=given.get(each.name, {})) if each.kind == "volume" else each for each in listed)


def lenders(body: Mapping[str, Any], found: Looked) -> Iterator[Found]:
    """The containers whose mounts a create request asks for."""
    for text in (body.get("HostConfig") or {}).get("VolumesFrom") or ():
        yield from _container(text.partition(":")[0], found)


def watched(body: Mapping[str, Any], found: Looked) -> Iterator[Found]:
    """The container whose processes a create request asks to join: they lead to all that it mounts."""
    mode = str((body.get("HostConfig") or {}).get(PROCESSES) or "")
    if mode.startswith(CONTAINER):
        yield from _container(mode.removeprefix(CONTAINER), found)


def _container(ref: str, found: Looked) -> Iterator[Found]:
    looked = found.get(Target("container", ref))
    if isinstance(looked, Found):
        yield looked


def _given(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The volumes to which a create request gives labels, where they are not there yet."""
    for mount in (body.get("HostConfig") or {}).get("Mounts") or ():
        if labels := (mount.get("VolumeOptions") or {}).get("Labels"):
            yield str(mount.get("Source") or ""), labels


def _is_image(looked: Found | Missing) -> TypeGuard[Found]:
    return isinstance(looked, Found) and looked.kind == "image"
