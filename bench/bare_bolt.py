"""The least that Bolt can be: one command that is acknowledged and answered with a word, behind uvicorn."""

from __future__ import annotations

import os
import sys

import uvicorn
from slack_bolt import Ack, App, Respond
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

READY = "bare Bolt listens"


def main() -> None:
    """Listen on the port of the environment."""
    client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = App(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"], process_before_response=True)

    @app.command("/docker")
    def answer(ack: Ack, respond: Respond) -> None:
        ack()
        respond("pong")

    handler = SlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    served = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    uvicorn.run(served, port=int(os.environ["SLASHDOCK_PORT"]), log_level="warning")


if __name__ == "__main__":
    main()
