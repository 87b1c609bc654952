"""The local workspace: a server in Slack's place, with the people in it at the caller's command."""

import contextlib
from collections.abc import Iterator

from starlette.types import ASGIApp

from bot.workspace import server
from bot.workspace.acts import Acts
from bot.workspace.routes import routes
from bot.workspace.sights import Sights
from bot.workspace.stage import Stage


class Workspace(Acts, Sights, Stage):
    """What people do (acts), what is seen (sights), what is arranged (stage), and serving it all."""

    def asgi(self) -> ASGIApp:
        """The application."""
        return routes(self)

    @contextlib.contextmanager
    def serve(self, port: int = 0) -> Iterator[str]:
        """A server of its own in a thread; gives the base address."""
        with server.listen(port) as listening:
            self.base_url = f"http://{server.LOOPBACK}:{listening.getsockname()[1]}"
            with server.serve(self.asgi(), listening):
                yield self.base_url
