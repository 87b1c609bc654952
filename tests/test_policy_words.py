"""`slashdock policy check`, `explain` and `test`, as a person or a team's CI runs them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from bot_process import BotProcess
from harness import PROJECT

POLICY = """\
version = 1

[people]
alice = { slack = ["U0ALICE01"], roles = ["dev"] }
bob   = { slack = ["U0BOB0001"], roles = ["sre"] }

[groups]
S0ONCALL1 = ["sre"]

[channels]
allow = ["C0OPS00001"]

[approvals.two]
need = 2
from = ["sre"]

[[roles.dev.allow]]
verbs = ["see", "restart"]
on    = ["name:web*", "project:shop", "image:app:*", "by:me"]

[[roles.dev.allow]]
verbs   = ["kill"]
on      = ["label:tier=front"]
approve = "two"

[[roles.sre.allow]]
verbs = ["see", "read", "act", "change"]
on    = ["*"]

[[deny]]
verbs = ["change"]
on    = ["project:billing"]

[[require]]
verbs   = ["change"]
hosts   = ["prod"]
approve = "two"
"""
CASES = """\
[[case]]
who = "alice"
line = "restart web-1"
expect = "allow"

[[case]]
who = "alice"
line = "kill db"
expect = "hold"
labels = { tier = "front" }
approvals = ["two"]

[[case]]
who = "alice"
line = "restart db"
expect = "allow"
image = "app:1.0"

[[case]]
who = "alice"
line = "restart db"
expect = "allow"
maker = "alice"

[[case]]
who = "alice"
line = "kill db"  # whoever made it from chat has written its labels
expect = "deny"
labels = { tier = "front" }
maker = "bob"

[[case]]
who = "bob"
line = "rm -f pay"
expect = "deny"
labels = { "com.docker.compose.project" = "billing" }

[[case]]
who = "bob"
line = "run -d --name web busybox"
expect = "hold"
host = "prod"

[[case]]
who = "bob"
line = "run --privileged busybox"
expect = "deny"

[[case]]
who = "bob"
line = "ps"
channel = "C0ELSEWHERE"
expect = "deny"

[[case]]
who = "U0MALLORY"
line = "help"
expect = "deny"

[[case]]
who = "U0MALLORY"
groups = ["S0ONCALL1"]
line = "kill web"
expect = "allow"
"""


@pytest.fixture
def terminal(tmp_path: Path) -> BotProcess:
    """A bot with this policy for only one engine, which is not there."""
    (tmp_path / "policy.toml").write_text(POLICY.replace('hosts   = ["prod"]\n', ""))
    return BotProcess(tmp_path, f"unix://{tmp_path}/nothing.sock")


@pytest.fixture
def team(tmp_path: Path) -> BotProcess:
    """A team's CI: the policy of several engines, none of them there."""
    (tmp_path / "policy.toml").write_text(POLICY)
    return BotProcess(tmp_path, f"unix://{tmp_path}/nothing.sock")


def test_check_says_what_a_good_file_has(terminal: BotProcess, tmp_path: Path) -> None:
    """In one line; of the file that the settings name or another one."""
    ran = terminal.run("policy", "check")
    told = "2 people, 1 group, 2 roles, 3 allow rules, 1 deny rule, 1 require rule, 1 approval."
    assert (ran.returncode, ran.stdout) == (0, f"{tmp_path}/policy.toml is good: {told}\n")
    other = tmp_path / "other.toml"
    other.write_text("version = 1\n[people]\ncarol = { slack = ['U0CAROL01'], roles = [] }\n")
    assert terminal.run("policy", "check", str(other)).stdout == f"{other} is good: 1 person.\n"


def test_check_tells_every_fault_with_its_line(team: BotProcess, tmp_path: Path) -> None:
    """A host that is not set up too; 2, and nothing on standard output."""
    (tmp_path / "policy.toml").write_text(POLICY.replace('"restart"', '"restrat"'))
    ran = team.run("policy", "check")
    assert (ran.returncode, ran.stdout) == (2, "")
    first, second = ran.stderr.splitlines()
    assert "policy.toml, line 18: 'restrat' is no verb and no class of verbs" in first
    assert first.endswith("did you mean 'restart'?")
    assert "line 36: no host 'prod' is set up, only local" in second
    gone = team.run("policy", "check", "nowhere.toml")
    assert (gone.returncode, gone.stderr) == (2, "nowhere.toml cannot be read: No such file or directory\n")


@pytest.mark.parametrize(
    ("words", "code", "told", "note"),
    [
        (["--as", "alice", "restart web"], 0, "allow: The role dev allows `container restart`", "web judged by name"),
        (
            ["--as", "alice", "restart db"],
            3,
            "deny: Your role dev allows `container restart`",
            "db judged by name alone",
        ),
        (["--as", "bob", "rm -f web"], 4, "hold: The role sre allows `container rm`", "web judged by name alone"),
        (["--as", "U0BOB0001", "--channel", "C0ELSEWHERE", "ps"], 3, "deny: slashdock does not listen in this", ""),
        (["--as", "bob", "--host", "prod", "ps"], 0, "allow: The role sre allows `container ls`", ""),
        (["--as", "bob", "rm --nope"], 2, "unknown: unknown flag: --nope", ""),
    ],
)
def test_explain_needs_no_engine(terminal: BotProcess, words: list[str], code: int, told: str, note: str) -> None:
    """It says so where it matters, and exits as exec would."""
    ran = terminal.run("policy", "explain", *words)
    assert (ran.returncode, ran.stderr) == (code, "")
    first, *others = ran.stdout.splitlines()
    assert first.startswith(told)
    assert len(others) == (1 if note else 0)
    assert note in "".join(others)


def test_explain_looks_where_an_engine_answers(fresh_world: str, tmp_path: Path) -> None:
    """By the labels of what is there, and what is not there is said."""
    (tmp_path / "policy.toml").write_text(POLICY.replace('hosts   = ["prod"]\n', "").replace("need = 2", "need = 1"))
    terminal = BotProcess(tmp_path, fresh_world)
    ran = terminal.run("policy", "explain", "--as", "alice", "kill web")
    assert (ran.returncode, ran.stdout.splitlines()[1:]) == (4, [])
    assert ran.stdout.startswith("hold: The role dev allows `container kill` (class act) on label:tier=front")
    gone = terminal.run("policy", "explain", "--as", "bob", "restart nothere").stdout
    assert gone.endswith("It would fail as things are: Error response from daemon: No such container: nothere\n")


def test_explain_for_nobody_is_a_mistake(terminal: BotProcess) -> None:
    """A name that the policy does not have."""
    ran = terminal.run("policy", "explain", "--as", "mallory", "ps")
    assert ran.returncode == 2
    assert "nobody is called 'mallory' in" in ran.stderr


def test_cases_that_the_policy_meets_are_good(team: BotProcess, tmp_path: Path) -> None:
    """People, groups, hosts, channels, labels, images and makers, without an engine and whatever hosts there are."""
    (tmp_path / "cases.toml").write_text(CASES)
    ran = team.run("policy", "test", "cases.toml")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "11 cases as expected.\n", "")


def test_a_case_that_the_policy_does_not_meet_is_told_with_the_reason(team: BotProcess, tmp_path: Path) -> None:
    """One line each, and exit code 1."""
    wrong = CASES.replace('expect = "allow"', 'expect = "deny"', 1).replace('["two"]', '["two"]\nhost = "prod"')
    (tmp_path / "policy.toml").write_text(
        POLICY + '\n[approvals.one]\nfrom = ["sre"]\n[[require]]\nverbs = ["kill"]\nhosts = ["prod"]\napprove = "one"\n'
    )
    (tmp_path / "cases.toml").write_text(wrong)
    ran = team.run("policy", "test", "cases.toml")
    assert ran.returncode == 1
    first, second, last = ran.stdout.splitlines()
    assert first.startswith(
        "cases.toml, line 1: alice, 'restart web-1': expected deny, got allow: The role dev allows `container restart`"
    )
    assert second.startswith(
        "cases.toml, line 6: alice, 'kill db': expected hold for two, got it for one, two: The role"
    )
    assert last == "2 of 11 cases not as expected."


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('who = "alice"', 'who = "alcie"', "line 2: nobody is called 'alcie' in"),
        ("restart web-1", "restrat web-1", "line 3: 'restrat web-1' is no line: docker: unknown command"),
        ('expect = "allow"', 'expect = "yes"', "line 4: 'yes' is no verdict; expected allow, hold, deny"),
        ('approvals = ["two"]', 'approvals = ["tow"]', "line 11: no approval 'tow' is written in"),
        ('image = "app', 'imgae = "app', "line 17: unknown key 'imgae'; did you mean 'image'?"),
        ('labels = { tier = "front" }', "labels = { tier = 1 }", "line 10: expected labels = { key ="),
        ('who = "alice"', 'who = "alice', "line 2: expected TOML"),
        ("[[case]]", "[[csae]]", "unknown key 'csae'; did you mean 'case'?"),
    ],
)
def test_a_file_of_cases_that_is_wrong_is_told_with_its_lines(
    team: BotProcess, tmp_path: Path, old: str, new: str, fault: str
) -> None:
    """A mistake in a case is none of the policy's: 2."""
    (tmp_path / "cases.toml").write_text(CASES.replace(old, new, 1))
    ran = team.run("policy", "test", "cases.toml")
    assert ran.returncode == 2
    assert fault in ran.stderr


def test_the_pages_example_is_what_the_commands_say(team: BotProcess, tmp_path: Path) -> None:
    """docs/policy.md shows a policy, its cases, and what check and explain print of it."""
    page = (PROJECT / "docs" / "policy.md").read_text()
    blocks = re.findall(r"^```\w+\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    policy = next(block for block in blocks if "[approvals.two]" in block)
    (tmp_path / "policy.toml").write_text(policy)
    (tmp_path / "cases.toml").write_text(next(block for block in blocks if "[[case]]" in block))
    shown = next(block for block in blocks if "$ slashdock policy check" in block)
    bot = replace(team, settings={"SLASHDOCK_POLICY": "policy.toml", "SLASHDOCK_HOST_NAME": "prod"})
    said = bot.run("policy", "check").stdout, bot.run("policy", "explain", "--as", "alice", "rm -f web").stdout
    assert shown == f"$ slashdock policy check\n{said[0]}$ slashdock policy explain --as alice 'rm -f web'\n{said[1]}"
    assert bot.run("policy", "test", "cases.toml").stdout == "1 case as expected.\n"
