"""What Slack makes of a line: any text becomes one line without a character that nobody sees."""

from __future__ import annotations

import unicodedata

from bot.slack import unslack
from fuzz.target import must, text

UNSEEN = frozenset({"Cf", "Cs"})
SPACES = frozenset({"Zs", "Zl", "Zp"})
SLACK_S = frozenset("&<`")  # what stands for something else in Slack's text, and is undone once


def check(case: bytes) -> None:
    """One line, no odd space or unseen character in it; what Slack has not marked is not changed a second time."""
    line = unslack.text(text(case))
    must(line == line.strip(), "no space around it")
    must(len(line.splitlines()) <= 1, "one line")
    must(not [each for each in line if unicodedata.category(each) in UNSEEN], "nothing unseen")
    must(not [each for each in line if each != " " and unicodedata.category(each) in SPACES], "no odd space")
    if SLACK_S.isdisjoint(line):
        must(unslack.text(line) == line, "undone once and for all")


def words() -> tuple[str, ...]:
    """What Slack and keyboards put into a line."""
    return (
        "```", "`", "&lt;", "&gt;", "&amp;", "<http://x|", "<mailto:a@b|", "<@U0|a>", "<#C0|b>", "<!subteam^S0|@a>",
        "<!date^1^{date}|now>", "<!channel>", ">", "|", "\\\n", "\r\n", "\u2014", "\u2013", "\u2212", "\u201c",
        "\u201d", "\u2018", "\u2019", "\u00a0", "\u200b", "\u202e", "\u2028", "\u0085", "--", "-", '"', "'", "\\",
        "ps", "a",
    )  # fmt: skip
