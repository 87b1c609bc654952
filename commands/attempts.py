"""The same act on each of several objects: in turn or side by side, as docker does it, and what is told of it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

import requests
from docker.errors import APIError, DockerException

from commands.context import Target, daemon
from commands.reply import Errors, Reply, lines

AT_ONCE = 8  # objects of a line, where docker takes 50: each costs a thread and a connection here

Act = Callable[[Target], object]
Beside = Callable[[Callable[[], None]], bool]  # runs a job in another thread; False where none is free
_NOT_BEGUN = DockerException()


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """What docker's CLI says itself, without asking the engine; str() is its sentence."""


def each(targets: Iterable[Target], act: Act, look: str, beside: Beside | None = None) -> Reply:
    """Do it to all: go on after a refusal, name the successes, then the failures, each in the order of the line.

    In turn, or up to AT_ONCE side by side where beside is given; never slower than in turn, as this thread works too.
    Once a connection breaks nothing more is begun. What was asked and not answered may have happened: the reply is
    unknown, and look is the line that shows what came of it.
    """
    attempts = _Attempts(tuple(targets), act)
    if beside is not None:
        attempts.share(beside)
    return _told(attempts.targets, attempts.ends(), look)


def unanswered(what: str, look: str = "") -> Reply:
    """What is told of a change whose answer was lost; look is the line that shows what came of it."""
    text = lost_sentence([what], [], look)
    return Reply((Errors(f"{text}\n"),), failed=True, error=text, unknown=True)


class _Attempts:
    """The acts of one line; whoever works takes the next one, until none is left or a connection broke."""

    def __init__(self, targets: Sequence[Target], act: Act) -> None:
        self.targets = targets
        self._act = act
        self._left = deque(enumerate(targets))
        self._ends: dict[int, Exception | None] = {}
        self._under_way = 0
        self._changed = threading.Condition()

    def share(self, beside: Beside) -> None:
        """Let other threads take part, as far as there are free ones."""
        for _ in range(min(AT_ONCE, len(self.targets)) - 1):
            if not beside(self._work):
                return

    def ends(self) -> Mapping[int, Exception | None]:
        """Take part, wait for those under way, and give what came of each that was begun: None where it was done."""
        try:
            self._work()
            with self._changed:
                self._changed.wait_for(lambda: not self._under_way)
        finally:  # where this thread is interrupted, nobody goes on
            with self._changed:
                self._left.clear()
        return self._ends

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            at, target = taken
            end: Exception | None = None
            try:
                self._act(target)
            except Exception as error:  # noqa: BLE001 - told, or raised again, by the thread of the line
                end = error
            self._finish(at, end)

    def _take(self) -> tuple[int, Target] | None:
        with self._changed:
            if not self._left:
                return None
            self._under_way += 1
            return self._left.popleft()

    def _finish(self, at: int, end: Exception | None) -> None:
        with self._changed:
            self._ends[at] = end
            self._under_way -= 1
            if not isinstance(end, APIError | Refusal | None):
                self._left.clear()
            self._changed.notify_all()


def _told(targets: Iterable[Target], ends: Mapping[int, Exception | None], look: str) -> Reply:
    done: list[str] = []
    failed: list[str] = []
    lost: list[str] = []
    untried: list[str] = []
    for at, target in enumerate(targets):
        match ends.get(at, _NOT_BEGUN):
            case None:
                done.append(target.ref)
            case Refusal() as refusal:
                failed.append(str(refusal))
            case APIError() as error:
                failed.append(daemon(error))
            case requests.RequestException():
                lost.append(target.ref)
            case DockerException():  # there was no connection to ask by
                untried.append(target.ref)
            case bug:
                raise bug
    if lost:
        return lines(done) + _failed(failed, lost_sentence(lost, untried, look), unknown=True)
    down = [f"{error}\nNot tried: {', '.join(untried)}." for error in ends.values() if _is_down(error)]
    return lines(done) + _failed(failed, *down[:1])


def _is_down(error: Exception | None) -> bool:
    return isinstance(error, DockerException) and not isinstance(error, requests.RequestException)


def _failed(refused: Iterable[str], *broken: str, unknown: bool = False) -> Reply:
    """A reply of these lines, or one without any: the record keeps what broke, else the first refusal."""
    told = (*refused, *broken)
    if not told:
        return Reply()
    return Reply((Errors("".join(f"{line}\n" for line in told)),), True, (broken or told)[0], unknown=unknown)


def lost_sentence(lost: Iterable[str], untried: Sequence[str], look: str) -> str:
    """Which changes got no answer, which were not begun, and the line that shows how it is now."""
    rest = f" Not tried: {', '.join(untried)}." if untried else ""
    then = f"`{look}` shows how it is now." if look else "Look before you send it again."
    return f"No answer about {', '.join(lost)}: it may have been done, or not.{rest} {then}"
