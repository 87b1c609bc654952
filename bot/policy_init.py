"""`slashdock policy init`: a first policy file, with one administrator and room for everybody else."""

from __future__ import annotations

from pathlib import Path

from bot import roles
from bot.policy_file import USER, PolicyError

_FIRST = """\
# Who may do what with Docker from Slack. Anything not written here is denied.
# slashdock reads this file again whenever it changes. All that can stand here: docs/policy.md

version = 1

[people]  # one human = one line; a Slack id: the person's profile, "Copy member ID"
admin = {{ slack = ["{admin}"], roles = ["admin"] }}
# alice = {{ slack = ["U0ALICE01"], roles = ["operator"] }}
# bob   = {{ slack = ["U0BOB0001"], roles = ["viewer"] }}

# [channels]  # without this, slashdock answers in every channel
# allow = ["C0OPS00001"]

# [protect]  # what nobody may touch from chat, whatever their roles allow
# containers = ["traefik", "prod-db*"]

# As soon as there are two of you: what is in a volume exists nowhere else, so somebody else has to agree.
# [approvals.second]
# need = 1
# from = ["admin", "operator"]
# [[require]]
# verbs   = ["volume rm", "volume prune"]
# approve = "second"

# Classes of verbs: see (ps, images, inspect), read (logs), act (start, stop, restart, kill),
# change (commit, image prune), enter (what reads or writes inside of a container).
# A single verb may stand there as well: "logs". on: "*", "name:web-*", "project:shop", "label:tier=front".

"""


def write(path: Path, admin: str) -> str:
    """Write the file with this Slack user as its administrator; returns what to say.

    Raises PolicyError where the id is none, where a file is there already or where it cannot be written.
    """
    if not USER.fullmatch(admin):
        raise PolicyError((f"{admin!r} is no Slack user id; expected U... (the person's profile, Copy member ID)",))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(first(admin))
    except FileExistsError:
        raise PolicyError((f"{path} is there already; it was left as it is",)) from None
    except OSError as error:
        raise PolicyError((f"{path} cannot be written: {error.strerror}",)) from error
    return f"{path} is written: {admin} is its administrator. Add the others under [people]."


def first(admin: str) -> str:
    """The text of the file."""
    return _FIRST.format(admin=admin) + roles.FIRST
