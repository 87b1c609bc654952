"""The people, channels and groups that every new local workspace begins with."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

TEAM = "T0LOCAL001"
DOMAIN = "local"
APP = "A0LOCAL001"
BOT = "B0LOCAL001"
BOT_USER = "U0DOCKBOT1"
SLACKBOT = "USLACKBOT"

ADMIN = "U0ADMIN001"
OPERATOR = "U0OPERATOR"
VIEWER = "U0VIEWER01"
STRANGER = "U0STRANGER"

GENERAL = "C0GENERAL1"
OPS = "C0OPS00001"
ALERTS = "C0ALERTS01"
PRIVATE = "C0INCIDENT"
UNJOINED = "C0RANDOM01"


@dataclass(frozen=True)
class Person:
    """One account as users.info shows it; the flags are Slack's."""

    id: str
    name: str
    real_name: str
    tz: str = "Etc/UTC"
    team: str = TEAM
    enterprise: str | None = None
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    is_invited_user: bool = False

    def as_slack(self, now: float) -> dict[str, Any]:
        """The user object of users.info; `now` in seconds decides the zone's offset."""
        moment = dt.datetime.fromtimestamp(now, ZoneInfo(self.tz))
        user: dict[str, Any] = {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_admin": False,
            "is_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "tz": self.tz,
            "tz_label": moment.tzname(),
            "tz_offset": int((moment.utcoffset() or dt.timedelta()).total_seconds()),
            "profile": {
                "real_name": self.real_name,
                "display_name": self.name,
                "team": self.team,
            },
        }
        optional = {"is_stranger": self.is_stranger, "is_invited_user": self.is_invited_user}
        user |= {name: True for name, held in optional.items() if held}
        if self.enterprise:
            user["enterprise_user"] = {"id": self.id, "enterprise_id": self.enterprise}
        return user


@dataclass(frozen=True)
class Channel:
    """A public or private channel, or (`im`) the direct messages of one person with the bot."""

    id: str
    name: str
    members: frozenset[str]
    kind: str = "public"
    topic: str = ""
    with_user: str | None = None
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    is_archived: bool = False

    def as_slack(self) -> dict[str, Any]:
        """The conversation object of conversations.info."""
        if self.kind == "im":
            return {"id": self.id, "is_im": True, "user": self.with_user, "is_archived": False}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": True,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.kind == "private",
            "is_archived": self.is_archived,
            "is_shared": self.is_ext_shared,
            "is_ext_shared": self.is_ext_shared,
            "is_pending_ext_shared": self.is_pending_ext_shared,
            "is_org_shared": False,
            "is_member": BOT_USER in self.members,
            "num_members": len(self.members),
            "context_team_id": TEAM,
            "topic": {"value": self.topic},
        }

    def name_in_payload(self) -> str:
        """What slash commands and clicks call it: Slack hides the names of private ones."""
        return {"im": "directmessage", "private": "privategroup"}.get(self.kind, self.name)


@dataclass(frozen=True)
class Group:
    """A user group."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...] = ()

    def as_slack(self) -> dict[str, Any]:
        """The object of usergroups.list, its users apart."""
        return {
            "id": self.id,
            "team_id": TEAM,
            "is_usergroup": True,
            "handle": self.handle,
            "name": self.name,
            "date_delete": 0,
            "user_count": len(self.users),
        }


SAMPLE_PEOPLE = (
    Person(ADMIN, "admin", "Ada Admin", tz="Europe/Berlin"),
    Person(OPERATOR, "operator", "Otto Operator", tz="America/New_York"),
    Person(VIEWER, "viewer", "Vera Viewer", tz="Asia/Kolkata"),
    Person(STRANGER, "stranger", "Sam Stranger"),
)


def direct_channel(user: str) -> Channel:
    """The direct messages of this person with the bot."""
    return Channel("D" + user[1:], "", frozenset({user, BOT_USER}), kind="im", with_user=user)


def sample_channels(bot_name: str) -> tuple[Channel, ...]:
    """Three the bot is in, a private one, one it has not joined, and a direct one for each person."""
    people = frozenset(person.id for person in SAMPLE_PEOPLE)
    with_bot = people | {BOT_USER}
    return (
        Channel(GENERAL, "general", with_bot, topic=f"Say @{bot_name} help"),
        Channel(OPS, "ops", with_bot, topic="Deployments and restarts"),
        Channel(ALERTS, "alerts", with_bot, topic="What slashdock reports on its own"),
        Channel(PRIVATE, "incident", frozenset({ADMIN, OPERATOR, BOT_USER}), kind="private"),
        Channel(UNJOINED, "random", people, topic="The bot has not joined this one"),
        *(direct_channel(person.id) for person in SAMPLE_PEOPLE),
    )
