"""The methods of docker's types that a template can call or that print a value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from commands.golang.value import Func, Value, boolean, integer, string

if TYPE_CHECKING:
    from collections.abc import Callable


def _is(name: str) -> Func:
    return Func((), lambda mode: boolean(mode.data == name))


def _starts(mark: str) -> Func:
    return Func((), lambda mode: boolean(mode.data.startswith(mark)))


def _after(mark: str) -> Func:
    return Func((), lambda mode: string(mode.data.removeprefix(mark) if mode.data.startswith(mark) else ""))


def _user_defined(mode: str) -> bool:
    return mode not in ("default", "bridge", "host", "none") and not mode.startswith("container:")


def _network_name(mode: Value) -> Value:
    name = mode.data
    if name.startswith("container:"):
        return string("container")
    return string(name)


def _policy(name: str) -> Func:
    return Func((), lambda policy: boolean(policy.data[0] == name))


def _port(port: Value) -> Value:
    return string(port.data.partition("/")[0])


def _protocol(port: Value) -> Value:
    number, slash, protocol = port.data.partition("/")
    return string("" if not number else protocol if slash and protocol else "tcp")


def _number(port: Value) -> Value:
    number = port.data.partition("/")[0]
    return integer(int(number) if number.isdigit() else 0)


METHODS: dict[str, dict[str, Func]] = {
    "nat.Port": {"Port": Func((), _port), "Proto": Func((), _protocol), "Int": Func((), _number)},
    "container.NetworkMode": {
        "IsBridge": _is("bridge"),
        "IsHost": _is("host"),
        "IsNone": _is("none"),
        "IsDefault": _is("default"),
        "IsPrivate": Func((), lambda mode: boolean(mode.data != "host" and not mode.data.startswith("container:"))),
        "IsContainer": _starts("container:"),
        "ConnectedContainer": _after("container:"),
        "IsUserDefined": Func((), lambda mode: boolean(_user_defined(mode.data))),
        "UserDefined": Func((), lambda mode: string(mode.data if _user_defined(mode.data) else "")),
        "NetworkName": Func((), _network_name),
    },
    "container.RestartPolicy": {
        "IsNone": Func((), lambda policy: boolean(policy.data[0] in ("no", ""))),
        "IsAlways": _policy("always"),
        "IsOnFailure": _policy("on-failure"),
        "IsUnlessStopped": _policy("unless-stopped"),
    },
}


def _file_mode(mode: int) -> str:
    """A file mode as ls shows it, with Go's letters for the special bits."""
    special = "".join(letter for place, letter in enumerate("dalTLDpSugct?") if mode >> (31 - place) & 1)
    rights = "".join(letter if mode >> (8 - place) & 1 else "-" for place, letter in enumerate("rwxrwxrwx"))
    return (special or "-") + rights


TEXTS: dict[str, Callable[[Any], str]] = {
    "registry.NetIPNet": str,
    "fs.FileMode": _file_mode,
    "swarm.Version": lambda data: str(data[0]),
    "units.Ulimit": lambda data: f"{data[0]}={data[2]}:{data[1]}",
    "blkiodev.WeightDevice": lambda data: f"{data[0]}:{data[1]}",
    "blkiodev.ThrottleDevice": lambda data: f"{data[0]}:{data[1]}",
}


def _registries(data: Any) -> str:
    """A registry configuration, whose members docker sorts by name."""
    indexes = {name: dict(zip(_INDEX_FIELDS, each, strict=True)) for name, each in (data[3] or {}).items()}
    shown = {"IndexConfigs": indexes, "InsecureRegistryCIDRs": data[2], "Mirrors": data[4]}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


_INDEX_FIELDS = ("Name", "Mirrors", "Secure", "Official")
JSONS: dict[str, Callable[[Any], str]] = {"registry.ServiceConfig": _registries}
