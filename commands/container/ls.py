"""`docker ps`: the containers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from docker.errors import APIError

from commands import secrets, seen, wire
from commands.command import Command, flag
from commands.context import Context
from commands.engine_errors import daemon
from commands.golang.quote import quote
from commands.kinds import FILTER
from commands.listing import FORMAT, filters, known, label, labels, listed, query, short
from commands.platforms import platform
from commands.ports import ports
from commands.reference import read
from commands.reply import Errors, Reply, failure
from commands.seen import own_name
from commands.spec import Permission
from commands.tabwriter import ellipsis
from commands.target import Target
from commands.template import Row, Template, TemplateError
from commands.units import ago, moment, size

COMMAND_WIDTH, MOUNT_WIDTH = 20, 15  # columns; what docker leaves of a command and of a mount's name
HEADERS = {
    "ID": "CONTAINER ID",
    "Names": "NAMES",
    "Image": "IMAGE",
    "Command": "COMMAND",
    "CreatedAt": "CREATED AT",
    "RunningFor": "CREATED",
    "Ports": "PORTS",
    "State": "STATE",
    "Status": "STATUS",
    "Size": "SIZE",
    "Labels": "LABELS",
    "Mounts": "MOUNTS",
    "LocalVolumes": "LOCAL VOLUMES",
    "Networks": "NETWORKS",
    "Platform": "PLATFORM",
}
TABLE = r"table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"
RAW = r"""container_id: {{.ID}}
image: {{.Image}}
command: {{.Command}}
created_at: {{.CreatedAt}}
state: {{- pad .State 1 0}}
status: {{- pad .Status 1 0}}
names: {{.Names}}
labels: {{- pad .Labels 1 0}}
ports: {{- pad .Ports 1 0}}
"""
IGNORED = "WARNING: Ignoring custom format, because both --format and --quiet are set.\n"
_PLACES = {"before": "container", "since": "container", "ancestor": "image"}  # the filters that name something


class Ls(
    Command, name="container ls", alias="container list, container ps, ps", permission=Permission.SEE, filtered=True
):
    """List containers."""

    all: bool = flag("-a", default=False, help="Also those that do not run")
    filter: tuple[str, ...] = flag(
        "-f",
        default=(),
        kind=FILTER,
        help="Only those that match: name, id, label, status, health, exited, ancestor, before, since,"
        " network, volume, publish or expose, as name=web",
    )
    format: str = flag(default="", help=f"{FORMAT} (.ID .Names .Status .Ports .Image ...)")
    last: int = flag("-n", default=-1, help="The n that were created last, in any state")
    latest: bool = flag("-l", default=False, help="The one that was created last, in any state")
    no_trunc: bool = flag(default=False, help="Nothing cut short")
    quiet: bool = flag("-q", default=False, help="Only the ids")
    size: bool | None = flag("-s", default=None, help="Also how much they hold on disk")

    def targets(self) -> tuple[Target, ...]:
        """The containers that the filters before and since name, and the images that ancestor does."""
        given = filters(self.filter)
        return tuple(Target(kind, ref) for name, kind in _PLACES.items() for ref in given.get(name, ()))

    def run(self, ctx: Context) -> Reply:
        """One request; what the asker may not see is gone before anything is counted."""
        warning = Reply((Errors(IGNORED),) if self.quiet and self.format else ())
        try:
            asked = _shows_size(self.format, ctx.now)
        except TemplateError as error:
            return warning + failure(f"failed to {'parse' if error.parsing else 'execute'} template: {error}")
        sized = (asked and not self.quiet) if self.size is None else self.size
        try:
            found = self._engine(ctx, sized=sized)
        except APIError as error:
            return warning + failure(daemon(error))
        seen = [each for each in found if visible(ctx, each)]
        limit = self._limit()
        chosen = seen[:limit] if limit > 0 else seen
        if self.no_trunc and any(_is_linked(each) for each in chosen):
            chosen = _discreet(ctx, chosen)
        mask = str if secrets.are_open(each.get("Command") or "" for each in chosen) else secrets.mask_text
        rows = [row(each, ctx.now, trunc=not self.no_trunc, mask=mask) for each in chosen]
        return listed(rows, self._source(sized=sized), HEADERS) + warning

    def _limit(self) -> int:
        return 1 if self.latest and self.last == -1 else self.last

    def _engine(self, ctx: Context, *, sized: bool) -> list[dict[str, Any]]:
        given = filters(self.filter)
        for name, kind in _PLACES.items():
            if name in given:
                given[name] = [known(ctx, Target(kind, ref)) for ref in given[name]]
        everything = self.all or self._limit() > 0
        params = {**query(given), **({"all": 1} if everything else {}), **({"size": 1} if sized else {})}
        found: list[dict[str, Any]] = wire.shared(ctx.docker, "/containers/json", params)
        return found

    def _source(self, *, sized: bool) -> str:
        if self.format == "raw":
            return "container_id: {{.ID}}" if self.quiet else RAW + ("size: {{.Size}}\n" if sized else "")
        if self.quiet:
            return "{{.ID}}"
        if self.format in {"", "table"}:
            return TABLE + (r"\t{{.Size}}" if sized else "")
        return self.format


def _shows_size(source: str, now: float) -> bool:
    """Whether a template asks for the size, found as docker does: by executing it for a container of nothing."""
    asked: list[str] = []

    def size_of() -> str:
        asked.append(source)
        return "0B"

    if source:
        nothing = row({}, now, trunc=False)
        Template(source).execute(Row(nothing.type_name, {**nothing.methods, "Size": size_of}))
    return bool(asked)


def _is_linked(listed: Mapping[str, Any]) -> bool:
    """Whether it has names that others give it: /web/db is what web calls it."""
    return any("/" in name.removeprefix("/") for name in listed.get("Names") or ())


def _discreet(ctx: Context, chosen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same without the names that are given by containers which the asker may not see."""
    if ctx.sees_all():
        return chosen
    everything = wire.get(ctx.docker, "/containers/json", params={"all": 1})
    shown = {own_name(each["Names"]) for each in everything if each.get("Names") and visible(ctx, each)}

    def known(name: str) -> bool:
        parent, slash, _ = name.removeprefix("/").partition("/")
        return not slash or parent in shown

    return [{**each, "Names": [name for name in each["Names"] if known(name)]} for each in chosen]


def visible(ctx: Context, each: Mapping[str, Any]) -> bool:
    """Whether the asker may see a container of the engine's list."""
    return ctx.visible(seen.container(each))


def row(each: Mapping[str, Any], now: float, *, trunc: bool, mask: Callable[[str], str] = secrets.mask_text) -> Row:
    """One container of the engine's list; now is epoch seconds, mask hides what is secret in its command."""
    created = each.get("Created", 0)
    methods = {
        "ID": short(each.get("Id", "")) if trunc else each.get("Id", ""),
        "Names": lambda: _names(each, trunc=trunc),
        "Image": lambda: shown_image(each, trunc=trunc),
        "Command": lambda: _command(mask(each.get("Command", "")), trunc=trunc),
        "CreatedAt": lambda: moment(created),
        "RunningFor": lambda: ago(now - created),
        "Ports": lambda: ports(each.get("Ports") or ()),
        "State": each.get("State", ""),
        "Status": each.get("Status", ""),
        "Size": lambda: _size(each),
        "Labels": lambda: labels(_marked(each)),
        "Label": lambda name: label(_marked(each))(name),  # noqa: PLW0108 - read when it is asked for
        "Mounts": lambda: _mounts(each, trunc=trunc),
        "LocalVolumes": lambda: str(sum(mount.get("Driver") == "local" for mount in each.get("Mounts") or ())),
        "Networks": lambda: ",".join((each.get("NetworkSettings") or {}).get("Networks") or {}),
        "Platform": lambda: platform(each),
    }
    return Row("*formatter.ContainerContext", methods)


def _command(command: str, *, trunc: bool) -> str:
    return quote(ellipsis(command, COMMAND_WIDTH) if trunc else command)


def _marked(each: Mapping[str, Any]) -> Mapping[str, str] | None:
    marked: Mapping[str, str] | None = secrets.mask_object(each.get("Labels"))
    return marked


def _names(each: Mapping[str, Any], *, trunc: bool) -> str:
    """The names, those of links among them; where cut short only the container's own."""
    names = each.get("Names") or ()
    return own_name(names) if trunc else ",".join(name.removeprefix("/") for name in names)


def shown_image(each: Mapping[str, Any], *, trunc: bool) -> str:
    """The image of a container of the list; where cut short its name, or the short id where it has none."""
    image: str = each.get("Image", "")
    if not image:
        return "<no image>"
    if not trunc:
        return image
    identity = short(each.get("ImageID", ""))
    return identity if identity == short(image) else image_name(image)


@lru_cache(maxsize=512)
def image_name(image: str) -> str:
    """The name of an image as a list shows it: without its digest, and without what goes without saying."""
    reference = read(image)
    if reference is None:
        return image
    return f"{reference.familiar}:{reference.tag}" if reference.tag else reference.familiar


def _size(each: Mapping[str, Any]) -> str:
    written, whole = size(each.get("SizeRw") or 0), each.get("SizeRootFs") or 0
    return f"{written} (virtual {size(whole)})" if whole > 0 else written


def _mounts(each: Mapping[str, Any], *, trunc: bool) -> str:
    names = [mount.get("Name") or mount.get("Source", "") for mount in each.get("Mounts") or ()]
    return ",".join(ellipsis(name, MOUNT_WIDTH) if trunc else name for name in names)
