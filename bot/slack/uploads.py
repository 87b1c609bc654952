"""Files that people gave to Slack, for lines that name them: what whoever asks may read there, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.request import Request
from bot.slack.connection import Connection
from bot.slack.said import NotNow, Refused, Unsure, told
from commands.attempts import Refusal
from commands.filing import Draft, TooLarge
from commands.live import Ending
from commands.uploads import Moved

METHOD = "files.info"
_CHUNK = 256 * 1024  # bytes
_SCOPE = "missing_scope"
_NONE = "Slack has no file {} that is shared here, or is yours. Share it where you ask, or attach it to the line."
_NO_SCOPE = (
    "slashdock may not read files yet. Update the app from `slashdock manifest` (files:read), and install it again."
)
_SILENT = "Slack does not say what the file {} is. Nothing was done; send it again."
_ELSEWHERE = "The file {} does not lie in Slack itself, and nothing is fetched from elsewhere."
_BROKEN = "Slack did not give the whole file {}. Nothing was done; send it again."
_GONE = frozenset({"tombstone", "hidden_by_limit", "external"})  # what is no file any more, or none of Slack's


@dataclass(frozen=True)
class SlackUploads:
    """The files that the asker of this request may name: their own, and those shared where they ask."""

    connection: Connection
    request: Request

    def fetch(self, file: str, draft: Draft, moved: Moved, work: Ending) -> str:
        """Write the file of this id, which breaks off as soon as the work has to end; its name. Raises Refusal."""
        found = self._asked(file)
        size, url = _size(found), str(found.get("url_private_download") or found.get("url_private") or "")
        if str(found.get("mode")) in _GONE or found.get("is_external") or not self.connection.keeps(url):
            raise Refusal(_ELSEWHERE.format(file))
        draft.expect(size)
        try:
            with told(METHOD), self.connection.fetched(url, work) as answer:
                while chunk := answer.read(_CHUNK):
                    draft.write(chunk)
                    moved(draft.size, size)
        except (Refused, NotNow, Unsure) as error:
            if isinstance(error.__cause__, TooLarge):
                raise error.__cause__ from None
            raise Refusal(_BROKEN.format(file)) from error
        if draft.size != size:
            raise Refusal(_BROKEN.format(file))
        return str(found.get("name") or file)

    def _asked(self, file: str) -> Mapping[str, Any]:
        """What Slack says of it, where the asker may have it."""
        try:
            with told(METHOD):
                found: Mapping[str, Any] = self.connection.client.files_info(file=file)["file"]
        except Refused as refusal:
            raise Refusal(_NO_SCOPE if refusal.code == _SCOPE else _NONE.format(file)) from refusal
        except (NotNow, Unsure) as error:
            raise Refusal(_SILENT.format(file)) from error
        shared = {each for kind in ("channels", "groups", "ims") for each in found.get(kind) or ()}
        own = found.get("user") == self.request.actor.id
        if not own and (not self.request.channel or self.request.channel not in shared):
            raise Refusal(_NONE.format(file))
        return found


def _size(found: Mapping[str, Any]) -> int:
    size = found.get("size")
    return size if isinstance(size, int) and size >= 0 else 0
