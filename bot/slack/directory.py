"""What Slack says of a person just now: their standing, their groups, their time zone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from bot.clock import Clock
from bot.request import Actor, Member
from bot.slack.channels import SHORTLY, Channels, Reach
from bot.slack.connection import Connection
from bot.slack.said import NotNow, Refused, Unsure, told

FRESH = 60  # seconds that an answer may be old where a request only reads
REMEMBERED = 1_000  # people; more than that are asked anew
METHOD = "users.info"
GROUPS = "usergroups.list"
UNKNOWN = frozenset({"user_not_found", "user_not_visible"})  # what Slack says where there is no such person for us
MISSING_SCOPE = "missing_scope"
SHARED = (
    "This channel is shared with another organisation, or is about to be, and slashdock does not work in such "
    "channels. Nothing was done; ask in another channel, or in a direct message."
)
LEFT = "You are not in the channel {}, and what the clock runs there is for those who are. Nothing was done."
CLOSED = "The channel {} is archived, and nothing is run there by the clock. Nothing was done."
UNSEEN = (
    "slashdock cannot see who is in the channel {}: it is gone, or slashdock is not in it, so nothing is run there "
    "by the clock. Nothing was done; invite it with `/invite`, or do this elsewhere, as in a direct message to it."
)

log = logging.getLogger(__name__)

Groups = Mapping[str, frozenset[str]]


class SlackDirectory:
    """Asks Slack, and remembers what it said for a minute; whoever it cannot vouch for may do nothing."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._client = connection.client
        self._identity = connection.identity
        self._clock = clock
        self._channels = Channels(connection, clock)
        self._lock = threading.Lock()
        self._people: dict[str, tuple[float, Member]] = {}
        self._groups: tuple[float, Groups | None] = (float("-inf"), None)

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:
        """The person's state, at most 60 s old, or asked anew where fresh.

        channel is where they ask, if in one: refused where it is shared with another organisation.
        """
        return self._there(self._member(actor, 0 if fresh else FRESH), channel, self._refused_there)

    def by_clock(self, actor: Actor, channel: str = "") -> Member:
        """The person's state for what the clock runs, at most 5 s old: refused, too, where they are not there now."""
        return self._there(self._member(actor, SHORTLY), channel, lambda place: self._gone(actor.id, place))

    @staticmethod
    def _there(member: Member, channel: str, refused: Callable[[str], str]) -> Member:
        """The same, unless something there is against it, or Slack does not say."""
        if not channel or member.refused is not None:
            return member
        try:
            reason = refused(channel)
        except (NotNow, Refused, Unsure) as error:
            log.warning("a request was refused: Slack does not say who reads %s (%s)", channel, error)
            return Member(refused=_unsaid(error), unsaid=True)
        return Member(refused=reason) if reason else member

    def _refused_there(self, channel: str) -> str:
        return SHARED if self._channels.reach(channel) is Reach.SHARED else ""

    def _gone(self, user: str, channel: str) -> str:
        """Why nothing is run there by the clock for them; empty where it is."""
        reach = self._channels.reach(channel)
        if reach is Reach.SHARED:
            return SHARED
        if reach is Reach.CLOSED:
            return CLOSED.format(channel)
        members = self._channels.members(channel) if reach is Reach.OWN else frozenset()
        if not members:
            return UNSEEN.format(channel)
        return "" if user in members else LEFT.format(channel)

    def _member(self, actor: Actor, age: float) -> Member:
        """Their state, asked for less than so many seconds ago."""
        if actor.team and actor.team != self._identity.team:
            return Member(refused="You belong to another workspace, and only this one's members may use slashdock.")
        now = self._clock.now()
        with self._lock:
            asked, member = self._people.get(actor.id, (float("-inf"), Member()))
        if 0 <= now - asked < age:
            return member
        try:
            with told(METHOD):
                member = self._judged(actor.id, self._client.users_info(user=actor.id)["user"], now, age)
        except Refused as refusal:
            return self._unknown(actor.id, refusal.code, unsaid=refusal.code not in UNKNOWN)
        except (NotNow, Unsure) as error:
            return self._unknown(actor.id, str(error), unsaid=True)
        if member.ungrouped:
            self._forget(actor.id)
        else:
            self._remember(actor.id, now, member)
        return member

    def _judged(self, user: str, person: Mapping[str, Any], now: float, age: float) -> Member:
        refused = self._refused(person)
        if refused is not None:
            return Member(refused=refused)
        groups, zone = self._all_groups(now, age), str(person.get("tz") or "")
        if groups is None:
            return Member(zone=zone, ungrouped=True)
        return Member(groups=frozenset(group for group, users in groups.items() if user in users), zone=zone)

    def _refused(self, person: Mapping[str, Any]) -> str | None:
        for flag, sentence in _FLAGS.items():
            if person.get(flag):
                return sentence
        enterprise = (person.get("enterprise_user") or {}).get("enterprise_id") or ""
        if person.get("team_id") != self._identity.team or enterprise != self._identity.enterprise:
            return "You belong to another workspace or organisation, and only this one's members may use slashdock."
        return None

    def _remember(self, user: str, now: float, member: Member) -> None:
        """Refusals as well: a guest's thousand lines ask Slack once, and use up nothing of what others may ask."""
        with self._lock:
            self._people.pop(user, None)
            if len(self._people) >= REMEMBERED:
                self._people.clear()
            self._people[user] = (now, member)

    def _unknown(self, user: str, reason: str, *, unsaid: bool) -> Member:
        """Slack did not say; that is not remembered, nor is what it said before."""
        self._forget(user)
        return Member(refused=_unknown(reason), unsaid=unsaid)

    def _forget(self, user: str) -> None:
        with self._lock:
            self._people.pop(user, None)

    def _all_groups(self, now: float, age: float) -> Groups | None:
        """Who is in which group; None where Slack does not say just now.

        Slack lets this list be read twenty times a minute: it is shared for 5 s by whoever asks, and so is its failing.
        """
        with self._lock:
            asked, groups = self._groups
        if not 0 <= now - asked < (SHORTLY if groups is None else max(age, SHORTLY)):
            groups = self._asked_groups()
            with self._lock:
                self._groups = (now, groups)
        return groups

    def _asked_groups(self) -> Groups | None:
        """None at all where Slack has none for us, as without the scope or on a free plan."""
        try:
            with told(GROUPS):
                listed = self._client.usergroups_list(include_users=True)["usergroups"]
                return {group["id"]: frozenset(group.get("users") or ()) for group in listed}
        except Refused as refusal:
            log.warning("user groups cannot be read (%s): they give nobody anything", refusal.code)
            return {}
        except (NotNow, Unsure) as error:
            log.warning("Slack does not say who is in the user groups just now (%s)", error)
            return None


_FLAGS = {
    "deleted": "Your Slack account is deactivated.",
    "is_bot": "Bots and apps may not use slashdock.",
    "is_workflow_bot": "Workflows may not use slashdock.",
    "is_ultra_restricted": "Guests may not use slashdock.",
    "is_restricted": "Guests may not use slashdock.",
    "is_stranger": "People of other organisations may not use slashdock.",
    "is_invited_user": "Your invitation to this workspace is not accepted yet.",
}


def _unknown(reason: str) -> str:
    return f"Slack does not say who you are just now ({reason}), so nothing was done. Try again in a minute."


def _unsaid(error: NotNow | Refused | Unsure) -> str:
    told = f"Slack does not say just now who reads this channel ({error}), so nothing was done."
    lacking = isinstance(error, Refused) and error.code == MISSING_SCOPE
    remedy = "Update the app from `slashdock manifest` and install it again." if lacking else "Try again in a minute."
    return f"{told} {remedy}"
