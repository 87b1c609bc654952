"""docker system df."""

from __future__ import annotations

from commands.command import Command, flag
from commands.container import ls as containers
from commands.context import Context
from commands.golang.structs import slice_of_rows, struct_of
from commands.image import ls as images
from commands.listing import FORMAT, listed
from commands.reply import Reply, failure, output
from commands.spec import Permission
from commands.system.usage import Usage, usage
from commands.template import Template, TemplateError
from commands.units import size
from commands.volume import ls as volumes

HEADERS = {
    "Type": "TYPE",
    "TotalCount": "TOTAL",
    "Active": "ACTIVE",
    "Size": "SIZE",
    "Reclaimable": "RECLAIMABLE",
}
TABLE = r"table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}"
RAW = "type: {{.Type}}\ntotal: {{.TotalCount}}\nactive: {{.Active}}\nsize: {{.Size}}\nreclaimable: {{.Reclaimable}}\n"
CACHE_HEADERS = {
    "ID": "CACHE ID",
    "Parent": "PARENT",
    "CacheType": "CACHE TYPE",
    "Size": "SIZE",
    "CreatedSince": "CREATED",
    "LastUsedSince": "LAST USED",
    "UsageCount": "USAGE",
    "Shared": "SHARED",
}
_IMAGES = (
    r"table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}"
    r"\t{{.Containers}}"
)
_CONTAINERS = (
    r"table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}"
)
_VOLUMES = r"table {{.Name}}\t{{.Links}}\t{{.Size}}"
_CACHE = (
    r"table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}"
)


class Df(Command, name="system df", permission=Permission.SEE, filtered=True):
    """Show how much disk images, containers, volumes and the cache of builds take."""

    format: str = flag(default="", help=f"{FORMAT} (.Type .TotalCount .Active .Size .Reclaimable)")
    verbose: bool = flag("-v", default=False, help="Each image, container and volume by itself")

    def run(self, ctx: Context) -> Reply:
        """One request; it takes the engine a while where volumes hold much."""
        found = usage(ctx)
        if not self.verbose:
            return listed(
                found.totals(), {"": TABLE, "table": TABLE, "raw": RAW}.get(self.format, self.format), HEADERS
            )
        return _tables(found, ctx.now) if self.format in {"", "table"} else self._detailed(found, ctx.now)

    def _detailed(self, found: Usage, now: float) -> Reply:
        """All of it at once through a template, as docker does."""
        trunc = self.format.startswith("table")
        parts = {
            "Images": slice_of_rows("formatter.imageContext", found.image_rows(now, trunc=trunc)),
            "Containers": slice_of_rows("formatter.ContainerContext", found.container_rows(now, trunc=trunc)),
            "Volumes": slice_of_rows("formatter.volumeContext", found.volume_rows()),
            "BuildCache": slice_of_rows("formatter.buildCacheContext", found.cache_rows(now, trunc=trunc)),
        }
        source = self._source()
        try:
            template = Template(source)
        except TemplateError as error:
            return failure(f"template parsing error: {error}")
        try:
            return output(template.execute(struct_of("formatter.diskUsageContext", parts)))
        except TemplateError as error:
            return failure(str(error))

    def _source(self) -> str:
        match self.format:
            case "json":
                return "{{json .}}"
            case "raw":
                return _raw()
            case _:
                return self.format.removeprefix("table").strip(" ").replace(r"\t", "\t").replace(r"\n", "\n")


def _tables(found: Usage, now: float) -> Reply:
    cached = size(found.cached(), 4)
    return (
        output("Images space usage:\n\n")
        + listed(found.image_rows(now, trunc=True), _IMAGES, images.HEADERS)
        + output("\nContainers space usage:\n\n")
        + listed(found.container_rows(now, trunc=True), _CONTAINERS, containers.HEADERS)
        + output("\nLocal Volumes space usage:\n\n")
        + listed(found.volume_rows(), _VOLUMES, volumes.HEADERS)
        + output(f"\nBuild cache usage: {cached}\n\n")
        + listed(found.cache_rows(now, trunc=True), _CACHE, CACHE_HEADERS)
    )


def _raw() -> str:
    cache = (
        "cache id: {{.ID}}\nparent id: {{.Parent}}\ncache type: {{.CacheType}}\ndescription: {{.Description}}\n"
        "shared: {{.Shared}}\nin use: {{.InUse}}\nsize: {{.Size}}\nlast used at: {{.LastUsedSince}}\n"
        "usage count: {{.UsageCount}}\n"
    )
    kinds = (
        ("Images", "Image", images.raw(digests=True)),
        ("Containers", "Container", containers.RAW + "size: {{.Size}}\n"),
        ("Volumes", "Volume", volumes.RAW.replace(r"\n", "\n")),
        ("BuildCache", "Build Cache", cache),
    )
    return "".join(f"{{{{range .{name}}}}}type: {title}\n{each}\n{{{{end -}}}}\n" for name, title, each in kinds)
