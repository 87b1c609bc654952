"""The Web API: `/api/METHOD`, with a form or JSON, a token, and errors in Slack's words."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.workspace.errors import SlackError
from bot.workspace.faults import HANG_LIMIT, Faults
from bot.workspace.quotas import Quotas
from bot.workspace.state import State

CALLS_KEPT = 5_000
STRUCTURED = ("blocks", "view", "files", "attachments", "metadata")  # JSON inside of a form
APP_METHODS = ("apps.connections.open",)  # those that take the app-level token
SCOPES = {
    "chat.": "chat:write",
    "conversations.info": "channels:read",
    "conversations.list": "channels:read",
    "conversations.members": "channels:read",
    "conversations.open": "im:write",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "users.": "users:read",
    "bots.": "users:read",
    "usergroups.": "usergroups:read",
    "files.info": "files:read",
    "files.": "files:write",
}

Method = Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Call:
    """One call of the Web API as it came in, and what it got."""

    method: str
    args: Mapping[str, Any]
    status: int
    answer: Mapping[str, Any]
    at: float


class WebApi:
    """All methods behind one endpoint."""

    def __init__(self, state: State, faults: Faults, tokens: tuple[str, str]) -> None:
        self.state = state
        self.faults = faults
        self.bot_token, self.app_token = tokens
        self.scopes = {*SCOPES.values(), "commands", "app_mentions:read", "im:history", "groups:history"}
        self.methods: dict[str, Method] = {}
        self.quotas = Quotas()
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)

    async def endpoint(self, request: Request) -> Response:
        """Answer one call."""
        method = request.path_params["method"]
        args: dict[str, Any] = {}
        try:
            args = await _arguments(request)
            await self._hang(method)
            answer = self._perform(method, args, request.headers.get("authorization", ""))
            status, headers = 200, {"x-oauth-scopes": ",".join(sorted(self.scopes))}
        except SlackError as refusal:
            answer, status, headers = refusal.body(), refusal.status, refusal.headers()
            if refusal.code == "missing_scope":
                answer |= {"needed": _scope(method), "provided": ",".join(sorted(self.scopes))}
        self._record(Call(method, args, status, answer, self.state.clock()))
        told = JSONResponse(answer, status, headers)
        return Response(self.faults.garbles(method, bytes(told.body)), status, headers, told.media_type)

    async def _hang(self, method: str) -> None:
        held = self.faults.held(method)
        if held is not None:
            held.caught.set()
            await anyio.to_thread.run_sync(partial(held.let_go.wait, HANG_LIMIT), abandon_on_cancel=True)

    def _perform(self, method: str, args: dict[str, Any], authorization: str) -> dict[str, Any]:
        token = str(args.pop("token", "")) or authorization.removeprefix("Bearer ")
        self.faults.before(method)
        if method not in self.methods:
            raise SlackError("unknown_method")
        self._authorize(method, token)
        with self.state.changed:
            self.quotas.take(method)
            answer = {"ok": True, **self.methods[method](args)}
        self.faults.after(method)
        return answer

    def _authorize(self, method: str, token: str) -> None:
        if not token:
            raise SlackError("not_authed")
        if token not in {self.bot_token, self.app_token}:
            raise SlackError("invalid_auth")
        if (token == self.app_token) != (method in APP_METHODS):
            raise SlackError("not_allowed_token_type")
        scope = _scope(method)
        if scope and scope not in self.scopes:
            raise SlackError("missing_scope")

    def _record(self, call: Call) -> None:
        with self.state.changed:
            self.calls.append(call)
            self.state.changed.notify_all()


def _scope(method: str) -> str | None:
    return next((scope for prefix, scope in SCOPES.items() if method.startswith(prefix)), None)


async def _arguments(request: Request) -> dict[str, Any]:
    body = (await request.body()).decode("utf-8", "replace")
    args: dict[str, Any] = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        args |= _json(body or "{}", "invalid_json")
    else:
        args |= dict(parse_qsl(body, keep_blank_values=True))
    for name in STRUCTURED:
        if isinstance(args.get(name), str):
            args[name] = _json(args[name] or "[]", f"invalid_{name}_format")
    return args


def _json(text: str, refusal: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise SlackError(refusal) from None
