"""The parts of a workspace, put together."""

import time

from bot.workspace.acknowledged import Acknowledged
from bot.workspace.chat import Chat
from bot.workspace.conversations import Conversations
from bot.workspace.faults import Faults
from bot.workspace.files import Files
from bot.workspace.keys import Keys
from bot.workspace.request_url import RequestUrl
from bot.workspace.responses import Responses
from bot.workspace.socket_mode import SocketMode
from bot.workspace.state import Clock, State
from bot.workspace.tickets import Tickets
from bot.workspace.users import Users
from bot.workspace.views import Views
from bot.workspace.web_api import WebApi


class Parts:
    """One workspace with one app in it, whose slash command and name are given."""

    def __init__(
        self,
        keys: Keys | None = None,
        *,
        bot_name: str = "slashdock",
        command: str = "/docker",
        clock: Clock = time.time,
    ) -> None:
        self.keys = keys or Keys()
        self.bot_token, self.app_token = self.keys.bot_token, self.keys.app_token
        self.signing_secret = self.keys.signing_secret
        self.command = command
        self.faults = Faults()
        self.state = State(clock, bot_name)
        self.tickets = Tickets(clock)
        self.responses = Responses(self.state)
        self.files = Files(self.state)
        self.views = Views(self.state, self.tickets)
        self.acknowledged = Acknowledged(self.tickets, self.responses, self.views)
        self.socket_mode = SocketMode(self.state, self.acknowledged)
        self.request_url: RequestUrl | None = None
        self.web_api = self._web_api()
        self._base_url = ""

    def _web_api(self) -> WebApi:
        api = WebApi(self.state, self.faults, (self.bot_token, self.app_token))
        people = (Chat(self.state).methods, Conversations(self.state).methods, Users(self.state).methods)
        for methods in (*people, self.files.methods, self.views.methods, self.socket_mode.methods):
            api.methods.update(methods)
        return api

    @property
    def base_url(self) -> str:
        """Where the workspace is reached, `http://127.0.0.1:PORT`; set it when another server mounts it."""
        return self._base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self._base_url = self.files.base_url = self.socket_mode.base_url = url.rstrip("/")

    @property
    def api_url(self) -> str:
        """The base of the Web API, for WebClient(base_url=...)."""
        return f"{self.base_url}/api/"

    @property
    def page_url(self) -> str:
        """The page's address with the key in it: whoever has it acts as any person here."""
        return f"{self.base_url}/#{self.keys.page_key}"
