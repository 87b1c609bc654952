"""What docker info says about a Swarm, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from commands.units import age

NANOSECONDS = 10**9  # in a second
_OUTSIDE = {"inactive", "locked"}


def swarm_lines(swarm: Mapping[str, Any]) -> Iterator[str]:
    """The lines below "Swarm:"; none where the engine is in no Swarm."""
    if swarm.get("LocalNodeState") in _OUTSIDE:
        return
    yield f"  NodeID: {swarm.get('NodeID', '')}"
    if swarm.get("Error"):
        yield f"  Error: {swarm['Error']}"
    manages = swarm.get("ControlAvailable", False)
    yield f"  Is Manager: {shown(manages)}"
    if swarm.get("Cluster") and manages and not swarm.get("Error") and swarm.get("LocalNodeState") != "error":
        yield from _cluster(swarm, swarm["Cluster"])
    yield f"  Node Address: {swarm.get('NodeAddr', '')}"
    managers = sorted(each["Addr"] for each in swarm.get("RemoteManagers") or ())
    if managers:
        yield "  Manager Addresses:"
        yield from (f"   {address}" for address in managers)


def shown(truth: object) -> str:
    """A truth as Go prints it."""
    return "true" if truth else "false"


def _cluster(swarm: Mapping[str, Any], cluster: Mapping[str, Any]) -> Iterator[str]:
    yield f"  ClusterID: {cluster.get('ID', '')}"
    yield f"  Managers: {swarm.get('Managers', 0)}"
    yield f"  Nodes: {swarm.get('Nodes', 0)}"
    pool = cluster.get("DefaultAddrPool")
    if pool is not None:
        yield f"  Default Address Pool: {''.join(f'{each}  ' for each in pool)}"
        yield f"  SubnetSize: {cluster.get('SubnetSize', 0)}"
    if cluster.get("DataPathPort"):
        yield f"  Data Path Port: {cluster['DataPathPort']}"
    yield from _spec(cluster.get("Spec") or {})
    yield f"  Root Rotation In Progress: {shown(cluster.get('RootRotationInProgress'))}"


def _spec(spec: Mapping[str, Any]) -> Iterator[str]:
    orchestration, raft = spec.get("Orchestration") or {}, spec.get("Raft") or {}
    yield "  Orchestration:"
    yield f"   Task History Retention Limit: {orchestration.get('TaskHistoryRetentionLimit') or 0}"
    yield "  Raft:"
    yield f"   Snapshot Interval: {raft.get('SnapshotInterval', 0)}"
    if raft.get("KeepOldSnapshots") is not None:
        yield f"   Number of Old Snapshots to Retain: {raft['KeepOldSnapshots']}"
    yield f"   Heartbeat Tick: {raft.get('HeartbeatTick', 0)}"
    yield f"   Election Tick: {raft.get('ElectionTick', 0)}"
    yield "  Dispatcher:"
    yield f"   Heartbeat Period: {_span((spec.get('Dispatcher') or {}).get('HeartbeatPeriod', 0))}"
    yield from _authority(spec.get("CAConfig") or {})
    yield f"  Autolock Managers: {shown((spec.get('EncryptionConfig') or {}).get('AutoLockManagers'))}"


def _authority(authority: Mapping[str, Any]) -> Iterator[str]:
    yield "  CA Configuration:"
    yield f"   Expiry Duration: {_span(authority.get('NodeCertExpiry', 0))}"
    yield f"   Force Rotate: {authority.get('ForceRotate', 0)}"
    certificate = authority.get("SigningCACert", "").strip()
    if certificate:
        yield f"   Signing CA Certificate: \n{certificate}\n"
    outside = authority.get("ExternalCAs") or ()
    if outside:
        yield "   External CAs:"
        yield from (f"     {each['Protocol']}: {each['URL']}" for each in outside)


def _span(nanoseconds: int) -> str:
    return age(nanoseconds / NANOSECONDS)
