"""An archive of images brings no name but those that were looked at, whoever reads it."""

from __future__ import annotations

import io
import tarfile

import pytest

from commands.archives import checking, loading
from commands.archives.checking import Bounds
from commands.attempts import Refusal


@pytest.mark.parametrize(
    "text",
    [
        '[{"RepoTags": ["a:1"], "repotags": ["b:1"]}]',
        '[{"REPOTAGS": ["b:1"]}]',
        '[{"RepoTag\u017f": ["b:1"]}]',
        '[{"RepoTags": ["a:1"], "RepoTags": ["b:1"]}]',
    ],
)
def test_a_key_that_go_reads_as_another_one_is_refused(text: str) -> None:
    """Go takes a key in any case, and the last of several."""
    with pytest.raises(Refusal, match="cannot be read"):
        loading._json(text.encode())


@pytest.mark.parametrize("link", [False, True])
def test_a_name_that_ends_sooner_for_others_is_refused(*, link: bool) -> None:
    """At a NUL, which a pax header may hold."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo("l" if link else "x")
        entry.type = tarfile.SYMTYPE if link else tarfile.REGTYPE
        entry.pax_headers = {"linkpath" if link else "path": "manifest.json\0x"}
        archive.addfile(entry)
    packed.seek(0)
    with pytest.raises(Refusal):
        checking.passed(packed, Bounds())
