"""`can-i`, `policy explain` and `policy test` say of a line what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from bot_process import BotProcess
from docker.api.client import APIClient
from offices import BASE, DEV, EVE, SAM, Office, told

from bot.imagined import Asked, Imagination, Traits
from bot.policy import Policy
from bot.request import Status
from commands import catalog

CONSENT = '[[require]]\nverbs = ["act", "change", "enter"]\napprove = "second"\n'
HIDE = '[[deny]]\nverbs = ["see", "read", "act", "change", "enter"]\non = ["name:web"]\n'


def test_a_line_that_nobody_can_be_asked_about_is_not_promised(office: Office) -> None:
    """can-i says what the line itself would be told."""
    dev = office(CONSENT)
    for line in (
        "run --rm 127.0.0.1:1/far true",
        "run --pull always busybox true",
        "exec web echo AKIAIOSFODNN7EXAMPLE",
    ):
        said, done = told(dev.say(f"can-i {line}", DEV)), dev.say(line, DEV)
        assert (said[:4], done.status) == ("no: ", Status.FAILED)
        assert done.reply.error
        assert done.reply.error in said


def test_a_word_about_a_request_is_promised_to_whom_it_is_for(office: Office) -> None:
    """Nobody agrees to their own; what nobody may know of waits for nobody."""
    dev = office(CONSENT)
    number = dev.say("restart -t 0 web", DEV).number
    for person, line, answer in (
        (DEV, f"approval approve {number}", "no: You asked for number"),
        (DEV, f"approval reject {number}", "no: You asked for number"),
        (DEV, f"approval break-glass {number} --reason x", "no: Nobody may break the glass"),
        (DEV, f"approval review {number}", "no: Number"),
        (DEV, "approval cancel 99", "no: No request waits under the number 99"),
        (DEV, f"approval cancel {number}", "yes"),
        (EVE, f"approval approve {number}", "no: Number"),
        (SAM, f"approval approve {number}", "yes"),
        (SAM, f"approval cancel {number}", "no: Number"),
    ):
        assert (line, told(dev.say(f"can-i {line}", person))[: len(answer)]) == (line, answer)
    assert dev.say(f"approval cancel {number}", DEV).status is Status.DONE
    assert told(dev.say(f"can-i approval approve {number}", SAM)).startswith("no: Number")


def test_what_a_rule_hides_is_denied_to_whoever_keeps_the_policy(
    fresh_world: str, api: APIClient, tmp_path: Path
) -> None:
    """`policy explain` looks at the engine, plans what a line finds, and names the rule; the asker learns nothing."""
    labels = {"com.docker.compose.project": "billing", "com.docker.compose.service": "x"}
    api.create_container("busybox:latest", ["true"], name="bill", labels=labels)
    rules = f'{BASE}{HIDE}[[deny]]\nverbs = ["act"]\non = ["project:billing"]\n'
    (tmp_path / "policy.toml").write_text(f'{rules}[groups]\nS0GROUP001 = ["dev"]\n')
    made = BotProcess(tmp_path, fresh_world)
    for line in ("stop web", "compose -p billing stop", "stop bill"):
        ran = made.run("policy", "explain", "--as", "dev", line)
        assert (line, ran.returncode, "A deny rule" in ran.stdout) == (line, 3, True)
    assert "No such container" in made.run("exec", "--as", "dev", "stop web").stderr
    by_group = ("policy", "explain", "--as", "sam", "stop idle")
    assert made.run(*by_group).returncode == 3
    assert made.run(*by_group[:2], "--group", "S0GROUP001", *by_group[2:]).returncode == 0


@pytest.mark.parametrize(
    ("on", "line", "who", "decision"),
    [
        ("*", "stop web", DEV, "deny"),
        ("*", "inspect web", DEV, "deny"),
        ("*", "inspect idle", DEV, "allow"),
        ("volume:*", "inspect pgdata", EVE, "allow"),
        ("volume:a*", "inspect pgdata", EVE, "deny"),
    ],
)
def test_a_case_is_judged_by_what_its_name_can_stand_for(on: str, line: str, who: str, decision: str) -> None:
    """What a rule denies and hides at once is denied; a name of any kind is of the kind that one may look at."""
    head, eye, rest = BASE.rpartition("[[roles.eye.allow]]")
    rules = head + eye + rest.replace('"*"', f'"{on}"') + HIDE
    verbs = catalog.load()
    policy = Policy.parse(rules, "policy.toml", tuple(verb.spec for verb in verbs))
    assert Imagination(verbs, policy).verdict(Asked(line, who), Traits()).decision == decision
