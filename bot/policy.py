"""Who may do what, by a file that may be edited while slashdock runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from bot.policy_file import PolicyError
from bot.policy_judge import Policy
from bot.rule import Asker, Object
from bot.verdict import Allow, Deny, Hold
from commands.spec import Spec

__all__ = ["Allow", "Asker", "Deny", "Hold", "Object", "Policy", "PolicyError", "Reloading", "Rules"]

GRACE = 900  # seconds for which a file that became unreadable may leave its last good rules in force for changes

_WARNING = (
    "Attention: {path} cannot be read as it is now. Its last good rules are in force, for changes "
    f"{GRACE // 60} minutes long. Whoever keeps it can see why with: slashdock policy check"
)

log = logging.getLogger(__name__)

_Stamp = tuple[int, ...]


class Reloading:
    """The policy of a file, judged by as it stands now; raises PolicyError where it cannot be read at the start.

    When the file becomes unreadable later, its last good rules stay in force, for changes GRACE seconds long, and every
    answer says so. absent is the policy for as long as there has been no file; hosts are the engines' names, None: not
    checked.
    """

    def __init__(
        self,
        path: Path,
        specs: Iterable[Spec],
        absent: Policy | None = None,
        hosts: frozenset[str] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._specs = tuple(specs)
        self._hosts = hosts
        self._monotonic = monotonic
        self._turn = threading.Lock()
        self._fault = ""
        self._since = 0.0
        self._stamp = _stamp(path)
        if self._stamp is None and absent is not None:
            self._good = absent
        else:
            self._good = self._load()

    def current(self) -> Policy:
        """The policy as the file has it now."""
        with self._turn:
            stamp = _stamp(self._path)
            if stamp != self._stamp:
                self._stamp = stamp
                self._reload()
            if self._fault and self._monotonic() - self._since > GRACE:
                return self._good.locked_for(
                    f"Nothing is changed until {self._path} can be read again: {self._fault}. "
                    "Whoever keeps it must put that right."
                )
            return self._good

    def _reload(self) -> None:
        try:
            self._good = self._load()
        except PolicyError as error:
            if not self._fault:
                self._since = self._monotonic()
            self._fault = "; ".join(error.faults)
            self._good = replace(self._good, warning=_WARNING.format(path=self._path))
            log.error("the policy cannot be read; its last good rules stay in force: %s", self._fault)  # noqa: TRY400
        else:
            self._fault = ""
            log.info("the policy was read anew from %s", self._path)

    def _load(self) -> Policy:
        try:
            return Policy.load(self._path, self._specs, self._hosts)
        except OSError as error:
            raise PolicyError((f"{self._path} cannot be read: {error.strerror}",)) from error


Rules = Policy | Reloading


def _stamp(path: Path) -> _Stamp | None:
    """What differs when a file was written or replaced; None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino
