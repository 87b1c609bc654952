"""Secrets on lines that quotes cut in pieces or hold within other quotes, up to three shells deep."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from harness import Bench
from hypothesis import given
from hypothesis import strategies as st
from nights import Night
from offices import told
from test_masked_everywhere import files

from bot import answers
from bot.request import Actor, Origin, Request
from commands import catalog, secret_lines
from commands.chance import MASK
from commands.line import UsageError

WORD = "S3cretW0rd99"
VERBS = catalog.load()
COMMANDS = [
    "mysql -p{}", "mysql -u root -p{} db", "mysql --password={}", "mysqldump --password {} db", "curl -u bob:{} x",
    "curl -ubob:{} http://x", "curl --user bob:{} x", "curl --user=bob:{} x", "curl -sSU bob:{} x", "redis-cli -a {} x",
    "sshpass -p {} ssh h", "sshpass -p{} ssh h", "ldapsearch -w {} -b dc=x", "app --password {}", "app --password={}",
    "app --api-key {} -v", "DB_PASSWORD={} x", "env DB_PASSWORD={} x", "export API_TOKEN={}; x", "a && PW={} x",
    "run -e A={} busybox", "run --env=A={} busybox", "run -deA={} busybox", "login -u u -p {} h", "login -p{} h",
    "login -u u -p{}", "login --password={} h", "echo the password is {}", "x; curl -u bob:{} y",
    "echo $(curl -u bob:{} y)", "x password:{}",
]  # fmt: skip


def single(text: str) -> str:
    """In single quotes, as most people write it."""
    return "'" + text.replace("'", "'\\''") + "'"


def double(text: str) -> str:
    """In double quotes."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def escaped(text: str) -> str:
    """With a backslash before all that a shell would take for something else."""
    return re.sub(r"([^A-Za-z0-9_])", r"\\\1", text)


QUOTINGS = st.sampled_from([single, double, escaped, shlex.quote])
PARTS = st.lists(st.tuples(st.sampled_from(["ab", "ab ", " ", "it's ", "a;b", "=", ""]), QUOTINGS), max_size=2)
SHELLS = st.sampled_from(["sh -c {}", "ssh h {}", "a; sh -c {} x", "can-i {}"])
BEFORE = st.sampled_from(["", "exec web ", "schedule add --every 6h exec web ", 'schedule add "0 3 * * *" ', "can-i "])
SIGNS = [
    "curl", "-u", "bob:", WORD, '"', "'", "\\", " ", " ", " ", "mysql -p", "--password ", "TOKEN=", "sh -c ", "{", "}",
    "run -e A=", "login -p", "ENV PASSWORD ", "password is ", "password:", ",", "http://u:", "@h/", ";", "|", "\n",
    "$(", "`", ")", "\u200b", MASK,
]  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> str:
    """A line with a secret in it, which may have blanks and may be quoted in pieces."""
    parts = [*draw(PARTS), (WORD, draw(QUOTINGS)), *draw(PARTS)]
    line = draw(st.sampled_from(COMMANDS)).format("".join(mark(text) for text, mark in parts))
    for shell, mark in draw(st.lists(st.tuples(SHELLS, QUOTINGS), max_size=3)):
        line = shell.format(mark(line))
    return draw(BEFORE) + line


@given(lines())
def test_no_quotes_keep_a_secret(line: str) -> None:
    """Neither as it is written down, nor in its canonical form, nor as it is shown; masked once is masked for good."""
    shown = [answers.written(line)]
    try:
        command = VERBS.parse(line).command
    except UsageError:
        pass
    else:
        shown += [answers.canonical(command), answers.typed(Request(line, Actor("U1"), Origin.SLASH), command)]
    for each in shown:
        assert WORD not in each
        assert MASK in each
        assert secret_lines.mask_typed(each) == each


@given(st.lists(st.sampled_from(SIGNS), max_size=14), st.booleans())
def test_masking_again_changes_nothing(signs: list[str], is_within: bool) -> None:
    """Of whatever is typed, closed or not; what a shell splits is split in as many words afterwards."""
    line = f"sh -c {shlex.quote(''.join(signs))}" if is_within else "".join(signs)
    masked = secret_lines.mask_typed(line)
    assert secret_lines.mask_typed(masked) == masked
    try:
        words = shlex.split(line)
    except ValueError:
        return
    if not {"`", "$("} & set(signs):
        assert len(shlex.split(masked)) == len(words)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (f"""exec web sh -c "curl -u bob:'{WORD}' x" """, f"""exec web sh -c "curl -u bob:'{MASK}' x" """),
        (f"exec web curl -u bob:'{WORD}' http://x", f"exec web curl -u bob:'{MASK}' http://x"),
        (f"""exec web sh -c "env 'DB_PASSWORD=a {WORD}' x" """, f"""exec web sh -c "env 'DB_PASSWORD={MASK}' x" """),
        (f"exec web mysql -pab'{WORD}' shop", f"exec web mysql -p{MASK} shop"),
        (f"exec web sh -c 'mysql -p{WORD}; rm -rf /x'", f"exec web sh -c 'mysql -p{MASK}; rm -rf /x'"),
        (f'exec web app --password ab"{WORD}" go', f"exec web app --password {MASK} go"),
        (f"login -u u '-p{WORD}' h", f"login -u u '-p{MASK}' h"),
        (f"exec web x password:'ab {WORD}'", f"exec web x password:'{MASK}'"),
        (f"""curl -d '{{"password":"{WORD}","n":"a b"}}' x""", f"""curl -d '{{"password":"{MASK}","n":"a b"}}' x"""),
    ],
)
def test_only_the_value_goes(line: str, shown: str) -> None:
    """What ran is still read, with the quotes that it was typed with."""
    assert secret_lines.mask_typed(line) == shown


@pytest.mark.parametrize(
    "line",
    [
        r"""exec web sh -c "it's   'no'  \"secret\" at\\ all" """,
        """exec web sh -c 'for a in x; do echo "$a" | wc; done'""",
        r"exec web grep -E 'token|pass(word)?=' a\ b c\\d $x",
        """exec web sh -c "a && b || c; echo $(date) `id -u`" """,
    ],
)
def test_a_line_without_secrets_is_as_it_was_typed(line: str) -> None:
    """To the character, whatever it holds."""
    assert secret_lines.mask_typed(line) == line


LINES = [
    f"exec web echo curl -u bob:'{WORD}' http://x",
    f"""exec web sh -c "echo curl -u bob:'{WORD}' http://x" """,
    f"""exec web sh -c "env 'DB_PASSWORD=ab {WORD}' true" """,
    rf"""exec web sh -c "sh -c 'echo --password '\\''{WORD}'\\'''" """,
    f"exec web echo mysql -pab'{WORD}'",
    f"nonsense login -u u '-p{WORD}' --password 'ab'{WORD}",
]


@pytest.mark.attack("S20")
@pytest.mark.parametrize("before", ["", "schedule add --yes --every 6h ", "can-i "])
def test_it_is_written_down_and_shown_nowhere(inhabited: Bench, before: str) -> None:
    """Not in the record, not in the answers that are kept, and not in the line that an answer begins with."""
    for line in LINES:
        said = inhabited.say(before + line)
        assert WORD not in said.line
        assert WORD not in json.dumps(inhabited.store.actions.get(said.number or 0), default=repr)
    assert WORD.encode() not in files(inhabited)


@pytest.mark.attack("S20")
def test_a_reason_holds_no_secret(night: Night) -> None:
    """Of a schedule that is paused and of a host that is maintained: it is masked before it is written."""
    number = night.say("schedule add --yes --every 6h ps").number
    said = [night.say(f"schedule pause {number} the password is {WORD}")]
    said += [night.say(f"maintenance start local 2h password is {WORD}")]
    said += [night.say("schedule ls"), night.say("maintenance ls")]
    assert not [each for each in said if WORD in told(each) + each.line]
    assert WORD.encode() not in files(night.bench)
