"""help run, volumes, networks and dockerfile: the idea in few lines, and examples that work when they are pressed."""

from __future__ import annotations

import pytest
from harness import ADMIN, STRANGER, VIEWER, Bench

from bot import text
from bot.request import Status
from commands.catalog import load
from commands.general.lessons import LESSONS, SUMMARIES
from commands.reply import Button, Buttons, Reply

LONGEST = 12  # lines, the empty one among them


def examples(reply: Reply) -> list[Button]:
    """What may be pressed."""
    return [button for part in reply.parts if isinstance(part, Buttons) for button in part.buttons]


@pytest.mark.parametrize("topic", sorted(LESSONS))
def test_a_lesson_is_short_and_its_examples_are_lines_of_the_verbs_they_name(topic: str) -> None:
    """Ten lines or so, with examples that are read as what they are filed under."""
    assert len(LESSONS[topic].text.splitlines()) <= LONGEST
    for example in LESSONS[topic].examples:
        assert load().parse(example.line).command.spec.name == example.verb


@pytest.mark.parametrize("topic", sorted(set(LESSONS) - {"dockerfile"}))
def test_the_examples_work_in_their_order(inhabited: Bench, topic: str) -> None:
    """Whoever presses them one after the other sees each of them done, and leaves nothing behind."""
    before = inhabited.say("ps -aq").reply, inhabited.say("volume ls").reply, inhabited.say("network ls").reply
    for button in examples(inhabited.say(f"help {topic}").reply):
        done = inhabited.say(button.line)
        if done.status is Status.HELD:
            confirms = examples(done.reply)[0].confirms
            done = inhabited.say(button.line, confirmed=confirms)
        assert done.status is Status.DONE, (button.line, text.docker(done.reply))
    after = inhabited.say("ps -aq").reply, inhabited.say("volume ls").reply, inhabited.say("network ls").reply
    assert [text.docker(each) for each in after] == [text.docker(each) for each in before]


def test_only_what_the_asker_may_run_is_offered(bench: Bench) -> None:
    """One who may only look is offered the looking; a stranger learns nothing."""
    offered = {button.line for button in examples(bench.say("help volumes", VIEWER).reply)}
    assert offered == {"volume ls"}
    assert bench.say("help volumes", STRANGER).status is Status.DENIED


def test_a_verb_still_has_its_page(bench: Bench) -> None:
    """--help shows the flags, help run the idea, and the overview tells of both."""
    assert "Usage:  docker run" in text.docker(bench.say("run --help", ADMIN).reply)
    assert "Usage:" not in text.docker(bench.say("help run", ADMIN).reply)
    told = text.docker(bench.say("help", ADMIN).reply)
    assert all(topic in told for topic in SUMMARIES)
