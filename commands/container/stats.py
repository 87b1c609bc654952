"""docker stats."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial

import requests
from docker.errors import APIError

from commands import wire
from commands.command import Command, args, flag
from commands.container import ls, watching
from commands.container.sampling import Sample, samples
from commands.container.several import NAMELESS
from commands.container.watching import Look
from commands.context import Context
from commands.enduring import asking
from commands.engine_errors import daemon
from commands.listing import FORMAT, listed, short
from commands.live import ENDLESS, Ending
from commands.reply import Reply, failure, note
from commands.spec import Permission
from commands.target import Missing, Target
from commands.template import Row
from commands.units import binary_size, size

HEADERS = {
    "Container": "CONTAINER",
    "Name": "NAME",
    "ID": "CONTAINER ID",
    "CPUPerc": "CPU %",
    "MemUsage": "MEM USAGE / LIMIT",
    "MemPerc": "MEM %",
    "NetIO": "NET I/O",
    "BlockIO": "BLOCK I/O",
    "PIDs": "PIDS",
}
TABLE = r"table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}"
Use = Callable[[Iterable[str]], Mapping[str, Sample | Exception]]
_ONCE = "One look; send it again for the next."
_OLD = "This look is {:.0f} s old; send it again for the next."
OLD = 1.0  # seconds from which it is said how old a look is; what the engine measures takes as long
_SILENT = "The engine gave no figures of {} in time."


class Stats(
    Command, name="container stats", alias="stats", permission=Permission.SEE, filtered=True, does="container ls"
):
    """Show what containers use of processors, memory, network and disks.

    Without a name all that run are shown. Each look is measured over a second; it goes on until none of them runs, or
    somebody stops it. With --no-stream, and by the clock, it is one look.
    """

    containers: tuple[str, ...] = args("CONTAINER", required=False)
    all: bool = flag("-a", default=False, help="Also those that do not run")
    format: str = flag(default="", help=f"{FORMAT} (.Name .ID .CPUPerc .MemUsage .MemPerc .NetIO .BlockIO .PIDs)")
    no_stream: bool = flag(default=False, help="One look")
    no_trunc: bool = flag(default=False, help="Nothing cut short")

    def targets(self) -> tuple[Target, ...]:
        """The containers of the line that have a name."""
        return tuple(Target("container", ref) for ref in self._refs() if ref.strip())

    def run(self, ctx: Context) -> Reply:
        """Look at all at once, those that the asker may see; one that is not there is docker's error."""
        if ctx.watched and not self.no_stream:
            return watching.shown(ctx, lambda live, first: self._look(ctx, live, first=first))
        began = time.monotonic()
        look = self._look(ctx, ENDLESS, first=True, kept=True)
        if look.reply.failed:
            return look.reply
        reply = look.reply if self.no_stream else look.reply + note(_ONCE)
        age = began - min((each.at for each in look.samples.values()), default=math.inf)
        return reply + note(_OLD.format(age)) if age >= OLD else reply

    def _look(self, ctx: Context, ending: Ending, *, first: bool, kept: bool = False) -> Look:
        """One look, or one of a moment ago; raises what the client does where the engine is not there."""
        told: dict[str, Sample | Exception] = {}
        use = partial(samples, ctx, ending=ending, kept=kept)
        reply = self._named(ctx, told, use, first=first) if self.containers else self._listed(ctx, told, use, ending)
        lost = [each for each in told.values() if isinstance(each, requests.RequestException) and wire.lost(each)]
        if lost and len(lost) == len(told):
            raise lost[0]
        running = {id_: each for id_, each in told.items() if isinstance(each, Sample) and each.runs}
        return Look(reply, running, restarts=not running and _restarts(ctx, list(told), ending))

    def _refs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.containers))

    def _named(self, ctx: Context, told: dict[str, Sample | Exception], use: Use, *, first: bool) -> Reply:
        """Those of the line; told is filled with what they use, by their ids. One that goes later is shown as gone."""
        looked = {ref: ctx.found.get(Target("container", ref)) for ref in self._refs()}
        ids = [each.id for each in looked.values() if each and not isinstance(each, Missing)]
        told |= use(ids)
        rows, errors = [], []
        for ref, found in looked.items():
            if found is None:
                errors.append(NAMELESS)
            elif isinstance(found, Missing):
                errors.append(daemon(found.error))
            elif isinstance(sample := told[found.id], Sample) or not first:
                rows.append(self._row(ref, sample))
            else:
                errors.append(_why(sample, ref))
        return failure("\n".join(errors)) if errors else self._table(rows)

    def _listed(self, ctx: Context, told: dict[str, Sample | Exception], use: Use, ending: Ending) -> Reply:
        """Those that the asker may see; told is filled as above."""
        params: wire.Params = {"all": 1} if self.all else {}
        with asking(ctx.quick, ending) as client:
            there = wire.get(client, "/containers/json", params=params)
        found = [each for each in there if ls.visible(ctx, each)]
        told |= use([each["Id"] for each in found])
        rows = [self._row(short(each["Id"]), told[each["Id"]]) for each in found]
        return self._table(rows)

    def _table(self, rows: list[Row]) -> Reply:
        return listed(rows, TABLE if self.format in {"", "table"} else self.format, HEADERS)

    def _row(self, ref: str, sample: Sample | Exception) -> Row:
        return Row("*container.statsContext", {"Container": ref, **self._cells(sample)})

    def _cells(self, sample: Sample | Exception) -> dict[str, str]:
        if isinstance(sample, Exception):
            return dict.fromkeys(HEADERS.keys() - {"Container"}, "--") | {"ID": "", "MemUsage": "-- / --"}
        return {
            "Name": sample.name or "--",
            "ID": sample.id if self.no_trunc else short(sample.id),
            "CPUPerc": f"{sample.processor:.2f}%",
            "MemUsage": f"{binary_size(sample.memory)} / {binary_size(sample.limit)}",
            "MemPerc": f"{sample.share:.2f}%",
            "NetIO": f"{size(sample.received)} / {size(sample.sent)}",
            "BlockIO": f"{size(sample.read)} / {size(sample.written)}",
            "PIDs": str(sample.tasks),
        }


def _restarts(ctx: Context, ids: list[str], ending: Ending) -> bool:
    """Whether one of them is about to run again."""
    params: wire.Params = {"filters": json.dumps({"id": ids, "status": ["restarting"]})}
    if not ids:
        return False
    with asking(ctx.quick, ending) as client:
        return bool(wire.get(client, "/containers/json", params=params))


def _why(error: Exception, ref: str) -> str:
    if isinstance(error, APIError):
        return daemon(error)
    silent = isinstance(error, TimeoutError | requests.RequestException)
    return _SILENT.format(ref) if silent else str(error)
