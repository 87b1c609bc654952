"""views.*: modals and home tabs."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot import blockrules
from bot.workspace.chat import Answer, Arguments
from bot.workspace.errors import SlackError
from bot.workspace.people import APP, BOT, TEAM
from bot.workspace.state import State, with_ids
from bot.workspace.tickets import Tickets

STACK = 3  # views in a modal; Slack


@dataclass(frozen=True)
class View:
    """One view as a person sees it; `below` is the view that it was pushed upon."""

    id: str
    user: str
    hash: str
    content: Mapping[str, Any]
    below: str | None = None

    def as_slack(self, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The view object of answers and payloads; `values` is what was typed into it."""
        empty = {"private_metadata": "", "callback_id": "", "external_id": "", "submit": None, "close": None}
        return {
            **empty,
            **self.content,
            "id": self.id,
            "team_id": TEAM,
            "app_id": APP,
            "app_installed_team_id": TEAM,
            "bot_id": BOT,
            "hash": self.hash,
            "state": {"values": values or {}},
            "root_view_id": self.below or self.id,
            "previous_view_id": self.below,
        }


class Views:
    """The view methods; `opened` holds each person's stack, top last, `homes` each person's home."""

    def __init__(self, state: State, tickets: Tickets) -> None:
        self.state = state
        self.tickets = tickets
        self.opened: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.methods = {
            "views.open": self.open,
            "views.push": self.push,
            "views.update": self.update,
            "views.publish": self.publish,
        }

    def open(self, args: Arguments) -> Answer:
        """views.open: spends the trigger."""
        content = checked(args)
        user = self.tickets.use_trigger(str(args.get("trigger_id") or ""))
        view = _view(user, content)
        self._stack(user, [view])
        return {"view": view.as_slack()}

    def push(self, args: Arguments) -> Answer:
        """views.push: on top of the open view."""
        content = checked(args)
        user = self.tickets.use_trigger(str(args.get("trigger_id") or ""))
        return {"view": self.put_on_top(user, content).as_slack()}

    def put_on_top(self, user: str, content: Mapping[str, Any]) -> View:
        """Push without a trigger, as an answer to a submission does."""
        stack = self.opened.get(user, [])
        if not 0 < len(stack) < STACK:
            raise SlackError("push_limit_reached")
        view = replace(_view(user, content), below=stack[-1].id)
        self._stack(user, [*stack, view])
        return view

    def update(self, args: Arguments) -> Answer:
        """views.update, by view_id or external_id; a stale hash is refused."""
        content = checked(args)
        for user, stack in self.opened.items():
            for view in stack:
                if _is_meant(view, args):
                    return {"view": self.exchange(user, view, content, args.get("hash")).as_slack()}
        raise SlackError("not_found")

    def exchange(self, user: str, old: View, content: Mapping[str, Any], expected: str | None = None) -> View:
        """Put new content into an open view."""
        if expected and expected != old.hash:
            raise SlackError("hash_conflict")
        new = replace(_view(user, content), id=old.id, below=old.below)
        self._stack(user, [new if each.id == old.id else each for each in self.opened[user]])
        return new

    def publish(self, args: Arguments) -> Answer:
        """views.publish: the home tab of one person."""
        content = checked(args, kind="home")
        user = self.state.person(str(args.get("user_id") or "")).id
        view = _view(user, content)
        with self.state.changed:
            self.homes[user] = view
            self.state.touch()
        return {"view": view.as_slack()}

    def close(self, user: str, *, everything: bool = False) -> None:
        """Take the top view away, or the whole stack."""
        self._stack(user, [] if everything else self.opened.get(user, [])[:-1])

    def _stack(self, user: str, stack: list[View]) -> None:
        with self.state.changed:
            self.opened[user] = stack
            self.state.touch()


def checked(args: Arguments, kind: str = "modal") -> Mapping[str, Any]:
    """The view in these arguments; raises what Slack would answer to a bad one."""
    view = args.get("view")
    if not isinstance(view, dict) or view.get("type") != kind:
        raise SlackError("invalid_arguments", ("missing required field: view",))
    found = blockrules.view_problems(view)
    if found:
        raise SlackError("invalid_arguments", found)
    return view


def _is_meant(view: View, args: Arguments) -> bool:
    external = args.get("external_id")
    by_external = external is not None and external == view.content.get("external_id")
    return by_external or args.get("view_id") == view.id


def _view(user: str, content: Mapping[str, Any]) -> View:
    stored = {**content, "blocks": list(with_ids(content["blocks"]))}
    return View(f"V0{secrets.token_hex(4).upper()}", user, secrets.token_hex(8), stored)
