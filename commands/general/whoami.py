"""`whoami`: who the asker is to the policy, and what that allows here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from commands.command import Command
from commands.context import Context, Standing
from commands.reply import Note, Reply, output
from commands.spec import Permission

_MORE = "`role ls` says what your roles allow on what, `can-i` and a line whether you may send it."
_LABELS = 12  # columns of the labels before their values


class Whoami(Command, name="whoami", permission=Permission.LISTED):
    """Show who you are to the policy, and what you may use here.

    Your name and accounts there, your roles and the user groups that give you some, where slashdock listens, and the
    classes of verbs that your roles name on this host.
    """

    def run(self, ctx: Context) -> Reply:
        """A line a fact."""
        found = ctx.bot.standing()
        told = "".join(f"{label + ':':<{_LABELS}}{value}\n" for label, value in _facts(found, ctx.host) if value)
        return output(told) + Reply((Note(_MORE),))


def _facts(found: Standing, host: str) -> Iterator[tuple[str, str]]:
    yield "Person", f"{found.person} ({found.id})" if found.person else f"{found.id}, not listed by name"
    yield "Accounts", _listed(each for each in found.accounts if each != found.id)
    yield "Roles", _listed(found.roles) or "none of your own"
    for group, roles in found.groups.items():
        yield "Group", f"{group} gives {_listed(roles)}"
    yield "For a time", _listed(found.granted)
    yield "Host", host
    yield "Channel", found.channel
    yield "Listens in", "every channel" if found.channels is None else _listed(found.channels)
    yield "Classes", _listed(found.classes) or "none"
    yield "Verbs", _listed(f"`{each}`" for each in found.verbs)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
