"""docker update."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from commands import wire
from commands.aftermath import Fate, Past
from commands.command import flag
from commands.container import fates
from commands.container.several import Several
from commands.context import Context
from commands.creation import numbers
from commands.creation.process import restart_policy
from commands.creation.values import BYTES, CPUS, SWAP, UINT16, size
from commands.reply import Reply, lines
from commands.spec import Permission
from commands.target import Target

_JUDGED = {"Memory", "MemorySwap", "PidsLimit", "CpuRealtimeRuntime"}
_NO_POLICY = restart_policy("")
_NOTHING = "you must provide one or more flags when using this command"


class Update(Several, name="container update", alias="update", permission=Permission.CHANGE):
    """Change what containers may use, while they run."""

    blkio_weight: int | None = flag(default=None, kind=UINT16, help="Weight among the users of the disks, 10 to 1000")
    cpu_period: int | None = flag(default=None, help="Length of the scheduler's period in microseconds")
    cpu_quota: int | None = flag(default=None, help="Microseconds of a processor in each period")
    cpu_rt_period: int | None = flag(default=None, help="Length of the real-time scheduler's period in microseconds")
    cpu_rt_runtime: int | None = flag(default=None, help="Microseconds of real time in each of its periods")
    cpu_shares: int | None = flag("-c", default=None, help="Weight among the users of the processors")
    cpus: str | None = flag(default=None, kind=CPUS, help="How many processors at most, such as 1.5")
    cpuset_cpus: str | None = flag(default=None, help="Which processors, such as 0-2 or 0,3")
    cpuset_mems: str | None = flag(default=None, help="Which nodes of memory, such as 0-1")
    kernel_memory: str | None = flag(
        default=None, kind=BYTES, help="Memory of the kernel; newer engines do not know it"
    )
    memory: str | None = flag("-m", default=None, kind=BYTES, help="Memory at most, such as 512m")
    memory_reservation: str | None = flag(default=None, kind=BYTES, help="Memory to be left with when there is little")
    memory_swap: str | None = flag(
        default=None, kind=SWAP, help="Memory and swap together, -1 for as much swap as there is"
    )
    pids_limit: int | None = flag(default=None, help="How many processes at most, -1 for no limit")
    restart: str | None = flag(default=None, help="When to start it again: no, always, on-failure:3, unless-stopped")

    def problem(self) -> str | None:
        """Docker's refusals of a line without any flag and of a policy that is none."""
        if all(value is None for value in self._given().values()):
            return _NOTHING
        try:
            restart_policy(self.restart or "")
        except ValueError as error:
            return str(error)
        return super().problem()

    def alters(self) -> Mapping[str, Any]:
        """What it may use from then on; to the engine nothing is said by a 0."""
        said = {key: value for key, value in self._body().items() if value and key in _JUDGED}
        return {"HostConfig": said}

    def became(self, past: Past) -> Iterable[Fate]:
        """Whether each has the limits that the line says."""
        said = {key: value for key, value in self._body().items() if value and value != _NO_POLICY}
        return fates.each(past, fates.limited(said))

    def run(self, ctx: Context) -> Reply:
        """Ask the engine for one after the other; its warnings come at the end."""
        body = self._body()
        warnings: list[str] = []

        def act(target: Target) -> None:
            told = wire.send(ctx.patient, "/containers/{0}/update", ctx.id(target), body=body)
            warnings.extend(told.get("Warnings") or ())

        return self.each(act) + lines(warnings)

    def _given(self) -> dict[str, Any]:
        return {flag.field: getattr(self, flag.field) for flag in self.spec.flags if not flag.universal}

    def _body(self) -> dict[str, Any]:
        return {
            "BlkioWeight": self.blkio_weight or 0,
            "CpuPeriod": self.cpu_period or 0,
            "CpuQuota": self.cpu_quota or 0,
            "CpuRealtimePeriod": self.cpu_rt_period or 0,
            "CpuRealtimeRuntime": self.cpu_rt_runtime or 0,
            "CpuShares": self.cpu_shares or 0,
            "CpusetCpus": self.cpuset_cpus or "",
            "CpusetMems": self.cpuset_mems or "",
            "KernelMemory": size(self.kernel_memory or ""),
            "Memory": size(self.memory or ""),
            "MemoryReservation": size(self.memory_reservation or ""),
            "MemorySwap": size(self.memory_swap or ""),
            "NanoCpus": numbers.nano_cpus(self.cpus or "0"),
            "RestartPolicy": restart_policy(self.restart or ""),
            **({"PidsLimit": self.pids_limit} if self.pids_limit else {}),
        }
