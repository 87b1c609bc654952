"""docker cp."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager

import requests
from docker.api.client import APIClient
from docker.errors import APIError

from commands import touching, wire
from commands.aftermath import UNCHANGED, Fate, Past, untold
from commands.archives import checking, fetching, giving, incoming, packing, places
from commands.archives.checking import Bounds
from commands.archives.moving import Moving
from commands.archives.places import ARCHIVE, IN_PROC, Into, Place, Stat
from commands.attempts import Refusal, refused, unanswered
from commands.command import Command, arg, flag
from commands.context import Context
from commands.engine_errors import named
from commands.filing import Draft
from commands.reply import Document, Reply, note
from commands.spec import Permission
from commands.target import Target
from commands.touching import Looked, Shares
from commands.units import size

STREAM = "-"
_EMPTY = "{} can not be empty"
_NOWHERE = "must specify at least one container source"
_NO_FOLDER = (
    "There is no folder of yours here that {} could be. Say - in its place, and what is copied is a file in the answer."
)
_NO_STREAM = (
    "Nothing comes by - from a chat. Attach the archive to the line, and say `cp --unpack attached CONTAINER:PATH`."
)
_NOTHING_PACKED = "--unpack is for an archive that is copied in; from a container all comes as it is."
_NOT_A_FOLDER = 'destination "{}" must be a directory'
_COPIED = "Successfully copied {} to {}."
_NOTHING_COPIED = "Nothing was copied."
_PARTLY = "What came before that is in {}."
_UNTOLD = "nothing at the engine tells whether it was copied"


class Cp(
    Command,
    name="container cp",
    alias="cp",
    permission=Permission.ENTER,
    second="docker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
):
    """Copy files out of a container, into one, or from one into another.

    SRC_PATH is a file that is attached to the line (say `attached`), the id or link of one that is shared in the
    channel or is yours, or one below the folders that the settings allow.
    With - as the destination a file is put into the answer as it is, and anything else as a tar archive. Everybody in
    the channel sees it: ask in direct messages for what is not for them.
    """

    source: str = arg("CONTAINER:SRC_PATH")
    destination: str = arg("DEST_PATH|-")
    archive: bool = flag("-a", default=False, help="Keep who owns the files, by number")
    follow_link: bool = flag("-L", default=False, help="Copy what SRC_PATH leads to, where it is a link")
    quiet: bool = flag("-q", default=False, help="Do not say how much was copied")
    unpack: bool = flag(default=False, help="Unpack SRC_PATH, a tar archive, into the folder DEST_PATH")

    def problem(self) -> str | None:
        """Docker's refusals, and ours of what a chat has not."""
        return next(self._problems(), None)

    def _problems(self) -> Iterator[str]:
        for name in ("source", "destination"):
            if not getattr(self, name):
                yield _EMPTY.format(name)
        source, destination = self._places()
        if not source.container and not destination.container:
            yield _NOWHERE
        yield from (IN_PROC.format(place.path) for place in (source, destination) if place.is_barred)
        if self.source == STREAM:
            yield _NO_STREAM
        if self.unpack and source.container:
            yield _NOTHING_PACKED
        if not destination.container and self.destination != STREAM:
            yield _NO_FOLDER.format(self.destination)

    def targets(self) -> tuple[Target, ...]:
        """The containers."""
        named = (Target("container", place.container) for place in self._places() if place.container)
        return tuple(dict.fromkeys(named))

    def shares(self, found: Looked) -> Shares:
        """What is put into a container may be run there, and then it gets into its namespaces."""
        into = Target("container", self._places()[1].container)
        return touching.entered(each for target, each in found.items() if target == into)

    def reads(self, ctx: Context) -> None:
        """The file that is copied in."""
        if not self._places()[0].container:
            incoming.pass_over(ctx, self.source)

    def became(self, past: Past) -> Iterable[Fate]:
        """What is copied out changes nothing; of what is copied in nothing tells."""
        del past
        return untold(_UNTOLD) if self._places()[1].container else UNCHANGED

    def run(self, ctx: Context) -> Reply:
        """Copy it; the answer is the file, or how much it was."""
        source, destination = self._places()
        try:
            with ctx.draft() as draft:
                if not source.container:
                    return self._in(ctx, destination, draft)
                if not destination.container:
                    return self._given(ctx, source, draft)
                return self._across(ctx, source, destination, draft)
        except (ValueError, Refusal) as error:
            return refused(error)

    def _places(self) -> tuple[Place, Place]:
        given = Place("", self.source) if incoming.upload(self.source) else places.split(self.source)
        return given, places.split(self.destination)

    def _given(self, ctx: Context, source: Place, draft: Draft) -> Reply:
        """What is copied, as a file of the answer."""
        answer, there = self._sent(ctx, source)
        name = there.name.strip("/") or source.container
        if there.is_file:
            with answer:
                draft.expect(there.size)
                fetching.first(ctx, answer, draft, self.source, there.size)
        else:
            fetching.archive(ctx, answer, draft, self.source)
            name = f"{name}.tar"
        return Reply((Document(draft.finish(), name, self.source),)) + (Reply() if self.quiet else note(giving.AS_IS))

    def _across(self, ctx: Context, source: Place, destination: Place, draft: Draft) -> Reply:
        """Copy from one container into another: all is had and looked at before anything is changed."""
        with self._moving(ctx) as moving:
            answer, there = self._sent(ctx, source)
            with answer:
                draft.expect(there.size if there.is_file else 0)
                fetching.archive(ctx, answer, draft, self.source)
            with moving.looked(draft) as file:
                checking.passed(file, _FROM_ENGINE)
            into = self._into(ctx, destination, is_folder=there.is_folder)
            with draft.opened() as file:
                body = checking.anew(file, _FROM_ENGINE, into.name)
                return self._put(destination, into, moving, moving.sent(body, file))

    def _in(self, ctx: Context, destination: Place, draft: Draft) -> Reply:
        """Copy a file that somebody gave, or what is in it, into a container."""
        with self._moving(ctx) as moving:
            name = incoming.take(ctx, self.source, draft)
            into = self._into(ctx, destination, is_folder=False)
            if not self.unpack:
                moving.whole = draft.size
                with draft.opened() as file:
                    body = packing.alone(into.name or name, file, draft.size)
                    return self._put(destination, into, moving, moving.sent(body, file))
            if into.name is not None:
                raise ValueError(_NOT_A_FOLDER.format(self.destination))
            bounds = Bounds(packed=draft.size)
            with moving.looked(draft) as file:
                checking.passed(file, bounds)
            with draft.opened() as file:
                return self._put(destination, into, moving, moving.sent(checking.anew(file, bounds), file))

    def _moving(self, ctx: Context) -> AbstractContextManager[Moving]:
        """What is copied in, which may be cancelled until all of it was sent."""
        return Moving(ctx, self.source, _PARTLY.format(self.destination), unsent=_NOTHING_COPIED).lasting()

    def _sent(self, ctx: Context, source: Place) -> tuple[requests.Response, Stat]:
        """The engine's answer, whose body is not read yet, and what it says of it; raises APIError."""
        client, container = ctx.patient, ctx.id(Target("container", source.container))
        path = self._followed(client, container, source.path)
        try:
            answer = wire.stream(client, ARCHIVE, container, params={"path": path}, timeout=fetching.SILENCE)
        except APIError as error:
            raise named(error, container, source.container) from None
        try:
            return answer, places.told(answer.headers)
        except ValueError:
            answer.close()
            raise

    def _followed(self, client: APIClient, container: str, path: str) -> str:
        """Where the path leads, where links are to be followed."""
        there = places.stat(client, container, path) if self.follow_link else None
        if there is None or not there.is_link:
            return path
        leads = places.followed(path, there)
        if Place(container, leads).is_barred:
            raise Refusal(IN_PROC.format(leads))
        return leads

    def _into(self, ctx: Context, destination: Place, *, is_folder: bool) -> Into:
        """Where docker would unpack it; raises ValueError in its words."""
        client, container = ctx.patient, ctx.id(Target("container", destination.container))
        path = destination.path
        there = places.stat(client, container, path)
        if there is not None and there.is_link:
            path = places.followed(path, there)
            there = places.stat(client, container, path)
        if Place(container, path).is_barred:
            raise Refusal(IN_PROC.format(path))
        return places.into(destination, path, there, is_folder=is_folder)

    def _put(self, destination: Place, into: Into, moving: Moving, body: Iterator[bytes]) -> Reply:
        """Send the archive."""
        ctx = moving.ctx
        client, container = ctx.patient, ctx.id(Target("container", destination.container))
        params: wire.Params = {"path": into.folder, "noOverwriteDirNonDir": "true"}
        if self.archive:
            params["copyUIDGID"] = "true"
        try:
            with moving.sending():
                wire.put(client, ARCHIVE, container, params=params, body=body)
        except APIError as error:
            if wire.lost(error):
                return unanswered(f"the copy to {self.destination}")
            raise named(error, container, destination.container) from None
        except requests.RequestException:
            return unanswered(f"the copy to {self.destination}")
        return Reply() if self.quiet else note(_COPIED.format(size(moving.whole), self.destination))


_FROM_ENGINE = Bounds(trusted=True)
