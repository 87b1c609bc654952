"""What Slack says of a person just now: their standing, their groups, their time zone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.clock import Clock
from bot.request import Actor, Member
from bot.slack.channels import Channels, Reach
from bot.slack.connection import Connection
from bot.slack.said import NotNow, Refused, Unsure, told

FRESH = 60  # seconds that an answer may be old where a request only reads
REMEMBERED = 1_000  # people; more than that are asked anew
METHOD = "users.info"
MISSING_SCOPE = "missing_scope"
SHARED = (
    "This channel is shared with another organisation, or is about to be, and slashdock does not work in such "
    "channels. Nothing was done; ask in another channel, or in a direct message."
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
        self._groups: tuple[float, Groups] = (float("-inf"), {})

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:
        """The person's state, at most 60 s old, or asked anew where fresh.

        channel is where they ask, if in one: refused where it is shared with another organisation.
        """
        member = self._member(actor, fresh=fresh)
        refused = self._refused_there(channel) if channel and member.refused is None else None
        return member if refused is None else Member(refused=refused)

    def _refused_there(self, channel: str) -> str | None:
        try:
            reach = self._channels.reach(channel)
        except (NotNow, Refused, Unsure) as error:
            log.warning("a request was refused: Slack does not say who reads %s (%s)", channel, error)
            return _unsaid(error)
        return SHARED if reach is Reach.SHARED else None

    def _member(self, actor: Actor, *, fresh: bool) -> Member:
        if actor.team and actor.team != self._identity.team:
            return Member(refused="You belong to another workspace, and only this one's members may use slashdock.")
        now = self._clock.now()
        with self._lock:
            asked, member = self._people.get(actor.id, (float("-inf"), Member()))
        if not fresh and 0 <= now - asked < FRESH:
            return member
        try:
            with told(METHOD):
                member = self._judged(actor.id, self._client.users_info(user=actor.id)["user"], now, fresh=fresh)
        except Refused as refusal:
            return self._unknown(actor.id, refusal.code, unsaid=False)
        except (NotNow, Unsure) as error:
            return self._unknown(actor.id, str(error), unsaid=True)
        self._remember(actor.id, now, member)
        return member

    def _judged(self, user: str, person: Mapping[str, Any], now: float, *, fresh: bool) -> Member:
        refused = self._refused(person)
        if refused is not None:
            return Member(refused=refused)
        return Member(groups=self._groups_of(user, now, fresh=fresh), zone=str(person.get("tz") or ""))

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
        with self._lock:
            self._people.pop(user, None)
        return Member(refused=_unknown(reason), unsaid=unsaid)

    def _groups_of(self, user: str, now: float, *, fresh: bool) -> frozenset[str]:
        with self._lock:
            asked, groups = self._groups
        if fresh or not 0 <= now - asked < FRESH:
            groups = self._all_groups()
            with self._lock:
                self._groups = (now, groups)
        return frozenset(group for group, users in groups.items() if user in users)

    def _all_groups(self) -> Groups:
        """Who is in which group; none at all where Slack does not say, as on a free plan."""
        try:
            answer = self._client.usergroups_list(include_users=True)
        except SlackApiError as error:
            log.warning("user groups cannot be read (%s): they give nobody anything", error.response.get("error"))
            return {}
        except (OSError, SlackClientError) as error:
            log.warning("user groups cannot be read (%s): they give nobody anything", type(error).__name__)
            return {}
        return {group["id"]: frozenset(group.get("users") or ()) for group in answer["usergroups"]}


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
    told = (
        f"Slack does not say whether this channel is shared with another organisation ({error}), so nothing was done."
    )
    lacking = isinstance(error, Refused) and error.code == MISSING_SCOPE
    remedy = "Update the app from `slashdock manifest` and install it again." if lacking else "Try again in a minute."
    return f"{told} {remedy}"
