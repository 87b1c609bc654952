"""What can be seen of a workspace, and waiting for it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from bot.workspace.message import Message
from bot.workspace.parts import Parts
from bot.workspace.people import Channel, Group, Person
from bot.workspace.web_api import Call

WAIT_SECONDS = 10

Found = TypeVar("Found")


class Sights(Parts):
    """The sights."""

    def messages(self, channel: str, viewer: str | None = None) -> tuple[Message, ...]:
        """What stands in a channel, as this person sees it (None: everything), oldest first."""
        return self.state.messages(channel, viewer)

    def thread(self, channel: str, ts: str, viewer: str | None = None) -> tuple[Message, ...]:
        """One thread, its first message included."""
        return tuple(each for each in self.messages(channel, viewer) if ts in {each.ts, each.thread_ts})

    def wait_for(self, found: Callable[[], Found], timeout: float = WAIT_SECONDS) -> Found:
        """Wait until this is true, and give it back; raises TimeoutError after so many seconds."""
        with self.state.changed:
            result = self.state.changed.wait_for(found, timeout)
        if not result:
            raise TimeoutError(f"nothing of the kind within {timeout} s")
        return result

    def wait_for_message(
        self,
        channel: str,
        text: str = "",
        *,
        viewer: str | None = None,
        after: str = "0",
        timeout: float = WAIT_SECONDS,
    ) -> Message:
        """Wait for a message of the bot that contains this text, newer than the time `after`."""

        def found() -> Message | None:
            seen = (each for each in self.messages(channel, viewer) if each.by_bot and each.ts > after)
            return next((each for each in seen if text in each.plain()), None)

        found_message = self.wait_for(found, timeout)
        if found_message is None:
            raise TimeoutError  # unreachable: wait_for gives back only what is true
        return found_message

    @property
    def calls(self) -> Sequence[Call]:
        """Every call of the Web API, oldest first."""
        with self.state.changed:
            return tuple(self.web_api.calls)

    @property
    def scopes(self) -> set[str]:
        """The app's scopes; take one away for missing_scope."""
        return self.web_api.scopes

    @property
    def connections(self) -> int:
        """Open Socket Mode connections."""
        return len(self.socket_mode.links)

    @property
    def people(self) -> Mapping[str, Person]:
        """Everyone, by id, the bot included."""
        return self.state.people

    @property
    def channels(self) -> Mapping[str, Channel]:
        """Every channel, by id."""
        return self.state.channels

    @property
    def groups(self) -> Mapping[str, Group]:
        """Every user group, by id."""
        return self.state.groups
