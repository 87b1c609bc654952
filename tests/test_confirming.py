"""A question shows exactly what will go, and the answer to it is good for that alone."""

from __future__ import annotations

from pathlib import Path

import harness
from docker.api.client import APIClient
from harness import Bench

from bot.policy import Policy
from bot.request import Outcome, Status
from commands import catalog
from commands.reply import Button, Buttons, Table

INSISTING = """
version = 1
[people]
ada = { slack = ["U0ADMIN001"], roles = ["admin"] }
[confirm]
always = ["image prune"]
[[roles.admin.allow]]
verbs = ["see", "change"]
on = ["*"]
"""


def button(outcome: Outcome) -> Button:
    """The one button of an answer."""
    return next(each for part in outcome.reply.parts if isinstance(part, Buttons) for each in part.buttons)


def shown(outcome: Outcome) -> list[str]:
    """The first column of what would go."""
    return [row[0] for part in outcome.reply.parts if isinstance(part, Table) for row in part.rows[1:]]


def test_a_question_shows_what_would_go_and_does_nothing(inhabited: Bench, api: APIClient) -> None:
    """The list, not a sentence; the record has it too."""
    before = len(api.images())
    asked = inhabited.say("image prune -a")
    assert asked.status is Status.HELD
    assert "app:2.0" in shown(asked)
    assert len(api.images()) == before
    action = inhabited.store.actions.get(asked.number or 0)
    assert action is not None
    assert "app:2.0" in [target["name"] for target in action["targets"]]


def test_the_answer_yes_does_what_was_shown(inhabited: Bench, api: APIClient) -> None:
    """The same line with the digest of what was shown."""
    asked = inhabited.say("image prune")
    done = inhabited.say(button(asked).line, confirmed=button(asked).confirms)
    assert done.status is Status.DONE
    assert not api.images(filters={"dangling": True})


def test_a_yes_to_other_objects_is_asked_again(inhabited: Bench, api: APIClient) -> None:
    """What came since was not shown to anybody."""
    asked = inhabited.say("image prune")
    made = api.commit("idle")["Id"]
    again = inhabited.say(button(asked).line, confirmed=button(asked).confirms)
    assert again.status is Status.HELD
    assert len(shown(again)) == len(shown(asked)) + 1
    assert api.inspect_image(made)


def test_a_yes_is_good_for_its_line_alone(inhabited: Bench) -> None:
    """Another line that would touch the same objects is another question."""
    asked = inhabited.say("image prune")
    other = inhabited.say("image prune --filter label=stage", confirmed=button(asked).confirms)
    assert other.status is Status.HELD


def test_the_policy_may_insist_on_the_question(engine: str, tmp_path: Path, inhabited: Bench) -> None:  # noqa: ARG001 - the world
    """--force says yes only where the policy lets it."""
    policy = Policy.parse(INSISTING, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    bench = harness.bench(engine, tmp_path / "insisting", policy)
    asked = bench.say("image prune --force")
    done = bench.say(button(asked).line, confirmed=button(asked).confirms)
    bench.close()
    assert (asked.status, done.status) == (Status.HELD, Status.DONE)
