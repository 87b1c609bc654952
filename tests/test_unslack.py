"""What keyboards and Slack do to a line is undone."""

from __future__ import annotations

import string

import pytest
from growth import grows_evenly
from hypothesis import example, given
from hypothesis import strategies as st

from bot.slack import unslack

DAMAGED = [
    ("ps \u2014all", "ps --all"),
    ("logs web \u2014tail 50", "logs web --tail 50"),
    ("logs web \u2013tail 50", "logs web --tail 50"),
    ("ps \u2013a", "ps -a"),
    ("ps \u2014a", "ps -a"),
    ("ps \u2212a", "ps -a"),
    ("\u2014version", "--version"),
    ("ps \u2014-all", "ps --all"),
    ("ps -\u2014all", "ps --all"),
    ("ps \u2014filter=name=web", "ps --filter=name=web"),
    ("logs web -n \u201350", "logs web -n -50"),
    ("exec web \u2014 ls", "exec web -- ls"),
    ("load \u2013", "load -"),
    ("logs web\u2014old", "logs web\u2014old"),
    ("ps --filter \u201cname=web\u201d", 'ps --filter "name=web"'),
    ("ps --filter \u2018name=web\u2019", "ps --filter 'name=web'"),
    ("run alpine sh -c \u201capk add \u2014no-cache curl\u201d", 'run alpine sh -c "apk add --no-cache curl"'),
    ("logs web --grep \u201cfoo \u2014 bar\u201d", 'logs web --grep "foo \u2014 bar"'),
    ("logs web --grep \u2018foo \u2013 bar\u2019", "logs web --grep 'foo \u2013 bar'"),
    ("logs\u00a0web\u202f--tail\u20075", "logs web --tail 5"),
    ("lo\u200bgs\ufeff \u2060we\u00adb", "logs web"),
    ("ps --format \u202a{{.ID}}\u202c", "ps --format {{.ID}}"),
    ("ps -a &gt; out &amp;&amp; ls &lt; in", "ps -a > out && ls < in"),
    ("ps --format '&amp;lt;'", "ps --format '&lt;'"),
    ("pull <http://registry.example.com/app|registry.example.com/app>", "pull registry.example.com/app"),
    ("run -e URL=<https://example.com/a?b=1&amp;c=2> app", "run -e URL=https://example.com/a?b=1&c=2 app"),
    ("login -u <mailto:me@example.com|me@example.com>", "login -u me@example.com"),
    ("login -u <mailto:me@example.com>", "login -u me@example.com"),
    ("audit ls --filter person=<@U0ADMIN001|admin>", "audit ls --filter person=U0ADMIN001"),
    ("audit ls --filter channel=<#C0OPS00001|ops>", "audit ls --filter channel=C0OPS00001"),
    ("audit ls --filter group=<!subteam^S0ONCALL1|@oncall>", "audit ls --filter group=S0ONCALL1"),
    ("logs web --grep <!channel>", "logs web --grep @channel"),
    ("logs --since <!date^1700000000^{date}|yesterday> web", "logs --since yesterday web"),
    ("`ps -a`", "ps -a"),
    ("```ps -a```", "ps -a"),
    ("```\nps -a\n```", "ps -a"),
    ("ps\n-a\r\n--no-trunc", "ps -a --no-trunc"),
    ("run \\\n  -d \\\n  nginx", "run -d nginx"),
    ("  ps -a  ", "ps -a"),
    ("", ""),
]
UNTOUCHED = [
    "ps -a --no-trunc --filter name=web",
    "logs web --tail 50",
    "run alpine sh -c 'echo `date`'",
    "ps `echo -a`",
    'exec web sh -c "echo a > b && c | d"',
    "ps --format 'table {{.ID}}\t{{.Names}}'",
    "ps --filter label=a<b>c",
    "inspect web --format '{{if lt 1 2}}<x>{{end}}'",
]


@pytest.mark.attack("S23")
@pytest.mark.parametrize(("damaged", "meant"), DAMAGED)
def test_damage_is_undone(damaged: str, meant: str) -> None:
    """Dashes, quotes, spaces, entities, links, fences and line breaks come back as they were typed."""
    assert unslack.text(damaged) == meant


@pytest.mark.parametrize("line", UNTOUCHED)
def test_what_is_not_damaged_stays(line: str) -> None:
    """Shell text, templates and angle brackets of one's own are no damage."""
    assert unslack.text(line) == line


plain = st.text(string.ascii_letters + string.digits + " -_=./:,{}'\"$|*#@!?()[]%+~^\\;", max_size=60)


@given(plain.map(str.strip))
@example("a -- b")
def test_plain_lines_come_through_unchanged(line: str) -> None:
    """A line of plain characters, without entities, links or fences, is left as it is."""
    assert unslack.text(line) == line


@given(st.text(max_size=200))
@example("<" * 50 + "http://x|")
@example("\\\n")
def test_any_text_becomes_one_line(line: str) -> None:
    """Nothing that Slack may send raises, and what comes out has no line break and no odd space around it."""
    seen = unslack.text(line)
    assert "\n" not in seen
    assert "\r" not in seen
    assert seen == seen.strip()


# Lines that make a careless pattern try every start with every end.
TEDIOUS = {
    "blanks": " ",
    "tabs": "\t ",
    "no-break spaces": "\u00a0",
    "line breaks": "\n",
    "backslashes": "\\ ",
    "continued lines": "\\ \n",
    "open links": "<http://x|",
    "quotes": "'\u201c",
    "dashes": "\u2014",
    "entities": "&lt;",
    "back-ticks": "`",
}


@pytest.mark.attack("S23")
@pytest.mark.parametrize("what", TEDIOUS)
def test_the_work_grows_with_the_line_and_no_faster(what: str) -> None:
    """S23: eight times the line takes about eight times the work; were it quadratic it would be sixty-four."""
    small, large = (f"a{(TEDIOUS[what] * size)[:size]}b" for size in (4_000, 32_000))
    assert grows_evenly(unslack.text, small, large)


@given(
    st.lists(st.sampled_from(["ps", "--all", "-a", "--format", "'{{.ID}}'", '"a b"', "web", "--tail=5"]), min_size=1)
)
def test_what_a_keyboard_did_to_a_line_is_undone(words: list[str]) -> None:
    """Long dashes for two, curly quotes and no-break spaces in one line give the line back."""
    line = " ".join(words)
    damaged = line.replace("--", "\u2014").replace(" ", "\u00a0").replace("'", "\u2019").replace('"', "\u201c")
    assert unslack.text(damaged) == line
