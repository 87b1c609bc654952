"""All addresses of the workspace, and who may call them."""

import re
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.workspace.errors import SlackError
from bot.workspace.faults import DOWNLOAD, HANG_LIMIT, Hang
from bot.workspace.page import Page

if TYPE_CHECKING:
    from bot.workspace.workspace import Workspace

LOCAL_HOST = re.compile(rb"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")  # others may be DNS rebinding
DRIP = 0.1  # seconds from one byte of a file that hangs to the next


def routes(workspace: "Workspace") -> ASGIApp:
    """The application: Web API, Socket Mode, response URLs, uploads and the page."""
    api = workspace.web_api.endpoint
    listed: list[BaseRoute] = [
        Route("/api/{method}", api, methods=["GET", "POST"]),
        Route("/{kind:path}/T0LOCAL001/1/{secret}", _response_url, methods=["POST"]),
        Route("/upload/v1/{ticket}", _upload, methods=["POST"]),
        Route("/files-pri/{file}/{name}", _download),
        Route("/files-pri/{file}/download/{name}", _download),
        WebSocketRoute("/link/", workspace.socket_mode.endpoint),
        *Page(workspace).routes(),
    ]
    application = Starlette(routes=listed)
    application.state.workspace = workspace
    return LoopbackOnly(application)


class LoopbackOnly:
    """Refuses requests whose Host header names anything but this machine's loopback."""

    def __init__(self, application: ASGIApp) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "lifespan" and not _local(scope):
            refusal = PlainTextResponse("This server answers to 127.0.0.1 and localhost only.\n", 403)
            await refusal(scope, receive, send)
            return
        await self.application(scope, receive, send)


def _local(scope: Scope) -> bool:
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return len(hosts) == 1 and LOCAL_HOST.fullmatch(hosts[0].lower()) is not None


def _workspace(request: Request) -> Any:
    return request.app.state.workspace


async def _response_url(request: Request) -> Response:
    workspace = _workspace(request)
    try:
        body = await request.json()
        place = workspace.tickets.use_response(request.path_params["secret"])
        workspace.responses.answer(place, body)
    except ValueError:
        return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
    except SlackError as refusal:
        status = refusal.status if refusal.status != 200 else 400  # noqa: PLR2004 - HTTP's own number
        return JSONResponse(refusal.body(), status)
    return PlainTextResponse(workspace.faults.garbles("response_url", b"ok"))


async def _upload(request: Request) -> Response:
    content = await request.body()
    try:
        _workspace(request).files.receive(request.path_params["ticket"], content)
    except SlackError as refusal:
        return PlainTextResponse(refusal.code, refusal.status)
    return PlainTextResponse(f"OK - {len(content)}")


async def _download(request: Request) -> Response:
    workspace = _workspace(request)
    if request.headers.get("authorization") != f"Bearer {workspace.bot_token}":
        return PlainTextResponse("not_authed", 403)
    whole = file_response(workspace, request.path_params["file"])
    held = workspace.faults.held(DOWNLOAD)
    if held is None:
        return whole
    return StreamingResponse(_dripping(bytes(whole.body), held), whole.status_code, whole.headers)


async def _dripping(content: bytes, held: Hang) -> AsyncIterator[bytes]:
    """The first half of it, then byte by byte until it is let go, then the rest."""
    half = len(content) // 2
    yield content[:half]
    held.caught.set()
    left = iter(range(half, min(len(content), half + round(HANG_LIMIT / DRIP))))
    while not await anyio.to_thread.run_sync(partial(held.let_go.wait, DRIP), abandon_on_cancel=True):
        if (at := next(left, None)) is None:
            break
        half = at + 1
        yield content[at:half]
    yield content[half:]


def file_response(workspace: "Workspace", file_id: str) -> Response:
    """The bytes of a file, always as a download and never as a page."""
    try:
        file = workspace.files.file(file_id)
    except SlackError as refusal:
        return PlainTextResponse(refusal.code, 404)
    headers = {
        "Content-Disposition": "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(file.content, media_type="application/octet-stream", headers=headers)
