"""docker image build."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from docker.errors import NotFound

from commands import naming, touching
from commands.aftermath import Fate, Past, untold
from commands.archives import unfolding
from commands.asking import Field, Form
from commands.attempts import Refusal, cancelled, refused, unanswered
from commands.building import (
    added,
    bases,
    contexts,
    dockerfile,
    flags,
    layers,
    mistakes,
    numbered,
    origins,
    readings,
    steps,
    workdirs,
)
from commands.building.bases import Base
from commands.building.contexts import INLINE, Asked
from commands.building.options import CONTAINER, DEFAULT, HOST, Options
from commands.building.origins import Fetching, Unfetched
from commands.building.running import Running
from commands.building.steps import Steps
from commands.command import Also, arg, flag
from commands.context import Context
from commands.creation.environment import mapped
from commands.creation.sources import sent
from commands.image import fates
from commands.image.transfer import DEFAULT_TAG
from commands.intent import Intent, told
from commands.listing import short
from commands.reply import Errors, Note, Output, Part, Reply, failure, note
from commands.spec import Permission
from commands.target import Found, Missing, Target
from commands.touching import NETWORK, Looked, Shares

LOOK = "docker images"  # shows whether it was built where the answer was lost
FIELD = "dockerfile"  # what is asked for in the form
_FORM = Form(
    "Dockerfile",
    "Build",
    (Field(FIELD, "Dockerfile", multiline=True, hint="One instruction a line; the first one is FROM."),),
    "slashdock exec build - < Dockerfile",
)
_OWN_NETWORKS = {"", DEFAULT, "none", "bridge", HOST}
_BOTH = "invalid argument: can't use stdin for both build context and dockerfile"
_AMBIGUOUS = f"unable to prepare context: {contexts.AMBIGUOUS}"
_NO_FILE = "There is no file here to write an id to: with -q the answer is the id alone. Leave --iidfile away."
_NO_TRUST = "Signatures of images are not checked here. Leave --disable-content-trust=false away."
_NO_REST = "The containers of a build's steps are always removed here. Leave --rm=false away."
_NO_NETWORK = "The steps of a build may not use the network {}. The policy says which ones they may ([build] networks)."
_CUT = f"Only the last {steps.KEPT // 1024 // 1024} MiB of what the steps printed are shown."
_LATE = (
    f"The build took more than {steps.LIMIT / 60:.0f} minutes, or said nothing for {steps.SILENCE / 60:.0f}, and was"
    f" given up. `{LOOK}` shows what there is now."
)
_CANCELLED = "Nothing was tagged. What the steps before made stays, and is used by the next build."
_NAMELESS = "an image without a name cannot be told from others"
_GONE = "The engine said that it built {}, and has no such image."


class Build(Options, name="image build", alias="build, builder build", permission=Permission.CHANGE):
    """Build an image from a Dockerfile.

    The context is a folder below one that the settings allow, the address of a git repository or of a Dockerfile that
    the policy allows, or "-": then the Dockerfile is asked for, and there are no other files. Or it is a tar or zip
    archive, or a Dockerfile, that is attached to the line (say `attached`), shared in the channel or yours (its id or
    link). What is obviously wrong
    in it is told with its line. The image's id ends the answer.
    """

    attended = True

    context: str = arg("PATH | URL | -")
    disable_content_trust: bool = flag(default=True, shown="true", help="Always so: signatures are not checked here")
    file: str = flag("-f", default="", help="The Dockerfile, else the one in the context; - to be asked for it")
    iidfile: str = flag(default="", help="Leave it away: the answer says the id")

    def problem(self) -> str | None:
        """What docker refuses, and what a chat cannot do."""
        if self.file == INLINE == self.context:
            return _BOTH
        if self.iidfile:
            return _NO_FILE
        if not self.disable_content_trust:
            return _NO_TRUST
        if not self.rm:
            return _NO_REST
        return _AMBIGUOUS if self.file and self.context == INLINE else None

    def form(self) -> Form | None:
        """The Dockerfile, where it is not in a file."""
        return _FORM if INLINE in {self.context, self.file} else None

    def targets(self) -> tuple[Target, ...]:
        """The images that have the names so far, and the network of the steps or the container whose network it is."""
        return tuple(dict.fromkeys((*self._tags(), *self._networks())))

    def also(self, found: Mapping[Target, Found | Missing]) -> Iterable[Also]:
        """It gives the image names."""
        del found
        return (Also("image tag", tuple(self._tags())),)

    def marks(self) -> tuple[str, Mapping[str, str]]:
        """An image, with those of the line; what its Dockerfile says is not known yet."""
        return "image", mapped(self.label)

    def shares(self, found: Looked) -> Shares:
        """Its steps join the network of another container where it says so."""
        return touching.joined(found, [(NETWORK, self.network)])

    def escalation(self) -> str:
        """What the steps are given of the host."""
        return ", ".join(self._escalations())

    def reads(self, ctx: Context) -> None:
        """The context."""
        with unfolding.opened(ctx, self._asked(ctx)) as context:
            context.pass_over()

    def _asked(self, ctx: Context) -> Asked:
        return Asked(self.context, self.file, ctx.given.get(FIELD, "").encode("utf-8", "surrogateescape"))

    def became(self, past: Past) -> Iterable[Fate]:
        """What the names of the line stand for."""
        names = [each.ref for each in self._tags()]
        return fates.fetched(past, names) if names else untold(_NAMELESS)

    def intent(self, ctx: Context) -> Intent:
        """What is built, where the policy allows the network of its steps."""
        try:
            self._check_network(ctx)
        except Refusal as refusal:
            return told(failure(str(refusal)), barred=True)
        return super().intent(ctx)

    def run(self, ctx: Context) -> Reply:
        """Build it; the answer is what the engine says of the steps."""
        asked = self.sources_of_layers()
        usable = layers.usable(ctx, asked)
        reply = replace(self, cache_from=usable.images, no_cache=self.no_cache or usable.anew).built(ctx)
        return reply + note(layers.ANEW) if usable.anew and not (asked or self.no_cache or reply.failed) else reply

    def built(self, ctx: Context) -> Reply:
        """The same with no other layers than those."""
        try:
            with unfolding.opened(ctx, self._asked(ctx)) as context:
                return self._had(ctx, context)
        except (ValueError, Refusal) as error:
            return refused(error)

    def _had(self, ctx: Context, context: contexts.Context) -> Reply:
        """The build of a context that is there."""
        mistaken = self._mistakes(ctx, context)
        with ctx.bringing():
            try:
                fetched = self._fetched(ctx, context)
            except Unfetched as error:
                return mistaken + self._unfetched(context, error)
            return mistaken + self._built(ctx, context, fetched)

    def unforeseen(self) -> str:
        """What the names of images stand for when it is built, and what the engine fetches itself."""
        return (
            "which images the names in the Dockerfile stand for then, but where they say a digest;"
            " what its ADD fetches from an address"
        )

    def acts_anyway(self) -> bool:
        """It makes an image, named or not."""
        return True

    def _tags(self) -> Iterator[Target]:
        names = (naming.normalized(tag) for tag in self.tag)
        tags = (f"{name.familiar}:{name.tag or DEFAULT_TAG}" for name in names if not name.digest)
        yield from (Target("image", tag, made=True) for tag in tags)

    def _networks(self) -> Iterator[Target]:
        if self.network.startswith(CONTAINER):
            yield Target("container", self.network.removeprefix(CONTAINER))
        elif self.network not in _OWN_NETWORKS:
            yield Target("network", self.network)

    def _escalations(self) -> Iterator[str]:
        if self.network == HOST:
            yield "its steps share the host's network"
        if self.network.startswith(CONTAINER):
            yield "its steps share the network of another container"
        if self.cgroup_parent:
            yield "its steps are put into a control group by name"
        yield from (f"its steps have the security option {option}" for option in self.security())

    def _check_network(self, ctx: Context) -> None:
        for target in self._networks():
            if target.kind == "network" and not self._allows(ctx, target):
                raise Refusal(_NO_NETWORK.format(target.ref))

    @staticmethod
    def _allows(ctx: Context, target: Target) -> bool:
        """Whether the policy allows the network by its own name, however the line calls it."""
        looked = ctx.found[target]
        name = looked.word() if isinstance(looked, Missing) else looked.name
        return any(fnmatchcase(name, glob) for glob in ctx.allowances.networks)

    def _network(self, ctx: Context) -> str:
        """The network as it is sent: by the id that was judged."""
        for target in self._networks():
            return (CONTAINER if target.kind == "container" else "") + sent(ctx, target)
        return self.network

    def _mistakes(self, ctx: Context, context: contexts.Context) -> Reply:
        """What is obviously wrong in the Dockerfile, told before anything is done."""
        if context.content is None:
            return Reply()
        notes = "\n".join(mistakes.told(dockerfile.read(dockerfile.text_of(context.content))))
        if notes:
            ctx.progress(notes)
        return note(notes) if notes else Reply()

    def _fetched(self, ctx: Context, context: contexts.Context) -> dict[int, str]:
        """What docker prints of the images that had to be fetched, by the numbers of the steps that begin with them.

        Raises Refusal where building would reach what it may not, Unfetched where an image cannot be had.
        """
        if context.content is None:
            return {}
        content = context.content
        text = dockerfile.text_of(content)
        for reading in dockerfile.readings(text):
            flags.check(reading)
            added.check(reading, ctx.allowances.remotes)
            workdirs.check(reading)
        sources = (Base(0, ref) for ref in self.sources_of_layers())
        reached = bases.is_reached(text, self.target)  # else the engine refuses it before its first step
        readable = functools.cache(lambda: reached and readings.is_readable(ctx.patient, content))
        fetching = Fetching(self.pull, self.platform, bases.stages(text), readable)
        origins.check(ctx, [*bases.named(text, self.given(), self.target), *sources], fetching)
        return numbered.below(text, fetching.printed)

    def _unfetched(self, context: contexts.Context, error: Unfetched) -> Reply:
        """What docker prints where an image cannot be had: it has sent the context then."""
        context.pass_over(compress=self.compress)  # so that its size is known
        text = dockerfile.text_of(context.content or b"")
        begun = numbered.begun(
            text, self.target, error.printed, error.base.line, len({each.partition("=")[0] for each in self.label})
        )
        told = f"{context.sent()}{begun}"
        shown = Reply((Errors(told) if self.quiet else Output(told, "build.txt"),))
        return shown + replace(failure(str(error)), unknown=error.lost)

    def _built(self, ctx: Context, context: contexts.Context, fetched: Mapping[int, str]) -> Reply:
        params = self.params(context.dockerfile, self._network(ctx))
        chunks = context.chunks(compress=self.compress)
        before = {each["Id"] for each in ctx.docker.images(all=True)}
        running = Running(ctx).claim
        with ctx.work() as work:
            done = steps.built(ctx.patient, params, chunks, ctx.progress, Steps(dict(fetched), running), work)
        reply = Reply(tuple(self._printed(context.sent(), done)))
        if done.ended:
            return replace(reply + cancelled(done.ended, _CANCELLED), made=tuple(self._new(ctx, before, done)))
        if done.lost:
            return reply + unanswered("the build", LOOK)
        reply = replace(reply, made=tuple(self._new(ctx, before, done)))
        if done.late or done.refused:
            return reply + replace(failure(done.refused or _LATE), unknown=True)
        if done.error:
            return reply + replace(failure(done.error), exit_code=done.code or None)
        return reply + _checked(ctx, done.image)

    def _new(self, ctx: Context, before: Collection[str], done: Steps) -> Iterator[str]:
        """The ids of what was not there before: of the image, and of each step, which another build may end with."""
        told = done.images()
        for each in ctx.docker.images(all=True):
            if each["Id"] not in before and (short(each["Id"]) in told or each["Id"] == done.image):
                yield each["Id"]

    def _printed(self, sending: str, done: Steps) -> Iterator[Part]:
        """What docker prints: with -q the id alone, and all of it as an error where there is no image."""
        well = not (done.lost or done.late or done.refused or done.error)
        if self.quiet:
            yield Output(f"{done.image}\n") if well else Errors(f"{sending}{done.text}")
        else:
            yield Output(f"{sending}{done.text}", "build.txt")
        if done.window.dropped:
            yield Note(_CUT)


def _checked(ctx: Context, image: str) -> Reply:
    """The id for the record, once the engine has shown that it has such an image."""
    try:
        found = str(ctx.docker.inspect_image(image)["Id"])
    except NotFound:
        return failure(_GONE.format(image))
    return Reply(ids=(found,))
