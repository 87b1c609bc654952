"""docker container run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from commands.aftermath import End, Fate, Meant, Past
from commands.attempts import Refusal, refused
from commands.command import Also, flag
from commands.container import fates
from commands.container.create import Create, errors
from commands.container.entered import NO_KEYS
from commands.context import Context
from commands.creation.foreground import GENERAL, Foreground
from commands.creation.ordering import Made, Unmade
from commands.reply import Reply, failure, lines, note
from commands.spec import Permission
from commands.target import Found, Missing, Target

NOT_RUN, NOT_FOUND = 126, 127  # docker's exit codes where nothing ran
_NOT_FOUND = ("executable file not found", "no such file or directory", "system cannot find the file specified")
_NOT_RUN = ("permission denied", "is a directory")
_BOTH = "conflicting options: cannot specify both --attach and --detach"
_NO_INPUT = "-a stdin alone opens no input. Say -i, which lets you type into it in a thread."
_NOT_STARTED = "{} was made and not started, as the engine did not answer. `docker start {}` starts it."


class Run(Create, name="container run", alias="run", permission=Permission.CHANGE, interspersed=False):
    """Make a container, start it and show what it prints.

    Without -d the answer waits for its end, but not longer than the settings say; it goes on then in the background.
    With -i it is a session in a thread: what you write there is typed into it, until it ends or somebody ends it.
    """

    detach: bool = flag("-d", default=False, help="Do not wait for it: the answer is its id")
    detach_keys: str = flag(default="", help="Accepted and without effect: a button leaves a session")
    interactive: bool = flag("-i", default=False, help="Type into it, in a thread; with -d keep its input open")
    sig_proxy: bool = flag(default=True, shown="true", help="Accepted and without effect: a chat sends no signals")

    def lives(self) -> bool:
        """Whether somebody types into it."""
        return self.interactive and not self.detach

    def attached(self) -> dict[str, bool]:
        """None of the streams where nobody waits for it."""
        streams = self.streams()
        return dict.fromkeys(streams, False) if self.detach else streams

    def also(self, found: Mapping[Target, Found | Missing]) -> Iterable[Also]:
        """It makes a container of all that it names and starts it, too."""
        yield from super().also(found)
        yield Also("container create", (*self.targets(), self._itself()), part=True)
        yield Also("container start", (self._itself(),), part=True)
        if self.lives():
            yield Also("container attach", (self._itself(),), part=True)

    def unfit(self) -> str:
        """What docker refuses about the terminal, and what cannot be done without one."""
        if self.detach and self.attach:
            return _BOTH
        if not self.detach and not self.interactive and self.streams()["AttachStdin"]:
            return _NO_INPUT
        return super().unfit()

    def tell(self, wrong: str) -> str:
        """An error as docker words it, with the line that says where to read on."""
        return f"docker: {wrong}\n\nRun 'docker run --help' for more information"

    def unmade(self, end: Unmade) -> Reply:
        """What is told where there is no container, with the code by which docker would exit."""
        return replace(super().unmade(end), exit_code=_code(str(end)))

    def as_found(self, past: Past, meant: Meant, details: Mapping[str, Any]) -> Fate:
        """Whether what was made was started as well."""
        return fates.ran(past, meant, details)

    def as_absent(self, past: Past) -> Fate:
        """One that is removed as it ends may have been there."""
        absent = super().as_absent(past)
        return replace(absent, end=End.UNKNOWN) if self.rm else absent

    def run(self, ctx: Context) -> Reply:
        """Make it and start it; the answer is its id, or what it printed."""
        if not self.lives():
            return self._made(ctx, lambda watched: watched.start(ctx) if self.detach else watched.watch(ctx))
        try:
            with ctx.session() as session:
                return self._made(ctx, lambda watched: watched.converse(ctx, session))
        except Refusal as error:
            return refused(error)

    def _made(self, ctx: Context, start: Callable[[Foreground], Reply]) -> Reply:
        try:
            made = self.make(ctx)
        except Unmade as end:
            return self.unmade(end)
        reply = (lines([made.id]) if self.detach else Reply()) + start(self._foreground(made))
        ignored = note(NO_KEYS) if self.detach_keys else Reply()
        return replace(reply + errors(made.told) + ignored, ids=(made.id,))

    def _foreground(self, made: Made) -> Foreground:
        streams = tuple(name for name in ("stdout", "stderr") if self.streams()[f"Attach{name.capitalize()}"])
        unstarted = _NOT_STARTED.format(made.name, made.name)
        return Foreground(made.id, made.name, streams, self.tty, self.rm, self._refused, unstarted)

    def _refused(self, told: str) -> Reply:
        return replace(failure(self.tell(told)), exit_code=_code(told))


def _code(error: str) -> int:
    """The code by which docker exits where the engine refused to run anything."""
    if any(text in error for text in _NOT_FOUND):
        return NOT_FOUND
    return NOT_RUN if any(text in error for text in _NOT_RUN) else GENERAL
