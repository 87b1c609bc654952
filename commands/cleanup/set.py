"""`docker cleanup set`: say what a cleanup takes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from commands.aftermath import Fate, Past, untold
from commands.cleanup import disk, policy, values
from commands.cleanup.policy import DANGLING, MOST, PERCENT, WHAT, Policy
from commands.command import Command, arg, flag
from commands.context import Context
from commands.intent import Intent
from commands.reply import Reply, note
from commands.spec import Permission

UNTOLD = "`cleanup ls` shows whether it is so"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Set(Command, name="cleanup set", permission=Permission.CHANGE):
    """Say what a cleanup takes, under a name.

    It replaces all that was said under this name before. Its runs remove nothing and only show what they would, until
    `cleanup on NAME`, which takes somebody else's consent where a run may take more than 20 objects, or than 20 of a
    hundred. Nothing goes that was first seen less than a day ago, whatever the age says.
    """

    policy: str = arg("NAME", choosing=True)
    what: tuple[str, ...] = flag(
        default=(), kind=values.WORDS, shown=DANGLING, help=f"What may go: {', '.join(WHAT)}; several with commas"
    )
    age: str = flag(
        default="14d", shown="14d", kind=values.AGE, help="How long ago it was first seen, and last used, at least"
    )
    keep_label: tuple[str, ...] = flag(
        default=(), kind=values.LABELS, help="Keep what has this label: KEY[=VALUE]; several with commas"
    )
    keep: tuple[str, ...] = flag(
        default=(),
        kind=values.GLOBS,
        help="Keep what is called so, such as 'registry.example/*' or 'db-*'; several with commas",
    )
    newest: int = flag(
        default=0, kind=values.NONE_OR_MORE, help="Keep so many images of each repository, those that came last"
    )
    most: int = flag(
        default=MOST, shown=str(MOST), kind=values.ONE_OR_MORE, help="Take so many objects in one run at most"
    )
    most_percent: int = flag(
        default=PERCENT,
        shown=str(PERCENT),
        kind=values.PERCENT,
        help="Take so many of a hundred objects in one run at most",
    )
    disk: int = flag(
        default=0, kind=values.SHARE, help="Take something only where the disk is as full as this, or more"
    )
    until: int = flag(default=0, kind=values.SHARE, help="And stop once it is less full than this; both or none")

    hosts: tuple[str, ...] = flag(default=(), kind=values.HOSTS, help="Run on these hosts alone; several with commas")

    def problem(self) -> str | None:
        """A name that none can have, or a disk that would never be so."""
        if not _NAME.fullmatch(self.policy):
            return f"'{self.policy}' cannot be a policy's name: it takes small letters, digits, - and _, 40 at most"
        if bool(self.disk) != bool(self.until):
            return "--disk and --until go together: --disk 85% --until 70%"
        return "--until has to be less than --disk" if self.disk and self.until >= self.disk else None

    def became(self, past: Past) -> Iterable[Fate]:
        """Nothing at the engine tells."""
        del past
        return untold(UNTOLD)

    def intent(self, ctx: Context) -> Intent:
        """To keep it; raises Unread where it is to go by a disk that cannot be read."""
        disk.gauge(ctx, self._meant)
        return super().intent(ctx)

    def run(self, ctx: Context) -> Reply:
        """Keep it, dry."""
        ctx.bot.cleanups.keep(self._meant)
        return note(
            f"The policy {self.policy} is set, and dry: its runs only show what they would remove. `cleanup plan"
            f" {self.policy}` shows it now, `cleanup on {self.policy}` turns it on."
        )

    @property
    def _meant(self) -> Policy:
        given = {word for each in self.what or (DANGLING,) for word in values.words(each)}
        return Policy(
            self.policy,
            tuple(word for word in WHAT if word in given),
            policy.seconds(self.age) or 0.0,
            values.several(self.keep_label),
            values.several(self.keep),
            self.newest,
            self.most,
            self.most_percent,
            disk=self.disk,
            until=self.until,
            hosts=values.several(self.hosts),
        )
