"""users.*, usergroups.*, bots.info and auth.test: who is who."""

from bot.workspace.chat import Answer, Arguments
from bot.workspace.errors import SlackError
from bot.workspace.listing import page, true
from bot.workspace.people import APP, BOT, BOT_USER, DOMAIN, TEAM
from bot.workspace.state import State


class Users:
    """The methods about people and groups on one state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.methods = {
            "auth.test": self.whoami,
            "bots.info": self.bot,
            "users.info": self.info,
            "users.list": self.listed,
            "usergroups.list": self.groups,
            "usergroups.users.list": self.group,
        }

    def whoami(self, _args: Arguments) -> Answer:
        """auth.test."""
        return {
            "url": f"https://{DOMAIN}.slack.com/",
            "team": "Local workspace",
            "user": self.state.bot_name,
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
            "is_enterprise_install": False,
        }

    def bot(self, args: Arguments) -> Answer:
        """bots.info; there is one bot."""
        if args.get("bot") != BOT:
            raise SlackError("bot_not_found")
        name = self.state.bot_name
        return {"bot": {"id": BOT, "deleted": False, "name": name, "user_id": BOT_USER, "app_id": APP}}

    def info(self, args: Arguments) -> Answer:
        """users.info."""
        person = self.state.person(str(args.get("user") or ""))
        return {"user": person.as_slack(self.state.clock())}

    def listed(self, args: Arguments) -> Answer:
        """users.list."""
        now = self.state.clock()
        return page("members", [person.as_slack(now) for person in self.state.people.values()], args)

    def groups(self, args: Arguments) -> Answer:
        """usergroups.list."""
        with_users = true(args.get("include_users"))
        groups = [
            group.as_slack() | ({"users": list(group.users)} if with_users else {})
            for group in self.state.groups.values()
        ]
        return {"usergroups": groups}

    def group(self, args: Arguments) -> Answer:
        """usergroups.users.list."""
        found = self.state.groups.get(str(args.get("usergroup") or ""))
        if found is None:
            raise SlackError("no_such_subteam")
        return {"users": list(found.users)}
