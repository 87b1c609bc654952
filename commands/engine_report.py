"""What docker info says about the engine, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from commands.swarm_report import shown, swarm_lines
from commands.units import binary_size

Report = Mapping[str, Any]


def engine_lines(report: Report) -> Iterator[str]:
    """The lines below "Server:", from the engine's own answer."""
    yield from _counts(report)
    yield from _named(report, {"Server Version": "ServerVersion", "Storage Driver": "Driver"})
    yield from _pairs(report.get("DriverStatus"), "  ")
    yield from _pairs(report.get("SystemStatus"), " ")
    drivers = {"Logging Driver": "LoggingDriver", "Cgroup Driver": "CgroupDriver", "Cgroup Version": "CgroupVersion"}
    yield from _named(report, drivers)
    yield from _plugins(report.get("Plugins") or {})
    yield from _listed(" CDI spec directories:", report.get("CDISpecDirs"))
    devices = report.get("DiscoveredDevices") or ()
    yield from _listed(" Discovered Devices:", [f"{each['Source']}: {each['ID']}" for each in devices])
    swarm = report.get("Swarm") or {}
    yield f" Swarm: {swarm.get('LocalNodeState', '')}"
    yield from swarm_lines(swarm)
    yield from _runtime(report)
    yield from _machine(report)
    yield from _debug(report)
    proxies = {"HTTP Proxy": "HttpProxy", "HTTPS Proxy": "HttpsProxy", "No Proxy": "NoProxy"}
    yield from _named(report, proxies)
    yield from _listed(" Labels:", report.get("Labels"))
    yield f" Experimental: {shown(report.get('ExperimentalBuild'))}"
    yield from _registries(report.get("RegistryConfig") or {})
    yield f" Live Restore Enabled: {shown(report.get('LiveRestoreEnabled'))}"
    yield from _named(report, {"Product License": "ProductLicense"})
    pools = report.get("DefaultAddressPools") or ()
    yield from _listed(" Default Address Pools:", [f" Base: {each['Base']}, Size: {each['Size']}" for each in pools])
    yield ""


def _counts(report: Report) -> Iterator[str]:
    yield f" Containers: {report.get('Containers', 0)}"
    for state in ("Running", "Paused", "Stopped"):
        yield f"  {state}: {report.get(f'Containers{state}', 0)}"
    yield f" Images: {report.get('Images', 0)}"


def _named(report: Report, names: Mapping[str, str]) -> Iterator[str]:
    yield from (f" {label}: {report[key]}" for label, key in names.items() if report.get(key))


def _pairs(pairs: Iterable[list[str]] | None, indent: str) -> Iterator[str]:
    yield from (f"{indent}{pair[0]}: {pair[1]}" for pair in pairs or ())


def _listed(head: str, items: Iterable[str] | None) -> Iterator[str]:
    if items:
        yield head
        yield from (f"  {item}" for item in items)


def _plugins(plugins: Report) -> Iterator[str]:
    yield " Plugins:"
    for kind in ("Volume", "Network", "Authorization", "Log"):
        held = plugins.get(kind) or ()
        if held or kind != "Authorization":
            yield f"  {kind}: {' '.join(held)}"


def _runtime(report: Report) -> Iterator[str]:
    if report.get("Runtimes"):
        yield f" Runtimes: {' '.join(sorted(report['Runtimes']))}"
        yield f" Default Runtime: {report.get('DefaultRuntime', '')}"
    if report.get("OSType") == "linux":
        yield f" Init Binary: {report.get('InitBinary', '')}"
        for label, key in {"containerd": "ContainerdCommit", "runc": "RuncCommit", "init": "InitCommit"}.items():
            yield f" {label} version: {(report.get(key) or {}).get('ID', '')}"
        if report.get("SecurityOptions"):
            yield " Security Options:"
            yield from (line for option in report["SecurityOptions"] for line in _security(option))
    if report.get("OSType") == "windows":
        yield f" Default Isolation: {report.get('Isolation', '')}"


def _security(option: str) -> Iterator[str]:
    facts = [fact.partition("=") for fact in option.split(",")]
    yield f"  {next((value for name, _, value in facts if name == 'name'), option)}"
    yield from (f"   Profile: {value}" for name, _, value in facts if name == "profile")


def _machine(report: Report) -> Iterator[str]:
    kinds = {"Kernel Version": "KernelVersion", "Operating System": "OperatingSystem", "OSType": "OSType"}
    yield from _named(report, {**kinds, "Architecture": "Architecture"})
    yield f" CPUs: {report.get('NCPU', 0)}"
    yield f" Total Memory: {binary_size(report.get('MemTotal', 0))}"
    yield from _named(report, {"Name": "Name", "ID": "ID"})
    yield f" Docker Root Dir: {report.get('DockerRootDir', '')}"
    yield f" Debug Mode: {shown(report.get('Debug'))}"


def _debug(report: Report) -> Iterator[str]:
    if report.get("Debug"):
        yield f"  File Descriptors: {report.get('NFd', 0)}"
        yield f"  Goroutines: {report.get('NGoroutines', 0)}"
        yield f"  System Time: {report.get('SystemTime', '')}"
        yield f"  EventsListeners: {report.get('NEventsListener', 0)}"


def _registries(registries: Report) -> Iterator[str]:
    indexes, ranges = registries.get("IndexConfigs") or {}, registries.get("InsecureRegistryCIDRs") or []
    if indexes or ranges:
        yield " Insecure Registries:"
        yield from (f"  {index['Name']}" for _, index in sorted(indexes.items()) if not index.get("Secure"))
        yield from (f"  {each}" for each in ranges)
    yield from _listed(" Registry Mirrors:", registries.get("Mirrors"))
