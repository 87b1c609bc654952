"""The page at `/`: a chat in the browser, for any of the people here.

Whoever drives the page acts as anyone, the admin included. So every request but those for the page's own
three files needs the key that stands in the printed address, in a header that no foreign page can send.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.workspace import typed
from bot.workspace.delivery import ACK_SECONDS, Delivery
from bot.workspace.errors import SlackError
from bot.workspace.message import Message
from bot.workspace.people import BOT_USER, SLACKBOT, Channel
from bot.workspace.views import View

if TYPE_CHECKING:
    from bot.workspace.workspace import Workspace

KEY_HEADER = "x-slashdock-key"
HEARTBEAT_SECONDS = 15  # a comment so often keeps the stream of changes open
ASSETS = {
    "page.html": "text/html",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "blocks.js": "text/javascript",
    "charts.js": "text/javascript",
    "mrkdwn.js": "text/javascript",
}
SAFE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class Page:
    """The page's files and what they ask for."""

    def __init__(self, workspace: "Workspace") -> None:
        self.workspace = workspace
        self.state = workspace.state

    def routes(self) -> list[BaseRoute]:
        """The page's own addresses."""
        assets: list[BaseRoute] = [
            Route("/" if name == "page.html" else f"/{name}", partial(_asset, name)) for name in ASSETS
        ]
        return [
            *assets,
            Route("/page/state", self._guarded(self._show)),
            Route("/page/changes", self._guarded(self._changes)),
            Route("/page/file/{file}", self._guarded(self._file)),
            Route("/page/send", self._guarded(self._send), methods=["POST"]),
            Route("/page/click", self._guarded(self._click), methods=["POST"]),
            Route("/page/view", self._guarded(self._view), methods=["POST"]),
        ]

    def _guarded(self, handler: Any) -> Any:
        """Only with the key, and a refusal in words instead of a traceback."""

        async def endpoint(request: Request) -> Response:
            given = request.headers.get(KEY_HEADER, "")
            if not secrets.compare_digest(given.encode(), self.workspace.keys.page_key.encode()):
                return JSONResponse({"error": "Open the address that slashdock printed."}, 403, SAFE)
            try:
                answer: Response = await handler(request)
            except (SlackError, LookupError, ValueError, TimeoutError) as refusal:
                return JSONResponse({"error": str(refusal)}, 400, SAFE)
            answer.headers.update(SAFE)
            return answer

        return endpoint

    async def _show(self, request: Request) -> Response:
        person = self.state.person(request.query_params.get("as", ""))
        with self.state.changed:
            channels = [each for each in self.state.channels.values() if _listed(each, person.id)]
            wanted = request.query_params.get("channel", "")
            shown = self.state.messages(wanted, person.id) if wanted in {c.id for c in channels} else ()
            home = self.workspace.views.homes.get(person.id)
            return JSONResponse(
                {
                    "version": self.state.version,
                    "bot": BOT_USER,
                    "bot_name": self.state.bot_name,
                    "command": self.workspace.command,
                    "connected": self._connected(),
                    "people": [_shown_person(each) for each in self.state.people.values()],
                    "channels": [self._shown_channel(each, person.id) for each in channels],
                    "messages": [_shown_message(each) for each in shown],
                    "modal": _shown_view(self.workspace.view(person.id)),
                    "home": _shown_view(home),
                }
            )

    def _shown_channel(self, channel: Channel, user: str) -> dict[str, Any]:
        said = self.state.messages(channel.id, user)
        return {
            "id": channel.id,
            "name": channel.name or self.state.bot_name,
            "kind": channel.kind,
            "topic": channel.topic,
            "has_bot": BOT_USER in channel.members,
            "last": said[-1].ts if said else "0",
        }

    async def _changes(self, _request: Request) -> Response:
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    def _connected(self) -> bool:
        return self.workspace.request_url is not None or self.workspace.connections > 0

    async def _stream(self) -> AsyncIterator[str]:
        """A line a change, as long as the bot is connected: a server that stops with the bot need not wait."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(changed.set)

        self.state.listeners.add(wake)
        try:
            while True:
                yield f"data: {self.state.version}\n\n"
                if not self._connected():
                    return
                changed.clear()
                try:
                    await asyncio.wait_for(changed.wait(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    continue
        finally:
            self.state.listeners.discard(wake)

    async def _file(self, request: Request) -> Response:
        file = self.workspace.files.file(request.path_params["file"])
        if not self.workspace.files.readable_by(file, request.query_params.get("as", "")):
            return PlainTextResponse("file_not_found", 404)
        return Response(file.content, media_type="application/octet-stream")

    async def _send(self, request: Request) -> Response:
        asked = await request.json()
        user, channel = self.state.person(asked["as"]).id, self._open_to(asked["channel"], asked["as"])
        text, thread_ts = str(asked["text"]).strip(), asked.get("thread_ts")
        if not text:
            return JSONResponse({})
        if text.startswith("/"):
            await self._slash(user, channel, text, thread_ts)
            return JSONResponse({})
        said = typed.message(text, self.state)
        if channel.kind == "im":
            self.workspace.direct(user, said, thread_ts)
        elif f"<@{BOT_USER}>" not in said:
            self.workspace.say(user, channel.id, said, thread_ts)
        elif BOT_USER in channel.members:
            self.workspace.mention(user, channel.id, said, thread_ts)
        else:
            self.workspace.say(user, channel.id, said, thread_ts)
            self._slackbot(user, channel.id, f"{self.state.bot_name} is not in this channel.", thread_ts)
        return JSONResponse({})

    async def _slash(self, user: str, channel: Channel, line: str, thread_ts: str | None) -> None:
        command, _, text = line.partition(" ")
        if command != self.workspace.command:
            self._slackbot(user, channel.id, f"{command} is not a valid command here.", thread_ts)
        elif thread_ts:
            self._slackbot(user, channel.id, f"{command} is not supported in threads.", thread_ts)
        else:
            delivery = self.workspace.slash(user, channel.id, typed.escaped(text.strip()), command)
            await self._acknowledgement(delivery, user, channel.id, f"{command} failed: the app did not answer.")

    async def _click(self, request: Request) -> Response:
        asked = await request.json()
        user, channel = self.state.person(asked["as"]).id, self._open_to(asked["channel"], asked["as"])
        seen = self.state.message(channel.id, asked["ts"]).seen_by(user)
        if not seen:
            raise SlackError("message_not_found")
        delivery = self.workspace.click(user, channel.id, asked["ts"], asked["target"], asked.get("given"))
        await self._acknowledgement(delivery, user, channel.id, "The click failed: the app did not answer.")
        return JSONResponse({})

    async def _view(self, request: Request) -> Response:
        asked = await request.json()
        user, given = self.state.person(asked["as"]).id, asked.get("given") or {}
        match asked["do"]:
            case "close":
                self.workspace.close_view(user)
                return JSONResponse({})
            case "click":
                delivery = self.workspace.click_in_view(user, asked["target"], given)
            case _:
                delivery = self.workspace.submit(user, given)
        await anyio.to_thread.run_sync(delivery.wait, ACK_SECONDS)
        body = delivery.ack_body if isinstance(delivery.ack_body, dict) else {}
        return JSONResponse({"errors": body.get("errors") or {}})

    async def _acknowledgement(self, delivery: Delivery, user: str, channel: str, otherwise: str) -> None:
        try:
            await anyio.to_thread.run_sync(delivery.wait, ACK_SECONDS)
        except TimeoutError:
            self._slackbot(user, channel, otherwise)

    def _slackbot(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> None:
        said = Message(channel, self.state.next_ts(), SLACKBOT, typed.escaped(text), thread_ts=thread_ts, only_for=user)
        self.state.add(said)

    def _open_to(self, channel_id: str, user: str) -> Channel:
        channel = self.state.channel(channel_id)
        if not _listed(channel, user):
            raise SlackError("channel_not_found")
        return channel


async def _asset(name: str, _request: Request) -> Response:
    content = (files("bot.workspace") / name).read_bytes()
    return Response(content, media_type=ASSETS[name], headers=SAFE)


def _listed(channel: Channel, user: str) -> bool:
    return channel.kind == "public" or user in channel.members


def _shown_person(person: Any) -> dict[str, Any]:
    return {"id": person.id, "name": person.name, "real_name": person.real_name, "tz": person.tz}


def _shown_message(message: Message) -> dict[str, Any]:
    return message.as_slack() | {"only_for": message.only_for}


def _shown_view(view: View | None) -> dict[str, Any] | None:
    return view.as_slack() if view else None
