"""docker cp."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import requests
from docker.api.client import APIClient
from docker.errors import APIError

from commands import touching, wire
from commands.aftermath import UNCHANGED, Fate, Past, untold
from commands.archives import checking, fetching, places
from commands.archives.checking import Bounds
from commands.archives.places import ARCHIVE, IN_PROC, Place, Stat
from commands.attempts import Refusal, unanswered
from commands.command import Command, arg, flag
from commands.context import Context
from commands.engine_errors import named
from commands.filing import Draft
from commands.reply import Document, Reply, failure, note
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
_NO_FILE = "There is no file of yours here that {} could be."
_COPIED = "Successfully copied {} to {}."
_UNTOLD = "nothing at the engine tells whether it was copied"


@dataclass(frozen=True)
class _Source:
    """What is copied: whether it is a folder, and how many bytes its archive has."""

    is_folder: bool
    size: int


class Cp(
    Command,
    name="container cp",
    alias="cp",
    permission=Permission.ENTER,
    second="docker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
):
    """Copy files out of a container, or from one into another.

    With - as the destination a file is put into the answer as it is, and anything else as a tar archive. Everybody in
    the channel sees it: ask in direct messages for what is not for them.
    """

    source: str = arg("CONTAINER:SRC_PATH")
    destination: str = arg("DEST_PATH|-")
    archive: bool = flag("-a", default=False, help="Keep who owns the files, by number")
    follow_link: bool = flag("-L", default=False, help="Copy what SRC_PATH leads to, where it is a link")
    quiet: bool = flag("-q", default=False, help="Do not say how much was copied")

    def problem(self) -> str | None:
        """Docker's refusals, and ours of what a chat has not."""
        for name in ("source", "destination"):
            if not getattr(self, name):
                return _EMPTY.format(name)
        source, destination = self._places()
        if not source.container and not destination.container:
            return _NOWHERE
        for place in (source, destination):
            if place.is_barred:
                return IN_PROC.format(place.path)
        if not source.container:
            return _NO_FILE.format(self.source)
        if not destination.container and self.destination != STREAM:
            return _NO_FOLDER.format(self.destination)
        return None

    def targets(self) -> tuple[Target, ...]:
        """The containers."""
        named = (Target("container", place.container) for place in self._places() if place.container)
        return tuple(dict.fromkeys(named))

    def shares(self, found: Looked) -> Shares:
        """What is put into a container may be run there, and then it gets into its namespaces."""
        into = Target("container", self._places()[1].container)
        return touching.entered(each for target, each in found.items() if target == into)

    def became(self, past: Past) -> Iterable[Fate]:
        """What is copied out changes nothing; of what is copied in nothing tells."""
        del past
        return untold(_UNTOLD) if self._places()[1].container else UNCHANGED

    def run(self, ctx: Context) -> Reply:
        """Copy it; the answer is the file, or how much it was."""
        source, destination = self._places()
        try:
            with ctx.draft() as draft:
                if not destination.container:
                    return self._given(ctx, source, draft)
                taken = self._archive(ctx, source, draft)
                return self._put(ctx, destination, taken, draft)
        except (ValueError, Refusal) as error:
            return failure(str(error))

    def _places(self) -> tuple[Place, Place]:
        return places.split(self.source), places.split(self.destination)

    def _given(self, ctx: Context, source: Place, draft: Draft) -> Reply:
        """What is copied, as a file of the answer."""
        answer, there = self._sent(ctx, source)
        name = there.name.strip("/") or source.container
        if there.is_file:
            with answer:
                draft.expect(there.size)
                fetching.first(ctx, answer, draft, self.source)
        else:
            fetching.archive(ctx, answer, draft, self.source)
            name = f"{name}.tar"
        return Reply((Document(draft.finish(), name, self.source),))

    def _archive(self, ctx: Context, source: Place, draft: Draft) -> _Source:
        """The archive of what is copied, looked at to its end before anything is changed by it."""
        answer, there = self._sent(ctx, source)
        with answer:
            draft.expect(there.size if there.is_file else 0)
            fetching.archive(ctx, answer, draft, self.source)
        with draft.opened() as file:
            checking.passed(file, _FROM_ENGINE)
        return _Source(there.is_folder, draft.size)

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

    def _put(self, ctx: Context, destination: Place, source: _Source, draft: Draft) -> Reply:
        """Unpack the archive where docker would; what is sent is made anew of what was looked at."""
        client, container = ctx.patient, ctx.id(Target("container", destination.container))
        path = destination.path
        there = places.stat(client, container, path)
        if there is not None and there.is_link:
            path = places.followed(path, there)
            there = places.stat(client, container, path)
        if Place(container, path).is_barred:
            raise Refusal(IN_PROC.format(path))
        into = places.into(destination, path, there, is_folder=source.is_folder)
        params: wire.Params = {"path": into.folder, "noOverwriteDirNonDir": "true"}
        if self.archive:
            params["copyUIDGID"] = "true"
        try:
            with draft.opened() as file:
                body = checking.anew(file, _FROM_ENGINE, into.name)
                wire.put(client, ARCHIVE, container, params=params, body=body)
        except APIError as error:
            if wire.lost(error):
                return unanswered(f"the copy to {self.destination}")
            raise named(error, container, destination.container) from None
        except requests.RequestException:
            return unanswered(f"the copy to {self.destination}")
        return Reply() if self.quiet else note(_COPIED.format(size(source.size), self.destination))


_FROM_ENGINE = Bounds(trusted=True)
