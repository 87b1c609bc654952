"""files.*: upload in three steps, and what is told of a file."""

import mimetypes
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from bot.workspace.chat import Answer, Arguments
from bot.workspace.errors import SlackError
from bot.workspace.message import Message
from bot.workspace.people import BOT_USER, Channel
from bot.workspace.state import State

KEPT = 100  # files; the oldest are forgotten first
ROOM = 1_000_000_000  # bytes of all of them, which are in memory
FILE_BYTES = 1_000_000_000  # bytes; Slack's own limit


@dataclass
class File:
    """One file; `content` is None until it is uploaded, `channels` say who may read it."""

    id: str
    name: str
    length: int
    ticket: str
    title: str = ""
    user: str = BOT_USER
    content: bytes | None = None
    channels: list[str] = field(default_factory=list)

    def as_slack(self, base_url: str) -> dict[str, Any]:
        """The file object."""
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": mimetypes.guess_type(self.name)[0] or "application/octet-stream",
            "size": self.length,
            "user": self.user,
            "mode": "hosted",
            "channels": [each for each in self.channels if each.startswith("C")],
            "groups": [each for each in self.channels if each.startswith("G")],
            "ims": [each for each in self.channels if each.startswith("D")],
            "url_private": f"{base_url}/files-pri/{self.id}/{quote(self.name)}",
            "url_private_download": f"{base_url}/files-pri/{self.id}/download/{quote(self.name)}",
        }


class Files:
    """The file methods on one state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.base_url = ""
        self.kept: dict[str, File] = {}
        self.methods = {
            "files.getUploadURLExternal": self.ticket,
            "files.completeUploadExternal": self.complete,
            "files.info": self.info,
            "files.delete": self.delete,
        }

    def ticket(self, args: Arguments) -> Answer:
        """files.getUploadURLExternal: a place for `length` bytes."""
        name, length = str(args.get("filename") or ""), int(args.get("length") or 0)
        if not name or length <= 0:
            raise SlackError("invalid_arguments")
        if length > FILE_BYTES:
            raise SlackError("file_uploads_size_limit_exceeded")
        file = File(f"F0{secrets.token_hex(4).upper()}", name.replace("/", "_"), length, secrets.token_hex(16))
        with self.state.changed:
            self.kept[file.id] = file
            while len(self.kept) > KEPT or sum(each.length for each in self.kept.values()) > ROOM:
                del self.kept[next(iter(self.kept))]
        return {"upload_url": f"{self.base_url}/upload/v1/{file.ticket}", "file_id": file.id}

    def receive(self, ticket: str, content: bytes) -> None:
        """The second step: the bytes themselves, as many as were announced."""
        for file in self.kept.values():
            if secrets.compare_digest(file.ticket, ticket) and file.content is None:
                if len(content) != file.length:
                    raise SlackError("length_mismatch", status=400)
                file.content = content
                return
        raise SlackError("not_found", status=404)

    def put(self, user: str, channel: str, name: str, content: bytes) -> File:
        """A person gives a file to a channel."""
        made = self.ticket({"filename": name, "length": len(content)})
        file = self.kept[made["file_id"]]
        file.content, file.user, file.channels = content, user, [channel]
        return file

    def complete(self, args: Arguments) -> Answer:
        """files.completeUploadExternal: shows the files in channels that the bot is in."""
        files = [self._titled(each) for each in args.get("files") or ()]
        if not files:
            raise SlackError("invalid_arguments")
        wanted = [args.get("channel_id"), *str(args.get("channels") or "").split(",")]
        channels = [self._joined(each) for each in wanted if each]
        for channel in channels:
            self._share(channel, files, args)
        return {"files": [file.as_slack(self.base_url) for file in files]}

    def info(self, args: Arguments) -> Answer:
        """files.info."""
        return {"file": self.file(str(args.get("file") or "")).as_slack(self.base_url)}

    def delete(self, args: Arguments) -> Answer:
        """files.delete."""
        del self.kept[self.file(str(args.get("file") or "")).id]
        return {}

    def file(self, file_id: str) -> File:
        """The file with this id; raises file_not_found."""
        found = self.kept.get(file_id)
        if found is None or found.content is None:
            raise SlackError("file_not_found")
        return found

    def readable_by(self, file: File, user: str) -> bool:
        """Whether this person is in a channel that the file was shared in."""
        return user in {BOT_USER, file.user} or any(
            user in self.state.channels[channel].members for channel in file.channels
        )

    def _titled(self, wanted: Mapping[str, Any]) -> File:
        file = self.file(str(wanted.get("id") or ""))
        file.title = wanted.get("title") or file.name
        return file

    def _joined(self, channel_id: str) -> Channel:
        channel = self.state.channel_of_bot(channel_id)
        if BOT_USER not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def _share(self, channel: Channel, files: list[File], args: Arguments) -> None:
        for file in files:
            file.channels.append(channel.id)
        self.state.add(
            Message(
                channel=channel.id,
                ts=self.state.next_ts(),
                user=BOT_USER,
                text=args.get("initial_comment") or "",
                thread_ts=args.get("thread_ts"),
                files=tuple(file.as_slack(self.base_url) for file in files),
            )
        )
