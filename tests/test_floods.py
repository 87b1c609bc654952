"""Floods of every kind, small: `python -m faults.floods` sends a gigabyte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.workspace import Message
from bot.workspace.people import BOT_USER, OPS
from faults import floods
from faults.floods import Sizes, Stage

SMALL = Sizes(log=1_000_000, line=1_000_000, odd=300_000, containers=8, lines=120)


@pytest.fixture
def stage(fresh_world: str, tmp_path: Path) -> Iterator[Stage]:
    """The bot among floods."""
    with floods.staged(fresh_world, tmp_path) as made:
        yield made


@pytest.mark.attack("S17")
@pytest.mark.attack("S27")
def test_a_flood_is_answered_once_in_little_and_obeyed_by_nobody(stage: Stage) -> None:
    """S17, S27: logs of any bytes, many containers, long lines and a hasty person: none lost, doubled or wrong."""
    found = {case.name: (case, case.run()) for case in floods.cases(stage, SMALL)}
    assert {name: tally for name, (_, tally) in found.items() if tally[1:] != (0, 0, 0)} == {}
    assert sum(tally.tried for _, tally in found.values()) > 100
    kept = [len(each.content or b"") for each in stage.workspace.files.kept.values()]
    assert kept
    assert max(kept) < floods.FILE


HARMFUL = [
    {"text": "<!channel>"},
    {"text": "x" * floods.ANSWER},
    {"blocks": ({"type": "rich_text", "elements": [{"type": "broadcast", "range": "here"}]},)},
    {"blocks": ({"type": "rich_text", "elements": [{"type": "text", "text": "\u202e"}]},)},
    {"blocks": ({"type": "section", "text": {"type": "mrkdwn", "text": "*evil*"}},)},
]


@pytest.mark.parametrize("harm", HARMFUL)
def test_what_is_too_much_is_seen(harm: dict[str, Any]) -> None:
    """A message that means something to Slack, or is too long; an ordinary one is neither."""
    message = Message(OPS, "1.1", user=BOT_USER, text="docker ps")
    assert not floods.too_much(message)
    assert floods.too_much(replace(message, **harm))
