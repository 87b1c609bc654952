"""What a command's run() is given: the engine, the objects that its line names, and a little of the bot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from docker.api.client import APIClient

from commands.allowances import Allowances
from commands.container.recent import Recent
from commands.credentials import Credentials, NoCredentials
from commands.filing import Drafts, unwritten
from commands.live import Begin, Enter, Streaming, Work, nowhere, uncancelled, unentered
from commands.reply import Reply
from commands.seen import Seen, Visible
from commands.spec import Spec
from commands.target import Found, Missing, Target
from commands.uploads import NoUploads, Uploads

if TYPE_CHECKING:
    from commands.cleanup.memory import Cleanups
    from commands.consents import Consents
    from commands.outside import Outside
    from commands.samples import Samples
    from commands.timetable import Timetable
    from commands.upkeep import Upkeep


class Decision(StrEnum):
    """What the policy says of a line: yes, yes once others agree, no; or that nobody can say, which UNKNOWN is."""

    ALLOW = "allow"
    HOLD = "hold"
    DENY = "deny"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """What would become of a line, and why.

    missing is what the engine says of names that nothing has, approvals the names of those that it would wait for.
    """

    decision: Decision
    reason: str
    missing: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """What the policy says of whoever asks, here.

    person is empty for somebody whom it knows by a group alone; groups gives the roles of each user group that they are
    in; channels is where slashdock listens, None for everywhere; classes and verbs are those that some rule of theirs
    names, some of them once others agree.
    """

    id: str
    person: str
    accounts: tuple[str, ...]
    roles: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    granted: tuple[str, ...]
    channels: tuple[str, ...] | None
    channel: str
    classes: tuple[str, ...]
    verbs: tuple[str, ...]


class Bot(Protocol):
    """What the bot's own verbs (help, audit, schedule, cleanup) may ask of it."""

    def specs(self) -> Iterable[Spec]:
        """Every verb that the asker may use, in order of name."""

    def audit(self, *, number: int | None, filters: Mapping[str, tuple[str, ...]], limit: int) -> list[dict[str, Any]]:
        """Recorded actions, newest first; one action with all its events where a number is given."""

    def counted(self, filters: Mapping[str, tuple[str, ...]], limit: int) -> Iterable[Mapping[str, Any]]:
        """The newest actions: actor, duration_ms, host, number, origin, person, status and verb of each."""

    def archived(self, number: int) -> str:
        """The archive that an old action was moved to; empty where it was not, or the asker may not know."""

    def verified(self, heads: tuple[str, ...]) -> Mapping[str, Any]:
        """The whole record checked: wrong (None: nothing), events, heads (how many were published) and its own head.

        heads are some that were published, as EVENT:HASH; raises Refusal where one is not written so.
        """

    def output(self, number: int | None) -> tuple[int, Reply] | None:
        """What was answered under a number, or to the asker's own last line; None where they cannot be shown it."""

    def ended(self, number: int | None) -> Mapping[str, Any] | None:
        """One action that the asker may read; without a number the last of their own that was not simply done."""

    def verdict(self, line: str) -> Verdict:
        """What would become of this line if the asker sent it now; nothing is run."""

    def standing(self) -> Standing:
        """Who the asker is to the policy."""

    def roles(self) -> list[Mapping[str, Any]]:
        """The rules of the roles that the asker may know of: role, verbs, on, where, once, line, people."""

    def living_in(self) -> Mapping[str, frozenset[str]]:
        """The containers, in any state, that live in a namespace of another or are linked to it; by its full id."""

    @property
    def upkeep(self) -> Upkeep:
        """The maintenance of hosts."""

    @property
    def timetable(self) -> Timetable:
        """What runs by the clock."""

    @property
    def streams(self) -> Streaming:
        """The lines that live on."""

    @property
    def samples(self) -> Samples:
        """What was kept of the engine and its containers over time."""

    @property
    def consents(self) -> Consents:
        """What waits for consent, and roles for a time."""

    @property
    def cleanups(self) -> Cleanups:
        """The policies of cleanups, and what is remembered for them."""


@dataclass(frozen=True)
class Context:
    """Everything run() may use.

    barred says that a rule denies this other verb on an object, or wants more consent for it than the line has; could
    whether the rules let the asker do this other verb to it, with consent or without.
    sees_all says that nothing is hidden from the asker, and that the verb reaches all of it, so that what is gone need
    not be judged by what is left; sees_every, that nothing is hidden that could be of a kind. lends says of an image
    whether a build may take its layers: whether the rules let the line reach it, protected or not.
    quick and slow give this thread's clients, and raise DockerException where the engine does not answer; now is epoch
    seconds; beside runs a job in another thread, with clients of its own, and is False where none is free.

    exceeds says of a container's inspect why it gives more than the line asked for, empty where it does not. given is
    what was filled into the command's form. progress shows whoever waits how far it is: the whole text each time. live
    begins something that lives on until it ends or somebody ends it, session the same with somebody who types into it;
    both raise Refusal where there are too many, or nobody can type. watched: somebody is shown how it goes on, so that
    what has no end of its own may live. work begins what may be cancelled: progress has a button for that while it
    lasts. draft begins a file that the answer will give.
    credentials are the logins at registries, which all who use the bot share. claim writes down at once that the asker
    made what has these ids, as in Reply.made, and note what tells later how it ended; both raise Refusal where that
    cannot be written. retain has what a line found out outlive an end of slashdock where the line does, as far as it
    can be written, and recall gives what it had found out before. trace are the labels that what is made gets beside
    those of the line. outside hears of all that is read of slashdock's own machine, or fetched from an address; uploads
    are files that people gave to the chat.
    bringing lasts while layers of images come to the host or leave it, so that nothing is cleaned up there meanwhile;
    it waits for a removal, and raises Untouched. recent is what was looked up of containers a moment ago.
    """

    quick: Callable[[], APIClient]
    slow: Callable[[], APIClient]
    found: Mapping[Target, Found | Missing]
    visible: Visible  # whether the line may do to it what it does
    reaches: Visible  # the same, with no more consent than the line has
    why: Callable[[Seen], str]  # the reason of the policy's verdict on it
    may: Callable[[Found], bool]  # the same as visible, by all that is known of it
    sees: Visible  # whether the asker may know of it, whatever the line does
    now: float
    host: str
    person: str
    bot: Bot
    outside: Outside
    beside: Callable[[Callable[[], None]], bool] = lambda _job: False
    exceeds: Callable[[Mapping[str, Any]], str] = lambda _details: ""
    given: Mapping[str, str] = field(default_factory=dict)
    progress: Callable[[str], None] = lambda _text: None
    live: Begin = nowhere
    watched: bool = False
    work: Work = uncancelled
    session: Enter = unentered
    draft: Drafts = unwritten
    credentials: Credentials = field(default_factory=NoCredentials)
    allowances: Allowances = field(default_factory=Allowances)
    barred: Callable[[str, Seen], bool] = lambda _verb, _seen: False
    could: Callable[[str, Found], bool] = lambda _verb, _found: False
    sees_all: Callable[[], bool] = lambda: False
    sees_every: Callable[[str], bool] = lambda _kind: False
    lends: Visible = lambda _seen: False
    claim: Callable[[Iterable[str]], None] = lambda _ids: None
    note: Callable[[Mapping[str, str]], None] = lambda _facts: None
    retain: Callable[[Mapping[str, str]], None] = lambda _facts: None
    recall: Callable[[], Mapping[str, str]] = dict
    trace: Mapping[str, str] = field(default_factory=dict)
    bringing: Callable[[], AbstractContextManager[None]] = nullcontext
    uploads: Uploads = field(default_factory=NoUploads)
    recent: Recent = field(default_factory=Recent)

    def auth(self, registry: str) -> str:
        """The value of X-Registry-Auth for a registry's host, empty where nobody logged in there."""
        return self.credentials.auth(registry)

    @property
    def docker(self) -> APIClient:
        """The engine, for what it answers within seconds."""
        return self.quick()

    @property
    def patient(self) -> APIClient:
        """The engine, for what takes minutes."""
        return self.slow()

    def look(self, target: Target) -> Found:
        """The object behind a name of the line, as it was when the line was judged; raises the engine's APIError."""
        found = self.found[target]
        if isinstance(found, Missing):
            raise found.error
        return found

    def id(self, target: Target) -> str:
        """The full id behind a name of the line; raises the engine's APIError."""
        return self.look(target).id
