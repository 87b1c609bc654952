"""What the pipeline itself says, and the masking of whatever goes out through it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from bot import printed, tracing
from bot.record import UNWRITTEN
from bot.request import Outcome, Received, Request, Status
from bot.store import Unwritable
from bot.text import table
from commands import grammar, secret_lines, secrets
from commands.asking import Field, Form
from commands.catalog import LONGEST
from commands.chart import Chart, Series
from commands.command import Command, Risk
from commands.engine_errors import hinted
from commands.intent import Intent
from commands.line import UsageError
from commands.reply import (
    Asking,
    Button,
    Buttons,
    Document,
    Errors,
    Moment,
    Note,
    Output,
    Part,
    Printed,
    Reply,
    Table,
    failure,
)
from commands.target import Found

SHOWN = 30  # objects that a question shows in a table; more are a text, and a file where they have no room
_FILL = "Nothing was done yet: this needs to be told more, which does not belong on the line."
BUSY = "The engine has too much to do already. Nothing was done; try again in a minute."


class End(Exception):  # noqa: N818 - an end of the way, not a fault
    """The way ends before anything was done: how, why (for the record) and what the person is told."""

    def __init__(self, status: Status, reason: str, reply: Reply, command: Command | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.reply = reply
        self.command = command
        self.found: tuple[Found, ...] = ()  # what the line's names stood for, where that was looked up
        self.unreached = False  # whether it ends because the engine did not answer just now
        self.unsaid = False  # whether it ends because Slack did not say something just now


def denied(reason: str, command: Command | None = None) -> End:
    """A refusal, with its reason."""
    return End(Status.DENIED, reason, told(reason), command)


def unsaid(reason: str, command: Command | None = None) -> End:
    """A refusal for now, as Slack did not say what it takes to know."""
    end = denied(reason, command)
    end.unsaid = True
    return end


def unread(error: UsageError) -> End:
    """The line is no command: docker's words, and the hint that slashdock adds."""
    hint = (Note(error.hint),) if error.hint else ()
    reply = Reply((Errors(f"{error.text}\n"), *hint), failed=True, error=error.text)
    return End(Status.USAGE, error.text.partition("\n")[0], reply)


def no_host(name: str, names: list[str], command: Command) -> End:
    """The line names an engine that is not there."""
    reply = failure(f'No engine is named "{name}" here. Its names: {", ".join(names)}.')
    return End(Status.USAGE, "unknown host", reply, command)


def no_engine(error: Exception, command: Command) -> End:
    """The engine did not answer before anything was asked of it."""
    end = End(Status.FAILED, str(error), command.unlooked(str(error)) + hinted(error), command)
    end.unreached = True
    return end


def too_old(seconds: int) -> End:
    """The line waited too long."""
    text = f"This line was not run: it waited longer than {seconds} s. Send it again if you still want it."
    return End(Status.FAILED, "too old", told(text))


def too_fast(seconds: float, command: Command | None) -> End:
    """More lines came than the policy lets through."""
    wait = max(1, math.ceil(seconds))
    text = f"Too many lines at once: nothing was done. Try again in {wait} s ([limits] of the policy says how many)."
    return End(Status.DENIED, "rate limit", told(text), command)


def busy(text: str = BUSY) -> End:
    """Nobody was free to do it."""
    return End(Status.FAILED, "busy", told(text))


def interrupted() -> End:
    """Whoever sits at the terminal broke it off before anything was done."""
    return End(Status.FAILED, "interrupted", told("Interrupted. Nothing was done."))


def nothing_behind(reason: str, text: str) -> End:
    """A click on what runs nothing, or nothing more."""
    return End(Status.DENIED, reason, told(text))


def question(risk: Risk, command: Command, intent: Intent, digest: str, there: Iterable[Found]) -> End:
    """What docker would ask first, what exactly would go, and the words and the button that say yes.

    The button stands for the line as it is, and for these objects alone. No button may hold a secret.
    """
    shown = _shown(intent.rows())
    line = grammar.canonical(command)
    label = risk.yes or f"Run {command.spec.name}"
    button = Buttons((Button(label, line, danger=not risk.yes, primary=bool(risk.yes), confirms=digest),))
    buttons = (button,) if secret_lines.mask_line(line) == line else ()
    said = (
        f"To go on: docker {risk.line}"
        if risk.line
        else f"To go on, press the button (in a terminal: --confirm {digest})."
    )
    how = f"Nothing was done. {said}"
    asked = intent.question or risk.question
    over = command.spec.decides and not risk.yes  # what others asked for was looked over when they did: shown as it is
    question = Output(f"{asked}\n", whole=over)
    parts: tuple[Part, ...] = (question, *shown, *intent.moments, Note(how), *buttons)
    end = End(Status.HELD, "to be confirmed", Reply(parts), command)
    end.found = (*there, *intent.objects)
    return end


def _shown(rows: Sequence[tuple[str, ...]]) -> Iterator[Part]:
    """The objects that would go, header first."""
    if len(rows) == 1:
        yield Note("There is nothing that would go.")
    elif len(rows) > SHOWN + 1:
        yield Note(f"These {len(rows) - 1} would go:")
        yield Output(table(tuple(rows)), "would-go.txt")
    elif rows:
        yield Table(tuple(rows), ours=True, caption="What would go")


def unfilled(form: Form, command: Command, there: Iterable[Found]) -> End:
    """The line needs to be told more, in a dialog."""
    asking = Asking(f"{form.title}…", grammar.canonical(command), form)
    words = f"{_FILL} In a terminal: {form.piped}" if form.piped else _FILL
    end = End(Status.HELD, "to be filled in", Reply((Note(words), asking)), command)
    end.found = tuple(there)
    return end


def unreasoned(command: Command, there: Iterable[Found]) -> End:
    """Others have to agree to the line, and want to know why it is asked for."""
    form = command.form()
    fields = (*(() if form is None else form.fields), Field("reason", "Why is this needed?", multiline=True))
    asked = Form("Reason", "Ask", fields)
    how = canonical(replace(command, reason="WHY"))
    words = Note(f"Nothing was done yet: say why, for those who have to agree. In a terminal: docker {how}")
    asking = Asking("Say why…", grammar.canonical(command), asked)
    end = End(Status.HELD, "a reason is wanted", Reply((words, asking)), command)
    end.found = tuple(there)
    return end


def bug(number: int) -> Reply:
    """What a fault of slashdock's own looks like to a person."""
    return failure(f"Something went wrong inside slashdock, not at the engine. Please report it as number {number}.")


def unwritten(error: Unwritable, line: str = "") -> Outcome:
    """Nothing could be written down, so nothing was done; line is what somebody typed."""
    reply = told(f"Nothing was done, because it could not be written down first: {error}")
    return Outcome(Status.FAILED, reply, line=written(line))


def goes_on(received: Received, command: Command) -> Outcome:
    """It is broken off because slashdock stops, and done again after the next start."""
    text = f"slashdock stops now. Number {received.number} goes on by itself after the next start."
    line = typed(received.request, command)
    return Outcome(Status.UNKNOWN, Reply((Note(text),)), received.number, line=line, host=received.host)


def unplanned(error: Unwritable, command: Command | None = None) -> End:
    """What would be done could not be found out, for the record could not be used."""
    return End(Status.FAILED, f"{UNWRITTEN}: {error}", unwritten(error).reply, command)


def told(text: str) -> Reply:
    """A failure in slashdock's own words."""
    return Reply((Note(text),), failed=True, error=text)


def canonical(command: Command) -> str:
    """The canonical line, its secrets masked."""
    return secret_lines.mask_typed(grammar.canonical(command, mask=True))


def typed(request: Request, command: Command | None) -> str:
    """The line as the person typed it, for them to recognise; canonical and masked where it holds a secret."""
    secret = command is not None and any(
        flag.secret and getattr(command, flag.field) != flag.default for flag in command.spec.flags
    )
    return canonical(command) if command is not None and secret else written(request.line)


def written(line: str) -> str:
    """What somebody typed as it is written down: its secrets masked, and no more of it than would ever be read.

    What is no text is written out.
    """
    kept = line if len(line) <= LONGEST else f"{line[:LONGEST]} … (cut)"
    return secret_lines.mask_typed(spelt(kept))


def spelt(said: str) -> str:
    """What somebody typed with what is no text written out, as it can be shown and kept."""
    return said.encode(errors="backslashreplace").decode()


@tracing.timed("mask")
def masked(reply: Reply) -> Reply:
    """The reply without anything that looks like a secret."""
    error = None if reply.error is None else secrets.mask_text(reply.error)
    return replace(reply, parts=tuple(_masked(part) for part in reply.parts), error=error)


def _masked_rows(rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    if secrets.are_open(cell for row in rows for cell in row):
        return rows
    return tuple(tuple(map(secrets.mask_text, row)) for row in rows)


def _masked(part: Part) -> Part:
    match part:
        case Output(whole=True):
            return part
        case Output() | Errors() | Note():
            return replace(part, text=secrets.mask_text(part.text))
        case Printed(pieces):
            return replace(part, pieces=printed.masked(pieces))
        case Table(rows):
            return replace(part, rows=_masked_rows(rows))
        case Chart():
            return replace(
                part, series=tuple(Series(secrets.mask_text(each.name), each.values) for each in part.series)
            )
        case Document() | Moment() | Buttons() | Asking():
            return part
        case _:
            assert_never(part)
