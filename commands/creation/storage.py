"""What a container finds in its file system: volumes, folders of the host, memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from commands import api
from commands.command import Command, flag
from commands.creation import mounts
from commands.creation.mounts import MOUNT
from commands.creation.sources import Sources
from commands.creation.volumes import Volume, volume

RECURSIVE_SINCE = "1.44"  # the API version from which a mount can be read-only with all that is mounted below it
_RECURSIVE_TOO_EARLY = f"bind-recursive=readonly requires API v{RECURSIVE_SINCE} or later"
_RELATIVE = "A path that begins with a dot means nothing here: say where {} is on the engine's host, from / on."
SOCKET = "/var/run/docker.sock"


class Storage(Command):
    """The flags about storage."""

    mount: tuple[str, ...] = flag(
        default=(), kind=MOUNT, help="A mount in full, such as type=volume,src=data,dst=/data"
    )
    read_only: bool = flag(default=False, help="Let it write to nothing but its mounts")
    storage_opt: tuple[str, ...] = flag(default=(), help="An option for the engine's storage, such as size=10G")
    tmpfs: tuple[str, ...] = flag(default=(), help="A folder in memory, such as /tmp:size=64m")
    use_api_socket: bool = flag(default=False, help="Mount the engine's socket, which gives root on its host")
    volume: tuple[str, ...] = flag("-v", default=(), help="A volume or folder: SOURCE:TARGET, :ro to read alone")
    volume_driver: str = flag(default="", help="The driver of the volumes that are made")
    volumes_from: tuple[str, ...] = flag(default=(), help="All that another container mounts, :ro to read alone")

    def check_volumes(self) -> None:
        """Raise ValueError where a volume is none."""
        for each in self.volume:
            volume(each)

    def check_storage(self) -> None:
        """Raise ValueError where an option says nothing."""
        if any("=" not in option for option in self.storage_opt):
            raise ValueError("invalid storage option")

    def relative(self) -> str:
        """What to do where a path means something only at a terminal, else empty."""
        bound = [volume(each).source for each in self.volume if volume(each).is_path]
        sources = [*bound, *(str(each.get("Source", "")) for each in mounts.mounts(self.mount))]
        return next((_RELATIVE.format(source) for source in sources if source.startswith(".")), "")

    def lenders(self) -> tuple[str, ...]:
        """The containers whose mounts it gets."""
        return tuple(name for name in (each.partition(":")[0] for each in self.volumes_from) if name)

    def volume_names(self) -> tuple[str, ...]:
        """The volumes that are named."""
        bound = tuple(each.source for each in self._volumes() if each.source and not each.is_path)
        return bound + self._sources("volume")

    def makes_volumes(self) -> bool:
        """Whether it says of what kind the volumes are which it makes."""
        said = [each.get("VolumeOptions", {}).get("DriverConfig") or {} for each in mounts.mounts(self.mount)]
        drivers = {self.volume_driver, *(each.get("Name", "") for each in said)}
        return not drivers <= {"", "local"} or any(each.get("Options") for each in said)

    def image_names(self) -> tuple[str, ...]:
        """The images whose content is mounted."""
        return self._sources("image")

    def mounts_need(self, version: str) -> str:
        """Docker's sentence where an engine of this API is too old for a mount, else empty."""
        options = (each.get("BindOptions", {}) for each in mounts.mounts(self.mount))
        needed = any(each.get("ReadOnlyForceRecursive") for each in options)
        old = api.numbers(version) < api.numbers(RECURSIVE_SINCE)
        return _RECURSIVE_TOO_EARLY if needed and old else ""

    def anonymous(self) -> dict[str, Any]:
        """The volumes without a name, as the Config has them."""
        return {each.spec: {} for each in self._volumes() if not each.source}

    def storage(self, sources: Sources) -> dict[str, Any]:
        """The mounts as a part of the HostConfig."""
        mounted = [*mounts.mounts(self.mount), *self._socket()]
        return {
            "Binds": [each.spec for each in self._volumes() if each.source] or None,
            "ReadonlyRootfs": self.read_only,
            "VolumeDriver": self.volume_driver,
            "VolumesFrom": [_lent(each, sources) for each in self.volumes_from] or None,
            **_given("Mounts", mounted),
            **_given("StorageOpt", dict(each.split("=", 1) for each in self.storage_opt)),
            **_given("Tmpfs", {path: rest for path, _, rest in (each.partition(":") for each in self.tmpfs)}),
        }

    def _volumes(self) -> Iterator[Volume]:
        """Each volume once."""
        return (volume(each) for each in dict.fromkeys(self.volume))

    def _sources(self, sort: str) -> tuple[str, ...]:
        found = (each.get("Source", "") for each in mounts.mounts(self.mount) if each["Type"] == sort)
        return tuple(source for source in found if source)

    def _socket(self) -> list[dict[str, Any]]:
        mount = {"Type": "bind", "Source": SOCKET, "Target": SOCKET, "BindOptions": {}}
        return [mount] if self.use_api_socket else []


def _given(key: str, value: Any) -> dict[str, Any]:
    """A part of the request that is left out where nothing is given."""
    return {key: value} if value else {}


def _lent(text: str, sources: Sources) -> str:
    name, colon, mode = text.partition(":")
    return f"{sources.container(name)}{colon}{mode}" if name else text
