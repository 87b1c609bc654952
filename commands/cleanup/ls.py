"""`docker cleanup ls`: which cleanups there are."""

from __future__ import annotations

from commands.cleanup.policy import Policy, duration
from commands.command import Command, flag
from commands.context import Context
from commands.listing import FORMAT, listed
from commands.reply import Reply
from commands.spec import Permission
from commands.template import Row

HEADERS = {
    "Name": "NAME",
    "State": "STATE",
    "What": "TAKES",
    "Age": "AGE",
    "Keeps": "KEEPS",
    "Most": "A RUN",
    "Disk": "DISK",
    "Hosts": "HOSTS",
}
TABLE = r"table {{.Name}}\t{{.State}}\t{{.What}}\t{{.Age}}\t{{.Keeps}}\t{{.Most}}\t{{.Disk}}\t{{.Hosts}}"


class Ls(Command, name="cleanup ls", alias="cleanup list", permission=Permission.SEE):
    """List the cleanup policies: what each takes, from which age, what it keeps, and how much a run takes.

    A dry one only shows what it would remove. One with a disk does so only while that is full. One that is damaged, or
    was kept by a newer slashdock, is unreadable: it is not run, and `cleanup rm` forgets it.
    """

    format: str = flag(default="", help=f"{FORMAT} (.Name .State .What .Age .Keeps .Most .Disk .Hosts)")
    quiet: bool = flag("-q", default=False, help="Only the names")

    def run(self, ctx: Context) -> Reply:
        """The policies through the template."""
        source = "{{.Name}}" if self.quiet else TABLE if self.format in {"", "table"} else self.format
        return listed([_row(*each) for each in ctx.bot.cleanups.policies().items()], source, HEADERS)


def told(policy: Policy) -> dict[str, str]:
    """What a policy says, by the names of HEADERS."""
    kept = [*(f"label {each}" for each in policy.keep_labels), *policy.keep]
    kept += [f"the newest {policy.newest} of each repository"] if policy.newest else []
    return {
        "Name": policy.name,
        "State": "on" if policy.on else "dry",
        "What": ", ".join(policy.what),
        "Age": duration(policy.counting),
        "Keeps": ", ".join(kept),
        "Most": f"{policy.most} or {policy.percent} %",
        "Disk": f"{policy.disk} % until {policy.until} %" if policy.disk else "any",
        "Hosts": ", ".join(policy.hosts) or "all",
    }


def _row(name: str, policy: Policy | None) -> Row:
    unreadable = dict.fromkeys(HEADERS, "") | {"Name": name, "State": "UNREADABLE"}
    return Row("*formatter.CleanupContext", unreadable if policy is None else told(policy))
