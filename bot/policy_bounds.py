"""[run], [limits], [answers] and [quiet], read and checked."""

from __future__ import annotations

import ipaddress
import posixpath
import re
from collections.abc import Iterator

from bot.bounds import KEPT, Rates, RunLimits
from bot.cron import timezone
from bot.quiet import Quiet
from bot.quiet import hours as quiet_hours
from bot.toml_lines import Key
from bot.toml_reading import Reading, Table

_FOLDER = re.compile(r"(?P<folder>(/[^/:\0]+)+)(:(?P<mode>ro|rw))?")
_PORTS = re.compile(r"((?P<address>[0-9.]+|\[[0-9a-fA-F:]+\]):)?(?P<first>\d{1,5})(-(?P<last>\d{1,5}))?")
_ANYWHERE = "0.0.0.0"  # noqa: S104 - what a range without an address stands for
_MOST = 65_535  # the last port
_RUN = ("binds", "networks", "ports", "memory_max", "pids_max")
_LIMITS = ("reads", "changes", "burst", "all_reads", "all_changes", "all_burst", "waiting")


def run(reading: Reading, document: Table) -> RunLimits:
    """[run]: what containers may be given without the class root."""
    table, key = reading.table(document, ("run",)), ("run",)
    reading.keys(table, key, _RUN)
    return RunLimits(
        tuple(_binds(reading, table, (*key, "binds"))),
        reading.words(table, (*key, "networks")) if "networks" in table else None,
        tuple(_ports(reading, table, (*key, "ports"))) if "ports" in table else None,
        reading.bytes(table, (*key, "memory_max")),
        reading.count(table, (*key, "pids_max")),
    )


def rates(reading: Reading, document: Table) -> Rates:
    """[limits]: how fast people may ask."""
    table, key, usual = reading.table(document, ("limits",)), ("limits",), Rates()
    reading.keys(table, key, _LIMITS)
    return Rates(
        reading.number(table, (*key, "reads"), usual.reads),
        reading.number(table, (*key, "changes"), usual.changes),
        reading.count(table, (*key, "burst")) or usual.burst,
        reading.number(table, (*key, "all_reads"), usual.all_reads),
        reading.number(table, (*key, "all_changes"), usual.all_changes),
        reading.count(table, (*key, "all_burst")) or usual.all_burst,
        reading.count(table, (*key, "waiting")) or usual.waiting,
    )


def kept(reading: Reading, document: Table) -> float:
    """[answers]: for how many seconds answers are kept."""
    table, key = reading.table(document, ("answers",)), ("answers",)
    reading.keys(table, key, ("kept",))
    return reading.seconds(table, (*key, "kept")) or KEPT


def recorded(reading: Reading, document: Table) -> bool:
    """[sessions]: whether they are recorded."""
    table, key = reading.table(document, ("sessions",)), ("sessions",)
    reading.keys(table, key, ("record",))
    found = table.get("record", False)
    if not isinstance(found, bool):
        reading.fault((*key, "record"), "expected true or false")
    return found is True


def quiet(reading: Reading, document: Table) -> Quiet:
    """[quiet]: when what can wait does; its hosts are checked by whoever knows them."""
    table, key = reading.table(document, ("quiet",)), ("quiet",)
    reading.keys(table, key, ("hours", "zone", "hosts"))
    told = reading.words(table, (*key, "hours"), needed=bool(table))
    for word in told:
        if quiet_hours(word) is None:
            reading.fault((*key, "hours"), f"expected hours such as '22:00-07:00' and no {word!r}", word)
    zone = reading.word(table, (*key, "zone")) or "UTC"
    try:
        timezone(zone)
    except ValueError as error:
        reading.fault((*key, "zone"), f"{zone!r} {error}", zone)
        zone = "UTC"
    found = (quiet_hours(word) for word in told)
    hosts = reading.words(table, (*key, "hosts"), needed=False)
    return Quiet(tuple(each for each in found if each is not None), zone, frozenset(hosts))


def _binds(reading: Reading, table: Table, key: Key) -> Iterator[tuple[str, bool]]:
    for word in reading.words(table, key, needed=False):
        found = _FOLDER.fullmatch(word)
        if found is None or posixpath.normpath(found["folder"]) != found["folder"]:
            reading.fault(
                key, f"{word!r} is no folder of the host by its whole path, such as /srv/data or /srv/data:ro", word
            )
        else:
            yield found["folder"], found["mode"] != "ro"


def _ports(reading: Reading, table: Table, key: Key) -> Iterator[tuple[str, range]]:
    for word in reading.words(table, key, needed=False):
        found = _PORTS.fullmatch(word)
        first, last = (int(found["first"]), int(found["last"] or found["first"])) if found else (0, 0)
        address = (found["address"] or _ANYWHERE).strip("[]") if found else ""
        if not (0 < first <= last <= _MOST) or not _is_address(address):
            reading.fault(key, f'{word!r} is no range of ports such as "8000-8999" or "127.0.0.1:8000-8999"', word)
        else:
            yield address, range(first, last + 1)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
