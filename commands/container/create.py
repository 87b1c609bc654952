"""docker container create."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from docker.errors import APIError

from commands import naming, touching, wire
from commands.aftermath import Fate, Meant, Past
from commands.attempts import Cancelled, Refusal, unanswered
from commands.command import Also, arg, args, flag
from commands.container import fates
from commands.context import Context
from commands.creation import images, machine, ordering, sources, traces
from commands.creation.making import Making
from commands.creation.ordering import ALWAYS, LOOK, MISSING, NEVER, Made, Order, Unmade
from commands.engine_errors import daemon
from commands.reply import Errors, Reply, failure, lines
from commands.spec import Permission
from commands.target import Found, Missing, Target
from commands.touching import MEMORY, NETWORK, PROCESSES, Looked, Shares, Taken

_PULLS = {ALWAYS, MISSING, NEVER, ""}
_BY_NAME = {"network", "image"}  # kinds that the engine keeps by the names that it was given
_NO_FILE = "There is no file here to write an id to: the answer says it. Leave --cidfile away."
_NO_TRUST = "Signatures of images are not checked here. Leave --disable-content-trust=false away."


class Create(Making, name="container create", alias="create", permission=Permission.CHANGE, interspersed=False):
    """Make a container without starting it.

    The image is pulled where the engine does not have it. Variables of the bot's own environment are never passed on:
    say NAME=VALUE. Files may be named below the folders that the settings allow.
    """

    image: str = arg("IMAGE")
    words: tuple[str, ...] = args("COMMAND] [ARG", required=False)
    cidfile: str = flag(default="", help="Leave it away: the answer says the id")
    disable_content_trust: bool = flag(default=True, shown="true", help="Always so: signatures are not checked here")
    name: str = flag(default="", help="Its name; else the engine chooses one")
    platform: str = flag(default="", help="For which system and machine, such as linux/arm64")
    pull: str = flag(default=MISSING, shown='"missing"', help="When to pull the image: always, missing or never")
    quiet: bool = flag("-q", default=False, help="Say nothing of the pull")

    def problem(self) -> str | None:
        """What docker refuses, in its words and its order, and what a chat cannot do."""
        return self._told(self._wrong()) or self.unfit() or self._unnamed() or None

    def targets(self) -> tuple[Target, ...]:
        """The image, the names, and every container, network and volume that the line mentions."""
        named = (self._itself(),) if self.name else ()
        others = (*self.linked(), *self.neighbours(), *self.lenders())
        networks = (each.target for each in self.attachments() if each.user_defined)
        found = (
            self._origin(),
            *named,
            *(Target("container", ref) for ref in others),
            *(Target("container", ref, made=True, alias=True) for ref in self.aliases()),
            *(Target("network", ref) for ref in networks),
            *(Target("volume", ref, made=True) for ref in self.volume_names()),
            *(Target("image", ref) for ref in self.image_names()),
        )
        return tuple(dict.fromkeys(found))

    def makes(self) -> Mapping[str, Any]:
        """The request, as far as the line says it by itself, without what it leaves to the engine."""
        body = self.body(self.image, self.words, self.attached(), sources.TYPED)
        host = {key: value for key, value in body["HostConfig"].items() if value is not None}
        if self.disables_labels():
            host["SecurityOpt"] = [*host.get("SecurityOpt", ()), "label=disable"]
        return {**body, "HostConfig": host}

    def marks(self) -> tuple[str, Mapping[str, str]]:
        """A container, with those of the line."""
        return "container", self.labels(sources.TYPED)

    def fetches(self) -> str:
        """The image, with --pull always."""
        return self.image if self.pull == ALWAYS else ""

    def reads(self, ctx: Context) -> None:
        """The files that the line names."""
        try:
            self.body(self.image, self.words, self.attached(), sources.found(ctx))
        except ValueError as error:
            raise ValueError(self._told(str(error))) from error

    def argv(self) -> tuple[str, ...]:
        """The command with its arguments, after the program that replaces the image's own."""
        return (*((self.entrypoint,) if self.entrypoint else ()), *self.words)

    def also(self, found: Mapping[Target, Found | Missing]) -> Iterable[Also]:
        """It gets into what it mounts, and into those whose mounts it gets or that tell it their environment.

        Into one whose processes it joins, too: /proc shows the files and the environment of each. Shared memory and a
        network lead to nothing else that a container has. It makes what is missing.
        """
        entered = (Target("container", ref) for ref in (*self.lenders(), *self.told_by(), *self.watched()))
        image = self._origin()
        volumes = tuple(Target("volume", ref, made=True) for ref in self.volume_names())
        yield Also("container exec", tuple(entered))
        yield Also("container exec", tuple(each for each in volumes if isinstance(found[each], Found)), part=True)
        yield Also("image pull", (image,) if self._pulls(found) else ())
        yield Also("volume create", tuple(each for each in volumes if isinstance(found[each], Missing)))
        yield Also("network connect", tuple(each for each in self.targets() if each.kind == "network"), part=True)

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether a container carries the number of the action."""
        found = traces.container(past, self.image)
        return [self.as_found(past, *found) if found else self.as_absent(past)]

    def as_found(self, past: Past, meant: Meant, details: Mapping[str, Any]) -> Fate:
        """What is told of one that was made."""
        del past
        return meant.done(fates.found(details))

    def as_absent(self, past: Past) -> Fate:
        """What is told where there is none."""
        return past.absent(Meant("container", self.name or f"of {self.image}"))

    def shares(self, found: Looked) -> Shares:
        """It joins those of others that it says."""
        networks = ((NETWORK, each.target) for each in self.attachments())
        return touching.joined(found, ((PROCESSES, self.pid), (MEMORY, self.ipc), *networks))

    def takes(self, found: Looked) -> Taken | None:
        """The name, the aliases and the host name, on networks that somebody made."""
        named = (found[Target("network", each.target)] for each in self.attachments() if each.user_defined)
        networks = tuple(each.id for each in named if isinstance(each, Found))
        name = self.name.removeprefix("/")
        return Taken((name, *self.aliases()), networks, self.hostname) if networks else None

    def run(self, ctx: Context) -> Reply:
        """Make it; the answer is its id."""
        try:
            made = self.make(ctx)
        except Unmade as end:
            return self.unmade(end)
        return replace(lines([made.id]) + errors(made.told), ids=(made.id,))

    def make(self, ctx: Context) -> Made:
        """The container, not started; raises Unmade, and Cancelled where somebody ended the pull of its image."""
        try:
            with ctx.bringing():  # until the container is there, which keeps its image from then on
                made = ordering.make(ctx, self._understood(ctx))
        except Cancelled:
            raise
        except Refusal as refusal:
            raise Unmade(str(refusal), own=True) from None
        warning = self.warning()
        return replace(made, told=(*made.told, f"WARNING: {warning}")) if warning else made

    def _origin(self) -> Target:
        """The image, which may be pulled: by an id only where the line insists on it."""
        made = self.pull == ALWAYS or (self.pull != NEVER and not images.is_id(self.image))
        return Target("image", self.image, made=made)

    def _pulls(self, found: Mapping[Target, Found | Missing]) -> bool:
        """Whether it pulls the image; one that was there and goes meanwhile is not fetched anew."""
        image = self._origin()
        return image.made and (self.pull == ALWAYS or isinstance(found[image], Missing))

    def _itself(self) -> Target:
        """The container by the name that the line gives it."""
        return Target("container", self.name.removeprefix("/"), made=True)

    def _understood(self, ctx: Context) -> ordering.Order:
        try:
            return self._order(ctx)
        except ValueError as error:
            raise Unmade(str(error), misread=True) from None
        except APIError as error:
            raise Unmade(daemon(error)) from None

    def attached(self) -> dict[str, bool]:
        """Which streams are attached, as the request says it."""
        return self.streams()

    def unfit(self) -> str:
        """What cannot be done from a chat, and what to do instead; empty where all can be done."""
        if self.cidfile:
            return _NO_FILE
        return self.in_proc() or self.relative() or ("" if self.disable_content_trust else _NO_TRUST)

    def unmade(self, end: Unmade) -> Reply:
        """What is told where there is no container."""
        before = errors(end.told)
        if end.lost:
            return before + unanswered(f"the container of {self.image}", LOOK)
        if end.own:
            return before + failure(str(end))
        return before + failure(self._told(str(end)) if end.misread else self.tell(str(end)))

    def tell(self, wrong: str) -> str:
        """An error as docker words it where it comes after the flags were understood."""
        return wrong

    def verb(self) -> str:
        """The word by which docker names the verb in its errors."""
        return type(self).spec.names[0][-1]

    def _told(self, wrong: str) -> str:
        return f"docker: {wrong}\n\nRun 'docker {self.verb()} --help' for more information" if wrong else ""

    def _wrong(self) -> str:
        if self.pull not in _PULLS:
            return f'invalid pull option: \'{self.pull}\': must be one of "always", "missing" or "never"'
        return self.wrong()

    def _unnamed(self) -> str:
        """Docker's sentence about an image or a platform that can be none."""
        try:
            if self.pull == ALWAYS:
                naming.normalized(self.image)  # an id can be here, and not be pulled
            else:
                images.check(self.image)
            if self.platform:
                machine.specified(self.platform)
        except ValueError as error:
            return self.tell(str(error))
        return ""

    def _order(self, ctx: Context) -> Order:
        for target in self.targets():
            sources.sent(ctx, target)  # which is refused where it stands for several
        found = sources.found(ctx)
        too_early = self.addresses_need(found.api) or self.mounts_need(found.api)
        if too_early:
            raise Unmade(too_early)
        query: wire.Params = {"name": self.name} if self.name else {}
        if self.platform:
            query["platform"] = machine.specified(self.platform)
        image, *others = self.targets()
        linked = self.linked_by_name()
        by_name = tuple(each for each in others if each.kind in _BY_NAME or each.ref in linked)
        body = self.body(self.image, self.words, self.attached(), found)
        volumes = tuple(each for each in others if each.kind == "volume" and not self.makes_volumes())
        return Order(image, by_name, volumes, body, query, self.pull, self._pulls(ctx.found), self.quiet)


def errors(told: Iterable[str]) -> Reply:
    """Lines on docker's standard error."""
    text = "".join(f"{line}\n" for line in told)
    return Reply((Errors(text),)) if text else Reply()
