"""`docker volume ls`: the volumes, in order of name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commands import dangling, secrets, seen, wire
from commands.command import Command, flag
from commands.context import Context
from commands.kinds import FILTER
from commands.listing import FORMAT, filters, label, labels, listed, query
from commands.reply import Reply
from commands.spec import Permission
from commands.template import Row
from commands.units import natural, size

HEADERS = {
    "ID": "ID",
    "Name": "VOLUME NAME",
    "Group": "GROUP",
    "Driver": "DRIVER",
    "Scope": "SCOPE",
    "Availability": "AVAILABILITY",
    "Mountpoint": "MOUNTPOINT",
    "Labels": "LABELS",
    "Links": "LINKS",
    "Size": "SIZE",
    "Status": "STATUS",
}
TABLE = r"table {{.Driver}}\t{{.Name}}"
CLUSTER_TABLE = r"table {{.Name}}\t{{.Group}}\t{{.Driver}}\t{{.Availability}}\t{{.Status}}"
RAW = r"name: {{.Name}}\ndriver: {{.Driver}}\n"


class Ls(Command, name="volume ls", alias="volume list", permission=Permission.SEE, filtered=True):
    """List volumes."""

    cluster: bool = flag(default=False, since="1.42", help="Only the volumes of a Swarm, with their state")
    filter: tuple[str, ...] = flag(
        "-f",
        default=(),
        kind=FILTER,
        help="Only those that match: name, driver, label, dangling, as dangling=true",
    )
    format: str = flag(default="", help=f"{FORMAT} (.Name .Driver .Mountpoint .Labels ...)")
    quiet: bool = flag("-q", default=False, help="Only the names")

    def run(self, ctx: Context) -> Reply:
        """One request, a second where whoever asks may not see all; only what they may see, nor used by what not."""
        asked, wanted = dangling.apart(ctx, filters(self.filter))
        found = wire.shared(ctx.docker, "/volumes", query(asked)).get("Volumes") or []
        shown = [each for each in found if ctx.visible(seen.volume(each))]
        if wanted is not None:
            used = {mount.get("Name") for each in dangling.users(ctx) for mount in each.get("Mounts") or ()}
            shown = [each for each in shown if (each["Name"] not in used) is wanted]
        if self.cluster:
            shown = [each for each in shown if each.get("ClusterVolume")]
        shown.sort(key=lambda each: natural(each["Name"]))
        return listed(map(row, shown), self._source(), HEADERS)

    def _source(self) -> str:
        if self.cluster:
            return "{{.Name}}" if self.quiet else CLUSTER_TABLE
        match self.format:
            case "" | "table":
                return "{{.Name}}" if self.quiet else TABLE
            case "raw":
                return "name: {{.Name}}" if self.quiet else RAW
            case _:
                return self.format


def row(volume: Mapping[str, Any]) -> Row:
    """One volume of the engine's list."""
    marked = secrets.mask_object(volume.get("Labels"))
    usage, cluster = volume.get("UsageData"), volume.get("ClusterVolume")
    methods = {
        "Name": volume["Name"],
        "Driver": volume.get("Driver", ""),
        "Scope": volume.get("Scope", ""),
        "Mountpoint": volume.get("Mountpoint", ""),
        "Labels": labels(marked),
        "Label": label(marked),
        "Links": str(usage["RefCount"]) if usage else "N/A",
        "Size": size(usage["Size"], 4) if usage else "N/A",
        "Group": cluster["Spec"].get("Group", "") if cluster else "N/A",
        "Availability": cluster["Spec"].get("Availability", "") if cluster else "N/A",
        "Status": _status(cluster) if cluster else "N/A",
    }
    return Row("*formatter.volumeContext", methods)


def _status(cluster: Mapping[str, Any]) -> str:
    if not (cluster.get("Info") or {}).get("VolumeID"):
        return "pending creation"
    nodes = len(cluster.get("PublishStatus") or ())
    if nodes == 0:
        return "created"
    return "in use (1 node)" if nodes == 1 else f"in use ({nodes} nodes)"
