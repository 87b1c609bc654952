"""A line may be as long as Slack takes it: what it takes grows with its length, not with its square."""

from __future__ import annotations

import subprocess
import sys

import pytest

from commands import catalog
from commands.line import UsageError

LENGTH = 300_000  # characters; by the square, half an hour and more
LIMIT = 300  # seconds, on however slow a machine
LINES = {
    "blanks": '"a" + " " * LENGTH + "b"',
    "blanks before a line break": '"a" + " " * LENGTH + "\\\\\\nb"',
    "a quote never closed": """'"' + '\\\\"' * (LENGTH // 2)""",
    "links never closed": '"<http://a|" * (LENGTH // 10)',
    "dashes": '"-\\u2014" * (LENGTH // 2)',
    "backslashes": '"\\\\ " * (LENGTH // 2)',
}


def test_a_long_line_is_mended_in_time() -> None:
    """Whatever it is made of; in another process, since no thread of this one could end a search that does not."""
    said = "\n".join(f"unslack.text({line})" for line in LINES.values())
    program = f"from bot.slack import unslack\nLENGTH = {LENGTH}\n{said}"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=LIMIT)


@pytest.mark.parametrize("flag", ["-p 1-65535:1-65535 ", "--expose 1-65535 "])
def test_a_line_names_no_more_ports_than_there_are(flag: str) -> None:
    """One range of all of them is read; hundreds in a line would have kept the bot busy for a quarter of an hour."""
    assert catalog.load().parse(f"run {flag} app").command.spec.name == "container run"
    with pytest.raises(UsageError, match="more than 65536 ports"):
        catalog.load().parse(f"run {flag * 400} app")
