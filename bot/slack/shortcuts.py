"""What stands in the menu of a message: its file is copied into a container."""

from __future__ import annotations

from bot.request import Outcome, Status
from commands.asking import Field, Form
from commands.reply import note

COPY = "copy_into_container"  # the callback id
NAME = "Copy into container"
ABOUT = "Copy the file of this message into a container"
NO_FILE = Outcome(Status.FAILED, note("This message has no file. Nothing was done."))


def form(file: str, name: str) -> Form:
    """What is asked for, and the line that becomes of it; file is an id of Slack's, name what people call it."""
    fields = (
        Field("container", "Container", hint=f"Where {name or file} is copied to."),
        Field("path", "Path", hint="A folder that is there, or the file's new path."),
    )
    return Form(NAME, "Copy", fields, line=f"cp -- {file} {{container}}:{{path}}")
