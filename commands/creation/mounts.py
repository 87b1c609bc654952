"""One --mount: its comma-separated settings as the Mount of a create request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from commands import kinds
from commands.creation import records, sizes
from commands.creation.values import checked

_GROUPS = ("volume", "image", "bind", "tmpfs")  # in the order in which docker finds one with another type
_OPTIONS = {"volume": "VolumeOptions", "image": "ImageOptions", "bind": "BindOptions", "tmpfs": "TmpfsOptions"}
_USUAL = "enabled"  # of bind-recursive: it says nothing
_RECURSIVE = {
    "disabled": "NonRecursive",
    "writable": "ReadOnlyNonRecursive",
    "readonly": "ReadOnlyForceRecursive",
}
_MODES = 1 << 32
_TOGETHER = "option 'bind-recursive={}' requires '{}' to be specified in conjunction"
Options = dict[str, Any]


@dataclass
class _Reading:
    """What the fields have said so far; a group of options is there once one of its fields was."""

    mount: Options = field(default_factory=lambda: {"Type": "volume"})
    options: dict[str, Options] = field(default_factory=dict)

    def group(self, name: str) -> Options:
        """The options of a group, which is there from now on."""
        return self.options.setdefault(name, {})


def mount(text: str) -> Options:
    """The Mount that a text says; raises ValueError in docker's words."""
    reading = _Reading()
    for each in records.fields(text):
        name, equals, value = each.partition("=")
        if equals:
            _set(reading, name.lower(), value, each)
        else:
            _switch(reading, name.lower(), each)
    _check(reading)
    said = {key: value for key, value in reading.mount.items() if value}
    return {**said, **_written(reading.options)}


def mounts(texts: Iterable[str]) -> list[Options]:
    """The Mounts of all --mount."""
    return [mount(text) for text in texts]


def _switch(reading: _Reading, name: str, text: str) -> None:
    match name:
        case "readonly" | "ro":
            reading.mount["ReadOnly"] = True
        case "volume-nocopy":
            reading.group("volume")["NoCopy"] = True
        case "bind-nonrecursive":
            reading.group("bind")["NonRecursive"] = True
        case _:
            raise ValueError(f"invalid field '{text}' must be a key=value pair")


def _set(reading: _Reading, name: str, value: str, text: str) -> None:
    if name in _PLAIN:
        _PLAIN[name](reading.mount, name, value)
        return
    group, _, option = name.partition("-")
    if name not in _GROUPED:
        raise ValueError(f"unexpected key '{name}' in '{text}'")
    if name != "bind-recursive" or value != _USUAL:
        _GROUPED[name](reading.group(group), option, value)


def _type(mount: Options, _name: str, value: str) -> None:
    mount["Type"] = value.lower()


def _source(mount: Options, _name: str, value: str) -> None:
    mount["Source"] = value


def _target(mount: Options, _name: str, value: str) -> None:
    mount["Target"] = value


def _read_only(mount: Options, name: str, value: str) -> None:
    mount["ReadOnly"] = _bool(name, value)


def _consistency(mount: Options, _name: str, value: str) -> None:
    mount["Consistency"] = value.lower()


def _propagation(options: Options, _name: str, value: str) -> None:
    options["Propagation"] = value.lower()


def _non_recursive(options: Options, name: str, value: str) -> None:
    options["NonRecursive"] = _bool(f"bind-{name}", value)


def _recursive(options: Options, _name: str, value: str) -> None:
    if value not in _RECURSIVE:
        must = '(must be "enabled", "disabled", "writable", or "readonly")'
        raise ValueError(f"invalid value for bind-recursive: {value} {must}")
    options[_RECURSIVE[value]] = True


def _no_copy(options: Options, name: str, value: str) -> None:
    options["NoCopy"] = _bool(f"volume-{name}", value)


def _subpath(options: Options, _name: str, value: str) -> None:
    options["Subpath"] = value


def _label(options: Options, _name: str, value: str) -> None:
    _put(options.setdefault("Labels", {}), value)


def _driver(options: Options, _name: str, value: str) -> None:
    options.setdefault("DriverConfig", {})["Name"] = value


def _driver_option(options: Options, _name: str, value: str) -> None:
    _put(options.setdefault("DriverConfig", {}).setdefault("Options", {}), value)


def _size(options: Options, name: str, value: str) -> None:
    try:
        options["SizeBytes"] = sizes.octets(value)
    except ValueError:
        raise ValueError(f"invalid value for tmpfs-{name}: {value}") from None


def _mode(options: Options, name: str, value: str) -> None:
    octal = value.isascii() and value.isdigit() and not set(value) & {"8", "9"}
    if not octal or int(value, 8) >= _MODES:
        raise ValueError(f"invalid value for tmpfs-{name}: {value}")
    options["Mode"] = int(value, 8)


def _bool(name: str, value: str) -> bool:
    try:
        return bool(kinds.BOOL.parse(value))
    except ValueError:
        raise ValueError(f"invalid value for {name}: {value}") from None


def _put(target: dict[str, str], text: str) -> None:
    name, _, value = text.partition("=")
    if name:
        target[name] = value


_Setter = Callable[[Options, str, str], None]
_PLAIN: dict[str, _Setter] = {
    "type": _type,
    "source": _source,
    "src": _source,
    "target": _target,
    "dst": _target,
    "destination": _target,
    "readonly": _read_only,
    "ro": _read_only,
    "consistency": _consistency,
}
_GROUPED: dict[str, _Setter] = {
    "bind-propagation": _propagation,
    "bind-nonrecursive": _non_recursive,
    "bind-recursive": _recursive,
    "volume-subpath": _subpath,
    "volume-nocopy": _no_copy,
    "volume-label": _label,
    "volume-driver": _driver,
    "volume-opt": _driver_option,
    "image-subpath": _subpath,
    "tmpfs-size": _size,
    "tmpfs-mode": _mode,
}


def _check(reading: _Reading) -> None:
    sort = reading.mount["Type"]
    if not sort:
        raise ValueError("type is required")
    if not reading.mount.get("Target"):
        raise ValueError("target is required")
    for group in _GROUPS:
        if group in reading.options and group != sort:
            raise ValueError(f"cannot mix '{group}-*' options with mount type '{sort}'")
    bind, read_only = reading.options.get("bind", {}), reading.mount.get("ReadOnly")
    if bind.get("ReadOnlyNonRecursive") and not read_only:
        raise ValueError(_TOGETHER.format("writable", "readonly"))
    if bind.get("ReadOnlyForceRecursive") and not read_only:
        raise ValueError(_TOGETHER.format("readonly", "readonly"))
    if bind.get("ReadOnlyForceRecursive") and bind.get("Propagation") != "rprivate":
        raise ValueError(_TOGETHER.format("readonly", "bind-propagation=rprivate"))


def _written(options: dict[str, Options]) -> Options:
    """The groups by their names in a request; whatever has the value of nothing is left out, as Go leaves it out."""
    if "volume" in options:
        options["volume"].setdefault("DriverConfig", {})
        driver = options["volume"]["DriverConfig"]
        options["volume"]["DriverConfig"] = {key: value for key, value in driver.items() if value}
    return {
        _OPTIONS[group]: {key: value for key, value in said.items() if value or key == "DriverConfig"}
        for group, said in options.items()
    }


MOUNT = checked(
    "mount", mount, "type=volume,src=data,dst=/data", "type=tmpfs,dst=/tmp", "type=bind,src=/srv,dst=/srv,ro"
)
