"""An engine's errors in docker's words, and what slashdock adds to them."""

from __future__ import annotations

import requests
from docker.errors import APIError

from commands import wire
from commands.reply import Reply, failure, note


def refused(error: Exception) -> Reply:
    """What is told of a request that the engine refused or never got: docker's sentence, and what slashdock adds."""
    return failure(daemon(error) if isinstance(error, APIError) else str(error)) + hinted(error)


def hinted(error: Exception) -> Reply:
    """What slashdock adds where an engine does not answer."""
    hint = getattr(error, "hint", "")
    return note(hint) if hint else Reply()


def daemon(error: APIError) -> str:
    """The error as docker's CLI words it; what a proxy forbids without a word, in words for its keeper."""
    if error.status_code == requests.codes.forbidden and wire.message(error) is None:
        what = " ".join(wire.asked(error))
        return f"The socket proxy before this engine forbids {what}. Allow it there, or leave the verb."
    return f"Error response from daemon: {answered(error)}"


def named(error: APIError, sent: str, ref: str) -> APIError:
    """The error with the word of the line where the engine repeats the id that it was sent in its place."""
    return type(error)(str(error), error.response, answered(error).replace(sent, ref))


def answered(error: APIError) -> str:
    """What the engine answered; status and reason where it was none of its own words.

    Never str(error): the address in it has the query, where a secret may stand that masking does not recognise.
    """
    if error.response is None or wire.message(error) is not None:
        return str(error.explanation or error.args[0]).strip()
    return f"{error.status_code} {error.response.reason}".strip()
