"""The same act on each of several objects: in turn or side by side, as docker does it, and what is told of it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from docker.errors import APIError, DockerException

from commands import wire
from commands.engine_errors import daemon
from commands.reply import Errors, Reply, failure, lines
from commands.target import Target

AT_ONCE = 8  # objects of a line, where docker takes 50: each costs a thread and a connection here

Act = Callable[[Target], object]
_Taken = tuple[int, Target]  # its place in the line
Beside = Callable[[Callable[[], None]], bool]  # runs a job in another thread; False where none is free
_NOT_BEGUN = DockerException()


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """What docker's CLI says itself, without asking the engine; str() is its sentence."""


class Untouched(Refusal):
    """The same where it is sure that nothing was done, and nothing asked."""


class Cancelled(Refusal):
    """Somebody ended it; known is what is known of it then, unknown whether it may have been done all the same."""

    def __init__(self, ended: str, known: str, *, unknown: bool = False) -> None:
        super().__init__(f"Cancelled: {ended} {known}")
        self.ended = ended
        self.known = known
        self.unknown = unknown


class Remark(Exception):  # noqa: N818 - an answer, not a fault
    """What docker's CLI says on standard error without failing, as with --force; nothing where str() is empty."""


class Interrupted(Exception):  # noqa: N818 - the cause is the fault
    """A bug of ours, which is the cause, ended the line; reply is what came of the objects until then."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("a line was ended by a bug")
        self.reply = reply


def each(targets: Iterable[Target], act: Act, look: str, beside: Beside | None = None) -> Reply:
    """Do it to all: go on after a refusal, name the successes, then the failures, each in the order of the line.

    In turn, or up to AT_ONCE side by side where beside is given; never slower than in turn, as this thread works too.
    Once a connection breaks nothing more is begun. What was asked and not answered may have happened: the reply is
    unknown, and look is the line that shows what came of it. Raises Interrupted where an act fails by a bug.
    """
    attempts = _Attempts(tuple(targets), act)
    if beside is not None:
        attempts.share(beside)
    return _told(attempts.targets, attempts.ends(), look)


def cancelled(ended: str, known: str) -> Reply:
    """What is told of a work that somebody ended, and what is known of it."""
    text = f"Cancelled: {ended} {known}"
    return Reply((Errors(f"{text}\n"),), failed=True, error=text, cancelled=True)


def refused(error: Exception) -> Reply:
    """What is told of a refusal, also where that is somebody who ended it."""
    if isinstance(error, Cancelled):
        return replace(cancelled(error.ended, error.known), unknown=error.unknown)
    return failure(str(error))


def unanswered(what: str, look: str = "") -> Reply:
    """What is told of a change whose answer was lost; look is the line that shows what came of it."""
    text = lost_sentence([what], [], look)
    return Reply((Errors(f"{text}\n"),), failed=True, error=text, unknown=True)


class _Attempts:
    """The acts of one line; whoever works takes the next one, until none is left or a connection broke.

    A thread beside the line's own that cannot connect gives its act back and leaves: it says nothing of the others.
    """

    def __init__(self, targets: Sequence[Target], act: Act) -> None:
        self.targets = targets
        self._act = act
        self._left = deque(enumerate(targets))
        self._ends: dict[int, Exception | None] = {}
        self._under_way = 0
        self._over = False
        self._changed = threading.Condition()

    def share(self, beside: Beside) -> None:
        """Let other threads take part, as far as there are free ones."""
        for _ in range(min(AT_ONCE, len(self.targets)) - 1):
            if not beside(self._help):
                return

    def ends(self) -> Mapping[int, Exception | None]:
        """Take part, wait for those under way, and give what came of each that was begun: None where it was done."""
        try:
            while (taken := self._take(wait=True)) is not None:
                self._finish(taken, self._tried(taken))
        finally:  # where this thread is interrupted, nobody goes on
            with self._changed:
                self._over = True
        return self._ends

    def _help(self) -> None:
        while (taken := self._take(wait=False)) is not None:
            end = self._tried(taken)
            if _is_down(end):
                self._give_back(taken)
                return
            self._finish(taken, end)

    def _tried(self, taken: _Taken) -> Exception | None:
        try:
            self._act(taken[1])
        except Exception as error:  # noqa: BLE001 - told, or raised again, by the thread of the line
            return error
        return None

    def _take(self, *, wait: bool) -> _Taken | None:
        """The next one; whoever waits for those under way takes up what is given back."""
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: not self._under_way or (self._left and not self._over))
            if not self._left or self._over:
                return None
            self._under_way += 1
            return self._left.popleft()

    def _give_back(self, taken: _Taken) -> None:
        with self._changed:
            self._left.appendleft(taken)
            self._under_way -= 1
            self._changed.notify_all()

    def _finish(self, taken: _Taken, end: Exception | None) -> None:
        with self._changed:
            self._ends[taken[0]] = end
            self._under_way -= 1
            self._over = self._over or wire.lost(end) or not isinstance(end, APIError | Refusal | Remark | None)
            self._changed.notify_all()


def _told(targets: Iterable[Target], ends: Mapping[int, Exception | None], look: str) -> Reply:
    done: list[str] = []
    failed: list[str] = []
    said: list[str] = []
    lost: list[str] = []
    untried: list[str] = []
    bugs: list[Exception] = []
    for at, target in enumerate(targets):
        match ends.get(at, _NOT_BEGUN):
            case None:
                done.append(target.ref)
            case Refusal() as refusal:
                failed.append(str(refusal))
            case Remark() as remark:
                said += filter(None, [str(remark)])
            case error if wire.lost(error):
                lost.append(target.ref)
            case APIError() as error:
                failed.append(daemon(error))
            case DockerException():  # there was no connection to ask by
                untried.append(target.ref)
            case bug:
                lost.append(target.ref)
                bugs.append(bug)
    remarks = Reply((Errors("".join(f"{line}\n" for line in said)),)) if said else Reply()
    if lost:
        reply = lines(done) + remarks + _failed(failed, lost_sentence(lost, untried, look), unknown=True)
        if bugs:
            raise Interrupted(reply) from bugs[0]
        return reply
    down = [f"{error}\nNot tried: {', '.join(untried)}." for error in ends.values() if _is_down(error)]
    return lines(done) + remarks + _failed(failed, *down[:1])


def _is_down(error: Exception | None) -> bool:
    """Whether there was no connection to ask by, so that nothing was asked."""
    return isinstance(error, DockerException) and not isinstance(error, APIError)


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
