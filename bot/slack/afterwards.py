"""What a message becomes once it stands: how far something is, and that a button in it was pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.buttons import Spent
from bot.slack import charts, elements, room
from bot.slack.blocks import BUTTON, LINE_LIMIT, SHORT, TEXT_LIMIT
from bot.slack.characters import cut, cut_escaped, escaped, tail, visible
from bot.slack.elements import Json, section, span
from bot.slack.message import Message
from commands import rows
from commands.live import LEFT, LINES, Shown, View
from commands.reply import Button

PRESSED = 4  # elements of the sentence about a press
_ESCAPED = 6  # characters at most that one takes as JSON


def without_buttons(text: str, blocks: Sequence[Mapping[str, Any]], spent: Spent) -> Message:
    """A message that was sent, once a button in it was pressed: it says by whom and what for, and has no buttons."""
    kept = [block for block in blocks if block.get("type") != "actions"]
    left = room.BLOCKS - sum(map(room.size, kept)) - room.FRAME * PRESSED
    line = _fitting(elements.typed(spent.line), left)
    number = f" · number {spent.number}"
    pressed = section(
        *elements.who(spent.actor),
        span(" pressed the button for "),
        span(line, code=True),
        span(number),
    )
    said = [each for each in text.splitlines() if not each.startswith(BUTTON)]
    told = f"{elements.mention(spent.actor)} pressed the button for {escaped(line)}{number}"
    return Message(
        cut_escaped("\n".join([told, *said]), TEXT_LIMIT), (*kept, {"type": "rich_text", "elements": [pressed]})
    )


def _fitting(line: str, left: int) -> str:
    """So much of a line as there is room for as Slack counts it; its beginning in any case."""
    line = cut(line, max(SHORT, min(LINE_LIMIT, left)))
    while len(line) > SHORT and (excess := room.size(span(line, code=True)) - left) > 0:
        line = cut(line, max(SHORT, len(line) - 1 - excess // _ESCAPED))
    return line


def under_way(line: str, asker: str, view: View, remember: Callable[[Button], str], *, over: bool) -> Message:
    """How something looks that was asked for; over where its answer is there, so that nothing is to be pressed."""
    text = visible(view.text)[0]
    runs, shown = " ran " if over else " is running ", (rows.fitting if view.anew else tail)(text, LINES, LEFT)
    line, shown = cut(elements.typed(line), LINE_LIMIT) or "something", shown or "…"
    parts: list[Json] = [section(*elements.who(asker), span(runs), span(line, code=True))]
    told = f"{elements.mention(asker)}{runs}{escaped(line)}"
    if view.text or not view.session:
        parts.append(elements.preformatted(shown))
        told = f"{told}\n{escaped(shown)}"
    if view.state:
        parts.append(section(span(view.state)))
        told = f"{told}\n{escaped(view.state)}"
    blocks: list[Json] = [{"type": "rich_text", "elements": parts}]
    blocks += charts.fitting(view.charts).values()
    if not over:
        known = [(each, name) for each in view.buttons if (name := remember(each))]
        pressable = [elements.button(each, at, name) for at, (each, name) in enumerate(known)]
        blocks += [{"type": "actions", "elements": pressable}] if pressable else []
    return Message(cut_escaped(told, TEXT_LIMIT), tuple(blocks))


def page(said: Shown) -> Message | None:
    """A message in the thread of a session; None where there is nothing to be seen."""
    text = visible(said.text.strip("\n"))[0]
    shown = tail(text, LINES, LEFT)
    if not shown.strip():
        return None
    above = said.above + text.count("\n") - shown.count("\n")
    if above:
        shown = f"… {above:,} {'line' if above == 1 else 'lines'} above\n{shown}"
    block = {"type": "rich_text", "elements": [elements.preformatted(shown)]}
    return Message(cut_escaped(escaped(shown), TEXT_LIMIT), (block,))
