"""Files that come in: those that somebody gave to the chat, and those in the folders that the settings allow."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
from pathlib import Path

from commands.archives.fetching import NOTHING_KEPT
from commands.archives.moving import Moving
from commands.attempts import Refusal
from commands.building import folders
from commands.context import Context
from commands.filing import Draft

ATTACHED = "attached"  # the word for a file of the message itself, in whose place its id is put
_ID = re.compile(r"F[0-9A-Z]{8,20}")  # Slack, a file's id
_LINK = re.compile(r"https://[a-z0-9.-]+\.slack(?:-gov)?\.com/files(?:-pri)?/[^/\s]+/(F[0-9A-Z]{8,20})(?:/\S*)?")
_TEAM_AND_ID = re.compile(r"https://files\.slack(?:-gov)?\.com/files-pri/T[0-9A-Z]+-(F[0-9A-Z]{8,20})/\S*")
_NOTHING = (
    "Nothing is attached to this line. Mention slashdock, or write to it directly, in the message that has the file;"
    " or name a file that is in this channel by its id or link."
)
_ABSENT = "open {}: no such file or directory"
_NO_FILE = "read {}: is a directory"
_DOOR = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def upload(text: str) -> str:
    """The id of the file in Slack that a word names by itself or by its link; empty where it names none."""
    if _ID.fullmatch(text):
        return text
    found = _LINK.fullmatch(text) or _TEAM_AND_ID.fullmatch(text)
    return found[1] if found else ""


def take(ctx: Context, text: str, draft: Draft) -> str:
    """Write what a word of the line names; its name. What is had, and what it is called, is what was agreed to.

    Raises Refusal, and ValueError in docker's words where a file of the bot's machine cannot be read.
    """
    if text == ATTACHED:
        raise Refusal(_NOTHING)
    file = upload(text)
    name = _fetched(ctx, file, draft) if file else _local(text, ctx.allowances.files, draft)
    with draft.opened() as read:
        mark = hashlib.file_digest(read, "sha256").hexdigest()
    ctx.outside.note(f"the file {text} ({json.dumps(name)}, {draft.size:,} bytes)", mark)
    return name


def pass_over(ctx: Context, text: str) -> None:
    """Take it for nothing but its fingerprint; raises as above."""
    with ctx.draft() as draft:
        take(ctx, text, draft)


def _fetched(ctx: Context, file: str, draft: Draft) -> str:
    moving = Moving(ctx, f"{file} from Slack", NOTHING_KEPT)

    def moved(done: int, whole: int) -> None:
        moving.whole = whole
        moving.at(done)

    with moving.fetched() as work:
        return ctx.uploads.fetch(file, draft, moved, work)


def _local(path: str, allowed: tuple[Path, ...], draft: Draft) -> str:
    place = folders.find(path, allowed)
    if place is None:
        raise ValueError(_ABSENT.format(path))
    try:
        with folders.opened(folders.Place(place.folder, place.path.parent)) as above:
            door = os.open(place.path.name, _DOOR, dir_fd=above)
        with os.fdopen(door, "rb") as file:
            status = os.fstat(door)
            if not stat.S_ISREG(status.st_mode):
                raise ValueError(_NO_FILE.format(path))
            draft.expect(status.st_size)
            shutil.copyfileobj(file, draft)
    except OSError as error:
        raise ValueError(f"open {path}: {(error.strerror or '').lower()}") from None
    return place.path.name
