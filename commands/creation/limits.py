"""What a container may use: memory, processors, processes, and its share of the disks."""

from __future__ import annotations

from typing import Any

from commands import api
from commands.api import WINDOWS
from commands.command import Command, flag
from commands.creation import numbers, rates
from commands.creation.rates import OCTET_RATES, TURN_RATES, WEIGHTS
from commands.creation.ulimits import ULIMIT, ulimits
from commands.creation.values import BYTES, CPUS, SWAP, UINT, UINT16, size

NO_SWAPPINESS = -1
MOST_SWAPPINESS = 100
_OF_WINDOWS = {"CpuCount": 0, "CpuPercent": 0, "IOMaximumIOps": 0, "IOMaximumBandwidth": 0}
KERNEL_MEMORY_UNTIL = "1.42"  # the API version from which the engine does not know it any more


class Limits(Command):
    """The flags about resources."""

    blkio_weight: int = flag(default=0, kind=UINT16, help="Weight among the users of the disks, from 10 to 1000")
    blkio_weight_device: tuple[str, ...] = flag(
        default=(), kind=WEIGHTS, shown="[]", help="Weight on one device, such as /dev/sda:500"
    )
    cpu_count: int | None = flag(default=None, since=WINDOWS, help="Only on Windows: how many processors")
    cpu_percent: int | None = flag(default=None, since=WINDOWS, help="Only on Windows: percent of the processors")
    cpu_period: int = flag(default=0, help="Length of the scheduler's period in microseconds")
    cpu_quota: int = flag(default=0, help="Microseconds of a processor in each period")
    cpu_rt_period: int = flag(default=0, help="Length of the real-time scheduler's period in microseconds")
    cpu_rt_runtime: int = flag(default=0, help="Microseconds of real time in each of its periods")
    cpu_shares: int = flag("-c", default=0, help="Weight among the users of the processors")
    cpus: str = flag(default="", kind=CPUS, help="How many processors at most, such as 1.5")
    cpuset_cpus: str = flag(default="", help="Which processors, such as 0-2 or 0,3")
    cpuset_mems: str = flag(default="", help="Which nodes of memory, such as 0-1")
    device_read_bps: tuple[str, ...] = flag(
        default=(), kind=OCTET_RATES, shown="[]", help="Bytes a second read from a device, such as /dev/sda:1mb"
    )
    device_read_iops: tuple[str, ...] = flag(
        default=(), kind=TURN_RATES, shown="[]", help="Reads a second of a device, such as /dev/sda:100"
    )
    device_write_bps: tuple[str, ...] = flag(
        default=(), kind=OCTET_RATES, shown="[]", help="Bytes a second written to a device, such as /dev/sda:1mb"
    )
    device_write_iops: tuple[str, ...] = flag(
        default=(), kind=TURN_RATES, shown="[]", help="Writes a second to a device, such as /dev/sda:100"
    )
    io_maxbandwidth: str | None = flag(
        default=None, kind=BYTES, since=WINDOWS, help="Only on Windows: bytes a second on the system's drive"
    )
    io_maxiops: int | None = flag(
        default=None, kind=UINT, since=WINDOWS, help="Only on Windows: turns a second on the system's drive"
    )
    kernel_memory: str = flag(default="", kind=BYTES, help="Memory of the kernel; newer engines do not know it")
    memory: str = flag("-m", default="", kind=BYTES, help="Memory at most, such as 512m")
    memory_reservation: str = flag(default="", kind=BYTES, help="Memory to be left with when there is little")
    memory_swap: str = flag(default="", kind=SWAP, help="Memory and swap together, -1 for as much swap as there is")
    memory_swappiness: int = flag(
        default=NO_SWAPPINESS, shown="-1", help="How readily its memory goes to swap, from 0 to 100"
    )
    oom_kill_disable: bool = flag(default=False, help="Let none of its processes be killed when memory runs out")
    oom_score_adj: int = flag(default=0, help="How readily they are killed then, from -1000 to 1000")
    pids_limit: int = flag(default=0, help="How many processes at most, -1 for no limit")
    shm_size: str = flag(default="", kind=BYTES, help="Size of /dev/shm, such as 128m")
    ulimit: tuple[str, ...] = flag(
        default=(), kind=ULIMIT, shown="[]", help="A limit of one process, such as nofile=1024:2048"
    )

    def check_swappiness(self) -> None:
        """Raise ValueError where it is out of range."""
        if not NO_SWAPPINESS <= self.memory_swappiness <= MOST_SWAPPINESS:
            raise ValueError(f"invalid value: {self.memory_swappiness}. Valid memory swappiness range is 0-100")

    def resources(self, version: str) -> dict[str, Any]:
        """The limits as a part of the HostConfig for an engine of this API."""
        return {**self._memory(version), **self._processors(), **self._disks(), **self._processes()}

    def _memory(self, version: str) -> dict[str, Any]:
        known = api.numbers(version) < api.numbers(KERNEL_MEMORY_UNTIL)
        kernel = size(self.kernel_memory) if known else 0
        return {
            "Memory": size(self.memory),
            "MemoryReservation": size(self.memory_reservation),
            "MemorySwap": size(self.memory_swap),
            "MemorySwappiness": self.memory_swappiness,
            "ShmSize": size(self.shm_size),
            **({"KernelMemory": kernel} if kernel else {}),
        }

    def _processors(self) -> dict[str, Any]:
        return {
            "CpuShares": self.cpu_shares,
            "NanoCpus": numbers.nano_cpus(self.cpus or "0"),
            "CpuPeriod": self.cpu_period,
            "CpuQuota": self.cpu_quota,
            "CpuRealtimePeriod": self.cpu_rt_period,
            "CpuRealtimeRuntime": self.cpu_rt_runtime,
            "CpusetCpus": self.cpuset_cpus,
            "CpusetMems": self.cpuset_mems,
            **_OF_WINDOWS,
        }

    def _disks(self) -> dict[str, Any]:
        return {
            "BlkioWeight": self.blkio_weight,
            "BlkioWeightDevice": rates.weights(self.blkio_weight_device),
            "BlkioDeviceReadBps": rates.octet_rates(self.device_read_bps),
            "BlkioDeviceWriteBps": rates.octet_rates(self.device_write_bps),
            "BlkioDeviceReadIOps": rates.turn_rates(self.device_read_iops),
            "BlkioDeviceWriteIOps": rates.turn_rates(self.device_write_iops),
        }

    def _processes(self) -> dict[str, Any]:
        return {
            "OomKillDisable": self.oom_kill_disable,
            "OomScoreAdj": self.oom_score_adj,
            "PidsLimit": self.pids_limit,
            "Ulimits": ulimits(self.ulimit),
        }
