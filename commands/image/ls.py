"""`docker images`: the images, a line for each name that they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from commands import reference, seen, wire
from commands.command import Command, arg, flag
from commands.context import Context
from commands.image_tree import page, tree
from commands.kinds import FILTER
from commands.listing import FORMAT, filters, known, listed, query, short
from commands.reply import Reply, failure, lines
from commands.spec import Permission
from commands.target import Target
from commands.template import Row
from commands.units import ago, moment, size

NONE = "<none>"
NO_YEAR = -62135596800  # seconds from the epoch to the year 1, which stands for no time at all
UNKNOWN_SIZE = -1
HEADERS = {
    "ID": "IMAGE ID",
    "Repository": "REPOSITORY",
    "Tag": "TAG",
    "Digest": "DIGEST",
    "CreatedSince": "CREATED",
    "CreatedAt": "CREATED AT",
    "Size": "SIZE",
    "Containers": "CONTAINERS",
    "VirtualSize": "SIZE",
    "SharedSize": "SHARED SIZE",
    "UniqueSize": "UNIQUE SIZE",
}
_SINCE = "{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}"
TABLE = rf"table {{{{.Repository}}}}\t{{{{.Tag}}}}\t{{{{.ID}}}}\t{_SINCE}\t{{{{.Size}}}}"
DIGESTS_TABLE = rf"table {{{{.Repository}}}}\t{{{{.Tag}}}}\t{{{{.Digest}}}}\t{{{{.ID}}}}\t{_SINCE}\t{{{{.Size}}}}"
_PLACES = ("before", "since")  # the filters that name an image


@dataclass(frozen=True)
class Name:
    """One line of the list: a repository with a tag or a digest of an image."""

    repository: str = NONE
    tag: str = NONE
    digest: str = NONE


class Ls(Command, name="image ls", alias="image list, images", permission=Permission.SEE, filtered=True):
    """List images."""

    name: str = arg("REPOSITORY[:TAG]", default="")
    all: bool = flag("-a", default=False, help="Also the steps between, which builds left")
    digests: bool = flag(default=False, help="Also their digests")
    filter: tuple[str, ...] = flag(
        "-f",
        default=(),
        kind=FILTER,
        help="Only those that match: dangling, label, before, since, reference, as dangling=true",
    )
    format: str = flag(default="", help=f"{FORMAT} (.Repository .Tag .ID .Size .CreatedSince ...)")
    no_trunc: bool = flag(default=False, help="Nothing cut short")
    quiet: bool = flag("-q", default=False, help="Only the ids")
    tree: bool = flag(default=False, since="1.47", help="A tree with a line for each platform of an image")

    def targets(self) -> tuple[Target, ...]:
        """The images that the filters before and since name."""
        given = filters(self.filter)
        return tuple(Target("image", ref) for name in _PLACES for ref in given.get(name, ()))

    def run(self, ctx: Context) -> Reply:
        """One request; a name that the asker may not see is no line."""
        if self.tree:
            return self._tree(ctx)
        source = self._source()
        rows = [
            row(each, name, ctx.now, trunc=not self.no_trunc)
            for each in self._engine(ctx)
            for name in names(each, digests=self.digests, wanted=self.digests or "{{.Digest}}" in source)
            if _may_see(ctx, each, name)
        ]
        return listed(rows, source, HEADERS)

    def _tree(self, ctx: Context) -> Reply:
        given = {"quiet": self.quiet, "no-trunc": self.no_trunc, "show-digest": self.digests, "format": self.format}
        refused = next((name for name, value in given.items() if value), None)
        if refused is not None:
            return failure(f"--{refused} is not yet supported with --tree")
        shown = [each for each in self._engine(ctx) if (self.all or not dangles(each)) and visible(ctx, each)]
        shown.sort(key=lambda each: each.get("Created", 0), reverse=True)
        return lines(page([tree(each, visible_tags(ctx, each)) for each in shown]))

    def _engine(self, ctx: Context) -> list[dict[str, Any]]:
        given = filters(self.filter)
        for place in _PLACES:
            if place in given:
                given[place] = [known(ctx, Target("image", ref)) for ref in given[place]]
        if self.name:
            given.setdefault("reference", []).append(self.name)
        params = {**query(given), **({"all": 1} if self.all else {}), **({"manifests": 1} if self.tree else {})}
        found: list[dict[str, Any]] = wire.shared(ctx.docker, "/images/json", params)
        return found

    def _source(self) -> str:
        if self.format in {"", "table"}:
            if self.quiet:
                return "{{.ID}}"
            return DIGESTS_TABLE if self.digests else TABLE
        if self.format == "raw":
            return "image_id: {{.ID}}" if self.quiet else raw(digests=self.digests)
        if self.format.startswith("table") and self.digests and "{{.Digest}}" not in self.format:
            return self.format + "\t{{.Digest}}"
        return self.format


def visible(ctx: Context, image: Mapping[str, Any]) -> bool:
    """Whether the asker may see an image of the engine's list under any of its names."""
    return any(_may_see(ctx, image, name) for name in [*names(image, digests=True, wanted=True)] or [Name()])


def _may_see(ctx: Context, image: Mapping[str, Any], name: Name) -> bool:
    return ctx.visible(seen.image(image, f"{name.repository}:{name.tag}"))


def visible_tags(ctx: Context, image: Mapping[str, Any]) -> list[str]:
    """Those of its names with a tag that the asker may see."""
    return [tag for tag in image.get("RepoTags") or () if ctx.visible(seen.image(image, tag))]


def names(image: Mapping[str, Any], *, digests: bool, wanted: bool) -> Iterator[Name]:
    """The lines of one image; wanted: digests are shown beside tags, digests: even where they are all it has."""
    tags, sums = _by_repository(image.get("RepoTags"), "tag"), _by_repository(image.get("RepoDigests"), "digest")
    if dangles(image):
        yield Name()
    for repository, held in tags.items():
        beside = sums.pop(repository, [])
        yield from (Name(repository, tag, digest) for tag in held for digest in (wanted and beside) or [NONE])
    for repository, held in sums.items():
        yield from (Name(repository, NONE, digest) for digest in (held if digests else [""]))


def dangles(image: Mapping[str, Any]) -> bool:
    """Whether it has no name at all."""
    tags, sums = image.get("RepoTags") or [], image.get("RepoDigests") or []
    return not (tags or sums) or (tags == [f"{NONE}:{NONE}"] and sums == [f"{NONE}@{NONE}"])


def _by_repository(listed_names: list[str] | None, part: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in listed_names or ():
        parsed = reference.read(text)
        if parsed is not None and getattr(parsed, part):
            found.setdefault(parsed.familiar, []).append(getattr(parsed, part))
    return found


def row(image: Mapping[str, Any], name: Name, now: float, *, trunc: bool) -> Row:
    """One name of an image of the engine's list; now is epoch seconds."""
    created, whole, shared = image.get("Created", 0), image.get("Size", 0), image.get("SharedSize", 0)
    containers = image.get("Containers", 0)
    methods = {
        "ID": short(image["Id"]) if trunc else image["Id"],
        "Repository": name.repository,
        "Tag": name.tag,
        "Digest": name.digest,
        "CreatedSince": "" if created == NO_YEAR else ago(now - created),
        "CreatedAt": moment(created),
        "Size": size(whole),
        "Containers": "N/A" if containers == UNKNOWN_SIZE else str(containers),
        "VirtualSize": size(whole, 4),
        "SharedSize": "N/A" if shared == UNKNOWN_SIZE else size(shared, 4),
        "UniqueSize": "N/A" if UNKNOWN_SIZE in {whole, shared} else size(whole - shared, 4),
    }
    return Row("*formatter.imageContext", methods)


def raw(*, digests: bool) -> str:
    """The template that --format raw stands for."""
    digest = "digest: {{.Digest}}\n" if digests else ""
    return (
        f"repository: {{{{ .Repository }}}}\ntag: {{{{.Tag}}}}\n{digest}image_id: {{{{.ID}}}}\n"
        "created_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n"
    )
