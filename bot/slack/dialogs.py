"""Forms in Slack: a modal is opened, and what was filled into it becomes a request, answered where it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.request import Outcome
from bot.slack import views
from bot.slack.desk import Desk
from bot.slack.letter import ViewLetter
from bot.slack.outbox import Outbox
from bot.slack.payload import Asked, Submitted
from bot.slack.place import Place
from bot.slack.post import Post
from commands.asking import Form

URLS = 1_000  # dialogs whose response_url is kept; older ones are answered by other ways
GONE = "This dialog is not known any more. Nothing was done: keep what you typed, and send the line again."


@dataclass(frozen=True)
class Filled:
    """What was filled in, as a request, and the button whose line it is for."""

    asked: Asked
    button: str


class Dialogs:
    """A modal holds nothing but an opaque id; what it stands for is asked of the desk."""

    def __init__(self, desk: Desk, post: Post, outbox: Outbox) -> None:
        self._desk = desk
        self._post = post
        self._outbox = outbox
        self._urls = _Urls()

    def open(
        self,
        asked: Asked,
        form: Form,
        button: str,
        failed: Callable[[], None] = lambda: None,
        may: Callable[[], bool] = lambda: True,
    ) -> bool:
        """Open the form that a button's line needs; False where it cannot be noted. failed hears Slack's refusal.

        may is asked from where it is opened, and keeps it from being.
        """
        dialog = self._desk.ask(button, asked.place.kept())
        if not dialog:
            return False
        self._urls.keep(dialog, asked.place.response_url)

        def opened(view: Mapping[str, Any]) -> None:
            if may():
                self._post.open(asked.trigger, view)

        letter = ViewLetter(views.modal(form, dialog), opened, failed)
        return self._outbox.put(f"dialog {dialog}", letter)

    def read(self, submitted: Submitted) -> Filled | Mapping[str, str]:
        """The request, or what is wrong by the fields."""
        gone = dict.fromkeys(list(submitted.values)[:1], GONE)
        known = self._desk.asked(submitted.dialog)
        if known is None:
            return gone
        button, kept = known
        place = Place(**kept | {"user": submitted.request.actor.id, "response_url": self._urls.get(submitted.dialog)})
        request = replace(submitted.request, channel=place.channel, thread=place.thread)
        found = self._desk.recall(button, request)
        form = None if isinstance(found, Outcome) else self._desk.form(button)
        if isinstance(found, Outcome) or form is None:
            return gone
        given = views.given(form, submitted.values)
        filled = replace(found, line=form.composed(given)) if form.line else replace(found, given=given)
        return views.errors(form, given) or Filled(Asked(filled, place), button)


class _Urls:
    """The response_url of each dialog: never written down, because whoever has it can answer as the bot."""

    def __init__(self) -> None:
        self._urls: dict[str, str] = {}
        self._lock = threading.Lock()

    def keep(self, dialog: str, url: str) -> None:
        """Keep it, and forget the oldest where there are too many."""
        with self._lock:
            self._urls[dialog] = url
            while len(self._urls) > URLS:
                del self._urls[next(iter(self._urls))]

    def get(self, dialog: str) -> str:
        """The address, empty where it is not known."""
        with self._lock:
            return self._urls.get(dialog, "")
